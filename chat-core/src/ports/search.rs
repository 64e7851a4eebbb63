//! The port for searching messages.

use async_trait::async_trait;

use super::StoreError;
use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::message::Message;
use crate::page::Page;
use crate::search::{Reach, SearchFilter, SearchText};
use crate::time::Timestamp;

/// What is looked for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// The words.
    pub text: SearchText,
    /// How far one looks.
    pub reach: Reach,
    /// Among which messages.
    pub filter: SearchFilter,
    /// Only those with a smaller id.
    pub below: Option<MessageId>,
}

/// Searching messages.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait SearchStore: Send + Sync {
    /// The newest messages that the user may see and that lie exactly within the [reach](SearchText::reach), by falling ids.
    ///
    /// One call looks at no more than [`WINDOW`](crate::search::WINDOW) messages that could match, so it may find few of
    /// them, or none, and still say where to go on: below the id in `next`. A user sees the messages of the conversations
    /// that they are in, from where their own part begins, as they are now; a deleted one has no words. Very many messages
    /// that were said at once may take a while until they are found.
    async fn find(&self, find: &Find, user: UserId) -> Result<Page<Message>, StoreError>;

    /// The place in a conversation's log at which a time is passed: the last entry that was written before it; zero if all were
    /// written at it or later, or if there is no such conversation. Entries are taken to be in the order of their times. Where
    /// several nodes whose clocks differ wrote at the same moment, it is one of the places at which the time is passed.
    async fn last_before(&self, conversation: ConversationId, at: Timestamp) -> Result<Seq, StoreError>;
}
