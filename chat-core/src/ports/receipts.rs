//! The port for receipts.

use async_trait::async_trait;

use super::StoreError;
use crate::receipt::{Advance, Advanced};

/// The marks of members.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait ReceiptStore: Send + Sync {
    /// Raises marks; what would not raise one, and what is not about a member, is passed over. Reading raises both marks
    /// but is reported once, as read. The answers are in no particular order. The time of each advance is kept, so that a
    /// message can show when it was delivered and read: at the first advance that covered it.
    ///
    /// Of several for one mark in one call the highest counts, so there is at most one answer per member and mark. Where one
    /// call raises both marks of a member, delivery is reported only if it goes further than reading.
    async fn advance(&self, advances: &[Advance]) -> Result<Vec<Advanced>, StoreError>;
}
