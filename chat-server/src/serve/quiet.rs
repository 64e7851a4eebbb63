//! Connections that nobody is being answered on: whoever comes when every place is taken gets the place of the one that has
//! been quiet longest. So thousands of silent connections keep nobody out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// For how long every connection may be quiet, however many others want its place: the first request of an honest one is
/// still on its way.
const UNDISTURBED: Duration = Duration::from_millis(250);

/// The quiet connections, the one that has been quiet longest first.
#[derive(Debug, Default)]
pub(super) struct Quiet(Mutex<Line>);

#[derive(Debug, Default)]
struct Line {
    next: u64,
    waiting: BTreeMap<u64, (Instant, Arc<Notify>)>,
}

impl Quiet {
    /// Asks the connection that has been quiet longest to give up its place. False if none has been quiet for long enough.
    pub(super) fn evict_one(&self) -> bool {
        let mut line = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(longest) = line.waiting.first_entry() else { return false };
        if longest.get().0.elapsed() < UNDISTURBED {
            return false;
        }
        let (_, evicted) = longest.remove();
        evicted.notify_one();
        true
    }

    fn enter(&self, evicted: Arc<Notify>) -> u64 {
        let mut line = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        line.next += 1;
        let ticket = line.next;
        line.waiting.insert(ticket, (Instant::now(), evicted));
        ticket
    }

    fn leave(&self, ticket: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&ticket);
    }
}

/// One connection: quiet, or being answered.
#[derive(Debug)]
pub(super) struct Attendance {
    quiet: Arc<Quiet>,
    evicted: Arc<Notify>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    ticket: Option<u64>,
    served: u64,
}

impl Attendance {
    /// A new connection, which is quiet.
    pub(super) fn new(quiet: Arc<Quiet>) -> Arc<Self> {
        let evicted = Arc::new(Notify::new());
        let ticket = Some(quiet.enter(Arc::clone(&evicted)));
        Arc::new(Self { quiet, evicted, state: Mutex::new(State { ticket, served: 0 }) })
    }

    /// A request came: nobody takes its place until the guard is dropped.
    pub(super) fn request(self: &Arc<Self>) -> Answering {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.served += 1;
        if let Some(ticket) = state.ticket.take() {
            self.quiet.leave(ticket);
        }
        Answering(Arc::clone(self))
    }

    /// Whether any request ever came.
    pub(super) fn has_spoken(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).served > 0
    }

    /// Completes when the place is wanted by somebody else.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(ticket) = state.ticket.take() {
            self.quiet.leave(ticket);
        }
    }
}

/// A request is being answered.
#[derive(Debug)]
pub(super) struct Answering(Arc<Attendance>);

impl Drop for Answering {
    fn drop(&mut self) {
        let ticket = self.0.quiet.enter(Arc::clone(&self.0.evicted));
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).ticket = Some(ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(quiet: &Arc<Quiet>) -> Arc<Attendance> {
        Attendance::new(Arc::clone(quiet))
    }

    async fn is_evicted(connection: &Attendance) -> bool {
        tokio::time::timeout(Duration::ZERO, connection.evicted()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn the_one_that_has_been_quiet_longest_gives_up_its_place() {
        let quiet = Arc::new(Quiet::default());
        let (first, second) = (connection(&quiet), connection(&quiet));
        drop(first.request());
        tokio::time::advance(UNDISTURBED).await;
        assert!(quiet.evict_one());
        assert!(is_evicted(&second).await && !is_evicted(&first).await);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_being_answered_keeps_the_place() {
        let quiet = Arc::new(Quiet::default());
        let connection = connection(&quiet);
        let answering = connection.request();
        tokio::time::advance(UNDISTURBED).await;
        assert!(!quiet.evict_one());
        drop(answering);
        tokio::time::advance(UNDISTURBED).await;
        assert!(quiet.evict_one());
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_connection_has_time_to_say_something() {
        let quiet = Arc::new(Quiet::default());
        let _connection = connection(&quiet);
        assert!(!quiet.evict_one());
        tokio::time::advance(UNDISTURBED).await;
        assert!(quiet.evict_one());
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_ended_is_not_in_the_line_any_more() {
        let quiet = Arc::new(Quiet::default());
        drop(connection(&quiet));
        tokio::time::advance(UNDISTURBED).await;
        assert!(!quiet.evict_one());
    }
}
