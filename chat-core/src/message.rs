//! Messages, and the state that one of them has for a reader.

use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::reaction::ReactionCount;
use crate::receipt::{Marks, ReceiptCounts};
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
    /// What was said, as it stands now.
    pub content: Content,
    /// The sender's key of the attempt, if one was given.
    pub client_id: Option<ClientId>,
    /// The message it answers, in the same conversation.
    pub reply_to: Option<MessageId>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// In a direct conversation, how far it got with the other user.
    pub state: MessageState,
}

/// What a message says now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// What its sender said.
    Said {
        /// The text.
        body: Body,
        /// When its sender last wrote it anew, if ever.
        edited_at: Option<Timestamp>,
        /// Whom it calls by name.
        mentions: Mentions,
        /// Whose words it hands on, if they are not the sender's own.
        forwarded: Option<Forwarded>,
    },
    /// Nothing any more: the text is gone for everybody, the place in the log stays.
    Deleted {
        /// By whom: its sender, or somebody who may.
        by: UserId,
        /// When.
        at: Timestamp,
    },
}

/// Where words come from that somebody handed on. Who sees the copy is told whose they are, and not where they were said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Forwarded {
    /// The message that was handed on. It stays with the server.
    pub message: MessageId,
    /// Who said it: of what was handed on before already, the one who said it first.
    pub sender: UserId,
}

/// Whom a message calls by name: as it was when it was said, or last written anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    /// Members, in the order of their ids, each once; never its sender.
    pub users: Vec<UserId>,
    /// Everybody.
    pub all: bool,
}

impl Mentions {
    /// Nobody.
    pub const NOBODY: Self = Self { users: Vec::new(), all: false };

    /// Whether it calls nobody.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.users.is_empty() && !self.all
    }

    /// Whether it calls a user, by name or with everybody.
    #[must_use]
    pub fn calls(&self, user: UserId) -> bool {
        self.all || self.users.contains(&user)
    }
}

impl Content {
    /// What was just said, calling nobody.
    #[must_use]
    pub const fn said(body: Body) -> Self {
        Self::Said { body, edited_at: None, mentions: Mentions::NOBODY, forwarded: None }
    }

    /// Whom it calls by name.
    #[must_use]
    pub const fn mentions(&self) -> &Mentions {
        static NOBODY: Mentions = Mentions::NOBODY;
        match self {
            Self::Said { mentions, .. } => mentions,
            Self::Deleted { .. } => &NOBODY,
        }
    }

    /// The text, if there still is one.
    #[must_use]
    pub const fn body(&self) -> Option<&Body> {
        match self {
            Self::Said { body, .. } => Some(body),
            Self::Deleted { .. } => None,
        }
    }

    /// Whose words it hands on, if they are not the sender's own.
    #[must_use]
    pub const fn forwarded(&self) -> Option<Forwarded> {
        match self {
            Self::Said { forwarded, .. } => *forwarded,
            Self::Deleted { .. } => None,
        }
    }

    /// Whether nothing is left of it.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        matches!(self, Self::Deleted { .. })
    }
}

/// A message as a change of it names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageRef {
    /// Identity over all conversations.
    pub id: MessageId,
    /// Its place in the log.
    pub seq: Seq,
    /// Who said it.
    pub sender: UserId,
}

impl Message {
    /// How a change of it names it.
    #[must_use]
    pub const fn reference(&self) -> MessageRef {
        MessageRef { id: self.id, seq: self.seq, sender: self.sender }
    }

    /// The text, if there still is one.
    #[must_use]
    pub const fn body(&self) -> Option<&Body> {
        self.content.body()
    }
}

/// A message as somebody who reads it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    /// The message.
    pub message: Message,
    /// What others put on it, the emoji that came first first.
    pub reactions: Vec<ReactionCount>,
    /// How many messages answer it.
    pub replies: u32,
    /// Whether it is pinned in its conversation.
    pub is_pinned: bool,
    /// How far it got, if it was said in a group by who reads it here; none where that was not asked for.
    pub receipts: Option<ReceiptCounts>,
}

/// A text that a message had before it was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerBody {
    /// The text.
    pub body: Body,
    /// When it was written: the message's own time, or that of an edit.
    pub written_at: Timestamp,
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

/// Mentions that are unread are counted up to this many.
pub const MENTIONS_WINDOW: usize = 1_000;

/// Whether a message counts as unread for a user: somebody else's, beyond what they read, and still there.
#[must_use]
pub fn is_unread(message: &Message, reader: UserId, marks: &Marks) -> bool {
    message.sender != reader && message.seq > marks.read && !message.content.is_deleted()
}
