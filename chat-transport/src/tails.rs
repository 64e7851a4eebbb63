//! The ends of logs, read and encoded once for everybody who misses the same of them.
//!
//! Whatever changes in a group is an entry of its log, an edit or a deletion too. So as long as a log reaches as far as before, whoever
//! knows that may be given what was read for another who knew the same, and that is exactly what is missing. When everybody comes back at once, a
//! conversation is read once, and its members share the bytes that go over the wire.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chat_core::ChatError;
use chat_core::ids::{ConversationId, Seq};
use tokio::sync::OnceCell;

use crate::frame::Frame;

/// How many bytes of frames one generation holds. When it is full, the one before it is forgotten.
const GENERATION_BYTES: usize = 4 * 1024 * 1024;

/// What an entry takes beside its frames.
const ENTRY_BYTES: usize = 256;

/// What is missing behind a place of a log that reaches up to a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Stretch {
    pub(crate) conversation: ConversationId,
    pub(crate) after: Seq,
    pub(crate) head: Seq,
}

/// The beginning of a stretch, or all of it, ready to be sent.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) frames: Vec<Arc<Frame>>,
    /// The last entry in it; none if the log turned out to end before the stretch.
    pub(crate) reached: Option<Seq>,
}

type Cell = Arc<OnceCell<Arc<Part>>>;

/// Two generations of parts: what is used moves into the young one, what is not used falls out with the old one.
#[derive(Debug, Default)]
pub(crate) struct Tails(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Stretch, Cell>,
    old: HashMap<Stretch, Cell>,
    young_bytes: usize,
}

impl Tails {
    /// The part that a stretch begins with. Of many who ask for the same at once one reads, and all get what it read; where
    /// it fails or stops waiting, the next one reads.
    pub(crate) async fn part(
        &self,
        stretch: Stretch,
        read: impl Future<Output = Result<Part, ChatError>>,
    ) -> Result<Arc<Part>, ChatError> {
        let cell = self.generations(|generations| generations.cell(stretch));
        let read = async {
            let part = Arc::new(read.await?);
            self.generations(|generations| generations.grow(part.bytes()));
            Ok(part)
        };
        cell.get_or_try_init(|| read).await.cloned()
    }

    fn generations<T>(&self, act: impl FnOnce(&mut Generations) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generations {
    fn cell(&mut self, stretch: Stretch) -> Cell {
        if let Some(cell) = self.young.get(&stretch) {
            return Arc::clone(cell);
        }
        let cell = self.old.remove(&stretch).unwrap_or_default();
        self.young.insert(stretch, Arc::clone(&cell));
        self.grow(ENTRY_BYTES + cell.get().map_or(0, |part| part.bytes()));
        cell
    }

    fn grow(&mut self, bytes: usize) {
        self.young_bytes += bytes;
        if self.young_bytes > GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

impl Part {
    fn bytes(&self) -> usize {
        self.frames.iter().map(|frame| frame.wire.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use chat_core::ErrorCode;

    use super::*;

    fn stretch(after: i64) -> Stretch {
        let seq = |n| Seq::new(n).expect("a seq");
        Stretch { conversation: ConversationId::new(1).expect("an id"), after: seq(after), head: seq(1_000_000) }
    }

    /// Reads a part of so many bytes, and counts.
    async fn read(count: &AtomicUsize, bytes: usize) -> Result<Part, ChatError> {
        tokio::task::yield_now().await;
        count.fetch_add(1, Ordering::SeqCst);
        Ok(Part { frames: vec![Frame::note(&"x".repeat(bytes))], reached: None })
    }

    #[tokio::test]
    async fn many_who_miss_the_same_cost_one_reading() {
        let (tails, count) = (Tails::default(), AtomicUsize::new(0));
        let all = (0..100).map(|_| tails.part(stretch(1), read(&count, 10)));
        let parts = futures_util::future::try_join_all(all).await.expect("parts");
        assert!(parts.iter().all(|part| Arc::ptr_eq(part, &parts[0])));
        assert_eq!(count.load(Ordering::SeqCst), 1);
        tails.part(stretch(2), read(&count, 10)).await.expect("a part");
        assert_eq!(count.load(Ordering::SeqCst), 2, "another place is another reading");
    }

    #[tokio::test]
    async fn where_one_cannot_read_the_next_one_tries() {
        let (tails, count) = (Tails::default(), AtomicUsize::new(0));
        let fails = async { Err(ErrorCode::Internal.into()) };
        assert!(tails.part(stretch(1), fails).await.is_err());
        tails.part(stretch(1), read(&count, 10)).await.expect("a part");
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_is_used_stays_and_the_rest_is_forgotten_before_it_takes_too_much() {
        const KIB_64: usize = 64 * 1024;
        let (tails, count) = (Tails::default(), AtomicUsize::new(0));
        for after in 0..1_000 {
            tails.part(stretch(after), read(&count, KIB_64)).await.expect("a part");
            tails.part(stretch(0), read(&count, KIB_64)).await.expect("a part");
        }
        assert_eq!(count.load(Ordering::SeqCst), 1_000, "the first one was always in use");
        let kept = tails.generations(|generations| generations.young.len() + generations.old.len());
        assert!(kept * KIB_64 <= 2 * GENERATION_BYTES + KIB_64, "{kept} are kept");
        tails.part(stretch(1), read(&count, KIB_64)).await.expect("a part");
        assert_eq!(count.load(Ordering::SeqCst), 1_001);
    }
}
