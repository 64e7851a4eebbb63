//! The hub: where an event meets the connections of this node.
//!
//! It owns the connection registry and the sequencer. An entry of a log goes through its lane, so that every connection sees
//! every conversation in order and without a hole, in whatever order the tasks that committed get to publish.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_core::event::{Audience, Envelope, Event, Origin};
use chat_core::ids::{ConnectionId, ConversationId, Seq, SessionId, UserId};
use chat_core::log::{ChangeEntry, Changed, LogEntry, UserNotice};
use chat_core::ports::{Clock, EventBus};
use chat_core::registry::{Carriers, Registry};
use chat_core::sequencer::Sequencer;
use chat_core::time::Timestamp;

use crate::close::CloseReason;
use crate::deliveries::Deliveries;
use crate::frame::{Frame, Outgoing};
use crate::outbox::Outbox;
use crate::rounds::{CHUNK, Rounds};

/// Connects events with connections.
#[expect(missing_debug_implementations, reason = "the clock is a trait object without a text form")]
pub struct Hub {
    // A plain mutex: it is held while frames are pushed into queues, and never across an await.
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, Default)]
struct State {
    registry: Registry<Arc<Outbox>>,
    lanes: Sequencer<Outgoing>,
    rounds: Rounds,
}

/// A connection to be added.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) session: Option<SessionId>,
    pub(crate) outbox: Arc<Outbox>,
}

impl EventBus for Hub {
    fn publish(&self, envelope: Envelope) {
        if let Event::SessionEnded(session) = *envelope.event {
            self.state().close_session(session);
            return;
        }
        if let Event::Sanctioned { user, is_for_good } = *envelope.event {
            self.state().close_user(user, if is_for_good { CloseReason::Banned } else { CloseReason::Suspended });
            return;
        }
        if !self.is_heard(&envelope) {
            return;
        }
        // Encoding happens before the lock is taken, once for all.
        if let Some(frame) = Frame::of(&envelope.event) {
            self.accept(Outgoing { envelope, frame });
        }
    }
}

