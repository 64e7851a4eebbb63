//! What somebody wants to change in a conversation, other than to say something new.
//!
//! All of it goes to the store by one door, [`ChangeStore::commit`](crate::ports::ChangeStore::commit): judged on a version,
//! written with its places in the log in one transaction.

use crate::conversation::{GroupUpdate, Role};
use crate::ids::{ConversationId, MessageId, UserId, Version};
use crate::invite::InviteCode;
use crate::message::Mentions;
use crate::reaction::Emoji;
use crate::text::{Body, Label};
use crate::time::Timestamp;

/// A change to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub conversation: ConversationId,
    /// Who does it.
    pub by: UserId,
    /// What.
    pub act: Act,
    /// The version of the conversation that the decision saw.
    pub judged_on: Version,
    /// When.
    pub at: Timestamp,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Bring users in as members. Those who are in it already stay what they are.
    Add {
        /// Who, each once.
        users: Vec<UserId>,
    },
    /// Come in on one's own account. Whether one may is judged by the store as things stand then, by
    /// [`may_enter`](crate::rules::may_enter), so that many who come at once do not make each other wait.
    Enter {
        /// How many members there may be at most.
        most: usize,
        /// By which invite; none for what is open to everybody.
        invite: Option<InviteCode>,
    },
    /// Keep somebody out: a member is taken out. It replaces a ban that is there already.
    Ban {
        /// Who.
        user: UserId,
        /// Why.
        reason: Option<Label>,
        /// From when on it is over; none for never.
        until: Option<Timestamp>,
    },
    /// Let somebody in again who is kept out.
    Unban {
        /// Who.
        user: UserId,
    },
    /// Take a member out, or leave.
    Remove {
        /// Who.
        user: UserId,
    },
    /// Let a member do more or less.
    SetRole {
        /// Who.
        user: UserId,
        /// What they are from now on.
        role: Role,
    },
    /// Change the group itself.
    Update(GroupUpdate),
    /// Let a message say something else; what it said is kept.
    Edit {
        /// Which.
        message: MessageId,
        /// What it says from now on.
        body: Body,
        /// Whom it calls by name from now on.
        mentions: Mentions,
    },
    /// Delete a message, with what it ever said and what others put on it.
    Delete {
        /// Which.
        message: MessageId,
    },
    /// Put an emoji on a message.
    React {
        /// Which.
        message: MessageId,
        /// What.
        emoji: Emoji,
    },
    /// Take one's emoji back.
    Unreact {
        /// From which.
        message: MessageId,
        /// What.
        emoji: Emoji,
    },
    /// Hold a message up for everybody to find.
    Pin {
        /// Which.
        message: MessageId,
    },
    /// Do not hold it up any more.
    Unpin {
        /// Which.
        message: MessageId,
    },
}

impl Act {
    /// Whether decisions that were judged before are stale afterwards: true of everything that rules look at.
    #[must_use]
    pub const fn moves_version(&self) -> bool {
        match self {
            Self::Add { .. }
            | Self::Enter { .. }
            | Self::Ban { .. }
            | Self::Unban { .. }
            | Self::Remove { .. }
            | Self::SetRole { .. }
            | Self::Update(_) => true,
            Self::Edit { .. }
            | Self::Delete { .. }
            | Self::React { .. }
            | Self::Unreact { .. }
            | Self::Pin { .. }
            | Self::Unpin { .. } => false,
        }
    }

    /// Whether the store judges it anew, so that the version of an earlier judgement does not matter.
    #[must_use]
    pub const fn is_judged_in_place(&self) -> bool {
        matches!(self, Self::Enter { .. })
    }

    /// Whether it brings the conversation to the top of its members' lists, if it is an entry of the log.
    #[must_use]
    pub const fn is_activity(&self) -> bool {
        matches!(self, Self::Add { .. } | Self::Enter { .. } | Self::Ban { .. } | Self::Remove { .. } | Self::Update(_))
    }

    /// The message that it is about, if it is about one.
    #[must_use]
    pub const fn message(&self) -> Option<MessageId> {
        match self {
            Self::Edit { message, .. }
            | Self::Delete { message }
            | Self::React { message, .. }
            | Self::Unreact { message, .. }
            | Self::Pin { message }
            | Self::Unpin { message } => Some(*message),
            Self::Add { .. }
            | Self::Enter { .. }
            | Self::Ban { .. }
            | Self::Unban { .. }
            | Self::Remove { .. }
            | Self::SetRole { .. }
            | Self::Update(_) => None,
        }
    }
}
