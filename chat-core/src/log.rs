//! Logs: what happened in a conversation, and what happened to one user alone. Both are dense from 1.

use crate::conversation::{GroupUpdate, Role};
use crate::ids::{ConversationId, FriendRequestId, Seq, UserId};
use crate::message::{Content, Message, MessageRef};
use crate::reaction::Emoji;
use crate::relation::{FriendRequest, RelationNotice};
use crate::time::Timestamp;

/// One change that every member of a conversation sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEntry {
    /// Somebody said something. The message carries its own place in the log.
    Message(Message),
    /// Something else changed.
    Change(ChangeEntry),
}

/// A change that is no new message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEntry {
    /// Where.
    pub conversation: ConversationId,
    /// Its place in the log.
    pub seq: Seq,
    /// Who did it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Changed,
}

impl ChangeEntry {
    /// What it means for one user alone, whose own log says so. Where several come in at once, each hears what follows their
    /// own coming.
    #[must_use]
    pub const fn notice(&self) -> Option<(UserId, UserNotice)> {
        let Self { conversation, by, .. } = *self;
        match self.what {
            Changed::Joined { user, .. } => {
                Some((user, UserNotice::ConversationAdded { conversation, by, head: self.seq.previous() }))
            }
            Changed::Left { user } if user.get() != by.get() => {
                Some((user, UserNotice::ConversationRemoved { conversation, by }))
            }
            Changed::Left { .. }
            | Changed::RoleSet { .. }
            | Changed::Updated(_)
            | Changed::Edited { .. }
            | Changed::Deleted { .. }
            | Changed::Reacted { .. }
            | Changed::Unreacted { .. }
            | Changed::Pinned { .. }
            | Changed::Unpinned { .. } => None,
        }
    }
}

/// What can change in a conversation. An entry that is read later shows the message that it is about as it stands then, so
/// that a text which is gone is gone here too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Somebody came in: on their own account if it is the one who did it.
    Joined {
        /// Who.
        user: UserId,
        /// As what.
        role: Role,
    },
    /// Somebody went out: on their own account if it is the one who did it.
    Left {
        /// Who.
        user: UserId,
    },
    /// A member may do more or less than before.
    RoleSet {
        /// Who.
        user: UserId,
        /// What they are now.
        role: Role,
    },
    /// The group itself.
    Updated(GroupUpdate),
    /// A message says something else.
    Edited {
        /// Which.
        message: MessageRef,
        /// What it says.
        content: Content,
    },
    /// A message is gone.
    Deleted {
        /// Which.
        message: MessageRef,
    },
    /// Whoever did it put an emoji on a message.
    Reacted {
        /// Which.
        message: MessageRef,
        /// What.
        emoji: Emoji,
    },
    /// Whoever did it took an emoji back.
    Unreacted {
        /// Which.
        message: MessageRef,
        /// What.
        emoji: Emoji,
    },
    /// A message is held up for everybody to find.
    Pinned {
        /// Which.
        message: MessageRef,
    },
    /// A message is not held up any more.
    Unpinned {
        /// Which.
        message: MessageRef,
    },
}

impl LogEntry {
    /// Whose log it is.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        match self {
            Self::Message(message) => message.conversation,
            Self::Change(entry) => entry.conversation,
        }
    }

    /// Its place in the log.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        match self {
            Self::Message(message) => message.seq,
            Self::Change(entry) => entry.seq,
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
        /// The last seq of its log before: what is after it comes live.
        head: Seq,
    },
    /// The user is not a member any more, and it was somebody else who took them out.
    ConversationRemoved {
        /// Which one.
        conversation: ConversationId,
        /// Who took them out.
        by: UserId,
    },
}

impl UserNotice {
    /// The request that it is about, if any.
    #[must_use]
    pub fn request_id(&self) -> Option<FriendRequestId> {
        match self {
            Self::Relation { request, .. } => request.as_ref().map(|request| request.id),
            Self::ConversationAdded { .. } | Self::ConversationRemoved { .. } => None,
        }
    }
}
