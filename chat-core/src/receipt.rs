//! Receipts: how far a member's devices received and how far the member read, as two marks that only rise.
//!
//! A mark costs one number per member however many messages it covers (the idea is Tinode's `recv` and `read`).

use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::time::Timestamp;

/// A member's two marks. `read <= delivered` always, because reading implies having received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Marks {
    /// Everything up to here reached a live socket of the member.
    pub delivered: Seq,
    /// Everything up to here was read.
    pub read: Seq,
}

impl Marks {
    /// The marks after a receipt: the higher of old and new, with what reading implies.
    /// Any order and any repetition of receipts ends in the same marks, because this is a join.
    #[must_use]
    pub fn advanced(self, kind: ReceiptKind, to: Seq) -> Self {
        match kind {
            ReceiptKind::Delivered => Self { delivered: self.delivered.max(to), read: self.read },
            ReceiptKind::Read => Self { delivered: self.delivered.max(to), read: self.read.max(to) },
        }
    }
}

/// Which mark a receipt raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReceiptKind {
    /// Reached a live socket.
    Delivered,
    /// Read, says the member's client.
    Read,
}

/// A wish to raise one mark of one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Advance {
    /// Where.
    pub conversation: ConversationId,
    /// Whose mark.
    pub user: UserId,
    /// Which mark.
    pub kind: ReceiptKind,
    /// How far; beyond the head it counts as the head.
    pub to: Seq,
    /// When.
    pub at: Timestamp,
}

/// A mark that rose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advanced {
    /// Where.
    pub conversation: ConversationId,
    /// Whose mark.
    pub user: UserId,
    /// Which mark.
    pub kind: ReceiptKind,
    /// Where it stood before.
    pub from: Seq,
    /// Where it stands now.
    pub to: Seq,
    /// When it rose.
    pub at: Timestamp,
    /// Among whom.
    pub company: Company,
    /// The newest message that the advance covers, per author concerned; these authors are told. At most
    /// [`Advanced::MAX_AUTHORS`] of them, the authors of the newest messages, so that a receipt in a large group stays cheap.
    pub authors: Vec<AuthorMark>,
}

impl Advanced {
    /// How many authors one advance tells.
    pub const MAX_AUTHORS: usize = 20;
}

/// Among whom a mark rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Company {
    /// Between two, where a block may stand.
    Direct,
    /// In a group of so many members.
    Group(u32),
}

/// The newest message of one author that an advance covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuthorMark {
    /// The author.
    pub author: UserId,
    /// Their message.
    pub message: MessageId,
    /// Its place in the log.
    pub seq: Seq,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn receipts() -> impl Strategy<Value = Vec<(ReceiptKind, Seq)>> {
        let kind = prop_oneof![Just(ReceiptKind::Delivered), Just(ReceiptKind::Read)];
        let seq = (0_i64..50).prop_map(|n| Seq::new(n).unwrap_or_default());
        prop::collection::vec((kind, seq), 0..20)
    }

    fn apply(receipts: &[(ReceiptKind, Seq)]) -> Marks {
        receipts.iter().fold(Marks::default(), |marks, (kind, to)| marks.advanced(*kind, *to))
    }

    proptest! {
        #[test]
        fn any_order_and_repetition_ends_in_the_same_marks(given in receipts(), seed in any::<u64>()) {
            let mut shuffled = given.clone();
            shuffled.extend(given.iter().copied().take(3));
            let by = |item: &(ReceiptKind, Seq)| (item.1.get() as u64).wrapping_mul(seed | 1) ^ (item.0 as u64);
            shuffled.sort_by_key(by);
            prop_assert_eq!(apply(&given), apply(&shuffled));
        }

        #[test]
        fn reading_implies_delivery_and_nothing_ever_falls(given in receipts()) {
            let mut marks = Marks::default();
            for (kind, to) in given {
                let next = marks.advanced(kind, to);
                prop_assert!(next.read <= next.delivered);
                prop_assert!(next.read >= marks.read && next.delivered >= marks.delivered);
                marks = next;
            }
        }
    }
}
