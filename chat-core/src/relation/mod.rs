//! Friends and blocks: the one state between two users, the [`change`](RelationChange) that a store writes, and the
//! [`steps`](Step) that lead from the one to the other.

mod change;
mod steps;
#[cfg(test)]
mod tests;

pub use change::{RelationChange, RelationNotice, RequestChange, after};
pub use steps::{Refusal, Step, Verdict};

use crate::conversation::Pair;
use crate::ids::{FriendRequestId, UserId, Version};
use crate::time::Timestamp;

/// What is between two users. Friendship and a block cannot hold at once: there is no value for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Between whom.
    pub pair: Pair,
    /// Raised by every change of the relation.
    pub version: Version,
    /// The state itself.
    pub state: RelationState,
}

/// The states of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationState {
    /// Nothing yet, or nothing any more.
    Strangers,
    /// One asked, the other has not answered.
    Requested(FriendRequest),
    /// Both agreed.
    Friends {
        /// When.
        since: Timestamp,
    },
    /// One or both block the other. A request that the blocked side makes meanwhile is kept but not shown to the blocker,
    /// so that the blocked side sees nothing unusual.
    Blocked {
        /// Who blocks.
        by: BlockedBy,
        /// A request from a blocked user, unseen.
        unseen: Option<FriendRequest>,
    },
}

/// Which side of the pair blocks, since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockedBy {
    /// The user with the smaller id.
    Low(Timestamp),
    /// The user with the larger id.
    High(Timestamp),
    /// Each the other.
    Both {
        /// Since when the smaller id blocks.
        low: Timestamp,
        /// Since when the larger id blocks.
        high: Timestamp,
    },
}

impl BlockedBy {
    /// From the two sides; none if neither blocks.
    #[must_use]
    pub const fn of(low: Option<Timestamp>, high: Option<Timestamp>) -> Option<Self> {
        match (low, high) {
            (None, None) => None,
            (Some(low), None) => Some(Self::Low(low)),
            (None, Some(high)) => Some(Self::High(high)),
            (Some(low), Some(high)) => Some(Self::Both { low, high }),
        }
    }

    /// Since when the smaller id blocks.
    #[must_use]
    pub const fn low(self) -> Option<Timestamp> {
        match self {
            Self::Low(at) | Self::Both { low: at, .. } => Some(at),
            Self::High(_) => None,
        }
    }

    /// Since when the larger id blocks.
    #[must_use]
    pub const fn high(self) -> Option<Timestamp> {
        match self {
            Self::High(at) | Self::Both { high: at, .. } => Some(at),
            Self::Low(_) => None,
        }
    }
}

/// A request to become friends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FriendRequest {
    /// Identity.
    pub id: FriendRequestId,
    /// Who asks.
    pub from: UserId,
    /// Who is asked.
    pub to: UserId,
    /// How it stands.
    pub status: RequestStatus,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How a request stands. Only `Pending` ever changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestStatus {
    /// Not answered yet.
    Pending,
    /// The asked one agreed.
    Accepted,
    /// The asked one refused.
    Declined,
    /// The asking one withdrew it, or a block ended it.
    Cancelled,
}

impl RequestStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Accepted, Self::Declined, Self::Cancelled];

    /// The name that frames and columns carry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl Relation {
    /// Two users who have nothing to do with each other yet.
    #[must_use]
    pub const fn strangers(pair: Pair) -> Self {
        Self { pair, version: Version(0), state: RelationState::Strangers }
    }

    /// Whether `user` blocks the other one of the pair.
    #[must_use]
    pub fn blocks(&self, user: UserId) -> bool {
        match self.state {
            RelationState::Blocked { by, .. } if user == self.pair.low() => by.low().is_some(),
            RelationState::Blocked { by, .. } => user == self.pair.high() && by.high().is_some(),
            RelationState::Strangers | RelationState::Requested(_) | RelationState::Friends { .. } => false,
        }
    }

    /// Whether either blocks the other.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        matches!(self.state, RelationState::Blocked { .. })
    }

    /// Since when nothing passes between the two: since the first of the blocks that stand.
    #[must_use]
    pub fn silent_since(&self) -> Option<Timestamp> {
        match self.state {
            RelationState::Blocked { by, .. } => by.low().into_iter().chain(by.high()).min(),
            RelationState::Strangers | RelationState::Requested(_) | RelationState::Friends { .. } => None,
        }
    }

    /// Whether a viewer sees that a mark of `user` rose in their direct conversation at a moment. A block freezes what each
    /// sees of the other, as long as it stands; everybody sees all of their own, and nobody in particular sees what both may.
    #[must_use]
    pub fn shows(&self, user: UserId, at: Timestamp, viewer: Option<UserId>) -> bool {
        viewer == Some(user) || self.silent_since().is_none_or(|since| at <= since)
    }

    /// Whether they are friends.
    #[must_use]
    pub const fn is_friends(&self) -> bool {
        matches!(self.state, RelationState::Friends { .. })
    }

    /// The pending request, shown or not.
    #[must_use]
    pub const fn pending(&self) -> Option<&FriendRequest> {
        match &self.state {
            RelationState::Requested(request) | RelationState::Blocked { unseen: Some(request), .. } => Some(request),
            RelationState::Strangers | RelationState::Friends { .. } | RelationState::Blocked { unseen: None, .. } => {
                None
            }
        }
    }
}
