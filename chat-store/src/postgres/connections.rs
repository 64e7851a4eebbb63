//! What the ports run their work on: with a deadline, and again where it lost against others.

use chat_core::ports::StoreError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{PgPool, Postgres, Transaction};

use super::pool::{Plans, Pool};
use crate::deadline::within;
use crate::error::Fault;

/// How often an attempt is repeated that lost against others.
const REPEATS: u32 = 5;

/// How many tasks write batches, each one batch at a time: messages, marks, and what messages are found by.
const BATCH_WRITERS: u32 = 3;

/// Connections to one server.
#[derive(Debug)]
pub(crate) struct Connections {
    pool: Pool,
}

impl Connections {
    /// Those that callers share.
    pub(crate) fn shared(options: PgConnectOptions, connections: u32) -> Self {
        Self { pool: Pool::new(options, connections, Plans::Once) }
    }

    /// Those of the tasks that write batches: one for each, so that no message waits behind a crowd of readers.
    pub(crate) fn for_batches(options: PgConnectOptions) -> Self {
        Self { pool: Pool::new(options, BATCH_WRITERS, Plans::BySize) }
    }

    /// What single statements run on; each is a transaction by itself.
    pub(crate) fn pool(&self) -> PgPool {
        self.pool.get()
    }

    /// Begins a transaction, in a task of its own: where a caller who stops waiting interrupts the driver here, the driver
    /// takes the connection back with the transaction open, and what the next one writes on it is never committed.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, Fault> {
        let pool = self.pool();
        let begun = tokio::spawn(async move { pool.begin().await });
        Ok(begun.await.map_err(|_| Fault::Closed)??)
    }

    /// Runs the work of one method of a port.
    pub(crate) async fn run<T, F, Work>(&self, work: F) -> Result<T, StoreError>
    where
        F: Fn() -> Work,
        Work: Future<Output = Result<T, Fault>>,
    {
        self.attempt(work).await.map_err(StoreError::from)
    }

    /// Runs the work of a method that only reads: nobody needs to hear that a connection was lost on the way.
    pub(crate) async fn read<T, F, Work>(&self, work: F) -> Result<T, StoreError>
    where
        F: Fn() -> Work,
        Work: Future<Output = Result<T, Fault>>,
    {
        self.attempt_to_read(work).await.map_err(StoreError::from)
    }

    /// The same, for who tells several callers what went wrong.
    pub(crate) async fn attempt_to_read<T, F, Work>(&self, work: F) -> Result<T, Fault>
    where
        F: Fn() -> Work,
        Work: Future<Output = Result<T, Fault>>,
    {
        match self.attempt(&work).await {
            Err(fault) if fault.is_lost_connection() => self.attempt(work).await,
            done => done,
        }
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
        // Kept until this function ends, so that a connection that is given up comes back after the trouble is known.
        let mut repeated = std::pin::pin!(repeated);
        let outcome = within(&mut repeated).await;
        match &outcome {
            Err(Fault::TimedOut | Fault::Sql(sqlx::Error::PoolTimedOut)) => self.pool.unanswered(),
            Err(fault) if fault.is_lost_connection() => self.pool.lost_connection(),
            Ok(_) | Err(_) => self.pool.answered(),
        }
        outcome
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}
