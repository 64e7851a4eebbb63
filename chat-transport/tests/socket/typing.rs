//! Typing: shown to the others, at this moment, and nowhere else.

use std::time::Duration;

use crate::harness::House;
use chat_core::Command;
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn the_others_see_who_types_and_who_stopped() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.group(&ann, &[&bob, &cleo]).await.get();
    let (mut tab, mut phone) = (house.tab(&ann).await, house.tab(&ann).await);
    let mut others = [house.tab(&bob).await, house.tab(&cleo).await];

    for (command, is_typing) in [("typing.start", true), ("typing.stop", false)] {
        tab.say(&json!({"type": command, "conversation_id": room}));
        for other in &mut others {
            let typing = other.expect("typing").await;
            assert_eq!(typing.data, json!({"conversation_id": room, "user_id": ann.id, "is_typing": is_typing}));
        }
    }
    tab.silent().await;
    phone.silent().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_for_an_answer_gets_one() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let mut tab = house.tab(&ann).await;
    tab.say(&json!({"type": "typing.start", "ref": "t", "conversation_id": room}));
    let answer = tab.expect("typing").await;
    assert_eq!(answer.reference.as_deref(), Some("t"));
    assert_eq!(answer.data, json!({"conversation_id": room, "user_id": ann.id, "is_typing": true}));
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn across_a_block_it_looks_as_if_it_had_been_shown() {
    for author_blocks in [true, false] {
        let house = House::new();
        let [ann, bob] = house.people(["ann", "bob"]).await;
        let room = house.direct(&ann, &bob).await.get();
        let (blocker, blocked) = if author_blocks { (&ann, &bob) } else { (&bob, &ann) };
        house.ask(blocker, Command::Block(blocked.user)).await;
        let (mut tab, mut peer) = (house.tab(&ann).await, house.tab(&bob).await);
        tab.say(&json!({"type": "typing.start", "ref": "t", "conversation_id": room}));
        assert_eq!(tab.expect("typing").await.reference.as_deref(), Some("t"));
        peer.silent().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_block_that_comes_while_somebody_types_is_heeded_at_once() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let (tab, mut peer) = (house.tab(&ann).await, house.tab(&bob).await);
    let typing = json!({"type": "typing.start", "conversation_id": room});
    tab.say(&typing);
    peer.until("typing").await;
    house.ask(&bob, Command::Block(ann.user)).await;
    tab.say(&typing);
    peer.ignore(&["block.added", "presence"]);
    peer.silent().await;
}

#[tokio::test(start_paused = true)]
async fn a_stranger_types_in_vain() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let (mut tab, mut stranger) = (house.tab(&ann).await, house.tab(&cleo).await);
    stranger.say(&json!({"type": "typing.start", "ref": "t", "conversation_id": room}));
    let error = stranger.expect("error").await;
    assert_eq!((error.text("code"), error.reference.as_deref()), ("not_found", Some("t")));
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn however_often_somebody_says_so_the_others_are_told_every_two_seconds() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await.get();
    let (mut tab, mut other) = (house.tab(&ann).await, house.tab(&bob).await);
    for _ in 0..40 {
        tab.say(&json!({"type": "typing.start", "ref": "t", "conversation_id": room}));
        assert_eq!(tab.expect("typing").await.reference.as_deref(), Some("t"), "each is answered");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tab.say(&json!({"type": "typing.stop", "conversation_id": room}));
    let told: Vec<_> = [other.expect("typing").await, other.expect("typing").await, other.expect("typing").await]
        .map(|typing| typing.data["is_typing"] == true)
        .into();
    assert_eq!(told, [true, true, false]);
    other.silent().await;
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_more_has_stopped() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let (tab, mut other) = (house.tab(&ann).await, house.tab(&bob).await);
    other.ignore(&["presence"]);
    tab.say(&json!({"type": "typing.start", "conversation_id": room}));
    other.until("typing").await;
    let began = house.now();
    drop(tab);
    let stopped = other.expect("typing").await;
    assert_eq!(stopped.data, json!({"conversation_id": room, "user_id": ann.id, "is_typing": false}));
    let lasted = house.now().micros() - began.micros();
    assert!((4_900_000..=6_100_000).contains(&lasted), "after {lasted} microseconds");
}

#[tokio::test(start_paused = true)]
async fn in_a_group_it_is_silent_across_blocks_alone() {
    for author_blocks in [true, false] {
        let house = House::new();
        let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
        let room = house.group(&ann, &[&bob, &cleo]).await.get();
        let (blocker, blocked) = if author_blocks { (&ann, &bob) } else { (&bob, &ann) };
        house.ask(blocker, Command::Block(blocked.user)).await;
        let (mut tab, mut silent, mut other) = (house.tab(&ann).await, house.tab(&bob).await, house.tab(&cleo).await);
        tab.say(&json!({"type": "typing.start", "ref": "t", "conversation_id": room}));
        assert_eq!(tab.expect("typing").await.reference.as_deref(), Some("t"));
        for is_typing in [true, false] {
            assert_eq!(other.expect("typing").await.data["is_typing"], is_typing);
        }
        for tab in [&mut tab, &mut silent] {
            tab.silent().await;
        }
    }
}
