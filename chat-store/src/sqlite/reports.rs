//! Reports in SQLite.

use async_trait::async_trait;
use chat_core::ids::ReportId;
use chat_core::moderation::{NewReport, Report, Resolution};
use chat_core::page::Page;
use chat_core::ports::{ReportFiled, ReportQuery, ReportResolved, ReportStore, StoreError};

use super::SqliteStore;
use crate::sql::reports as sql;

#[async_trait]
impl ReportStore for SqliteStore {
    async fn file(&self, new: &NewReport) -> Result<ReportFiled, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let filed = sql::file(&mut *tx, new).await?;
                if matches!(filed, ReportFiled::Filed(_)) {
                    tx.commit().await?;
                }
                Ok(filed)
            })
            .await
    }

    async fn report(&self, id: ReportId) -> Result<Option<Report>, StoreError> {
        self.db.run(|| async { sql::find(&mut *self.db.reader().acquire().await?, id).await }).await
    }

    async fn reports(&self, query: &ReportQuery) -> Result<Page<Report>, StoreError> {
        self.db.run(|| async { sql::list(&mut *self.db.reader().acquire().await?, query).await }).await
    }

    async fn resolve(&self, resolution: &Resolution) -> Result<ReportResolved, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let resolved = sql::resolve(&mut *tx, resolution).await?;
                if matches!(resolved, ReportResolved::Resolved { .. }) {
                    tx.commit().await?;
                }
                Ok(resolved)
            })
            .await
    }
}
