//! What a change of a relation leaves behind, once a new request has its id.

use chat_core::ids::{FriendRequestId, UserId};
use chat_core::log::UserNotice;
use chat_core::relation::{
    FriendRequest, Relation, RelationChange, RelationNotice, RequestChange, RequestStatus, after as relation_after,
};

/// A change, carried out.
#[derive(Debug)]
pub(crate) struct RelationWrite {
    /// The relation as it is then.
    pub(crate) relation: Relation,
    /// The request that the change opened or closed, as it is then.
    pub(crate) request: Option<FriendRequest>,
}

impl RelationWrite {
    /// From the change, the relation before it, and the id of the request that it opened.
    pub(crate) fn of(change: &RelationChange, before: &Relation, opened: Option<FriendRequestId>) -> Self {
        let (request, pending) = match &change.request {
            RequestChange::Keep => (None, before.pending().cloned()),
            RequestChange::Open { from, to } => {
                let request = opened.map(|id| FriendRequest {
                    id,
                    from: *from,
                    to: *to,
                    status: RequestStatus::Pending,
                    created_at: change.at,
                });
                (request.clone(), request)
            }
            RequestChange::Close(request, status) => (Some(FriendRequest { status: *status, ..request.clone() }), None),
        };
        Self { relation: relation_after(change, pending), request }
    }
}

/// The entries that the change makes, in the order of its notices.
pub(crate) fn notices(change: &RelationChange, request: Option<&FriendRequest>) -> Vec<(UserId, UserNotice)> {
    let entry = |(user, notice): &(UserId, RelationNotice)| {
        let request = request.filter(|_| is_about_request(*notice)).cloned();
        Some((*user, UserNotice::Relation { notice: *notice, other: change.pair.other(*user)?, request }))
    };
    change.notices.iter().filter_map(entry).collect()
}

/// Whether an entry names the request. One about a block does not, even where the block ended a request: the blocker
/// may never have seen it.
const fn is_about_request(notice: RelationNotice) -> bool {
    match notice {
        RelationNotice::Requested | RelationNotice::Accepted | RelationNotice::Declined | RelationNotice::Cancelled => {
            true
        }
        RelationNotice::Removed | RelationNotice::Blocked | RelationNotice::Unblocked => false,
    }
}
