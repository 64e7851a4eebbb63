//! The port for deleting accounts.

use async_trait::async_trait;

use super::StoreError;
use crate::ids::{ConversationId, MessageId, SessionId, UserId};
use crate::time::Timestamp;

/// What becomes of the messages of somebody who deletes their account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MessagesOfDeleted {
    /// They stay, said by a deleted user.
    #[default]
    Keep,
    /// They are deleted like any message, each with its place in the log.
    Delete,
}

impl MessagesOfDeleted {
    /// As stores and settings write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Delete => "delete",
        }
    }

    /// What was written; none for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Keep, Self::Delete].into_iter().find(|known| known.as_str() == text)
    }
}

/// An account to be deleted.
#[derive(Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Whose.
    pub user: UserId,
    /// The hash of the password that was proved. Where another one is stored by now, nothing is deleted.
    pub judged_on: Option<String>,
    /// What becomes of their messages.
    pub messages: MessagesOfDeleted,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for Erasure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Erasure").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A deleted account that has left something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingErasure {
    /// Whose.
    pub user: UserId,
    /// What becomes of their messages.
    pub messages: MessagesOfDeleted,
    /// Up to which message all of theirs are dealt with.
    pub done_up_to: Option<MessageId>,
}

/// What somebody said within one stretch of all messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBehind {
    /// Their messages that still say something, oldest first.
    pub messages: Vec<(ConversationId, MessageId)>,
    /// The last message of the stretch, whoever said it; none if there is none after the one before.
    pub up_to: Option<MessageId>,
}

/// Deleted accounts. A user is never forgotten: their id stays, so that what others did with them keeps its meaning.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait ErasureStore: Send + Sync {
    /// Takes away all that a user says of themselves, their address and their password, ends their sessions and tickets, and
    /// notes what is left to do, in one transaction; gives the sessions that it ended, in the order of their ids. None, and
    /// nothing changed, if the password is not the one that was judged on, or the account is deleted already.
    ///
    /// The address can be registered again, the name cannot: neither its key nor its look.
    async fn begin(&self, erasure: &Erasure) -> Result<Option<Vec<SessionId>>, StoreError>;

    /// The first deleted account that has left something to do.
    async fn next(&self) -> Result<Option<PendingErasure>, StoreError>;

    /// What a user said within the next stretch of all messages after one. A stretch has a bounded number of messages of
    /// anybody, so that no index by sender has to be kept, and no answer is large.
    async fn said_by(&self, user: UserId, after: Option<MessageId>) -> Result<LeftBehind, StoreError>;

    /// Notes up to which message all of a user's are dealt with.
    async fn note(&self, user: UserId, up_to: MessageId) -> Result<(), StoreError>;

    /// Nothing is left to do.
    async fn finish(&self, user: UserId) -> Result<(), StoreError>;
}
