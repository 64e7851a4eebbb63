//! Friends and blocks: shared statements and readers.

use chat_core::conversation::Pair;
use chat_core::ids::{FriendRequestId, UserId};
use chat_core::relation::{BlockedBy, FriendRequest, Relation, RelationState, RequestStatus};

use super::accounts::user_columns;
use crate::codec::Reader;
use crate::error::Corrupt;

macro_rules! request_columns {
    () => {
        "q.id, q.from_id, q.to_id, q.status, q.created_at"
    };
}
pub(crate) use request_columns;

/// How many columns a request takes.
pub(crate) const REQUEST_WIDTH: usize = 5;

macro_rules! relation_columns {
    () => {
        concat!(
            "r.low_id, r.high_id, r.version, r.friends_since, r.low_blocks_since, r.high_blocks_since, ",
            request_columns!(),
        )
    };
}

pub(crate) const BETWEEN: &str = concat!(
    "SELECT ",
    relation_columns!(),
    " FROM relations r LEFT JOIN friend_requests q ON q.id = r.request_id WHERE r.low_id = $1 AND r.high_id = $2",
);

/// A row to lock, where nothing was ever written between the two.
pub(crate) const ENSURE: &str =
    "INSERT INTO relations (low_id, high_id, version) VALUES ($1, $2, 0) ON CONFLICT (low_id, high_id) DO NOTHING";

pub(crate) const UPDATE: &str = "UPDATE relations SET version = $3, friends_since = $4, low_blocks_since = $5, \
    high_blocks_since = $6, request_id = $7 WHERE low_id = $1 AND high_id = $2";

pub(crate) const OPEN_REQUEST: &str =
    "INSERT INTO friend_requests (from_id, to_id, status, created_at) VALUES ($1, $2, 'pending', $3) RETURNING id";
pub(crate) const CLOSE_REQUEST: &str = "UPDATE friend_requests SET status = $2 WHERE id = $1";

pub(crate) const BUMP_DIRECT: &str =
    "UPDATE conversations SET version = version + 1 WHERE direct_low = $1 AND direct_high = $2";

/// One small index for each side of a pair and each side of a block.
pub(crate) const SILENCED: &str = "SELECT r.high_id AS id FROM relations r WHERE r.low_id = $1 AND r.low_blocks_since IS NOT NULL \
    UNION SELECT r.high_id FROM relations r WHERE r.low_id = $1 AND r.high_blocks_since IS NOT NULL \
    UNION SELECT r.low_id FROM relations r WHERE r.high_id = $1 AND r.high_blocks_since IS NOT NULL \
    UNION SELECT r.low_id FROM relations r WHERE r.high_id = $1 AND r.low_blocks_since IS NOT NULL ORDER BY id";

pub(crate) const REQUEST: &str = concat!("SELECT ", request_columns!(), " FROM friend_requests q WHERE q.id = $1");

/// One page of each direction, merged: $2 the cursor, $3 the limit, $4 and $5 which directions are wanted.
/// What comes from somebody whom the user blocks is left out.
pub(crate) const REQUESTS: &str = concat!(
    "SELECT ",
    request_columns!(),
    " FROM (SELECT * FROM (SELECT o.* FROM friend_requests o \
    WHERE $4 AND o.from_id = $1 AND o.status = 'pending' AND o.id > $2 ORDER BY o.id LIMIT $3) AS outgoing \
    UNION ALL SELECT * FROM (SELECT i.* FROM friend_requests i \
    WHERE $5 AND i.to_id = $1 AND i.status = 'pending' AND i.id > $2 AND NOT EXISTS (SELECT 1 FROM relations r \
    WHERE (r.low_id = $1 AND r.high_id = i.from_id AND r.low_blocks_since IS NOT NULL) \
    OR (r.low_id = i.from_id AND r.high_id = $1 AND r.high_blocks_since IS NOT NULL)) \
    ORDER BY i.id LIMIT $3) AS incoming) AS q ORDER BY q.id LIMIT $3",
);

pub(crate) const FRIENDS: &str = concat!(
    "SELECT ",
    user_columns!(),
    " FROM (SELECT * FROM (SELECT r.high_id AS id FROM relations r \
    WHERE r.low_id = $1 AND r.high_id > $2 AND r.friends_since IS NOT NULL ORDER BY r.high_id LIMIT $3) AS above \
    UNION ALL SELECT * FROM (SELECT r.low_id AS id FROM relations r \
    WHERE r.high_id = $1 AND r.low_id > $2 AND r.friends_since IS NOT NULL ORDER BY r.low_id LIMIT $3) AS below) AS f \
    JOIN users u ON u.id = f.id ORDER BY u.id LIMIT $3",
);

