//! What is asked of messages: to send one, which is meant, and which are read.

use crate::ids::{ConversationId, MessageId, Seq};
use crate::page::PageSize;
use crate::text::{Body, ClientId};

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
