//! What every client did and saw, written down as it happened: in memory for the checker, and as JSON lines on disk for
//! whoever has to find out why.

use std::fmt;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::client::frame::Place;
use crate::failure::{Doing, Outcome};

/// The name of one message to be sent: who it is from and its number. It travels as the `client_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u64);

impl Key {
    /// The `number`th message of a client; `client` numbers the clients of a run.
    pub(crate) fn new(client: u32, number: u32) -> Self {
        Self(u64::from(client) << 32 | u64::from(number))
    }

    /// Reads a `client_id` or a `ref`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        u64::from_str_radix(text.strip_prefix("k-")?, 16).ok().map(Self)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "k-{:x}", self.0)
    }
}

/// What a body is compared by.
pub(crate) fn fingerprint(body: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

/// How far an attempt to send got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It begins.
    Invoke,
    /// It was acknowledged.
    Ok,
    /// Nobody knows whether it was stored.
    Info,
    /// It was refused for good.
    Fail,
}

/// Which face of the server it went through, or how an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over the socket, as it happened.
    Live,
    /// Over the socket, in pages that were asked for.
    Resumed,
    /// Over REST.
    Rest,
}

/// One line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    /// Something about a message of one's own.
    Send { key: Key, conversation: i64, body: u64, way: Way, phase: Phase, place: Option<(u64, i64)> },
    /// The client took an event in as the next one of its conversation.
    Applied { place: Place, way: Way },
    /// A known place of the log was claimed by another message.
    Contradicted { place: Place, had: Option<i64> },
    /// The database claims to be another one than before.
    NewEpoch,
}

/// A fact with its time, in nanoseconds since the run began, and the user that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// When.
    pub(crate) at: u64,
    /// Whose.
    pub(crate) user: i64,
    /// What.
    pub(crate) fact: Fact,
}

/// The history of one client.
#[derive(Debug)]
pub(crate) struct Log {
    begun: Instant,
    client: String,
    user: i64,
    file: BufWriter<File>,
    records: Vec<Record>,
}

impl Log {
    /// An empty one. All clients of a run share its beginning, so that their times can be compared.
    pub(crate) fn new(directory: &Path, client: &str, user: i64, begun: Instant) -> Outcome<Self> {
        let file = File::create(directory.join(format!("{client}.jsonl"))).doing("write a history")?;
        Ok(Self { begun, client: client.to_owned(), user, file: BufWriter::new(file), records: Vec::new() })
    }

    /// Writes a fact down with the time of now.
    pub(crate) fn write(&mut self, fact: Fact) {
        let at = u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let record = Record { at, user: self.user, fact };
        // The check works on what is in memory; a full disk takes the explanation away, not the verdict.
        let _ = writeln!(self.file, "{}", self.line(&record));
        self.records.push(record);
    }

    /// All that was written.
    pub(crate) fn into_records(mut self) -> Vec<Record> {
        let _ = self.file.flush();
        self.records
    }

    fn line(&self, record: &Record) -> Value {
        let (t, client) = (record.at, &self.client);
        match &record.fact {
            Fact::Send { key, conversation, body, way, phase, place } => json!({
                "t": t, "client": client, "op": "send", "conversation": conversation, "client_id": key.to_string(),
                "body_hash": body, "kind": word(*way), "phase": format!("{phase:?}").to_lowercase(),
                "seq": place.map(|(seq, _)| seq), "id": place.map(|(_, id)| id),
            }),
            Fact::Applied { place, way } => json!({
                "t": t, "client": client, "op": "apply", "conversation": place.conversation, "seq": place.seq,
                "id": place.id, "kind": word(*way),
            }),
            Fact::Contradicted { place, had } => json!({
                "t": t, "client": client, "op": "contradiction", "conversation": place.conversation, "seq": place.seq,
                "id": place.id, "had": had,
            }),
            Fact::NewEpoch => json!({"t": t, "client": client, "op": "epoch"}),
        }
    }
}

fn word(way: Way) -> &'static str {
    match way {
        Way::Live => "live",
        Way::Resumed => "resumed",
        Way::Rest => "rest",
    }
}

/// What was counted along the way. It proves nothing, but it says how much was proved.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    /// Times a socket was opened.
    pub(crate) resumes: u64,
    /// Messages sent again because nobody knew what had become of them.
    pub(crate) resent: u64,
    /// Sends that were answered with a message that had been stored before.
    pub(crate) repeats_answered: u64,
    /// Events that were known already.
    pub(crate) known: u64,
    /// Times something was missing in the live stream and had to be asked for.
    pub(crate) gaps: u64,
    /// Times the server asked a client to fetch by REST.
    pub(crate) resyncs: u64,
}

impl Tally {
    /// Both together.
    pub(crate) fn add(&mut self, other: Self) {
        self.resumes += other.resumes;
        self.resent += other.resent;
        self.repeats_answered += other.repeats_answered;
        self.known += other.known;
        self.gaps += other.gaps;
        self.resyncs += other.resyncs;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_the_way_there_and_back() {
        let key = Key::new(3, 70_000);

        assert_eq!(Key::read(&key.to_string()), Some(key));
        assert_eq!(Key::read("somebody-else's"), None);
    }
}
