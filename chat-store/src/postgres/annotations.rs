//! What was put on messages, in Postgres.

use async_trait::async_trait;
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::message::{FormerBody, Message, MessageView};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{AnnotationStore, StoreError};
use chat_core::reaction::Emoji;

use super::PostgresStore;
use crate::sql::annotations as sql;

#[async_trait]
impl AnnotationStore for PostgresStore {
    async fn dress(&self, messages: Vec<Message>, viewer: UserId) -> Result<Vec<MessageView>, StoreError> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        self.db
            .read(|| async { sql::dress(&mut *self.db.pool().acquire().await?, messages.clone(), viewer).await })
            .await
    }

    async fn former_bodies(&self, message: MessageId) -> Result<Vec<FormerBody>, StoreError> {
        self.db.read(|| async { sql::former_bodies(&mut *self.db.pool().acquire().await?, message).await }).await
    }

    async fn reactors(
        &self,
        message: MessageId,
        emoji: &Emoji,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Page<UserId>, StoreError> {
        self.db
            .read(|| async { sql::reactors(&mut *self.db.pool().acquire().await?, message, emoji, after, size).await })
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
            .read(|| async {
                sql::pins(&mut *self.db.pool().acquire().await?, conversation, before, size, viewer).await
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
            .read(|| async { sql::replies(&mut *self.db.pool().acquire().await?, message, after, size, viewer).await })
            .await
    }
}
