//! The sequencer: turns hints that may come late, twice or out of order into streams that are none of this.
//!
//! For every conversation that somebody here carries it keeps the last seq that was passed on. The next one passes at once,
//! with whatever waited behind it; one from further on waits; one from before is dropped. A hole that does not close by
//! itself is reported, so that the caller fills it from the store. Commit order and publish order may therefore differ
//! (two tasks that commit in one batch race to publish) and no reader ever sees it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::ids::{ConversationId, Seq};
use crate::time::Timestamp;

/// How many items may wait behind one hole; past this the store is asked for them anyway.
const MAX_WAITING: usize = 1_024;

/// One lane per conversation.
#[derive(Debug)]
pub struct Sequencer<T> {
    lanes: HashMap<ConversationId, Lane<T>>,
}

#[derive(Debug)]
struct Lane<T> {
    /// The last seq that was passed on; none until the head has been read from the store once.
    position: Option<Seq>,
    waiting: BTreeMap<Seq, T>,
    waiting_since: Option<Timestamp>,
}

impl<T> Sequencer<T> {
    /// A sequencer without lanes.
    #[must_use]
    pub fn new() -> Self {
        Self { lanes: HashMap::new() }
    }

    /// Opens a lane whose position is not known yet: items wait until [`start`](Self::start) tells it. False if it was
    /// open already.
    pub fn open(&mut self, conversation: ConversationId) -> bool {
        let Entry::Vacant(place) = self.lanes.entry(conversation) else { return false };
        place.insert(Lane { position: None, waiting: BTreeMap::new(), waiting_since: None });
        true
    }

    /// Forgets a lane that nobody listens to.
    pub fn close(&mut self, conversation: ConversationId) {
        self.lanes.remove(&conversation);
    }

    /// Tells where a lane begins, unless it runs already. Everything up to `head` is somebody else's to deliver; what waited
    /// beyond it comes out if it follows. Returns the position of the lane afterwards.
    pub fn start(&mut self, conversation: ConversationId, head: Seq, now: Timestamp) -> (Seq, Vec<T>) {
        let Some(lane) = self.lanes.get_mut(&conversation) else { return (head, Vec::new()) };
        if let Some(position) = lane.position {
            return (position, Vec::new());
        }
        lane.position = Some(head);
        lane.waiting = lane.waiting.split_off(&head.next());
        let ready = lane.release(now);
        (lane.position.unwrap_or(head), ready)
    }

    /// Whether an item would be of use: nobody has it yet, and there is room to let it wait if it has to.
    #[must_use]
    pub fn wants(&self, conversation: ConversationId, seq: Seq) -> bool {
        let Some(lane) = self.lanes.get(&conversation) else { return false };
        let is_behind = lane.position.is_some_and(|position| seq <= position);
        let is_full = lane.waiting.len() >= MAX_WAITING && !lane.is_next(seq);
        !is_behind && !is_full && !lane.waiting.contains_key(&seq)
    }

    /// Takes an item and returns what can be passed on now, in order. Without a lane nobody listens and nothing comes out.
    /// A lane whose position is unknown begins by itself with the very first seq: nothing can have been before it.
    pub fn offer(&mut self, conversation: ConversationId, seq: Seq, item: T, now: Timestamp) -> Vec<T> {
        if !self.wants(conversation, seq) {
            return Vec::new();
        }
        let Some(lane) = self.lanes.get_mut(&conversation) else { return Vec::new() };
        if lane.position.is_none() && seq == Seq::ZERO.next() {
            lane.position = Some(Seq::ZERO);
        }
        lane.waiting.insert(seq, item);
        lane.release(now)
    }

    /// The holes that are older than `patience_micros`, each with the last seq before it and the last one in it.
    #[must_use]
    pub fn stuck(&self, now: Timestamp, patience_micros: i64) -> Vec<(ConversationId, Seq, Seq)> {
        let old =
            |lane: &Lane<T>| lane.waiting_since.is_some_and(|since| now.micros() - since.micros() >= patience_micros);
        self.lanes
            .iter()
            .filter(|(_, lane)| old(lane))
            .filter_map(|(conversation, lane)| {
                let (first, _) = lane.waiting.first_key_value()?;
                Some((*conversation, lane.position?, first.previous()))
            })
            .collect()
    }

    /// Every lane that runs with its position, for comparing with the store.
    pub fn positions(&self) -> impl Iterator<Item = (ConversationId, Seq)> {
        self.lanes.iter().filter_map(|(conversation, lane)| lane.position.map(|position| (*conversation, position)))
    }

    /// Where one lane stands.
    #[must_use]
    pub fn position(&self, conversation: ConversationId) -> Option<Seq> {
        self.lanes.get(&conversation).and_then(|lane| lane.position)
    }
}

