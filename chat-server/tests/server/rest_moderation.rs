//! Stories of keeping the server in order over REST, and of what those see who are kept out.

use std::sync::Arc;

use chat_core::ids::UserId;
use chat_core::moderation::{AccountStanding, ServerRole, StandingAct, StandingChange};
use chat_core::ports::{Clock as _, StandingSet, Stores, SystemClock};
use chat_core::testing::MemoryStore;
use chat_server::{App, Parts, Users};
use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::harness::socket::Socket;
use crate::rest::{Api, PASSWORD, Person};

/// A server whose stores the test reaches, as an operator does.
pub struct Town {
    // Goes on as long as somebody may ask.
    _server: TestServer,
    pub api: Api,
    stores: Stores,
}

impl Town {
    pub async fn start() -> Self {
        let stores = Arc::new(MemoryStore::new()).stores();
        let parts = stores.clone();
        let server =
            TestServer::of(|config| App::assemble(Parts::new(parts, Users::own(config).unwrap()), config)).await;
        let api = Api::at(server.url()).await;
        Self { _server: server, api, stores }
    }

    /// Somebody new who is something to the server.
    pub async fn keeper(&self, name: &str, role: ServerRole) -> Person<'_> {
        let person = self.api.register(name).await;
        let change = StandingChange {
            user: UserId::new(person.id).unwrap(),
            by: None,
            act: StandingAct::SetRole(role),
            judged_on: AccountStanding::default(),
            at: SystemClock.now(),
        };
        let set = self.stores.standings.set_standing(&change).await.unwrap();
        assert_eq!(set, StandingSet::Set(Vec::new()));
        person
    }
}

fn sanction_of(person: &Person<'_>) -> String {
    format!("moderation/users/{}/sanction", person.id)
}

const BAN: &str = r#"{"kind": "banned", "reason": "spam"}"#;

fn ban() -> Value {
    serde_json::from_str(BAN).unwrap()
}

fn suspension() -> Value {
    json!({"kind": "suspended", "until": "2999-01-01T00:00:00Z", "reason": "spam"})
}

#[tokio::test]
async fn whoever_is_banned_is_out_at_once_and_what_they_said_stays() {
    let town = Town::start().await;
    let (ann, bob) = (town.keeper("ann", ServerRole::Moderator).await, town.api.register("bob").await);
    let conversation = ann.direct_with(&bob).await;
    let said = bob.say(conversation, "here I am").await;
    let ticket = bob.tap("auth/ws-ticket").await.is(201)["ticket"].as_str().unwrap().to_owned();
    let address = town.api.address();
    let one_path = format!("/ws/conversations/{conversation}?token={}", bob.token);
    let mut sockets =
        [Socket::open(address, &format!("/ws?token={}", bob.token)).await, Socket::open(address, &one_path).await];
    sockets[0].expect("session.ready").await;

    ann.put(&sanction_of(&bob), ban()).await.is(204);
    for socket in &mut sockets {
        assert_eq!(socket.closed().await.0, 4507);
    }

    bob.get("users/me").await.refused(403, "account_banned");
    bob.tap("auth/ws-ticket").await.refused(403, "account_banned");
    town.api
        .post("/api/v1/auth/refresh", json!({"refresh_token": bob.refresh_token}))
        .await
        .refused(403, "account_banned");
    town.api
        .post("/api/v1/auth/login", json!({"login": "bob", "password": PASSWORD}))
        .await
        .refused(403, "account_banned");
    let late = Socket::try_open(address, &format!("/ws?ticket={ticket}"), &[]).await;
    assert_eq!(late.err(), Some(403));
    let mut first_frame = Socket::open(address, "/ws").await;
    first_frame.send(json!({"type": "auth", "token": bob.token})).await;
    assert_eq!(first_frame.closed().await.0, 4507);
    assert_eq!(ann.get(&format!("messages/{}", said["id"])).await.is(200)["body"], "here I am");
}

