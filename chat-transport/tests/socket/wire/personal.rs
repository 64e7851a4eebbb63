//! The texts of what one keeps for oneself.

use chat_core::event::Event;
use chat_core::ids::MessageId;
use chat_core::personal::{Draft, Kept, Mute, Settings};
use chat_core::text::Body;
use chat_transport::wire::KeptView;

use super::{AT, room};

/// Every such event with its text.
pub(super) fn personal() -> Vec<(Event, &'static str)> {
    let set = |muted, archived| Event::Settings { conversation: room(), settings: Settings { muted, archived } };
    let body = Body::new("hel").expect("a body");
    let draft = Draft { body, reply_to: MessageId::new(41), at: AT };
    vec![
        (
            set(Some(Mute::Until(AT)), false),
            r#"{"type":"conversation.settings","data":{"conversation_id":7,"muted_until":"2026-01-13T17:00:29.317890+00:00","archived":false}}"#,
        ),
        (
            set(Some(Mute::Forever), true),
            r#"{"type":"conversation.settings","data":{"conversation_id":7,"muted_until":"forever","archived":true}}"#,
        ),
        (
            set(None, false),
            r#"{"type":"conversation.settings","data":{"conversation_id":7,"muted_until":null,"archived":false}}"#,
        ),
        (
            Event::Draft { conversation: room(), draft: Some(draft) },
            r#"{"type":"conversation.draft","data":{"conversation_id":7,"draft":{"body":"hel","reply_to":41,"updated_at":"2026-01-13T17:00:29.317890+00:00"}}}"#,
        ),
        (
            Event::Draft { conversation: room(), draft: None },
            r#"{"type":"conversation.draft","data":{"conversation_id":7,"draft":null}}"#,
        ),
    ]
}

/// What `session.ready` tells of it.
pub(super) fn kept() -> Vec<KeptView> {
    let settings = Settings { muted: Some(Mute::Forever), archived: false };
    vec![KeptView::from(&Kept { conversation: room(), settings, draft_at: Some(AT) })]
}
