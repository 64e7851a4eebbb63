//! The opening of sockets: what is refused before the 101, and with what.

use std::num::{NonZeroU64, NonZeroUsize};

use serde_json::json;

use crate::harness::TestServer;
use crate::harness::person::Person;
use crate::harness::raw::{exchange, handshake};
use crate::harness::socket::Socket;

const AUTHORIZATION: &str = "authorization";

async fn status(server: &TestServer, path: &str, changes: &[(&str, &str)]) -> u16 {
    exchange(server.address(), handshake(path, changes).as_bytes()).await.expect("an answer").status
}

#[tokio::test]
async fn a_socket_opens_with_a_header_a_token_or_a_ticket() {
    let server = TestServer::start().await;
    let ann = Person::register(&server.url(), "ann").await;
    let bearer = format!("Bearer {}", ann.token);
    let ways = [
        ("/ws".to_owned(), vec![(AUTHORIZATION, bearer.as_str())]),
        (format!("/ws?token={}", ann.token), vec![]),
        (format!("/ws?ticket={}", ann.ticket().await), vec![]),
    ];
    for (path, headers) in ways {
        let Ok(mut socket) = Socket::try_open(server.address(), &path, &headers).await else {
            panic!("refused: {path}");
        };
        assert_eq!(socket.expect("session.ready").await["data"]["user"]["id"], ann.id);
    }
}

#[tokio::test]
async fn a_socket_may_say_who_it_is_in_its_first_frame() {
    let server = TestServer::start().await;
    let ann = Person::register(&server.url(), "ann").await;
    let mut socket = Socket::open(server.address(), "/ws").await;
    socket.send(json!({"type": "auth", "token": ann.token})).await;
    assert_eq!(socket.expect("session.ready").await["data"]["user"]["id"], ann.id);

    let mut stranger = Socket::open(server.address(), "/ws").await;
    stranger.send(json!({"type": "auth", "token": "nonsense"})).await;
    assert_eq!(stranger.closed().await.0, 4502);
}

#[tokio::test]
async fn a_ticket_opens_one_socket() {
    let server = TestServer::start().await;
    let ticket = Person::register(&server.url(), "ann").await.ticket().await;
    let path = format!("/ws?ticket={ticket}");
    assert!(Socket::try_open(server.address(), &path, &[]).await.is_ok());
    assert_eq!(status(&server, &path, &[]).await, 401);
}

#[tokio::test]
async fn a_bad_credential_is_refused_before_the_upgrade() {
    let server = TestServer::start().await;
    let ann = Person::register(&server.url(), "ann").await;
    for path in ["/ws?token=nonsense", "/ws?token=", "/ws?ticket=nonsense", "/ws/conversations/1?token=nonsense"] {
        assert_eq!(status(&server, path, &[]).await, 401, "{path}");
    }
    assert_eq!(status(&server, &format!("/ws?token={}", ann.refresh_token), &[]).await, 401);
    for header in ["Bearer nonsense", "Basic YTpi", "Bearer", "nonsense"] {
        assert_eq!(status(&server, "/ws", &[("Authorization", header)]).await, 401, "{header}");
    }
    let twice =
        handshake("/ws", &[("Authorization", "Bearer a")]).replace("\r\n\r\n", "\r\nAuthorization: Bearer b\r\n\r\n");
    assert_eq!(exchange(server.address(), twice.as_bytes()).await.expect("an answer").status, 401);
}

#[tokio::test]
async fn a_refusal_is_a_problem_with_the_code_that_rest_has_for_it() {
    let server = TestServer::start().await;
    let response = reqwest::Client::new()
        .get(format!("{}/ws?token=nonsense", server.url()))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: serde_json::Value = response.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["request_id"]), (&json!("unauthenticated"), &json!(id)));
}

#[tokio::test]
async fn a_stranger_to_a_conversation_is_told_that_there_is_nothing() {
    let server = TestServer::start().await;
    let ann = Person::register(&server.url(), "ann").await;
    let bob = Person::register(&server.url(), "bob").await;
    let eve = Person::register(&server.url(), "eve").await;
    let conversation = ann.direct_with(&bob).await;

    let path = format!("/ws/conversations/{conversation}?token={}", bob.token);
    assert!(Socket::try_open(server.address(), &path, &[]).await.is_ok());
    let stranger = format!("/ws/conversations/{conversation}?token={}", eve.token);
    assert_eq!(status(&server, &stranger, &[]).await, 404);
    for id in ["999999", "0", "-1", "x", "9007199254740993", "1%00"] {
        assert_eq!(status(&server, &format!("/ws/conversations/{id}?token={}", ann.token), &[]).await, 404, "{id}");
    }
}

