//! What waits for one connection: a queue bounded by bytes, and the signals that its session acts on.
//!
//! Pushing never blocks and never fails. A reader that is too slow first loses what is ephemeral; then its whole queue is
//! replaced by one `resync` frame, after which nothing is queued until that frame was taken. So a queue never holds more
//! than its limit, and a hole is always announced.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::registry::Scope;
use chat_core::time::Timestamp;
use tokio::sync::Notify;

use crate::close::CloseReason;
use crate::frame::Frame;
use crate::socket::Shortcut;
use crate::wire::{ResyncReason, ServerFrame, encode};

/// One connection as the rest of the house sees it.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// Whose connection it is.
    pub(crate) user: UserId,
    /// What it carries.
    pub(crate) scope: Scope,
    shortcut: Shortcut,
    // A plain mutex: it is held for a push or a swap and never across an await.
    queue: Mutex<Queue>,
    wake: Notify,
    /// Apart from `wake`, because it interrupts a write that is stuck.
    ending: Notify,
    limit: usize,
    heard_at: AtomicI64,
    expires_at: AtomicI64,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Arc<Frame>>,
    bytes: usize,
    /// The queue holds nothing but a `resync` that was not taken yet.
    overflowed: bool,
    /// Where the client got entries in another way before their hints came: up to here they do not go out again.
    covered: BTreeMap<ConversationId, Seq>,
    ping: bool,
    warned: bool,
    close: Option<CloseReason>,
}

/// What a session finds when it looks.
#[derive(Debug, Default)]
pub(crate) struct Drained {
    pub(crate) frames: VecDeque<Arc<Frame>>,
    pub(crate) close: Option<CloseReason>,
}

/// No expiry.
const NEVER: i64 = i64::MAX;

impl Outbox {
    pub(crate) fn new(user: UserId, scope: Scope, shortcut: Shortcut, limit: usize, now: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            user,
            scope,
            shortcut,
            queue: Mutex::default(),
            wake: Notify::new(),
            ending: Notify::new(),
            limit,
            heard_at: AtomicI64::new(now.micros()),
            expires_at: AtomicI64::new(NEVER),
        })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a frame.
    pub(crate) fn push(&self, frame: Arc<Frame>) {
        {
            let mut queue = self.queue();
            if queue.overflowed || queue.is_closed_to(&frame) || queue.has_covered(&frame) {
                return;
            }
            let is_too_much = queue.bytes + frame.weight() > self.limit;
            if is_too_much && frame.is_ephemeral {
                return;
            }
            queue.bytes += frame.weight();
            queue.frames.push_back(frame);
            if is_too_much {
                queue.shed(self.limit);
            }
        }
        self.wake.notify_one();
    }

    /// Writes frames right away where nothing is before them and the session has nothing in hand, and queues them otherwise.
    /// True if they are written.
    pub(crate) fn write(&self, frames: &[Arc<Frame>]) -> bool {
        let line = self.shortcut.upgrade();
        let pen = line.as_ref().and_then(|line| line.try_lock().ok()).filter(|pen| pen.is_free());
        let Some(mut pen) = pen.filter(|_| self.is_open_to(frames)) else {
            frames.iter().for_each(|frame| self.push(Arc::clone(frame)));
            return false;
        };
        // Whoever queues something now has it written later: the session takes it with the pen in its hand.
        let written = pen.write(frames.iter().cloned().collect());
        drop(pen);
        if !matches!(written, Poll::Ready(Ok(()))) {
            self.wake.notify_one();
        }
        matches!(written, Poll::Ready(Ok(())))
    }

    /// Whether these frames would be the only ones that wait, and all of them.
    fn is_open_to(&self, frames: &[Arc<Frame>]) -> bool {
        let mut queue = self.queue();
        let has_room = frames.iter().map(|frame| frame.weight()).sum::<usize>() <= self.limit;
        let mut are_wanted = frames.iter().all(|frame| !queue.is_closed_to(frame) && !queue.has_covered(frame));
        are_wanted &= !queue.ping && queue.frames.is_empty();
        has_room && are_wanted
    }

    /// Asks the session to close. The first reason counts.
    pub(crate) fn close(&self, reason: CloseReason) {
        self.queue().close.get_or_insert(reason);
        self.wake.notify_one();
        self.ending.notify_one();
    }

    /// Asks the session to ping its client.
    pub(crate) fn ping(&self) {
        self.queue().ping = true;
        self.wake.notify_one();
    }

    /// Waits until there may be something to take.
    pub(crate) async fn ready(&self) {
        self.wake.notified().await;
    }

    /// Waits until the session is asked to close, and says why.
    pub(crate) async fn ending(&self) -> CloseReason {
        loop {
            if let Some(reason) = self.queue().close {
                return reason;
            }
            self.ending.notified().await;
        }
    }

    /// Takes everything.
    pub(crate) fn drain(&self) -> Drained {
        let mut queue = self.queue();
        queue.bytes = 0;
        queue.overflowed = false;
        let mut frames = std::mem::take(&mut queue.frames);
        if std::mem::take(&mut queue.ping) {
            frames.push_back(Frame::ping());
        }
        Drained { frames, close: queue.close }
    }

    /// Takes out the entries that the client just got in another way, each conversation's up to a seq. Where their hints are not
    /// all here yet, the late ones will be passed over. Answers never are, because somebody waits for them.
    pub(crate) fn cover(&self, covered: &HashMap<ConversationId, Seq>, late: BTreeMap<ConversationId, Seq>) {
        let mut queue = self.queue();
        let is_covered = |frame: &Frame| {
            let place = frame.place.filter(|_| !frame.is_answer);
            place.is_some_and(|(conversation, seq)| covered.get(&conversation).is_some_and(|end| seq <= *end))
        };
        queue.frames.retain(|frame| !is_covered(frame));
        queue.bytes = queue.frames.iter().map(|frame| frame.weight()).sum();
        queue.covered.extend(late);
    }

    /// Notes that the client was heard.
    pub(crate) fn heard(&self, now: Timestamp) {
        self.heard_at.store(now.micros(), Ordering::Relaxed);
    }

    /// When the client was last heard.
    pub(crate) fn heard_at(&self) -> Timestamp {
        Timestamp::from_micros(self.heard_at.load(Ordering::Relaxed))
    }

    /// Notes until when the proof of identity holds; none if it does not end.
    pub(crate) fn expire_at(&self, at: Option<Timestamp>) {
        self.expires_at.store(at.map_or(NEVER, Timestamp::micros), Ordering::Relaxed);
        self.queue().warned = false;
    }

    /// Until when the proof of identity holds.
    pub(crate) fn expires_at(&self) -> Timestamp {
        Timestamp::from_micros(self.expires_at.load(Ordering::Relaxed))
    }

    /// True the first time that it is asked after a new expiry was set.
    pub(crate) fn warn_once(&self) -> bool {
        !std::mem::replace(&mut self.queue().warned, true)
    }
}

