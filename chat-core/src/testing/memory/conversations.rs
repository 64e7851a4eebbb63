//! Conversations and their members in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::personal::Own;
use super::state::{ConversationRow, MemberRow, State, next_id};
use crate::command::Position;
use crate::conversation::{ActivityCursor, Conversation, ConversationView, Kind, Member, Pair, Role};
use crate::ids::{ConversationId, Seq, UserId, Version};
use crate::log::{UserEntry, UserNotice};
use crate::message::{MENTIONS_WINDOW, UNREAD_WINDOW, is_unread};
use crate::page::{Page, PageSize};
use crate::ports::{
    ConversationStore, DirectFacts, DirectOpened, Facts, GroupCreated, NewDirect, NewGroup, StoreError,
};
use crate::receipt::Marks;
use crate::time::Timestamp;

#[async_trait]
impl ConversationStore for MemoryStore {
    async fn open_direct(&self, new: &NewDirect) -> Result<DirectOpened, StoreError> {
        let mut state = self.state();
        if let Some(row) = state.directs.get(&new.pair).and_then(|id| state.conversations.get(id)) {
            return Ok(DirectOpened::Existing(row.conversation.clone()));
        }
        let users = [new.pair.low(), new.pair.high()];
        if !state.know_all(&users) {
            return Ok(DirectOpened::UnknownUser);
        }
        if state.relation(new.pair).version != new.judged_on {
            return Ok(DirectOpened::Stale);
        }
        let members = users.map(|user| (user, Role::Member));
        let (conversation, entries) = state.found(Kind::Direct(new.pair), &members, new.by, new.at)?;
        state.directs.insert(new.pair, conversation.id);
        Ok(DirectOpened::Created(conversation, entries))
    }

    async fn find_direct(&self, pair: Pair) -> Result<Option<ConversationId>, StoreError> {
        Ok(self.state().directs.get(&pair).copied())
    }

    async fn create_group(&self, new: &NewGroup) -> Result<GroupCreated, StoreError> {
        let mut state = self.state();
        let maker = new.group.maker;
        if !state.know_all(&[maker]) || !state.know_all(&new.members) {
            return Ok(GroupCreated::UnknownMember);
        }
        if new.group.room.as_ref().is_some_and(|room| state.has_slug(&room.slug, None)) {
            return Ok(GroupCreated::SlugTaken);
        }
        let owner = std::iter::once((maker, Role::Owner));
        let members: Vec<_> = owner.chain(new.members.iter().map(|member| (*member, Role::Member))).collect();
        let kind = Kind::Group(new.group.clone());
        let (conversation, entries) = state.found(kind, &members, maker, new.at)?;
        Ok(GroupCreated::Created(conversation, entries))
    }

    async fn facts(&self, conversation: ConversationId, user: UserId) -> Result<Option<Facts>, StoreError> {
        let state = self.state();
        let Some(row) = state.conversations.get(&conversation) else { return Ok(None) };
        let member = row.members.get(&user).map(|row| &row.member);
        Ok(Some(Facts {
            conversation,
            version: row.conversation.version,
            role: member.map(|member| member.role),
            joined_seq: member.map_or(Seq::ZERO, |member| member.joined_seq),
            direct: state.direct_facts(row, user),
            room: row.room().map(|room| room.visibility),
            pace: row.pace(),
        }))
    }

    async fn view(&self, conversation: ConversationId, user: UserId) -> Result<Option<ConversationView>, StoreError> {
        let state = self.state();
        Ok(state.conversations.get(&conversation).and_then(|row| state.view_of(row, user)))
    }

