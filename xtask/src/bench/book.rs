//! What one reader has heard, conversation by conversation: in order, each once, or not.

use std::collections::HashMap;

/// The places that a reader has heard of.
#[derive(Debug, Default)]
pub(super) struct Book {
    last: HashMap<i64, u64>,
    /// The first thing that was wrong.
    pub(super) fault: Option<String>,
    /// Messages heard for the first time.
    pub(super) heard: u64,
    /// Messages heard again, or after a later one.
    pub(super) doubled: u64,
    /// Places that were passed over.
    pub(super) skipped: u64,
}

impl Book {
    /// Notes a message; the first of each conversation may have any place. False if it must have come before.
    pub(super) fn note(&mut self, conversation: i64, seq: u64) -> bool {
        let last = self.last.entry(conversation).or_insert(seq.saturating_sub(1));
        if seq <= *last {
            self.doubled += 1;
            self.fault.get_or_insert_with(|| format!("{seq} of conversation {conversation} came after {last}"));
            // As many as were passed over may be late.
            return self.doubled <= self.skipped;
        }
        if seq > *last + 1 {
            self.fault.get_or_insert_with(|| format!("{seq} of conversation {conversation} came after {last}"));
        }
        self.skipped += seq - *last - 1;
        self.heard += 1;
        *last = seq;
        true
    }

    /// How many of those that should have come never came.
    pub(super) fn lost(&self, expected: u64) -> u64 {
        expected.saturating_sub(self.heard + self.doubled.min(self.skipped))
    }

    /// Takes in what another reader has heard.
    pub(super) fn add(&mut self, other: &Self) {
        if let Some(fault) = &other.fault {
            self.fault.get_or_insert_with(|| fault.clone());
        }
        self.heard += other.heard;
        self.doubled += other.doubled;
        self.skipped += other.skipped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_repeats_are_counted_for_each_conversation() {
        let mut book = Book::default();
        for (conversation, seq) in [(1, 5), (1, 6), (2, 1), (1, 9), (1, 9)] {
            book.note(conversation, seq);
        }

        assert_eq!((book.heard, book.doubled, book.skipped), (4, 1, 2));
        assert_eq!(book.lost(6), 1);
    }
}
