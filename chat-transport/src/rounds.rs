//! Rounds: what very many connections are to hear reaches a few of them at a time, so that nobody else has to wait until all
//! of them have heard it.
//!
//! A round is what was said in one conversation to those who carried it at that moment. The rounds of one conversation follow
//! each other, so nothing overtakes anything; those of several take turns. What is said while a round has not begun joins it,
//! so that a burst reaches every connection at once.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use chat_core::ids::{ConnectionId, ConversationId};
use chat_core::registry::Carriers;
use tokio::sync::Notify;

use crate::deliveries::Deliveries;
use crate::frame::Outgoing;
use crate::outbox::Outbox;

/// How many connections hear something before others have their turn. Writing to them takes a fraction of a millisecond.
pub(crate) const CHUNK: usize = 64;

/// What is still to be heard, conversation by conversation.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    /// A conversation stays here until its last round is over, also while the courier has its first one in hand.
    under_way: HashMap<ConversationId, VecDeque<Round>>,
    turns: VecDeque<ConversationId>,
    more: Arc<Notify>,
}

/// What some connections are to hear.
#[derive(Debug)]
pub(crate) struct Round {
    conversation: ConversationId,
    said: Vec<Outgoing>,
    /// Whoever waits for an answer, and their other connections, before everybody else.
    first: BTreeMap<ConnectionId, Arc<Outbox>>,
    carriers: Carriers<Arc<Outbox>>,
    /// How many of the carriers have had their turn.
    heard: usize,
}

impl Rounds {
    /// Whether something is still to be heard in a conversation.
    pub(crate) fn is_under_way(&self, conversation: ConversationId) -> bool {
        self.under_way.contains_key(&conversation)
    }

    /// Lets everybody hear something, those given first.
    pub(crate) fn add(
        &mut self,
        conversation: ConversationId,
        carriers: &Carriers<Arc<Outbox>>,
        first: impl Iterator<Item = (ConnectionId, Arc<Outbox>)>,
        outgoing: Outgoing,
    ) {
        if !self.is_under_way(conversation) {
            self.turns.push_back(conversation);
            self.more.notify_one();
        }
        let rounds = self.under_way.entry(conversation).or_default();
        match rounds.back_mut().filter(|last| last.heard == 0 && Arc::ptr_eq(&last.carriers, carriers)) {
            Some(last) => {
                last.said.push(outgoing);
                last.first.extend(first);
            }
            None => {
                let (said, first, carriers) = (vec![outgoing], first.collect(), Arc::clone(carriers));
                rounds.push_back(Round { conversation, said, first, carriers, heard: 0 });
            }
        }
    }

    /// Is told when there is something to do.
    pub(crate) fn more(&self) -> Arc<Notify> {
        Arc::clone(&self.more)
    }

    /// The round whose turn it is.
    pub(crate) fn take(&mut self) -> Option<Round> {
        let conversation = self.turns.pop_front()?;
        self.under_way.get_mut(&conversation)?.pop_front()
    }

    /// A round had its turn.
    pub(crate) fn give_back(&mut self, round: Round) {
        let conversation = round.conversation;
        let Some(rounds) = self.under_way.get_mut(&conversation) else { return };
        if !round.is_over() {
            rounds.push_front(round);
        }
        if rounds.is_empty() {
            self.under_way.remove(&conversation);
        } else {
            self.turns.push_back(conversation);
        }
    }
}

impl Round {
    /// Lets the next few hear what was said. What is written to them at once is noted as delivered.
    pub(crate) fn step(&mut self, deliveries: &Deliveries) {
        if self.heard == 0 {
            for (connection, outbox) in &self.first {
                self.tell(*connection, outbox);
            }
        }
        let frames: Vec<_> = self.said.iter().map(|outgoing| Arc::clone(&outgoing.frame)).collect();
        let last = frames.iter().rev().find(|frame| frame.author.is_some()).and_then(|frame| frame.place);
        let next = self.carriers.iter().skip(self.heard).take(CHUNK);
        for (connection, outbox) in next.filter(|(connection, _)| !self.first.contains_key(connection)) {
            if !self.said.iter().all(|outgoing| outgoing.is_plain_to(outbox)) {
                self.tell(*connection, outbox);
            } else if outbox.write(&frames)
                && let Some((conversation, seq)) = last
            {
                deliveries.note(conversation, outbox.user, seq);
            }
        }
        self.heard += CHUNK;
    }

    fn tell(&self, connection: ConnectionId, outbox: &Outbox) {
        for outgoing in &self.said {
            outgoing.reach(connection, outbox);
        }
    }

    fn is_over(&self) -> bool {
        self.heard >= self.carriers.len()
    }
}

#[cfg(test)]
mod tests;
