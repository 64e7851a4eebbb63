//! Promises about sends: what was acknowledged is stored, once, as it was sent, where it was said to be, and in an order
//! that no clock on a wall could contradict.

use std::collections::{BTreeMap, HashMap};

use super::Violation;
use crate::chaos::database::{StoredMessage, Truth};
use crate::chaos::history::{Fact, Key, Phase, Record};

/// Everything that happened to one message on its way.
#[derive(Debug)]
pub(super) struct Send {
    user: i64,
    conversation: i64,
    body: u64,
    /// When it was first sent.
    invoked: u64,
    /// Every acknowledgement with its time.
    answers: Vec<(u64, Option<(u64, i64)>)>,
    is_refused: bool,
    /// Whether nobody knows what became of some attempt.
    is_unknown: bool,
}

impl Send {
    /// When it was first acknowledged.
    pub(super) fn acknowledged(&self) -> Option<u64> {
        self.answers.iter().map(|(at, _)| *at).min()
    }
}

/// The sends of all histories.
pub(super) fn gather(records: &[Record]) -> BTreeMap<Key, Send> {
    let mut sends = BTreeMap::new();
    for record in records {
        let Fact::Send { key, conversation, body, phase, place, .. } = &record.fact else { continue };
        let send = sends.entry(*key).or_insert_with(|| Send {
            user: record.user,
            conversation: *conversation,
            body: *body,
            invoked: record.at,
            answers: Vec::new(),
            is_refused: false,
            is_unknown: false,
        });
        match phase {
            Phase::Invoke => send.invoked = send.invoked.min(record.at),
            Phase::Ok => send.answers.push((record.at, *place)),
            Phase::Fail => send.is_refused = true,
            Phase::Info => send.is_unknown = true,
        }
    }
    sends
}

/// Checks all of them.
pub(super) fn check(sends: &BTreeMap<Key, Send>, truth: &Truth) -> Vec<Violation> {
    let mut found = Vec::new();
    let stored = attribute(sends, truth, &mut found);
    for (key, send) in sends {
        let rows = stored.get(key).map(Vec::as_slice).unwrap_or_default();
        if rows.len() > 1 {
            found.push(Violation::Doubled { key: *key, seqs: rows.iter().map(|(seq, _)| *seq).collect() });
        }
        if send.acknowledged().is_some() && rows.is_empty() {
            found.push(Violation::Lost { key: *key });
        }
        if send.is_refused {
            found.push(Violation::Refused { key: *key, is_stored: !rows.is_empty() && !send.is_unknown });
        } else if send.answers.is_empty() {
            found.push(Violation::Unanswered { key: *key });
        }
        found.extend(answers_agree(*key, send, rows.first().copied()));
    }
    found.extend(real_time_order(sends, &stored));
    found
}

/// Every acknowledgement names the place where the message is.
fn answers_agree(key: Key, send: &Send, stored: Option<(u64, i64)>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut first = None;
    for (_, told) in &send.answers {
        let Some(told) = *told else {
            found.push(Violation::NoPlace { key });
            continue;
        };
        let before = *first.get_or_insert(told);
        if before != told {
            found.push(Violation::TwoAnswers { key, first: before, second: told });
        } else if let Some(stored) = stored
            && stored != told
        {
            found.push(Violation::Misplaced { key, told, stored });
        }
    }
    found.dedup();
    found
}

/// Whose messages the rows are, by key or else by body (bodies are never the same); what is nobody's is a phantom.
fn attribute(sends: &BTreeMap<Key, Send>, truth: &Truth, found: &mut Vec<Violation>) -> HashMap<Key, Vec<(u64, i64)>> {
    let by_body: HashMap<u64, Key> = sends.iter().map(|(key, send)| (send.body, *key)).collect();
    let mut stored: HashMap<Key, Vec<(u64, i64)>> = HashMap::new();
    for (conversation, log) in &truth.logs {
        for entry in &log.entries {
            let Some(message) = &entry.message else { continue };
            let key = message.key.filter(|key| sends.contains_key(key)).or_else(|| by_body.get(&message.body).copied());
            let send = key.and_then(|key| sends.get(&key).map(|send| (key, send)));
            let Some((key, send)) = send else {
                found.push(Violation::Phantom { conversation: *conversation, seq: entry.seq, why: "nobody sent it" });
                continue;
            };
            stored.entry(key).or_default().push((entry.seq, message.id));
            if let Some(why) = altered(key, send, *conversation, message) {
                found.push(Violation::Phantom { conversation: *conversation, seq: entry.seq, why });
            }
        }
    }
    stored
}

fn altered(key: Key, send: &Send, conversation: i64, message: &StoredMessage) -> Option<&'static str> {
    if message.key != Some(key) {
        Some("it was sent under another client_id")
    } else if send.conversation != conversation {
        Some("it was sent to another conversation")
    } else if send.user != message.sender {
        Some("it was sent by somebody else")
    } else if send.body != message.body {
        Some("it was sent with another body")
    } else {
        None
    }
}

/// Whoever saw an acknowledgement and then sent stands behind it. One sweep over the times of a conversation: at every
/// first attempt, the largest seq that had been acknowledged by then must be smaller than the one that it got.
fn real_time_order(sends: &BTreeMap<Key, Send>, stored: &HashMap<Key, Vec<(u64, i64)>>) -> Vec<Violation> {
    /// An acknowledgement comes before an attempt of the same moment only if it was earlier, so attempts sort first.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Kind {
        Invoked,
        Acknowledged,
    }
    let mut moments: BTreeMap<i64, Vec<(u64, Kind, u64, Key)>> = BTreeMap::new();
    for (key, send) in sends {
        let Some((seq, _)) = stored.get(key).and_then(|rows| rows.first()) else { continue };
        let moments = moments.entry(send.conversation).or_default();
        moments.push((send.invoked, Kind::Invoked, *seq, *key));
        moments.extend(send.acknowledged().map(|at| (at, Kind::Acknowledged, *seq, *key)));
    }
    let mut found = Vec::new();
    for moments in moments.values_mut() {
        moments.sort();
        let mut largest: Option<(u64, Key)> = None;
        for (_, kind, seq, key) in moments {
            match (kind, largest) {
                (Kind::Invoked, Some((earlier_seq, earlier))) if earlier_seq > *seq => {
                    found.push(Violation::OutOfOrder { earlier, earlier_seq, later: *key, later_seq: *seq });
                }
                (Kind::Acknowledged, before) if before.is_none_or(|(before, _)| before < *seq) => {
                    largest = Some((*seq, *key));
                }
                (Kind::Invoked | Kind::Acknowledged, _) => {}
            }
        }
    }
    found
}
