//! The promises that can be broken.

use std::fmt;

use crate::chaos::history::Key;
use crate::chaos::readings::Listed;

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Violation {
    /// Acknowledged, and not in the database.
    Lost { key: Key },
    /// In the database more than once.
    Doubled { key: Key, seqs: Vec<u64> },
    /// Acknowledged with another place than it has.
    Misplaced { key: Key, told: (u64, i64), stored: (u64, i64) },
    /// Acknowledged twice with different places.
    TwoAnswers { key: Key, first: (u64, i64), second: (u64, i64) },
    /// Acknowledged without a place in the log.
    NoPlace { key: Key },
    /// In the database, and nobody sent it like that.
    Phantom { conversation: i64, seq: u64, why: &'static str },
    /// A good message was refused for good.
    Refused { key: Key, is_stored: bool },
    /// Never answered, although everything was healed.
    Unanswered { key: Key },
    /// Acknowledged before another was sent, and yet behind it in the log.
    OutOfOrder { earlier: Key, earlier_seq: u64, later: Key, later_seq: u64 },
    /// The log of a conversation has a hole or two entries at one place.
    NotDense { conversation: i64, expected: u64, found: u64 },
    /// The conversation's own idea of its last seq is wrong.
    WrongHead { conversation: i64, head: u64, last: u64 },
    /// A list differs from the log.
    Differs { conversation: i64, how: String, at: usize, read: Option<Listed>, stored: Option<Listed> },
    /// A client was told two messages for one place.
    Contradicted { user: i64, conversation: i64, seq: u64 },
    /// The database claimed to be another one, although it was never replaced.
    NewEpoch { user: i64 },
    /// The database is damaged.
    Corrupt(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost { key } => write!(f, "LOST: {key} was acknowledged and is not in the database"),
            Self::Doubled { key, seqs } => write!(f, "DOUBLED: {key} is in the database at {seqs:?}"),
            Self::Misplaced { key, told, stored } => {
                write!(f, "MISPLACED: {key} was acknowledged as (seq, id) {told:?} and is stored as {stored:?}")
            }
            Self::TwoAnswers { key, first, second } => {
                write!(f, "TWO ANSWERS: {key} was acknowledged as {first:?} and then as {second:?}")
            }
            Self::NoPlace { key } => write!(f, "NO PLACE: {key} was acknowledged without seq and id"),
            Self::Phantom { conversation, seq, why } => {
                write!(f, "PHANTOM: {seq} of conversation {conversation}: {why}")
            }
            Self::Refused { key, is_stored } => write!(f, "REFUSED: {key} was refused for good (stored: {is_stored})"),
            Self::Unanswered { key } => write!(f, "UNANSWERED: {key} was never answered, even after healing"),
            Self::OutOfOrder { earlier, earlier_seq, later, later_seq } => write!(
                f,
                "OUT OF ORDER: {earlier} was acknowledged before {later} was sent, but stands at {earlier_seq} behind {later_seq}"
            ),
            Self::NotDense { conversation, expected, found } => {
                write!(f, "NOT DENSE: conversation {conversation} has {found} where {expected} belongs")
            }
            Self::WrongHead { conversation, head, last } => {
                write!(f, "WRONG HEAD: conversation {conversation} says {head} and ends at {last}")
            }
            Self::Differs { conversation, how, at, read, stored } => {
                write!(f, "DIFFERS: conversation {conversation} as {how}: entry {at} is {read:?}, stored is {stored:?}")
            }
            Self::Contradicted { user, conversation, seq } => {
                write!(f, "CONTRADICTED: user {user} was told two messages for {seq} of conversation {conversation}")
            }
            Self::NewEpoch { user } => write!(f, "NEW EPOCH: user {user} was told that the database is another one"),
            Self::Corrupt(what) => write!(f, "CORRUPT: {what}"),
        }
    }
}
