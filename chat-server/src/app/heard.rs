//! The bus that the chat publishes on: the server's own accounts hear what concerns them before the sockets do.

use std::sync::Arc;

use chat_core::Accounts;
use chat_core::event::{Envelope, Event};
use chat_core::ports::EventBus;
use chat_transport::Hub;

/// Passes everything on to the hub. The accounts hear which sessions ended, so that no token of one of them is believed a moment
/// longer on this node.
pub(super) struct Heard {
    pub(super) hub: Arc<Hub>,
    pub(super) accounts: Arc<Accounts>,
}

impl EventBus for Heard {
    fn publish(&self, envelope: Envelope) {
        if let Event::SessionEnded(session) = *envelope.event {
            self.accounts.hear_end(session);
        }
        self.hub.publish(envelope);
    }
}
