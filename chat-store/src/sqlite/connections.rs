//! The connections to one file: all writes go through one of them, reads go through others and never wait for a write.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chat_core::ports::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Sqlite, SqlitePool, Transaction};

use super::file::HeldFile;
use crate::error::Fault;
use crate::migrations::{self, AppliedMigration};
use crate::open_error::OpenError;

/// Versions before this one can damage a database in WAL mode that is written and read at once.
const NEEDED_VERSION: (&str, [u32; 3]) = ("3.51.3", [3, 51, 3]);

/// How long a caller waits for a connection, and a connection for another program that reads the file, say for a backup.
const PATIENCE: Duration = Duration::from_secs(5);

/// The open connections.
#[derive(Debug)]
pub(crate) struct Connections {
    readers: SqlitePool,
    writer: SqlitePool,
    file: Mutex<Option<HeldFile>>,
}

impl Connections {
    pub(crate) async fn open(path: &Path, readers: u32) -> Result<(Self, Vec<AppliedMigration>), OpenError> {
        let file = HeldFile::take(path)?;
        let options = SqliteConnectOptions::new()
            .filename(&file.path)
            .journal_mode(SqliteJournalMode::Wal)
            // With batched writes a full sync costs next to nothing, and only it survives a loss of power.
            .synchronous(SqliteSynchronous::Full)
            .pragma("fullfsync", "ON")
            .pragma("checkpoint_fullfsync", "ON")
            // A burst of writes must not leave a large log behind for good.
            .pragma("journal_size_limit", "67108864")
            .foreign_keys(true)
            .busy_timeout(PATIENCE);

        let mut first = SqliteConnection::connect_with(&options).await.map_err(|error| explain(error, &file.path))?;
        check_version(&mut first).await?;
        let applied = migrations::run(&mut first, migrations::SQLITE).await?;
        first.close().await?;

        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_release(|connection, _| Box::pin(is_clean(connection)))
            .connect_lazy_with(options.clone());
        let readers = SqlitePoolOptions::new()
            .max_connections(readers)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.pragma("query_only", "ON"));
        Ok((Self { readers, writer, file: Mutex::new(Some(file)) }, applied))
    }

    /// What reads run on. Each statement sees one snapshot of everything committed.
    pub(crate) const fn reader(&self) -> &SqlitePool {
        &self.readers
    }

    /// Begins the one write transaction; whoever wants to write meanwhile waits. A transaction that would first read and
    /// then turn into a write could fail midway, so it says from the start that it writes.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, Fault> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// A write of one statement, which is a transaction by itself.
    pub(crate) const fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Runs the work of one method of a port.
    pub(crate) async fn run<T, F, Work>(&self, work: F) -> Result<T, StoreError>
    where
        F: FnOnce() -> Work,
        Work: Future<Output = Result<T, Fault>>,
    {
        work().await.map_err(StoreError::from)
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        drop(self.file.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// Whether a connection may serve others: one that could not end its transaction, because the disk is full, say, may not.
async fn is_clean(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A transaction whose caller stopped waiting is being rolled back; this waits for it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

async fn check_version(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let found: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(connection).await?;
    let numbers: Vec<u32> = found.split('.').map_while(|number| number.parse().ok()).collect();
    let (needed, needed_numbers) = NEEDED_VERSION;
    if numbers.as_slice() < needed_numbers.as_slice() {
        return Err(OpenError::SqliteTooOld { found, needed });
    }
    Ok(())
}

fn explain(error: sqlx::Error, path: &Path) -> OpenError {
    const CORRUPT: i64 = 11;
    const NOT_A_DATABASE: i64 = 26;
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i64>().ok());
    match code.map(|code| code & 0xff) {
        Some(CORRUPT | NOT_A_DATABASE) => OpenError::NotADatabase { path: path.to_owned(), source: error },
        Some(_) | None => OpenError::Database(error),
    }
}
