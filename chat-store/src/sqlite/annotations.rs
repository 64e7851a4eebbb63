//! What was put on messages, in SQLite.

use async_trait::async_trait;
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::message::{FormerBody, Message, MessageView};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{AnnotationStore, StoreError};
use chat_core::reaction::Emoji;

use super::SqliteStore;
use crate::sql::annotations as sql;

#[async_trait]
impl AnnotationStore for SqliteStore {
    async fn dress(&self, messages: Vec<Message>, viewer: UserId) -> Result<Vec<MessageView>, StoreError> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        self.db.run(|| async { sql::dress(&mut *self.db.reader().acquire().await?, messages, viewer).await }).await
    }

    async fn former_bodies(&self, message: MessageId) -> Result<Vec<FormerBody>, StoreError> {
        self.db.run(|| async { sql::former_bodies(&mut *self.db.reader().acquire().await?, message).await }).await
    }

    async fn reactors(
        &self,
        message: MessageId,
        emoji: &Emoji,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Page<UserId>, StoreError> {
        self.db
            .run(|| async { sql::reactors(&mut *self.db.reader().acquire().await?, message, emoji, after, size).await })
            .await
    }

    async fn pins(
        &self,
        conversation: ConversationId,
        before: Option<Seq>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Message>, StoreError> {
        self.db
            .run(|| async {
                sql::pins(&mut *self.db.reader().acquire().await?, conversation, before, size, viewer).await
            })
            .await
    }

    async fn replies(
        &self,
        message: MessageId,
        after: Seq,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Message>, StoreError> {
        self.db
            .run(|| async { sql::replies(&mut *self.db.reader().acquire().await?, message, after, size, viewer).await })
            .await
    }
}
