//! Sending: who gets what, with which `ref`, how often.

use std::time::Duration;

use crate::harness::House;
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn a_message_is_acknowledged_by_itself_and_only_where_it_was_sent() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let (mut desk, mut phone, mut peer) = (house.tab(&ann).await, house.tab(&ann).await, house.tab(&bob).await);
    for tab in [&mut desk, &mut phone] {
        tab.ignore(&["presence", "message.delivered"]);
    }

    desk.say(
        &json!({"type": "message.send", "ref": "r1", "conversation_id": room, "body": "hello", "client_id": "k1"}),
    );

    let acknowledged = desk.expect("message.new").await;
    assert_eq!(acknowledged.reference.as_deref(), Some("r1"));
    assert_eq!(acknowledged.data["body"], "hello");
    assert_eq!(acknowledged.data["sender_id"], ann.id);
    assert_eq!(acknowledged.data["client_id"], "k1");
    for tab in [&mut phone, &mut peer] {
        let heard = tab.expect("message.new").await;
        assert_eq!((heard.reference, heard.data), (None, acknowledged.data.clone()));
    }
    for tab in [&mut desk, &mut phone, &mut peer] {
        tab.silent().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeat_is_answered_to_its_socket_alone_with_the_first_message() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let (mut desk, mut phone, mut peer) = (house.tab(&ann).await, house.tab(&ann).await, house.tab(&bob).await);
    for tab in [&mut desk, &mut phone] {
        tab.ignore(&["presence", "message.delivered"]);
    }
    let send = |name: &str| json!({"type": "message.send", "ref": name, "conversation_id": room, "body": "once", "client_id": "k"});
    desk.say(&send("first"));
    let first = desk.expect("message.new").await;
    phone.expect("message.new").await;
    peer.expect("message.new").await;

    phone.say(&send("again"));

    let again = phone.expect("message.new").await;
    assert_eq!(again.reference.as_deref(), Some("again"));
    assert_eq!((again.number("id"), again.seq()), (first.number("id"), first.seq()));
    for tab in [&mut desk, &mut phone, &mut peer] {
        tab.silent().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeat_of_an_answer_is_answered_too() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let asked = house.send(&bob, room, "tea?").await.id.get();
    let mut tab = house.tab(&ann).await;
    for name in ["first", "again"] {
        let send = json!({
            "type": "message.send", "ref": name, "conversation_id": room.get(), "body": "yes", "client_id": "k",
            "reply_to": asked,
        });
        tab.say(&send);
        let answer = tab.expect("message.new").await;
        assert_eq!((answer.reference.as_deref(), answer.seq()), (Some(name), 2));
    }
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn another_text_under_a_known_key_is_one_error_and_the_socket_lives() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let mut tab = house.tab(&ann).await;
    let send = |name: &str, body: &str| json!({"type": "message.send", "ref": name, "conversation_id": room, "body": body, "client_id": "k"});
    tab.say(&send("r1", "tea"));
    tab.expect("message.new").await;

    tab.say(&send("r2", "coffee"));

    let error = tab.expect("error").await;
    assert_eq!((error.text("code"), error.reference.as_deref()), ("client_id_reused", Some("r2")));
    assert_eq!(error.data["retryable"], false);
    tab.say(&json!({"type": "ping", "ref": "alive"}));
    assert_eq!(tab.expect("pong").await.reference.as_deref(), Some("alive"));
}

#[tokio::test(start_paused = true)]
async fn without_a_ref_the_sender_sees_the_message_like_everybody() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let mut tab = house.tab(&ann).await;
    tab.say(&json!({"type": "message.send", "conversation_id": room, "body": "hello"}));
    assert_eq!(tab.expect("message.new").await.reference, None);
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn on_a_socket_of_one_conversation_the_place_goes_without_saying() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let elsewhere = house.group(&ann, &[&bob]).await;
    let mut corner = house.corner(&ann, room).await;
    let mut peer = house.corner(&bob, room).await;
    corner.ignore(&["message.delivered"]);

    corner.say(&json!({"type": "message.send", "ref": "r", "body": "hello"}));
    let sent = corner.expect("message.new").await;
    assert_eq!((sent.number("conversation_id"), sent.reference.as_deref()), (room.get(), Some("r")));
    peer.expect("message.new").await;

    house.send(&bob, elsewhere, "not here").await;
    corner.silent().await;
    peer.silent().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_names_the_message_that_it_answers() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let asked = house.send(&bob, room, "tea?").await;
    let mut tab = house.tab(&ann).await;
    let reply =
        json!({"type": "message.send", "conversation_id": room.get(), "body": "yes", "reply_to": asked.id.get()});
    tab.say(&reply);
    assert_eq!(tab.expect("message.new").await.number("reply_to"), asked.id.get());
}

#[tokio::test(start_paused = true)]
async fn too_many_messages_are_refused_with_a_time_to_wait_and_then_welcome_again() {
    let house = House::with(|plan| {
        let one_per_second = chat_core::limits::Rate::new(1, 1.0);
        plan.chat.rates = Some(chat_core::chat::ChatRates { messages: one_per_second, ..Default::default() });
    });
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let mut tab = house.tab(&ann).await;
    let send = |body: &str| json!({"type": "message.send", "ref": body, "conversation_id": room, "body": body});
    tab.say(&send("one"));
    tab.expect("message.new").await;

    tab.say(&send("two"));
    let error = tab.expect("error").await;
    assert_eq!((error.text("code"), error.reference.as_deref()), ("rate_limited", Some("two")));
    assert_eq!((&error.data["retryable"], error.number("retry_after_ms")), (&json!(true), 1_000));

    tokio::time::sleep(Duration::from_millis(1_000)).await;
    tab.say(&send("two"));
    assert_eq!(tab.expect("message.new").await.reference.as_deref(), Some("two"));
}
