//! Commands with bad values: each is refused once, with its code and its `ref`, and the socket lives.

use std::fmt::Write as _;

use crate::harness::{House, Tab};
use serde_json::{Value, json};

/// What is said, without its `ref`, and the code that it is refused with.
fn bad_commands(room: i64, foreign: i64, message: i64, foreign_message: i64) -> Vec<(Value, &'static str)> {
    let long = "x".repeat(8_001);
    let heavy = "é".repeat(16_385);
    let label = "x".repeat(101);
    vec![
        // Which command at all.
        (json!({}), "bad_request"),
        (json!({"type": null}), "bad_request"),
        (json!({"type": 5}), "bad_request"),
        (json!({"type": "Ping"}), "bad_request"),
        (json!({"type": "message.new", "conversation_id": room}), "bad_request"),
        // message.send
        (json!({"type": "message.send", "body": "x"}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": room}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": room.to_string(), "body": "x"}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": 1.5, "body": "x"}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": 1e300, "body": "x"}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": u64::MAX, "body": "x"}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": i64::MAX, "body": "x"}), "not_found"),
        (json!({"type": "message.send", "conversation_id": 0, "body": "x"}), "not_found"),
        (json!({"type": "message.send", "conversation_id": -room, "body": "x"}), "not_found"),
        (json!({"type": "message.send", "conversation_id": foreign, "body": "x"}), "not_found"),
        (json!({"type": "message.send", "conversation_id": 999_999, "body": "x"}), "not_found"),
        (json!({"type": "message.send", "conversation_id": room, "body": 5}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": room, "body": ["x"]}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": room, "body": ""}), "empty_message"),
        (json!({"type": "message.send", "conversation_id": room, "body": " \n\u{200b}"}), "empty_message"),
        (json!({"type": "message.send", "conversation_id": room, "body": long}), "too_long"),
        (json!({"type": "message.send", "conversation_id": room, "body": heavy}), "too_long"),
        (json!({"type": "message.send", "conversation_id": room, "body": "a\0b"}), "invalid_text"),
        (json!({"type": "message.send", "conversation_id": room, "body": "x", "client_id": ""}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": room, "body": "x", "client_id": "a b"}), "bad_request"),
        (
            json!({"type": "message.send", "conversation_id": room, "body": "x", "client_id": "x".repeat(65)}),
            "bad_request",
        ),
        (json!({"type": "message.send", "conversation_id": room, "body": "x", "client_id": 7}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": room, "body": "x", "reply_to": "1"}), "bad_request"),
        (json!({"type": "message.send", "conversation_id": room, "body": "x", "reply_to": -1}), "not_found"),
        (json!({"type": "message.send", "conversation_id": room, "body": "x", "reply_to": 999_999}), "not_found"),
        (
            json!({"type": "message.send", "conversation_id": room, "body": "x", "reply_to": foreign_message}),
            "not_found",
        ),
        // message.read
        (json!({"type": "message.read"}), "bad_request"),
        (json!({"type": "message.read", "seq": 1}), "bad_request"),
        (json!({"type": "message.read", "conversation_id": room}), "bad_request"),
        (json!({"type": "message.read", "conversation_id": room, "seq": -1}), "bad_request"),
        (json!({"type": "message.read", "conversation_id": room, "seq": 1_i64 << 53}), "bad_request"),
        (json!({"type": "message.read", "conversation_id": room, "seq": "1"}), "bad_request"),
        (json!({"type": "message.read", "conversation_id": foreign, "seq": 1}), "not_found"),
        (json!({"type": "message.read", "message_id": message, "seq": 1}), "bad_request"),
        (json!({"type": "message.read", "message_id": 0}), "not_found"),
        (json!({"type": "message.read", "message_id": 999_999}), "not_found"),
        (json!({"type": "message.read", "message_id": foreign_message}), "not_found"),
        // typing
        (json!({"type": "typing.start"}), "bad_request"),
        (json!({"type": "typing.stop", "conversation_id": true}), "bad_request"),
        (json!({"type": "typing.start", "conversation_id": foreign}), "not_found"),
        (json!({"type": "typing.stop", "conversation_id": 0}), "not_found"),
        // presence.set
        (json!({"type": "presence.set"}), "bad_request"),
        (json!({"type": "presence.set", "status": "asleep"}), "bad_request"),
        (json!({"type": "presence.set", "status": 1}), "bad_request"),
        (json!({"type": "presence.set", "status": "away", "message": label}), "too_long"),
        (json!({"type": "presence.set", "status": "away", "message": "two\nlines"}), "invalid_text"),
        (json!({"type": "presence.set", "status": "away", "message": "a\0"}), "invalid_text"),
        // auth
        (json!({"type": "auth"}), "bad_request"),
        (json!({"type": "auth", "token": 1}), "bad_request"),
        (json!({"type": "auth", "token": ""}), "unauthenticated"),
        (json!({"type": "auth", "token": "nonsense"}), "unauthenticated"),
        // sync
        (json!({"type": "sync", "cursors": []}), "bad_request"),
        (json!({"type": "sync", "cursors": {"one": 1}}), "bad_request"),
        (json!({"type": "sync", "cursors": {"0": 1}}), "bad_request"),
        (json!({"type": "sync", "cursors": {"1": "1"}}), "bad_request"),
        (json!({"type": "sync", "cursors": {"1": -1}}), "bad_request"),
        (json!({"type": "sync", "user_cursor": -1}), "bad_request"),
        (json!({"type": "sync", "epoch": 1}), "bad_request"),
    ]
}

/// Waits out the minute in which too many mistakes are counted.
async fn forgiven() {
    tokio::time::sleep(std::time::Duration::from_secs(61)).await;
}

#[tokio::test(start_paused = true)]
async fn each_bad_value_has_its_code_and_its_ref_and_the_socket_lives() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let (room, foreign) = (house.direct(&ann, &bob).await, house.direct(&bob, &cleo).await);
    let (message, foreign_message) = (house.send(&ann, room, "here").await, house.send(&bob, foreign, "there").await);
    let mut tab = house.tab(&ann).await;
    let commands = bad_commands(room.get(), foreign.get(), message.id.get(), foreign_message.id.get());
    for (number, (mut command, code)) in commands.into_iter().enumerate() {
        if number % 9 == 8 {
            forgiven().await;
        }
        let name = format!("r{number}");
        command["ref"] = json!(name);
        tab.say(&command);
        let error = tab.expect("error").await;
        assert_eq!(error.text("code"), code, "{command}");
        assert!(error.data["message"].is_string() && error.data["retryable"] == json!(false), "{error:?}");
        assert_eq!(error.reference.as_deref(), Some(name.as_str()), "{command}");
    }
    tab.say(&json!({"type": "ping"}));
    tab.expect("pong").await;
    tab.silent().await;
}

async fn refused(tab: &mut Tab, text: &str) -> (String, Option<String>) {
    tab.say_text(text);
    let error = tab.expect("error").await;
    (error.text("code").to_owned(), error.reference)
}

#[tokio::test(start_paused = true)]
async fn what_is_no_strict_json_is_refused() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.tab(&ann).await;
    let deep = format!(r#"{{"type":"ping","x":{}{}}}"#, "[".repeat(32), "]".repeat(32));
    let nonsense = [
        "",
        "null",
        "[]",
        r#""ping""#,
        r#"{"type":"ping""#,
        r#"{"type":"ping"} {}"#,
        r#"{"type":"ping","type":"ping"}"#,
        r#"{"type":"ping","x":"\ud800"}"#,
        r#"{"type":"ping","x":1e400}"#,
        r#"{"type":"ping","x":NaN}"#,
        "{'type':'ping'}",
        &deep,
    ];
    for (number, text) in nonsense.into_iter().enumerate() {
        if number == 9 {
            forgiven().await;
        }
        assert_eq!(refused(&mut tab, text).await, ("bad_request".to_owned(), None), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_ref_is_a_text_of_at_most_64_bytes_and_comes_back_as_it_was() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.tab(&ann).await;
    for name in ["", "x", "with \"quotes\" and \\ and \u{1}", "日本語", &"x".repeat(64)] {
        tab.say(&json!({"type": "ping", "ref": name}));
        assert_eq!(tab.expect("pong").await.reference.as_deref(), Some(name));
    }
    for bad in [json!("x".repeat(65)), json!("é".repeat(33)), json!(1), json!(["x"])] {
        tab.say(&json!({"type": "ping", "ref": bad}));
        let error = tab.expect("error").await;
        assert_eq!((error.text("code"), error.reference.as_deref()), ("bad_request", None));
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_asked_for_is_ignored_and_changes_nothing() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let mut tab = house.tab(&ann).await;
    let with_more = json!({
        "type": "message.send", "conversation_id": room, "body": "mine",
        "sender_id": bob.id, "seq": 77, "id": 99, "created_at": "1999-01-01T00:00:00.000000+00:00", "role": "owner",
    });
    tab.say_text(&with_more.to_string());
    let message = tab.expect("message.new").await;
    assert_eq!((message.number("sender_id"), message.seq(), message.number("id")), (ann.id, 1, 1));
    assert!(message.text("created_at").starts_with("2026-"));
}

#[tokio::test(start_paused = true)]
async fn one_sync_names_at_most_500_conversations() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.tab(&ann).await;
    let sync = |count: usize| {
        let mut cursors = String::new();
        for id in 1..=count {
            write!(cursors, "{}\"{id}\":0", if id > 1 { "," } else { "" }).expect("a string takes everything");
        }
        format!(r#"{{"type":"sync","ref":"s","cursors":{{{cursors}}}}}"#)
    };
    assert_eq!(refused(&mut tab, &sync(501)).await, ("bad_request".to_owned(), Some("s".to_owned())));
    tab.say_text(&sync(500));
    tab.until("sync.done").await;
}

#[tokio::test(start_paused = true)]
async fn on_a_socket_of_one_conversation_another_one_is_out_of_reach() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let elsewhere = house.group(&ann, &[&bob]).await.get();
    let mut corner = house.corner(&ann, room).await;
    for text in [
        format!(r#"{{"ref":"r","type":"message.send","conversation_id":{elsewhere},"body":"x"}}"#),
        format!(r#"{{"ref":"r","type":"typing.start","conversation_id":{elsewhere}}}"#),
        format!(r#"{{"ref":"r","type":"message.read","conversation_id":{elsewhere},"seq":0}}"#),
        format!(r#"{{"ref":"r","type":"sync","cursors":{{"{elsewhere}":0}}}}"#),
    ] {
        assert_eq!(refused(&mut corner, &text).await, ("not_found".to_owned(), Some("r".to_owned())), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_blocks_and_who_is_blocked_are_told_different_things() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await.get();
    house.ask(&ann, chat_core::Command::Block(bob.user)).await;
    let (mut tab, mut peer) = (house.tab(&ann).await, house.tab(&bob).await);
    let send = format!(r#"{{"ref":"r","type":"message.send","conversation_id":{room},"body":"x"}}"#);
    assert_eq!(refused(&mut tab, &send).await.0, "blocked_by_you");
    assert_eq!(refused(&mut peer, &send).await.0, "cannot_message");
}
