//! The asynchronous runtime for the chores that talk to a server.

use crate::failure::{Doing, Outcome};

/// Runs a future to its end on a runtime of its own.
pub(crate) fn block_on<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().doing("start the runtime")?.block_on(work)
}

/// A runtime with a thread of its own, for work that must not stand in front of other work.
pub(crate) fn apart() -> Outcome<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().doing("start a runtime apart")
}
