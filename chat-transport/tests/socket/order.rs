//! Order: whoever sends how much at once, every reader sees one and the same stream, without a hole and without a double.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::harness::{House, PATIENCE, Tab};
use serde_json::json;
use tokio::time::Instant;

const SENDERS: usize = 32;
const EACH: usize = 25;

/// What everybody must see: every place in the log, in order.
fn every_place() -> RangeInclusive<i64> {
    1..=i64::try_from(SENDERS * EACH).expect("small")
}

/// Reads until every place was seen in order. Where the store was faster than a hint, the sender's answer names a place that
/// was seen before; it is no part of the stream. Returns the answers.
async fn answers_in(tab: &mut Tab) -> Vec<String> {
    let (mut last, mut answers) = (0, Vec::new());
    while last < *every_place().end() {
        let message = tab.expect("message.new").await;
        if message.reference.is_none() || message.seq() > last {
            assert_eq!(message.seq(), last + 1);
            last += 1;
        }
        answers.extend(message.reference);
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_reader_sees_one_stream_whoever_sends_at_once() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.group(&ann, &[&bob, &cleo]).await.get();
    let mut tabs = Vec::new();
    for person in [&ann, &ann, &bob, &bob, &cleo] {
        let mut tab = house.tab(person).await;
        tab.ignore(&["message.delivered", "presence"]);
        tabs.push(tab);
    }
    // Hints overtake each other on their way, as they do between tasks that commit at the same time.
    house.post.scatter();
    let tabs: [Tab; 5] = tabs.try_into().unwrap_or_else(|_| panic!("five tabs"));
    let tabs = std::sync::Arc::new(tabs);

    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..SENDERS {
        let tabs = std::sync::Arc::clone(&tabs);
        senders.spawn(async move {
            for number in 0..EACH {
                let name = format!("{sender}.{number}");
                let frame = json!({"type": "message.send", "ref": name, "conversation_id": room, "body": name});
                tabs[sender % tabs.len()].say(&frame);
                tokio::task::yield_now().await;
            }
        });
    }
    senders.join_all().await;

    let mut acknowledged = HashSet::new();
    let mut tabs = std::sync::Arc::into_inner(tabs).expect("every sender has ended");
    for tab in &mut tabs {
        for answer in answers_in(tab).await {
            assert!(acknowledged.insert(answer.clone()), "{answer} was acknowledged twice");
        }
    }
    // What is still to come are answers alone.
    let deadline = Instant::now() + PATIENCE;
    while acknowledged.len() < SENDERS * EACH {
        assert!(Instant::now() < deadline, "{} of {} were acknowledged", acknowledged.len(), SENDERS * EACH);
        for tab in &mut tabs {
            while let Some(late) = tab.next_within(Duration::from_millis(10)).await {
                let answer = late.reference.expect("an answer");
                assert!(acknowledged.insert(answer.clone()), "{answer} was acknowledged twice");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_sockets_of_the_same_user_see_the_same_bodies_in_the_same_places() {
    let house = std::sync::Arc::new(House::new());
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let (mut one, mut two) = (house.tab(&bob).await, house.tab(&bob).await);
    house.post.scatter();

    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..SENDERS {
        let (house, ann) = (std::sync::Arc::clone(&house), ann.clone());
        senders.spawn(async move {
            for number in 0..EACH {
                house.send(&ann, room, &format!("{sender}.{number}")).await;
            }
        });
    }
    senders.join_all().await;

    for place in every_place() {
        let (here, there) = (one.expect("message.new").await, two.expect("message.new").await);
        assert_eq!(here.seq(), place);
        assert_eq!(here, there);
    }
}
