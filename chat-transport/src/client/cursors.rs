//! What a client has seen: one cursor per log. This is the whole of what resuming needs.

use std::collections::BTreeMap;

/// The log of one's own beside those of conversations, whose ids begin with 1.
pub(super) const OWN_LOG: i64 = 0;

/// The last seq that was applied, per conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursors(BTreeMap<i64, Cursor>);

/// How far one log was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    /// Up to here.
    At(i64),
    /// It was fetched in another way, or will be; whatever comes next goes on from there.
    Anywhere,
}

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

    /// Judges an entry, and moves the cursor if it is the next one. A log that was never seen begins with its first entry.
    pub fn arrive(&mut self, conversation: i64, seq: i64) -> Arrived {
        match self.0.get(&conversation).copied().unwrap_or(Cursor::At(0)) {
            Cursor::At(cursor) if seq <= cursor => return Arrived::Known,
            Cursor::At(cursor) if seq > cursor + 1 => return Arrived::Gap,
            Cursor::At(_) | Cursor::Anywhere => {}
        }
        self.begin(conversation, seq);
        Arrived::Next
    }

    /// Begins at a position: everything up to it was fetched in another way, or is not wanted.
    pub fn begin(&mut self, conversation: i64, head: i64) {
        self.0.insert(conversation, Cursor::At(head));
    }

    /// The cursor of a conversation, if it is known.
    #[must_use]
    pub fn get(&self, conversation: i64) -> Option<i64> {
        match self.0.get(&conversation) {
            Some(Cursor::At(cursor)) => Some(*cursor),
            Some(Cursor::Anywhere) | None => None,
        }
    }

    /// One conversation is to be fetched again; it goes on with whatever comes next.
    pub fn forget(&mut self, conversation: i64) {
        self.0.insert(conversation, Cursor::Anywhere);
    }

    /// Everything is to be fetched again.
    pub fn clear(&mut self) {
        self.0.values_mut().for_each(|cursor| *cursor = Cursor::Anywhere);
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

    #[test]
    fn one_that_is_fetched_again_goes_on_with_whatever_comes_next() {
        let mut cursors = Cursors::new();
        cursors.begin(1, 4);
        cursors.forget(1);
        assert_eq!((cursors.get(1), cursors.arrive(1, 90)), (None, Arrived::Next));
        assert_eq!((cursors.arrive(1, 92), cursors.arrive(1, 91)), (Arrived::Gap, Arrived::Next));
        cursors.clear();
        assert_eq!(cursors.arrive(1, 3), Arrived::Next, "even another life of the database");
        assert_eq!(cursors.arrive(2, 3), Arrived::Gap, "but not what was never seen");
    }
}
