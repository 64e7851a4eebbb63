//! A store that lives in memory and keeps every promise of the ports: the fast double for tests of the use cases, and the
//! reference reading of what the ports say.
//!
//! One lock guards everything and no method awaits while it holds it, so every method is one transaction. A method
//! decides before it writes: nothing is ever half applied.

mod accounts;
mod annotations;
mod changes;
mod conversations;
mod database;
mod entrance;
mod erasures;
mod identities;
mod messages;
mod personal;
mod receipts;
mod relations;
mod reports;
mod rooms;
mod search;
mod sessions;
mod standings;
mod state;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::state::State;
use crate::ports::Stores;

/// Every store port over one state in memory.
pub struct MemoryStore {
    state: Mutex<State>,
    epoch: String,
}

impl MemoryStore {
    /// An empty store with an epoch of its own.
    #[must_use]
    pub fn new() -> Self {
        static LIVES: AtomicU64 = AtomicU64::new(1);
        Self { state: Mutex::default(), epoch: format!("memory-{}", LIVES.fetch_add(1, Ordering::Relaxed)) }
    }

    /// All ports, served by this one store.
    #[must_use]
    pub fn stores(self: &Arc<Self>) -> Stores {
        Stores {
            users: self.clone(),
            sessions: self.clone(),
            relations: self.clone(),
            conversations: self.clone(),
            messages: self.clone(),
            changes: self.clone(),
            annotations: self.clone(),
            entrance: self.clone(),
            rooms: self.clone(),
            search: self.clone(),
            personal: self.clone(),
            receipts: self.clone(),
            reports: self.clone(),
            standings: self.clone(),
            identities: self.clone(),
            erasures: self.clone(),
            database: self.clone(),
        }
    }

    /// A test that panics elsewhere must not make this store fail too, so a poisoned lock is taken as it is.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
