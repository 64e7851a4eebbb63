//! A database file that goes away with the test.

use std::path::{Path, PathBuf};

use chat_store::{OpenError, Opened, StoreConfig};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use tempfile::TempDir;

/// A database file in a directory of its own.
pub(super) struct TestFile {
    directory: TempDir,
}

pub(super) fn config(path: &Path) -> StoreConfig {
    StoreConfig::new(format!("sqlite://{}", path.display()))
}

impl TestFile {
    pub(super) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.path().join("chat.db")
    }

    pub(super) fn config(&self) -> StoreConfig {
        config(&self.path())
    }

    pub(super) async fn open(&self) -> Opened {
        self.try_open().await.unwrap()
    }

    pub(super) async fn try_open(&self) -> Result<Opened, OpenError> {
        chat_store::open(&self.config()).await
    }

    /// Reads a number past the store.
    pub(super) async fn number(&self, statement: &'static str) -> i64 {
        let mut connection = SqliteConnectOptions::new().filename(self.path()).connect().await.unwrap();
        let number = sqlx::query_scalar(statement).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        number
    }

    /// Writes into the file past the store, as a person with a tool could.
    pub(super) async fn tamper(&self, statement: &'static str) {
        let options = SqliteConnectOptions::new().filename(self.path()).foreign_keys(false);
        let mut connection: SqliteConnection =
            options.pragma("ignore_check_constraints", "ON").connect().await.unwrap();
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    }
}
