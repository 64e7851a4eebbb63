//! What one member keeps for themselves alone: settings and drafts. Nobody else hears of it; their own devices do.

use super::Chat;
use crate::command::{Actor, DraftReply, NewDraft, Reply, SettingsReply};
use crate::conversation::ActivityCursor;
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Event};
use crate::ids::ConversationId;
use crate::page::PageSize;
use crate::personal::{Draft, SettingsUpdate};
use crate::ports::SettingsChange;
use crate::rules;

impl Chat {
    pub(super) async fn update_settings(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        update: SettingsUpdate,
    ) -> Result<SettingsReply, ChatError> {
        rules::may_see(self.recent_facts(conversation, actor.user).await?.as_deref())?;
        let change = SettingsChange { conversation, user: actor.user, update };
        let updated = self.stores.personal.update_settings(&change).await?.ok_or(ErrorCode::NotFound)?;
        if updated.fresh {
            let settings = updated.settings;
            self.tell_own_devices(actor, conversation, Event::Settings { conversation, settings });
        }
        Ok(updated)
    }

    /// Keeps what the actor has begun to write, or forgets it.
    pub(super) async fn set_draft(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        new: Option<NewDraft>,
    ) -> Result<DraftReply, ChatError> {
        rules::may_see(self.recent_facts(conversation, actor.user).await?.as_deref())?;
        self.check_quoted(actor.user, conversation, new.as_ref().and_then(|new| new.reply_to)).await?;
        let draft = new.map(|new| Draft { body: new.body, reply_to: new.reply_to, at: self.now() });
        let fresh = self.stores.personal.set_draft(conversation, actor.user, draft.clone()).await?;
        if fresh {
            let event = Event::Draft { conversation, draft: draft.clone() };
            self.tell_own_devices(actor, conversation, event);
        } else if draft.is_some() {
            return Err(ErrorCode::NotFound.into());
        }
        Ok(DraftReply { draft, fresh })
    }

    pub(super) async fn list_archived(
        &self,
        actor: &Actor,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        Ok(Reply::Conversations(self.stores.personal.archived(actor.user, after, size).await?))
    }

    fn tell_own_devices(&self, actor: &Actor, conversation: ConversationId, event: Event) {
        let audience = Audience::Users { users: vec![actor.user], about: Some(conversation) };
        self.publish(event, audience, actor.origin.clone());
    }
}