impl Queue {
    /// Whether the socket ends before this frame. A server that goes away still acknowledges what it has stored.
    fn is_closed_to(&self, frame: &Frame) -> bool {
        match self.close {
            Some(CloseReason::GoingAway { .. }) => !frame.is_answer,
            Some(_) => true,
            None => false,
        }
    }

    /// Whether the client got this entry in another way. Entries come in order, so the first one beyond ends the question.
    fn has_covered(&mut self, frame: &Frame) -> bool {
        let Some((conversation, seq)) = frame.place.filter(|_| !frame.is_answer) else { return false };
        match self.covered.get(&conversation) {
            Some(covered) if seq <= *covered => true,
            Some(_) => {
                self.covered.remove(&conversation);
                false
            }
            None => false,
        }
    }

    /// Makes room: what is ephemeral goes first, and if that is not enough, everything, with a note that says so.
    fn shed(&mut self, limit: usize) {
        self.frames.retain(|frame| !frame.is_ephemeral);
        self.bytes = self.frames.iter().map(|frame| frame.weight()).sum();
        if self.bytes <= limit {
            return;
        }
        let note = ServerFrame::Resync { conversation_id: None, reason: ResyncReason::SlowReader };
        let note = Frame::note(&encode(&note));
        self.bytes = note.weight();
        self.frames = VecDeque::from([note]);
        self.overflowed = true;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use super::*;
    use crate::guard::Guarded;
    use crate::line::Line;
    use crate::settings::SocketSettings;
    use crate::socket::Socket;
    use tokio::io::DuplexStream;

    fn nowhere() -> Shortcut {
        Weak::<Mutex<Line<DuplexStream>>>::new()
    }

    fn outbox() -> Arc<Outbox> {
        Outbox::new(UserId::new(1).expect("an id"), Scope::Everything, nowhere(), 100, Timestamp::default())
    }

    fn frame(text: &str, is_ephemeral: bool, place: Option<(i64, i64)>) -> Arc<Frame> {
        let place = place.and_then(|(conversation, seq)| Some((ConversationId::new(conversation)?, Seq::new(seq)?)));
        let note = Arc::into_inner(Frame::note(text)).expect("the only one");
        Arc::new(Frame { place, is_ephemeral, ..note })
    }

    fn texts(outbox: &Outbox) -> Vec<String> {
        outbox.drain().frames.iter().map(|frame| frame.text().to_owned()).collect()
    }

    #[test]
    fn a_slow_reader_first_loses_what_is_ephemeral() {
        let outbox = outbox();
        outbox.push(frame(&"m".repeat(60), false, None));
        outbox.push(frame(&"t".repeat(30), true, None));
        outbox.push(frame(&"n".repeat(30), false, None));
        assert_eq!(texts(&outbox), ["m".repeat(60), "n".repeat(30)]);
    }

    #[test]
    fn then_its_queue_becomes_one_note_and_stays_that_until_it_was_taken() {
        let outbox = outbox();
        for _ in 0..50 {
            outbox.push(frame(&"m".repeat(60), false, None));
        }
        assert_eq!(texts(&outbox), [r#"{"type":"resync","data":{"reason":"slow_reader"}}"#]);
        outbox.push(frame("next", false, None));
        assert_eq!(texts(&outbox), ["next"]);
    }

    #[tokio::test]
    async fn nothing_is_written_past_what_waits() {
        let (near, _far) = tokio::io::duplex(1_000);
        let socket = Socket::new(Guarded::new(near, 1), Arc::new(SocketSettings::default().websocket()));
        let user = UserId::new(1).expect("an id");
        let outbox = Outbox::new(user, Scope::Everything, socket.shortcut(), 100, Timestamp::default());
        assert!(outbox.write(&[frame("1", false, None)]), "nothing is before it");
        outbox.push(frame("2", false, None));
        assert!(!outbox.write(&[frame("3", false, None)]));
        assert_eq!(texts(&outbox), ["2", "3"]);
    }

    /// The first conversation up to its fifth entry.
    fn five<C: FromIterator<(ConversationId, Seq)>>() -> C {
        ConversationId::new(1).into_iter().zip(Seq::new(5)).collect()
    }

    #[test]
    fn what_came_another_way_is_taken_out_and_the_rest_keeps_its_order() {
        let outbox = outbox();
        for (conversation, seq) in [(1, 4), (2, 9), (1, 5), (1, 6)] {
            outbox.push(frame(&format!("{conversation}:{seq}"), false, Some((conversation, seq))));
        }
        outbox.cover(&five(), BTreeMap::new());
        assert_eq!(texts(&outbox), ["2:9", "1:6"]);
    }

    #[test]
    fn a_late_hint_of_what_came_another_way_is_passed_over_once() {
        let outbox = outbox();
        outbox.cover(&five(), five());
        for number in [5, 6] {
            outbox.push(frame(&number.to_string(), false, Some((1, number))));
        }
        assert_eq!(texts(&outbox), ["6"]);
        assert!(outbox.queue().covered.is_empty(), "the question is settled");
    }

    #[test]
    fn an_answer_goes_out_even_where_its_entry_is_known() {
        let outbox = outbox();
        let entry = frame(r#"{"n":5}"#, false, Some((1, 5)));
        outbox.push(entry.answering("a"));
        outbox.cover(&five(), five());
        outbox.push(entry.answering("b"));
        assert_eq!(texts(&outbox), [r#"{"n":5,"ref":"a"}"#, r#"{"n":5,"ref":"b"}"#]);
    }

    #[test]
    fn whatever_comes_and_goes_the_queue_never_holds_more_than_its_limit() {
        let outbox = outbox();
        let mut chance: u32 = 1;
        for number in 0..10_000 {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let dice = chance >> 16;
            let place = (dice.is_multiple_of(3)).then_some((1, number));
            outbox.push(frame(&"x".repeat(dice as usize % 70), dice.is_multiple_of(5), place));
            if dice.is_multiple_of(11) {
                outbox.cover(&five(), BTreeMap::new());
            }
            let queue = outbox.queue();
            assert_eq!(queue.bytes, queue.frames.iter().map(|frame| frame.weight()).sum::<usize>());
            assert!(queue.bytes <= outbox.limit, "{} bytes", queue.bytes);
            drop(queue);
            if dice.is_multiple_of(7) {
                outbox.drain();
            }
        }
    }

    #[test]
    fn the_first_reason_to_close_counts_and_nothing_is_queued_after_it() {
        let outbox = outbox();
        outbox.close(CloseReason::SessionEnded);
        outbox.close(CloseReason::Silent);
        outbox.push(frame("late", false, None));
        let drained = outbox.drain();
        assert_eq!((drained.close, drained.frames.len()), (Some(CloseReason::SessionEnded), 0));
    }
}