impl Hub {
    /// A hub without connections.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), clock })
    }

    /// How many connections there are.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.state().registry.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody here would get what is not in any log. It is not even encoded where nobody is.
    fn is_heard(&self, envelope: &Envelope) -> bool {
        let Audience::Users { users, about } = &envelope.audience else { return true };
        if envelope.origin.is_some()
            || !matches!(
                *envelope.event,
                Event::Presence(_)
                    | Event::Profile(_)
                    | Event::Receipt(_)
                    | Event::Tally(_)
                    | Event::Settings { .. }
                    | Event::Draft { .. }
            )
        {
            return true;
        }
        let state = self.state();
        users.iter().any(|user| state.registry.of_user(*user, *about).next().is_some())
    }

    fn accept(&self, outgoing: Outgoing) {
        let now = self.clock.now();
        let mut state = self.state();
        let Event::Entry(entry) = outgoing.envelope.event.as_ref() else {
            state.deliver(outgoing);
            return;
        };
        let (conversation, seq) = (entry.conversation(), entry.seq());
        if !state.lanes.wants(conversation, seq) {
            // Nobody here carries it, or the store was faster than the hint; only its own author may wait for the answer.
            state.answer_origin(&outgoing.frame, outgoing.envelope.origin.as_ref());
            state.came_late(entry);
            return;
        }
        for ready in state.lanes.offer(conversation, seq, outgoing, now) {
            state.deliver(ready);
        }
    }

    /// Adds a connection. From now on it gets what is published to its user.
    pub(crate) fn add(&self, arrival: Arrival) -> ConnectionId {
        let Arrival { session, outbox } = arrival;
        self.state().registry.add(outbox.user, session, outbox.scope, Vec::new(), &outbox)
    }

    /// Lets a connection carry these conversations. Their lanes run from the heads that [`started`](Self::started) tells.
    pub(crate) fn carry(&self, connection: ConnectionId, conversations: &[ConversationId]) {
        let mut state = self.state();
        state.registry.carry(connection, conversations);
        for conversation in conversations {
            if state.registry.is_carried(*conversation) {
                state.lanes.open(*conversation);
            }
        }
    }

    /// Tells the heads that were read after a connection took these conversations up. What is not among the heads was left in
    /// between, and is put down. Returns where each lane really stands: at the head or beyond. Whatever a connection gets live
    /// follows that.
    pub(crate) fn started(
        &self,
        connection: ConnectionId,
        carried: &[ConversationId],
        heads: &[(ConversationId, Seq)],
    ) -> HashMap<ConversationId, Seq> {
        let now = self.clock.now();
        let mut state = self.state();
        let mut positions = HashMap::with_capacity(heads.len());
        for (conversation, head) in heads {
            let (position, ready) = state.lanes.start(*conversation, *head, now);
            for outgoing in ready {
                state.deliver(outgoing);
            }
            positions.insert(*conversation, position.max(*head));
        }
        for left in carried.iter().filter(|conversation| !positions.contains_key(conversation)) {
            if state.registry.put_down(connection, *left) {
                state.lanes.close(*left);
            }
        }
        positions
    }

    /// Brings what many are to hear to a few of them at a time, for ever.
    pub(crate) async fn make_rounds(&self, deliveries: &Deliveries) {
        let more = self.state().rounds.more();
        loop {
            let round = self.state().rounds.take();
            let Some(mut round) = round else {
                more.notified().await;
                continue;
            };
            round.step(deliveries);
            self.state().rounds.give_back(round);
            tokio::task::yield_now().await;
        }
    }

    /// A client got these entries in another way, each conversation's up to a seq: what waits for it of them is taken out, and
    /// what has not reached its outbox yet will not come again.
    pub(crate) fn cover(&self, outbox: &Outbox, covered: &HashMap<ConversationId, Seq>) {
        let state = self.state();
        let is_late = |conversation, end| {
            let position = state.lanes.position(conversation);
            state.rounds.is_under_way(conversation) || position.is_none_or(|position| position < end)
        };
        let late = covered.iter().filter(|(conversation, end)| is_late(**conversation, **end));
        outbox.cover(covered, late.map(|(conversation, end)| (*conversation, *end)).collect());
    }

    /// Removes a connection, and the lanes that nobody needs any more.
    pub(crate) fn remove(&self, connection: ConnectionId) {
        let mut state = self.state();
        for conversation in state.registry.remove(connection) {
            state.lanes.close(conversation);
        }
    }

    /// Holes in lanes that did not close by themselves: the last seq before each, and the last one in it.
    pub(crate) fn stuck(&self, patience_micros: i64) -> Vec<(ConversationId, Seq, Seq)> {
        self.state().lanes.stuck(self.clock.now(), patience_micros)
    }

    /// Every lane, for comparing with the store.
    pub(crate) fn positions(&self) -> HashMap<ConversationId, Seq> {
        self.state().lanes.positions().collect()
    }

    /// The sessions that have connections, each once.
    pub(crate) fn sessions(&self) -> BTreeSet<SessionId> {
        self.state().registry.sessions().collect()
    }

    /// Where one lane stands; none if nobody carries its conversation.
    pub(crate) fn position(&self, conversation: ConversationId) -> Option<Seq> {
        self.state().lanes.position(conversation)
    }

    /// How many connections a user has.
    pub(crate) fn connections_of(&self, user: UserId) -> usize {
        self.state().registry.of_user(user, None).count()
    }

    /// Does something with every connection.
    pub(crate) fn each(&self, mut act: impl FnMut(ConnectionId, &Outbox)) {
        for (connection, outbox) in self.state().registry.all() {
            act(connection, outbox);
        }
    }
}

impl State {
    /// Those who carry a conversation when its entry passes its lane are those who hear it, however long that takes.
    fn deliver(&mut self, outgoing: Outgoing) {
        let event = Arc::clone(&outgoing.envelope.event);
        self.admit(&event);
        let mut answered = false;
        match &outgoing.envelope.audience {
            Audience::Conversation { id, .. } | Audience::ConversationBut { id, .. } => {
                if let Some(carriers) = self.registry.carrying(*id) {
                    if carriers.len() > CHUNK || self.rounds.is_under_way(*id) {
                        self.make_a_round(*id, &Arc::clone(carriers), outgoing);
                        return self.follow(&event);
                    }
                    for (connection, outbox) in carriers.iter() {
                        answered |= outgoing.reach(*connection, outbox);
                    }
                }
            }
            Audience::Users { users, about } => {
                for (connection, outbox) in users.iter().flat_map(|user| self.registry.of_user(*user, *about)) {
                    answered |= outgoing.reach(connection, outbox);
                }
            }
            Audience::Session(session) => {
                for (connection, outbox) in self.registry.of_session(*session) {
                    answered |= outgoing.reach(connection, outbox);
                }
            }
        }
        if !answered {
            self.answer_origin(&outgoing.frame, outgoing.envelope.origin.as_ref());
        }
        self.follow(&event);
    }

