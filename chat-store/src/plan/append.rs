//! What a batch of messages does to its conversations: which are stored where, and which were stored before.

use std::collections::HashMap;

use chat_core::ids::{ConversationId, MessageId, Seq, UserId, Version};
use chat_core::message::{Message, MessageState};
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

/// A batch, decided.
#[derive(Debug)]
pub(crate) struct AppendPlan<'b> {
    /// The rows to write, in the order of the calls.
    pub(crate) rows: Vec<NewRow<'b>>,
    /// The conversations that move: the new head and the time of their last entry.
    pub(crate) heads: Vec<(ConversationId, Seq, Timestamp)>,
    outcomes: Vec<Outcome>,
}

/// The key of an item, if it has one.
pub(crate) fn key(new: &NewMessage) -> Option<Key> {
    new.client_id.clone().map(|client_id| (new.conversation, new.sender, client_id))
}

/// Decides a batch in the order of the calls. `heads` holds the conversations that exist, `known` the messages that
/// stand under the keys of the batch already; both were read after the conversations were locked.
pub(crate) fn plan<'b>(
    batch: impl IntoIterator<Item = &'b NewMessage>,
    mut heads: HashMap<ConversationId, LogHead>,
    known: &HashMap<Key, Message>,
) -> AppendPlan<'b> {
    let mut plan = AppendPlan { rows: Vec::new(), heads: Vec::new(), outcomes: Vec::new() };
    let mut keyed: HashMap<Key, usize> = HashMap::new();
    let mut moved: HashMap<ConversationId, usize> = HashMap::new();
    for new in batch {
        let key = key(new);
        // The key comes before the version, so that a retry finds its message even where the rules have changed since.
        if let Some(before) = key.as_ref().and_then(|key| known.get(key)) {
            let same = before.body == new.body && before.reply_to == new.reply_to;
            let answer = if same { Appended::Repeated(before.clone()) } else { Appended::Conflict };
            plan.outcomes.push(Outcome::Known(answer));
            continue;
        }
        if let Some(place) = key.as_ref().and_then(|key| keyed.get(key)).copied() {
            let same =
                plan.rows.get(place).is_some_and(|row| row.new.body == new.body && row.new.reply_to == new.reply_to);
            plan.outcomes.push(if same { Outcome::Same(place) } else { Outcome::Known(Appended::Conflict) });
            continue;
        }
        let Some(log) = heads.get_mut(&new.conversation).filter(|log| log.version == new.judged_on) else {
            plan.outcomes.push(Outcome::Known(Appended::Stale));
            continue;
        };
        log.head = log.head.next();
        let place = plan.rows.len();
        plan.rows.push(NewRow { new, seq: log.head });
        plan.outcomes.push(Outcome::Stored(place));
        if let Some(key) = key {
            keyed.insert(key, place);
        }
        let last = (new.conversation, log.head, new.at);
        let moved = *moved.entry(new.conversation).or_insert(plan.heads.len());
        match plan.heads.get_mut(moved) {
            Some(head) => *head = last,
            None => plan.heads.push(last),
        }
    }
    plan
}

impl AppendPlan<'_> {
    /// The answers in the order of the calls, given the ids of the new rows in the order of the rows. None if an id is
    /// missing.
    pub(crate) fn answers(self, ids: &[MessageId]) -> Option<Vec<Appended>> {
        let message = |place: usize| {
            let NewRow { new, seq } = self.rows.get(place)?;
            Some(Message {
                id: *ids.get(place)?,
                conversation: new.conversation,
                seq: *seq,
                sender: new.sender,
                body: new.body.clone(),
                client_id: new.client_id.clone(),
                reply_to: new.reply_to,
                created_at: new.at,
                state: MessageState::Sent,
            })
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
        let plan = plan(batch, heads(), known);
        let ids: Vec<_> = (1..).map_while(MessageId::new).take(plan.rows.len()).collect();
        let place = |answer| match answer {
            Appended::Stored(message) => message.seq.get(),
            Appended::Repeated(message) => -message.seq.get(),
            Appended::Conflict | Appended::Stale => 0,
        };
        plan.answers(&ids).expect("an id for each row").into_iter().map(place).collect()
    }

    #[test]
    fn places_are_given_in_the_order_of_the_calls_per_conversation() {
        let batch = [said(1, None, "a"), said(2, None, "b"), said(1, None, "c"), said(1, None, "d")];
        assert_eq!(answer(&batch, &HashMap::new()), [6, 1, 7, 8]);
        let heads: Vec<_> = plan(&batch, heads(), &HashMap::new()).heads;
        assert_eq!(heads.iter().map(|(id, head, _)| (id.get(), head.get())).collect::<Vec<_>>(), [(1, 8), (2, 1)]);
    }

    #[test]
    fn a_repeat_inside_one_batch_is_a_repeat_and_takes_no_place() {
        let batch = [said(1, Some("k"), "a"), said(1, Some("k"), "a"), said(1, Some("k"), "b"), said(1, None, "c")];
        assert_eq!(answer(&batch, &HashMap::new()), [6, -6, 0, 7]);
    }

    #[test]
    fn the_key_comes_before_the_version() {
        let said_first = said(1, Some("k"), "a");
        let first = plan([&said_first], heads(), &HashMap::new());
        let stored = first.answers(&[MessageId::new(9).expect("an id")]).expect("answers").remove(0);
        let Appended::Stored(message) = stored else { panic!("not stored: {stored:?}") };
        let known = HashMap::from([(key(&said_first).expect("a key"), message)]);
        let late = NewMessage { judged_on: Version(0), ..said(1, Some("k"), "a") };
        let late_and_other = NewMessage { judged_on: Version(0), ..said(1, Some("k"), "b") };
        let late_and_new = NewMessage { judged_on: Version(0), ..said(1, Some("new"), "a") };
        assert_eq!(answer(&[late], &known), [-6]);
        let plan = |new| plan([new], heads(), &known).answers(&[]).expect("answers").remove(0);
        assert_eq!(plan(&late_and_other), Appended::Conflict);
        assert_eq!(plan(&late_and_new), Appended::Stale);
    }

    #[test]
    fn a_conversation_that_does_not_exist_is_stale() {
        assert_eq!(answer(&[said(3, None, "a"), said(1, None, "b")], &HashMap::new()), [0, 6]);
    }

    #[test]
    fn without_an_id_for_each_row_there_is_no_answer() {
        let batch = [said(1, None, "a")];
        assert_eq!(plan(&batch, heads(), &HashMap::new()).answers(&[]), None);
    }
}
