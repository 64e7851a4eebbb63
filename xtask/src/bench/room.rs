//! One group with a socket of every member open, and one who speaks: how long until everybody has heard it?

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::book::Book;
use super::clocks::{Clocks, Spent};
use super::faults::Arrival;
use super::glance::Glance;
use super::letter::Letter;
use super::line::{Door, Line};
use crate::failure::{Failure, Outcome};

/// Sockets that are being opened at a time.
const AT_ONCE: usize = 32;
/// Longer than it takes until everybody has heard something.
const PATIENCE: Duration = Duration::from_secs(60);

/// A room that is open.
#[derive(Debug)]
pub(super) struct Room {
    speaker: Line,
    conversation: i64,
    name: String,
    said: u64,
    /// How many listen, the speaker aside.
    pub(super) listeners: u64,
    heard: Arc<Heard>,
    // Dropping it ends the tasks, and with them the sockets.
    _tasks: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Heard {
    deliveries: AtomicU64,
    wanted: AtomicU64,
    faults: AtomicU64,
    frame: OnceLock<String>,
    all: Notify,
}

/// What some speaking came to.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// Messages times listeners.
    pub(super) deliveries: u64,
    /// What they cost.
    pub(super) spent: Spent,
}

impl Room {
    /// Opens a socket with each pass; the first one speaks. `from` sets the sockets of several rooms apart.
    pub(super) async fn open(
        door: &Door,
        passes: &[String],
        conversation: i64,
        name: &str,
        from: usize,
    ) -> Outcome<Self> {
        let opening: Vec<_> = passes.iter().zip(from..).map(|(pass, index)| door.open(pass, index)).collect();
        let mut lines: Vec<Line> = stream::iter(opening).buffered(AT_ONCE).try_collect().await?;
        if lines.len() < 2 {
            return Err(Failure::new("a room needs somebody who speaks and somebody who listens"));
        }
        let speaker = lines.swap_remove(0);
        let (heard, mut tasks) = (Arc::new(Heard::default()), JoinSet::new());
        let listeners = lines.len() as u64;
        for line in lines {
            tasks.spawn(listen(line, Arc::clone(&heard)));
        }
        let name = name.to_owned();
        Ok(Self { speaker, conversation, name, said: 0, listeners, heard, _tasks: tasks })
    }

    /// Speaks for a while, so many messages in one write, and the next only when everybody has heard them all.
    pub(super) async fn speak(&mut self, burst: u64, time: Duration, clocks: impl Fn() -> Clocks) -> Outcome<Spoken> {
        self.say(burst).await?;
        let (before, begun, mut deliveries) = (clocks(), Instant::now(), 0);
        while begun.elapsed() < time {
            self.say(burst).await?;
            deliveries += burst * self.listeners;
        }
        Ok(Spoken { deliveries, spent: clocks().since(&before) })
    }

    /// Speaks for ever, with a pause after each message that everybody has heard.
    pub(super) async fn speak_every(&mut self, pause: Duration) -> Outcome {
        loop {
            self.say(1).await?;
            tokio::time::sleep(pause).await;
        }
    }

    /// How many messages were said.
    pub(super) fn said(&self) -> u64 {
        self.said
    }

    /// A frame as a listener gets it for a message.
    pub(super) fn frame(&self) -> Option<String> {
        self.heard.frame.get().cloned()
    }

    /// How often a listener heard a message late, again, or not at all.
    pub(super) fn faults(&self) -> u64 {
        self.heard.faults.load(Ordering::Relaxed)
    }

    /// How many messages were said, after a check that everybody heard each of them once and in order.
    pub(super) fn finish(&self) -> Outcome<u64> {
        match self.faults() {
            0 => Ok(self.said),
            faults => Err(Failure::new(format!("{faults} messages were lost, doubled or out of order"))),
        }
    }

    async fn say(&mut self, burst: u64) -> Outcome {
        self.heard.wanted.fetch_add(burst * self.listeners, Ordering::Relaxed);
        for _ in 0..burst {
            self.said += 1;
            let letter = Letter { conversation: self.conversation, name: &self.name, number: self.said };
            self.speaker.feed(letter).await?;
        }
        self.speaker.flush().await?;
        let speaker = &mut self.speaker;
        let all = async {
            let mut acknowledged = 0;
            while acknowledged < burst {
                let frame = speaker.next().await?;
                let glance = Glance::at(frame.as_str());
                if glance.kind == "error" {
                    return Err(Failure::new(format!("a message was refused: {frame}")));
                }
                acknowledged += u64::from(glance.is_acknowledgement());
            }
            while !self.heard.is_complete() {
                self.heard.all.notified().await;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, all).await.map_err(|_| Failure::new("somebody does not hear a message"))?
    }
}

impl Heard {
    fn is_complete(&self) -> bool {
        self.deliveries.load(Ordering::Relaxed) >= self.wanted.load(Ordering::Relaxed)
    }
}

async fn listen(mut line: Line, heard: Arc<Heard>) {
    let mut book = Book::default();
    while let Ok(frame) = line.next().await {
        let glance = Glance::at(frame.as_str());
        if !glance.is_message() {
            continue;
        }
        let arrival = book.note(glance.conversation, glance.seq);
        let faults = match arrival {
            Arrival::Next => 0,
            Arrival::Skipping(places) => places,
            Arrival::Late | Arrival::Again => 1,
        };
        heard.faults.fetch_add(faults, Ordering::Relaxed);
        if arrival == Arrival::Again {
            // It stands in for no message that another listener still waits for.
            continue;
        }
        heard.frame.get_or_init(|| frame.to_string());
        heard.deliveries.fetch_add(1, Ordering::Relaxed);
        if heard.is_complete() {
            heard.all.notify_one();
        }
    }
}
