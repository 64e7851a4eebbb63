//! How long a method of a port may take, with everything. The limits below it, for a connection, a lock or a statement,
//! are shorter and give better errors; this one is for databases that fell silent.

use std::time::Duration;

use crate::error::Fault;

/// Long enough for a bad moment, short enough for somebody who waits for an answer.
pub(crate) const DEADLINE: Duration = Duration::from_secs(8);

/// Runs a piece of work that may not take longer. It is polled where it lies, so the caller decides when it is dropped.
pub(crate) async fn within<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(DEADLINE, work).await.unwrap_or(Err(Fault::TimedOut))
}
