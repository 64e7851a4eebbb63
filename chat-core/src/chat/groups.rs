//! What groups are made of: their name, their members, and what each may do.

use super::{Chat, MAX_STALE, kept_moving};
use crate::change::Act;
use crate::command::{Actor, ChangedReply, Reply};
use crate::conversation::{GroupUpdate, Role};
use crate::error::{ChatError, ErrorCode};
use crate::ids::{ConversationId, UserId};
use crate::ports::{Facts, Standing};
use crate::rules::{self, Permission};

/// How many users may be brought in at once.
const MAX_ADDED: usize = 100;

impl Chat {
    pub(super) async fn update_group(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        update: GroupUpdate,
    ) -> Result<Reply, ChatError> {
        let rule = |facts: Option<&Facts>| rules::may_update(facts, &update);
        if update.is_empty() {
            let facts = self.recent_facts(conversation, actor.user).await?;
            rule(facts.as_deref())?;
            return Ok(Reply::Changed(ChangedReply { fresh: false }));
        }
        self.change(actor, conversation, Act::Update(update.clone()), rule).await
    }

    pub(super) async fn add_members(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        mut users: Vec<UserId>,
    ) -> Result<Reply, ChatError> {
        users.sort_unstable();
        users.dedup();
        if users.len() > MAX_ADDED {
            return Err(ErrorCode::TooLarge.into());
        }
        let rule = |facts: Option<&Facts>| rules::may(facts, Permission::AddMembers);
        // Whoever may not bring anybody in learns nothing about those they named.
        rule(self.fresh_facts(conversation, actor.user).await?.as_deref())?;
        self.check_company(actor.user, &users).await?;
        let (more, most) = (users.len(), self.settings.max_group_members);
        let judge = |facts: Option<&Facts>, standing: &Standing| {
            rule(facts)?;
            rules::has_room(standing, more, most)
        };
        self.change_standing(actor, conversation, actor.user, Act::Add { users }, judge).await
    }

    pub(super) async fn remove_member(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        user: UserId,
    ) -> Result<Reply, ChatError> {
        let judge = |facts: Option<&Facts>, standing: &Standing| rules::may_remove(facts, actor.user, user, standing);
        self.change_standing(actor, conversation, user, Act::Remove { user }, judge).await
    }

    pub(super) async fn set_role(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        user: UserId,
        role: Role,
    ) -> Result<Reply, ChatError> {
        let judge = |facts: Option<&Facts>, standing: &Standing| rules::may_set_role(facts, role, standing);
        self.change_standing(actor, conversation, user, Act::SetRole { user, role }, judge).await
    }

    /// Writes a change whose rule looks at the actor, at the one it is about, and at how many there are.
    pub(super) async fn change_standing(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        about: UserId,
        act: Act,
        judge: impl Fn(Option<&Facts>, &Standing) -> Result<(), ErrorCode>,
    ) -> Result<Reply, ChatError> {
        for _ in 0..MAX_STALE {
            let facts = self.fresh_facts(conversation, actor.user).await?;
            let standing = self.stores.changes.standing(conversation, about).await?.ok_or(ErrorCode::NotFound)?;
            judge(facts.as_deref(), &standing)?;
            if facts.is_some_and(|facts| facts.version != standing.version) {
                continue;
            }
            if let Some(reply) = self.commit(actor, conversation, act.clone(), standing.version).await? {
                return Ok(reply);
            }
        }
        Err(kept_moving())
    }
}
