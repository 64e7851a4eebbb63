//! How far messages got: with how many, and with whom.

use super::Chat;
use crate::command::{Actor, Receipts};
use crate::error::ChatError;
use crate::ids::{MessageId, UserId};
use crate::message::MessageView;
use crate::page::PageSize;

impl Chat {
    /// Whoever sees a message may know how far it got: in a conversation everybody sees everybody's marks.
    pub(super) async fn list_receipts(
        &self,
        actor: &Actor,
        id: MessageId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Receipts, ChatError> {
        let message = self.visible_message(actor.user, id).await?;
        let (store, conversation) = (&self.stores.receipts, message.conversation);
        let page = store.receipts(conversation, message.reference(), after, size, actor.user).await?;
        let counts = store.counts(conversation, message.sender, &[message.seq], actor.user).await?;
        Ok(Receipts { counts: counts.first().copied().unwrap_or_default(), page })
    }

    /// Counts how far those of some messages of one conversation got that their reader said in a group: all of them with one look
    /// at the members. In a direct conversation their states say so.
    pub(super) async fn count_receipts(&self, user: UserId, views: &mut [MessageView]) -> Result<(), ChatError> {
        let mut own: Vec<_> = views.iter_mut().filter(|view| view.message.sender == user).collect();
        let Some(conversation) = own.first().map(|view| view.message.conversation) else { return Ok(()) };
        let facts = self.recent_facts(conversation, user).await?;
        if facts.is_none_or(|facts| facts.direct.is_some()) {
            return Ok(());
        }
        let places: Vec<_> = own.iter().map(|view| view.message.seq).collect();
        let counts = self.stores.receipts.counts(conversation, user, &places, user).await?;
        for (view, counts) in own.iter_mut().zip(counts) {
            view.receipts = Some(counts);
        }
        Ok(())
    }
}
