//! The yardstick for SQLite: a loop that inserts one row after the other, each in a transaction of its own that is synced.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, Executor as _};

use super::clocks::per_second;
use crate::failure::{Doing, Outcome};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS entries (conversation INTEGER NOT NULL, seq INTEGER NOT NULL, sender INTEGER NOT NULL, \
     body TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (conversation, seq)) WITHOUT ROWID";
const INSERT: &str = "INSERT INTO entries VALUES (?1, ?2, 1, ?3, ?2)";

/// Inserts per second into a database in this directory.
pub(super) async fn inserts_per_second(directory: &Path, round: u32, time: Duration) -> Outcome<f64> {
    let options = SqliteConnectOptions::new()
        .filename(directory.join("yardstick.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await.doing("open a database")?;
    connection.execute(SCHEMA).await.doing(SCHEMA)?;
    let body = "x".repeat(120);
    let (begun, mut rows) = (Instant::now(), 0_u32);
    while begun.elapsed() < time {
        rows += 1;
        let place = i64::from(round) << 32 | i64::from(rows);
        // Ten thousand conversations in turn, as the other yardstick does it at random.
        let insert = sqlx::query(INSERT).bind(i64::from(rows % 10_000)).bind(place).bind(&body);
        insert.execute(&mut connection).await.doing(INSERT)?;
    }
    let rate = per_second(rows.into(), begun.elapsed());
    connection.close().await.doing("close a database")?;
    Ok(rate)
}
