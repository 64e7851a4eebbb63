//! The document of the protocol names everything that can be on the wire.

use std::collections::BTreeSet;

use chat_transport::CloseReason;
use chat_transport::wire::{GroupUpdateView, NewDraftView, SaidView, SettingsUpdateView, decode, encode};

use super::{DOCUMENT, everything, frames, kind};

#[test]
fn the_document_names_every_frame() {
    let texts = everything().into_iter().map(|(_, text)| text).chain(frames().into_iter().map(|(_, text)| text));
    for kind in texts.map(kind) {
        assert!(DOCUMENT.contains(&format!("`{kind}`")), "the document does not name {kind}");
    }
}

/// One frame of every kind that a client can say. What is there is there for the document's sake: that a command is among them
/// when a story says it, the harness sees to.
fn said() -> Vec<SaidView> {
    let (conversation_id, message_id, user_id) = (Some(7), 41, 2);
    let emoji = || "\u{1F44D}".to_owned();
    vec![
        SaidView::Ping {},
        SaidView::Auth { token: "t".to_owned() },
        SaidView::Sync {
            epoch: Some("e".to_owned()),
            cursors: Some([("7".to_owned(), 3)].into()),
            user_cursor: Some(1),
        },
        SaidView::MessageSend {
            conversation_id,
            body: "hello".to_owned(),
            client_id: Some("k-1".to_owned()),
            reply_to: Some(40),
        },
        SaidView::MessageRead { message_id: Some(message_id), conversation_id: None, seq: None },
        SaidView::MessageRead { message_id: None, conversation_id, seq: Some(3) },
        SaidView::MessageEdit { message_id, body: "hello".to_owned() },
        SaidView::MessageDelete { message_id },
        SaidView::MessagePin { message_id },
        SaidView::MessageUnpin { message_id },
        SaidView::ReactionAdd { message_id, emoji: emoji() },
        SaidView::ReactionRemove { message_id, emoji: emoji() },
        SaidView::ConversationUpdate {
            conversation_id,
            update: GroupUpdateView {
                name: Some("Tea".to_owned()),
                description: Some(None),
                avatar_url: Some(Some("/a.png".to_owned())),
                history_visibility: Some("shared".to_owned()),
                slow_mode: Some(30),
                slug: Some("tea".to_owned()),
                visibility: Some("public".to_owned()),
            },
        },
        SaidView::ConversationJoin { conversation_id },
        SaidView::MemberAdd { conversation_id, user_ids: vec![user_id] },
        SaidView::MemberRemove { conversation_id, user_id },
        SaidView::MemberSetRole { conversation_id, user_id, role: "admin".to_owned() },
        SaidView::MessageForward { message_id, conversation_id, client_id: Some("k-1".to_owned()) },
        SaidView::SettingsSet {
            conversation_id,
            settings: SettingsUpdateView { muted_until: Some(Some("forever".to_owned())), archived: Some(true) },
        },
        SaidView::DraftSet { conversation_id, draft: NewDraftView { body: "hel".to_owned(), reply_to: Some(40) } },
        SaidView::DraftClear { conversation_id },
        SaidView::TypingStart { conversation_id },
        SaidView::TypingStop { conversation_id },
        SaidView::PresenceSet { status: "busy".to_owned(), message: Some("tea".to_owned()) },
    ]
}

/// Where a new kind of frame has to be entered into the list above.
const fn is_in_the_list(frame: &SaidView) -> bool {
    match frame {
        SaidView::Ping {}
        | SaidView::Auth { .. }
        | SaidView::Sync { .. }
        | SaidView::MessageSend { .. }
        | SaidView::MessageRead { .. }
        | SaidView::MessageEdit { .. }
        | SaidView::MessageDelete { .. }
        | SaidView::MessagePin { .. }
        | SaidView::MessageUnpin { .. }
        | SaidView::ReactionAdd { .. }
        | SaidView::ReactionRemove { .. }
        | SaidView::ConversationUpdate { .. }
        | SaidView::ConversationJoin { .. }
        | SaidView::MemberAdd { .. }
        | SaidView::MemberRemove { .. }
        | SaidView::MemberSetRole { .. }
        | SaidView::MessageForward { .. }
        | SaidView::SettingsSet { .. }
        | SaidView::DraftSet { .. }
        | SaidView::DraftClear { .. }
        | SaidView::TypingStart { .. }
        | SaidView::TypingStop { .. }
        | SaidView::PresenceSet { .. } => true,
    }
}

#[test]
fn everything_that_a_client_can_say_is_read_and_named_with_its_fields() {
    let words: BTreeSet<_> = DOCUMENT.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    for frame in said() {
        assert!(is_in_the_list(&frame));
        let text = encode(&frame);
        assert!(decode(&text, None).1.is_ok(), "{text} is documented, and not read");
        let command = kind(&text);
        assert!(
            DOCUMENT.contains(&format!("| `{command}`")) || DOCUMENT.contains(&format!(", `{command}` |")),
            "the document does not name {command}"
        );
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).expect("an object");
        for name in fields.keys() {
            assert!(words.contains(name.as_str()), "the document does not name {name}");
        }
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
        CloseReason::Suspended,
        CloseReason::Banned,
        CloseReason::Flood,
    ];
    for code in reasons.map(CloseReason::code) {
        let named = |line: &&str| line.split('|').nth(1).is_some_and(|cell| cell.contains(&code.to_string()));
        let line = DOCUMENT.lines().find(named).unwrap_or_else(|| panic!("the document does not name {code}"));
        let advice = line.split('|').nth(3).map(str::trim).unwrap_or_default();
        assert_eq!(advice.starts_with("yes"), chat_transport::may_reconnect(code), "{line}");
    }
}
