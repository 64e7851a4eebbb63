//! What every request can rely on, whatever its handler does or its client leaves undone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chat_core::accounts::Credential;
use chat_core::limits::Rate;
use chat_core::ports::{StoreError, Stores};
use chat_core::testing::MemoryStore;
use chat_core::testing::mocks::MockDatabase;
use chat_core::{Authenticator, ChatError, ErrorCode, Identity};
use chat_server::{App, Parts, Users};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::harness::TestServer;
use crate::harness::person::PASSWORD;
use crate::harness::raw::read_head;

/// Panics at everybody who comes.
struct Faulty;

#[async_trait]
impl Authenticator for Faulty {
    async fn authenticate(&self, _: &Credential) -> Result<Identity, ChatError> {
        panic!("a fault of the program");
    }
}

fn memory() -> Stores {
    Arc::new(MemoryStore::new()).stores()
}

#[tokio::test]
async fn a_panic_in_a_handler_is_an_answer_like_any_other_and_the_server_goes_on() {
    let server =
        TestServer::of(|config| App::assemble(Parts::new(memory(), Users::OfHost(Arc::new(Faulty))), config)).await;
    let request = Client::new().get(format!("{}/api/v1/users/me", server.url())).bearer_auth("anything");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: Value = response.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["request_id"]), (&json!("internal"), &json!(id)));
    assert_eq!(reqwest::get(format!("{}/healthz", server.url())).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_server_whose_database_is_gone_is_alive_but_not_ready() {
    let mut database = MockDatabase::new();
    database.expect_ping().returning(|| Err(StoreError::Unavailable("connection refused".into())));
    let stores = Stores { database: Arc::new(database), ..memory() };
    let server =
        TestServer::of(|config| App::assemble(Parts::new(stores, Users::OfHost(Arc::new(Faulty))), config)).await;
    let ready = reqwest::get(format!("{}/readyz", server.url())).await.unwrap();
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!ready.text().await.unwrap().contains("refused"), "the reason is for the log");
    assert_eq!(reqwest::get(format!("{}/healthz", server.url())).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn what_was_begun_is_carried_out_though_its_client_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let config = crate::harness::quick(directory.path());
    let app = App::assemble(Parts::new(memory(), Users::OfHost(Arc::new(Faulty))), &config);
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let done = Arc::new(AtomicBool::new(false));
    let work = {
        let done = Arc::clone(&done);
        async move {
            wait.await.unwrap();
            done.store(true, Ordering::SeqCst);
            Ok(())
        }
    };
    // The client hangs up right after the work has begun.
    assert!(tokio::time::timeout(std::time::Duration::ZERO, app.state().carry_out(work)).await.is_err());
    go.send(()).unwrap();
    app.shut_down(crate::harness::LONG).await;
    assert!(done.load(Ordering::SeqCst), "the shutdown waited for it");
}

#[tokio::test]
async fn work_that_panics_is_a_fault_of_the_server_and_not_the_end_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let config = crate::harness::quick(directory.path());
    let app = App::assemble(Parts::new(memory(), Users::OfHost(Arc::new(Faulty))), &config);
    let answer: Result<(), _> = app.state().carry_out(async { panic!("a fault of the program") }).await;
    assert_eq!(answer.map_err(|error| error.code()), Err(ErrorCode::Internal));
}

#[tokio::test]
async fn a_request_that_is_under_way_when_the_server_stops_is_answered() {
    let server = TestServer::start().await;
    let body = json!({"username": "ann", "email": "ann@example.org", "password": PASSWORD}).to_string();
    let (first, second) = body.split_at(10);
    let head = "POST /api/v1/auth/register HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let length = body.len();
    stream
        .write_all(format!("{head}Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n").as_bytes())
        .await
        .unwrap();
    assert_eq!(read_head(&mut stream).await.expect("an answer").status, 100, "the handler reads the body");
    stream.write_all(first.as_bytes()).await.unwrap();

    let stopped = tokio::spawn(server.stop());
    stream.write_all(second.as_bytes()).await.unwrap();
    let answer = read_head(&mut stream).await.expect("an answer");
    assert_eq!((answer.status, answer.header("connection")), (201, Some("close")));
    stopped.await.unwrap();
}

#[tokio::test]
async fn limits_count_by_the_address_that_a_trusted_proxy_names_and_by_no_other() {
    let register = async |server: &TestServer, name: &str, forwarded: &str| {
        let body = json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD});
        let request = Client::new().post(format!("{}/api/v1/auth/register", server.url())).json(&body);
        request.header("x-forwarded-for", forwarded).send().await.unwrap().status().as_u16()
    };
    let one_each = |config: &mut chat_server::Config| {
        config.rate_limits = true;
        config.rate_register_per_address = Rate::new(1, 0.001);
    };

    let open = TestServer::with(one_each).await;
    assert_eq!(register(&open, "ann", "198.51.100.1").await, 201);
    assert_eq!(register(&open, "bob", "198.51.100.2").await, 429, "anybody can write such a header");

    let loopback = vec![("CHAT_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned())];
    let sources = chat_server::config::Sources { environment: loopback, ..Default::default() };
    let trusted = sources.load().unwrap().config.trusted_proxies;
    let behind = TestServer::with(|config| {
        one_each(config);
        config.trusted_proxies = trusted;
    })
    .await;
    assert_eq!(register(&behind, "ann", "198.51.100.1").await, 201);
    assert_eq!(register(&behind, "bob", "198.51.100.2").await, 201);
    assert_eq!(register(&behind, "eve", "198.51.100.2").await, 429);
}
