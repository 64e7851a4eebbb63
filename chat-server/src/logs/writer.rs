//! Where the lines of the log go: to a thread of their own, which writes them to standard error. A pipe that nobody reads
//! stops that thread and nothing else; lines that find the queue full are counted instead of waited with.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How many lines may wait.
const QUEUE: usize = 4_096;

/// How long the end of the program waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

enum Order {
    Write(Vec<u8>),
    /// Says on this channel when everything before is written.
    Tell(SyncSender<()>),
}

/// The way to the thread.
#[derive(Clone)]
pub(super) struct Lines {
    queue: SyncSender<Order>,
    lost: Arc<AtomicU64>,
}

/// Lets the last lines out when it is dropped.
pub(crate) struct Flush(SyncSender<Order>);

impl Lines {
    /// Starts the thread, which writes to `out`.
    pub(super) fn to(out: impl Write + Send + 'static) -> io::Result<(Self, Flush)> {
        let (queue, orders) = sync_channel(QUEUE);
        let lost = Arc::new(AtomicU64::new(0));
        let lines = Self { queue: queue.clone(), lost: Arc::clone(&lost) };
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write_out(&orders, out, &lost))?;
        Ok((lines, Flush(queue)))
    }
}

fn write_out(orders: &Receiver<Order>, mut out: impl Write, lost: &AtomicU64) {
    for order in orders {
        // A log that cannot be written, on a full disk for instance, has nobody to complain to.
        match order {
            Order::Write(line) => {
                let _ = out.write_all(&line);
                match lost.swap(0, Ordering::Relaxed) {
                    0 => {}
                    lost => drop(writeln!(out, "{lost} lines of the log were lost here")),
                }
            }
            Order::Tell(done) => {
                let _ = out.flush();
                let _ = done.try_send(());
            }
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Lines {
    /// Takes one whole line, which is what the formatter writes at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Order::Write(line.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        let (done, written) = sync_channel(1);
        if self.0.try_send(Order::Tell(done)).is_ok() {
            let _ = written.recv_timeout(LAST_LINES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A place to write to that a test can look at, and that takes nothing while the test holds its lock.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_in_order_before_the_end() {
        let page = Page::default();
        let (mut lines, flush) = Lines::to(page.clone()).expect("a thread");
        for line in ["one\n", "two\n", "three\n"] {
            lines.write_all(line.as_bytes()).expect("never fails");
        }
        drop(flush);
        assert_eq!(*page.0.lock().expect("not poisoned"), b"one\ntwo\nthree\n");
    }

    #[test]
    fn nobody_waits_for_a_log_that_is_not_taken_and_what_is_lost_is_counted() {
        let page = Page::default();
        let (mut lines, flush) = Lines::to(page.clone()).expect("a thread");
        let held = page.0.lock().expect("not poisoned");
        for _ in 0..QUEUE * 2 {
            lines.write_all(b"x\n").expect("never fails");
        }
        drop(held);
        drop(flush);
        // The queue may have been too full for the last order, so what was queued is waited for here.
        let text = || String::from_utf8(page.0.lock().expect("not poisoned").clone()).expect("UTF-8");
        while text().lines().filter(|line| *line == "x").count() < QUEUE {
            std::thread::yield_now();
        }
        assert!(text().contains("lines of the log were lost here"), "{}", text().len());
    }
}
