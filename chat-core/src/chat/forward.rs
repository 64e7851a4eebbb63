//! Handing on what somebody said, from one conversation to another.

use super::Chat;
use super::messages::Words;
use crate::command::{Actor, ForwardMessage, SendMessage, Sent};
use crate::error::{ChatError, ErrorCode};
use crate::message::{Content, Forwarded};

impl Chat {
    /// Says in a conversation what a message says that the actor may see. The copy is a message of its own: whatever becomes
    /// of the first one, it stays; and it says whose words they are, not where they were said.
    pub(super) async fn forward(&self, actor: &Actor, forward: ForwardMessage) -> Result<Sent, ChatError> {
        let source = match self.meant(actor.user, forward.message).await {
            Ok(source) => source,
            Err(refusal) => return self.find_forwarded(actor, &forward).await?.ok_or(refusal),
        };
        let Content::Said { body, forwarded, .. } = source.content else {
            let refusal = ErrorCode::MessageDeleted.into();
            return self.find_forwarded(actor, &forward).await?.ok_or(refusal);
        };
        let sender = forwarded.map_or(source.sender, |before| before.sender);
        let send =
            SendMessage { conversation: forward.conversation, body, client_id: forward.client_id, reply_to: None };
        let forwarded = Some(Forwarded { message: source.id, sender });
        self.say(actor, Words { send, forwarded }).await
    }

    /// The copy that was made before its source went out of reach: its sender lost the answer and asks again.
    async fn find_forwarded(&self, actor: &Actor, forward: &ForwardMessage) -> Result<Option<Sent>, ChatError> {
        let Some(key) = &forward.client_id else { return Ok(None) };
        let found = self.stores.messages.find_by_client_id(forward.conversation, actor.user, key).await?;
        let is_copy = |copy: Forwarded| copy.message == forward.message.id;
        let copy = found.filter(|message| message.content.forwarded().is_some_and(is_copy));
        Ok(copy.map(|message| Sent { message, fresh: false }))
    }
}
