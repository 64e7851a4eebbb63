//! The program as an operator runs it: starting, stopping, and what it says on the way.

use std::process::Stdio;

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::harness::person::{PASSWORD, Person};
use crate::harness::process::{Process, program, program_after, run};
use crate::harness::raw::read_head;
use crate::harness::socket::Socket;

#[tokio::test]
async fn a_start_without_any_set_up_says_where_to_look() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = program(directory.path());
    command.env_remove("CHAT_DATA_DIR").current_dir(directory.path());
    let server = Process::start(command).await;
    let address = server.address;
    assert_ne!(address.port(), 0);
    assert!(server.greeting.contains(&format!("http://{address}/api/docs")), "{}", server.greeting);
    assert!(directory.path().join("chat-data/chat.db").exists());
    Person::register(&server.url(), "ann").await;
}

#[cfg(unix)]
#[tokio::test]
async fn what_the_first_start_makes_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let server = Process::start(program(&data)).await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("signing-secret")), 0o600);
    assert_eq!(std::fs::read_to_string(data.join("signing-secret")).unwrap().len(), 64, "256 bits");
    drop(server);
}

#[tokio::test]
async fn tokens_and_messages_outlive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let server = Process::start(program(directory.path())).await;
    let ann = Person::register(&server.url(), "ann").await;
    let bob = Person::register(&server.url(), "bob").await;
    let conversation = ann.direct_with(&bob).await;
    let path = format!("conversations/{conversation}/messages");
    let (status, sent) = ann.post(&path, json!({"body": "still there?"})).await;
    assert_eq!(status, 201, "{sent}");
    server.terminate();
    assert!(server.end().await.0.success());

    let mut command = program(directory.path());
    command.env("CHAT_LISTEN", ann_address(&ann));
    let server = Process::start(command).await;
    let (status, found) = bob.get(&path).await;
    assert_eq!((status, &found["items"][0]["body"]), (200, &sent["body"]));
    drop(server);
}

/// The address that somebody knows the server by.
fn ann_address(ann: &Person) -> String {
    ann.base().trim_start_matches("http://").to_owned()
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_and_told_why() {
    let directory = tempfile::tempdir().unwrap();
    let first = Process::start(program(directory.path())).await;
    let (succeeded, _, errors) = run(program(directory.path())).await;
    assert!(!succeeded);
    assert!(errors.contains("in use by another process"), "{errors}");
    Person::register(&first.url(), "ann").await;
}

#[tokio::test]
async fn an_address_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = tempfile::tempdir().unwrap();
    let mut command = program(directory.path());
    command.env("CHAT_LISTEN", &address);
    let (succeeded, _, errors) = run(command).await;
    assert!(!succeeded && errors.contains(&format!("cannot listen on {address}")), "{errors}");
}

#[tokio::test]
async fn a_configuration_that_cannot_be_used_is_told_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("chat.toml");
    std::fs::write(&file, "heartbeet_seconds = 1").unwrap();
    let rows: [(&str, &str, &str); 5] = [
        ("CHAT_CONFIG", file.to_str().unwrap(), "unknown key `heartbeet_seconds`"),
        ("CHAT_HEARTBEAT_SECONDS", "often", "CHAT_HEARTBEAT_SECONDS: `heartbeat_seconds` must be"),
        ("REDIS_URL", "redis://localhost", "this version runs as one node"),
        ("JWT_SECRET", "too short", "at least 32"),
        ("DATABASE_URL", "mysql://localhost/chat", "sqlite://PATH"),
    ];
    for (variable, value, told) in rows {
        let mut command = program(directory.path());
        command.env(variable, value);
        let (succeeded, _, errors) = run(command).await;
        assert!(!succeeded && errors.contains(told), "{variable}: {errors}");
    }
}

#[tokio::test]
async fn flags_are_stronger_than_the_environment_and_that_is_stronger_than_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("chat.toml");
    std::fs::write(&file, "token_in_url = false\nlisten = \"127.0.0.1:1\"\ndata_dir = \"/nonexistent/a\"").unwrap();
    let mut command = program(std::path::Path::new("/nonexistent/b"));
    command.args(["--data-dir", directory.path().to_str().unwrap()]).env("CHAT_CONFIG", &file);
    let server = Process::start(command).await;
    assert!(directory.path().join("chat.db").exists(), "the flag");
    let ann = Person::register(&server.url(), "ann").await;
    let refused = Socket::try_open(server.address, &format!("/ws?token={}", ann.token), &[]).await;
    assert_eq!(refused.err(), Some(401), "the file");
}

