//! The texts of the changes of a conversation that are no new messages.

use chat_core::conversation::{GroupUpdate, Role};
use chat_core::event::Event;
use chat_core::ids::MessageId;
use chat_core::log::{ChangeEntry, Changed, LogEntry};
use chat_core::message::{Content, Mentions, MessageRef};
use chat_core::reaction::Emoji;
use chat_core::text::Body;

use super::{AT, room, seq, user};

fn change(what: Changed) -> Event {
    Event::Entry(LogEntry::Change(ChangeEntry { conversation: room(), seq: seq(6), by: user(1), at: AT, what }))
}

fn message_ref() -> MessageRef {
    MessageRef { id: MessageId::new(9).expect("an id"), seq: seq(5), sender: user(2) }
}

fn thumb() -> Emoji {
    Emoji::new("👍").expect("an emoji")
}

/// Every change with its text.
pub(super) fn changes() -> Vec<(Event, &'static str)> {
    vec![
        (
            change(Changed::Joined { user: user(2), role: Role::Member }),
            r#"{"type":"member.joined","data":{"conversation_id":7,"seq":6,"user_id":2,"by_user_id":1,"role":"member","at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            change(Changed::Left { user: user(2) }),
            r#"{"type":"member.left","data":{"conversation_id":7,"seq":6,"user_id":2,"by_user_id":1,"at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            change(Changed::RoleSet { user: user(2), role: Role::Admin }),
            r#"{"type":"member.role","data":{"conversation_id":7,"seq":6,"user_id":2,"by_user_id":1,"role":"admin","at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            change(Changed::Updated(GroupUpdate { description: Some(None), ..GroupUpdate::default() })),
            r#"{"type":"conversation.updated","data":{"conversation_id":7,"seq":6,"by_user_id":1,"at":"2026-01-13T17:00:29.317890+00:00","description":null}}"#,
        ),
        (
            change(Changed::Edited {
                message: message_ref(),
                content: Content::Said {
                    body: Body::new("new").expect("a body"),
                    edited_at: Some(AT),
                    mentions: Mentions { users: vec![user(3)], all: true },
                    forwarded: None,
                },
            }),
            r#"{"type":"message.edited","data":{"id":9,"conversation_id":7,"seq":6,"message_seq":5,"sender_id":2,"by_user_id":1,"at":"2026-01-13T17:00:29.317890+00:00","body":"new","edited_at":"2026-01-13T17:00:29.317890+00:00","mentions":[3],"mentions_all":true}}"#,
        ),
        (
            change(Changed::Edited { message: message_ref(), content: Content::Deleted { by: user(1), at: AT } }),
            r#"{"type":"message.edited","data":{"id":9,"conversation_id":7,"seq":6,"message_seq":5,"sender_id":2,"by_user_id":1,"at":"2026-01-13T17:00:29.317890+00:00","body":""}}"#,
        ),
        (
            change(Changed::Deleted { message: message_ref() }),
            r#"{"type":"message.deleted","data":{"id":9,"conversation_id":7,"seq":6,"message_seq":5,"sender_id":2,"by_user_id":1,"at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            change(Changed::Reacted { message: message_ref(), emoji: thumb() }),
            r#"{"type":"reaction.added","data":{"message_id":9,"conversation_id":7,"seq":6,"message_seq":5,"user_id":1,"emoji":"👍","at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            change(Changed::Unreacted { message: message_ref(), emoji: thumb() }),
            r#"{"type":"reaction.removed","data":{"message_id":9,"conversation_id":7,"seq":6,"message_seq":5,"user_id":1,"emoji":"👍","at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            change(Changed::Pinned { message: message_ref() }),
            r#"{"type":"message.pinned","data":{"id":9,"conversation_id":7,"seq":6,"message_seq":5,"sender_id":2,"by_user_id":1,"at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            change(Changed::Unpinned { message: message_ref() }),
            r#"{"type":"message.unpinned","data":{"id":9,"conversation_id":7,"seq":6,"message_seq":5,"sender_id":2,"by_user_id":1,"at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
    ]
}
