//! A database file that goes away with the test.

use std::path::PathBuf;

use chat_store::{OpenError, Opened, StoreConfig};
use tempfile::TempDir;

/// A database file in a directory of its own.
pub(super) struct TestFile {
    directory: TempDir,
}

impl TestFile {
    pub(super) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.path().join("chat.db")
    }

    pub(super) fn config(&self) -> StoreConfig {
        StoreConfig::new(format!("sqlite://{}", self.path().display()))
    }

    pub(super) async fn open(&self) -> Opened {
        self.try_open().await.unwrap()
    }

    pub(super) async fn try_open(&self) -> Result<Opened, OpenError> {
        chat_store::open(&self.config()).await
    }
}
