//! The SQLite file as a whole.

use async_trait::async_trait;
use chat_core::ports::{Database, StoreError};

use super::SqliteStore;
use crate::codec::one;
use crate::sql::database as sql;

#[async_trait]
impl Database for SqliteStore {
    async fn ping(&self) -> Result<(), StoreError> {
        self.epoch().await.map(drop)
    }

    async fn write_nothing(&self) -> Result<(), StoreError> {
        self.db
            .run(|| async move {
                sqlx::query(sql::WRITE_NOTHING).execute(self.db.writer()).await?;
                Ok(())
            })
            .await
    }

    async fn epoch(&self) -> Result<String, StoreError> {
        self.db
            .run(|| async move { Ok(one(&sqlx::query(sql::EPOCH).fetch_one(self.db.reader()).await?, sql::epoch)?) })
            .await
    }
}
