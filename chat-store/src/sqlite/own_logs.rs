//! The users' own logs in SQLite.

use std::collections::HashMap;

use chat_core::ids::{Seq, UserId};
use chat_core::log::{UserEntry, UserNotice};
use chat_core::time::Timestamp;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::arrays::{ids, table};
use crate::codec::all;
use crate::error::Fault;
use crate::sql::user_changes as sql;

pub(super) const HEADS: &str = "SELECT id, log_head FROM users WHERE id IN (SELECT value FROM json_each($1))";

pub(super) const SET_HEADS: &str =
    "UPDATE users SET log_head = j.value->>1 FROM json_each($1) AS j WHERE users.id = j.value->>0";

const INSERT: &str = "INSERT INTO user_changes (user_id, seq, kind, other_id, request_id, conversation_id, \
    conversation_head, created_at) \
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7 FROM json_each($1)";

/// The heads of the logs of those of these users who exist.
pub(crate) async fn heads(
    tx: &mut SqliteConnection,
    users: impl IntoIterator<Item = UserId>,
) -> Result<HashMap<UserId, Seq>, Fault> {
    let rows = sqlx::query(HEADS).bind(ids(users.into_iter().map(UserId::get))).fetch_all(tx).await?;
    Ok(all(&rows, sql::head)?.into_iter().collect())
}

/// Writes the next entries of some logs.
pub(crate) async fn push(
    tx: &mut SqliteConnection,
    mut heads: HashMap<UserId, Seq>,
    notices: impl IntoIterator<Item = (UserId, UserNotice)>,
    at: Timestamp,
) -> Result<Vec<UserEntry>, Fault> {
    let entries = sql::number(&mut heads, notices, at);
    let moved = table(heads.iter().map(|(user, head)| [user.get().into(), head.get().into()]));
    sqlx::query(SET_HEADS).bind(moved).execute(&mut *tx).await?;
    let rows = table(entries.iter().map(sql::EntryColumns::of).map(|entry| {
        [
            entry.user.into(),
            entry.seq.into(),
            entry.kind.into(),
            entry.other.into(),
            Value::from(entry.request),
            Value::from(entry.conversation),
            Value::from(entry.head),
            entry.at.into(),
        ]
    }));
    sqlx::query(INSERT).bind(rows).execute(&mut *tx).await?;
    Ok(entries)
}
