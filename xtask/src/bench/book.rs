//! What one reader has heard, conversation by conversation: in order, each once, or not.

use std::collections::{BTreeSet, HashMap};

use super::audit::Acknowledged;
use super::faults::{Arrival, Faults};

/// The places that a reader has heard of.
#[derive(Debug, Default)]
pub(super) struct Book {
    logs: HashMap<i64, Log>,
    /// What was wrong with the order.
    pub(super) faults: Faults,
}

/// What was heard of one conversation.
#[derive(Debug, Default)]
struct Log {
    last: u64,
    /// Places that were passed over and have not come since.
    missing: BTreeSet<u64>,
    /// Different messages.
    heard: u64,
}

impl Book {
    /// A book of somebody who has everything of a conversation up to a place.
    pub(super) fn since(conversation: i64, last: u64) -> Self {
        let logs = HashMap::from([(conversation, Log { last, ..Log::default() })]);
        Self { logs, faults: Faults::default() }
    }

    /// Notes a message; the first of each conversation may have any place.
    pub(super) fn note(&mut self, conversation: i64, seq: u64) -> Arrival {
        let begin = || Log { last: seq.saturating_sub(1), ..Log::default() };
        let log = self.logs.entry(conversation).or_insert_with(begin);
        let last = log.last;
        let arrival = log.note(seq);
        self.faults.count(arrival, || format!("{seq} of conversation {conversation} after {last}"));
        arrival
    }

    /// How many of so many messages of each conversation were heard. What was heard again counts once.
    pub(super) fn reached(&self, said: &Acknowledged) -> u64 {
        let reached = |(conversation, log): (&i64, &Log)| said.get(conversation).copied().unwrap_or(0).min(log.heard);
        self.logs.iter().map(reached).sum()
    }
}

impl Log {
    fn note(&mut self, seq: u64) -> Arrival {
        let arrival = if seq > self.last {
            let passed = self.last + 1..seq;
            let count = seq - passed.start;
            self.missing.extend(passed);
            self.last = seq;
            if count == 0 { Arrival::Next } else { Arrival::Skipping(count) }
        } else if self.missing.remove(&seq) {
            Arrival::Late
        } else {
            Arrival::Again
        };
        self.heard += u64::from(arrival != Arrival::Again);
        arrival
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_told_by_how_it_came() {
        let mut book = Book::default();
        let heard = [(1, 5), (1, 6), (2, 1), (1, 9), (1, 9), (1, 7), (1, 7)];
        let arrivals: Vec<Arrival> = heard.iter().map(|(conversation, seq)| book.note(*conversation, *seq)).collect();

        let (next, again) = (Arrival::Next, Arrival::Again);
        assert_eq!(arrivals, [next, next, next, Arrival::Skipping(2), again, Arrival::Late, again]);
        assert_eq!((book.faults.skipped, book.faults.late, book.faults.repeated), (2, 1, 2));
        assert_eq!(book.faults.first.as_deref(), Some("skipped to 9 of conversation 1 after 6"));
    }

    #[test]
    fn what_is_heard_again_makes_up_for_nothing_that_is_lost() {
        let mut book = Book::since(1, 4);
        for (conversation, seq) in [(1, 5), (1, 5), (1, 7), (2, 1), (2, 1), (2, 1)] {
            book.note(conversation, seq);
        }

        assert_eq!(book.reached(&[(1, 3), (2, 1)].into()), 3);
    }

    #[test]
    fn who_knows_where_they_stand_misses_what_comes_first() {
        assert_eq!(Book::since(1, 4).note(1, 6), Arrival::Skipping(1));
    }
}
