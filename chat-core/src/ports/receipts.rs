//! The port for receipts.

use async_trait::async_trait;

use super::StoreError;
use crate::ids::{ConversationId, Seq, UserId};
use crate::message::MessageRef;
use crate::page::{Page, PageSize};
use crate::receipt::{Advance, Advanced, MemberReceipt, ReceiptCounts};

/// The marks of members.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait ReceiptStore: Send + Sync {
    /// Raises marks; what would not raise one, and what is not about a member, is passed over. Reading raises both marks
    /// but is reported once, as read. The answers are in no particular order. The time of each advance is kept where the company
    /// is [small](crate::receipt::Company::is_small), so that a message can show when it was delivered and read: at the first advance that
    /// covered it.
    ///
    /// Of several for one mark in one call the highest counts, so there is at most one answer per member and mark. Where one
    /// call raises both marks of a member, delivery is reported only if it goes further than reading.
    async fn advance(&self, advances: &[Advance]) -> Result<Vec<Advanced>, StoreError>;

    /// How far what an author said in a conversation at these places got, as a viewer sees it
    /// ([`Relation::shows`](crate::relation::Relation::shows)), in the order given. All places together cost one look at the members.
    async fn counts(
        &self,
        conversation: ConversationId,
        author: UserId,
        places: &[Seq],
        viewer: UserId,
    ) -> Result<Vec<ReceiptCounts>, StoreError>;

    /// How far a message got with each of those who were to hear it, as a viewer sees it, in the order of their ids. The cursor is the
    /// id.
    async fn receipts(
        &self,
        conversation: ConversationId,
        message: MessageRef,
        after: Option<UserId>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<MemberReceipt>, StoreError>;
}