    /// Whoever said it hears it before the others, on every device: nothing that follows from it is to come earlier.
    fn make_a_round(&mut self, conversation: ConversationId, carriers: &Carriers<Arc<Outbox>>, outgoing: Outgoing) {
        let is_carrier = |connection| carriers.binary_search_by_key(&connection, |(at, _)| *at).is_ok();
        let origin = outgoing.envelope.origin.as_ref();
        let asker = origin.and_then(|origin| Some((origin.connection, self.registry.get(origin.connection)?)));
        if asker.is_some_and(|(connection, outbox)| !is_carrier(connection) || !outgoing.is_for(outbox)) {
            self.answer_origin(&outgoing.frame, origin);
        }
        let speaker = outgoing.frame.author.or(asker.map(|(_, outbox)| outbox.user));
        let theirs = speaker.into_iter().flat_map(|user| self.registry.of_user(user, Some(conversation)));
        let first = theirs.filter(|(connection, _)| is_carrier(*connection));
        let first = first.map(|(connection, outbox)| (connection, Arc::clone(outbox)));
        self.rounds.add(conversation, carriers, first, outgoing);
    }

    /// Gives the one who caused an event its answer, even if it is not in the audience.
    fn answer_origin(&self, frame: &Frame, origin: Option<&Origin>) {
        let Some(origin) = origin else { return };
        if let Some(outbox) = self.registry.get(origin.connection) {
            outbox.push(frame.answering(&origin.reference));
        }
    }

    /// Keeps who carries what in step with who is in what.
    fn follow(&mut self, event: &Event) {
        match event {
            Event::UserEntry(entry) => {
                if let UserNotice::ConversationAdded { conversation, head, .. } = entry.notice {
                    self.expect(entry.user, conversation, head, entry.at);
                }
            }
            Event::Entry(LogEntry::Change(ChangeEntry { what: Changed::Left { user }, conversation, .. })) => {
                if self.registry.leave(*user, *conversation) {
                    self.lanes.close(*conversation);
                }
            }
            Event::Entry(_)
            | Event::Receipt(_)
            | Event::Tally(_)
            | Event::Presence(_)
            | Event::Profile(_)
            | Event::Settings { .. }
            | Event::Draft { .. }
            | Event::Typing { .. }
            | Event::SessionEnded(_)
            | Event::Sanctioned { .. } => {}
        }
    }

    /// Somebody is in a conversation now whose log stood at `head` before. What was said until then is not for them, so where
    /// something was they join as their own coming passes through the lane, and only the lane is made sure of here.
    fn expect(&mut self, user: UserId, conversation: ConversationId, head: Seq, now: Timestamp) {
        let is_here = self.registry.of_user(user, Some(conversation)).next().is_some();
        if is_here && self.lanes.open(conversation) {
            // Nobody here carried it before: everything after that is to come.
            self.lanes.start(conversation, head, now);
        }
        if head == Seq::ZERO {
            self.registry.join(user, conversation);
        }
    }

    /// Somebody's coming was told after the lane had passed its place, so what they missed live is not known. Their sockets
    /// begin anew, which reads it.
    fn came_late(&self, entry: &LogEntry) {
        let LogEntry::Change(ChangeEntry { what: Changed::Joined { user, .. }, conversation, .. }) = entry else {
            return;
        };
        for (connection, outbox) in self.registry.of_user(*user, None) {
            if !self.registry.carries(connection, *conversation) {
                outbox.close(CloseReason::OutOfStep);
            }
        }
    }

    /// Lets somebody whose coming passes hear it, and everything after it.
    fn admit(&mut self, event: &Event) {
        if let Event::Entry(LogEntry::Change(ChangeEntry {
            what: Changed::Joined { user, .. }, conversation, ..
        })) = event
        {
            self.registry.join(*user, *conversation);
        }
    }

    fn close_user(&self, user: UserId, reason: CloseReason) {
        // Those of one conversation too, whichever it is.
        for (_, outbox) in self.registry.all().filter(|(_, outbox)| outbox.user == user) {
            outbox.close(reason);
        }
    }

    fn close_session(&self, session: SessionId) {
        for (_, outbox) in self.registry.of_session(session) {
            outbox.close(CloseReason::SessionEnded);
        }
    }
}
