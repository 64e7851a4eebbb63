//! How it looks in JSON how far messages got.

use chat_core::command::Receipts;
use chat_core::event::ReceiptTally;
use chat_core::receipt::{MemberReceipt, ReceiptCounts, ReceiptKind};
use serde::{Deserialize, Serialize};

/// How far a message got, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReceiptCountsView {
    /// How many received it.
    pub delivered: u32,
    /// How many read it.
    pub read: u32,
    /// How many there are: those who are members, were already when it was said, and did not say it.
    pub of: u32,
}

impl From<ReceiptCounts> for ReceiptCountsView {
    fn from(counts: ReceiptCounts) -> Self {
        let ReceiptCounts { delivered, read, of } = counts;
        Self { delivered, read, of }
    }
}

/// How far a message got with one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MemberReceiptView {
    /// Who.
    pub user_id: i64,
    /// `sent` (it is on its way), `delivered` or `read`.
    pub status: String,
    /// When it was delivered; null if it was not, or in a group of more than 50, where times are not kept.
    pub delivered_at: Option<String>,
    /// When it was read; null if it was not, or in a group of more than 50.
    pub read_at: Option<String>,
}

impl From<&MemberReceipt> for MemberReceiptView {
    fn from(receipt: &MemberReceipt) -> Self {
        let status = match receipt.reached {
            None => "sent",
            Some(ReceiptKind::Delivered) => "delivered",
            Some(ReceiptKind::Read) => "read",
        };
        Self {
            user_id: receipt.user.get(),
            status: status.to_owned(),
            delivered_at: receipt.delivered_at.map(|at| at.to_string()),
            read_at: receipt.read_at.map(|at| at.to_string()),
        }
    }
}

/// How far a message got: in numbers, and a page of those who were to hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReceiptsView {
    /// In numbers.
    #[serde(flatten)]
    pub counts: ReceiptCountsView,
    /// Those who were to hear it, by id.
    pub items: Vec<MemberReceiptView>,
    /// Where the following page starts; null on the last one.
    pub next: Option<i64>,
}

impl From<&Receipts> for ReceiptsView {
    fn from(receipts: &Receipts) -> Self {
        Self {
            counts: receipts.counts.into(),
            items: receipts.page.items.iter().map(MemberReceiptView::from).collect(),
            next: receipts.page.next,
        }
    }
}

/// How far one's message got in a large group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReceiptTallyView {
    /// The newest message that somebody received or read.
    pub id: i64,
    /// Where.
    pub conversation_id: i64,
    /// Its place in the log.
    pub seq: i64,
    /// With how many.
    #[serde(flatten)]
    pub counts: ReceiptCountsView,
}

impl From<&ReceiptTally> for ReceiptTallyView {
    fn from(tally: &ReceiptTally) -> Self {
        Self {
            id: tally.message.get(),
            conversation_id: tally.conversation.get(),
            seq: tally.seq.get(),
            counts: tally.counts.into(),
        }
    }
}
