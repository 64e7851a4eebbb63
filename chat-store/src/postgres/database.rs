//! The Postgres database as a whole.

use async_trait::async_trait;
use chat_core::ports::{Database, StoreError};

use super::PostgresStore;
use crate::codec::{Reader, one};
use crate::error::Corrupt;
use crate::sql::database as sql;

pub(super) const EPOCH: &str = sql::EPOCH;

/// The same for everybody who asks.
pub(super) fn epoch(row: &mut Reader<'_>) -> Result<((), String), Corrupt> {
    Ok(((), sql::epoch(row)?))
}

#[async_trait]
impl Database for PostgresStore {
    /// Waits in no queue: it is the way to the database that is asked about.
    async fn ping(&self) -> Result<(), StoreError> {
        self.db
            .read(|| async move { Ok(one(&sqlx::query(EPOCH).fetch_one(&self.db.pool()).await?, epoch).map(drop)?) })
            .await
    }

    async fn write_nothing(&self) -> Result<(), StoreError> {
        self.db
            .run(|| async move {
                sqlx::query(sql::WRITE_NOTHING).execute(&self.db.pool()).await?;
                Ok(())
            })
            .await
    }

    async fn epoch(&self) -> Result<String, StoreError> {
        let missing = StoreError::Corrupt { table: "database_life", column: "epoch" };
        self.reads.epoch.of(()).await?.pop().ok_or(missing)
    }
}
