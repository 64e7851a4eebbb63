//! Signs of life: who is silent is gone, who answers stays, and who shouts is shown the door.

use std::time::Duration;

use crate::harness::{House, PING, PONG, TEXT, masked};
use serde_json::json;
use tokio_tungstenite::tungstenite::{Bytes, Message};

#[tokio::test(start_paused = true)]
async fn a_client_that_is_silent_for_two_heartbeats_is_closed() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut socket = house.raw_tab(&ann).await;
    let begun = house.now();
    assert_eq!(socket.closed().await, 4002);
    let seconds = (house.now().micros() - begun.micros()) / 1_000_000;
    assert!((50..=52).contains(&seconds), "after {seconds} seconds");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_only_answers_pings_stays() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut socket = house.raw_tab(&ann).await;
    let mut pinged = house.now();
    for number in 0..20 {
        let (opcode, payload) = socket.frame().await.expect("a ping");
        assert_eq!((opcode, payload.len()), (PING, 0));
        let seconds = (house.now().micros() - pinged.micros()) / 1_000_000;
        assert!(
            (0..=25).contains(&seconds) && (number == 0 || seconds >= 24),
            "a ping every 25 seconds, not {seconds}"
        );
        pinged = house.now();
        socket.write(&masked(PONG, b"")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn not_every_socket_is_pinged_at_the_same_moment() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut moments = std::collections::HashSet::new();
    let mut sockets = Vec::new();
    for _ in 0..25 {
        sockets.push(house.raw_tab(&ann).await);
    }
    let mut waiting = tokio::task::JoinSet::new();
    for mut socket in sockets {
        waiting.spawn(async move {
            socket.frame().await.expect("a ping");
            (tokio::time::Instant::now(), socket)
        });
    }
    while let Some(pinged) = waiting.join_next().await {
        moments.insert(pinged.expect("no panic").0);
    }
    assert_eq!(moments.len(), 25);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_only_says_ping_stays_too() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut socket = house.raw_tab(&ann).await;
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_secs(40)).await;
        socket.write(&masked(TEXT, br#"{"type":"ping"}"#)).await;
        assert_eq!(socket.text().await, json!({"type": "pong"}));
    }
}

#[tokio::test(start_paused = true)]
async fn a_ping_of_either_kind_is_answered_in_kind() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.tab(&ann).await;
    tab.say(&json!({"type": "ping", "ref": "p"}));
    let pong = tab.expect("pong").await;
    assert_eq!((pong.reference.as_deref(), pong.data.is_null()), (Some("p"), true));
    tab.say_message(Message::Ping(Bytes::from_static(b"echo")));
    assert_eq!(tab.pong().await.as_ref(), b"echo");
}

#[tokio::test(start_paused = true)]
async fn ten_pings_in_a_second_are_answered_and_the_next_one_ends_the_socket() {
    for protocol_pings in [true, false] {
        let house = House::new();
        let ann = house.person("ann").await;
        let mut tab = house.tab(&ann).await;
        let ping = |tab: &crate::harness::Tab| {
            if protocol_pings {
                tab.say_message(Message::Ping(Bytes::new()));
            } else {
                tab.say(&json!({"type": "ping"}));
            }
        };
        for _ in 0..3 {
            for _ in 0..10 {
                ping(&tab);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        for _ in 0..11 {
            ping(&tab);
        }
        let (pongs, code, _) = tab.rest().await;
        assert_eq!(code, 4508, "protocol pings: {protocol_pings}");
        assert_eq!(pongs.len(), if protocol_pings { 0 } else { 40 });
    }
}

#[tokio::test(start_paused = true)]
async fn ten_frames_that_cannot_be_understood_end_the_socket_after_their_errors() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.tab(&ann).await;
    for number in 0..10 {
        tab.say(&json!({"type": "nonsense", "ref": number.to_string()}));
    }
    let (errors, code, _) = tab.rest().await;
    assert_eq!(code, 4501);
    let references: Vec<_> = errors.iter().map(|error| error.reference.clone().expect("a ref")).collect();
    assert_eq!(references, (0..10).map(|number| number.to_string()).collect::<Vec<_>>());
    assert!(errors.iter().all(|error| error.text("code") == "bad_request"));
}

#[tokio::test(start_paused = true)]
async fn a_few_mistakes_a_minute_are_forgiven_for_ever() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.tab(&ann).await;
    for _ in 0..5 {
        for _ in 0..9 {
            tab.say_text("nonsense");
            tab.expect("error").await;
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_understood_and_refused_does_not_count_as_a_mistake() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.tab(&ann).await;
    for _ in 0..50 {
        tab.say(&json!({"type": "message.send", "conversation_id": 999, "body": "hello"}));
        assert_eq!(tab.expect("error").await.text("code"), "not_found");
    }
}
