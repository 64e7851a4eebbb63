//! The port for reading what was put on messages: emoji, answers, pins, and the texts that they had before.

use async_trait::async_trait;

use super::StoreError;
use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::message::{FormerBody, Message, MessageView};
use crate::page::{Page, PageSize};
use crate::reaction::Emoji;

/// What was put on messages. It is written by [`ChangeStore::commit`](super::ChangeStore::commit).
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait AnnotationStore: Send + Sync {
    /// Messages with what was put on them, as the viewer sees it, in the order given.
    async fn dress(&self, messages: Vec<Message>, viewer: UserId) -> Result<Vec<MessageView>, StoreError>;

    /// The texts that a message had before its edits, oldest first.
    async fn former_bodies(&self, message: MessageId) -> Result<Vec<FormerBody>, StoreError>;

    /// Who put an emoji on a message, in the order of their ids. The cursor is the id.
    async fn reactors(
        &self,
        message: MessageId,
        emoji: &Emoji,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Page<UserId>, StoreError>;

    /// The pinned messages of a conversation, the latest pin first. The cursor is the seq of the pin's entry.
    async fn pins(
        &self,
        conversation: ConversationId,
        before: Option<Seq>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Message>, StoreError>;

    /// The messages that answer a message, oldest first. The cursor is the seq of the last one shown.
    async fn replies(
        &self,
        message: MessageId,
        after: Seq,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Message>, StoreError>;
}