impl<T> Default for Sequencer<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Lane<T> {
    fn is_next(&self, seq: Seq) -> bool {
        self.position.is_some_and(|position| seq == position.next())
    }

    /// Lets out what follows the position without a hole.
    fn release(&mut self, now: Timestamp) -> Vec<T> {
        let mut ready = Vec::new();
        while let Some(position) = self.position {
            let Some(item) = self.waiting.remove(&position.next()) else { break };
            self.position = Some(position.next());
            ready.push(item);
        }
        self.waiting_since = match (self.waiting.is_empty(), self.waiting_since) {
            (true, _) => None,
            (false, Some(since)) if ready.is_empty() => Some(since),
            (false, _) => Some(now),
        };
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn room() -> ConversationId {
        ConversationId::new(1).expect("an id")
    }

    fn seq(n: i64) -> Seq {
        Seq::new(n).expect("a seq")
    }

    fn running(head: i64) -> Sequencer<i64> {
        let mut sequencer = Sequencer::new();
        sequencer.open(room());
        sequencer.start(room(), seq(head), NOW);
        sequencer
    }

    #[test]
    fn a_late_one_lets_the_early_ones_through_behind_it() {
        let mut lanes = running(0);
        assert_eq!(lanes.offer(room(), seq(2), 2, NOW), []);
        assert_eq!(lanes.offer(room(), seq(3), 3, NOW), []);
        assert_eq!(lanes.offer(room(), seq(1), 1, NOW), [1, 2, 3]);
    }

    #[test]
    fn until_the_head_is_known_everything_waits() {
        let mut lanes = Sequencer::new();
        lanes.open(room());
        assert_eq!(lanes.offer(room(), seq(5), 5, NOW), []);
        assert_eq!(lanes.offer(room(), seq(4), 4, NOW), []);
        assert_eq!(lanes.start(room(), seq(4), NOW), (seq(5), vec![5]));
    }

    #[test]
    fn a_log_that_begins_needs_no_head() {
        let mut lanes = Sequencer::new();
        lanes.open(room());
        assert_eq!(lanes.offer(room(), seq(2), 2, NOW), []);
        assert_eq!(lanes.offer(room(), seq(1), 1, NOW), [1, 2]);
    }

    #[test]
    fn a_second_start_changes_nothing_and_tells_where_the_lane_is() {
        let mut lanes = running(7);
        assert_eq!(lanes.start(room(), seq(3), NOW), (seq(7), vec![]));
    }

    #[test]
    fn a_hole_is_reported_after_a_while_and_filled_from_outside() {
        let mut lanes = running(0);
        lanes.offer(room(), seq(3), 3, NOW);
        assert_eq!(lanes.stuck(NOW, 100), []);
        assert_eq!(lanes.stuck(Timestamp::from_micros(100), 100), [(room(), seq(0), seq(2))]);
        lanes.offer(room(), seq(1), 1, NOW);
        assert_eq!(lanes.offer(room(), seq(2), 2, NOW), [2, 3]);
        assert_eq!(lanes.stuck(Timestamp::from_micros(100), 100), []);
    }

    #[test]
    fn what_was_passed_on_or_waits_already_is_not_wanted_again() {
        let mut lanes = running(3);
        lanes.offer(room(), seq(6), 6, NOW);
        let wanted: Vec<_> = (3..=7).filter(|n| lanes.wants(room(), seq(*n))).collect();
        assert_eq!(wanted, [4, 5, 7]);
    }

    #[test]
    fn a_lane_holds_so_many_behind_a_hole_and_no_more() {
        let mut lanes = running(0);
        let most = i64::try_from(MAX_WAITING).expect("small");
        for n in 2..2 + most {
            lanes.offer(room(), seq(n), n, NOW);
        }
        assert!(!lanes.wants(room(), seq(2 + most)), "the store has it");
        assert_eq!(
            lanes.offer(room(), seq(1), 1, NOW).len(),
            MAX_WAITING + 1,
            "what closes the hole is always welcome"
        );
    }

    #[test]
    fn without_a_lane_nothing_is_kept() {
        let mut lanes = Sequencer::new();
        assert_eq!(lanes.offer(room(), seq(1), 1, NOW), Vec::<i64>::new());
        assert_eq!(lanes.position(room()), None);
    }

    proptest! {
        #[test]
        fn any_order_with_any_repetition_comes_out_once_and_in_order(
            mut order in Just((1..=30).collect::<Vec<i64>>()).prop_shuffle(),
            repeats in prop::collection::vec(1_i64..=30, 0..20),
        ) {
            order.extend(repeats);
            let mut lanes = running(0);
            let out: Vec<i64> = order.into_iter().flat_map(|n| lanes.offer(room(), seq(n), n, NOW)).collect();
            prop_assert_eq!(out, (1..=30).collect::<Vec<_>>());
        }
    }
}
