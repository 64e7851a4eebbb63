//! Stories of limits over REST: what somebody hears who asks too often.

use std::num::NonZeroU64;

use chat_core::limits::Rate;
use reqwest::Method;
use serde_json::json;

use crate::harness::socket::Socket;
use crate::rest::Api;

#[tokio::test]
async fn whoever_asks_too_often_hears_on_both_faces_how_long_to_wait() {
    let api = Api::with(|config| {
        config.rate_limits = true;
        config.rate_messages = Rate::new(1, 0.1);
    })
    .await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let conversation = ann.direct_with(&bob).await;
    ann.say(conversation, "first").await;
    let refused = ann.post(&format!("conversations/{conversation}/messages"), json!({"body": "second"})).await;
    refused.refused(429, "rate_limited");
    let wait = refused.body["retry_after_ms"].as_u64().unwrap();
    assert!((1..=10_000).contains(&wait), "{wait}");
    assert_eq!(refused.header("retry-after"), Some(wait.div_ceil(1_000).to_string().as_str()));

    let mut socket = Socket::open(api.address(), &format!("/ws?token={}", ann.token)).await;
    socket.expect("session.ready").await;
    socket.send(json!({"type": "message.send", "conversation_id": conversation, "body": "second", "ref": "a"})).await;
    let error = socket.expect("error").await;
    assert_eq!((&error["ref"], &error["data"]["code"]), (&json!("a"), &json!("rate_limited")));
    assert!(error["data"]["retry_after_ms"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn the_type_of_every_problem_leads_to_a_text() {
    let api = Api::start().await;
    for code in chat_core::ErrorCode::ALL {
        let url = format!("http://{}/errors/{}", api.address(), code.as_str());
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(answer.status(), 200, "{code:?}");
        assert!(answer.text().await.unwrap().contains(code.message()), "{code:?}");
    }
    let unknown = reqwest::get(format!("http://{}/errors/boredom", api.address())).await.unwrap();
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn whoever_shows_many_bad_tokens_waits_and_their_neighbours_do_not() {
    let api = Api::with(|config| {
        config.rate_limits = true;
        config.rate_bad_tokens_per_address = Rate::new(3, 0.01);
        config.access_token_seconds = NonZeroU64::new(900).unwrap();
    })
    .await;
    let ann = api.register("ann").await;
    let bad = async || api.send(api.request(Method::GET, "/api/v1/users/me").bearer_auth("nonsense")).await;
    for _ in 0..2 {
        bad().await.refused(401, "unauthenticated");
    }
    api.post("/api/v1/auth/refresh", json!({"refresh_token": "nonsense"})).await.refused(401, "unauthenticated");
    bad().await.refused(429, "rate_limited");
    api.post("/api/v1/auth/refresh", json!({"refresh_token": "nonsense"})).await.refused(429, "rate_limited");
    assert_eq!(Socket::try_open(api.address(), "/ws?token=nonsense", &[]).await.err(), Some(429));
    ann.get("users/me").await.is(200);
    api.send(api.request(Method::GET, "/api/v1/users/me")).await.refused(401, "unauthenticated");
}
