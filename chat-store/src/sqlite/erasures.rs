//! Deleted accounts in SQLite.

use async_trait::async_trait;
use chat_core::ids::{MessageId, SessionId, UserId};
use chat_core::ports::{Erasure, ErasureStore, LeftBehind, PendingErasure, StoreError};

use super::SqliteStore;
use crate::codec::at_most_one;
use crate::sql::erasures as sql;

#[async_trait]
impl ErasureStore for SqliteStore {
    async fn begin(&self, erasure: &Erasure) -> Result<Option<Vec<SessionId>>, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let ended = sql::begin(&mut *tx, erasure).await?;
                if ended.is_some() {
                    tx.commit().await?;
                }
                Ok(ended)
            })
            .await
    }

    async fn next(&self) -> Result<Option<PendingErasure>, StoreError> {
        self.db
            .run(|| async move {
                Ok(at_most_one(sqlx::query(sql::NEXT).fetch_optional(self.db.reader()).await?, sql::pending)?)
            })
            .await
    }

    async fn said_by(&self, user: UserId, after: Option<MessageId>) -> Result<LeftBehind, StoreError> {
        self.db
            .run(|| async move {
                let mut reader = self.db.reader().acquire().await?;
                sql::said(&mut *reader, user, after).await
            })
            .await
    }

    async fn note(&self, user: UserId, up_to: MessageId) -> Result<(), StoreError> {
        self.db
            .run(|| async move {
                sqlx::query(sql::NOTE).bind(user.get()).bind(up_to.get()).execute(self.db.writer()).await?;
                Ok(())
            })
            .await
    }

    async fn finish(&self, user: UserId) -> Result<(), StoreError> {
        self.db
            .run(|| async move {
                sqlx::query(sql::FINISH).bind(user.get()).execute(self.db.writer()).await?;
                Ok(())
            })
            .await
    }
}
