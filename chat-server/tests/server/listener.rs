//! Connections that are slow, silent, too many or not HTTP at all, and the honest ones beside them.

use std::num::NonZeroU64;

use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

use crate::harness::TestServer;
use crate::harness::person::{PASSWORD, Person};
use crate::harness::raw::{exchange, handshake, read_head, read_to_end};
use crate::harness::socket::Socket;

fn one_second() -> NonZeroU64 {
    NonZeroU64::new(1).unwrap()
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_too_little_is_closed() {
    let server = TestServer::with(|config| config.header_timeout_seconds = one_second()).await;
    for beginning in ["", "G", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n", "GET /healthz HTTP/1.1\r\nX-A: "] {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        assert_eq!(read_to_end(&mut stream).await, b"", "{beginning:?}");
    }
}

#[tokio::test]
async fn a_connection_that_trickles_is_closed_however_busy_it_looks() {
    let server = TestServer::with(|config| config.header_timeout_seconds = one_second()).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nX-Slow: ").await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let trickle = async {
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let end = async {
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut rest).await;
    };
    tokio::time::timeout(crate::harness::LONG, async {
        tokio::select! { () = trickle => {}, () = end => {} }
    })
    .await
    .expect("an end in time");
}

#[tokio::test]
async fn a_connection_that_has_nothing_more_to_ask_is_closed_after_a_while() {
    let server = TestServer::with(|config| config.keep_alive_seconds = one_second()).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert_eq!(read_head(&mut stream).await.expect("an answer").status, 200);
    read_to_end(&mut stream).await;
}

#[tokio::test]
async fn a_body_that_trickles_is_answered_that_it_took_too_long() {
    let server = TestServer::with(|config| config.body_timeout_seconds = one_second()).await;
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let answer = exchange(server.address(), format!("{head}Content-Length: 100\r\n\r\n{{").as_bytes()).await;
    assert_eq!(answer.expect("an answer").status, 408);
}

#[tokio::test]
async fn a_header_without_measure_is_refused() {
    let server = TestServer::start().await;
    let request = |headers: &str| format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
    let large = request(&format!("X-Large: {}\r\n", "x".repeat(64 * 1024)));
    assert_eq!(exchange(server.address(), large.as_bytes()).await.expect("an answer").status, 431);
    let many: String = (0..101).map(|number| format!("X-{number}: x\r\n")).collect();
    assert_eq!(exchange(server.address(), request(&many).as_bytes()).await.expect("an answer").status, 431);
    let some: String = (0..50).map(|number| format!("X-{number}: x\r\n")).collect();
    assert_eq!(exchange(server.address(), request(&some).as_bytes()).await.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_request_that_could_be_read_in_two_ways_is_refused() {
    let server = TestServer::start().await;
    let requests = [
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: user@a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Folded: a\r\n b\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "GET /health z HTTP/1.1\r\nHost: a\r\n\r\n",
        "nonsense\r\n\r\n",
    ];
    for request in requests {
        let answer = exchange(server.address(), request.as_bytes()).await;
        assert_eq!(answer.map(|head| head.status), Some(400), "{request:?}");
    }
}

#[tokio::test]
async fn whose_host_is_not_clear_is_told_so_in_a_problem() {
    let server = TestServer::start().await;
    for request in ["GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"] {
        let head = exchange(server.address(), request.as_bytes()).await.expect("an answer");
        assert!(head.text.contains("content-type: application/problem+json"), "{}", head.text);
    }
}

#[tokio::test]
async fn what_is_not_http_1_is_not_answered_with_content() {
    let server = TestServer::start().await;
    for request in
        ["GET /healthz\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n"]
    {
        let answer = exchange(server.address(), request.as_bytes()).await;
        assert!(answer.as_ref().is_none_or(|head| head.status >= 400), "{request:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_chunk_that_is_none_is_refused() {
    let server = TestServer::start().await;
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    let request = format!("{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n");
    assert_eq!(exchange(server.address(), request.as_bytes()).await.expect("an answer").status, 400);
}

/// Ten times as many silent connections as there are places, and still everybody who speaks is heard.
#[tokio::test]
async fn silent_connections_keep_nobody_out() {
    let server = TestServer::with(|config| config.max_connections = 50).await;
    let ann = Person::register(&server.url(), "ann").await;
    let mut socket = Socket::open(server.address(), &format!("/ws?token={}", ann.token)).await;
    socket.expect("session.ready").await;

    let mut silent = Vec::new();
    for _ in 0..500 {
        silent.push(TcpStream::connect(server.address()).await.unwrap());
    }
    let login = json!({"login": "ann", "password": PASSWORD});
    let (status, body) =
        Person::register(&server.url(), "bob").await.ask(Method::POST, "auth/login", Some(login)).await;
    assert_eq!(status, 200, "{body}");
    socket.send(json!({"type": "ping"})).await;
    socket.expect("pong").await;
}

/// Sockets that are open are not silent: they keep their places, and the next one waits until one is free.
#[tokio::test]
async fn an_open_socket_does_not_lose_its_place() {
    let server = TestServer::with(|config| config.max_connections = 2).await;
    let ann = Person::register(&server.url(), "ann").await;
    let path = format!("/ws?token={}", ann.token);
    let mut first = Socket::open(server.address(), &path).await;
    let second = Socket::open(server.address(), &path).await;
    let mut third = TcpStream::connect(server.address()).await.unwrap();
    third.write_all(handshake(&path, &[]).as_bytes()).await.unwrap();
    first.send(json!({"type": "ping"})).await;
    first.expect("pong").await;
    // However long one waits, the third has no place yet.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let early = third.try_read(&mut [0; 1]).map_err(|error| error.kind());
    assert_eq!(early, Err(std::io::ErrorKind::WouldBlock));
    drop(second);
    assert_eq!(read_head(&mut third).await.expect("an answer").status, 101);
}

#[tokio::test]
async fn readers_that_stand_still_keep_nobody_out() {
    let server = TestServer::with(|config| config.max_connections = 8).await;
    let mut standing = Vec::new();
    for _ in 0..8 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(2048).unwrap();
        let mut stream = socket.connect(server.address()).await.unwrap();
        let request = "GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.repeat(8).as_bytes()).await.unwrap();
        standing.push(stream);
    }
    let honest = exchange(server.address(), b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(honest.expect("an answer").status, 200);
}
