//! Users: shared statements and readers.

use chat_core::ids::UserId;
use chat_core::ports::{Account, StoredPassword};
use chat_core::presence::Status;
use chat_core::text::{AvatarUrl, Description, Label};
use chat_core::user::{User, Username};

use super::standings::{sanction, sanction_columns};
use crate::codec::Reader;
use crate::error::Corrupt;

macro_rules! user_columns {
    () => {
        "u.id, u.username, u.display_name, u.bio, u.avatar, u.status, u.status_message, u.last_seen_at, u.created_at, \
        u.deleted_at"
    };
}
pub(crate) use user_columns;

/// The same without the name of the table, which a statement that writes has no use for.
macro_rules! written_columns {
    () => {
        "id, username, display_name, bio, avatar, status, status_message, last_seen_at, created_at, deleted_at"
    };
}

/// The stores look for these two first, so that the answer says which of them is taken.
pub(crate) const NAME_EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE name_key = $1 OR name_look = $2)";
pub(crate) const EMAIL_EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE email = $1)";

/// Returns nothing if name or address exist.
pub(crate) const INSERT: &str = concat!(
    "INSERT INTO users (username, name_key, name_look, name_fold, email, password_hash, created_at) ",
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING ",
    written_columns!(),
);

pub(crate) const LOGIN_BY_NAME: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", u.password_hash, ",
    sanction_columns!(),
    " FROM users u WHERE u.name_key = $1 AND u.deleted_at IS NULL"
);
pub(crate) const LOGIN_BY_EMAIL: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", u.password_hash, ",
    sanction_columns!(),
    " FROM users u WHERE u.email = $1 AND u.deleted_at IS NULL"
);

pub(crate) const LOGIN_BY_ID: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", u.password_hash, ",
    sanction_columns!(),
    " FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL"
);

/// Two ranges, each of the index over one kind of folded names. The `+` keeps planners from walking all users in the order
/// of their ids.
pub(crate) const SEARCH: &str = concat!(
    "SELECT ",
    user_columns!(),
    " FROM users u WHERE ((u.name_fold >= $1 AND u.name_fold < $2) OR (u.display_fold >= $1 AND u.display_fold < $2)) ",
    "AND +u.id > $3 AND u.deleted_at IS NULL ORDER BY +u.id LIMIT $4",
);
pub(crate) const EVERYBODY: &str = concat!(
    "SELECT ",
    user_columns!(),
    " FROM users u WHERE u.id > $1 AND u.deleted_at IS NULL ORDER BY u.id LIMIT $2"
);

/// Each flag says whether what follows it is meant.
pub(crate) const UPDATE_PROFILE: &str = concat!(
    "UPDATE users SET display_name = CASE WHEN $2 THEN $3 ELSE display_name END, ",
    "display_fold = CASE WHEN $2 THEN $4 ELSE display_fold END, ",
    "bio = CASE WHEN $5 THEN $6 ELSE bio END, avatar = CASE WHEN $7 THEN $8 ELSE avatar END ",
    "WHERE id = $1 AND deleted_at IS NULL RETURNING ",
    written_columns!(),
);

pub(crate) const SET_STATUS: &str =
    "UPDATE users SET status = $2, status_message = $3 WHERE id = $1 AND deleted_at IS NULL";
pub(crate) const SET_LAST_SEEN: &str = "UPDATE users SET last_seen_at = $2 WHERE id = $1 AND deleted_at IS NULL AND (last_seen_at IS NULL OR last_seen_at < $2)";

/// Waits for whoever writes the row at this moment, and then compares what they left.
pub(crate) const REPLACE_PASSWORD: &str = "UPDATE users SET password_hash = $2 WHERE id = $1 AND deleted_at IS NULL AND password_hash IS NOT DISTINCT FROM $3";

/// Sorts behind every name that begins with the prefix: no user name holds the last of all characters, and who wants to be
/// called by it is found by nothing that stands right before it.
pub(crate) fn prefix_end(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

pub(crate) fn user(row: &mut Reader<'_>) -> Result<User, Corrupt> {
    row.table("users");
    Ok(User {
        id: row.id("id", UserId::new)?,
        username: Username::stored(row.text("username")?),
        display_name: row.parsed_if_any("display_name", |text| Label::new(text).ok())?,
        bio: row.parsed_if_any("bio", |text| Description::new(text).ok())?,
        avatar: row.parsed_if_any("avatar", |text| AvatarUrl::new(text).ok())?,
        status: row.parsed("status", Status::parse)?,
        status_message: row.parsed_if_any("status_message", |text| Label::new(text).ok())?,
        last_seen_at: row.time_if_any("last_seen_at")?,
        created_at: row.time("created_at")?,
        deleted_at: row.time_if_any("deleted_at")?,
    })
}

/// A user, and behind their columns the head of their own log.
pub(crate) fn account(row: &mut Reader<'_>) -> Result<Account, Corrupt> {
    Ok(Account { user: user(row)?, log_head: row.seq("log_head")? })
}

pub(crate) fn stored_password(row: &mut Reader<'_>) -> Result<StoredPassword, Corrupt> {
    Ok(StoredPassword { user: user(row)?, hash: row.text_if_any("password_hash")?, sanction: sanction(row)? })
}
