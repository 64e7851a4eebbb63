//! The port for messages and the logs they stand in.

use async_trait::async_trait;

use super::StoreError;
use crate::command::{Changes, History, OwnChanges};
use crate::ids::{ConversationId, MessageId, Seq, UserId, Version};
use crate::message::{Content, Forwarded, Mentions, Message, MessageState};
use crate::pace::Pace;
use crate::page::{Page, PageSize};
use crate::text::{Body, ClientId};
use crate::time::Timestamp;

/// A message to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Where.
    pub conversation: ConversationId,
    /// By whom.
    pub sender: UserId,
    /// What.
    pub body: Body,
    /// The sender's key of the attempt.
    pub client_id: Option<ClientId>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// How long it waits for the last message of its sender that had to wait as well.
    pub pace: Pace,
    /// Whom it calls by name.
    pub mentions: Mentions,
    /// Whose words it hands on.
    pub forwarded: Option<Forwarded>,
    /// The version of the conversation that the decision saw.
    pub judged_on: Version,
    /// When.
    pub at: Timestamp,
}

impl NewMessage {
    /// The message that this has become, now that it has its place in the log.
    #[must_use]
    pub fn stored(&self, id: MessageId, seq: Seq) -> Message {
        Message {
            id,
            conversation: self.conversation,
            seq,
            sender: self.sender,
            content: Content::Said {
                body: self.body.clone(),
                edited_at: None,
                mentions: self.mentions.clone(),
                forwarded: self.forwarded,
            },
            client_id: self.client_id.clone(),
            reply_to: self.reply_to,
            created_at: self.at,
            state: MessageState::Sent,
        }
    }

    /// Whether it calls somebody or hands something on, which few messages do.
    #[must_use]
    pub const fn holds_more(&self) -> bool {
        !self.mentions.is_empty() || self.forwarded.is_some()
    }

    /// Whether it is the same attempt as another one that is not stored yet.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.is_like(&other.body, other.reply_to, other.forwarded)
    }

    fn is_like(&self, body: &Body, reply_to: Option<MessageId>, forwarded: Option<Forwarded>) -> bool {
        match (self.forwarded, forwarded) {
            (None, None) => self.body == *body && self.reply_to == reply_to,
            (Some(this), Some(other)) => this.message == other.message,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// Whether it is the same attempt as a message that stands under its key: same text, same quote, or the same message handed
    /// on, whatever it says meanwhile. What a message said at first is not known any more once it was edited or deleted;
    /// then the key alone decides.
    #[must_use]
    pub fn repeats(&self, before: &Message) -> bool {
        match &before.content {
            Content::Said { body, edited_at: None, forwarded, .. } => self.is_like(body, before.reply_to, *forwarded),
            Content::Said { edited_at: Some(_), .. } | Content::Deleted { .. } => true,
        }
    }
}

/// What came of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// Stored durably, with the next seq of its conversation.
    Stored(Message),
    /// This sender sent the same under this `client_id` before: that message, as it stands. Nothing was written.
    Repeated(Message),
    /// This sender sent something else under this `client_id` before. Nothing was written.
    Conflict,
    /// The conversation moved since it was judged, or does not exist. Nothing was written.
    Stale,
    /// Its pace lets it be stored from this moment on. Nothing was written.
    TooSoon {
        /// From when on.
        until: Timestamp,
    },
}

/// Messages and logs.
///
/// Where a message is read, its state is what the viewer may see of it: [`Relation::shows`](crate::relation::Relation::shows).
/// What a sender finds under their key is theirs to view.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait MessageStore: Send + Sync {
    /// Stores a message once per (conversation, sender, `client_id`) and answers only after it is durable.
    ///
    /// The key is looked at before the version, so a retry finds its message even where the rules have changed since.
    /// "The same" is what [`NewMessage::repeats`] says. Appends that wait at the same time may share one
    /// transaction; each still gets its own answer, and those of one conversation get their seqs in the order of the calls.
    /// A message with a [pace](NewMessage::pace) is looked at beside the last one with a pace of its sender in the
    /// conversation, whether or not they were a member all the time. A repeat never is.
    /// A sender or a `reply_to` that does not exist, which no rule lets through, is an error for that one append alone.
    async fn append(&self, new: &NewMessage) -> Result<Appended, StoreError>;

    /// The message that a sender stored under a key.
    async fn find_by_client_id(
        &self,
        conversation: ConversationId,
        sender: UserId,
        client_id: &ClientId,
    ) -> Result<Option<Message>, StoreError>;

    /// A message.
    async fn get(&self, id: MessageId, viewer: UserId) -> Result<Option<Message>, StoreError>;

    /// A page of messages; the cursor is the seq of the last one shown. Empty where there is no such conversation.
    async fn page(&self, history: &History, viewer: UserId) -> Result<Page<Message>, StoreError>;

    /// The entries of a conversation's log after a point, oldest first, without a gap, and the head they were read at.
    /// None if there is no such conversation. Without a viewer it is for both sides of a block, and shows what each may see.
    async fn changes(
        &self,
        conversation: ConversationId,
        after: Seq,
        size: PageSize,
        viewer: Option<UserId>,
    ) -> Result<Option<Changes>, StoreError>;

    /// The entries of a user's own log after a point, oldest first, without a gap, and the head they were read at. The log
    /// of nobody is empty. A request that an entry names is shown as it stands at the time of reading.
    async fn own_changes(&self, user: UserId, after: Seq, size: PageSize) -> Result<OwnChanges, StoreError>;
}
