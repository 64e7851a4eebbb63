//! No residue: whatever way a socket ends, nothing of it stays, and nobody talks to it any more.

use std::time::Duration;

use crate::harness::{House, Person, TEXT, masked, settled};
use chat_core::ids::ConversationId;
use chat_core::registry::Scope;
use chat_transport::Opening;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

/// A house with a conversation that Bob follows from two kinds of sockets.
async fn with_bob() -> (House, Person, Person, ConversationId) {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    (house, ann, bob, room)
}

/// Nobody is there, nobody is reached, and Bob counts as gone.
async fn nothing_is_left_of_bob(house: &House, ann: &Person, bob: &Person, room: ConversationId) {
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(house.hub.connection_count(), 0);
    house.send(ann, room, "is anybody there?").await;
    let direct = house.direct(ann, bob).await;
    house.send(ann, direct, "or here?").await;
    let tab = house.tab(ann).await;
    assert_eq!(tab.ready["presence"], json!([]), "Bob is not shown as there");
    let direct = tab.ready["conversations"].as_array().and_then(|all| all.last().cloned()).expect("a conversation");
    assert_eq!(direct["peer_delivered_seq"], 0, "and nothing reached him");
}

#[tokio::test(start_paused = true)]
async fn after_a_goodbye_of_the_client() {
    let (house, ann, bob, room) = with_bob().await;
    let (mut tab, mut corner) = (house.tab(&bob).await, house.corner(&bob, room).await);
    assert_eq!(house.hub.connection_count(), 2);
    for tab in [&mut tab, &mut corner] {
        tab.say_message(Message::Close(None));
        tab.rest().await;
    }
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_connection_that_broke() {
    let (house, ann, bob, room) = with_bob().await;
    let (tab, corner) = (house.tab(&bob).await, house.corner(&bob, room).await);
    drop((tab, corner));
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_connection_that_broke_in_the_middle_of_a_frame() {
    let (house, ann, bob, room) = with_bob().await;
    let mut socket = house.raw_tab(&bob).await;
    let frame = masked(TEXT, br#"{"type":"ping"}"#);
    socket.write(&frame[..frame.len() - 3]).await;
    drop(socket);
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_fault_of_the_client() {
    let (house, ann, bob, room) = with_bob().await;
    let mut socket = house.raw_tab(&bob).await;
    socket.write(&masked(0x3, b"")).await;
    assert_eq!(socket.closed().await, 1002);
    drop(socket);
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn after_silence() {
    let (house, ann, bob, room) = with_bob().await;
    let mut socket = house.raw_tab(&bob).await;
    assert_eq!(socket.closed().await, 4002);
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn after_the_end_of_a_session() {
    let (house, ann, bob, room) = with_bob().await;
    let mut tab = house.tab(&bob).await;
    house.accounts.logout(bob.identity.session.expect("a session")).await.expect("signed out");
    assert_eq!(tab.closed().await, 4503);
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_server_that_went_away() {
    let (house, ann, bob, room) = with_bob().await;
    let mut tab = house.tab(&bob).await;
    house.gateway.shut_down(1);
    tab.rest().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(house.hub.connection_count(), 0);
    assert!(tab.serving.is_finished());
    house.send(&ann, room, "is anybody there?").await;
    house.send(&bob, room, "no").await;
}

#[tokio::test(start_paused = true)]
async fn after_leaving_the_only_conversation_of_a_socket() {
    let (house, ann, bob, room) = with_bob().await;
    let mut corner = house.corner(&bob, room).await;
    house.leave(&bob, room).await;
    corner.expect("member.left").await;
    assert_eq!(corner.closed().await, 4504);
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_task_that_was_aborted() {
    let (house, ann, bob, room) = with_bob().await;
    let (tab, corner) = (house.tab(&bob).await, house.corner(&bob, room).await);
    tab.serving.abort();
    corner.serving.abort();
    settled().await;
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_task_that_was_aborted_at_any_step_of_its_beginning() {
    let (house, ann, bob, room) = with_bob().await;
    for steps in 0..40 {
        for scope in [Scope::Everything, Scope::Only(room)] {
            let tab = house.open(Opening { identity: Some(bob.identity), scope });
            for _ in 0..steps {
                tokio::task::yield_now().await;
            }
            tab.serving.abort();
            settled().await;
            assert_eq!(house.hub.connection_count(), 0, "after {steps} steps");
        }
    }
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_task_that_was_aborted_while_its_command_was_under_way() {
    let appends = crate::harness::Door::new();
    let house = House::with(|plan| plan.stores = crate::harness::gate_appends(&appends));
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    let tab = house.tab(&bob).await;
    appends.hold_next();
    tab.say(&json!({"type": "message.send", "conversation_id": room.get(), "body": "half a message"}));
    appends.somebody_waits().await;
    tab.serving.abort();
    settled().await;
    appends.open();
    nothing_is_left_of_bob(&house, &ann, &bob, room).await;
}

#[tokio::test(start_paused = true)]
async fn one_of_two_sockets_that_ends_takes_nothing_from_the_other() {
    let (house, ann, bob, room) = with_bob().await;
    let (first, mut second) = (house.tab(&bob).await, house.tab(&bob).await);
    first.serving.abort();
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(house.hub.connection_count(), 1);
    house.send(&ann, room, "hello").await;
    assert_eq!(second.expect("message.new").await.seq(), 1);
    let direct = house.direct(&ann, &bob).await;
    second.until("conversation.added").await;
    let tab = house.tab(&ann).await;
    assert_eq!(tab.ready["presence"][0]["status"], "online");
    house.send(&ann, direct, "still there?").await;
    second.ignore(&["presence"]);
    assert_eq!(second.expect("message.new").await.text("body"), "still there?");
}

#[tokio::test(start_paused = true)]
async fn a_user_has_so_many_sockets_and_no_more_until_one_of_them_ends() {
    let house = House::with(|plan| plan.sockets.max_sockets_per_user = 2);
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let (first, _second) = (house.raw_tab(&ann).await, house.raw_tab(&ann).await);
    let mut third = house.open(Opening { identity: Some(ann.identity), scope: Scope::Everything });
    assert_eq!(third.closed().await, 4505);
    let _other = house.raw_tab(&bob).await;
    drop(first);
    while house.hub.connection_count() > 2 {
        tokio::task::yield_now().await;
    }
    let _again = house.raw_tab(&ann).await;
    assert_eq!(house.hub.connection_count(), 3);
}
