//! Logs: what happened in a conversation, and what happened to one user alone. Both are dense from 1.

use crate::conversation::Role;
use crate::ids::{ConversationId, FriendRequestId, Seq, UserId};
use crate::message::Message;
use crate::relation::{FriendRequest, RelationNotice};
use crate::time::Timestamp;

/// One change that every member of a conversation sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEntry {
    /// Somebody said something. The message carries its own place in the log.
    Message(Message),
    /// Membership changed.
    Membership(MembershipEntry),
}

/// Somebody came in or went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipEntry {
    /// Where.
    pub conversation: ConversationId,
    /// Its place in the log.
    pub seq: Seq,
    /// Who came or went.
    pub user: UserId,
    /// Who did it: the same user if on their own account.
    pub by: UserId,
    /// Which way.
    pub change: MembershipStep,
    /// When.
    pub at: Timestamp,
}

/// Which way somebody went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MembershipStep {
    /// Came in.
    Joined {
        /// As what.
        role: Role,
    },
    /// Went out.
    Left,
}

impl LogEntry {
    /// Whose log it is.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        match self {
            Self::Message(message) => message.conversation,
            Self::Membership(entry) => entry.conversation,
        }
    }

    /// Its place in the log.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        match self {
            Self::Message(message) => message.seq,
            Self::Membership(entry) => entry.seq,
        }
    }
}

/// One change that concerns one user alone and reaches all of their devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserEntry {
    /// Whose log it is.
    pub user: UserId,
    /// Its place in that log.
    pub seq: Seq,
    /// What happened.
    pub notice: UserNotice,
    /// When.
    pub at: Timestamp,
}

/// What can happen to one user alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserNotice {
    /// Something between the user and another.
    Relation {
        /// What.
        notice: RelationNotice,
        /// The other user.
        other: UserId,
        /// The request concerned, as it stands now; none for what is not about a request.
        request: Option<FriendRequest>,
    },
    /// The user is a member of a conversation that was not in their list before.
    ConversationAdded {
        /// Which one.
        conversation: ConversationId,
        /// Who made it or brought the user in.
        by: UserId,
    },
}

impl UserNotice {
    /// The request that it is about, if any.
    #[must_use]
    pub fn request_id(&self) -> Option<FriendRequestId> {
        match self {
            Self::Relation { request, .. } => request.as_ref().map(|request| request.id),
            Self::ConversationAdded { .. } => None,
        }
    }
}
