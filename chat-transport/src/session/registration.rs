//! The place of a connection in the hub, which is given back however its socket ends.

use std::sync::Arc;

use chat_core::ids::{ConnectionId, UserId};

use crate::gateway::Gateway;

/// A connection's place in the hub and, from when it is welcomed on, its user's being there. Whatever way a socket ends, it
/// leaves nothing behind.
pub(crate) struct Registration {
    gateway: Arc<Gateway>,
    pub(crate) connection: ConnectionId,
    user: UserId,
    attends: bool,
}

impl Registration {
    pub(crate) const fn new(gateway: Arc<Gateway>, connection: ConnectionId, user: UserId) -> Self {
        Self { gateway, connection, user, attends: false }
    }

    /// From now on the user counts as being there.
    pub(crate) const fn attend(&mut self) {
        self.attends = true;
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.gateway.hub.remove(self.connection);
        if self.attends {
            self.gateway.chat.disconnected(self.user);
        }
    }
}