pub(crate) const BLOCKS: &str = concat!(
    "SELECT ",
    user_columns!(),
    " FROM (SELECT * FROM (SELECT r.high_id AS id FROM relations r \
    WHERE r.low_id = $1 AND r.high_id > $2 AND r.low_blocks_since IS NOT NULL ORDER BY r.high_id LIMIT $3) AS above \
    UNION ALL SELECT * FROM (SELECT r.low_id AS id FROM relations r \
    WHERE r.high_id = $1 AND r.low_id > $2 AND r.high_blocks_since IS NOT NULL ORDER BY r.low_id LIMIT $3) AS below) AS b \
    JOIN users u ON u.id = b.id ORDER BY u.id LIMIT $3",
);

/// Friends and partners in direct conversations of a user, without those with a block either way.
macro_rules! presence_circle {
    ($user:literal) => {
        concat!(
            "SELECT o.id FROM (SELECT high_id AS id FROM relations WHERE low_id = ",
            $user,
            " AND friends_since IS NOT NULL UNION SELECT low_id FROM relations WHERE high_id = ",
            $user,
            " AND friends_since IS NOT NULL UNION SELECT direct_high FROM conversations WHERE direct_low = ",
            $user,
            " UNION SELECT direct_low FROM conversations WHERE direct_high = ",
            $user,
            ") AS o WHERE NOT EXISTS (SELECT 1 FROM relations r WHERE r.low_id = ",
            $user,
            " AND r.high_id = o.id AND (r.low_blocks_since IS NOT NULL OR r.high_blocks_since IS NOT NULL)) \
            AND NOT EXISTS (SELECT 1 FROM relations r WHERE r.low_id = o.id AND r.high_id = ",
            $user,
            " AND (r.low_blocks_since IS NOT NULL OR r.high_blocks_since IS NOT NULL)) ORDER BY o.id",
        )
    };
}
pub(crate) use presence_circle;

pub(crate) fn request(row: &mut Reader<'_>) -> Result<FriendRequest, Corrupt> {
    row.table("friend_requests");
    Ok(FriendRequest {
        id: row.id("id", FriendRequestId::new)?,
        from: row.id("from_id", UserId::new)?,
        to: row.id("to_id", UserId::new)?,
        status: row.parsed("status", RequestStatus::parse)?,
        created_at: row.time("created_at")?,
    })
}

pub(crate) fn relation(row: &mut Reader<'_>) -> Result<Relation, Corrupt> {
    row.table("relations");
    let low = row.id("low_id", UserId::new)?;
    let high = row.id("high_id", UserId::new)?;
    let pair = Pair::new(low, high).ok_or_else(|| row.corrupt("high_id"))?;
    let version = row.version("version")?;
    let friends_since = row.time_if_any("friends_since")?;
    let by = BlockedBy::of(row.time_if_any("low_blocks_since")?, row.time_if_any("high_blocks_since")?);
    let pending = row.group(REQUEST_WIDTH, request)?;
    let state = match (by, friends_since, pending) {
        (Some(by), None, unseen) => RelationState::Blocked { by, unseen },
        (None, Some(since), None) => RelationState::Friends { since },
        (None, None, Some(request)) => RelationState::Requested(request),
        (None, None, None) => RelationState::Strangers,
        (Some(_), Some(_), _) | (None, Some(_), Some(_)) => {
            return Err(row.table("relations").corrupt("friends_since"));
        }
    };
    Ok(Relation { pair, version, state })
}

/// Of relations `r`, those in which a block stands.
macro_rules! where_silent {
    () => {
        "WHERE r.low_blocks_since IS NOT NULL OR r.high_blocks_since IS NOT NULL"
    };
}
pub(crate) use where_silent;

pub(crate) fn pair(row: &mut Reader<'_>) -> Result<Pair, Corrupt> {
    row.table("relations");
    let low = row.id("low_id", UserId::new)?;
    let high = row.id("high_id", UserId::new)?;
    Pair::new(low, high).ok_or_else(|| row.corrupt("high_id"))
}

pub(crate) fn user_id(row: &mut Reader<'_>) -> Result<UserId, Corrupt> {
    row.table("users").id("id", UserId::new)
}

pub(crate) fn request_id(row: &mut Reader<'_>) -> Result<FriendRequestId, Corrupt> {
    row.table("friend_requests").id("id", FriendRequestId::new)
}
