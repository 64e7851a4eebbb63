//! A bus that keeps what is published, so that a test can look at it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::Envelope;
use crate::ports::EventBus;

/// Collects every envelope in the order of publishing.
#[derive(Debug, Default)]
pub struct EventRecorder {
    envelopes: Mutex<Vec<Envelope>>,
}

impl EventRecorder {
    /// An empty recorder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything since the last `take`, which starts over.
    #[must_use]
    pub fn take(&self) -> Vec<Envelope> {
        std::mem::take(&mut *self.lock())
    }

    /// Everything since the last `take`, which stays.
    #[must_use]
    pub fn all(&self) -> Vec<Envelope> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Envelope>> {
        self.envelopes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventBus for EventRecorder {
    fn publish(&self, envelope: Envelope) {
        self.lock().push(envelope);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::event::{Audience, Event};
    use crate::ids::SessionId;

    fn ended(session: i64) -> Envelope {
        let session = SessionId::new(session).expect("an id");
        Envelope { event: Arc::new(Event::SessionEnded(session)), audience: Audience::Session(session), origin: None }
    }

    #[test]
    fn looking_keeps_the_envelopes_and_taking_starts_over() {
        let recorder = EventRecorder::new();
        recorder.publish(ended(1));
        recorder.publish(ended(2));
        assert_eq!(recorder.all(), [ended(1), ended(2)]);
        assert_eq!(recorder.take(), [ended(1), ended(2)]);
        assert_eq!(recorder.take(), []);
    }
}
