//! A client that comes back: opens its socket, asks for what it missed, and hears what is said then.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::sync::{Semaphore, watch};

use super::line::Door;
use crate::client::frame::{Frame, Place};
use crate::client::socket::Socket;
use crate::failure::{Doing, Failure, Outcome};

/// Longer than a storm lasts.
const PATIENCE: Duration = Duration::from_secs(120);

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
    /// Comes back, gets what it missed, and hears one message more. Anything lost, doubled or out of order is a failure.
    pub(super) async fn come(self, door: Door, gate: Arc<Semaphore>, back: Arc<Return>) -> Outcome {
        let all = async {
            let place = gate.acquire().await.doing("wait for a place")?;
            let mut socket = door.enter_unready(&self.token, self.index).await?;
            self.resume(&mut socket).await?;
            drop(place);
            // Taken before anybody may speak, so that the word is not missed.
            let may_speak = back.may_speak.subscribe();
            back.arrived();
            self.listen(&mut socket, may_speak).await
        };
        tokio::time::timeout(PATIENCE, all).await.map_err(|_| Failure::new("a client does not come back"))?
    }

    async fn resume(&self, socket: &mut Socket) -> Outcome {
        let Frame::Ready { epoch, heads } = socket.next().await? else {
            return Err(Failure::new("a socket does not begin with session.ready"));
        };
        if heads != [(self.group, self.head)] {
            return Err(Failure::new(format!("the heads are {heads:?}, not {} at {}", self.head, self.group)));
        }
        let group = self.group.to_string();
        socket.send(&json!({"type": "sync", "epoch": epoch, "cursors": {group: self.cursor}})).await?;
        let mut last = self.cursor;
        loop {
            match socket.next().await? {
                Frame::Page { places, .. } => {
                    for place in places {
                        last = next(last, place)?;
                    }
                }
                Frame::Done if last == self.head => return Ok(()),
                Frame::Done => return Err(Failure::new(format!("the pages end at {last}, not at {}", self.head))),
                Frame::Resync { .. } => return Err(Failure::new("a resume was refused")),
                Frame::Refused { code, .. } => return Err(Failure::new(format!("a sync was refused: {code}"))),
                Frame::Ready { .. } | Frame::Entry { .. } | Frame::Other => {}
            }
        }
    }

    async fn listen(&self, socket: &mut Socket, mut may_speak: watch::Receiver<bool>) -> Outcome {
        let mut waits = self.speaks;
        loop {
            tokio::select! {
                frame = socket.next() => {
                    if let Frame::Entry { place, .. } = frame? {
                        next(self.head, place)?;
                        return Ok(());
                    }
                }
                _ = may_speak.changed(), if waits => {
                    waits = false;
                    let key = format!("{}back{}", self.round, self.group);
                    let send = json!({"type": "message.send", "ref": key, "conversation_id": self.group, "body": "Here again.", "client_id": key});
                    socket.send(&send).await?;
                }
            }
        }
    }
}

/// The seq of an entry that has to be the next one.
fn next(last: u64, place: Place) -> Outcome<u64> {
    if place.seq == last + 1 {
        return Ok(place.seq);
    }
    Err(Failure::new(format!("entry {} came after {last}", place.seq)))
}