#[tokio::test]
async fn the_suspended_are_told_until_when() {
    let town = Town::start().await;
    let (ann, bob) = (town.keeper("ann", ServerRole::Moderator).await, town.api.register("bob").await);
    let mut socket = Socket::open(town.api.address(), &format!("/ws?token={}", bob.token)).await;
    socket.expect("session.ready").await;
    ann.put(&sanction_of(&bob), suspension()).await.is(204);
    assert_eq!(socket.closed().await.0, 4506);
    let refused = bob.get("users/me").await;
    refused.refused(403, "account_suspended");
    assert_eq!(refused.body["until"], "2999-01-01T00:00:00.000000+00:00");
    let standing = ann.get(&format!("moderation/users/{}", bob.id)).await.is(200);
    let sanction = json!({"kind": "suspended", "until": "2999-01-01T00:00:00.000000+00:00", "reason": "spam"});
    assert_eq!(standing, json!({"user_id": bob.id, "server_role": "member", "sanction": sanction}));

    ann.delete(&sanction_of(&bob)).await.is(204);
    ann.delete(&sanction_of(&bob)).await.is(204);
    let signed_in = town.api.post("/api/v1/auth/login", json!({"login": "bob", "password": PASSWORD})).await.is(200);
    let bob = Person::of(&town.api, &signed_in);
    let own = bob.get(&format!("moderation/users/{}", bob.id)).await.is(200);
    assert_eq!(own, json!({"user_id": bob.id, "server_role": "member"}));
}

#[tokio::test]
async fn admins_appoint_and_the_audit_says_who_did_what() {
    let town = Town::start().await;
    let (ann, bob) = (town.keeper("ann", ServerRole::Admin).await, town.api.register("bob").await);
    let eve = town.api.register("eve").await;
    let role = |person: &Person<'_>| format!("moderation/users/{}/role", person.id);
    bob.put(&role(&bob), json!({"server_role": "admin"})).await.refused(403, "forbidden");
    ann.put(&role(&bob), json!({"server_role": "owner"})).await.refused(400, "bad_request");
    ann.put(&role(&bob), json!({"server_role": "moderator"})).await.is(204);
    bob.put(&sanction_of(&eve), ban()).await.is(204);
    bob.put(&sanction_of(&ann), ban()).await.refused(403, "forbidden");

    let audit = bob.get("moderation/audit").await;
    assert_eq!(audit.each("kind"), ["banned", "role_set", "role_set"]);
    let entry = &audit.body["items"][0];
    assert_eq!(
        (&entry["actor_id"], &entry["user_id"], &entry["note"]),
        (&json!(bob.id), &json!(eve.id), &json!("spam"))
    );
    assert_eq!(audit.body["items"][2].get("actor_id"), None, "an operator has no user");
    let hers = ann.get(&format!("moderation/audit?actor_id={}", ann.id)).await;
    assert_eq!(hers.each("user_id"), [json!(bob.id)]);
    let page = ann.get("moderation/audit?limit=2").await.is(200);
    let rest = ann.get(&format!("moderation/audit?limit=2&after={}", page["next"])).await;
    assert_eq!((rest.each("server_role"), &rest.body["next"]), (vec![json!("admin")], &Value::Null));
    ann.get("moderation/audit?user_id=0").await.refused(400, "bad_request");
}

#[tokio::test]
async fn a_sanction_has_an_end_that_lies_ahead_or_none() {
    let town = Town::start().await;
    let (ann, bob) = (town.keeper("ann", ServerRole::Admin).await, town.api.register("bob").await);
    for bad in [
        json!({"kind": "suspended", "reason": "spam"}),
        json!({"kind": "suspended", "reason": "spam", "until": "soon"}),
        json!({"kind": "suspended", "reason": "spam", "until": "2001-01-01"}),
        json!({"kind": "banned", "reason": "spam", "until": "2999-01-01"}),
        json!({"kind": "praised", "reason": "spam"}),
        json!({"kind": "banned"}),
    ] {
        ann.put(&sanction_of(&bob), bad).await.refused(400, "bad_request");
    }
    ann.put(&sanction_of(&bob), json!({"kind": "banned", "reason": " "})).await.refused(400, "empty_message");
    ann.put(&sanction_of(&bob), json!({"kind": "banned", "reason": "x".repeat(501)})).await.refused(413, "too_long");
    ann.put("moderation/users/4000000/sanction", ban()).await.refused(404, "not_found");
    bob.put("moderation/users/4000000/sanction", ban()).await.refused(403, "forbidden");
    bob.get("users/me").await.is(200);
}
