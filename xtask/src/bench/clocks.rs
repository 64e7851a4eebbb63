//! What a stretch of time cost: the processor time of the server, of the database and of the clients.

use std::time::{Duration, Instant};

use crate::fixture::postgres::Postgres;
use crate::procfs;

/// Where the counters stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clocks {
    at: Instant,
    server: Duration,
    database: Duration,
    clients: Duration,
}

/// The difference of two readings.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Spent {
    /// On the wall.
    pub(super) wall: Duration,
    /// Processor time of the server.
    pub(super) server: Duration,
    /// Processor time of Postgres, if there is one.
    pub(super) database: Duration,
    /// Processor time of this program.
    pub(super) clients: Duration,
}

impl Clocks {
    /// Reads all of them.
    pub(super) fn read(server: Option<u32>, postgres: Option<&Postgres>) -> Self {
        let cpu = |process: u32| procfs::cpu_time(process).unwrap_or_default();
        Self {
            at: Instant::now(),
            server: server.map(cpu).unwrap_or_default(),
            database: postgres.map(|postgres| postgres.family().into_iter().map(cpu).sum()).unwrap_or_default(),
            clients: cpu(std::process::id()),
        }
    }

    /// What was spent since an earlier reading.
    pub(super) fn since(&self, before: &Self) -> Spent {
        Spent {
            wall: self.at.saturating_duration_since(before.at),
            server: self.server.saturating_sub(before.server),
            database: self.database.saturating_sub(before.database),
            clients: self.clients.saturating_sub(before.clients),
        }
    }
}

/// Microseconds of a time for each of so many.
#[expect(clippy::cast_precision_loss, reason = "a count of messages is far below 2^52")]
pub(super) fn micros_each(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e6 / (count.max(1) as f64)
}

/// So many in a time, per second.
#[expect(clippy::cast_precision_loss, reason = "a count of messages is far below 2^52")]
pub(super) fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(f64::EPSILON)
}
