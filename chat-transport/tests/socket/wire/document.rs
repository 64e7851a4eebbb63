//! The document of the protocol names everything that can be on the wire.

use std::collections::BTreeSet;

use chat_transport::CloseReason;

use super::{DOCUMENT, everything, frames, kind};

#[test]
fn the_document_names_every_frame() {
    let texts = everything().into_iter().map(|(_, text)| text).chain(frames().into_iter().map(|(_, text)| text));
    for kind in texts.map(kind) {
        assert!(DOCUMENT.contains(&format!("`{kind}`")), "the document does not name {kind}");
    }
    for command in [
        "ping",
        "message.send",
        "message.forward",
        "message.read",
        "message.edit",
        "message.delete",
        "message.pin",
        "message.unpin",
        "reaction.add",
        "reaction.remove",
        "conversation.update",
        "member.add",
        "member.remove",
        "member.set_role",
        "settings.set",
        "draft.set",
        "draft.clear",
        "typing.start",
        "typing.stop",
        "presence.set",
        "auth",
        "sync",
    ] {
        assert!(
            DOCUMENT.contains(&format!("| `{command}`")) || DOCUMENT.contains(&format!(", `{command}` |")),
            "{command}"
        );
    }
}

/// Everything that a frame can hold, by the names of its fields.
fn fields(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(entries) => {
            for (name, value) in entries {
                found.insert(name.clone());
                fields(value, found);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| fields(item, found)),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

#[test]
fn the_document_names_every_field() {
    let mut found = BTreeSet::new();
    for text in everything().into_iter().map(|(_, text)| text).chain(frames().into_iter().map(|(_, text)| text)) {
        fields(&serde_json::from_str(text).expect("JSON"), &mut found);
    }
    let words: BTreeSet<_> = DOCUMENT.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let unnamed: Vec<_> = found.iter().filter(|name| !words.contains(name.as_str())).collect();
    assert!(unnamed.is_empty(), "the document does not name {unnamed:?}");
}

#[test]
fn the_document_tells_what_every_close_code_means_and_whether_to_come_back() {
    let reasons = [
        CloseReason::ProtocolError,
        CloseReason::Binary,
        CloseReason::InvalidUtf8,
        CloseReason::TooBig,
        CloseReason::TooManyFragments,
        CloseReason::GoingAway { retry_after_ms: 0 },
        CloseReason::Silent,
        CloseReason::Unavailable,
        CloseReason::OutOfStep,
        CloseReason::TooSlow,
        CloseReason::AuthTimeout,
        CloseReason::TokenExpired,
        CloseReason::TooManyErrors,
        CloseReason::BadToken,
        CloseReason::SessionEnded,
        CloseReason::NotAMember,
        CloseReason::Flood,
    ];
    for code in reasons.map(CloseReason::code) {
        let named = |line: &&str| line.split('|').nth(1).is_some_and(|cell| cell.contains(&code.to_string()));
        let line = DOCUMENT.lines().find(named).unwrap_or_else(|| panic!("the document does not name {code}"));
        let advice = line.split('|').nth(3).map(str::trim).unwrap_or_default();
        assert_eq!(advice.starts_with("yes"), chat_transport::may_reconnect(code), "{line}");
    }
}
