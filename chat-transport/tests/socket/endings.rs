//! Ends that the server brings about: a session that is over, a server that goes away, a conversation that was left.

use std::time::Duration;

use crate::harness::{House, settled};
use chat_core::Command;
use chat_core::registry::Scope;
use chat_transport::Opening;
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn every_socket_of_a_session_closes_within_a_second_of_its_end_and_hears_nothing_after() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let (mut tab, mut corner) = (house.tab(&ann).await, house.corner(&ann, room).await);
    let other_session = house.signed_in_again("ann").await;
    let mut elsewhere = house.tab(&other_session).await;
    let ended = house.now();

    house.accounts.logout(ann.identity.session.expect("a session")).await.expect("signed out");
    house.send(&bob, room, "not for you any more").await;

    assert_eq!((tab.closed().await, corner.closed().await), (4503, 4503));
    assert!(house.now().micros() - ended.micros() <= 1_000_000);
    assert_eq!(elsewhere.expect("message.new").await.text("body"), "not for you any more");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_comes_back_from_the_dead_ends_the_sockets_of_its_session() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.tab(&ann).await;
    let second = house.accounts.refresh(&ann.refresh).await.expect("new tokens");
    house.accounts.refresh(&second.refresh_token).await.expect("newer tokens");
    house.accounts.refresh(&ann.refresh).await.expect_err("somebody else has it");
    assert_eq!(tab.closed().await, 4503);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_goes_away_sends_what_it_acknowledged_and_says_when_to_come_back() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let (mut tab, mut peer) = (house.tab(&ann).await, house.tab(&bob).await);
    for tab in [&mut tab, &mut peer] {
        tab.ignore(&["presence", "message.delivered"]);
    }
    house.chatter(&ann, room, 200).await;

    house.gateway.shut_down(5_000);

    for tab in [&mut tab, &mut peer] {
        let (messages, code, reason) = tab.rest().await;
        assert_eq!((messages.len(), code), (200, 4000));
        let hint = reason.split("retry_after_ms=").nth(1).expect("a hint");
        assert!(hint.parse::<u64>().expect("milliseconds") < 5_000);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(house.gateway.connection_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn clients_are_not_asked_to_come_back_all_at_once() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tabs = Vec::new();
    for _ in 0..20 {
        tabs.push(house.tab(&ann).await);
    }
    house.gateway.shut_down(1_000_000);
    let mut hints = std::collections::HashSet::new();
    for tab in &mut tabs {
        hints.insert(tab.rest().await.2);
    }
    assert!(hints.len() >= 19, "{hints:?}");
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_opens_while_the_server_goes_away_is_told_so_too() {
    let house = House::new();
    let ann = house.person("ann").await;
    house.gateway.shut_down(5_000);
    let mut tab = house.open(Opening { identity: Some(ann.identity), scope: Scope::Everything });
    let (_, code, reason) = tab.rest().await;
    assert_eq!(code, 4000);
    assert!(reason.contains("retry_after_ms="), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_a_group_hears_of_it_and_of_nothing_after_it() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.group(&ann, &[&bob, &cleo]).await;
    let (mut tab, mut corner, mut other) =
        (house.tab(&bob).await, house.corner(&bob, room).await, house.tab(&cleo).await);

    house.leave(&bob, room).await;
    house.send(&ann, room, "now that he is gone").await;
    house.ask(&ann, Command::SetTyping { conversation: room, is_typing: true }).await;

    for tab in [&mut tab, &mut corner, &mut other] {
        let left = tab.expect("member.left").await;
        assert_eq!((left.number("user_id"), left.number("by_user_id"), left.seq()), (bob.id, bob.id, 1));
        assert!(left.data.get("role").is_none(), "{left:?}");
    }
    assert_eq!(corner.closed().await, 4504);
    tab.silent().await;
    assert_eq!(other.expect("message.new").await.seq(), 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_left_can_say_nothing_there_any_more() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    let mut tab = house.tab(&bob).await;
    house.leave(&bob, room).await;
    tab.expect("member.left").await;
    for command in ["message.send", "typing.start", "message.read"] {
        let mut frame = json!({"type": command, "ref": command, "conversation_id": room.get()});
        match command {
            "message.send" => frame["body"] = json!("x"),
            "message.read" => frame["seq"] = json!(1),
            _ => {}
        }
        tab.say(&frame);
        let error = tab.expect("error").await;
        assert_eq!((error.text("code"), error.reference.as_deref()), ("not_found", Some(command)));
    }
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn the_last_one_to_leave_turns_off_the_light() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    let mut tabs = [house.tab(&ann).await, house.tab(&bob).await];
    house.leave(&bob, room).await;
    house.leave(&ann, room).await;
    settled().await;
    let [ann, bob] = &mut tabs;
    assert_eq!(bob.expect("member.left").await.seq(), 1);
    assert_eq!((ann.expect("member.left").await.seq(), ann.expect("member.left").await.seq()), (1, 2));
    for tab in &mut tabs {
        tab.silent().await;
    }
}
