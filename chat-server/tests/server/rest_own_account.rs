//! Stories of looking after one's own account over REST: another password, and where one is signed in.

use chat_core::ports::MessagesOfDeleted;
use reqwest::Method;
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

/// The account is gone, and the one who stays sees an id where a person was.
#[tokio::test]
async fn a_deleted_account_closes_its_sockets_and_is_nobody_any_more() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let laptop = login(&api, PASSWORD).await;
    let (direct, group) = (ann.direct_with(&bob).await, ann.group_with(&[&bob]).await);
    ann.say(direct, "hello").await;
    let mut hers = Socket::open(api.address(), &format!("/ws?token={}", laptop.token)).await;
    let mut his = Socket::open(api.address(), &format!("/ws?token={}", bob.token)).await;
    for socket in [&mut hers, &mut his] {
        socket.expect("session.ready").await;
    }

    api.send(ann.request(Method::DELETE, "users/me").json(&json!({"password": "wrong horse"})))
        .await
        .refused(401, "invalid_credentials");
    api.send(ann.request(Method::DELETE, "users/me").json(&json!({"password": PASSWORD}))).await.is(204);

    assert_eq!(hers.closed().await.0, 4503);
    let told = his.expect("user.updated").await;
    assert_eq!((&told["data"]["user_id"], &told["data"]["is_deleted"]), (&json!(ann.id), &json!(true)));
    let left = loop {
        let left = his.expect("member.left").await;
        if left["data"]["conversation_id"] == group {
            break left;
        }
    };
    assert_eq!(left["data"]["user_id"], ann.id);
    for person in [&ann, &laptop] {
        person.get("users/me").await.refused(401, "unauthenticated");
    }
    api.post("/api/v1/auth/login", json!({"login": "ann", "password": PASSWORD}))
        .await
        .refused(401, "invalid_credentials");

    let user = bob.get(&format!("users/{}", ann.id)).await.is(200);
    assert_eq!((&user["username"], &user["is_deleted"]), (&json!(format!("deleted-{}", ann.id)), &json!(true)));
    assert_eq!(bob.get("users?q=ann").await.each("id"), [] as [Value; 0]);
    assert_eq!(bob.get(&format!("conversations/{direct}/messages")).await.each("sender_id"), [json!(ann.id)]);
    let members = bob.get(&format!("conversations/{group}/members")).await;
    assert_eq!((members.each("user_id"), members.each("role")), (vec![json!(bob.id)], vec![json!("owner")]));
    let name = json!({"username": "ann", "email": "else@example.org", "password": PASSWORD});
    api.post("/api/v1/auth/register", name).await.refused(409, "name_taken");
    let address = json!({"username": "berta", "email": "ann@example.org", "password": PASSWORD});
    api.post("/api/v1/auth/register", address).await.is(201);
}

#[tokio::test]
async fn messages_go_with_the_account_where_the_operator_wants_it_so() {
    let api = Api::with(|config| config.messages_of_deleted = MessagesOfDeleted::Delete).await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let direct = ann.direct_with(&bob).await;
    let mut his = Socket::open(api.address(), &format!("/ws?token={}", bob.token)).await;
    his.expect("session.ready").await;
    for text in ["one", "two", "three"] {
        ann.say(direct, text).await;
    }
    api.send(ann.request(Method::DELETE, "users/me").json(&json!({"password": PASSWORD}))).await.is(204);
    for _ in 0..3 {
        his.expect("message.deleted").await;
    }
    let bodies = bob.get(&format!("conversations/{direct}/messages")).await.each("body");
    assert_eq!(bodies, [json!(""), json!(""), json!("")]);
}

/// All of one's own, none of what others said, and more than fits into one page.
#[tokio::test]
async fn everything_that_is_kept_of_oneself_can_be_taken_along() {
    let api = Api::start().await;
    let (ann, bob, cid) = (api.register("ann").await, api.register("bob").await, api.register("cid").await);
    let request = ann.post("friends/requests", json!({"user_id": bob.id})).await.is(201);
    bob.tap(&format!("friends/requests/{}/accept", request["id"])).await.is(200);
    ann.mark(&format!("blocks/{}", cid.id)).await.is(204);
    let (direct, group) = (ann.direct_with(&bob).await, ann.group_with(&[&bob]).await);
    for n in 0..60 {
        bob.say(direct, "his").await;
        ann.say(direct, &format!("mine {n}")).await;
    }
    ann.say(group, "mine too").await;

    let answer = ann.get("users/me/export").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
    let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of =
        |kind: &str| lines.iter().filter(|line| line["kind"] == kind).map(|line| &line["data"]).collect::<Vec<_>>();
    assert_eq!((&lines[0]["kind"], &lines[0]["data"]["username"]), (&json!("profile"), &json!("ann")));
    assert_eq!(of("session").len(), 1);
    assert_eq!((&of("friend")[0]["id"], &of("block")[0]["id"]), (&json!(bob.id), &json!(cid.id)));
    assert_eq!(of("conversation").len(), 2);
    let messages = of("message");
    assert!(messages.iter().all(|message| message["sender_id"] == ann.id));
    let in_direct: Vec<_> = messages.iter().filter(|message| message["conversation_id"] == direct).collect();
    assert_eq!((in_direct.len(), messages.len()), (60, 61));
    assert_eq!((&in_direct[0]["body"], &in_direct[59]["body"]), (&json!("mine 0"), &json!("mine 59")));

    api.send(api.request(Method::GET, "/api/v1/users/me/export")).await.refused(401, "unauthenticated");
}
