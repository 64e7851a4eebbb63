//! How a client stays complete: the rules of the protocol for one conversation, without a socket.

use std::collections::BTreeMap;

use super::frame::Place;

/// What a client knows of a conversation's log.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    /// What was applied, in order: the entry with seq n stands at n - 1.
    applied: Vec<Option<i64>>,
    /// What came too early, until the gap before it is closed.
    early: BTreeMap<u64, Place>,
    /// Whether pages were asked for and have not all come.
    is_syncing: bool,
}

/// What became of an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It was the next one, and with it these were applied.
    Applied(Vec<Place>),
    /// It was known.
    Known,
    /// It was known, but as another message.
    Contradicted { had: Option<i64> },
    /// Something before it is missing; ask for it from this cursor, unless pages are on their way.
    Gap { ask_from: Option<u64> },
}

impl Follower {
    /// The last seq that was applied.
    pub(crate) fn cursor(&self) -> u64 {
        self.applied.len() as u64
    }

    /// Takes an event in, from wherever it came.
    pub(crate) fn take(&mut self, place: Place) -> Step {
        let next = self.cursor() + 1;
        if place.seq < next {
            let index = usize::try_from(place.seq).unwrap_or(usize::MAX).checked_sub(1);
            let had = index.and_then(|index| self.applied.get(index)).copied().flatten();
            return if had == place.id { Step::Known } else { Step::Contradicted { had } };
        }
        if place.seq > next {
            self.early.insert(place.seq, place);
            let ask_from = (!self.is_syncing).then(|| self.cursor());
            self.is_syncing = true;
            return Step::Gap { ask_from };
        }
        let mut applied = vec![place];
        self.applied.push(place.id);
        while let Some(place) = self.early.remove(&(self.cursor() + 1)) {
            self.applied.push(place.id);
            applied.push(place);
        }
        let cursor = self.cursor();
        self.early.retain(|seq, _| *seq > cursor);
        Step::Applied(applied)
    }

    /// Pages have been asked for.
    pub(crate) fn syncing(&mut self) {
        self.is_syncing = true;
    }

    /// All pages that were asked for have come. If there is a gap still, the cursor to ask from again.
    pub(crate) fn synced(&mut self) -> Option<u64> {
        self.is_syncing = !self.early.is_empty();
        self.is_syncing.then(|| self.cursor())
    }

    /// The connection is gone, and with it whatever was asked for or came early.
    pub(crate) fn disconnected(&mut self) {
        self.is_syncing = false;
        self.early.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(seq: u64) -> Place {
        Place { conversation: 1, seq, id: Some(seq as i64 * 100) }
    }

    #[test]
    fn events_in_order_are_applied_and_repeats_are_known() {
        let mut follower = Follower::default();

        assert_eq!(follower.take(place(1)), Step::Applied(vec![place(1)]));
        assert_eq!(follower.take(place(1)), Step::Known);
        assert_eq!(follower.cursor(), 1);
    }

    #[test]
    fn nothing_beyond_a_gap_is_applied_until_it_is_closed() {
        let mut follower = Follower::default();
        follower.take(place(1));

        assert_eq!(follower.take(place(4)), Step::Gap { ask_from: Some(1) });
        assert_eq!(follower.take(place(5)), Step::Gap { ask_from: None });
        assert_eq!(follower.take(place(2)), Step::Applied(vec![place(2)]));
        assert_eq!(follower.take(place(3)), Step::Applied(vec![place(3), place(4), place(5)]));
        assert_eq!(follower.synced(), None);
    }

    #[test]
    fn a_gap_that_the_pages_did_not_close_is_asked_for_again() {
        let mut follower = Follower::default();
        follower.take(place(3));

        assert_eq!(follower.synced(), Some(0));
    }

    #[test]
    fn another_message_at_a_known_place_is_a_contradiction() {
        let mut follower = Follower::default();
        follower.take(place(1));

        assert_eq!(follower.take(Place { id: Some(7), ..place(1) }), Step::Contradicted { had: Some(100) });
    }
}
