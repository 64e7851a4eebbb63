//! What a batch of messages does to its conversations: which are stored where, and which were stored before.

use std::collections::HashMap;

use chat_core::ids::{ConversationId, MessageId, Seq, UserId, Version};
use chat_core::message::Message;
use chat_core::ports::{Appended, NewMessage};
use chat_core::text::ClientId;
use chat_core::time::Timestamp;

/// A conversation as its locked row has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogHead {
    pub(crate) head: Seq,
    pub(crate) version: Version,
}

/// Where and by whom a key was used.
pub(crate) type Key = (ConversationId, UserId, ClientId);

/// A message to be written. Its id comes from the database.
#[derive(Debug)]
pub(crate) struct NewRow<'b> {
    pub(crate) new: &'b NewMessage,
    pub(crate) seq: Seq,
}

/// What one item of the batch is answered with, once the new rows have their ids.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    /// The new row at this place.
    Stored(usize),
    /// The same as the new row at this place.
    Same(usize),
    /// Known without the new rows.
    Known(Appended),
}

/// Where a conversation stands after the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MovedHead {
    pub(crate) conversation: ConversationId,
    pub(crate) head: Seq,
    /// The time of the last entry.
    pub(crate) at: Timestamp,
    /// The version on which the batch was judged.
    pub(crate) version: Version,
}

/// A batch, decided.
#[derive(Debug)]
pub(crate) struct AppendPlan<'b> {
    /// The rows to write, in the order of the calls.
    pub(crate) rows: Vec<NewRow<'b>>,
    /// The conversations that move.
    pub(crate) heads: Vec<MovedHead>,
    /// When those who have to wait say something for the last time in the batch.
    pub(crate) spoke: HashMap<(ConversationId, UserId), Timestamp>,
    outcomes: Vec<Outcome>,
}

/// The key of an item, if it has one.
pub(crate) fn key(new: &NewMessage) -> Option<Key> {
    new.client_id.clone().map(|client_id| (new.conversation, new.sender, client_id))
}

/// Decides a batch in the order of the calls. `heads` holds the conversations that exist, `known` the messages that
/// stand under the keys of the batch already, `spoke` when those who have to wait spoke last; all were read after the
/// conversations were locked.
pub(crate) fn plan<'b>(
    batch: impl IntoIterator<Item = &'b NewMessage>,
    mut heads: HashMap<ConversationId, LogHead>,
    known: &HashMap<Key, Message>,
    mut spoke: HashMap<(ConversationId, UserId), Timestamp>,
) -> AppendPlan<'b> {
    let mut plan = AppendPlan { rows: Vec::new(), heads: Vec::new(), spoke: HashMap::new(), outcomes: Vec::new() };
    let mut keyed: HashMap<Key, usize> = HashMap::new();
    let mut moved: HashMap<ConversationId, usize> = HashMap::new();
    for new in batch {
        let key = key(new);
        // The key comes before the version, so that a retry finds its message even where the rules have changed since.
        if let Some(before) = key.as_ref().and_then(|key| known.get(key)) {
            let answer = if new.repeats(before) { Appended::Repeated(before.clone()) } else { Appended::Conflict };
            plan.outcomes.push(Outcome::Known(answer));
            continue;
        }
        if let Some(place) = key.as_ref().and_then(|key| keyed.get(key)).copied() {
            let same = plan.rows.get(place).is_some_and(|row| row.new.is_same_as(new));
            plan.outcomes.push(if same { Outcome::Same(place) } else { Outcome::Known(Appended::Conflict) });
            continue;
        }
        let Some(log) = heads.get_mut(&new.conversation).filter(|log| log.version == new.judged_on) else {
            plan.outcomes.push(Outcome::Known(Appended::Stale));
            continue;
        };
        if !new.pace.is_none() {
            let who = (new.conversation, new.sender);
            if let Some(until) = spoke.get(&who).and_then(|last| new.pace.too_soon(*last, new.at)) {
                plan.outcomes.push(Outcome::Known(Appended::TooSoon { until }));
                continue;
            }
            spoke.insert(who, new.at);
            plan.spoke.insert(who, new.at);
        }
        log.head = log.head.next();
        let place = plan.rows.len();
        plan.rows.push(NewRow { new, seq: log.head });
        plan.outcomes.push(Outcome::Stored(place));
        if let Some(key) = key {
            keyed.insert(key, place);
        }
        let last = MovedHead { conversation: new.conversation, head: log.head, at: new.at, version: log.version };
        let moved = *moved.entry(new.conversation).or_insert(plan.heads.len());
        match plan.heads.get_mut(moved) {
            Some(head) => *head = last,
            None => plan.heads.push(last),
        }
    }
    plan
}

