//! The port for telling everybody concerned what happened.

use crate::event::Envelope;

/// Carries events to connections, on this node and on others.
///
/// Publishing happens after the commit, never blocks and cannot fail: an event is a hint, and whoever misses one finds the
/// truth in the store.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait EventBus: Send + Sync {
    /// Hands an event on.
    fn publish(&self, envelope: Envelope);
}
