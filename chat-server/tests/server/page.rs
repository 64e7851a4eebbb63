//! The web page and the health checks.

use reqwest::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use reqwest::{Client, Response, StatusCode};

use crate::harness::TestServer;

async fn get(server: &TestServer, path: &str) -> Response {
    Client::new().get(format!("{}{path}", server.url())).send().await.unwrap()
}

#[tokio::test]
async fn the_page_comes_with_a_policy_that_lets_it_do_what_it_needs_and_nothing_else() {
    let server = TestServer::start().await;
    let page = get(&server, "/").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
    let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    for rule in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    assert_eq!(page.headers()["referrer-policy"], "no-referrer");
}

#[tokio::test]
async fn everything_that_the_page_names_is_there() {
    let server = TestServer::start().await;
    let page = get(&server, "/").await.text().await.unwrap();
    let named: Vec<_> = page.split('"').filter(|part| part.starts_with("assets/")).collect();
    assert!(!named.is_empty());
    for path in named {
        let file = get(&server, &format!("/{path}")).await;
        assert_eq!(file.status(), StatusCode::OK, "{path}");
        assert_ne!(file.headers()[CONTENT_TYPE], "application/octet-stream", "{path}");
    }
}

#[tokio::test]
async fn a_file_is_sent_again_only_when_it_changed() {
    let server = TestServer::start().await;
    let page = get(&server, "/").await;
    assert_eq!(page.headers()[CACHE_CONTROL], "no-cache");
    let tag = page.headers()[ETAG].clone();
    assert!(tag.to_str().unwrap().starts_with('"'), "a strong one");
    let again = Client::new().get(server.url()).header(IF_NONE_MATCH, tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_file_that_is_not_part_of_the_page_does_not_exist() {
    let server = TestServer::start().await;
    for path in
        ["/assets/nope.js", "/assets/../Cargo.toml", "/assets/%2e%2e/Cargo.toml", "/assets//etc/passwd", "/assets/"]
    {
        let answer = get(&server, path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_server_that_works_is_alive_and_ready() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&server, path).await.status(), StatusCode::OK, "{path}");
    }
}
