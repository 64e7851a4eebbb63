//! Receipts: how far a member's devices received and how far the member read, as two marks that only rise.
//!
//! A mark costs one number per member however many messages it covers (the idea is Tinode's `recv` and `read`).

use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::message::MessageState;
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

impl Company {
    /// The largest group that is small.
    pub const MAX_SMALL: u32 = 50;

    /// Whether every rise is kept with its time, and told to the authors one by one. In a large group neither would end: each message
    /// would leave thousands of times behind, and call its author thousands of times. There only the marks are kept, and counted.
    #[must_use]
    pub const fn is_small(self) -> bool {
        match self {
            Self::Direct => true,
            Self::Group(members) => members <= Self::MAX_SMALL,
        }
    }
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

/// How far a message got with those who were to hear it, as somebody sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ReceiptCounts {
    /// How many received it.
    pub delivered: u32,
    /// How many read it.
    pub read: u32,
    /// How many there are: those who are members, were already when it was said, and did not say it themselves.
    pub of: u32,
}

/// Members who stand at the same place and came in at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listeners {
    /// How far they received and read.
    pub marks: Marks,
    /// The entry of the log with which they came in; zero for those with whom the conversation began.
    pub came: Seq,
    /// How many they are.
    pub number: u32,
}

impl ReceiptCounts {
    /// The counts of a message at a place, among all who did not say it.
    #[must_use]
    pub fn of(seq: Seq, listeners: &[Listeners]) -> Self {
        let mut counts = Self::default();
        for Listeners { marks, number, .. } in listeners.iter().filter(|listeners| listeners.came < seq) {
            counts.of += number;
            counts.delivered += if marks.delivered >= seq { *number } else { 0 };
            counts.read += if marks.read >= seq { *number } else { 0 };
        }
        counts
    }
}

/// How far a message got with one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberReceipt {
    /// With whom.
    pub user: UserId,
    /// How far; none if it is still on its way.
    pub reached: Option<ReceiptKind>,
    /// When it was delivered. Not known where the conversation was [large](Company::is_small) then.
    pub delivered_at: Option<Timestamp>,
    /// When it was read, with the same exception.
    pub read_at: Option<Timestamp>,
}

impl MemberReceipt {
    /// The receipt of a message at a place, by the marks of a member and the times at which they first passed it, as far as these
    /// are known.
    #[must_use]
    pub fn of(user: UserId, seq: Seq, marks: Marks, delivered_at: Option<Timestamp>, read_at: Option<Timestamp>) -> Self {
        let (is_delivered, is_read) = (marks.delivered >= seq, marks.read >= seq);
        let state = MessageState::of(delivered_at.filter(|_| is_delivered), read_at.filter(|_| is_read));
        let reached = if is_read { Some(ReceiptKind::Read) } else { is_delivered.then_some(ReceiptKind::Delivered) };
        Self { user, reached, delivered_at: state.delivered_at(), read_at: state.read_at() }
    }
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

    #[test]
    fn a_message_is_counted_among_those_who_were_there_when_it_was_said() {
        let seq = |n| Seq::new(n).unwrap_or_default();
        let group = |delivered, read, came, number| Listeners {
            marks: Marks { delivered: seq(delivered), read: seq(read) },
            came: seq(came),
            number,
        };
        let all = [group(9, 9, 0, 2), group(9, 4, 3, 5), group(4, 0, 0, 7), group(9, 9, 6, 11)];
        let counts = |n| ReceiptCounts::of(seq(n), &all);
        assert_eq!(counts(5), ReceiptCounts { delivered: 7, read: 2, of: 14 });
        assert_eq!(counts(4), ReceiptCounts { delivered: 14, read: 7, of: 14 });
        assert_eq!(counts(7), ReceiptCounts { delivered: 18, read: 13, of: 25 });
        assert_eq!(counts(2), ReceiptCounts { delivered: 9, read: 2, of: 9 });
    }

    #[test]
    fn a_time_without_a_mark_says_nothing_and_a_mark_without_a_time_says_what_it_can() {
        let user = UserId::new(1).expect("an id");
        let seq = |n| Seq::new(n).unwrap_or_default();
        let at = |n| Some(Timestamp::from_micros(n));
        let of = |delivered, read, delivered_at, read_at| {
            let marks = Marks { delivered: seq(delivered), read: seq(read) };
            let receipt = MemberReceipt::of(user, seq(5), marks, delivered_at, read_at);
            (receipt.reached, receipt.delivered_at, receipt.read_at)
        };
        assert_eq!(of(4, 4, at(1), at(2)), (None, None, None));
        assert_eq!(of(5, 4, at(1), at(2)), (Some(ReceiptKind::Delivered), at(1), None));
        assert_eq!(of(5, 5, None, at(2)), (Some(ReceiptKind::Read), at(2), at(2)));
        assert_eq!(of(5, 5, None, None), (Some(ReceiptKind::Read), None, None));
    }
}
