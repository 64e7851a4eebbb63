//! `docs/LIMITS.md` is generated from the table of keys and from the types that check sizes; this test compares, and writes it anew
//! with `UPDATE_DOCS=1`.

use std::fmt::Write as _;
use std::path::Path;

use chat_core::accounts::Password;
use chat_core::page::PageSize;
use chat_core::text::{AvatarUrl, Description, Label, MAX_BODY_BYTES, MAX_BODY_CHARS};

use super::keys::{Config, KEYS, Key};

const HEAD: &str = "\
# Limits

Whatever a client can ask for has an end. This file is generated: `UPDATE_DOCS=1 cargo test -p chat-server --lib limits_document`.

## How often

Each key of the configuration is a rate, `BURST/PER_SECOND`: so many at once, and so many per second in the long run. What is counted
by user counts over all of their devices and sockets, however often they reconnect; each node counts for itself. Whoever is beyond is
answered `rate_limited`: over REST 429 with `Retry-After` and `retry_after_ms`, on a socket an `error` with `retry_after_ms`. What was refused
costs nothing. `rate_limits = off` (`CHAT_RATE_LIMITS=off`) switches all of them off, for tests and load tests.

| key | default | what counts |
|---|---|---|
";

const SIZES: &str = "
## How much, by configuration

| key | default | what it bounds |
|---|---|---|
";

const FIXED: &str = "
## How much, always

| what | at most |
|---|---|
";

fn is_rate(key: &&Key) -> bool {
    key.name.starts_with("rate_") && key.name != "rate_limits"
}

fn is_size(key: &&Key) -> bool {
    key.name.starts_with("max_") || matches!(key.name, "outbox_bytes" | "password_queue")
}

fn row(text: &mut String, key: &Key) {
    let written = writeln!(text, "| `{}` | `{}` | {} |", key.name, (key.show)(&Config::default()), key.about.trim());
    written.expect("a string takes everything");
}

fn generated() -> String {
    let mut text = HEAD.to_owned();
    KEYS.iter().filter(is_rate).for_each(|key| row(&mut text, key));
    text.push_str(SIZES);
    KEYS.iter().filter(is_size).for_each(|key| row(&mut text, key));
    text.push_str(FIXED);
    let fixed = [
        ("the body of a message", format!("{MAX_BODY_CHARS} characters, {MAX_BODY_BYTES} bytes")),
        ("a name of a group, a display name, a status message", format!("{} characters", Label::MAX_CHARS)),
        (
            "a description, a `bio`, the reason of a sanction, the comment of a report, a note",
            format!("{} characters", Description::MAX_CHARS),
        ),
        ("the address of a picture", format!("{} bytes", AvatarUrl::MAX_BYTES)),
        ("a `client_id`", "64 visible ASCII characters".to_owned()),
        ("a password", format!("{} bytes, at least {} characters", Password::MAX_BYTES, Password::MIN_CHARS)),
        ("a page of a list", format!("{} items", PageSize::MAX.get())),
    ];
    for (what, most) in fixed {
        writeln!(text, "| {what} | {most} |").expect("a string takes everything");
    }
    text
}

#[test]
fn the_table_of_limits_says_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/LIMITS.md");
    let generated = generated();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &generated).expect("docs/ can be written to");
    }
    let written = std::fs::read_to_string(&path).expect("docs/LIMITS.md is there");
    assert_eq!(written, generated, "run with UPDATE_DOCS=1 to write it anew");
}
