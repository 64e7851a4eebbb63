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

/// Decides a batch in the order of the calls. `heads` holds the conversations that exist, `known` the messages that stand
/// under the keys of the batch already; both were read after the conversations were locked.
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
    /// The answers in the order of the calls, given the ids of the new rows in the order of the rows. None if an id is missing.
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
