//! A client that comes back: opens its socket, asks for what it missed, and hears what is said then.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};

use super::book::Book;
use super::faults::Faults;
use super::line::Door;
use crate::client::frame::Frame;
use crate::client::socket::Socket;
use crate::failure::{Doing, Failure, Outcome};

/// Longer than a storm lasts.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the last message may take when everybody is back.
const SETTLING: Duration = Duration::from_secs(20);

/// How many are back, and whether somebody may speak.
#[derive(Debug)]
pub(super) struct Return {
    missing: AtomicUsize,
    is_complete: watch::Sender<bool>,
    may_speak: watch::Sender<bool>,
}

impl Return {
    pub(super) fn new(count: usize) -> Self {
        Self {
            missing: AtomicUsize::new(count),
            is_complete: watch::channel(count == 0).0,
            may_speak: watch::channel(false).0,
        }
    }

    /// Waits until everybody is back.
    pub(super) async fn complete(&self) {
        // The sender lives as long as this does.
        let _ = self.is_complete.subscribe().wait_for(|complete| *complete).await;
    }

    /// Lets one of each group speak.
    pub(super) fn speak(&self) {
        self.may_speak.send_replace(true);
    }

    fn arrived(&self) {
        if self.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.is_complete.send_replace(true);
        }
    }
}

/// Who it is and what it knows.
#[derive(Debug)]
pub(super) struct Comer {
    pub(super) token: String,
    pub(super) group: i64,
    /// The last seq that it has.
    pub(super) cursor: u64,
    /// The last seq that there is.
    pub(super) head: u64,
    /// Its place in the queue.
    pub(super) index: usize,
    /// Whether it says something when all are back.
    pub(super) speaks: bool,
    pub(super) round: u32,
}

impl Comer {
    /// Comes back, gets what it missed, and hears one message more. Answers what it did not hear as it should have.
    pub(super) async fn come(self, door: Door, gate: Arc<Semaphore>, back: Arc<Return>) -> Outcome<Faults> {
        let mut book = Book::since(self.group, self.cursor);
        let all = async {
            let place = gate.acquire().await.doing("wait for a place")?;
            let mut socket = door.enter_unready(&self.token, self.index).await?;
            self.resume(&mut socket, &mut book).await?;
            drop(place);
            // Taken before anybody may speak, so that the word is not missed.
            let may_speak = back.may_speak.subscribe();
            back.arrived();
            self.listen(&mut socket, &mut book, may_speak).await
        };
        timeout(PATIENCE, all).await.map_err(|_| Failure::new("a client does not come back"))??;
        Ok(self.missed(book))
    }

    /// It has to hear all that it was behind, and the one that is said then.
    fn missed(&self, book: Book) -> Faults {
        let expected = self.head + 1 - self.cursor;
        let reached = book.reached(&[(self.group, expected)].into());
        Faults { lost: expected - reached, ..book.faults }
    }

    async fn resume(&self, socket: &mut Socket, book: &mut Book) -> Outcome {
        let Frame::Ready { epoch, heads } = socket.next().await? else {
            return Err(Failure::new("a socket does not begin with session.ready"));
        };
        if heads != [(self.group, self.head)] {
            return Err(Failure::new(format!("the heads are {heads:?}, not {} at {}", self.head, self.group)));
        }
        let group = self.group.to_string();
        socket.send(&json!({"type": "sync", "epoch": epoch, "cursors": {group: self.cursor}})).await?;
        loop {
            match socket.next().await? {
                Frame::Page { conversation, places } => {
                    for place in places {
                        book.note(conversation, place.seq);
                    }
                }
                Frame::Done => return Ok(()),
                Frame::Resync { .. } => return Err(Failure::new("a resume was refused")),
                Frame::Refused { code, .. } => return Err(Failure::new(format!("a sync was refused: {code}"))),
                Frame::Entry { place, .. } => {
                    book.note(place.conversation, place.seq);
                }
                Frame::Ready { .. } | Frame::Other => {}
            }
        }
    }

    /// Until the last message is heard, or will never be.
    async fn listen(&self, socket: &mut Socket, book: &mut Book, mut may_speak: watch::Receiver<bool>) -> Outcome {
        let mut waits = true;
        let mut over = pin!(sleep(PATIENCE));
        loop {
            tokio::select! {
                frame = socket.next() => {
                    if let Frame::Entry { place, .. } = frame? {
                        book.note(place.conversation, place.seq);
                        if place.seq > self.head {
                            return Ok(());
                        }
                    }
                }
                _ = may_speak.changed(), if waits => {
                    waits = false;
                    over.as_mut().reset(Instant::now() + SETTLING);
                    if self.speaks {
                        let key = format!("{}back{}", self.round, self.group);
                        let send = json!({"type": "message.send", "ref": key, "conversation_id": self.group, "body": "Here again.", "client_id": key});
                        socket.send(&send).await?;
                    }
                }
                () = &mut over => return Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comer_misses_what_it_was_behind_and_what_is_said_then() {
        let comer = Comer { token: String::new(), group: 7, cursor: 10, head: 13, index: 0, speaks: false, round: 1 };
        let missed = |seqs: &[u64]| {
            let mut book = Book::since(comer.group, comer.cursor);
            for seq in seqs {
                book.note(comer.group, *seq);
            }
            let faults = comer.missed(book);
            (faults.lost, faults.repeated)
        };

        assert_eq!(missed(&[11, 12, 13, 14]), (0, 0));
        assert_eq!(missed(&[11, 11, 12, 14]), (1, 1));
        assert_eq!(missed(&[]), (4, 0));
    }
}
