//! Sessions that somebody ends behind the server's back: another node, or an operator.

use std::sync::Arc;

use chat_core::ids::SessionId;
use chat_core::ports::{Clock as _, SystemClock};
use chat_core::testing::MemoryStore;
use chat_server::{App, Parts, Users};
use serde_json::json;

use crate::harness::TestServer;
use crate::harness::person::Person;
use crate::harness::socket::Socket;

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_loses_its_socket_and_no_other_does() {
    let stores = Arc::new(MemoryStore::new()).stores();
    let sessions = Arc::clone(&stores.sessions);
    let server = TestServer::of(|config| App::assemble(Parts::new(stores, Users::own(config).unwrap()), config)).await;
    let ann = Person::register(&server.url(), "ann").await;
    let bob = Person::register(&server.url(), "bob").await;
    let mut hers = Socket::open(server.address(), &format!("/ws?token={}", ann.token)).await;
    let mut his = Socket::open(server.address(), &format!("/ws?token={}", bob.token)).await;
    his.expect("session.ready").await;

    assert!(sessions.end(SessionId::new(1).unwrap(), SystemClock.now()).await.unwrap());
    assert_eq!(hers.closed().await.0, 4503);
    assert_eq!(ann.get("users/me").await.0, 401);
    his.send(json!({"type": "ping"})).await;
    his.expect("pong").await;
}
