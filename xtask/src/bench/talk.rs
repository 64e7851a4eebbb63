//! Many users who talk at once, in one of two ways: each keeps so many messages on their way, or messages begin at a rate
//! whatever the server does. In the second way a time counts from the moment at which its message should have begun, so a
//! server that stalls cannot hide what it kept waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::audit::Acknowledged;
use super::clocks::{Clocks, Spent, per_second};
use super::course::{Course, Phase, Seat};
use super::faults::Faults;
use super::quantiles::Quantiles;
use super::talker::{Report, Talker};
use crate::failure::{Doing, Failure, Outcome};

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the last deliveries may take after the last acknowledgement.
const SETTLING: Duration = Duration::from_secs(10);
const WARM_UP: Duration = Duration::from_secs(1);

/// How fast they talk.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// Each has so many messages on their way.
    Window(usize),
    /// All together begin so many messages per second.
    PerSecond(f64),
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
    /// What was not heard as it should have been.
    pub(super) faults: Faults,
}

impl Talked {
    /// Messages per second.
    pub(super) fn rate(&self) -> f64 {
        per_second(self.messages, self.spent.wall)
    }

    /// What was measured, if nothing was lost or passed over.
    pub(super) fn complete(self) -> Outcome<Self> {
        self.faults.check()?;
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
    if !until(|| course.is_acknowledged(), PATIENCE).await {
        return Err(Failure::new("an acknowledgement does not come"));
    }
    // What is missing then is counted.
    until(|| course.is_delivered(others), SETTLING).await;
    Ok(())
}

async fn until(is_reached: impl Fn() -> bool, patience: Duration) -> bool {
    let begun = Instant::now();
    while !is_reached() && begun.elapsed() < patience {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    is_reached()
}

async fn gather(mut talkers: JoinSet<Outcome<Report>>, messages: u64, spent: Spent, others: u64) -> Outcome<Talked> {
    let mut talked = Talked { messages, spent, ..Talked::default() };
    let (mut latencies, mut books) = (Vec::new(), Vec::new());
    while let Some(report) = talkers.join_next().await {
        let report = report.doing("wait for a talker")??;
        for (conversation, count) in report.acknowledged {
            *talked.acknowledged.entry(conversation).or_default() += count;
        }
        latencies.extend(report.latencies);
        books.push(report.book);
    }
    // Its sender hears a message too.
    let expected = talked.acknowledged.values().sum::<u64>() * (others + 1);
    let reached = books.iter().map(|book| book.reached(&talked.acknowledged)).sum();
    talked.faults.lost = expected.saturating_sub(reached);
    for book in books {
        talked.faults.add(book.faults);
    }
    talked.latencies = Quantiles::of(latencies);
    Ok(talked)
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
