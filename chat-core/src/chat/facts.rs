//! Facts that were loaded a moment ago, so that a warm command needs no read.
//!
//! For a write, age does not matter: the store re-checks the facts' version in the same transaction. For anything else
//! facts are believed for a few seconds only, because another node may have changed them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Chat;
use crate::error::ChatError;
use crate::ids::{ConversationId, UserId};
use crate::ports::Facts;
use crate::rules;
use crate::time::Timestamp;

/// For how long facts are believed without a re-check.
const BELIEVED_SECONDS: i64 = 5;

/// How many facts one generation holds. When it is full, the one before it is forgotten.
const GENERATION: usize = 50_000;

type Key = (ConversationId, UserId);

/// Two generations of facts: what is used moves into the young one, what is not used falls out with the old one.
#[derive(Debug, Default)]
pub(super) struct FactsCache(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, Known>,
    old: HashMap<Key, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    facts: Arc<Facts>,
    loaded_at: Timestamp,
}

impl FactsCache {
    fn get(&self, key: Key) -> Option<Known> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = generations.young.get(&key) {
            return Some(known.clone());
        }
        let known = generations.old.remove(&key)?;
        generations.put(key, known.clone());
        Some(known)
    }

    fn put(&self, key: Key, known: Known) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(key, known);
    }

    fn forget(&self, key: Key) {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.remove(&key);
        generations.old.remove(&key);
    }
}

impl Generations {
    fn put(&mut self, key: Key, known: Known) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, known);
    }
}

impl Chat {
    /// Facts for a decision that a write re-checks: as old as they may be.
    pub(super) async fn facts_to_write_on(&self, conversation: ConversationId, user: UserId) -> LoadedFacts {
        match self.facts.get((conversation, user)) {
            Some(known) => Ok(Some(known.facts)),
            None => self.fresh_facts(conversation, user).await,
        }
    }

    /// Facts for a decision that nothing re-checks: at most a few seconds old.
    pub(super) async fn recent_facts(&self, conversation: ConversationId, user: UserId) -> LoadedFacts {
        let now = self.now();
        match self.facts.get((conversation, user)) {
            Some(known) if now < known.loaded_at.plus_seconds(BELIEVED_SECONDS) => Ok(Some(known.facts)),
            Some(_) | None => self.fresh_facts(conversation, user).await,
        }
    }

    /// Facts as they are now.
    pub(super) async fn fresh_facts(&self, conversation: ConversationId, user: UserId) -> LoadedFacts {
        let loaded_at = self.now();
        let Some(facts) = self.stores.conversations.facts(conversation, user).await? else {
            self.facts.forget((conversation, user));
            return Ok(None);
        };
        let facts = Arc::new(facts);
        self.facts.put((conversation, user), Known { facts: Arc::clone(&facts), loaded_at });
        Ok(Some(facts))
    }

    /// Whether a message of a user to a conversation would be judged without reading anything: then it is handed to the store
    /// the moment that it is handed in here.
    #[must_use]
    pub fn is_at_hand(&self, user: UserId, conversation: ConversationId) -> bool {
        self.facts.get((conversation, user)).is_some_and(|known| rules::may_send(Some(&known.facts)).is_ok())
    }

    /// What was known of a user in a conversation is known to be outdated.
    pub(super) fn forget_facts(&self, conversation: ConversationId, user: UserId) {
        self.facts.forget((conversation, user));
    }
}

/// Facts, if there is such a conversation.
type LoadedFacts = Result<Option<Arc<Facts>>, ChatError>;
