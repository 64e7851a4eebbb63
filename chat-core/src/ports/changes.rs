//! The port for everything that changes in a conversation besides new messages.

use async_trait::async_trait;

use super::StoreError;
use crate::change::Change;
use crate::conversation::Role;
use crate::error::ErrorCode;
use crate::ids::{ConversationId, UserId, Version};
use crate::log::{LogEntry, UserEntry};

/// What came of writing a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// Written: the next entries of the conversation's log, and those of the users' own logs.
    Written {
        /// What every member sees, in the order of their places.
        entries: Vec<LogEntry>,
        /// What single users see.
        notices: Vec<UserEntry>,
    },
    /// It is so already; nothing was written.
    Nothing,
    /// The conversation moved since it was judged, or does not exist. Nothing was written.
    Stale,
    /// What it is about is not there: no such message in the conversation, or a deleted one; no such member; no such user.
    /// Nothing was written.
    Missing,
    /// What is so now does not allow it, for this reason. Nothing was written.
    Refused(ErrorCode),
}

/// What the rules need to know of a group and one of its members (or not) when somebody else acts on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The version that this belongs to.
    pub version: Version,
    /// What the user is in it; none if they are not a member.
    pub role: Option<Role>,
    /// How many members it has.
    pub members: u32,
    /// How many of them are owners.
    pub owners: u32,
}

/// Changes of conversations.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait ChangeStore: Send + Sync {
    /// Writes a change with its places in the log, all or nothing.
    ///
    /// * Who comes in sees the log from its end on, or all of it where the history is [shared](crate::conversation::HistoryVisibility); both of
    ///   their marks begin at its end. Each gets an entry in their own log; so does who is taken out by somebody else.
    /// * Who comes in on their own account is judged as things stand then: [`may_enter`](crate::rules::may_enter).
    /// * Who comes in by an invite uses it up by one, in the same transaction: it lets in exactly as many as it says.
    /// * Who is banned as the change is made is neither brought in nor comes in.
    /// * A ban takes its user out, if they are a member; one of somebody else, and lifting one, is written without an entry.
    /// * A slug belongs to one room; of two that want it at once one gets it.
    /// * Who goes out loses their place, marks and all.
    /// * An edit keeps the text that was there before. Editing to the text that is there already is nothing.
    /// * A deleted message loses its text, its former texts, its reactions and its pin; its place in the log stays.
    /// * One user puts one emoji on a message once.
    async fn commit(&self, change: &Change) -> Result<Committed, StoreError>;

    /// What a user is in a conversation, beside all others; none if there is no such conversation.
    async fn standing(&self, conversation: ConversationId, user: UserId) -> Result<Option<Standing>, StoreError>;
}
