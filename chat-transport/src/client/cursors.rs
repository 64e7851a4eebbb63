//! What a client has seen: one cursor per conversation. This is the whole of what resuming needs.

use std::collections::BTreeMap;

/// The last seq that was applied, per conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursors(BTreeMap<i64, i64>);

/// What to do with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// It is the next one: apply it.
    Next,
    /// It was applied before.
    Known,
    /// Something before it is missing: ask for it, and do not apply this one.
    Gap,
}

impl Cursors {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Judges an entry, and moves the cursor if it is the next one.
    pub fn arrive(&mut self, conversation: i64, seq: i64) -> Arrived {
        let cursor = self.0.entry(conversation).or_insert(0);
        if seq <= *cursor {
            Arrived::Known
        } else if seq == *cursor + 1 {
            *cursor = seq;
            Arrived::Next
        } else {
            Arrived::Gap
        }
    }

    /// Begins at a position: everything up to it was fetched in another way, or is not wanted.
    pub fn begin(&mut self, conversation: i64, head: i64) {
        self.0.insert(conversation, head);
    }

    /// The cursor of a conversation, if it was ever seen.
    #[must_use]
    pub fn get(&self, conversation: i64) -> Option<i64> {
        self.0.get(&conversation).copied()
    }

    /// Forgets one conversation.
    pub fn forget(&mut self, conversation: i64) {
        self.0.remove(&conversation);
    }

    /// Forgets everything: the cursors belong to another life of the database.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_next_known_or_beyond_a_gap() {
        let mut cursors = Cursors::new();
        cursors.begin(1, 4);
        assert_eq!(cursors.arrive(1, 4), Arrived::Known);
        assert_eq!(cursors.arrive(1, 6), Arrived::Gap);
        assert_eq!(cursors.arrive(1, 5), Arrived::Next);
        assert_eq!(cursors.arrive(1, 6), Arrived::Next);
        assert_eq!(cursors.get(1), Some(6));
    }

    #[test]
    fn a_conversation_that_was_never_seen_begins_with_its_first_entry() {
        assert_eq!(Cursors::new().arrive(9, 1), Arrived::Next);
        assert_eq!(Cursors::new().arrive(9, 2), Arrived::Gap);
    }
}
