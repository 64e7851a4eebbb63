//! Messages, and the state that one of them has for a reader.

use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::receipt::Marks;
use crate::text::{Body, ClientId};
use crate::time::Timestamp;

/// A message as it stands in its conversation's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Identity over all conversations.
    pub id: MessageId,
    /// Where it was said.
    pub conversation: ConversationId,
    /// Its place in the log.
    pub seq: Seq,
    /// Who said it.
    pub sender: UserId,
    /// What was said.
    pub body: Body,
    /// The sender's key of the attempt, if one was given.
    pub client_id: Option<ClientId>,
    /// The message it answers, in the same conversation.
    pub reply_to: Option<MessageId>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// In a direct conversation, how far it got with the other user.
    pub state: MessageState,
}

/// How far a message got with its reader. Only ever moves down this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MessageState {
    /// Stored.
    #[default]
    Sent,
    /// Reached a live socket of the reader.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// The reader's client said so.
    Read {
        /// When it was delivered, at the latest when it was read.
        delivered_at: Timestamp,
        /// When it was read.
        at: Timestamp,
    },
}

impl MessageState {
    /// The state of a message by the times at which the marks of its reader first passed it.
    ///
    /// Read implies delivered, so a message that was read before any delivery was noted counts as delivered then.
    #[must_use]
    pub fn of(delivered_at: Option<Timestamp>, read_at: Option<Timestamp>) -> Self {
        match (delivered_at, read_at) {
            (None, None) => Self::Sent,
            (Some(at), None) => Self::Delivered { at },
            (delivered_at, Some(at)) => Self::Read { delivered_at: delivered_at.unwrap_or(at).min(at), at },
        }
    }

    /// When it was delivered, if it was.
    #[must_use]
    pub const fn delivered_at(self) -> Option<Timestamp> {
        match self {
            Self::Sent => None,
            Self::Delivered { at } | Self::Read { delivered_at: at, .. } => Some(at),
        }
    }

    /// When it was read, if it was.
    #[must_use]
    pub const fn read_at(self) -> Option<Timestamp> {
        match self {
            Self::Sent | Self::Delivered { .. } => None,
            Self::Read { at, .. } => Some(at),
        }
    }
}

/// Unread messages are counted among so many of the newest ones of a conversation: the count is exact as long as not more
/// came after the read mark, and costs no more where somebody never reads.
pub const UNREAD_WINDOW: usize = 1_000;

/// Whether a message counts as unread for a user: somebody else's, beyond what they read.
#[must_use]
pub fn is_unread(seq: Seq, sender: UserId, reader: UserId, marks: &Marks) -> bool {
    sender != reader && seq > marks.read
}
