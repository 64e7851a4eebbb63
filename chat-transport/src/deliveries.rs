//! Deliveries on their way to the store: what reached sockets is collected, and one write notes all that came together.
//!
//! The first is noted at once. Behind it the next write waits a moment, and the longer the last one took: a mark overtakes the
//! ones before it, so the more time passes the fewer rows and receipts there are, and the store keeps most of its time for
//! messages. On a tick nobody sees the difference. The marks of a large room are written a few at a time, so that no message
//! waits behind all of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chat_core::Chat;
use chat_core::chat::Delivery;
use chat_core::ids::{ConversationId, Seq, UserId};
use tokio::sync::Notify;
use tokio::time::Instant;

/// How many deliveries one write notes at the most, so that it takes hardly longer than a write of messages: most of what
/// is noted together is of a few groups, and costs a fraction of a message for each.
const MAX_BATCH: usize = 1_024;

/// How long after one write the next one begins at the earliest, unless there are enough deliveries to fill it.
const PACE: Duration = Duration::from_millis(50);

/// The same as a multiple of what the last write took: so marks take a fifth of the time, as long as the store is not in trouble.
const REST: u32 = 4;

/// However long it took, nobody waits longer for a mark.
const LONGEST_REST: Duration = Duration::from_secs(1);

/// How long to wait after a write that failed. Nothing is lost meanwhile: the marks only rise.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    pending: Mutex<HashMap<(ConversationId, UserId), Seq>>,
    more: Notify,
}

impl Deliveries {
    /// Notes that everything up to a seq reached a socket of a user.
    pub(crate) fn note(&self, conversation: ConversationId, user: UserId, seq: Seq) {
        {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            let known = pending.entry((conversation, user)).or_default();
            *known = seq.max(*known);
        }
        self.more.notify_one();
    }

    /// Notes many.
    pub(crate) fn note_all(&self, deliveries: Vec<Delivery>) {
        for Delivery { conversation, user, seq } in deliveries {
            self.note(conversation, user, seq);
        }
    }

    /// Writes what was noted, for ever.
    pub(crate) async fn record(&self, chat: &Chat) {
        loop {
            let batch = self.take();
            if batch.is_empty() {
                self.more.notified().await;
                continue;
            }
            let begun = Instant::now();
            let pace = if batch.len() < MAX_BATCH { PACE } else { Duration::ZERO };
            let pause = match chat.delivered(&batch).await {
                Ok(()) => pace.max(begun.elapsed() * REST).min(LONGEST_REST),
                Err(error) => {
                    tracing::warn!(%error, "deliveries could not be noted; they will be tried again");
                    self.note_all(batch);
                    PAUSE
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    fn take(&self) -> Vec<Delivery> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let some: Vec<_> = pending.keys().take(MAX_BATCH).copied().collect();
        let taken = some.into_iter().filter_map(|key| pending.remove_entry(&key));
        taken.map(|((conversation, user), seq)| Delivery { conversation, user, seq }).collect()
    }
}
