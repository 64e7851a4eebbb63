//! Presence: friends and partners see who is there, and nobody sees a reload.

use std::sync::Arc;
use std::time::Duration;

use crate::harness::{Door, GatedUsers, House, Person, Tab, settled};
use chat_core::{Command, Reply};
use serde_json::json;

async fn befriend(house: &House, one: &Person, other: &Person) {
    let Reply::Request(request) = house.ask(one, Command::RequestFriend(other.user)).await else { panic!("a request") };
    house.ask(other, Command::AcceptFriend(request.id)).await;
}

/// The next presence that a tab hears of, as whose and which.
async fn seen(tab: &mut Tab) -> (i64, String) {
    let presence = tab.expect("presence").await;
    (presence.number("user_id"), presence.text("status").to_owned())
}

#[tokio::test(start_paused = true)]
async fn friends_and_partners_see_who_comes_and_others_do_not() {
    let house = House::new();
    let [ann, friend, partner, groupmate, stranger] =
        house.people(["ann", "friend", "partner", "groupmate", "stranger"]).await;
    befriend(&house, &ann, &friend).await;
    house.direct(&ann, &partner).await;
    house.group(&ann, &[&groupmate]).await;
    let mut near = [house.tab(&friend).await, house.tab(&partner).await];
    let mut far = [house.tab(&groupmate).await, house.tab(&stranger).await];

    let _tab = house.tab(&ann).await;

    for tab in &mut near {
        assert_eq!(seen(tab).await, (ann.id, "online".to_owned()));
    }
    for tab in near.iter_mut().chain(&mut far) {
        tab.silent().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_device_is_no_news_and_the_first_one_that_goes_neither() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    house.direct(&ann, &bob).await;
    let mut tab = house.tab(&bob).await;
    let first = house.tab(&ann).await;
    assert_eq!(seen(&mut tab).await, (ann.id, "online".to_owned()));
    let _second = house.tab(&ann).await;
    drop(first);
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_is_offline_after_the_grace_time_and_not_before() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    house.direct(&ann, &bob).await;
    let mut tab = house.tab(&bob).await;
    let there = house.tab(&ann).await;
    seen(&mut tab).await;
    let gone = house.now();
    drop(there);

    let offline = tab.expect("presence").await;
    let waited = house.now().micros() - gone.micros();
    assert!((3_000_000..=4_100_000).contains(&waited), "after {waited} microseconds");
    let expected = json!({"user_id": ann.id, "status": "offline", "message": null, "last_seen_at": gone.to_string()});
    assert_eq!(offline.data, expected);
}

#[tokio::test(start_paused = true)]
async fn a_reload_is_not_an_absence() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    house.direct(&ann, &bob).await;
    let mut tab = house.tab(&bob).await;
    let mut page = house.tab(&ann).await;
    seen(&mut tab).await;
    for _ in 0..5 {
        drop(page);
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        page = house.tab(&ann).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn what_somebody_chooses_to_show_reaches_their_own_devices_and_those_who_may_see_it() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    house.direct(&ann, &bob).await;
    house.group(&ann, &[&cleo]).await;
    let (mut tab, mut phone) = (house.tab(&ann).await, house.tab(&ann).await);
    let (mut near, mut far) = (house.tab(&bob).await, house.tab(&cleo).await);
    for tab in [&mut tab, &mut phone] {
        seen(tab).await;
    }

    tab.say(&json!({"type": "presence.set", "ref": "p", "status": "away", "message": "back at nine"}));

    let expected = json!({"user_id": ann.id, "status": "away", "message": "back at nine", "last_seen_at": null});
    let answer = tab.expect("presence").await;
    assert_eq!((answer.reference.as_deref(), &answer.data), (Some("p"), &expected));
    for other in [&mut phone, &mut near] {
        let heard = other.expect("presence").await;
        assert_eq!((heard.reference, heard.data), (None, expected.clone()));
    }
    for tab in [&mut tab, &mut phone, &mut near, &mut far] {
        tab.silent().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_one_conversation_is_answered_too() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut corner = house.corner(&ann, room).await;
    corner.say(&json!({"type": "presence.set", "ref": "p", "status": "busy"}));
    assert_eq!(corner.expect("presence").await.reference.as_deref(), Some("p"));
    corner.silent().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_wants_to_be_seen_as_offline_is() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    house.direct(&ann, &bob).await;
    let tab = house.tab(&ann).await;
    tab.say(&json!({"type": "presence.set", "status": "offline"}));
    settled().await;
    let mut peer = house.tab(&bob).await;
    assert_eq!(peer.ready["presence"], json!([]));
    drop(tab);
    tokio::time::sleep(Duration::from_secs(10)).await;
    peer.ignore(&["presence"]);
    assert_eq!(house.tab(&bob).await.ready["presence"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_block_makes_both_invisible_to_each_other() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    house.direct(&ann, &bob).await;
    let (mut tab, mut peer) = (house.tab(&ann).await, house.tab(&bob).await);
    assert_eq!(seen(&mut tab).await, (bob.id, "online".to_owned()));

    house.ask(&ann, Command::Block(bob.user)).await;

    tab.ignore(&["block.added"]);
    assert_eq!(seen(&mut tab).await, (bob.id, "offline".to_owned()));
    let hidden = peer.expect("presence").await;
    let nothing = json!({"user_id": ann.id, "status": "offline", "message": null, "last_seen_at": null});
    assert_eq!(hidden.data, nothing, "as a stranger would see it");
    tab.say(&json!({"type": "presence.set", "status": "busy"}));
    drop(tab);
    peer.silent().await;
}

#[tokio::test(start_paused = true)]
async fn a_new_friend_is_seen_at_once() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let (mut tab, mut peer) = (house.tab(&ann).await, house.tab(&bob).await);
    befriend(&house, &ann, &bob).await;
    assert_eq!(tab.until("presence").await.number("user_id"), bob.id);
    assert_eq!(peer.until("presence").await.number("user_id"), ann.id);
}

/// A house whose users are behind doors.
fn house_with_doors() -> (House, Arc<Door>, Arc<Door>) {
    let (reads, last_seen) = (Door::new(), Door::new());
    let doors = (Arc::clone(&reads), Arc::clone(&last_seen));
    let house = House::with(|plan| {
        plan.stores = Box::new(|mut stores| {
            stores.users = Arc::new(GatedUsers { inner: stores.users, reads: doors.0, last_seen: doors.1 });
            stores
        });
    });
    (house, reads, last_seen)
}

#[tokio::test(start_paused = true)]
async fn a_departure_that_could_not_be_noted_is_announced_a_little_later() {
    let (house, _, last_seen) = house_with_doors();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    house.direct(&ann, &bob).await;
    house.direct(&cleo, &bob).await;
    let mut tab = house.tab(&bob).await;
    let there = (house.tab(&ann).await, house.tab(&cleo).await);
    seen(&mut tab).await;
    seen(&mut tab).await;

    last_seen.fail(1);
    drop(there);

    let mut gone = [seen(&mut tab).await, seen(&mut tab).await];
    gone.sort_unstable();
    assert_eq!(gone, [(ann.id, "offline".to_owned()), (cleo.id, "offline".to_owned())]);
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn an_arrival_that_could_not_be_announced_is_announced_by_the_next_socket() {
    let (house, reads, _) = house_with_doors();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    house.direct(&ann, &bob).await;
    let mut tab = house.tab(&bob).await;

    reads.fail(1);
    let opening =
        chat_transport::Opening { identity: Some(ann.identity), scope: chat_core::registry::Scope::Everything };
    assert_eq!(house.open(opening).closed().await, 4003);
    let _there = house.tab(&ann).await;

    assert_eq!(seen(&mut tab).await, (ann.id, "online".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_on_a_departure_does_not_keep_the_silent_alive() {
    let (house, _, last_seen) = house_with_doors();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let mut silent = house.raw_tab(&bob).await;
    last_seen.hold_next();
    drop(house.tab(&ann).await);
    last_seen.somebody_waits().await;
    assert_eq!(silent.closed().await, 4002);
}
