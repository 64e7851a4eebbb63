//! The yardstick of a fan-out: the other end of the bare writer, which reads everything and counts bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::floor::Floor;
use crate::failure::{Doing as _, Outcome};
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
    frame: usize,
    time: Duration,
    scratch: &Arc<Scratch>,
) -> Outcome<Written> {
    let mut floor = Floor::start("floor-writer", scratch).await?;
    floor.tell(&connections.to_string()).await?;
    let (read, mut readers) = (Arc::new(Swallowed::default()), JoinSet::new());
    for _ in 0..connections {
        let stream = TcpStream::connect(&floor.address).await.doing("connect to the bare writer")?;
        readers.spawn(swallow(stream, Arc::clone(&read)));
    }
    floor.hear().await?;
    let cpu = |floor: &Floor| floor.pid().and_then(procfs::cpu_time).unwrap_or_default();
    let (before, begun, mut turns) = (cpu(&floor), Instant::now(), 0);
    while begun.elapsed() < time {
        turns += 1;
        read.wanted.fetch_add(connections * frame, Ordering::Relaxed);
        floor.tell(&frame.to_string()).await?;
        while !read.is_complete() {
            read.all.notified().await;
        }
    }
    let (elapsed, written) = (begun.elapsed(), turns * connections as u64);
    let used = cpu(&floor).saturating_sub(before);
    floor.end().await;
    Ok(Written { frames: written, elapsed, cpu: used })
}

/// Bytes that were read and bytes that are on their way.
#[derive(Debug, Default)]
struct Swallowed {
    bytes: AtomicUsize,
    wanted: AtomicUsize,
    all: Notify,
}

impl Swallowed {
    fn is_complete(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) >= self.wanted.load(Ordering::Relaxed)
    }
}

async fn swallow(stream: TcpStream, read: Arc<Swallowed>) {
    let mut buffer = [0; 4 * 1024];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(bytes) => {
                read.bytes.fetch_add(bytes, Ordering::Relaxed);
                if read.is_complete() {
                    read.all.notify_one();
                }
            }
            // A wake-up may be for nothing.
            Err(_) => {}
        }
    }
}
