//! The connections to one server, and how long anybody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chat_core::ports::StoreError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection, PgPool, Postgres, Transaction};
use tokio::time::{Instant, timeout};

use crate::deadline::{DEADLINE, within};
use crate::error::Fault;

/// How long a caller waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(3);

/// A connection that was idle for longer is asked whether it still lives before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// How long a connection may take to say that it lives.
const PING: Duration = Duration::from_secs(2);

/// How often an attempt is repeated that lost against others.
const REPEATS: u32 = 5;

/// The open connections.
#[derive(Debug)]
pub(crate) struct Connections {
    pool: PgPool,
    trouble: Arc<Trouble>,
}

impl Connections {
    pub(crate) fn new(options: PgConnectOptions, connections: u32) -> Self {
        let trouble = Arc::new(Trouble::default());
        let seen = trouble.clone();
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(
                    async move { if meta.idle_for > TRUSTED_IDLE { is_alive(connection).await } else { Ok(true) } },
                )
            })
            .after_release(move |connection, _| {
                let seen = seen.clone();
                Box::pin(async move { if seen.is_recent() { is_alive(connection).await } else { Ok(true) } })
            })
            .connect_lazy_with(limited(options));
        Self { pool, trouble }
    }

    /// What single statements run on; each is a transaction by itself.
    pub(crate) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, Fault> {
        Ok(self.pool.begin().await?)
    }

    /// Runs the work of one method of a port.
    pub(crate) async fn run<T, F, Work>(&self, work: F) -> Result<T, StoreError>
    where
        F: Fn() -> Work,
        Work: Future<Output = Result<T, Fault>>,
    {
        self.attempt(work).await.map_err(StoreError::from)
    }

    /// Runs a piece of work that is one transaction; once more if it lost against others, and not for ever.
    pub(crate) async fn attempt<T, F, Work>(&self, work: F) -> Result<T, Fault>
    where
        F: Fn() -> Work,
        Work: Future<Output = Result<T, Fault>>,
    {
        let repeated = async {
            for _ in 0..REPEATS {
                match work().await {
                    Err(fault) if fault.is_transient() => tokio::task::yield_now().await,
                    done => return done,
                }
            }
            work().await
        };
        let mut repeated = std::pin::pin!(repeated);
        let outcome = within(&mut repeated).await;
        if matches!(outcome, Err(Fault::TimedOut)) {
            // Before the work and its connection are dropped, so that the connection is tested when it comes back.
            self.trouble.note();
        }
        outcome
    }

    pub(crate) async fn close(&self) {
        // A server that does not answer any more does not say goodbye either.
        let _closed = timeout(DEADLINE, self.pool.close()).await;
    }
}

/// Limits that the server keeps, so that no statement and no lock outlives the caller for long.
fn limited(options: PgConnectOptions) -> PgConnectOptions {
    options.options([
        // An answer means that it is on the disk, whatever the server's default is.
        ("synchronous_commit", "on"),
        ("statement_timeout", "5000"),
        ("lock_timeout", "3000"),
        ("idle_in_transaction_session_timeout", "10000"),
    ])
}

async fn is_alive(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    timeout(PING, connection.ping()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    Ok(true)
}

/// Whether the server stopped answering lately. A connection on which something was given up is then tested, within a time
/// limit, before it goes back among the others; otherwise silent connections would be waited for one after the other.
#[derive(Debug)]
struct Trouble {
    start: Instant,
    last: AtomicU64,
}

impl Default for Trouble {
    fn default() -> Self {
        Self { start: Instant::now(), last: AtomicU64::new(0) }
    }
}

impl Trouble {
    /// How long trouble is remembered.
    const SECONDS: u64 = 60;

    fn note(&self) {
        self.last.store(self.start.elapsed().as_secs() + 1, Ordering::Relaxed);
    }

    fn is_recent(&self) -> bool {
        let last = self.last.load(Ordering::Relaxed);
        last > 0 && self.start.elapsed().as_secs() < last + Self::SECONDS
    }
}