#[tokio::test]
async fn what_is_no_handshake_is_refused_with_what_is_spoken_here() {
    let server = TestServer::start().await;
    let required = exchange(server.address(), handshake("/ws", &[("Sec-WebSocket-Version", "12")]).as_bytes()).await;
    let required = required.expect("an answer");
    assert_eq!((required.status, required.header("sec-websocket-version")), (426, Some("13")));
    assert_eq!(status(&server, "/ws", &[("Upgrade", "")]).await, 426);
    assert_eq!(status(&server, "/ws", &[("Connection", "keep-alive")]).await, 400);
    assert_eq!(status(&server, "/ws", &[("Sec-WebSocket-Key", "")]).await, 400);
    assert_eq!(status(&server, "/ws", &[("Sec-WebSocket-Key", "c2hvcnQ=")]).await, 400);
    let two_keys = handshake("/ws", &[]).replace("\r\n\r\n", "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    assert_eq!(exchange(server.address(), two_keys.as_bytes()).await.expect("an answer").status, 400);
    let post = handshake("/ws", &[]).replace("GET", "POST");
    assert_eq!(exchange(server.address(), post.as_bytes()).await.expect("an answer").status, 405);
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_even_with_a_good_token() {
    let server = TestServer::start().await;
    let ann = Person::register(&server.url(), "ann").await;
    let path = format!("/ws?token={}", ann.token);
    let host = server.address().to_string();
    let own = format!("http://{host}");
    let open = |origin: String| {
        let (path, host) = (path.clone(), host.clone());
        let server = &server;
        async move { status(server, &path, &[("Host", &host), ("Origin", &origin)]).await }
    };
    assert_eq!(open(own.clone()).await, 101);
    for foreign in ["null".to_owned(), "https://evil.example".to_owned(), format!("{own}.evil.example")] {
        assert_eq!(open(foreign.clone()).await, 403, "{foreign}");
    }
}

#[tokio::test]
async fn tokens_in_addresses_can_be_switched_off() {
    let server = TestServer::with(|config| config.token_in_url = false).await;
    let ann = Person::register(&server.url(), "ann").await;
    assert_eq!(status(&server, &format!("/ws?token={}", ann.token), &[]).await, 401);
    assert_eq!(status(&server, &format!("/ws?ticket={}", ann.ticket().await), &[]).await, 101);
}

/// A server with a single place for sockets that have not said whose they are, and time without end to say it.
async fn with_one_place_in_the_door() -> TestServer {
    TestServer::with(|config| {
        config.rate_limits = true;
        config.max_unauthenticated_sockets_per_address = NonZeroUsize::new(1).unwrap();
        config.socket_auth_seconds = NonZeroU64::new(3600).unwrap();
    })
    .await
}

#[tokio::test]
async fn so_many_sockets_of_one_address_may_wait_for_their_first_frame() {
    let server = with_one_place_in_the_door().await;
    let ann = Person::register(&server.url(), "ann").await;
    let mut first = Socket::open(server.address(), "/ws").await;
    assert_eq!(status(&server, "/ws", &[]).await, 429);
    assert_eq!(status(&server, &format!("/ws?token={}", ann.token), &[]).await, 101, "who shows a token may pass");

    first.send(json!({"type": "auth", "token": "nonsense"})).await;
    first.closed().await;
    drop(first);
    // The place is free as soon as the server has noticed.
    while status(&server, "/ws", &[]).await == 429 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_socket_that_has_said_whose_it_is_leaves_its_place_to_the_next() {
    let server = with_one_place_in_the_door().await;
    let ann = Person::register(&server.url(), "ann").await;
    let mut first = Socket::open(server.address(), "/ws").await;
    first.send(json!({"type": "auth", "token": ann.token})).await;
    first.expect("session.ready").await;
    assert_eq!(status(&server, "/ws", &[]).await, 101);
}

#[tokio::test]
async fn what_a_client_sends_right_behind_its_handshake_is_not_lost() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let server = TestServer::start().await;
    let ann = Person::register(&server.url(), "ann").await;
    let mut bytes = handshake(&format!("/ws?token={}", ann.token), &[]).into_bytes();
    // A masked text frame with the mask 0: {"type":"ping"}
    bytes.extend([0x81, 0x80 | 15, 0, 0, 0, 0]);
    bytes.extend(br#"{"type":"ping"}"#);
    let mut stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains(r#"{"type":"pong"}"#) {
        let mut some = [0; 1024];
        let read = tokio::time::timeout(crate::harness::LONG, stream.read(&mut some)).await.expect("an answer in time");
        let read = read.unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&some[..read]);
    }
}