#[tokio::test]
async fn sigterm_closes_sockets_with_a_code_to_come_back_and_exits_well() {
    let directory = tempfile::tempdir().unwrap();
    let server = Process::start(program(directory.path())).await;
    let ann = Person::register(&server.url(), "ann").await;
    let path = format!("/ws?token={}", ann.token);
    let mut sockets = [Socket::open(server.address, &path).await, Socket::open(server.address, &path).await];
    for socket in &mut sockets {
        socket.expect("session.ready").await;
    }
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert_eq!(read_head(&mut idle).await.unwrap().status, 200);
    let _silent = TcpStream::connect(server.address).await.unwrap();

    let address = server.address;
    server.terminate();
    for socket in &mut sockets {
        let (code, reason) = socket.closed().await;
        assert!(code == 4000 && reason.contains("retry_after_ms="), "{code} {reason}");
    }
    let (status, log) = server.end().await;
    assert!(status.success(), "{status}: {log}");
    assert!(!log.contains("cut off"), "{log}");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn what_was_acknowledged_before_sigterm_is_there_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let server = Process::start(program(directory.path())).await;
    let ann = Person::register(&server.url(), "ann").await;
    let bob = Person::register(&server.url(), "bob").await;
    let conversation = ann.direct_with(&bob).await;
    let mut socket = Socket::open(server.address, &format!("/ws?token={}", ann.token)).await;
    socket.expect("session.ready").await;
    for number in 0..50 {
        let frame =
            json!({"type": "message.send", "ref": number.to_string(), "conversation_id": conversation, "body": "x"});
        socket.send(frame).await;
    }
    socket.expect("message.new").await;
    server.terminate();
    let mut acknowledged = 1;
    while let Ok(frame) = socket.next().await {
        acknowledged += i64::from(frame["type"] == "message.new");
    }
    assert!(server.end().await.0.success());

    let (_, report, _) = run(admin(directory.path(), &["fsck"])).await;
    let entries = report.lines().find_map(|line| line.strip_prefix("log entries")).unwrap().trim();
    // The two users' own logs say that the conversation was opened.
    assert!(entries.parse::<i64>().unwrap() >= acknowledged + 2, "{acknowledged} acknowledged: {report}");
    assert!(report.contains("no faults"), "{report}");
}

fn admin(directory: &std::path::Path, arguments: &[&str]) -> tokio::process::Command {
    let mut command = program(directory);
    command.arg("admin").args(arguments);
    command
}

#[tokio::test]
async fn an_operator_makes_a_user_and_ends_a_session() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = admin(directory.path(), &["users", "create", "ann"]);
    command.stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).await.unwrap();
    assert!(child.wait_with_output().await.unwrap().status.success());
    let (_, list, _) = run(admin(directory.path(), &["users", "list"])).await;
    assert!(list.starts_with("1\tann\t"), "{list}");

    let server = Process::start(program(directory.path())).await;
    let ann = Person::login(&server.url(), "ann", PASSWORD).await;
    assert_eq!(ann.get("users/me").await.0, 200);
    server.terminate();
    server.end().await;

    let (succeeded, said, _) = run(admin(directory.path(), &["sessions", "end", "1"])).await;
    assert!(succeeded && said.contains("is ended"), "{said}");
    let mut command = program(directory.path());
    command.env("CHAT_LISTEN", ann_address(&ann));
    let server = Process::start(command).await;
    assert_eq!(ann.get("users/me").await.0, 401);
    drop(server);
}

#[tokio::test]
async fn an_operator_appoints_somebody_and_shuts_somebody_out() {
    let directory = tempfile::tempdir().unwrap();
    let server = Process::start(program(directory.path())).await;
    let ann = Person::register(&server.url(), "ann").await;
    let bob = Person::register(&server.url(), "bob").await;
    server.terminate();
    server.end().await;

    let said = async |arguments: &[&str]| run(admin(directory.path(), arguments)).await;
    let promoted = said(&["users", "promote", "Ann", "--as", "admin"]).await;
    assert!(
        promoted.0 && promoted.1 == "1 is admin of the server and not kept out; 0 sessions ended\n",
        "{promoted:?}"
    );
    let banned = said(&["users", "ban", "bob", "--reason", "spam"]).await;
    assert!(banned.0 && banned.1 == "2 is member of the server and banned; 1 sessions ended\n", "{banned:?}");
    let past = said(&["users", "suspend", "bob", "--until", "2001-01-01", "--reason", "spam"]).await;
    assert!(!past.0, "{past:?}");
    assert!(!said(&["users", "ban", "nobody", "--reason", "spam"]).await.0);

    let mut command = program(directory.path());
    command.env("CHAT_LISTEN", ann_address(&ann));
    let server = Process::start(command).await;
    let (status, refused) = bob.get("users/me").await;
    assert_eq!((status, &refused["code"]), (403, &json!("account_banned")));
    let (status, audit) = ann.get("moderation/audit").await;
    assert_eq!((status, audit["items"].as_array().map(Vec::len)), (200, Some(2)));
    drop(server);
}

#[tokio::test]
async fn migrate_makes_the_database_and_is_content_the_second_time() {
    let directory = tempfile::tempdir().unwrap();
    let migrate = || {
        let mut command = program(directory.path());
        command.arg("migrate");
        command
    };
    let (first, second) = (run(migrate()).await, run(migrate()).await);
    assert!(first.0 && first.1.contains("applied 1"), "{first:?}");
    assert!(second.0 && second.1 == "the database is up to date\n", "{second:?}");
}

/// The system lets the program open few files, and strangers open many connections and say nothing.
#[cfg(unix)]
#[tokio::test]
async fn a_server_that_runs_out_of_files_goes_on_serving_those_who_speak() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = program_after("ulimit -n 128", directory.path());
    // More than there are files, so that it is the system that refuses.
    command.env("CHAT_MAX_CONNECTIONS", "10000");
    let server = Process::start(command).await;
    let ann = Person::register(&server.url(), "ann").await;
    let mut silent = Vec::new();
    for _ in 0..500 {
        silent.push(TcpStream::connect(server.address).await.unwrap());
    }
    let bob = Person::register(&server.url(), "bob").await;
    let conversation = bob.direct_with(&ann).await;
    let (status, sent) = bob.post(&format!("conversations/{conversation}/messages"), json!({"body": "hello"})).await;
    assert_eq!(status, 201, "{sent}");
    drop(silent);
    server.terminate();
    let (status, log) = server.end().await;
    assert!(status.success() && log.contains("no connection can be accepted"), "{log}");
}
