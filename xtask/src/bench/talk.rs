//! Many users who talk at once, in one of two ways: each keeps so many messages on their way, or messages begin at a rate
//! whatever the server does. In the second way a time counts from the moment at which its message should have begun, so a
//! server that stalls cannot hide what it kept waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::audit::Acknowledged;
use super::book::Book;
use super::clocks::{Clocks, Spent, per_second};
use super::line::Line;
use super::quantiles::Quantiles;
use super::talker::{Report, Talker};
use crate::failure::{Doing, Failure, Outcome};
use crate::terminal;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the last deliveries may take after the last acknowledgement.
const SETTLING: Duration = Duration::from_secs(10);
const WARM_UP: Duration = Duration::from_secs(1);

/// A socket and what its user does with it. Without conversations, they only listen.
#[derive(Debug)]
pub(super) struct Seat {
    /// The socket.
    pub(super) line: Line,
    /// Begins the keys of the messages; no two seats of a database share it.
    pub(super) name: String,
    /// Where they talk, in turn.
    pub(super) conversations: Vec<i64>,
}

/// How fast they talk.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// Each has so many messages on their way.
    Window(usize),
    /// All together begin so many messages per second.
    PerSecond(f64),
}

/// Where a course is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Messages begin.
    Talking,
    /// No message begins any more.
    Over,
    /// Everything has arrived.
    Settled,
}

/// What all of them share.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// Messages begun.
    pub(super) begun: AtomicU64,
    /// Messages acknowledged.
    pub(super) acknowledged: AtomicU64,
    /// Messages heard by somebody else than their sender's socket.
    pub(super) delivered: AtomicU64,
    /// Whether the times of what begins now count.
    pub(super) is_measuring: AtomicBool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Talked {
    /// Messages acknowledged and delivered while it was measured.
    pub(super) messages: u64,
    /// What that cost.
    pub(super) spent: Spent,
    /// From the send (or when it should have been) to the acknowledgement.
    pub(super) latencies: Quantiles,
    /// All acknowledged messages, also those before and after.
    pub(super) acknowledged: Acknowledged,
    /// Deliveries that never came.
    pub(super) lost: u64,
    /// Deliveries that came again or late.
    pub(super) doubled: u64,
    /// Places that were passed over; those that came late are among them.
    pub(super) skipped: u64,
    /// The first of those.
    pub(super) fault: Option<String>,
}

impl Talked {
    /// Messages per second.
    pub(super) fn rate(&self) -> f64 {
        per_second(self.messages, self.spent.wall)
    }

    /// A figure of a run that lost something, or passed something over, is no figure. What comes again is ignored by every
    /// client, so it is told and counted only.
    pub(super) fn complete(self) -> Outcome<Self> {
        let first = self.fault.as_deref().unwrap_or_default();
        if self.lost + self.skipped > 0 {
            let (lost, skipped) = (self.lost, self.skipped);
            return Err(Failure::new(format!(
                "{lost} deliveries were lost, {skipped} places were passed over: {first}"
            )));
        }
        if self.doubled > 0 {
            terminal::alarm(&format!("{} deliveries came again: {first}", self.doubled));
        }
        Ok(self)
    }
}

/// Lets them talk for a while. Each message has to reach so many others.
pub(super) async fn talk(
    seats: Vec<Seat>,
    pace: Pace,
    others: u64,
    time: Duration,
    clocks: impl Fn() -> Clocks,
) -> Outcome<Talked> {
    let course = Arc::new(Course::default());
    let (phase, watched) = watch::channel(Phase::Talking);
    let mut dues = Vec::new();
    let mut talkers = JoinSet::new();
    for seat in seats {
        let (due, paced) = mpsc::unbounded_channel();
        let window = match pace {
            Pace::Window(window) => window,
            Pace::PerSecond(_) => 0,
        };
        if !seat.conversations.is_empty() {
            dues.push(due);
        }
        talkers.spawn(Talker::new(seat, &course).talk(window, paced, watched.clone()));
    }
    let pacer = match pace {
        Pace::PerSecond(rate) => Some(Pacer::start(dues, rate)),
        Pace::Window(_) => None,
    };

    listen(&mut talkers, WARM_UP).await?;
    course.is_measuring.store(true, Ordering::Relaxed);
    let (before, from) = (clocks(), course.complete(others));
    listen(&mut talkers, time).await?;
    let (spent, messages) = (clocks().since(&before), course.complete(others) - from);
    course.is_measuring.store(false, Ordering::Relaxed);
    drop(pacer);
    phase.send_replace(Phase::Over);
    settle(&course, others).await?;
    phase.send_replace(Phase::Settled);
    gather(talkers, messages, spent, others).await
}

