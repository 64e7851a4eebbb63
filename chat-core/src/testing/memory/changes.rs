//! Changes of conversations in memory.

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{ConversationRow, MemberRow, State};
use crate::ban::Ban;
use crate::change::{Act, Change};
use crate::conversation::{GroupUpdate, Kind, Role};
use crate::error::ErrorCode;
use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::log::{ChangeEntry, Changed, LogEntry};
use crate::message::{Content, FormerBody, Message};
use crate::moderation::AuditRecord;
use crate::ports::{ChangeStore, Committed, Standing, StoreError};
use crate::time::Timestamp;

#[async_trait]
impl ChangeStore for MemoryStore {
    async fn commit(&self, change: &Change) -> Result<Committed, StoreError> {
        self.state().commit(change)
    }

    async fn standing(&self, conversation: ConversationId, user: UserId) -> Result<Option<Standing>, StoreError> {
        Ok(self.state().conversations.get(&conversation).map(|row| Standing {
            version: row.conversation.version,
            role: row.members.get(&user).map(|row| row.member.role),
            members: row.conversation.member_count,
            owners: row.owners(),
        }))
    }
}

impl State {
    /// Writes a change.
    pub(super) fn commit(&mut self, change: &Change) -> Result<Committed, StoreError> {
        let state = self;
        let row = state.conversations.get(&change.conversation);
        let is_judged =
            |row: &ConversationRow| change.act.is_judged_in_place() || row.conversation.version == change.judged_on;
        let Some(row) = row.filter(|row| is_judged(row)) else { return Ok(Committed::Stale) };
        if let Err(code) = state.judge(row, change) {
            return Ok(Committed::Refused(code));
        }
        state.require_users(&[change.by])?;
        let mut named: &[UserId] = &[];
        if let Act::Add { users } = &change.act {
            named = users;
        } else if let Act::Ban { user, .. } = &change.act {
            named = std::slice::from_ref(user);
        }
        if !state.know_all(named) {
            return Ok(Committed::Missing);
        }
        let Some(row) = state.conversations.get_mut(&change.conversation) else { return Ok(Committed::Stale) };
        let is_quiet = row.changes_quietly(change);
        let Some(changed) = row.apply(change) else { return Ok(Committed::Missing) };
        if changed.is_empty() && !is_quiet {
            return Ok(Committed::Nothing);
        }
        let entries: Vec<_> = changed.into_iter().map(|what| row.write(change, what)).collect();
        if change.act.moves_version() {
            row.bump();
        }
        if change.act.is_activity() && !entries.is_empty() {
            row.active_at = change.at;
        }
        for record in entries.iter().filter_map(AuditRecord::of_change) {
            state.write_audit(record)?;
        }
        state.use_up(change);
        let told = entries.iter().filter_map(ChangeEntry::notice);
        let notices = told.map(|(user, what)| state.notify(user, what, change.at)).collect();
        let entries = entries.into_iter().map(LogEntry::Change).collect();
        Ok(Committed::Written { entries, notices })
    }

    /// What no version protects: it is looked at as it is now.
    fn judge(&self, row: &ConversationRow, change: &Change) -> Result<(), ErrorCode> {
        if let Act::Enter { most, invite } = &change.act {
            return self.judge_entrance(row, change, *most, invite.as_ref());
        }
        if let Act::Add { users } = &change.act
            && users.iter().any(|user| row.is_banned(*user, change.at))
        {
            return Err(ErrorCode::Banned);
        }
        if let Act::Update(GroupUpdate { slug: Some(slug), .. }) = &change.act
            && row.room().is_some()
            && self.has_slug(slug, Some(change.conversation))
        {
            return Err(ErrorCode::SlugTaken);
        }
        Ok(())
    }

    /// The conversation of a message, and its place in the log.
    pub(super) fn row_of(&self, message: MessageId) -> Option<(&ConversationRow, Seq)> {
        let (conversation, seq) = self.messages.get(&message)?;
        Some((self.conversations.get(conversation)?, *seq))
    }
}

impl ConversationRow {
    fn owners(&self) -> u32 {
        let owners = self.members.values().filter(|row| row.member.role == Role::Owner).count();
        u32::try_from(owners).unwrap_or(u32::MAX)
    }

    fn write(&mut self, change: &Change, what: Changed) -> ChangeEntry {
        let Change { conversation, by, at, .. } = *change;
        let entry = ChangeEntry { conversation, seq: self.conversation.head.next(), by, at, what };
        self.push(LogEntry::Change(entry.clone()));
        entry
    }

