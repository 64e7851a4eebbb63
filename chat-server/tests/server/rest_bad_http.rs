//! The catalogue of bad input: HTTP itself, from methods and media types to headers that somebody made up.

use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ORIGIN};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::LONG;
use crate::rest::Api;

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_that_it_has() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let rows = [
        (Method::POST, "users/me", "DELETE,GET,HEAD,PATCH"),
        (Method::PATCH, "users/me/presence", "GET,HEAD,PUT"),
        (Method::GET, "auth/login", "POST"),
        (Method::PUT, "conversations", "GET,HEAD,POST"),
        (Method::TRACE, "users/me", "DELETE,GET,HEAD,PATCH"),
        (Method::OPTIONS, "friends", "GET,HEAD"),
        (Method::from_bytes(b"FROBNICATE").unwrap(), "blocks", "GET,HEAD,POST"),
    ];
    for (method, path, allowed) in rows {
        let answer = api.send(ann.request(method.clone(), path)).await;
        answer.refused(405, "method_not_allowed");
        let mut methods: Vec<_> = answer.header("allow").unwrap_or_default().split(',').map(str::trim).collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allowed, "{method} {path}");
    }
}

#[tokio::test]
async fn what_is_refused_outside_of_rest_is_a_problem_too() {
    let api = Api::start().await;
    for path in ["/", "/assets/app.js", "/ws", "/ws/conversations/1", "/healthz", "/readyz"] {
        api.send(api.request(Method::DELETE, path)).await.refused(405, "method_not_allowed");
    }
    for path in ["/assets/%FF", "/ws/conversations/%FF"] {
        api.send(api.request(Method::GET, path)).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn the_answer_to_head_is_that_to_get_without_its_body() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let head = api.send(ann.request(Method::HEAD, "users/me")).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_path_that_does_not_exist_is_refused_like_everything_else() {
    let api = Api::start().await;
    for path in [
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/users/me",
        "/api/v1/users/me/",
        "/api/v1//users/me",
        "/api/v1/users/%2e%2e",
        "/nope",
        "/register/",
    ] {
        api.send(api.request(Method::GET, path)).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn only_json_that_says_so_is_read() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let body = json!({"user_id": 4_000_000}).to_string();
    let block = || ann.request(Method::POST, "blocks").body(body.clone());
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/problem+json",
        "application/jsonp",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "text/plain; application/json",
        "",
    ] {
        api.send(block().header(CONTENT_TYPE, media_type)).await.refused(415, "unsupported_media_type");
    }
    api.send(block()).await.refused(415, "unsupported_media_type");
    let twice = block().header(CONTENT_TYPE, "application/json").header(CONTENT_TYPE, "text/plain");
    api.send(twice).await.refused(415, "unsupported_media_type");
    let packed = block().header(CONTENT_TYPE, "application/json").header(CONTENT_ENCODING, "gzip");
    api.send(packed).await.refused(415, "unsupported_media_type");
    for media_type in [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
    ] {
        api.send(block().header(CONTENT_TYPE, media_type)).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_declared_or_not() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let json = |text: String| ann.request(Method::POST, "blocks").header(CONTENT_TYPE, "application/json").body(text);
    let padded = |size: usize| format!("{}{{\"user_id\":4000000}}", " ".repeat(size - 19));
    api.send(json(padded(131_072))).await.refused(404, "not_found");
    api.send(json(padded(131_073))).await.refused(413, "too_large");
    api.send(json("x".repeat(1_000_000))).await.refused(413, "too_large");

    // The same in chunks, so that no length tells it beforehand.
    let head = format!(
        "POST /api/v1/blocks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n",
        ann.token
    );
    let chunks = format!("8000\r\n{}\r\n", " ".repeat(0x8000)).repeat(5);
    let answer = raw(&api, &format!("{head}{chunks}")).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(r#""code":"too_large""#), "{answer}");
}

/// Sends bytes as they are, and reads until the server has answered.
async fn raw(api: &Api, request: &str) -> String {
    let mut stream = TcpStream::connect(api.address()).await.unwrap();
    // The server may have answered and closed before it took everything.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let mut part = [0; 4_096];
    while let Ok(read) = tokio::time::timeout(LONG, stream.read(&mut part)).await.expect("an answer in time") {
        answer.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&answer);
        if read == 0 || text.contains("\r\n\r\n") && (text.ends_with('}') || text.contains("content-length: 0")) {
            break;
        }
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_the_server_goes_on() {
    let api = Api::start().await;
    let get = "GET /api/v1/users/me HTTP/1.1\r\nhost: x\r\n";
    let post = "POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let rows = [
        ("no HTTP at all", "hello\r\n\r\n".to_owned(), "400"),
        ("HTTP/0.9", "GET /\r\n\r\n".to_owned(), "400"),
        ("an unknown version", "GET / HTTP/9.9\r\nhost: x\r\n\r\n".to_owned(), "400"),
        ("a header without a colon", format!("{get}nonsense\r\n\r\n"), "400"),
        ("NUL in a header", format!("{get}x-a: b\0c\r\n\r\n"), "400"),
        ("a space before the colon", format!("{get}x-a : b\r\n\r\n"), "400"),
        ("101 headers", format!("{get}{}\r\n", "x-a: b\r\n".repeat(101)), "431"),
        ("200 KiB of headers", format!("{get}x-a: {}\r\n\r\n", "b".repeat(200 * 1024)), "431"),
        ("two lengths", format!("{post}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"), "400"),
        ("a negative length", format!("{post}content-length: -1\r\n\r\n{{}}"), "400"),
        ("a bad chunk", format!("{post}transfer-encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n"), "400"),
        ("an unknown transfer encoding", format!("{post}transfer-encoding: gzip\r\n\r\n{{}}"), "400"),
    ];
    for (what, request, status) in rows {
        let answer = raw(&api, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {answer:?}");
    }
    // A length beside chunks must not let one reader see another request than the next one does.
    let smuggled = "0\r\n\r\nGET /api/v1/users/me HTTP/1.1\r\nhost: x\r\n\r\n";
    let both = format!("{post}content-length: {}\r\ntransfer-encoding: chunked\r\n\r\n{smuggled}", smuggled.len());
    let answer = raw(&api, &both).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.matches("HTTP/1.1 ").count() == 1, "{answer:?}");

    api.register("ann").await;
}

#[tokio::test]
async fn nothing_that_a_client_sends_comes_back_in_a_header_or_a_problem() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let marker = "Zebra7Marker";
    let requests = [
        ann.request(Method::GET, &format!("{marker}%0d%0aset-cookie:%20a=b")),
        ann.request(Method::GET, &format!("users/{marker}")),
        ann.request(Method::GET, &format!("friends?after={marker}%0d%0ax-evil:%201")),
        ann.request(Method::GET, "users/x").header("x-request-id", marker).header("user-agent", marker),
        ann.request(Method::GET, "users/x").header("x-forwarded-for", marker).header("x-forwarded-host", marker),
        ann.request(Method::POST, "blocks").json(&json!({marker: marker, "user_id": marker})),
        ann.request(Method::POST, "friends/requests").header(CONTENT_TYPE, marker).body(marker),
        ann.request(Method::PUT, "users/me/presence").json(&json!({"status": marker})),
        api.request(Method::POST, "/login").json(&json!({"login": marker, "password": marker})),
        api.request(Method::POST, "/register").json(&json!({"username": marker, "email": marker, "password": marker})),
        api.request(Method::GET, "/api/v1/users/me").bearer_auth(marker),
        api.request(Method::from_bytes(marker.as_bytes()).unwrap(), "/login"),
    ];
    for request in requests {
        let answer = api.send(request).await;
        assert!(answer.status >= 400, "{answer:?}");
        assert!(!format!("{answer:?}").contains(marker), "{answer:?}");
        assert!(!answer.headers.contains_key("set-cookie") && !answer.headers.contains_key("x-evil"), "{answer:?}");
    }
}

#[tokio::test]
async fn no_other_origin_may_read_an_answer() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let simple = api.send(ann.request(Method::GET, "users/me").header(ORIGIN, origin)).await;
        let preflight = ann.request(Method::OPTIONS, "users/me").header(ORIGIN, origin);
        let preflight = api.send(preflight.header("access-control-request-method", "GET")).await;
        preflight.refused(405, "method_not_allowed");
        for answer in [simple, preflight] {
            let cors = answer.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(cors, None, "{origin}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_neither_guessed_at_nor_stored() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let mut numbers = Vec::new();
    for path in ["users/me", "users/x"] {
        let answer = api.send(ann.request(Method::GET, path).header(ACCEPT_ENCODING, "gzip, br")).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        numbers.push(answer.header("x-request-id").unwrap().to_owned());
    }
    assert_ne!(numbers[0], numbers[1], "every request has a name of its own");
}
