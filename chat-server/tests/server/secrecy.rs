//! What never gets into the log: passwords, tokens, tickets and messages; and what does.

use reqwest::Method;
use serde_json::json;

use crate::harness::person::{PASSWORD, Person};
use crate::harness::process::{Process, program};
use crate::harness::raw::{exchange, handshake};
use crate::harness::socket::Socket;

/// Runs through everything that secrets pass through, with a log of everything.
#[tokio::test]
async fn no_secret_and_no_message_is_logged() {
    let directory = tempfile::tempdir().unwrap();
    let secret = "canary-signing-secret-of-32-bytes-or-more";
    let mut command = program(directory.path());
    command.env("CHAT_LOG", "trace").env("JWT_SECRET", secret);
    let server = Process::start(command).await;

    let ann = Person::register(&server.url(), "ann").await;
    let bob = Person::register(&server.url(), "bob").await;
    let wrong = "canary-wrong-password";
    ann.post("auth/login", json!({"login": "ann", "password": wrong})).await;
    ann.post("auth/login", json!({"login": "ann", "password": PASSWORD})).await;
    ann.post("auth/password", json!({"old_password": "canary-guess", "new_password": "canary-new-password"})).await;
    ann.post("auth/refresh", json!({"refresh_token": ann.refresh_token})).await;
    ann.post("auth/refresh", json!({"refresh_token": "canary-bad-refresh"})).await;
    let broken = "{\"password\": \"canary-broken-json\"";
    let http = reqwest::Client::new();
    let login = http.post(format!("{}/login", server.url())).header("content-type", "application/json");
    assert_eq!(login.body(broken).send().await.unwrap().status(), 400);

    let conversation = ann.direct_with(&bob).await;
    ann.post(&format!("conversations/{conversation}/messages"), json!({"body": "canary-by-rest"})).await;
    let ticket = ann.ticket().await;
    let mut socket = Socket::open(server.address, &format!("/ws?ticket={ticket}")).await;
    socket.expect("session.ready").await;
    let frame = json!({"type": "message.send", "conversation_id": conversation, "body": "canary-by-socket"});
    socket.send(frame).await;
    socket.expect("message.new").await;
    Socket::open(server.address, &format!("/ws?token={}", bob.token)).await.expect("session.ready").await;
    for query in ["token=canary-bad-token", "ticket=canary-bad-ticket"] {
        exchange(server.address, handshake(&format!("/ws?{query}"), &[]).as_bytes()).await;
    }
    let mut first_frame = Socket::open(server.address, "/ws").await;
    first_frame.send(json!({"type": "auth", "token": "canary-first-frame"})).await;
    first_frame.closed().await;
    ann.ask(Method::POST, "auth/logout", None).await;

    server.terminate();
    let (_, log) = server.end().await;
    assert!(log.contains("\"path\":\"/api/v1/auth/login\""), "the log tells something: {log}");
    let secrets =
        [secret, PASSWORD, wrong, &ann.token, &ann.refresh_token, &bob.token, &ticket, "canary-", "@example.org"];
    for secret in secrets {
        // The signature of a token alone would be enough, so its end is looked for as well.
        let end = &secret[secret.len() - secret.len().min(20)..];
        let line = log.lines().find(|line| line.contains(end));
        assert_eq!(line, None, "{secret}");
    }
}

#[tokio::test]
async fn a_request_leaves_one_line_that_tells_how_it_went() {
    let directory = tempfile::tempdir().unwrap();
    let server = Process::start(program(directory.path())).await;
    let response = reqwest::get(format!("{}/api/v1/users/me?token=canary", server.url())).await.unwrap();
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    server.terminate();
    let (_, log) = server.end().await;
    let lines: Vec<_> = log.lines().filter(|line| line.contains("chat_server::access")).collect();
    let [line] = lines.as_slice() else { panic!("{log}") };
    assert_eq!((line.matches(&id).count(), line.matches("/users/me").count()), (1, 1), "nothing is said twice: {line}");
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["method"], &line["path"], &line["status"], &line["span"]["request_id"]),
        (&json!("GET"), &json!("/api/v1/users/me"), &json!(401), &json!(id)),
    );
    assert_eq!(line["client"], "127.0.0.1");
    assert!(line["duration_ms"].as_f64().unwrap() >= 0.0);
}

#[tokio::test]
async fn a_line_of_the_log_is_one_line_whatever_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = program(directory.path());
    command.env("CHAT_LOG_FORMAT", "text");
    let server = Process::start(command).await;
    for path in ["/%0d%0aforged", "/%1b[31mred", &format!("/{}", "x".repeat(5_000))] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nUser-Agent: \x1b[31m\r\n\r\n");
        exchange(server.address, request.as_bytes()).await;
    }
    server.terminate();
    let (_, log) = server.end().await;
    assert!(!log.contains('\x1b') && !log.contains("\nforged"), "{log}");
    assert!(log.lines().all(|line| line.len() < 1_000), "{log}");
}

#[tokio::test]
async fn switching_the_limits_off_is_warned_about() {
    let directory = tempfile::tempdir().unwrap();
    let server = Process::start(program(directory.path())).await;
    server.terminate();
    assert!(server.end().await.1.contains("rate limits are off"));
}

#[tokio::test]
async fn a_log_that_nobody_reads_does_not_stop_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = program(directory.path());
    // Somebody started the program with a pipe for its log and forgot about it.
    let (unread, log) = std::io::pipe().unwrap();
    command.stderr(log);
    let server = Process::start(command).await;
    let http = reqwest::Client::new();
    for _ in 0..1_000 {
        let path = format!("{}/healthz?{}", server.url(), "x".repeat(200));
        assert_eq!(http.get(path).send().await.unwrap().status(), 200);
    }
    server.terminate();
    assert!(server.end().await.0.success());
    drop(unread);
}
