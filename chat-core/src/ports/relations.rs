//! The port for friends and blocks.

use async_trait::async_trait;

use super::StoreError;
use crate::command::Direction;
use crate::conversation::Pair;
use crate::ids::{ConversationId, FriendRequestId, UserId};
use crate::log::UserEntry;
use crate::page::{Page, PageSize};
use crate::relation::{FriendRequest, Relation, RelationChange};
use crate::user::User;

/// What came of writing a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationCommitted {
    /// Written.
    Committed {
        /// The relation as it is now.
        relation: Relation,
        /// The request that the change opened or closed, as it is now.
        request: Option<FriendRequest>,
        /// One entry per notice of the change, in the same order, each with its place in its user's log. Those that say
        /// requested, accepted, declined or cancelled name the request; the others do not, even where a block ended one,
        /// because the blocker may never have seen it.
        entries: Vec<UserEntry>,
    },
    /// The relation moved since it was judged: load it and judge again.
    Stale,
}

/// Pending requests of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestQuery {
    /// Whose.
    pub user: UserId,
    /// Only one way, or both.
    pub direction: Option<Direction>,
    /// After which id.
    pub after: Option<FriendRequestId>,
    /// How many.
    pub size: PageSize,
}

/// Friends and blocks of every pair of users.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait RelationStore: Send + Sync {
    /// What is between two users; [`Relation::strangers`] where nothing was ever written.
    async fn between(&self, pair: Pair) -> Result<Relation, StoreError>;

    /// Writes a change, its request, its entries in the users' own logs and, if a block moved, a new version of the pair's
    /// direct conversation: all or nothing.
    async fn commit(&self, change: &RelationChange) -> Result<RelationCommitted, StoreError>;

    /// A request.
    async fn request(&self, id: FriendRequestId) -> Result<Option<FriendRequest>, StoreError>;

    /// Pending requests in the order of their ids. One that comes from a user whom `user` blocks is left out.
    async fn requests(&self, query: &RequestQuery) -> Result<Page<FriendRequest>, StoreError>;

    /// Friends in the order of their ids. The cursor is the id.
    async fn friends(&self, user: UserId, after: Option<UserId>, size: PageSize) -> Result<Page<User>, StoreError>;

    /// The users that `user` blocks, in the order of their ids. The cursor is the id.
    async fn blocks(&self, user: UserId, after: Option<UserId>, size: PageSize) -> Result<Page<User>, StoreError>;

    /// Everybody between whom and a user a block stands, whoever put it up, in the order of their ids.
    async fn silenced(&self, user: UserId) -> Result<Vec<UserId>, StoreError>;

    /// Who may be called by name by a user: the other members of a conversation whose names have one of these keys, without those
    /// with a block either way; in the order of their ids.
    async fn mentionable(
        &self,
        conversation: ConversationId,
        by: UserId,
        keys: &[String],
    ) -> Result<Vec<UserId>, StoreError>;

    /// Who sees the presence of `user`, and whose presence `user` sees: friends and partners of direct conversations,
    /// without those with a block either way; in the order of their ids.
    async fn presence_circle(&self, user: UserId) -> Result<Vec<UserId>, StoreError>;

    /// Those of these pairs between whom a block stands, whoever blocks; in no particular order.
    async fn silent_among(&self, pairs: &[Pair]) -> Result<Vec<Pair>, StoreError>;
}
