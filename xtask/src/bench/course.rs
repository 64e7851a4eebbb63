//! What users who talk at once share: where they sit, where the course is, and how far all of them have come.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::line::Line;

/// A socket and what its user does with it. Without conversations, they only listen.
#[derive(Debug)]
pub(super) struct Seat {
    /// The socket.
    pub(super) line: Line,
    /// Begins the keys of the messages; no two seats of a database share it.
    pub(super) name: String,
    /// Where they talk, in turn.
    pub(super) conversations: Vec<i64>,
}

/// Where a course is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Messages begin.
    Talking,
    /// No message begins any more.
    Over,
    /// Everything has arrived.
    Settled,
}

/// What all of them have done.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// Messages begun.
    pub(super) begun: AtomicU64,
    /// Messages acknowledged.
    pub(super) acknowledged: AtomicU64,
    /// Messages heard by somebody else than their sender's socket.
    pub(super) delivered: AtomicU64,
    /// Whether the times of what begins now count.
    pub(super) is_measuring: AtomicBool,
}

impl Course {
    /// How many messages were acknowledged and have reached so many others.
    pub(super) fn complete(&self, others: u64) -> u64 {
        let delivered = self.delivered.load(Ordering::Relaxed) / others.max(1);
        self.acknowledged.load(Ordering::Relaxed).min(delivered)
    }

    /// Whether all that was begun is acknowledged.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.acknowledged.load(Ordering::Relaxed) >= self.begun.load(Ordering::Relaxed)
    }

    /// Whether all that was acknowledged has reached so many others.
    pub(super) fn is_delivered(&self, others: u64) -> bool {
        self.delivered.load(Ordering::Relaxed) >= self.acknowledged.load(Ordering::Relaxed) * others
    }
}
