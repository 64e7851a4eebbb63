//! A pool of connections that outlives a silent network.
//!
//! A connection whose other end fell silent gives no error for many minutes, and the driver waits for it where it takes
//! connections back. So a pool from which nothing comes any more is thrown away, and a new one finds the new way
//! through.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection, PgPool};
use tokio::time::{Instant, timeout};

use crate::deadline::DEADLINE;

/// How long a caller waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(3);

/// A connection that was idle for longer is asked whether it still lives before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// How long a connection may take to say that it lives.
const PING: Duration = Duration::from_secs(2);

/// A pool that answered nobody for so long is thrown away as soon as somebody waits in vain.
const SILENCE: Duration = Duration::from_secs(2);

/// How long trouble is remembered.
const TROUBLED: Duration = Duration::from_secs(60);

/// When the server makes the plan of a statement that it has met before.
#[derive(Debug, Clone, Copy)]
pub(super) enum Plans {
    /// Once, for all parameters: what is asked for by a key is found in the same way each time, and making the plan of a
    /// page of messages takes as long as finding it.
    Once,
    /// As the server sees fit, by the parameters: a batch is joined in another way if it is large.
    BySize,
}

impl Plans {
    const fn mode(self) -> &'static str {
        match self {
            Self::Once => "force_generic_plan",
            Self::BySize => "auto",
        }
    }
}

/// The pool in use.
#[derive(Debug)]
pub(super) struct Pool {
    options: PgConnectOptions,
    connections: u32,
    current: Mutex<Current>,
    clock: Arc<Clock>,
}

#[derive(Debug)]
struct Current {
    pool: PgPool,
    since: Duration,
}

impl Pool {
    pub(super) fn new(options: PgConnectOptions, connections: u32, plans: Plans) -> Self {
        let options = limited(options, plans);
        let never = || AtomicU64::new(0);
        let clock = Arc::new(Clock { start: Instant::now(), answer: never(), trouble: never(), loss: never() });
        let current = Current { pool: make(&options, connections, &clock), since: Duration::ZERO };
        Self { options, connections, current: Mutex::new(current), clock }
    }

    /// The pool as it is now.
    pub(super) fn get(&self) -> PgPool {
        self.current().pool.clone()
    }

    /// Somebody was answered.
    pub(super) fn answered(&self) {
        self.clock.answer.store(self.clock.now(), Ordering::Relaxed);
    }

    /// A connection ended under somebody. Others that were idle then are asked before they are used.
    pub(super) fn lost_connection(&self) {
        self.clock.loss.store(self.clock.now(), Ordering::Relaxed);
    }

    /// Somebody waited in vain.
    pub(super) fn unanswered(&self) {
        self.clock.trouble.store(self.clock.now(), Ordering::Relaxed);
        let now = self.clock.start.elapsed();
        let quiet = |since: Duration| now.saturating_sub(since) > SILENCE;
        let mut current = self.current();
        if current.pool.is_closed() {
            return;
        }
        if quiet(current.since) && quiet(Duration::from_millis(self.clock.answer.load(Ordering::Relaxed))) {
            let fresh = Current { pool: make(&self.options, self.connections, &self.clock), since: now };
            let silent = std::mem::replace(&mut *current, fresh);
            tokio::spawn(async move { timeout(DEADLINE, silent.pool.close()).await });
        }
    }

    pub(super) async fn close(&self) {
        // A server that does not answer any more does not say goodbye either.
        let _closed = timeout(DEADLINE, self.get().close()).await;
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn make(options: &PgConnectOptions, connections: u32, clock: &Arc<Clock>) -> PgPool {
    let (before, after) = (clock.clone(), clock.clone());
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| Box::pin(is_good(connection, before.is_doubtful(meta.idle_for))))
        .after_release(move |connection, _| Box::pin(is_good(connection, after.is_troubled())))
        .connect_lazy_with(options.clone())
}

/// Limits that the server keeps, so that no statement and no lock outlives the caller for long.
fn limited(options: PgConnectOptions, plans: Plans) -> PgConnectOptions {
    options.options([
        // An answer means that it is on the disk, whatever the server's default is.
        ("synchronous_commit", "on"),
        ("plan_cache_mode", plans.mode()),
        // Nothing here runs for long enough to be worth compiling.
        ("jit", "off"),
        ("statement_timeout", "5000"),
        ("lock_timeout", "3000"),
        ("idle_in_transaction_session_timeout", "10000"),
    ])
}

/// Asks a doubtful connection whether it lives.
async fn is_good(connection: &mut PgConnection, is_doubtful: bool) -> Result<bool, sqlx::Error> {
    if is_doubtful {
        timeout(PING, connection.ping()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    }
    Ok(true)
}

/// When somebody was answered last, when not, and when a connection was lost, in milliseconds since the start.
#[derive(Debug)]
struct Clock {
    start: Instant,
    answer: AtomicU64,
    trouble: AtomicU64,
    loss: AtomicU64,
}

impl Clock {
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    /// Whether a connection that was idle for so long may have ended meanwhile.
    fn is_doubtful(&self, idle: Duration) -> bool {
        let loss = self.loss.load(Ordering::Relaxed);
        let since_loss = self.start.elapsed().saturating_sub(Duration::from_millis(loss));
        idle > TRUSTED_IDLE || (loss > 0 && idle >= since_loss)
    }

    fn is_troubled(&self) -> bool {
        let trouble = self.trouble.load(Ordering::Relaxed);
        trouble > 0 && self.start.elapsed().saturating_sub(Duration::from_millis(trouble)) < TROUBLED
    }
}