/// Waits, and ends early if somebody fails.
async fn listen(talkers: &mut JoinSet<Outcome<Report>>, time: Duration) -> Outcome {
    match tokio::time::timeout(time, talkers.join_next()).await {
        Err(_) | Ok(None) => Ok(()),
        Ok(Some(ended)) => {
            ended.doing("wait for a talker")??;
            Err(Failure::new("somebody stopped talking before the end"))
        }
    }
}

async fn settle(course: &Course, others: u64) -> Outcome {
    let until = |reached: fn(&Course, u64) -> bool, patience: Duration| async move {
        let begun = Instant::now();
        while !reached(course, others) && begun.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        reached(course, others)
    };
    if !until(Course::is_acknowledged, PATIENCE).await {
        return Err(Failure::new("an acknowledgement does not come"));
    }
    // What is missing then is counted.
    until(Course::is_delivered, SETTLING).await;
    Ok(())
}

async fn gather(mut talkers: JoinSet<Outcome<Report>>, messages: u64, spent: Spent, others: u64) -> Outcome<Talked> {
    let (mut talked, mut book) = (Talked { messages, spent, ..Talked::default() }, Book::default());
    let (mut latencies, mut acknowledged) = (Vec::new(), 0);
    while let Some(report) = talkers.join_next().await {
        let report = report.doing("wait for a talker")??;
        for (conversation, count) in report.acknowledged {
            *talked.acknowledged.entry(conversation).or_default() += count;
            acknowledged += count;
        }
        latencies.extend(report.latencies);
        book.add(&report.book);
    }
    // Its sender hears a message too.
    talked.lost = book.lost(acknowledged * (others + 1));
    (talked.doubled, talked.skipped, talked.fault) = (book.doubled, book.skipped, book.fault);
    talked.latencies = Quantiles::of(latencies);
    Ok(talked)
}

impl Course {
    fn complete(&self, others: u64) -> u64 {
        let delivered = self.delivered.load(Ordering::Relaxed) / others.max(1);
        self.acknowledged.load(Ordering::Relaxed).min(delivered)
    }

    fn is_acknowledged(&self, _: u64) -> bool {
        self.acknowledged.load(Ordering::Relaxed) >= self.begun.load(Ordering::Relaxed)
    }

    fn is_delivered(&self, others: u64) -> bool {
        self.delivered.load(Ordering::Relaxed) >= self.acknowledged.load(Ordering::Relaxed) * others
    }
}

/// A thread that says when each message begins. The runtime's own timers are a millisecond coarse.
#[derive(Debug)]
struct Pacer {
    is_over: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Pacer {
    fn start(dues: Vec<mpsc::UnboundedSender<Instant>>, rate: f64) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            let between = Duration::from_secs_f64(1.0 / rate.max(0.001));
            let mut at = Instant::now();
            for due in dues.iter().cycle() {
                at += between;
                std::thread::sleep(at.saturating_duration_since(Instant::now()));
                if seen.load(Ordering::Relaxed) || due.send(at).is_err() {
                    return;
                }
            }
        });
        Self { is_over, thread: Some(thread) }
    }
}

impl Drop for Pacer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It has nothing to say at its end.
            let _ = thread.join();
        }
    }
}
