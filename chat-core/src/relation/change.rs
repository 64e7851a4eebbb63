//! What a store writes when a relation changes: everything that stands afterwards, and who is told.

use super::{BlockedBy, FriendRequest, Relation, RelationState, RequestStatus};
use crate::conversation::Pair;
use crate::ids::{UserId, Version};
use crate::time::Timestamp;

/// What a store has to write, all of it or nothing, if the relation still has the version it was judged on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationChange {
    /// Between whom.
    pub pair: Pair,
    /// Who did it.
    pub actor: UserId,
    /// The version that the decision saw.
    pub judged_on: Version,
    /// Friends from now on, since when.
    pub friends_since: Option<Timestamp>,
    /// Who blocks from now on.
    pub blocked_by: Option<BlockedBy>,
    /// What happens to the pending request.
    pub request: RequestChange,
    /// Whether a block came or went: then the direct conversation of the pair gets a new version too.
    pub moves_block: bool,
    /// Whose own log gets which entry.
    pub notices: Vec<(UserId, RelationNotice)>,
    /// When.
    pub at: Timestamp,
}

/// What happens to the pending request of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestChange {
    /// The pending one, if any, stays.
    Keep,
    /// A new one.
    Open {
        /// Who asks.
        from: UserId,
        /// Who is asked.
        to: UserId,
    },
    /// The pending one ends like this.
    Close(FriendRequest, RequestStatus),
}

/// What a user's own log says about a relation. The other user of the pair is the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelationNotice {
    /// A request was made, by or to the user.
    Requested,
    /// A request was accepted; they are friends now.
    Accepted,
    /// A request was declined.
    Declined,
    /// A request was withdrawn.
    Cancelled,
    /// The friendship ended.
    Removed,
    /// The user blocked the subject. Only the blocker's own log says so.
    Blocked,
    /// The user lifted the block. Only the blocker's own log says so.
    Unblocked,
}

impl RelationNotice {
    /// Every notice.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Accepted,
        Self::Declined,
        Self::Cancelled,
        Self::Removed,
        Self::Blocked,
        Self::Unblocked,
    ];

    /// The name that columns carry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Removed => "removed",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
        }
    }

    /// The notice of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == name)
    }
}

/// The relation that a stored change leads to; stores and tests share this one reading of a change.
#[must_use]
pub fn after(change: &RelationChange, pending: Option<FriendRequest>) -> Relation {
    let state = match (change.blocked_by, change.friends_since, pending) {
        (Some(by), _, unseen) => RelationState::Blocked { by, unseen },
        (None, Some(since), _) => RelationState::Friends { since },
        (None, None, Some(request)) => RelationState::Requested(request),
        (None, None, None) => RelationState::Strangers,
    };
    Relation { pair: change.pair, version: Version(change.judged_on.0 + 1), state }
}
