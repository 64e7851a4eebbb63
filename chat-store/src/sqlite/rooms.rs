//! Rooms as strangers see them, in SQLite.

use async_trait::async_trait;
use chat_core::page::Page;
use chat_core::ports::{RoomSearch, RoomStore, StoreError};
use chat_core::room::{Card, Slug};

use super::SqliteStore;
use crate::sql::rooms as sql;

#[async_trait]
impl RoomStore for SqliteStore {
    async fn find(&self, search: &RoomSearch) -> Result<Page<Card, Slug>, StoreError> {
        self.db.run(|| async { sql::find(&mut *self.db.reader().acquire().await?, search).await }).await
    }

    async fn room(&self, slug: &Slug) -> Result<Option<Card>, StoreError> {
        self.db.run(|| async { sql::room(&mut *self.db.reader().acquire().await?, slug).await }).await
    }
}
