//! What is done to messages after they were said: edits, deletion, emoji, pins; and reading all of that.

use super::{Chat, MAX_STALE, kept_moving};
use crate::change::Act;
use crate::command::{Actor, ChangedReply, MessageTarget, Reply};
use crate::error::ChatError;
use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::page::{Page, PageSize};
use crate::ports::Facts;
use crate::reaction::Emoji;
use crate::rules;
use crate::text::Body;

impl Chat {
    pub(super) async fn edit_message(
        &self,
        actor: &Actor,
        target: MessageTarget,
        body: Body,
    ) -> Result<Reply, ChatError> {
        let message = self.meant(actor.user, target).await?;
        // Whoever may not edit it is told so, whatever it would say.
        let is_own = message.sender == actor.user;
        let body = if is_own { self.let_through(actor, message.conversation, &body, true)? } else { body };
        let rule = |facts: Option<&Facts>| rules::may_edit(facts, actor.user, &message);
        let mut facts = self.facts_to_write_on(message.conversation, actor.user).await?;
        for _ in 0..MAX_STALE {
            if rule(facts.as_deref()).is_err() {
                facts = self.fresh_facts(message.conversation, actor.user).await?;
            }
            rule(facts.as_deref())?;
            // Whom it calls is judged on the same members as whether it may be edited.
            let judged = rules::may_see(facts.as_deref())?;
            let mentions = self.mentions(judged, actor.user, &body).await?;
            let act = Act::Edit { message: message.id, body: body.clone(), mentions };
            if let Some(reply) = self.commit(actor, message.conversation, act, judged.version).await? {
                return Ok(reply);
            }
            facts = self.fresh_facts(message.conversation, actor.user).await?;
        }
        Err(kept_moving())
    }

    pub(super) async fn delete_message(&self, actor: &Actor, target: MessageTarget) -> Result<Reply, ChatError> {
        let message = self.meant(actor.user, target).await?;
        if message.content.is_deleted() {
            let facts = self.recent_facts(message.conversation, actor.user).await?;
            rules::may_delete(facts.as_deref(), actor.user, &message)?;
            return Ok(Reply::Changed(ChangedReply { fresh: false }));
        }
        let act = Act::Delete { message: message.id };
        self.change(actor, message.conversation, act, |facts| rules::may_delete(facts, actor.user, &message)).await
    }

    /// Puts an emoji on a message, or takes it back.
    pub(super) async fn touch(
        &self,
        actor: &Actor,
        target: MessageTarget,
        act: impl FnOnce(MessageId) -> Act,
    ) -> Result<Reply, ChatError> {
        let message = self.meant(actor.user, target).await?;
        self.change(actor, message.conversation, act(message.id), |facts| rules::may_touch(facts, &message)).await
    }

    /// Pins a message, or takes the pin off.
    pub(super) async fn pin(
        &self,
        actor: &Actor,
        target: MessageTarget,
        act: impl FnOnce(MessageId) -> Act,
    ) -> Result<Reply, ChatError> {
        let message = self.meant(actor.user, target).await?;
        let rule = |facts: Option<&Facts>| {
            rules::may_touch(facts, &message)?;
            rules::may_pin(facts)
        };
        self.change(actor, message.conversation, act(message.id), rule).await
    }

    pub(super) async fn former_bodies(&self, actor: &Actor, id: MessageId) -> Result<Reply, ChatError> {
        self.visible_message(actor.user, id).await?;
        Ok(Reply::FormerBodies(self.stores.annotations.former_bodies(id).await?))
    }

    pub(super) async fn list_reactors(
        &self,
        actor: &Actor,
        id: MessageId,
        emoji: &Emoji,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        self.visible_message(actor.user, id).await?;
        let page = self.stores.annotations.reactors(id, emoji, after, size).await?;
        let next = page.next;
        let users = self.stores.users.get(&page.items).await?;
        let mut shown = self.with_presence(actor, Page { items: users, next: None }).await?;
        shown.next = next;
        Ok(Reply::Users(shown))
    }

    pub(super) async fn list_replies(
        &self,
        actor: &Actor,
        id: MessageId,
        after: Seq,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        // Who sees a message sees everything after it.
        self.visible_message(actor.user, id).await?;
        let page = self.stores.annotations.replies(id, after, size, actor.user).await?;
        self.dressed(actor, page).await
    }

    pub(super) async fn list_pins(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        before: Option<Seq>,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        let facts = self.recent_facts(conversation, actor.user).await?;
        let facts = rules::may_see(facts.as_deref())?;
        let mut page = self.stores.annotations.pins(conversation, before, size, actor.user).await?;
        page.items.retain(|message| rules::may_see_entry(facts, message.seq));
        self.dressed(actor, page).await
    }
}
