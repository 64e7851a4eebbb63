//! `docs/ERRORS.md` is generated from the codes; this test compares, and writes it anew with `UPDATE_DOCS=1`.

use std::fmt::Write as _;
use std::path::Path;

use chat_core::ErrorCode;

use super::problem::status_of;

const HEAD: &str = "\
# Errors

Every code that any face of the chat can answer with. Programs decide by the code; it never changes its meaning, and the list
only grows. The sentence is for people. This file is generated: `UPDATE_DOCS=1 cargo test -p chat-server --lib errors_document`.

- REST answers `application/problem+json` (RFC 9457) with the status of the table:
  `{\"type\": \"/errors/<code>\", \"title\": <sentence>, \"status\", \"code\", \"detail\"?, \"retry_after_ms\"?, \"until\"?, \"request_id\"}`. 401 carries
  `WWW-Authenticate`, 405 `Allow`, 429 and 503 `Retry-After`.
- Sockets answer one frame with the command's `ref` and stay open:
  `{\"type\": \"error\", \"data\": {\"code\", \"message\": <sentence>, \"retryable\", \"retry_after_ms\"?, \"until\"?}, \"ref\"?}`.
- *Retryable* means that the very same request can succeed later.

| code | HTTP | retryable | sentence |
|---|---|---|---|
";

fn generated() -> String {
    ErrorCode::ALL.iter().fold(HEAD.to_owned(), |mut table, code| {
        let retryable = if code.is_retryable() { "yes" } else { "no" };
        let (name, status, sentence) = (code.as_str(), status_of(*code).as_u16(), code.message());
        let written = writeln!(table, "| `{name}` | {status} | {retryable} | {sentence} |");
        written.expect("a string takes everything");
        table
    })
}

#[test]
fn the_table_of_errors_says_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ERRORS.md");
    let generated = generated();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &generated).expect("docs/ can be written to");
    }
    let written = std::fs::read_to_string(&path).expect("docs/ERRORS.md is there");
    assert_eq!(written, generated, "run with UPDATE_DOCS=1 to write it anew");
}
