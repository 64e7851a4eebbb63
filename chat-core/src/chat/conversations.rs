//! Opening, making and listing conversations.

use super::{Chat, MAX_STALE, kept_moving};
use crate::command::{Actor, Opened, Reply};
use crate::conversation::{ActivityCursor, ConversationView, Group, Pair};
use crate::error::{ChatError, ErrorCode};
use crate::ids::{ConversationId, UserId};
use crate::page::PageSize;
use crate::ports::{DirectOpened, GroupCreated, NewDirect, NewGroup};
use crate::rules;
use crate::text::Label;

impl Chat {
    pub(super) async fn open_direct(&self, actor: &Actor, other: UserId) -> Result<Opened, ChatError> {
        let pair = Pair::new(actor.user, other).ok_or(ErrorCode::BadRequest)?;
        if self.has_deleted(&[other]).await? {
            // What was said stays readable.
            let existing = self.stores.conversations.find_direct(pair).await?.ok_or(ErrorCode::NotFound)?;
            return Ok(Opened { view: self.view(existing, actor.user).await?, fresh: false });
        }
        for _ in 0..MAX_STALE {
            let relation = self.stores.relations.between(pair).await?;
            if let Err(refusal) = rules::may_open_direct(&relation, actor.user, self.settings.direct) {
                // What exists stays readable for both, whatever is between them now.
                let existing = self.stores.conversations.find_direct(pair).await?.ok_or(refusal)?;
                return Ok(Opened { view: self.view(existing, actor.user).await?, fresh: false });
            }
            let new = NewDirect { pair, by: actor.user, judged_on: relation.version, at: self.now() };

            match self.stores.conversations.open_direct(&new).await? {
                DirectOpened::Existing(found) => {
                    return Ok(Opened { view: self.view(found.id, actor.user).await?, fresh: false });
                }
                DirectOpened::Created(made, entries) => {
                    self.publish_own(entries);
                    return Ok(Opened { view: self.view(made.id, actor.user).await?, fresh: true });
                }
                DirectOpened::UnknownUser => return Err(ErrorCode::NotFound.into()),
                DirectOpened::Stale => {}
            }
        }
        Err(kept_moving())
    }

    pub(super) async fn create_group(
        &self,
        actor: &Actor,
        name: Label,
        mut members: Vec<UserId>,
    ) -> Result<Opened, ChatError> {
        members.sort_unstable();
        members.dedup();
        members.retain(|member| *member != actor.user);
        if members.len() >= self.settings.max_group_members {
            return Err(ErrorCode::TooLarge.into());
        }
        self.check_company(actor.user, &members).await?;
        self.make_group(actor, Group::new(name, actor.user), members).await
    }

    pub(super) async fn make_group(
        &self,
        actor: &Actor,
        group: Group,
        members: Vec<UserId>,
    ) -> Result<Opened, ChatError> {
        let new = NewGroup { group, members, at: self.now() };
        match self.stores.conversations.create_group(&new).await? {
            GroupCreated::Created(made, entries) => {
                self.publish_own(entries);
                Ok(Opened { view: self.view(made.id, actor.user).await?, fresh: true })
            }
            GroupCreated::UnknownMember => Err(ErrorCode::NotFound.into()),
            GroupCreated::SlugTaken => Err(ErrorCode::SlugTaken.into()),
        }
    }

    /// Nobody is put into a group by somebody whom they block, or who blocks them.
    pub(super) async fn check_company(&self, actor: UserId, users: &[UserId]) -> Result<(), ChatError> {
        if self.has_deleted(users).await? {
            return Err(ErrorCode::NotFound.into());
        }
        for pair in users.iter().filter_map(|user| Pair::new(actor, *user)) {
            let relation = self.stores.relations.between(pair).await?;
            rules::may_open_direct(&relation, actor, rules::DirectPolicy::Anyone)?;
        }
        Ok(())
    }

    /// Whether one of these users deleted their account.
    async fn has_deleted(&self, users: &[UserId]) -> Result<bool, ChatError> {
        Ok(self.stores.users.get(users).await?.iter().any(|user| user.deleted_at.is_some()))
    }

    pub(super) async fn get_conversation(&self, actor: &Actor, id: ConversationId) -> Result<Reply, ChatError> {
        Ok(Opened { view: self.view(id, actor.user).await?, fresh: false }.into())
    }

    pub(super) async fn list_conversations(
        &self,
        actor: &Actor,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        Ok(Reply::Conversations(self.stores.conversations.list(actor.user, after, size).await?))
    }

    pub(super) async fn list_members(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        let facts = self.recent_facts(conversation, actor.user).await?;
        rules::may_see(facts.as_deref())?;
        Ok(Reply::Members(self.stores.conversations.members(conversation, after, size, actor.user).await?))
    }

    pub(super) async fn view(&self, id: ConversationId, user: UserId) -> Result<ConversationView, ChatError> {
        self.stores.conversations.view(id, user).await?.ok_or_else(|| ErrorCode::NotFound.into())
    }
}
