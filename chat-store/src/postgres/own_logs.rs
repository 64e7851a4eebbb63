//! The users' own logs in Postgres.

use std::collections::HashMap;

use chat_core::ids::{Seq, UserId};
use chat_core::log::{UserEntry, UserNotice};
use chat_core::time::Timestamp;
use sqlx::PgConnection;

use crate::codec::all;
use crate::error::Fault;
use crate::sql::user_changes as sql;

const LOCK_HEADS: &str = "SELECT id, log_head FROM users WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";

/// Moves the heads and writes the entries, in one statement.
const PUSH: &str = "WITH moved AS (UPDATE users u SET log_head = h.head \
    FROM UNNEST($1::BIGINT[], $2::BIGINT[]) AS h (id, head) WHERE u.id = h.id) \
    INSERT INTO user_changes (user_id, seq, kind, other_id, request_id, conversation_id, conversation_head, created_at) \
    SELECT * FROM UNNEST($3::BIGINT[], $4::BIGINT[], $5::TEXT[], $6::BIGINT[], $7::BIGINT[], $8::BIGINT[], $9::BIGINT[], \
    $10::BIGINT[])";

/// The heads of the logs of those of these users who exist; nobody else can move them until the transaction ends.
pub(crate) async fn lock_heads(
    tx: &mut PgConnection,
    users: impl IntoIterator<Item = UserId>,
) -> Result<HashMap<UserId, Seq>, Fault> {
    let ids: Vec<_> = users.into_iter().map(UserId::get).collect();
    let rows = sqlx::query(LOCK_HEADS).bind(ids).fetch_all(tx).await?;
    Ok(all(&rows, sql::head)?.into_iter().collect())
}

/// Writes the next entries of some logs.
pub(crate) async fn push(
    tx: &mut PgConnection,
    mut heads: HashMap<UserId, Seq>,
    notices: impl IntoIterator<Item = (UserId, UserNotice)>,
    at: Timestamp,
) -> Result<Vec<UserEntry>, Fault> {
    let entries = sql::number(&mut heads, notices, at);
    let (users, heads): (Vec<_>, Vec<_>) = heads.into_iter().map(|(user, head)| (user.get(), head.get())).unzip();
    let rows: Vec<_> = entries.iter().map(sql::EntryColumns::of).collect();
    sqlx::query(PUSH)
        .bind(users)
        .bind(heads)
        .bind(rows.iter().map(|row| row.user).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.seq).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.kind).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.other).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.request).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.conversation).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.head).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.at).collect::<Vec<_>>())
        .execute(tx)
        .await?;
    Ok(entries)
}
