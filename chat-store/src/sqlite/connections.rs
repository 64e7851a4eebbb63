//! The connections to one file: all writes go through one of them, reads go through others and never wait for a write.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_core::ports::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Sqlite, SqlitePool, Transaction};

use super::file::{HeldFile, Stamp};
use super::life;
use crate::deadline::within;
use crate::error::Fault;
use crate::migrations::{self, AppliedMigration};
use crate::open_error::OpenError;

/// Versions before this one can damage a database in WAL mode that is written and read at once.
const NEEDED_VERSION: (&str, [u32; 3]) = ("3.51.3", [3, 51, 3]);

/// How long a caller waits for a connection, and a connection for another program that reads the file, say for a
/// backup.
const PATIENCE: Duration = Duration::from_secs(5);

/// The open connections.
#[derive(Debug)]
pub(crate) struct Connections {
    readers: SqlitePool,
    writer: SqlitePool,
    held: Mutex<Option<Held>>,
}

/// The file, and the life that it is in.
#[derive(Debug)]
struct Held {
    file: HeldFile,
    epoch: String,
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
        let is_new = !applied.is_empty() && applied.len() == migrations::SQLITE.len();
        let epoch = life::continue_or_renew(&mut first, &file, is_new).await?;
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
        Ok((Self { readers, writer, held: Mutex::new(Some(Held { file, epoch })) }, applied))
    }

    /// What reads run on. Each statement sees one snapshot of everything committed.
    pub(crate) const fn reader(&self) -> &SqlitePool {
        &self.readers
    }

    /// Begins the one write transaction; whoever wants to write meanwhile waits. A transaction that would first read
    /// and then turn into a write could fail midway, so it says from the start that it writes.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, Fault> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// What a write of one statement runs on, which is a transaction by itself. Not for a statement that returns rows:
    /// with the first row it would be answered before it is committed.
    pub(crate) const fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Runs the work of one method of a port.
    pub(crate) async fn run<T, F, Work>(&self, work: F) -> Result<T, StoreError>
    where
        F: FnOnce() -> Work,
        Work: Future<Output = Result<T, Fault>>,
    {
        within(work()).await.map_err(StoreError::from)
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        drop(self.held().take());
    }

    /// Remembers beside the file how far it has come.
    pub(crate) fn came_to(&self, last_message_id: i64) {
        if let Some(Held { file, epoch }) = &*self.held() {
            file.set_stamp(&Stamp { epoch: epoch.clone(), last_message_id });
        }
    }

    /// Begins a new life of the database and gives its name.
    pub(crate) async fn renew_epoch(&self) -> Result<String, OpenError> {
        let mut connection = self.writer.acquire().await?;
        let now = life::renew(&mut connection).await?;
        if let Some(held) = &mut *self.held() {
            held.file.set_stamp(&now);
            held.epoch.clone_from(&now.epoch);
        }
        Ok(now.epoch)
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a connection may serve others: one that could not end its transaction, because the disk is full, say, may
/// not.
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn connections() -> (Connections, tempfile::TempDir) {
        let directory = tempfile::tempdir().expect("a directory");
        let (connections, _) = Connections::open(&directory.path().join("chat.db"), 2).await.expect("open");
        (connections, directory)
    }

    async fn pragma(pool: &SqlitePool, statement: &'static str) -> i64 {
        sqlx::query_scalar(statement).fetch_one(pool).await.expect("a number")
    }

    #[tokio::test]
    async fn every_connection_keeps_the_promises_of_durability() {
        let (connections, _directory) = connections().await;
        for pool in [connections.reader(), connections.writer()] {
            let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(pool).await.expect("a mode");
            assert_eq!(mode, "wal");
            assert_eq!(pragma(pool, "PRAGMA synchronous").await, 2, "full");
            assert_eq!(pragma(pool, "PRAGMA foreign_keys").await, 1);
        }
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let (connections, _directory) = connections().await;
        assert!(sqlx::query("DELETE FROM users").execute(connections.reader()).await.is_err());
        assert!(sqlx::query("DELETE FROM users").execute(connections.writer()).await.is_ok());
    }

    /// A full disk and some other faults end a transaction from below, which the driver does not notice.
    #[tokio::test]
    async fn a_transaction_that_ended_from_below_harms_nothing_after_it() {
        const END: &str = "INSERT OR ROLLBACK INTO database_life (only_row, epoch, last_message_id) VALUES (1, 'x', 0)";
        let (connections, _directory) = connections().await;
        for _ in 0..3 {
            let mut tx = connections.write().await.expect("the writer is usable");
            assert!(sqlx::query(END).execute(&mut *tx).await.is_err(), "there is one row already");
            assert!(tx.commit().await.is_err(), "there is nothing left to commit");
        }
        let mut tx = connections.write().await.expect("the writer is usable");
        sqlx::query("UPDATE database_life SET last_message_id = 7").execute(&mut *tx).await.expect("written");
        tx.commit().await.expect("committed");
        assert_eq!(pragma(connections.reader(), "SELECT last_message_id FROM database_life").await, 7);
    }

    const FILL: &str = "INSERT INTO users (username, name_key, name_look, name_fold, created_at) \
        SELECT hex(randomblob(500)), hex(randomblob(16)), hex(randomblob(16)), 'x', 0 FROM json_each('[1,2,3,4,5,6,7,8]')";

    #[tokio::test]
    async fn a_full_disk_fails_writes_until_there_is_room_again() {
        let (connections, _directory) = connections().await;
        let pages = pragma(connections.writer(), "PRAGMA page_count").await;
        assert_eq!(pragma(connections.writer(), "PRAGMA max_page_count = 1").await, pages, "no page more");
        let mut failed = 0;
        for _ in 0..20 {
            failed += i32::from(sqlx::query(FILL).execute(connections.writer()).await.is_err());
        }
        assert!(failed > 0, "the disk was never full");
        pragma(connections.writer(), "PRAGMA max_page_count = 1000000").await;
        sqlx::query(FILL).execute(connections.writer()).await.expect("room");
    }
}