/// Decides a batch without having read anything: as if every conversation were empty, at the version on which it was
/// judged, and no key known. The seqs are then distances from the heads. None if the batch shows by itself that this
/// cannot be so, or somebody in it has to wait, for whom no guess is good enough.
#[cfg(feature = "postgres")]
pub(crate) fn guess(batch: &[NewMessage]) -> Option<AppendPlan<'_>> {
    let assumed = |new: &NewMessage| (new.conversation, LogHead { head: Seq::ZERO, version: new.judged_on });
    if batch.iter().any(|new| !new.pace.is_none()) {
        return None;
    }
    let plan = plan(batch, batch.iter().map(assumed).collect(), &HashMap::new(), HashMap::new());
    let is_stale = |outcome: &Outcome| matches!(outcome, Outcome::Known(Appended::Stale));
    (!plan.outcomes.iter().any(is_stale)).then_some(plan)
}

impl AppendPlan<'_> {
    /// Whether any of the new messages calls somebody or hands something on: only then there is more to write than what
    /// everybody says.
    pub(crate) fn holds_more(&self) -> bool {
        self.rows.iter().any(|row| row.new.holds_more())
    }

    /// The answers in the order of the calls, given where the rows were written, which the database tells in any order.
    /// None if a row is missing.
    #[cfg(feature = "postgres")]
    pub(crate) fn answers_from(mut self, written: Vec<(ConversationId, Seq, MessageId)>) -> Option<Vec<Appended>> {
        let ids = self.take_over(written)?;
        self.answers(&ids)
    }

    /// Takes over the seqs, and gives the ids in the order of the rows.
    #[cfg(feature = "postgres")]
    fn take_over(&mut self, mut written: Vec<(ConversationId, Seq, MessageId)>) -> Option<Vec<MessageId>> {
        // Whatever the seqs were counted from, those of one conversation have the same order on both sides.
        written.sort_unstable_by_key(|(conversation, seq, _)| (*conversation, *seq));
        let mut rows: Vec<_> = self.rows.iter_mut().enumerate().collect();
        rows.sort_unstable_by_key(|(_, row)| (row.new.conversation, row.seq));
        let mut ids = vec![None; rows.len()];
        for ((place, row), (conversation, seq, id)) in rows.into_iter().zip(written) {
            if row.new.conversation != conversation {
                return None;
            }
            row.seq = seq;
            *ids.get_mut(place)? = Some(id);
        }
        ids.into_iter().collect()
    }

    /// The answers in the order of the calls, given the ids of the new rows in the order of the rows. None if an id is
    /// missing.
    pub(crate) fn answers(self, ids: &[MessageId]) -> Option<Vec<Appended>> {
        let message = |place: usize| {
            let NewRow { new, seq } = self.rows.get(place)?;
            Some(new.stored(*ids.get(place)?, *seq))
        };
        let answer = |outcome| match outcome {
            Outcome::Stored(place) => message(place).map(Appended::Stored),
            Outcome::Same(place) => message(place).map(Appended::Repeated),
            Outcome::Known(answer) => Some(answer),
        };
        self.outcomes.into_iter().map(answer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_core::message::Mentions;
    use chat_core::pace::Pace;
    use chat_core::text::Body;

    fn room(id: i64) -> ConversationId {
        ConversationId::new(id).expect("an id")
    }

    fn said(conversation: i64, key: Option<&str>, text: &str) -> NewMessage {
        NewMessage {
            conversation: room(conversation),
            sender: UserId::new(7).expect("an id"),
            body: Body::new(text).expect("a body"),
            client_id: key.map(|key| ClientId::new(key).expect("a key")),
            reply_to: None,
            pace: Pace::NONE,
            mentions: Mentions::NOBODY,
            forwarded: None,
            judged_on: Version(1),
            at: Timestamp::from_micros(conversation),
        }
    }

    /// Two conversations: the first at seq 5 and the second at 0, both of version 1.
    fn heads() -> HashMap<ConversationId, LogHead> {
        let log = |head| LogHead { head: Seq::new(head).expect("a seq"), version: Version(1) };
        HashMap::from([(room(1), log(5)), (room(2), log(0))])
    }

    /// The seq of each answer: positive if stored, negative if repeated, 0 if refused.
    fn answer(batch: &[NewMessage], known: &HashMap<Key, Message>) -> Vec<i64> {
        let plan = plan(batch, heads(), known, HashMap::new());
        let ids: Vec<_> = (1..).map_while(MessageId::new).take(plan.rows.len()).collect();
        let place = |answer| match answer {
            Appended::Stored(message) => message.seq.get(),
            Appended::Repeated(message) => -message.seq.get(),
            Appended::Conflict | Appended::Stale | Appended::TooSoon { .. } => 0,
        };
        plan.answers(&ids).expect("an id for each row").into_iter().map(place).collect()
    }

    #[test]
    fn places_are_given_in_the_order_of_the_calls_per_conversation() {
        let batch = [said(1, None, "a"), said(2, None, "b"), said(1, None, "c"), said(1, None, "d")];
        assert_eq!(answer(&batch, &HashMap::new()), [6, 1, 7, 8]);
        let heads: Vec<_> = plan(&batch, heads(), &HashMap::new(), HashMap::new()).heads;
        assert_eq!(
            heads.iter().map(|moved| (moved.conversation.get(), moved.head.get())).collect::<Vec<_>>(),
            [(1, 8), (2, 1)]
        );
    }

    #[test]
    fn a_repeat_inside_one_batch_is_a_repeat_and_takes_no_place() {
        let batch = [said(1, Some("k"), "a"), said(1, Some("k"), "a"), said(1, Some("k"), "b"), said(1, None, "c")];
        assert_eq!(answer(&batch, &HashMap::new()), [6, -6, 0, 7]);
    }

    #[test]
    fn the_key_comes_before_the_version() {
        let said_first = said(1, Some("k"), "a");
        let first = plan([&said_first], heads(), &HashMap::new(), HashMap::new());
        let stored = first.answers(&[MessageId::new(9).expect("an id")]).expect("answers").remove(0);
        let Appended::Stored(message) = stored else { panic!("not stored: {stored:?}") };
        let known = HashMap::from([(key(&said_first).expect("a key"), message)]);
        let late = NewMessage { judged_on: Version(0), ..said(1, Some("k"), "a") };
        let late_and_other = NewMessage { judged_on: Version(0), ..said(1, Some("k"), "b") };
        let late_and_new = NewMessage { judged_on: Version(0), ..said(1, Some("new"), "a") };
        assert_eq!(answer(&[late], &known), [-6]);
        let plan = |new| plan([new], heads(), &known, HashMap::new()).answers(&[]).expect("answers").remove(0);
        assert_eq!(plan(&late_and_other), Appended::Conflict);
        assert_eq!(plan(&late_and_new), Appended::Stale);
    }

    #[test]
    fn who_has_to_wait_waits_inside_one_batch_too() {
        let pace = Pace::new(10).expect("a pace");
        let paced = |key, seconds| {
            let at = Timestamp::default().plus_seconds(seconds);
            NewMessage { pace, at, ..said(1, Some(key), "a") }
        };
        let batch = [paced("a", 9), paced("b", 10), paced("c", 19), paced("c", 19), paced("d", 20)];
        let spoke = HashMap::from([((room(1), batch[0].sender), Timestamp::default())]);
        let plan = plan(&batch, heads(), &HashMap::new(), spoke);
        assert_eq!(plan.rows.iter().map(|row| row.seq.get()).collect::<Vec<_>>(), [6, 7]);
        assert_eq!(plan.spoke.values().map(|at| at.seconds()).collect::<Vec<_>>(), [20]);
        #[cfg(feature = "postgres")]
        assert!(guess(&batch).is_none());
    }

    #[test]
    fn a_conversation_that_does_not_exist_is_stale() {
        assert_eq!(answer(&[said(3, None, "a"), said(1, None, "b")], &HashMap::new()), [0, 6]);
    }

    #[test]
    #[cfg(feature = "postgres")]
    fn a_guess_counts_from_the_heads_and_takes_over_where_the_rows_went() {
        let batch = [said(2, None, "a"), said(1, None, "b"), said(2, Some("k"), "c"), said(2, Some("k"), "c")];
        let plan = guess(&batch).expect("a guess");
        assert_eq!(plan.rows.iter().map(|row| row.seq.get()).collect::<Vec<_>>(), [1, 1, 2]);
        let seq = |n| Seq::new(n).expect("a seq");
        let id = |n| MessageId::new(n).expect("an id");
        let written = vec![(room(2), seq(9), id(31)), (room(1), seq(6), id(32)), (room(2), seq(8), id(33))];
        let answers = plan.answers_from(written).expect("every row");
        let places = answers.iter().map(|answer| match answer {
            Appended::Stored(message) => (message.seq.get(), message.id.get()),
            Appended::Repeated(message) => (-message.seq.get(), message.id.get()),
            Appended::Conflict | Appended::Stale | Appended::TooSoon { .. } => (0, 0),
        });
        assert_eq!(places.collect::<Vec<_>>(), [(8, 33), (6, 32), (9, 31), (-9, 31)]);
    }

    #[test]
    #[cfg(feature = "postgres")]
    fn nothing_is_guessed_where_one_conversation_was_judged_on_two_versions() {
        let later = NewMessage { judged_on: Version(2), ..said(1, None, "b") };
        assert!(guess(&[said(1, None, "a"), later]).is_none());
    }

    #[test]
    #[cfg(feature = "postgres")]
    fn a_row_that_the_database_does_not_name_is_missed() {
        let batch = [said(1, None, "a"), said(2, None, "b")];
        let written = vec![(room(1), Seq::ZERO.next(), MessageId::new(1).expect("an id"))];
        assert_eq!(guess(&batch).expect("a guess").answers_from(written), None);
    }

    #[test]
    fn without_an_id_for_each_row_there_is_no_answer() {
        let batch = [said(1, None, "a")];
        assert_eq!(plan(&batch, heads(), &HashMap::new(), HashMap::new()).answers(&[]), None);
    }
}
