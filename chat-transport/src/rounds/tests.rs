//! Stories of large rooms, with outboxes that nobody empties and a courier that takes a step when it is told to.

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::sync::{Mutex, Weak};

use chat_core::event::{Audience, Envelope, Event, Origin};
use chat_core::ids::{MessageId, Seq, UserId};
use chat_core::log::{ChangeEntry, Changed, LogEntry};
use chat_core::message::{Content, Message, MessageState};
use chat_core::ports::EventBus;
use chat_core::registry::Scope;
use chat_core::testing::ManualClock;
use chat_core::text::Body;
use futures_util::FutureExt;
use tokio::io::DuplexStream;

use super::*;
use crate::close::CloseReason;
use crate::deliveries::Deliveries;
use crate::hub::{Arrival, Hub};
use crate::line::Line;

fn room(id: i64) -> ConversationId {
    ConversationId::new(id).expect("an id")
}

fn user(id: i64) -> UserId {
    UserId::new(id).expect("an id")
}

fn seq(number: i64) -> Seq {
    Seq::new(number).expect("a place")
}

/// Somebody's only connection, in one conversation.
struct Listener {
    connection: ConnectionId,
    outbox: Arc<Outbox>,
}

impl Listener {
    fn enter(hub: &Hub, conversation: ConversationId, person: i64, scope: Scope) -> Self {
        let nowhere = Weak::<Mutex<Line<DuplexStream>>>::new();
        let outbox = Outbox::new(user(person), scope, nowhere, 1_000_000, ManualClock::START);
        let connection = hub.add(Arrival { session: None, outbox: Arc::clone(&outbox) });
        hub.carry(connection, &[conversation]);
        hub.started(connection, &[conversation], &[(conversation, Seq::ZERO)]);
        Self { connection, outbox }
    }

    /// The places in the log that came since the last time.
    fn heard(&self) -> Vec<i64> {
        let places = self.outbox.drain().frames.into_iter().filter_map(|frame| frame.place);
        places.map(|(_, seq)| seq.get()).collect()
    }
}

/// A room of so many chunks. Its people count from the number of the room on.
fn crowd(hub: &Hub, conversation: ConversationId, chunks: usize) -> Vec<Listener> {
    let people = (conversation.get()..).take(chunks * CHUNK);
    people.map(|person| Listener::enter(hub, conversation, person, Scope::Everything)).collect()
}

fn publish(hub: &Hub, entry: LogEntry, origin: Option<ConnectionId>) {
    let audience = Audience::Conversation { id: entry.conversation(), except: None };
    let origin = origin.map(|connection| Origin { connection, reference: "r".to_owned() });
    hub.publish(Envelope { event: Arc::new(Event::Entry(entry)), audience, origin });
}

fn say(hub: &Hub, conversation: ConversationId, place: i64, speaker: &Listener) {
    let message = Message {
        id: MessageId::new(place).expect("an id"),
        conversation,
        seq: seq(place),
        sender: speaker.outbox.user,
        content: Content::said(Body::new("hello").expect("a body")),
        client_id: None,
        reply_to: None,
        created_at: ManualClock::START,
        state: MessageState::default(),
    };
    publish(hub, LogEntry::Message(message), Some(speaker.connection));
}

fn hub() -> Arc<Hub> {
    Hub::new(Arc::new(ManualClock::new()))
}

fn step(courier: &mut Pin<&mut impl Future<Output = ()>>) {
    assert!(courier.as_mut().now_or_never().is_none(), "the courier never ends");
}

