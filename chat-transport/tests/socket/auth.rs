//! Whose a socket is: proved before the upgrade or by the first frame, and no longer than the proof holds.

use std::sync::Arc;
use std::time::Duration;

use crate::harness::{CLOSE, House, PING, PONG, Person, TEXT, Tab, masked};
use async_trait::async_trait;
use chat_core::accounts::{Authenticator, Credential};
use chat_core::ports::StoreError;
use chat_core::registry::Scope;
use chat_core::{ChatError, Identity};
use chat_transport::Opening;
use serde_json::json;

/// A socket that has not said yet whose it is.
const UNKNOWN: Opening = Opening { identity: None, scope: Scope::Everything };

fn auth(token: &str) -> serde_json::Value {
    json!({"type": "auth", "token": token})
}

#[tokio::test(start_paused = true)]
async fn a_good_token_in_the_first_frame_opens_the_socket() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.open(UNKNOWN);
    tab.say(&auth(&ann.token));
    assert_eq!(tab.expect("session.ready").await.data["user"]["id"], ann.id);
}

#[tokio::test(start_paused = true)]
async fn pings_may_come_before_the_first_frame() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut socket = house.raw(UNKNOWN);
    socket.write(&masked(PING, b"")).await;
    socket.write(&masked(TEXT, auth(&ann.token).to_string().as_bytes())).await;
    let mut frames = Vec::new();
    while frames.last().is_none_or(|(opcode, _)| *opcode != TEXT) {
        frames.push(socket.frame().await.expect("a frame"));
    }
    assert_eq!(frames.len(), 2, "a pong and the first frame");
}

#[tokio::test(start_paused = true)]
async fn a_bad_token_closes_the_socket_without_a_word() {
    let house = House::new();
    let ann = house.person("ann").await;
    let (refresh, garbled) = (ann.refresh.clone(), format!("{}x", ann.token));
    for token in ["", "nonsense", &refresh, &garbled] {
        let mut tab = house.open(UNKNOWN);
        tab.say(&auth(token));
        assert_eq!(tab.closed().await, 4502, "{token}");
    }
}

#[tokio::test(start_paused = true)]
async fn anything_else_in_the_first_frame_closes_the_socket_too() {
    let house = House::new();
    for first in [r#"{"type":"ping"}"#, r#"{"type":"auth"}"#, "nonsense", "{}", ""] {
        let mut tab = house.open(UNKNOWN);
        tab.say_text(first);
        assert_eq!(tab.closed().await, 4502, "{first}");
    }
}

#[tokio::test(start_paused = true)]
async fn silence_instead_of_a_first_frame_is_heard_for_five_seconds() {
    let house = House::new();
    let mut socket = house.raw(UNKNOWN);
    let begun = house.now();
    // Pings are no first frame.
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        socket.write(&masked(PING, b"")).await;
    }
    let goodbye = loop {
        match socket.frame().await.expect("a frame") {
            (CLOSE, payload) => break payload,
            (PONG, _) => {}
            other => panic!("a goodbye, not {other:?}"),
        }
    };
    assert_eq!(goodbye[..2], 4401_u16.to_be_bytes());
    assert_eq!((house.now().micros() - begun.micros()) / 1_000_000, 5);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_before_it_says_who_it_is_leaves_nothing() {
    let house = House::new();
    let mut socket = house.raw(UNKNOWN);
    socket.write(&masked(CLOSE, &1000_u16.to_be_bytes())).await;
    assert_eq!(socket.closed().await, 1000);
    drop(house.raw(UNKNOWN));
    crate::harness::settled().await;
    assert_eq!(house.hub.connection_count(), 0);
}

/// Cannot tell anybody from anybody right now.
struct Away(fn() -> ChatError);

#[async_trait]
impl Authenticator for Away {
    async fn authenticate(&self, _: &Credential) -> Result<Identity, ChatError> {
        Err((self.0)())
    }
}

#[tokio::test(start_paused = true)]
async fn where_nobody_can_tell_whether_a_token_is_good_the_client_is_asked_to_come_back() {
    let unavailable: fn() -> ChatError = || StoreError::Unavailable("away".into()).into();
    let overrun: fn() -> ChatError = || ChatError::RateLimited { retry_after_ms: 5 };
    for error in [unavailable, overrun] {
        let house = House::with(|plan| plan.authenticator = Some(Arc::new(Away(error))));
        let mut tab = house.open(UNKNOWN);
        tab.say(&auth("a token that may be good"));
        assert_eq!(tab.closed().await, 4003);
    }
}

/// A tab that was opened with a token that is good for 15 minutes.
async fn tab_of(house: &House) -> (Person, Tab) {
    let ann = house.person("ann").await;
    let tab = house.tab(&ann).await;
    (ann, tab)
}

#[tokio::test(start_paused = true)]
async fn a_socket_is_warned_a_minute_before_its_token_expires_and_then_closed() {
    let house = House::new();
    let (ann, mut tab) = tab_of(&house).await;
    let expires_at = ann.identity.expires_at.expect("an end");

    tokio::time::sleep(Duration::from_secs(14 * 60 - 2)).await;
    tab.silent_for(Duration::from_secs(1)).await;
    let warning = tab.expect("session.expiring").await;
    assert_eq!(warning.text("expires_at"), expires_at.to_string());
    let left = (expires_at.micros() - house.now().micros()) / 1_000_000;
    assert!((58..=60).contains(&left), "{left} seconds before the end");

    // A minute may be longer than the test's patience for one frame.
    tab.silent_for(Duration::from_secs(55)).await;
    assert_eq!(tab.closed().await, 4403);
    assert!(house.now() >= expires_at);
}

#[tokio::test(start_paused = true)]
async fn a_newer_token_keeps_the_socket_open() {
    let house = House::new();
    let (ann, mut tab) = tab_of(&house).await;
    tokio::time::sleep(Duration::from_secs(14 * 60 + 5)).await;
    tab.expect("session.expiring").await;
    let renewed = house.accounts.refresh(&ann.refresh).await.expect("new tokens");

    tab.say(&json!({"type": "auth", "ref": "a", "token": renewed.access_token}));
    let answer = tab.expect("session.renewed").await;
    assert_eq!(answer.reference.as_deref(), Some("a"));
    assert_eq!(answer.text("expires_at"), house.now().plus_seconds(15 * 60).to_string());

    // The old end passes, and before the new one comes another warning.
    tab.silent_for(Duration::from_secs(13 * 60)).await;
    tokio::time::sleep(Duration::from_secs(70)).await;
    tab.expect("session.expiring").await;
}

#[tokio::test(start_paused = true)]
async fn a_token_of_somebody_else_or_of_another_session_renews_nothing() {
    let house = House::new();
    let (_ann, mut tab) = tab_of(&house).await;
    let bob = house.person("bob").await;
    let elsewhere = house.signed_in_again("ann").await;
    for token in [&bob.token, &elsewhere.token, "nonsense"] {
        tab.say(&json!({"type": "auth", "ref": "a", "token": token}));
        let error = tab.expect("error").await;
        assert_eq!((error.text("code"), error.reference.as_deref()), ("unauthenticated", Some("a")));
    }
    tokio::time::sleep(Duration::from_secs(15 * 60)).await;
    tab.expect("session.expiring").await;
    assert_eq!(tab.closed().await, 4403);
}

#[tokio::test(start_paused = true)]
async fn a_proof_without_an_end_lasts() {
    let house = House::new();
    let mut ann = house.person("ann").await;
    ann.identity.expires_at = None;
    let mut tab = house.tab(&ann).await;
    tab.silent_for(Duration::from_secs(3600)).await;
}
