//! Order: whoever sends how much at once, every reader sees one and the same stream, without a hole and without a double.

use std::collections::HashSet;

use crate::harness::{House, Tab};
use serde_json::json;

const SENDERS: usize = 32;
const EACH: usize = 25;

/// What everybody must see: every place in the log, in order.
fn every_place() -> Vec<i64> {
    (1..=i64::try_from(SENDERS * EACH).expect("small")).collect()
}

async fn seen(tab: &mut Tab) -> (Vec<i64>, Vec<String>) {
    let (mut places, mut references) = (Vec::new(), Vec::new());
    while places.len() < SENDERS * EACH {
        let message = tab.expect("message.new").await;
        places.push(message.seq());
        references.extend(message.reference);
    }
    (places, references)
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
        let (places, references) = seen(tab).await;
        assert_eq!(places, every_place());
        for reference in references {
            assert!(acknowledged.insert(reference.clone()), "{reference} was acknowledged twice");
        }
    }
    assert_eq!(acknowledged.len(), SENDERS * EACH, "every send was acknowledged");
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
