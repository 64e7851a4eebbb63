//! The yardstick of a fan-out: the other end of the bare writer, which reads frames as the listeners of a room do, so that
//! both sides are read at the same cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::floor::Floor;
use super::glance::Glance;
use super::line;
use crate::client::socket;
use crate::failure::Outcome;
use crate::fixture::scratch::Scratch;
use crate::procfs;

/// What the bare writer wrote, and what that took.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) frames: u64,
    pub(super) elapsed: Duration,
    /// Processor time of the writer.
    pub(super) cpu: Duration,
}

/// Measures a loop that writes one frame to one connection after the other, and begins again when all of
/// them have been read.
pub(super) async fn measure(
    connections: usize,
    text: &str,
    time: Duration,
    scratch: &Arc<Scratch>,
) -> Outcome<Written> {
    let mut floor = Floor::start("floor-writer", scratch).await?;
    floor.tell(&connections.to_string()).await?;
    let (read, mut readers) = (Arc::new(Read::default()), JoinSet::new());
    for index in 0..connections {
        let stream = line::connect(&floor.address, index).await?;
        readers.spawn(listen(stream, Arc::clone(&read)));
    }
    floor.hear().await?;
    let cpu = |floor: &Floor| floor.pid().and_then(procfs::cpu_time).unwrap_or_default();
    let (before, begun, mut turns) = (cpu(&floor), Instant::now(), 0);
    while begun.elapsed() < time {
        turns += 1;
        read.wanted.fetch_add(connections, Ordering::Relaxed);
        floor.tell(text).await?;
        while !read.is_complete() {
            read.all.notified().await;
        }
    }
    let (elapsed, written) = (begun.elapsed(), turns * connections as u64);
    let used = cpu(&floor).saturating_sub(before);
    floor.end().await;
    Ok(Written { frames: written, elapsed, cpu: used })
}

/// Frames that were read and frames that are on their way.
#[derive(Debug, Default)]
struct Read {
    frames: AtomicUsize,
    wanted: AtomicUsize,
    all: Notify,
}

impl Read {
    fn is_complete(&self) -> bool {
        self.frames.load(Ordering::Relaxed) >= self.wanted.load(Ordering::Relaxed)
    }
}

async fn listen(stream: TcpStream, read: Arc<Read>) {
    let mut frames = WebSocketStream::from_raw_socket(stream, Role::Client, Some(socket::limits())).await;
    while let Some(Ok(frame)) = frames.next().await {
        let is_message = frame.to_text().is_ok_and(|text| Glance::at(text).is_message());
        read.frames.fetch_add(usize::from(is_message), Ordering::Relaxed);
        if read.is_complete() {
            read.all.notify_one();
        }
    }
}
