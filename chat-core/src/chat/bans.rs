//! Bans: who keeps whom out of a group.

use super::Chat;
use crate::change::Act;
use crate::command::{Actor, NewBan, Reply};
use crate::error::{ChatError, ErrorCode};
use crate::ids::{ConversationId, UserId};
use crate::page::PageSize;
use crate::ports::{Facts, Standing};
use crate::rules::{self, Permission};

impl Chat {
    pub(super) async fn ban(&self, actor: &Actor, new: NewBan) -> Result<Reply, ChatError> {
        let NewBan { conversation, user, reason, until } = new;
        if until.is_some_and(|until| until <= self.now()) {
            return Err(ErrorCode::BadRequest.into());
        }
        let judge = |facts: Option<&Facts>, standing: &Standing| rules::may_ban(facts, actor.user, user, standing);
        self.change_standing(actor, conversation, user, Act::Ban { user, reason, until }, judge).await
    }

    pub(super) async fn unban(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        user: UserId,
    ) -> Result<Reply, ChatError> {
        let rule = |facts: Option<&Facts>| rules::may(facts, Permission::BanMembers);
        self.change(actor, conversation, Act::Unban { user }, rule).await
    }

    pub(super) async fn list_bans(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        let facts = self.recent_facts(conversation, actor.user).await?;
        rules::may(facts.as_deref(), Permission::BanMembers)?;
        Ok(Reply::Bans(self.stores.entrance.bans(conversation, after, size, self.now()).await?))
    }
}
