//! The port for what single members keep of a conversation for themselves.

use async_trait::async_trait;

use super::StoreError;
use crate::command::SettingsReply;
use crate::conversation::{ActivityCursor, ConversationView};
use crate::ids::{ConversationId, UserId};
use crate::page::{Page, PageSize};
use crate::personal::{Draft, Kept, SettingsUpdate};

/// A change of what a member has set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingsChange {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Whose settings.
    pub user: UserId,
    /// What of them.
    pub update: SettingsUpdate,
}

/// What single members keep. It is gone when they go.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait PersonalStore: Send + Sync {
    /// Changes what a member has set; none if they are no member. Changes of one member at once are made one after the other.
    ///
    /// Where it is put away, and it was not before or anything else changes, it counts as put away as its log ends now: what
    /// [comes back](crate::personal::comes_back) is judged by what others say from then on.
    async fn update_settings(&self, change: &SettingsChange) -> Result<Option<SettingsReply>, StoreError>;

    /// Keeps a draft in place of the one before, or forgets it. False if the user is no member, or there was nothing to forget.
    async fn set_draft(
        &self,
        conversation: ConversationId,
        user: UserId,
        draft: Option<Draft>,
    ) -> Result<bool, StoreError>;

    /// The conversations that a user has put away and that did not come back, otherwise like
    /// [`ConversationStore::list`](super::ConversationStore::list), which leaves them out.
    async fn archived(
        &self,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Page<ConversationView, ActivityCursor>, StoreError>;

    /// What a user keeps of their conversations, in the order of the ids; without those of which they keep nothing.
    async fn kept(&self, user: UserId) -> Result<Vec<Kept>, StoreError>;
}
