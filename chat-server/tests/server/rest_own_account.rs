//! Stories of looking after one's own account over REST: another password, and where one is signed in.

use serde_json::{Value, json};

use crate::harness::socket::Socket;
use crate::rest::{Answer, Api, PASSWORD, Person};

const ANOTHER: &str = "battery staple horse";

impl Person<'_> {
    async fn change_password(&self, old: &str, new: &str) -> Answer {
        self.post("auth/password", json!({"old_password": old, "new_password": new})).await
    }
}

async fn login<'a>(api: &'a Api, password: &str) -> Person<'a> {
    let signed_in = api.post("/api/v1/auth/login", json!({"login": "ann", "password": password})).await.is(200);
    Person::of(api, &signed_in)
}

#[tokio::test]
async fn another_password_ends_every_other_session_with_its_sockets() {
    let api = Api::start().await;
    let phone = api.register("ann").await;
    let laptop = login(&api, PASSWORD).await;
    let ticket = laptop.tap("auth/ws-ticket").await.is(201)["ticket"].as_str().unwrap().to_owned();
    let mut here = Socket::open(api.address(), &format!("/ws?token={}", phone.token)).await;
    let mut there = Socket::open(api.address(), &format!("/ws?token={}", laptop.token)).await;
    for socket in [&mut here, &mut there] {
        socket.expect("session.ready").await;
    }

    phone.change_password(PASSWORD, ANOTHER).await.is(204);

    assert_eq!(there.closed().await.0, 4503);
    laptop.get("users/me").await.refused(401, "unauthenticated");
    let refresh =
        |person: &Person<'_>| api.post("/api/v1/auth/refresh", json!({"refresh_token": person.refresh_token}));
    refresh(&laptop).await.refused(401, "unauthenticated");
    let late = Socket::try_open(api.address(), &format!("/ws?ticket={ticket}"), &[]).await;
    assert_eq!(late.err(), Some(401));

    here.send(json!({"type": "ping"})).await;
    here.expect("pong").await;
    refresh(&phone).await.is(200);
    api.post("/api/v1/auth/login", json!({"login": "ann", "password": PASSWORD}))
        .await
        .refused(401, "invalid_credentials");
    login(&api, ANOTHER).await.get("users/me").await.is(200);
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it_to_one_within_the_rules() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let laptop = login(&api, PASSWORD).await;
    for wrong in ["", "correct horse", &"x".repeat(2_000)] {
        ann.change_password(wrong, ANOTHER).await.refused(401, "invalid_credentials");
    }
    for bad in ["short", "pass\0words", &"x".repeat(1_025)] {
        ann.change_password(PASSWORD, bad).await.refused(400, "invalid_password");
    }
    let nobody = json!({"old_password": PASSWORD, "new_password": ANOTHER});
    api.post("/api/v1/auth/password", nobody).await.refused(401, "unauthenticated");
    laptop.get("users/me").await.is(200);
}

#[tokio::test]
async fn guessing_at_the_old_password_is_slowed_down_like_signing_in() {
    let api = Api::with(|config| config.rate_limits = true).await;
    let ann = api.register("ann").await;
    let mut tries = 0;
    while ann.change_password("a guess", ANOTHER).await.status != 429 {
        tries += 1;
        assert!(tries < 60, "nobody may guess for ever");
    }
    api.post("/api/v1/auth/login", json!({"login": "ann", "password": PASSWORD})).await.refused(429, "rate_limited");
}

#[tokio::test]
async fn one_sees_where_one_is_signed_in_and_ends_one_of_them() {
    let api = Api::start().await;
    let (phone, eve) = (api.register("ann").await, api.register("eve").await);
    let laptop = login(&api, PASSWORD).await;
    api.post("/api/v1/auth/refresh", json!({"refresh_token": laptop.refresh_token})).await.is(200);

    let sessions = phone.get("users/me/sessions").await;
    assert_eq!(sessions.each("is_current"), [true, false]);
    assert_eq!(sessions.body["next"], Value::Null);
    let other = &sessions.body["items"][1];
    assert!(
        other["last_used_at"].is_string() && sessions.body["items"][0].get("last_used_at").is_none(),
        "{sessions:?}"
    );
    let page = phone.get("users/me/sessions?limit=1").await.is(200);
    assert_eq!(page["next"], page["items"][0]["id"]);

    let path = format!("users/me/sessions/{}", other["id"]);
    eve.delete(&path).await.refused(404, "not_found");
    let mut socket = Socket::open(api.address(), &format!("/ws?token={}", laptop.token)).await;
    socket.expect("session.ready").await;
    phone.delete(&path).await.is(204);
    assert_eq!(socket.closed().await.0, 4503);
    laptop.get("users/me").await.refused(401, "unauthenticated");
    phone.delete(&path).await.refused(404, "not_found");
    assert_eq!(phone.get("users/me/sessions").await.each("is_current"), [true]);
}

#[tokio::test]
async fn all_other_sessions_are_ended_at_once() {
    let api = Api::start().await;
    let (phone, eve) = (api.register("ann").await, api.register("eve").await);
    let others = [login(&api, PASSWORD).await, login(&api, PASSWORD).await];
    phone.delete("users/me/sessions").await.is(204);
    for other in others {
        other.get("users/me").await.refused(401, "unauthenticated");
    }
    assert_eq!(phone.get("users/me/sessions").await.each("is_current"), [true]);
    eve.get("users/me").await.is(200);
}
