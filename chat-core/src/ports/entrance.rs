//! The port for what decides who comes into a group, beside the group itself: bans and invites.

use async_trait::async_trait;

use super::StoreError;
use crate::ban::Ban;
use crate::ids::{ConversationId, UserId, Version};
use crate::invite::{Invite, InviteCode};
use crate::page::{Page, PageSize};
use crate::room::Card;
use crate::time::Timestamp;

/// An invite to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvite {
    /// What it is; nobody has come in by it.
    pub invite: Invite,
    /// The version of the conversation that the decision saw.
    pub judged_on: Version,
}

/// Who is kept out of groups, and who is let in. Bans are made and lifted by [`ChangeStore::commit`](super::ChangeStore::commit), so that nothing
/// that was judged before is done after.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait EntranceStore: Send + Sync {
    /// The bans that hold at a moment, in the order of the users' ids. The cursor is the id.
    async fn bans(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<Ban>, StoreError>;

    /// Whether somebody is banned at a moment.
    async fn is_banned(&self, conversation: ConversationId, user: UserId, at: Timestamp) -> Result<bool, StoreError>;

    /// Makes an invite. False, and nothing made, if the conversation moved since it was judged, or does not exist.
    async fn create_invite(&self, new: &NewInvite) -> Result<bool, StoreError>;

    /// An invite that lets somebody in at a moment, with what it leads to. One that has ended, was used up or was taken back
    /// is not there.
    async fn invite(&self, code: &InviteCode, at: Timestamp) -> Result<Option<(Invite, Card)>, StoreError>;

    /// The invites into a conversation that let somebody in at a moment, in the order of their codes. The cursor is the code.
    async fn invites(
        &self,
        conversation: ConversationId,
        after: Option<InviteCode>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<Invite, InviteCode>, StoreError>;

    /// Takes an invite into a conversation back. False if there is none.
    async fn revoke_invite(&self, conversation: ConversationId, code: &InviteCode) -> Result<bool, StoreError>;
}