#[test]
fn a_large_room_hears_a_few_at_a_time_and_whoever_speaks_hears_it_first() {
    let (hub, deliveries) = (hub(), Deliveries::default());
    let people = crowd(&hub, room(1), 3);
    let (mut courier, speaker) = (pin!(hub.make_rounds(&deliveries)), people.last().expect("a crowd"));
    say(&hub, room(1), 1, speaker);
    step(&mut courier);
    let heard = people.iter().map(|person| person.heard().len()).collect::<Vec<_>>();
    assert_eq!((heard.iter().sum::<usize>(), heard.last()), (CHUNK + 1, Some(&1)));
    for _ in 0..2 {
        step(&mut courier);
    }
    assert_eq!(people.iter().map(|person| person.heard().len()).sum::<usize>(), 2 * CHUNK - 1);
}

#[test]
fn large_rooms_take_turns() {
    let (hub, deliveries) = (hub(), Deliveries::default());
    let rooms = [room(1), room(1_000)].map(|id| (id, crowd(&hub, id, 2)));
    let mut courier = pin!(hub.make_rounds(&deliveries));
    for (id, people) in &rooms {
        say(&hub, *id, 1, &people[0]);
    }
    for _ in 0..2 {
        step(&mut courier);
    }
    let heard = rooms.map(|(_, people)| people.iter().map(|person| person.heard().len()).sum::<usize>());
    assert_eq!(heard, [CHUNK, CHUNK]);
}

#[test]
fn whoever_comes_and_goes_between_nothing_overtakes_and_nothing_comes_twice() {
    let (hub, deliveries) = (hub(), Deliveries::default());
    let mut people = crowd(&hub, room(1), 2);
    let mut courier = pin!(hub.make_rounds(&deliveries));
    say(&hub, room(1), 1, &people[0]);
    step(&mut courier);
    say(&hub, room(1), 2, &people[100]);
    let late = Listener::enter(&hub, room(1), 7_000, Scope::Everything);
    let gone = people.remove(50);
    hub.remove(gone.connection);
    say(&hub, room(1), 3, &late);
    for _ in 0..10 {
        step(&mut courier);
    }
    assert!(people.iter().all(|person| person.heard() == [1, 2, 3]));
    assert_eq!((gone.heard(), late.heard()), (vec![1, 2], vec![3]));
}

#[test]
fn a_burst_reaches_each_connection_at_once() {
    let (hub, deliveries) = (hub(), Deliveries::default());
    let people = crowd(&hub, room(1), 2);
    let mut courier = pin!(hub.make_rounds(&deliveries));
    for place in 1..=16 {
        say(&hub, room(1), place, &people[0]);
    }
    step(&mut courier);
    assert_eq!(people[1].heard(), (1..=16).collect::<Vec<_>>());
}

#[test]
fn what_a_client_got_in_another_way_does_not_come_again_with_a_round() {
    let (hub, deliveries) = (hub(), Deliveries::default());
    let people = crowd(&hub, room(1), 2);
    let (mut courier, reader) = (pin!(hub.make_rounds(&deliveries)), people.last().expect("a crowd"));
    say(&hub, room(1), 1, &people[0]);
    hub.cover(&reader.outbox, &HashMap::from([(room(1), seq(1))]));
    say(&hub, room(1), 2, &people[0]);
    for _ in 0..4 {
        step(&mut courier);
    }
    assert_eq!(reader.heard(), [2]);
}

#[test]
fn whoever_leaves_hears_everything_up_to_that_before_their_socket_ends() {
    let (hub, deliveries) = (hub(), Deliveries::default());
    let people = crowd(&hub, room(1), 2);
    let corner = Listener::enter(&hub, room(1), 7_000, Scope::Only(room(1)));
    let mut courier = pin!(hub.make_rounds(&deliveries));
    say(&hub, room(1), 1, &people[0]);
    let user = corner.outbox.user;
    let what = Changed::Left { user };
    let left = ChangeEntry { conversation: room(1), seq: seq(2), by: user, at: ManualClock::START, what };
    publish(&hub, LogEntry::Change(left), None);
    for _ in 0..8 {
        step(&mut courier);
    }
    let drained = corner.outbox.drain();
    assert_eq!((drained.frames.len(), drained.close), (2, Some(CloseReason::NotAMember)));
}
