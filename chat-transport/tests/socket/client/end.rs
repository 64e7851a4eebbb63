//! Ends: after which of them a client comes back, when, and after which it does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chat_transport::client::{ClientError, Notice, TokenSource};
use serde_json::json;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::http::StatusCode;

use super::stage::Stage;
use super::{Teller, settings};

#[tokio::test]
async fn a_connection_that_breaks_is_made_again() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    for _ in 0..10 {
        drop(stage.welcome(0).await);
        while teller.next().await != Notice::Offline {}
    }
}

#[tokio::test]
async fn codes_that_say_come_back_are_obeyed() {
    for code in [1001, 1011, 4002, 4003, 4008, 4401, 4403] {
        let stage = Stage::new().await;
        let _teller = Teller::start(settings(&stage.address(), "token", "desk"));
        stage.welcome(0).await.close(code, "").await;
        stage.welcome(0).await;
    }
}

#[tokio::test]
async fn codes_that_say_stay_away_are_obeyed() {
    for code in [1002, 1003, 1007, 1008, 1009, 4501, 4502, 4503, 4504, 4508] {
        let stage = Stage::new().await;
        let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
        stage.welcome(0).await.close(code, "").await;
        assert_eq!(teller.news().await, Notice::Ended(code));
        assert_eq!(teller.client.send(7, "too late").await, Err(ClientError::Ended));
        assert!(stage.stays_empty().await, "{code}");
    }
}

#[tokio::test]
async fn whoever_waits_for_an_answer_learns_of_the_end() {
    let stage = Stage::new().await;
    let teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(0).await;
    let client = teller.client.clone();
    let sending = tokio::spawn(async move { client.send(7, "tea").await });
    server.expect("message.send").await;
    server.close(4503, "").await;
    assert_eq!(sending.await.expect("no panic"), Err(ClientError::Ended));
}

#[tokio::test]
async fn a_server_that_goes_away_says_when_to_come_back() {
    let stage = Stage::new().await;
    let _teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let server = stage.welcome(0).await;
    let closed = Instant::now();
    server.close(4000, "going away; retry_after_ms=200").await;
    stage.welcome(0).await;
    assert!(closed.elapsed() >= Duration::from_millis(200), "not before it may");
}

#[tokio::test]
async fn a_server_that_is_silent_for_two_heartbeats_is_dead() {
    let stage = Stage::new().await;
    let _teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut dead = stage.accept().await;
    let ready = json!({"type": "session.ready", "data": {
        "user": {"id": 1, "username": "ann", "status": "online", "status_message": null, "last_seen_at": null,
            "created_at": "2026-01-13T17:00:29.317890+00:00"},
        "epoch": "e1", "heartbeat_seconds": 1, "user_seq": 0, "conversations": [], "presence": [],
    }});
    dead.say(ready).await;
    let silent = Instant::now();
    // The connection stays open, and nothing comes any more.
    let mut alive = stage.accept().await;
    assert!(silent.elapsed() >= Duration::from_secs(2), "not before two heartbeats");
    alive.ready("e1", &[], 0).await;
    drop(dead);
}

#[tokio::test]
async fn a_server_that_does_not_even_begin_is_given_up() {
    let stage = Stage::new().await;
    let mut settings = settings(&stage.address(), "token", "desk");
    settings.patience = Duration::from_secs(1);
    let _teller = Teller::start(settings);
    let _without_a_first_frame = stage.accept().await;
    stage.welcome(0).await;
}

#[tokio::test]
async fn a_bad_token_is_the_end_and_a_crowd_is_not() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    for status in [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE, StatusCode::BAD_GATEWAY] {
        stage.refuse(status).await;
    }
    stage.refuse(StatusCode::UNAUTHORIZED).await;
    assert_eq!(teller.news().await, Notice::Ended(4502));
    assert!(stage.stays_empty().await);
}

/// Tokens that are counted, until there are no more.
struct Counted {
    given: AtomicU32,
    in_all: u32,
}

#[async_trait]
impl TokenSource for Counted {
    async fn token(&self) -> Option<String> {
        let number = self.given.fetch_add(1, Ordering::SeqCst) + 1;
        (number <= self.in_all).then(|| format!("token-{number}"))
    }
}

#[tokio::test]
async fn every_connection_comes_with_a_token_of_its_own() {
    let stage = Stage::new().await;
    let mut settings = settings(&stage.address(), "", "desk");
    settings.tokens = Arc::new(Counted { given: AtomicU32::new(0), in_all: 3 });
    let mut teller = Teller::start(settings);
    for number in 1..=3 {
        assert_eq!(stage.accept().await.token, format!("token-{number}"));
    }
    assert_eq!(teller.news().await, Notice::Ended(4502), "there is no other token");
}

#[tokio::test]
async fn a_connection_is_kept_beyond_the_end_of_its_token() {
    let stage = Stage::new().await;
    let mut settings = settings(&stage.address(), "", "desk");
    settings.tokens = Arc::new(Counted { given: AtomicU32::new(0), in_all: 2 });
    let _teller = Teller::start(settings);
    let mut server = stage.welcome(0).await;
    let soon = json!({"expires_at": "2026-01-13T17:01:29.317890+00:00"});
    server.say(json!({"type": "session.expiring", "data": soon})).await;
    assert_eq!(server.expect("auth").await["token"], "token-2");
}

#[tokio::test]
async fn nobody_to_ask_ends_the_connection() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(0).await;
    teller.caught_up().await;
    drop(teller.client);
    assert_eq!(server.hear().await, None);
    assert!(stage.stays_empty().await);
}

#[tokio::test]
async fn nobody_to_ask_ends_the_pause_too() {
    let stage = Stage::new().await;
    let mut settings = settings(&stage.address(), "token", "desk");
    settings.min_pause = Duration::from_secs(3_600);
    settings.max_pause = settings.min_pause;
    let mut teller = Teller::start(settings);
    drop(stage.accept().await);
    assert_eq!(teller.next().await, Notice::Offline);
    drop(teller.client);
    assert_eq!(tokio::time::timeout(crate::harness::PATIENCE, teller.notices.recv()).await, Ok(None));
}
