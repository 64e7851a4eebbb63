//! What is written a little later than what it is about, by a task beside the store that leaves most of the time to others.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::error::Fault;

/// How many rows one piece of work writes at most.
pub(crate) const MAX_ROWS: i64 = 1_000;

/// The shortest pause: what comes within it is written together.
const PAUSE: Duration = Duration::from_millis(100);

/// How much longer than the work the pause after it is: a tenth of the time is worked.
const SHARE: u32 = 9;

/// Work that is never finished for good.
#[async_trait]
pub(crate) trait Fold: Send + Sync + 'static {
    /// Writes some of what is missing, and tells whether more is.
    async fn fold(&self) -> Result<bool, Fault>;
}

/// The task that folds.
pub(crate) struct Folder {
    waker: Waker,
    closing: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// Tells the task that there is something to do.
#[derive(Debug, Clone)]
pub(crate) struct Waker(Arc<Notify>);

impl Waker {
    pub(crate) fn wake(&self) {
        self.0.notify_one();
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folder").finish_non_exhaustive()
    }
}

impl Folder {
    /// Starts the task with what was left from before.
    pub(crate) fn start(work: impl Fold) -> Self {
        let (waker, closing) = (Waker(Arc::default()), Arc::new(Notify::new()));
        waker.wake();
        let task = tokio::spawn(serve(work, waker.clone(), closing.clone()));
        Self { waker, closing, task: Mutex::new(Some(task)) }
    }

    /// Who tells the task that there is something to do.
    pub(crate) fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Returns when nothing is being folded; what is left is done after the next start.
    pub(crate) async fn close(&self) {
        self.closing.notify_one();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // The task does not panic, and if it did, there would be nothing left to wait for.
            let _ended = task.await;
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

async fn serve(work: impl Fold, waker: Waker, closing: Arc<Notify>) {
    loop {
        tokio::select! {
            biased;
            () = closing.notified() => return,
            () = waker.0.notified() => {}
        }
        let began = Instant::now();
        match work.fold().await {
            Ok(false) => {}
            Ok(true) => waker.wake(),
            Err(fault) => {
                tracing::warn!(error = %fault, "what was said cannot be found yet");
                waker.wake();
            }
        }
        let pause = (began.elapsed() * SHARE).max(PAUSE);
        tokio::select! {
            biased;
            () = closing.notified() => return,
            () = sleep(pause) => {}
        }
    }
}
