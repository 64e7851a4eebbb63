//! The port for the database as a whole.

use async_trait::async_trait;

use super::StoreError;

/// The database as a whole.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait Database: Send + Sync {
    /// Succeeds if the store can be read from right now.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Succeeds if the store can be written to right now: writes something that changes nothing, as durably as anything else.
    async fn write_nothing(&self) -> Result<(), StoreError>;

    /// The name of this life of the database: it changes when it is restored from a backup, so that cursors from the lost
    /// future are recognised.
    async fn epoch(&self) -> Result<String, StoreError>;
}
