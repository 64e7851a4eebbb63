//! What is asked of messages: to send one, which is meant, and which are read.

use crate::ids::{ConversationId, MessageId, Seq};
use crate::page::PageSize;
use crate::text::{Body, ClientId};
use crate::time::Timestamp;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMessage {
    /// Where.
    pub conversation: ConversationId,
    /// What.
    pub body: Body,
    /// The sender's key for this attempt; repeats with the same key are the same message.
    pub client_id: Option<ClientId>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
}

/// A message that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageTarget {
    /// Which.
    pub id: MessageId,
    /// The conversation in which it must be; whatever is elsewhere is not there.
    pub within: Option<ConversationId>,
}

impl From<MessageId> for MessageTarget {
    fn from(id: MessageId) -> Self {
        Self { id, within: None }
    }
}

/// Up to where something was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadTarget {
    /// Up to this message.
    Message(MessageTarget),
    /// Up to this place in a conversation.
    Seq(ConversationId, Seq),
}

/// A page of a conversation's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// From where, and which way.
    pub from: HistoryStart,
    /// How many.
    pub size: PageSize,
}

/// Where a page of messages starts. Pages are stable: what is written meanwhile never shifts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryStart {
    /// The newest, going back.
    Newest,
    /// Those before a seq, going back: newest first.
    Before(Seq),
    /// Those after a seq, going on: oldest first.
    After(Seq),
}

/// A message to hand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardMessage {
    /// Which.
    pub message: MessageTarget,
    /// Where to.
    pub conversation: ConversationId,
    /// The sender's key for this attempt; repeats with the same key are the same message.
    pub client_id: Option<ClientId>,
}

/// Something that is not said yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDraft {
    /// The text so far.
    pub body: Body,
    /// The message that it is going to answer.
    pub reply_to: Option<MessageId>,
}

/// The messages around a place in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Around what.
    pub place: Place,
    /// How many altogether.
    pub size: PageSize,
}

/// A place in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What stands at a seq, or the first message after it.
    Seq(Seq),
    /// The first message that was said at a time or after it.
    Time(Timestamp),
}
