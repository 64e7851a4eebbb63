//! The natural batcher: one write is in flight, what arrives meanwhile is the next batch. There is no timer: a lone caller
//! never waits for company, and the busier the store is, the more callers share one transaction.

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

/// A write that many callers can share.
#[async_trait]
pub(crate) trait SharedWrite: Send + Sync + 'static {
    /// What one caller wants written.
    type Item: Send + Sync + 'static;
    /// What one caller is answered with.
    type Answer: Send + 'static;

    /// What an item adds to a batch.
    fn weight(item: &Self::Item) -> usize;

    /// Writes the items, in their order, in one transaction, and answers each in the same order.
    async fn write(&self, items: &[Self::Item]) -> Result<Vec<Self::Answer>, Fault>;
}

struct Waiting<W: SharedWrite> {
    item: W::Item,
    answer: oneshot::Sender<Result<W::Answer, StoreError>>,
}

/// The queue in front of a [`SharedWrite`] and the task that empties it.
pub(crate) struct Batcher<W: SharedWrite> {
    queue: mpsc::Sender<Waiting<W>>,
    closing: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl<W: SharedWrite> fmt::Debug for Batcher<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batcher").field("free", &self.queue.capacity()).finish_non_exhaustive()
    }
}

impl<W: SharedWrite> Batcher<W> {
    /// Starts the task; it ends when the batcher is closed or dropped and the queue is empty.
    pub(crate) fn start(write: W) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        let closing = Arc::new(Notify::new());
        let task = tokio::spawn(serve(Arc::new(write), waiting, closing.clone()));
        Self { queue, closing, task: Mutex::new(Some(task)) }
    }

    /// Writes an item together with whatever else waits. The place in the queue is taken at the first poll; a caller who
    /// then stops waiting does not take the item back.
    pub(crate) async fn submit(&self, item: W::Item) -> Result<W::Answer, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Waiting { item, answer }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Fault::Overloaded,
            mpsc::error::TrySendError::Closed(_) => Fault::Closed,
        })?;
        answered.await.unwrap_or_else(|_| Err(Fault::Closed.into()))
    }

    /// Takes nothing more, and returns when all that waits is written.
    pub(crate) async fn close(&self) {
        self.closing.notify_one();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // The task neither panics nor is it aborted, and if it were, there would be nothing left to wait for.
            let _ended = task.await;
        }
    }
}

async fn serve<W: SharedWrite>(write: Arc<W>, mut queue: mpsc::Receiver<Waiting<W>>, closing: Arc<Notify>) {
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
        settle(&write, Arc::new(items), callers).await;
    }
}

