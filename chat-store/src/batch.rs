//! The natural batcher: one piece of work is in flight, what arrives meanwhile is the next batch. There is no timer: a lone
//! caller never waits for company, and the busier the store is, the more callers share one transaction. Nobody joins what is
//! in flight already, so a read sees all that was committed before its caller asked.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chat_core::ports::StoreError;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::error::{Fault, SharedFault};

/// How heavy a batch gets at most. Beyond a few hundred rows a larger batch makes everybody wait and nobody faster.
pub(crate) const MAX_WEIGHT: usize = 256;

/// How many callers may wait; one more is turned away at once.
pub(crate) const MAX_WAITING: usize = 10_000;

/// A write or a read that many callers can share.
#[async_trait]
pub(crate) trait SharedWork: Send + Sync + 'static {
    /// What one caller wants written, or to know.
    type Item: Send + Sync + 'static;
    /// What one caller is answered with.
    type Answer: Send + 'static;

    /// What an item adds to a batch.
    fn weight(item: &Self::Item) -> usize;

    /// Does it for all items, in their order, in one transaction, and answers each in the same order.
    async fn perform(&self, items: &[Self::Item]) -> Result<Vec<Self::Answer>, Fault>;
}

struct Waiting<W: SharedWork> {
    item: W::Item,
    answer: oneshot::Sender<Result<W::Answer, StoreError>>,
}

/// The queue in front of a [`SharedWork`] and the task that empties it.
pub(crate) struct Batcher<W: SharedWork> {
    queue: mpsc::Sender<Waiting<W>>,
    closing: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl<W: SharedWork> fmt::Debug for Batcher<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batcher").field("free", &self.queue.capacity()).finish_non_exhaustive()
    }
}

impl<W: SharedWork> Batcher<W> {
    /// Starts the task; it ends when the batcher is closed or dropped and the queue is empty.
    pub(crate) fn start(work: W) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        let closing = Arc::new(Notify::new());
        let task = tokio::spawn(serve(Arc::new(work), waiting, closing.clone()));
        Self { queue, closing, task: Mutex::new(Some(task)) }
    }

    /// Does an item together with whatever else waits. The place in the queue is taken at the first poll; a caller
    /// who then stops waiting does not take the item back.
    pub(crate) async fn submit(&self, item: W::Item) -> Result<W::Answer, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Waiting { item, answer }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Fault::Overloaded,
            mpsc::error::TrySendError::Closed(_) => Fault::Closed,
        })?;
        answered.await.unwrap_or_else(|_| Err(Fault::Closed.into()))
    }

    /// Takes nothing more, and returns when all that waits is done.
    pub(crate) async fn close(&self) {
        self.closing.notify_one();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // The task neither panics nor is it aborted, and if it were, there would be nothing left to wait for.
            let _ended = task.await;
        }
    }
}

async fn serve<W: SharedWork>(work: Arc<W>, mut queue: mpsc::Receiver<Waiting<W>>, closing: Arc<Notify>) {
    loop {
        let first = tokio::select! {
            biased;
            () = closing.notified(), if !queue.is_closed() => {
                queue.close();
                continue;
            }
            first = queue.recv() => first,
        };
        let Some(first) = first else { return };
        let mut weight = W::weight(&first.item);
        let mut items = vec![first.item];
        let mut callers = vec![first.answer];
        while weight < MAX_WEIGHT
            && let Ok(next) = queue.try_recv()
        {
            weight += W::weight(&next.item);
            items.push(next.item);
            callers.push(next.answer);
        }
        settle(&work, Arc::new(items), callers).await;
    }
}

/// Does a batch and answers its callers. A batch that is refused for what it holds is done in halves, so that one
/// bad item fails alone. One whose outcome is unknown is never repeated: what it held may have been written.
async fn settle<W: SharedWork>(
    work: &Arc<W>,
    items: Arc<Vec<W::Item>>,
    callers: Vec<oneshot::Sender<Result<W::Answer, StoreError>>>,
) {
    let mut callers = callers.into_iter();
    let mut parts: Vec<Range<usize>> = std::iter::once(0..items.len()).collect();
    while let Some(part) = parts.pop() {
        match attempt(work, &items, part.clone()).await {
            Ok(answers) => {
                let done: Vec<_> = callers.by_ref().take(part.len()).collect();
                for (caller, answer) in done.into_iter().zip(answers) {
                    // A caller who is gone loses nothing: the item is written, and a retry with the same key finds it.
                    let _gone = caller.send(Ok(answer));
                }
            }
            Err(fault) if fault.is_refusal() && part.len() > 1 => {
                let middle = part.start + part.len() / 2;
                parts.push(middle..part.end);
                parts.push(part.start..middle);
            }
            Err(fault) => {
                tracing::warn!(error = %fault, callers = part.len(), "a batch failed");
                let fault = SharedFault::from(fault);
                for caller in callers.by_ref().take(part.len()) {
                    let _gone = caller.send(Err(fault.clone().into()));
                }
            }
        }
    }
}

/// Does one part in a task of its own, so that a panic fails this part and not every later one.
async fn attempt<W: SharedWork>(
    work: &Arc<W>,
    items: &Arc<Vec<W::Item>>,
    part: Range<usize>,
) -> Result<Vec<W::Answer>, Fault> {
    let (work, items) = (work.clone(), items.clone());
    let expected = part.len();
    let task = tokio::spawn(async move { work.perform(items.get(part).unwrap_or_default()).await });
    let answers = task.await.unwrap_or(Err(Fault::Closed))?;
    debug_assert_eq!(answers.len(), expected, "one answer for each item");
    Ok(answers)
}

#[cfg(test)]
mod tests;
