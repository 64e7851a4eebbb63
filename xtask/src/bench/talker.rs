//! One user at a socket: sends, waits for acknowledgements, notes whatever it hears.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::audit::Acknowledged;
use super::book::Book;
use super::course::{Course, Phase, Seat};
use super::faults::Arrival;
use super::glance::Glance;
use super::letter::Letter;
use super::line::Line;
use crate::failure::{Failure, Outcome};

/// Frames that are taken in before anything is sent again, so that sends share a write.
const AT_ONCE: usize = 64;

/// What it saw.
#[derive(Debug)]
pub(super) struct Report {
    /// Its own messages.
    pub(super) acknowledged: Acknowledged,
    /// From each send to its acknowledgement.
    pub(super) latencies: Vec<Duration>,
    /// Everybody's messages.
    pub(super) book: Book,
}

/// A user at work.
#[derive(Debug)]
pub(super) struct Talker {
    line: Line,
    name: String,
    conversations: Vec<i64>,
    course: Arc<Course>,
    begun: u64,
    /// By number: where it went, when it should have begun, whether its time counts.
    on_their_way: HashMap<u64, (i64, Instant, bool)>,
    report: Report,
}

impl Talker {
    pub(super) fn new(seat: Seat, course: &Arc<Course>) -> Self {
        let report = Report { acknowledged: Acknowledged::new(), latencies: Vec::new(), book: Book::default() };
        let Seat { line, name, conversations } = seat;
        let course = Arc::clone(course);
        Self { line, name, conversations, course, begun: 0, on_their_way: HashMap::new(), report }
    }

    /// Talks until the course is over, and listens until everything has arrived. With a window of 0, a message begins
    /// whenever it is due.
    pub(super) async fn talk(
        mut self,
        window: usize,
        mut due: mpsc::UnboundedReceiver<Instant>,
        mut phase: watch::Receiver<Phase>,
    ) -> Outcome<Report> {
        loop {
            if *phase.borrow() == Phase::Talking && self.on_their_way.len() < window && !self.conversations.is_empty() {
                while self.on_their_way.len() < window {
                    self.begin(Instant::now()).await?;
                }
                self.line.flush().await?;
            }
            tokio::select! {
                frame = self.line.next() => {
                    self.hear(frame?.as_str())?;
                    for _ in 1..AT_ONCE {
                        let Some(frame) = self.line.next_at_once() else { break };
                        self.hear(frame?.as_str())?;
                    }
                }
                Some(at) = due.recv() => {
                    self.begin(at).await?;
                    while let Ok(at) = due.try_recv() {
                        self.begin(at).await?;
                    }
                    self.line.flush().await?;
                }
                changed = phase.changed() => {
                    if changed.is_err() || *phase.borrow() == Phase::Settled {
                        return Ok(self.told());
                    }
                }
            }
        }
    }

    /// What it saw. A fault says who heard it.
    fn told(mut self) -> Report {
        let first = &mut self.report.book.faults.first;
        *first = first.take().map(|fault| format!("{} {fault}", self.name));
        self.report
    }

    async fn begin(&mut self, at: Instant) -> Outcome {
        let turn = usize::try_from(self.begun).unwrap_or(0).checked_rem(self.conversations.len()).unwrap_or(0);
        let Some(conversation) = self.conversations.get(turn).copied() else { return Ok(()) };
        self.begun += 1;
        self.course.begun.fetch_add(1, Ordering::Relaxed);
        let counts = self.course.is_measuring.load(Ordering::Relaxed);
        self.on_their_way.insert(self.begun, (conversation, at, counts));
        self.line.feed(Letter { conversation, name: &self.name, number: self.begun }).await
    }

    fn hear(&mut self, frame: &str) -> Outcome {
        let glance = Glance::at(frame);
        if glance.kind == "error" {
            return Err(Failure::new(format!("a message was refused: {frame}")));
        }
        if !glance.is_message() && !glance.is_acknowledgement() {
            return Ok(());
        }
        // An acknowledgement may be the message itself, or follow it.
        let is_new = glance.is_message() && self.report.book.note(glance.conversation, glance.seq) != Arrival::Again;
        let number = glance.reference.and_then(|key| key.rsplit('-').next()?.parse::<u64>().ok());
        match number.and_then(|number| self.on_their_way.remove(&number)) {
            Some((conversation, at, counts)) => {
                self.report.latencies.extend(counts.then(|| at.elapsed()));
                *self.report.acknowledged.entry(conversation).or_default() += 1;
                if !is_new {
                    // It came as an event before, and nobody could tell then that it was this user's own.
                    self.course.delivered.fetch_sub(1, Ordering::Relaxed);
                }
                self.course.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            None if is_new => {
                self.course.delivered.fetch_add(1, Ordering::Relaxed);
            }
            None => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::SinkExt as _;
    use tokio::net::TcpListener;
    use tokio_tungstenite::tungstenite::Message;

    use super::*;
    use crate::bench::line::{Dialect, Door};

    /// A talker at a socket of a server that only says that it is ready.
    async fn seated(course: &Arc<Course>) -> Talker {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move {
            let mut socket = tokio_tungstenite::accept_async(listener.accept().await.unwrap().0).await.unwrap();
            socket.send(Message::text(r#"{"type":"session.ready"}"#)).await.unwrap();
            socket
        });
        let line = Door { address, dialect: Dialect::Plain }.open("1", 0).await.unwrap();
        server.await.unwrap();
        Talker::new(Seat { line, name: "ann".to_owned(), conversations: vec![1] }, course)
    }

    #[tokio::test]
    async fn an_own_message_is_no_delivery_even_if_it_comes_as_an_event_first() {
        let course = Arc::new(Course::default());
        let mut ann = seated(&course).await;
        ann.on_their_way.insert(1, (1, Instant::now(), false));
        let event = r#"{"type":"message.new","data":{"conversation_id":1,"seq":1}"#;

        ann.hear(&format!("{event}}}")).unwrap();
        ann.hear(&format!("{event},\"ref\":\"ann-1\"}}")).unwrap();

        assert_eq!(course.acknowledged.load(Ordering::Relaxed), 1);
        assert_eq!(course.delivered.load(Ordering::Relaxed), 0);
        let first = ann.told().book.faults.first;
        assert_eq!(first.as_deref(), Some("ann heard again 1 of conversation 1 after 1"));
    }

    #[tokio::test]
    async fn an_own_message_that_is_acknowledged_without_being_repeated_is_heard_once_and_no_delivery() {
        let course = Arc::new(Course::default());
        let mut ann = seated(&course).await;
        ann.on_their_way.insert(1, (1, Instant::now(), false));
        let data = r#"{"type":"message.new","data":{"conversation_id":1,"seq":1}}"#;

        ann.hear(&format!(r#"{{"push":{{"channel":"1","pub":{{"data":{data}}}}}}}"#)).unwrap();
        ann.hear(r#"{"id":1,"publish":{}}"#).unwrap();

        assert_eq!(course.acknowledged.load(Ordering::Relaxed), 1);
        assert_eq!(course.delivered.load(Ordering::Relaxed), 0);
        let book = ann.told().book;
        assert_eq!((book.reached(&[(1, 1)].into()), book.faults.first), (1, None));
    }
}
