//! The messages that a client wants to have sent: what is on its way, what must be sent again, what is answered.
//! Without a socket and without a clock of its own.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::history::{Key, fingerprint};

/// A message that is not answered yet.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// Where it goes.
    pub(crate) conversation: i64,
    /// What it says.
    pub(crate) body: String,
    /// When it may be sent; none while it is on its way.
    due: Option<Instant>,
    /// When it was sent last.
    sent: Option<Instant>,
    /// Sent again on purpose after it was answered.
    is_repeat: bool,
}

/// All drafts of a client.
#[derive(Debug)]
pub(crate) struct Drafts {
    client: u32,
    last: u32,
    conversations: Vec<i64>,
    open: BTreeMap<Key, Draft>,
    random: StdRng,
}

/// Of so many answered messages one is sent again: a repeat must be recognised also when nothing went wrong.
const REPEAT_ONE_IN: u32 = 20;

/// Pieces of bodies: what breaks where bytes, characters and escapes are mixed up.
const PIECES: &[&str] =
    &["hello", "Grüße", "世界", "👋🏽", "\"quoted\"", "back\\slash", "line\nbreak", "<b>", "'; --", "%s"];

impl Drafts {
    /// No drafts. The first of the conversations gets half of the messages.
    pub(crate) fn new(client: u32, conversations: Vec<i64>, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed.wrapping_add(u64::from(client)));
        Self { client, last: 0, conversations, open: BTreeMap::new(), random }
    }

    /// Thinks of messages until so many are open.
    pub(crate) fn fill(&mut self, window: usize, now: Instant) {
        while self.open.len() < window && !self.conversations.is_empty() {
            self.last += 1;
            let key = Key::new(self.client, self.last);
            let pick =
                if self.random.random_bool(0.5) { 0 } else { self.random.random_range(0..self.conversations.len()) };
            let Some(conversation) = self.conversations.get(pick).copied() else { return };
            let pieces: Vec<&str> = (0..self.random.random_range(1..8))
                .filter_map(|_| PIECES.get(self.random.random_range(0..PIECES.len())).copied())
                .collect();
            let body = format!("{key} {}", pieces.join(" "));
            self.open.insert(key, Draft { conversation, body, due: Some(now), sent: None, is_repeat: false });
        }
    }

    /// What is to be sent now. It counts as on its way from here on.
    pub(crate) fn take_due(&mut self, now: Instant) -> Vec<(Key, Draft)> {
        let due = self.open.iter_mut().filter(|(_, draft)| draft.due.is_some_and(|due| due <= now));
        due.map(|(key, draft)| {
            let before = draft.clone();
            draft.due = None;
            draft.sent = Some(now);
            (*key, before)
        })
        .collect()
    }

    /// It was answered. Gives the draft back, unless it was not open; now and then it is to be sent once more.
    pub(crate) fn answered(&mut self, key: Key, now: Instant) -> Option<Draft> {
        let draft = self.open.remove(&key)?;
        if !draft.is_repeat && self.random.random_ratio(1, REPEAT_ONE_IN) {
            self.open.insert(key, Draft { due: Some(now), is_repeat: true, ..draft.clone() });
        }
        Some(draft)
    }

    /// It was refused for good.
    pub(crate) fn refused(&mut self, key: Key) -> Option<Draft> {
        self.open.remove(&key)
    }

    /// It was refused for now.
    pub(crate) fn postpone(&mut self, key: Key, until: Instant) -> Option<&Draft> {
        let draft = self.open.get_mut(&key)?;
        draft.due = Some(until);
        Some(draft)
    }

    /// The connection is gone: nobody knows what became of those on their way; all of them are to be sent again.
    pub(crate) fn disconnected(&mut self, now: Instant) -> Vec<(Key, Draft)> {
        let lost = self.open.iter_mut().filter(|(_, draft)| draft.due.is_none());
        lost.map(|(key, draft)| {
            draft.due = Some(now);
            (*key, draft.clone())
        })
        .collect()
    }

    /// Whether one is on its way for longer than any answer takes.
    pub(crate) fn is_stuck(&self, now: Instant, patience: Duration) -> bool {
        let waits =
            |draft: &Draft| draft.due.is_none() && draft.sent.is_some_and(|sent| now.duration_since(sent) > patience);
        self.open.values().any(waits)
    }

    /// Whether all are answered.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

impl Draft {
    /// Whether it was sent before.
    pub(crate) fn was_sent(&self) -> bool {
        self.sent.is_some()
    }

    /// What its body is compared by.
    pub(crate) fn fingerprint(&self) -> u64 {
        fingerprint(&self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_sent_once_and_again_only_after_the_connection_was_lost() {
        let now = Instant::now();
        let mut drafts = Drafts::new(1, vec![7], 42);
        drafts.fill(2, now);

        let first = drafts.take_due(now);
        assert_eq!(first.len(), 2);
        assert!(drafts.take_due(now).is_empty());

        drafts.disconnected(now);
        let again = drafts.take_due(now);
        assert_eq!(again[0].0, first[0].0);
        assert_eq!(again[0].1.body, first[0].1.body);
        assert!(again[0].1.was_sent());
    }

    #[test]
    fn the_same_seed_thinks_of_the_same_messages() {
        let (now, mut one, mut two) = (Instant::now(), Drafts::new(1, vec![7, 8], 42), Drafts::new(1, vec![7, 8], 42));
        one.fill(20, now);
        two.fill(20, now);

        let bodies =
            |drafts: &mut Drafts| drafts.take_due(now).into_iter().map(|(_, draft)| draft.body).collect::<Vec<_>>();
        assert_eq!(bodies(&mut one), bodies(&mut two));
    }
}
