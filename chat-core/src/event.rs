//! What happened, and to whom it goes.
//!
//! An event is a hint that lets clients see a change early; the stored row is the truth. A log entry carries its place
//! in its log, so a lost, doubled or reordered event shows.

use std::sync::Arc;

use crate::ids::{ConnectionId, ConversationId, MessageId, Seq, SessionId, UserId};
use crate::log::{LogEntry, UserEntry};
use crate::personal::{Draft, Settings};
use crate::presence::Presence;
use crate::receipt::{ReceiptCounts, ReceiptKind};
use crate::time::Timestamp;
use crate::user::User;

/// Something that clients want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A durable change of a conversation.
    Entry(LogEntry),
    /// A durable change for one user alone.
    UserEntry(UserEntry),
    /// A mark that rose. A state: the latest wins.
    Receipt(ReceiptEvent),
    /// How far a message got in a large group. A state: the latest wins.
    Tally(ReceiptTally),
    /// A user came, went or changed status. A state: the latest wins.
    Presence(Presence),
    /// A user says something else of themselves. A state: the latest wins.
    Profile(User),
    /// A user has set something else of a conversation, for themselves alone. A state: the latest wins.
    Settings {
        /// Of which conversation.
        conversation: ConversationId,
        /// What is set.
        settings: Settings,
    },
    /// A user has begun to write something, or did away with it. A state: the latest wins.
    Draft {
        /// Where.
        conversation: ConversationId,
        /// What; nothing any more where it is none.
        draft: Option<Draft>,
    },
    /// Somebody is typing, or stopped. Ephemeral: may be dropped.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Who.
        user: UserId,
        /// Started or stopped.
        is_typing: bool,
    },
    /// A session was ended: its sockets close.
    SessionEnded(SessionId),
    /// A user is kept out from now on: all of their sockets close.
    Sanctioned {
        /// Who.
        user: UserId,
        /// For good, or for a while.
        is_for_good: bool,
    },
}

/// One receipt as its author (or the reader's other devices) sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptEvent {
    /// Where.
    pub conversation: ConversationId,
    /// Who received or read.
    pub user: UserId,
    /// Which of both.
    pub kind: ReceiptKind,
    /// The newest message concerned, if there is one; everything of the same author before it is covered too.
    pub message: Option<MessageId>,
    /// Its place in the log.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
}

/// How far one message got in a large group, as its author sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptTally {
    /// Where.
    pub conversation: ConversationId,
    /// The newest of the author's messages that somebody received or read since they were told last.
    pub message: MessageId,
    /// Its place in the log.
    pub seq: Seq,
    /// With how many.
    pub counts: ReceiptCounts,
}

/// To whom an event goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Every connection that carries the conversation, except those of one user.
    Conversation {
        /// Which conversation.
        id: ConversationId,
        /// The one who need not hear it, if any.
        except: Option<UserId>,
    },
    /// Every connection that carries the conversation, except those of several users.
    ConversationBut {
        /// Which conversation.
        id: ConversationId,
        /// Those who do not hear it.
        but: Vec<UserId>,
    },
    /// Every connection of these users. With a conversation given, also those that carry that conversation alone.
    Users {
        /// Who.
        users: Vec<UserId>,
        /// The conversation that it is about; connections that carry only another one are passed over.
        about: Option<ConversationId>,
    },
    /// The connections of one session.
    Session(SessionId),
}

/// The connection that caused an event, and the name it gave to its command: there the event is the acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The connection.
    pub connection: ConnectionId,
    /// Its name for the command.
    pub reference: String,
}

/// An event on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What happened. Shared, because one event goes to many.
    pub event: Arc<Event>,
    /// To whom.
    pub audience: Audience,
    /// Who caused it, on this node.
    pub origin: Option<Origin>,
}
