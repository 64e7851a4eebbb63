//! Passwords: argon2id, slow on purpose, and therefore few at a time, off the threads that serve sockets, behind a queue
//! that refuses instead of growing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use async_trait::async_trait;
use chat_core::ports::{HasherBusy, PasswordHasher, Verified};
use tokio::sync::Semaphore;

/// How much one hash costs, and how many may be made at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory of one hash in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// How many hashes are made at once.
    pub at_once: usize,
    /// How many may wait for their turn.
    pub queue: usize,
    /// How long one may wait.
    pub patience: Duration,
}

impl Default for HashCost {
    /// The minimum that OWASP recommends for argon2id: 19 MiB, two passes, one lane. Half of the cores, because the other
    /// half has sockets to serve.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let at_once = (cores / 2).max(1);
        Self { memory_kib: 19 * 1024, passes: 2, at_once, queue: 256, patience: Duration::from_secs(10) }
    }
}

/// Settings that argon2 itself refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("argon2 cannot work with {memory_kib} KiB and {passes} passes: at least 8 KiB and one pass are needed")]
pub struct BadCost {
    memory_kib: u32,
    passes: u32,
}

/// Hashes passwords with argon2id.
pub struct Argon2Hasher {
    argon2: Arc<Argon2<'static>>,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    cost: HashCost,
}

impl Argon2Hasher {
    /// A hasher of a cost.
    pub fn new(cost: HashCost) -> Result<Self, BadCost> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None);
        let params = params.map_err(|_| BadCost { memory_kib: cost.memory_kib, passes: cost.passes })?;
        Ok(Self {
            argon2: Arc::new(Argon2::new(Algorithm::Argon2id, Version::V0x13, params)),
            turns: Arc::new(Semaphore::new(cost.at_once.max(1))),
            waiting: AtomicUsize::new(0),
            cost,
        })
    }

    /// Runs `work` on a thread of its own when it is its turn.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, HasherBusy> {
        let turn = match Arc::clone(&self.turns).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_) => {
                let _place = Place::take(&self.waiting, self.cost.queue).ok_or(HasherBusy)?;
                let turn = Arc::clone(&self.turns).acquire_owned();
                tokio::time::timeout(self.cost.patience, turn).await.map_err(|_| HasherBusy)?.map_err(|_| HasherBusy)?
            }
        };
        let argon2 = Arc::clone(&self.argon2);
        let done = tokio::task::spawn_blocking(move || {
            // The turn ends with the work, even if nobody waits for its result any more.
            let _turn = turn;
            work(&argon2)
        });
        done.await.map_err(|failure| {
            tracing::error!(%failure, "a password could not be hashed");
            HasherBusy
        })
    }
}

impl std::fmt::Debug for Argon2Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Argon2Hasher").field("cost", &self.cost).finish_non_exhaustive()
    }
}

/// A place in the queue; it is free again when this is dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, queue: usize) -> Option<Self> {
        let place = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < queue).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: &str) -> Result<String, HasherBusy> {
        let password = password.as_bytes().to_vec();
        let hashed = self.in_turn(move |argon2| argon2.hash_password(&password).map(|hash| hash.to_string())).await?;
        hashed.map_err(|failure| {
            tracing::error!(%failure, "a password could not be hashed");
            HasherBusy
        })
    }

    async fn verify(&self, password: &str, hash: Option<String>) -> Result<Verified, HasherBusy> {
        let password = password.as_bytes().to_vec();
        self.in_turn(move |argon2| verify(argon2, &password, hash.as_deref())).await
    }
}

/// Where there is no hash that could be checked, the same work is done for nothing.
fn verify(argon2: &Argon2<'_>, password: &[u8], hash: Option<&str>) -> Verified {
    let Some(hash) = hash.and_then(|hash| PasswordHash::new(hash).ok()) else {
        let mut unused = [0; Params::DEFAULT_OUTPUT_LEN];
        let wasted = argon2.hash_password_into(password, b"a salt for nobody", &mut unused);
        // Keeps the work from being optimised away.
        std::hint::black_box((wasted.is_ok(), unused));
        return Verified::No;
    };
    if argon2.verify_password(password, &hash).is_err() {
        return Verified::No;
    }
    let used = Params::try_from(&hash).ok().map(|params| (params.m_cost(), params.t_cost(), params.p_cost()));
    let wanted = (argon2.params().m_cost(), argon2.params().t_cost(), argon2.params().p_cost());
    let today = hash.algorithm == Algorithm::Argon2id.ident() && used == Some(wanted);
    if today { Verified::Yes } else { Verified::YesButOutdated }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cheapest hash there is.
    fn cheap() -> HashCost {
        HashCost { memory_kib: 8, passes: 1, at_once: 1, queue: 64, patience: Duration::from_secs(60) }
    }

    fn hasher(cost: HashCost) -> Argon2Hasher {
        Argon2Hasher::new(cost).expect("a possible cost")
    }

    #[tokio::test]
    async fn a_password_belongs_to_its_own_hash_only() {
        let hasher = hasher(cheap());
        let hash = hasher.hash("correct horse").await.expect("a turn");
        assert_eq!(hasher.verify("correct horse", Some(hash.clone())).await, Ok(Verified::Yes));
        assert_eq!(hasher.verify("wrong horse", Some(hash)).await, Ok(Verified::No));
        assert_eq!(hasher.verify("correct horse", None).await, Ok(Verified::No));
        assert_eq!(hasher.verify("correct horse", Some("not a hash".to_owned())).await, Ok(Verified::No));
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let hasher = hasher(cheap());
        assert_ne!(hasher.hash("correct horse").await, hasher.hash("correct horse").await);
    }

    #[tokio::test]
    async fn a_hash_made_with_other_settings_asks_to_be_made_anew() {
        let old = hasher(cheap()).hash("correct horse").await.expect("a turn");
        let today = hasher(HashCost { memory_kib: 16, ..cheap() });
        assert_eq!(today.verify("correct horse", Some(old.clone())).await, Ok(Verified::YesButOutdated));
        assert_eq!(today.verify("wrong horse", Some(old)).await, Ok(Verified::No));
    }

    #[tokio::test]
    async fn the_default_is_the_recommended_minimum() {
        let hash = hasher(HashCost::default()).hash("correct horse").await.expect("a turn");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }

    #[tokio::test]
    async fn whoever_finds_the_queue_full_is_turned_away_at_once() {
        let hasher = hasher(HashCost { queue: 1, ..cheap() });
        let turn = Arc::clone(&hasher.turns).acquire_owned().await.expect("open");
        let (first, second) = tokio::join!(biased; hasher.hash("waits"), async {
            let refused = hasher.hash("finds the queue full").await;
            drop(turn);
            refused
        });
        assert!(first.is_ok());
        assert_eq!(second, Err(HasherBusy));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_patience() {
        let hasher = hasher(cheap());
        let _turn = Arc::clone(&hasher.turns).acquire_owned().await.expect("open");
        assert_eq!(hasher.hash("waits for ever").await, Err(HasherBusy));
    }

    #[test]
    fn impossible_settings_are_refused() {
        assert!(Argon2Hasher::new(HashCost { memory_kib: 1, ..cheap() }).is_err());
    }
}