    async fn list(
        &self,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Page<ConversationView, ActivityCursor>, StoreError> {
        Ok(self.state().listed(user, after, size, false))
    }

    async fn members(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Member>, StoreError> {
        let state = self.state();
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let Some(row) = state.conversations.get(&conversation) else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let members = row.members.range((after, Bound::Unbounded)).take(size.get() + 1);
        let shown = |(user, member): (&UserId, &MemberRow)| {
            member.shown(state.relation_between(row, *user, viewer).as_ref(), viewer)
        };
        let rows = members.map(shown).collect();
        Ok(Page::from_rows(rows, size, |member: &Member| member.user.get()))
    }

    async fn ids_of(&self, user: UserId) -> Result<Vec<ConversationId>, StoreError> {
        Ok(self.state().conversations_of(user).map(|row| row.conversation.id).collect())
    }

    async fn positions(&self, user: UserId) -> Result<Vec<Position>, StoreError> {
        let state = self.state();
        let position = |row: &ConversationRow| {
            Some(Position {
                conversation: row.conversation.id,
                head: row.conversation.head,
                marks: row.members.get(&user)?.member.marks,
                peer: row.peer_of(user).map(|peer| peer.shown(state.relation_in(row).as_ref(), user).marks),
            })
        };
        Ok(state.conversations_of(user).filter_map(position).collect())
    }

    async fn heads(&self, conversations: &[ConversationId]) -> Result<Vec<(ConversationId, Seq)>, StoreError> {
        let state = self.state();
        let ids: BTreeSet<_> = conversations.iter().collect();
        let rows = ids.into_iter().filter_map(|id| state.conversations.get(id));
        Ok(rows.map(|row| (row.conversation.id, row.conversation.head)).collect())
    }
}

impl State {
    /// Makes a conversation with its first members and tells each of them.
    fn found(
        &mut self,
        kind: Kind,
        members: &[(UserId, Role)],
        by: UserId,
        at: Timestamp,
    ) -> Result<(Conversation, Vec<UserEntry>), StoreError> {
        let id = next_id(&mut self.last.conversation, ConversationId::new)?;
        let members: BTreeMap<_, _> = members
            .iter()
            .map(|(user, role)| (*user, MemberRow::new(*user, *role, Seq::ZERO, Seq::ZERO, at)))
            .collect();
        let conversation = Conversation {
            id,
            kind,
            head: Seq::ZERO,
            version: Version(1),
            member_count: u32::try_from(members.len()).unwrap_or(u32::MAX),
            created_at: at,
        };
        let added = UserNotice::ConversationAdded { conversation: id, by, head: Seq::ZERO };
        let entries = members.keys().map(|user| self.notify(*user, added.clone(), at)).collect();
        let row = ConversationRow {
            conversation: conversation.clone(),
            members,
            log: Vec::new(),
            keys: HashMap::new(),
            annotations: HashMap::new(),
            bans: BTreeMap::new(),
            spoke: HashMap::new(),
            active_at: at,
        };
        self.conversations.insert(id, row);
        Ok((conversation, entries))
    }

    fn direct_facts(&self, row: &ConversationRow, user: UserId) -> Option<DirectFacts> {
        let Kind::Direct(pair) = row.conversation.kind else { return None };
        let relation = self.relation(pair);
        let blocked = pair.other(user).is_some_and(|other| relation.blocks(other));
        Some(DirectFacts { pair, blocks: relation.blocks(user), blocked })
    }
}

impl MemberRow {
    /// Somebody who comes in where the log ends at `head`, and sees it from after `hidden` on.
    pub(super) fn new(user: UserId, role: Role, hidden: Seq, head: Seq, at: Timestamp) -> Self {
        let marks = Marks { delivered: head, read: head };
        Self {
            member: Member { user, role, joined_seq: hidden, joined_at: at, marks },
            rises: Vec::new(),
            own: Own::default(),
        }
    }
}

impl State {
    pub(super) fn view_of(&self, row: &ConversationRow, user: UserId) -> Option<ConversationView> {
        let between = self.relation_in(row);
        let me = row.members.get(&user)?.member.clone();
        let after = me.marks.read.max(me.joined_seq);
        let newest = row.messages_after(after).rev().take(UNREAD_WINDOW);
        let unread = newest.filter(|message| is_unread(message, user, &me.marks));
        let called = row.messages_after(after).filter(|message| message.sender != user);
        let called = called.filter(|message| message.content.mentions().calls(user)).take(MENTIONS_WINDOW);
        let last = row.messages_after(me.joined_seq).next_back();
        Some(ConversationView {
            conversation: row.conversation.clone(),
            settings: row.settings_of(user),
            draft: row.draft_of(user).cloned(),
            unread: u32::try_from(unread.count()).unwrap_or(u32::MAX),
            unread_mentions: u32::try_from(called.count()).unwrap_or(u32::MAX),
            last_message: last.map(|message| row.shown(message, between.as_ref(), Some(user))),
            peer: row.peer_of(user).map(|peer| peer.shown(between.as_ref(), user)),
            me,
        })
    }
}