    /// Does what a change asks, and tells what it did: nothing, if it was so before; none, if what it is about is not there.
    fn apply(&mut self, change: &Change) -> Option<Vec<Changed>> {
        match &change.act {
            Act::Add { users } => {
                let Kind::Group(group) = &self.conversation.kind else { return None };
                let hidden = group.history.hidden_up_to(self.conversation.head);
                Some(users.iter().filter_map(|user| self.add(*user, hidden, change.at)).collect())
            }
            Act::Enter { .. } => {
                let Kind::Group(group) = &self.conversation.kind else { return Some(Vec::new()) };
                let hidden = group.history.hidden_up_to(self.conversation.head);
                Some(self.add(change.by, hidden, change.at).into_iter().collect())
            }
            Act::Remove { user } => Some(vec![self.remove(*user)?]),
            Act::Ban { user, reason, until } => {
                let Kind::Group(_) = &self.conversation.kind else { return None };
                let ban = Ban { user: *user, by: change.by, reason: reason.clone(), until: *until, at: change.at };
                self.bans.insert(*user, ban);
                Some(self.remove(*user).into_iter().collect())
            }
            Act::Unban { user } => {
                self.bans.remove(user);
                Some(Vec::new())
            }
            Act::SetRole { user, role } => {
                let member = &mut self.members.get_mut(user)?.member;
                let before = std::mem::replace(&mut member.role, *role);
                Some(Vec::from_iter((before != *role).then_some(Changed::RoleSet { user: *user, role: *role })))
            }
            Act::Update(update) => {
                let Kind::Group(group) = &mut self.conversation.kind else { return None };
                let news = update.clone().beyond(group);
                group.apply(&news);
                Some(Vec::from_iter((!news.is_empty()).then_some(Changed::Updated(news))))
            }
            Act::Edit { message, body, mentions } => {
                let message = self.living(*message)?;
                if message.body() == Some(body) {
                    return Some(Vec::new());
                }
                let mentions = mentions.clone();
                let content =
                    Content::Said { body: body.clone(), edited_at: Some(change.at), mentions, forwarded: None };
                let before = std::mem::replace(&mut message.content, content.clone());
                let (reference, created_at) = (message.reference(), message.created_at);
                if let Content::Said { body, edited_at, .. } = before {
                    let former = FormerBody { body, written_at: edited_at.unwrap_or(created_at) };
                    self.annotations.entry(reference.id).or_default().former.push(former);
                }
                Some(vec![Changed::Edited { message: reference, content }])
            }
            Act::Delete { message } => {
                let message = self.living(*message)?;
                message.content = Content::Deleted { by: change.by, at: change.at };
                let reference = message.reference();
                self.annotations.remove(&reference.id);
                Some(vec![Changed::Deleted { message: reference }])
            }
            Act::React { message, emoji } => {
                let message = self.living(*message)?.reference();
                let next = self.conversation.head.next();
                let reactions = &mut self.annotations.entry(message.id).or_default().reactions;
                let users = reactions.entry(emoji.clone()).or_default();
                let is_new = !users.contains_key(&change.by);
                users.entry(change.by).or_insert(next);
                Some(Vec::from_iter(is_new.then(|| Changed::Reacted { message, emoji: emoji.clone() })))
            }
            Act::Unreact { message, emoji } => {
                let message = self.living(*message)?.reference();
                let reactions = &mut self.annotations.entry(message.id).or_default().reactions;
                let was_there = reactions.get_mut(emoji).is_some_and(|users| users.remove(&change.by).is_some());
                reactions.retain(|_, users| !users.is_empty());
                Some(Vec::from_iter(was_there.then(|| Changed::Unreacted { message, emoji: emoji.clone() })))
            }
            Act::Pin { message } => {
                let message = self.living(*message)?.reference();
                let next = self.conversation.head.next();
                let pinned = &mut self.annotations.entry(message.id).or_default().pinned;
                let is_new = pinned.is_none();
                pinned.get_or_insert(next);
                Some(Vec::from_iter(is_new.then_some(Changed::Pinned { message })))
            }
            Act::Unpin { message } => {
                let message = self.living(*message)?.reference();
                let was_there = self.annotations.entry(message.id).or_default().pinned.take().is_some();
                Some(Vec::from_iter(was_there.then_some(Changed::Unpinned { message })))
            }
        }
    }

    fn remove(&mut self, user: UserId) -> Option<Changed> {
        self.members.remove(&user)?;
        self.conversation.member_count -= 1;
        Some(Changed::Left { user })
    }

    fn add(&mut self, user: UserId, hidden: Seq, at: Timestamp) -> Option<Changed> {
        if self.members.contains_key(&user) {
            return None;
        }
        let (role, head) = (Role::Member, self.conversation.head);
        self.members.insert(user, MemberRow::new(user, role, hidden, head, at));
        self.conversation.member_count += 1;
        Some(Changed::Joined { user, role })
    }

    /// A message of this conversation that still says something.
    fn living(&mut self, id: MessageId) -> Option<&mut Message> {
        let seq = self.messages_after(Seq::ZERO).find(|message| message.id == id)?.seq;
        self.message_at(seq).filter(|message| !message.content.is_deleted())
    }
}