/// Writes a batch and answers its callers. A batch that is refused for what it holds is written in halves, so that one bad
/// item fails alone. One whose outcome is unknown is never repeated: what it held may have been written.
async fn settle<W: SharedWrite>(
    write: &Arc<W>,
    items: Arc<Vec<W::Item>>,
    callers: Vec<oneshot::Sender<Result<W::Answer, StoreError>>>,
) {
    let mut callers = callers.into_iter();
    let mut parts: Vec<Range<usize>> = std::iter::once(0..items.len()).collect();
    while let Some(part) = parts.pop() {
        match attempt(write, &items, part.clone()).await {
            Ok(answers) => {
                let written: Vec<_> = callers.by_ref().take(part.len()).collect();
                for (caller, answer) in written.into_iter().zip(answers) {
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
                tracing::warn!(error = %fault, callers = part.len(), "a batch was not written");
                let fault = SharedFault::from(fault);
                for caller in callers.by_ref().take(part.len()) {
                    let _gone = caller.send(Err(fault.clone().into()));
                }
            }
        }
    }
}

/// Writes one part in a task of its own, so that a panic fails this part and not every later one.
async fn attempt<W: SharedWrite>(
    write: &Arc<W>,
    items: &Arc<Vec<W::Item>>,
    part: Range<usize>,
) -> Result<Vec<W::Answer>, Fault> {
    let (write, items) = (write.clone(), items.clone());
    let expected = part.len();
    let task = tokio::spawn(async move { write.write(items.get(part).unwrap_or_default()).await });
    let answers = task.await.unwrap_or(Err(Fault::Closed))?;
    debug_assert_eq!(answers.len(), expected, "one answer for each item");
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::Semaphore;

    /// Writes numbers: each batch waits for a permit, a negative number is refused as a constraint would, a zero loses the
    /// connection and a million panics.
    struct Ledger {
        permits: Arc<Semaphore>,
        batches: Arc<Mutex<Vec<Vec<i64>>>>,
    }

    #[async_trait]
    impl SharedWrite for Ledger {
        type Item = i64;
        type Answer = i64;

        fn weight(item: &i64) -> usize {
            if *item == 100 { 100 } else { 1 }
        }

        async fn write(&self, items: &[i64]) -> Result<Vec<i64>, Fault> {
            self.permits.acquire().await.expect("permits").forget();
            self.batches.lock().expect("the batches").push(items.to_vec());
            assert!(!items.contains(&1_000_000), "a bug");
            if items.contains(&0) {
                return Err(Fault::TimedOut);
            }
            if items.iter().any(|item| *item < 0) {
                return Err(crate::error::Corrupt { table: "ledger", column: "item" }.into());
            }
            Ok(items.iter().map(|item| item * 10).collect())
        }
    }

    struct Scene {
        batcher: Arc<Batcher<Ledger>>,
        permits: Arc<Semaphore>,
        batches: Arc<Mutex<Vec<Vec<i64>>>>,
    }

    impl Scene {
        /// A batcher whose first batch, the lone item 1, is in flight.
        async fn busy() -> Self {
            let (permits, batches) = (Arc::new(Semaphore::new(0)), Arc::default());
            let batcher = Arc::new(Batcher::start(Ledger { permits: permits.clone(), batches: Arc::clone(&batches) }));
            let scene = Self { batcher, permits, batches };
            drop(scene.send(1));
            while scene.batcher.queue.capacity() < MAX_WAITING {
                tokio::task::yield_now().await;
            }
            scene
        }

        /// Queues an item now; the answer comes later.
        fn send(&self, item: i64) -> oneshot::Receiver<Result<i64, StoreError>> {
            let (answer, answered) = oneshot::channel();
            self.batcher.queue.try_send(Waiting { item, answer }).map_err(drop).expect("room in the queue");
            answered
        }

        fn batches(&self) -> Vec<Vec<i64>> {
            self.batches.lock().expect("the batches").clone()
        }
    }

    #[tokio::test]
    async fn what_arrives_while_a_batch_is_written_is_the_next_batch() {
        let scene = Scene::busy().await;
        let answers = [scene.send(2), scene.send(3), scene.send(4)];
        scene.permits.add_permits(2);
        for (answer, expected) in answers.into_iter().zip([20, 30, 40]) {
            assert_eq!(answer.await.expect("an answer").expect("written"), expected);
        }
        assert_eq!(scene.batches(), [vec![1], vec![2, 3, 4]]);
    }

    #[tokio::test]
    async fn a_batch_stops_where_it_gets_too_heavy() {
        let scene = Scene::busy().await;
        let answers = [scene.send(100), scene.send(100), scene.send(100), scene.send(2)];
        scene.permits.add_permits(3);
        for answer in answers {
            answer.await.expect("an answer").expect("written");
        }
        assert_eq!(scene.batches(), [vec![1], vec![100, 100, 100], vec![2]]);
    }

    #[tokio::test]
    async fn one_bad_item_fails_alone_and_the_others_keep_their_order() {
        let scene = Scene::busy().await;
        let answers = [2, 3, -4, 5, 6].map(|item| scene.send(item));
        scene.permits.add_permits(100);
        let mut outcomes = Vec::new();
        for answer in answers {
            outcomes.push(answer.await.expect("an answer").ok());
        }
        assert_eq!(outcomes, [Some(20), Some(30), None, Some(50), Some(60)]);
        let written: Vec<_> = scene.batches().into_iter().filter(|batch| batch.iter().all(|item| *item > 0)).collect();
        assert_eq!(written.concat(), [1, 2, 3, 5, 6]);
    }

    #[tokio::test]
    async fn a_batch_whose_outcome_is_unknown_is_not_repeated_and_the_next_one_goes_on() {
        let scene = Scene::busy().await;
        let lost = [scene.send(2), scene.send(0)];
        scene.permits.add_permits(2);
        for answer in lost {
            assert!(matches!(answer.await.expect("an answer"), Err(StoreError::Unavailable(_))));
        }
        assert_eq!(scene.batches(), [vec![1], vec![2, 0]]);
        scene.permits.add_permits(1);
        assert_eq!(scene.batcher.submit(3).await.expect("written"), 30);
    }

    #[tokio::test]
    async fn a_caller_who_stops_waiting_costs_the_others_nothing() {
        let scene = Scene::busy().await;
        let (gone, stays) = (scene.send(2), scene.send(3));
        drop(gone);
        scene.permits.add_permits(2);
        assert_eq!(stays.await.expect("an answer").expect("written"), 30);
        assert_eq!(scene.batches(), [vec![1], vec![2, 3]]);
    }

    #[tokio::test]
    async fn one_caller_too_many_is_turned_away_at_once() {
        let scene = Scene::busy().await;
        let waiting: Vec<_> = (0..MAX_WAITING).map(|_| scene.send(2)).collect();
        assert!(matches!(scene.batcher.submit(3).await, Err(StoreError::Unavailable(_))));
        scene.permits.add_permits(MAX_WAITING);
        for answer in waiting {
            assert_eq!(answer.await.expect("an answer").expect("written"), 20);
        }
    }

    #[tokio::test]
    async fn closing_writes_what_waits_and_takes_nothing_more() {
        let scene = Scene::busy().await;
        let waits = scene.send(2);
        scene.permits.add_permits(2);
        scene.batcher.close().await;
        assert_eq!(waits.await.expect("an answer").expect("written"), 20);
        assert!(matches!(scene.batcher.submit(3).await, Err(StoreError::Unavailable(_))));
    }

    #[tokio::test]
    async fn a_panic_fails_its_batch_and_no_later_one() {
        let scene = Scene::busy().await;
        let struck = scene.send(1_000_000);
        scene.permits.add_permits(3);
        assert!(struck.await.expect("an answer").is_err());
        assert_eq!(scene.batcher.submit(2).await.expect("written"), 20);
    }
}
