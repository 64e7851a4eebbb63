//! Messages on their way to the store: a client may say the next thing before the last one is acknowledged.
//!
//! While one batch is being written the next one fills, so several messages of one socket share a commit. Their order stays
//! what it was: only messages that can be judged without reading anything are handed in this way, and being handed in is
//! what gives them their place.

use std::sync::Arc;

use chat_core::command::{Actor, SendMessage};
use chat_core::{Chat, ChatError, Command, Reply};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

/// How many messages of one socket may be on their way; the next one waits to be read.
const MAX: usize = 64;

/// One message that has arrived, or was refused.
pub(crate) struct Landed {
    /// The client's name for it.
    pub(crate) reference: Option<String>,
    /// What came of it.
    pub(crate) outcome: Result<Reply, ChatError>,
}

/// The messages of one socket that are on their way; an idle socket keeps nothing for them.
#[derive(Default)]
pub(crate) struct InFlight(Option<FuturesUnordered<BoxFuture<'static, Landed>>>);

impl InFlight {
    /// Whether one more may set out.
    pub(crate) fn has_room(&self) -> bool {
        self.0.as_ref().is_none_or(|messages| messages.len() < MAX)
    }

    /// Whether nothing is on its way.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Sends a message on its way. They are handed in in the order of these calls.
    pub(crate) fn push(&mut self, chat: &Arc<Chat>, actor: Actor, send: SendMessage, reference: Option<String>) {
        let chat = Arc::clone(chat);
        self.0.get_or_insert_default().push(Box::pin(async move {
            let outcome = chat.handle(&actor, Command::SendMessage(send)).await;
            Landed { reference, outcome }
        }));
    }

    /// The next one that arrives; none if nothing is on its way.
    pub(crate) async fn next(&mut self) -> Option<Landed> {
        let messages = self.0.as_mut()?;
        let landed = messages.next().await;
        if messages.is_empty() {
            self.0 = None;
        }
        landed
    }
}

/// Whether a message can be judged without reading anything first.
pub(crate) fn is_at_hand(chat: &Chat, actor: &Actor, send: &SendMessage) -> bool {
    send.reply_to.is_none() && !Chat::may_call(&send.body) && chat.is_at_hand(actor.user, send.conversation)
}
