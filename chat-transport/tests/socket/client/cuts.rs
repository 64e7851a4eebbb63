//! Connections that break at random points, over and over: nothing is lost, nothing comes twice, nothing is stored twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chat_core::ids::{ConversationId, Seq};
use chat_core::log::LogEntry;
use chat_core::message::{Content, Message};
use chat_core::page::PageSize;
use chat_transport::client::{Client, Notice};
use tokio::task::JoinSet;

use super::street::Street;
use super::{Teller, settings};
use crate::harness::House;

const SENDERS: usize = 4;
const EACH: usize = 30;

/// Lets several tasks send through one client, and returns what each body was stored as.
async fn send_all(client: &Client, room: ConversationId, who: &str) -> BTreeMap<String, i64> {
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let (client, who) = (client.clone(), who.to_owned());
        senders.spawn(async move {
            let mut stored = Vec::new();
            for number in 0..EACH {
                let body = format!("{who}.{sender}.{number}");
                let message = client.send(room.get(), body.clone()).await.expect("stored");
                assert_eq!(message.body, body);
                stored.push((body, message.seq));
            }
            stored
        });
    }
    senders.join_all().await.into_iter().flatten().collect()
}

/// Reads until so many messages were seen, which must come once and in order. The reader is given back, because a client
/// whose notices nobody waits for ends, and with it what it still sends.
async fn read_all(mut teller: Teller, count: usize) -> (BTreeMap<String, i64>, Teller) {
    let (mut last, mut seen) = (0, BTreeMap::new());
    while seen.len() < count {
        match teller.news().await {
            Notice::Event(chat_transport::wire::EventView::MessageNew(message)) => {
                assert_eq!(message.seq, last + 1, "neither a gap nor a double");
                last = message.seq;
                seen.insert(message.body, message.seq);
            }
            Notice::Event(_) => {}
            other => panic!("an event, not {other:?}"),
        }
    }
    (seen, teller)
}

/// What the store holds, with how often it holds it.
async fn log(house: &House, room: ConversationId) -> BTreeMap<String, Vec<i64>> {
    let (mut log, mut after) = (BTreeMap::<String, Vec<i64>>::new(), Seq::ZERO);
    loop {
        let changes = house.chat.log_after(room, after, PageSize::MAX).await.expect("a log");
        let Some(last) = changes.items.last().map(LogEntry::seq) else { return log };
        after = last;
        for entry in changes.items {
            if let LogEntry::Message(Message { seq, content: Content::Said { body, .. }, .. }) = entry {
                log.entry(body.into_string()).or_default().push(seq.get());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_everything_is_stored_once_and_seen_once_in_order() {
    for seed in 1..=4 {
        let house = Arc::new(House::new());
        let [ann, bob] = house.people(["ann", "bob"]).await;
        let room = house.direct(&ann, &bob).await;
        let street = Street::new(&house, 80, seed).await;
        let begin = |token: &str, device: &str| Teller::start(settings(&street.address, token, device));
        let (mut first, mut second) = (begin(&ann.token, "ann"), begin(&bob.token, "bob"));
        // Both stand at the beginning before anything is said.
        first.caught_up().await;
        second.caught_up().await;
        let (one, other) = (first.client.clone(), second.client.clone());
        let all = 2 * SENDERS * EACH;
        let reading = (tokio::spawn(read_all(first, all)), tokio::spawn(read_all(second, all)));

        let (by_ann, by_bob) = tokio::join!(send_all(&one, room, "ann"), send_all(&other, room, "bob"));

        let acknowledged: BTreeMap<_, _> = by_ann.into_iter().chain(by_bob).collect();
        let ((by_first, _first), (by_second, _second)) =
            (reading.0.await.expect("no panic"), reading.1.await.expect("no panic"));
        assert_eq!((&by_first, &by_second), (&acknowledged, &acknowledged), "everybody saw the same");
        let stored = log(&house, room).await;
        let once: BTreeMap<_, _> = acknowledged.into_iter().map(|(body, seq)| (body, vec![seq])).collect();
        assert_eq!(stored, once, "every message is stored once, where it was said to be");
        let connections = street.connections.load(Ordering::SeqCst);
        assert!(connections > 20, "{connections} connections are too few to prove anything");
    }
}

#[tokio::test]
async fn a_session_that_ends_keeps_its_clients_away() {
    let house = Arc::new(House::new());
    let ann = house.person("ann").await;
    let street = Street::new(&house, 0, 1).await;
    let mut teller = Teller::start(settings(&street.address, &ann.token, "desk"));
    teller.caught_up().await;
    house.accounts.logout(ann.identity.session.expect("a session")).await.expect("signed out");
    assert_eq!(teller.news().await, Notice::Ended(4503));
    assert_eq!(street.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_token_that_was_never_good_opens_nothing() {
    let house = Arc::new(House::new());
    let street = Street::new(&house, 0, 1).await;
    let mut teller = Teller::start(settings(&street.address, "nonsense", "desk"));
    assert_eq!(teller.news().await, Notice::Ended(4502));
    assert_eq!(house.hub.connection_count(), 0);
}
