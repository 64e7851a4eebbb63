//! The example of a service with a chat inside, as it is printed: this story runs its very code.

#[path = "../../examples/embed.rs"]
#[expect(dead_code, reason = "the story does not listen where the example does")]
mod embed;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::socket::Socket;

/// The service on a free port.
struct House {
    address: std::net::SocketAddr,
    _directory: tempfile::TempDir,
    _chat: chat_server::App,
}

impl House {
    async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", directory.path().join("chat.db").display());
        let (router, chat) = embed::service(&database).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { address, _directory: directory, _chat: chat }
    }

    async fn get(&self, path: &str, badge: &str) -> (StatusCode, String) {
        let response =
            Client::new().get(format!("http://{}{path}", self.address)).bearer_auth(badge).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    async fn post(&self, path: &str, badge: &str, body: Value) -> Value {
        let request = Client::new().post(format!("http://{}{path}", self.address)).bearer_auth(badge).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn the_people_of_the_house_chat_with_the_badges_of_the_house() {
    let house = House::open().await;
    let me =
        async |badge| -> Value { serde_json::from_str(&house.get("/chat/api/v1/users/me", badge).await.1).unwrap() };
    let (ann, bob) = (me("badge-ann").await, me("badge-bob").await);
    assert_eq!((&ann["username"], &bob["username"]), (&json!("ann"), &json!("bob")));
    assert_eq!(me("badge-ann").await["id"], ann["id"], "known again");

    let mut socket = Socket::open(house.address, "/chat/ws?token=badge-bob").await;
    socket.expect("session.ready").await;
    let direct = json!({"kind": "direct", "user_id": bob["id"]});
    let conversation = house.post("/chat/api/v1/conversations", "badge-ann", direct).await["id"].clone();
    let path = format!("/chat/api/v1/conversations/{conversation}/messages");
    house.post(&path, "badge-ann", json!({"body": "hello"})).await;
    assert_eq!(socket.expect("message.new").await["data"]["body"], "hello");
}

#[tokio::test]
async fn a_stranger_without_a_badge_is_refused_at_both_doors() {
    let house = House::open().await;
    assert_eq!(house.get("/chat/api/v1/users/me", "forged").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(Socket::try_open(house.address, "/chat/ws?token=forged", &[]).await.err(), Some(401));
}

#[tokio::test]
async fn the_service_keeps_its_own_routes_and_the_chat_has_no_sign_in() {
    let house = House::open().await;
    assert!(house.get("/", "").await.1.contains("swagger-ui"), "it leads to the documentation");
    let login = house.post("/chat/api/v1/auth/login", "", json!({"login": "ann", "password": "x"})).await;
    assert_eq!(login["code"], "not_found");
    assert_eq!(house.get("/healthz", "").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_chat_shows_is_found_below_the_path_and_the_page_where_people_sign_in_is_not() {
    let house = House::open().await;
    assert_eq!(house.get("/chat/api/docs/", "").await.0, StatusCode::OK);
    assert_eq!(house.get("/chat/healthz", "").await.0, StatusCode::OK);
    assert_eq!(house.get("/chat/assets/app.js", "").await.0, StatusCode::NOT_FOUND);
}
