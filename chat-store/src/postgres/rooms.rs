//! Rooms as strangers see them, in Postgres.

use async_trait::async_trait;
use chat_core::page::Page;
use chat_core::ports::{RoomSearch, RoomStore, StoreError};
use chat_core::room::{Card, Slug};

use super::PostgresStore;
use crate::sql::rooms as sql;

#[async_trait]
impl RoomStore for PostgresStore {
    async fn find(&self, search: &RoomSearch) -> Result<Page<Card, Slug>, StoreError> {
        self.db.read(|| async { sql::find(&mut *self.db.pool().acquire().await?, search).await }).await
    }

    async fn room(&self, slug: &Slug) -> Result<Option<Card>, StoreError> {
        self.db.read(|| async { sql::room(&mut *self.db.pool().acquire().await?, slug).await }).await
    }
}
