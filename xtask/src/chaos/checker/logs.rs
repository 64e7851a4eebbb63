//! Promises about logs: dense, and the same for everybody in every way of reading.

use std::collections::BTreeMap;

use super::Violation;
use crate::chaos::database::Truth;
use crate::chaos::history::{Fact, Record};
use crate::chaos::readings::{Listed, Reading};

/// What the clients on sockets took in: by user and conversation, in the order in which they did.
pub(super) type Applied = BTreeMap<(i64, i64), Vec<Listed>>;

/// Collects it.
pub(super) fn applied(followers: &[(i64, i64)], records: &[Record]) -> Applied {
    let mut applied: Applied = followers.iter().map(|follower| (*follower, Vec::new())).collect();
    for record in records {
        if let Fact::Applied { place, .. } = &record.fact {
            applied.entry((record.user, place.conversation)).or_default().push((place.seq, place.id));
        }
    }
    applied
}

/// Every log is numbered 1, 2, 3 ... and ends where its conversation says.
pub(super) fn dense(truth: &Truth) -> Vec<Violation> {
    let mut found = Vec::new();
    for (conversation, log) in &truth.logs {
        let numbered = (1..).zip(&log.entries);
        let hole = numbered.map(|(expected, entry)| (expected, entry.seq)).find(|(expected, found)| expected != found);
        if let Some((expected, seq)) = hole {
            found.push(Violation::NotDense { conversation: *conversation, expected, found: seq });
        }
        let last = log.entries.last().map_or(0, |entry| entry.seq);
        if last != log.head {
            found.push(Violation::WrongHead { conversation: *conversation, head: log.head, last });
        }
    }
    found
}

/// Every list that was read is the log.
pub(super) fn readings_agree(readings: &[Reading], truth: &Truth) -> Vec<Violation> {
    let compare_reading = |reading: &Reading| {
        let stored = stored(truth, reading.conversation, reading.is_of_messages);
        compare(reading.conversation, &reading.how, &reading.places, &stored)
    };
    readings.iter().filter_map(compare_reading).collect()
}

/// Every client on a socket took in the whole log, in order, each entry once.
pub(super) fn followers_agree(applied: &Applied, truth: &Truth) -> Vec<Violation> {
    let compare_follower = |((user, conversation), places): (&(i64, i64), &Vec<_>)| {
        let how = format!("user {user} followed it on the socket");
        compare(*conversation, &how, places, &stored(truth, *conversation, false))
    };
    applied.iter().filter_map(compare_follower).collect()
}

/// What the clients noticed themselves.
pub(super) fn told(records: &[Record]) -> Vec<Violation> {
    let mut found = Vec::new();
    for record in records {
        let user = record.user;
        match &record.fact {
            Fact::Contradicted { place, .. } => {
                found.push(Violation::Contradicted { user, conversation: place.conversation, seq: place.seq });
            }
            Fact::NewEpoch => found.push(Violation::NewEpoch { user }),
            Fact::Send { .. } | Fact::Applied { .. } => {}
        }
    }
    found
}

fn stored(truth: &Truth, conversation: i64, is_of_messages: bool) -> Vec<Listed> {
    let entries = truth.logs.get(&conversation).map(|log| log.entries.as_slice()).unwrap_or_default();
    let shown = entries.iter().filter(|entry| entry.message.is_some() || !is_of_messages);
    shown.map(|entry| (entry.seq, entry.message.as_ref().map(|message| message.id))).collect()
}

fn compare(conversation: i64, how: &str, read: &[Listed], stored: &[Listed]) -> Option<Violation> {
    let at = (0..read.len().max(stored.len())).find(|index| read.get(*index) != stored.get(*index))?;
    let (read, stored) = (read.get(at).copied(), stored.get(at).copied());
    Some(Violation::Differs { conversation, how: how.to_owned(), at: at + 1, read, stored })
}
