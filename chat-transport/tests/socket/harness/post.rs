//! The way from the chat to the hub, which a test can make lose or hold what goes along it.

use std::sync::{Arc, Mutex, PoisonError};

use chat_core::event::Envelope;
use chat_core::ports::EventBus;
use chat_transport::Hub;

use super::Dice;

/// A bus that delivers, unless a test tells it otherwise.
pub(crate) struct Post {
    hub: Arc<Hub>,
    mode: Mutex<Mode>,
    held: Mutex<Vec<Envelope>>,
    dice: Mutex<Dice>,
}

#[derive(Clone, Copy)]
enum Mode {
    Deliver,
    Lose,
    Hold,
    Scatter,
}

impl Post {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        Self { hub, mode: Mutex::new(Mode::Deliver), held: Mutex::default(), dice: Mutex::new(Dice::new(1)) }
    }

    fn mode(&self) -> std::sync::MutexGuard<'_, Mode> {
        self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on everything arrives.
    pub(crate) fn deliver(&self) {
        *self.mode() = Mode::Deliver;
    }

    /// From now on everything gets lost.
    pub(crate) fn lose(&self) {
        *self.mode() = Mode::Lose;
    }

    /// From now on everything waits.
    pub(crate) fn hold(&self) {
        *self.mode() = Mode::Hold;
    }

    /// From now on everything arrives after a while of its own, so that hints overtake each other.
    pub(crate) fn scatter(&self) {
        *self.mode() = Mode::Scatter;
    }

    /// What waited, oldest first; a test hands it to the hub as it likes.
    pub(crate) fn take(&self) -> Vec<Envelope> {
        std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Delivers what waited, and everything from now on.
    pub(crate) fn release(&self) {
        self.deliver();
        for envelope in self.take() {
            self.hub.publish(envelope);
        }
    }
}

impl EventBus for Post {
    fn publish(&self, envelope: Envelope) {
        let mode = *self.mode();
        match mode {
            Mode::Deliver => self.hub.publish(envelope),
            Mode::Lose => {}
            Mode::Scatter => {
                let hub = Arc::clone(&self.hub);
                let steps = self.dice.lock().unwrap_or_else(PoisonError::into_inner).below(8);
                tokio::spawn(async move {
                    for _ in 0..steps {
                        tokio::task::yield_now().await;
                    }
                    hub.publish(envelope);
                });
            }
            Mode::Hold => self.held.lock().unwrap_or_else(PoisonError::into_inner).push(envelope),
        }
    }
}
