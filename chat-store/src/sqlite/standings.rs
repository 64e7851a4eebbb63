//! How users stand with the server, and the audit, in SQLite.

use async_trait::async_trait;
use chat_core::moderation::{AccountStanding, AuditEntry, StandingChange};
use chat_core::page::Page;
use chat_core::ports::{AuditQuery, StandingSet, StandingStore, StoreError, Whose};

use super::SqliteStore;
use crate::sql::standings as sql;

#[async_trait]
impl StandingStore for SqliteStore {
    async fn standing_of(&self, whose: Whose) -> Result<Option<AccountStanding>, StoreError> {
        self.db.run(|| async { sql::standing_of(&mut *self.db.reader().acquire().await?, whose).await }).await
    }

    async fn set_standing(&self, change: &StandingChange) -> Result<StandingSet, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let set = sql::set(&mut *tx, change).await?;
                if matches!(set, StandingSet::Set(_)) {
                    tx.commit().await?;
                }
                Ok(set)
            })
            .await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError> {
        self.db.run(|| async { sql::audit(&mut *self.db.reader().acquire().await?, query).await }).await
    }
}
