//! The batcher over a ledger that writes numbers, one batch per permit.

use super::*;
use tokio::sync::Semaphore;

/// Writes numbers: each batch waits for a permit, a negative number is refused as a constraint would, a zero loses the
/// connection and a million panics.
struct Ledger {
    permits: Arc<Semaphore>,
    batches: Arc<Mutex<Vec<Vec<i64>>>>,
}

#[async_trait]
impl SharedWork for Ledger {
    type Item = i64;
    type Answer = i64;

    fn weight(item: &i64) -> usize {
        if *item == 100 { 100 } else { 1 }
    }

    async fn perform(&self, items: &[i64]) -> Result<Vec<i64>, Fault> {
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
