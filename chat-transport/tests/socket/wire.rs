//! The wire to the letter: the text of every frame that the server can send, so that the contract cannot drift unseen, and the
//! document that names them all.

mod changes;
mod document;
mod personal;

use std::collections::BTreeSet;

use chat_core::event::{Event, ReceiptEvent, ReceiptTally};
use chat_core::ids::{ConversationId, FriendRequestId, MessageId, Seq, SessionId, UserId};
use chat_core::log::{LogEntry, UserEntry, UserNotice};
use chat_core::message::{Content, Message, MessageState};
use chat_core::presence::{Presence, Status};
use chat_core::receipt::{ReceiptCounts, ReceiptKind};
use chat_core::relation::{FriendRequest, RelationNotice, RequestStatus};
use chat_core::testing::ManualClock;
use chat_core::text::{AvatarUrl, Body, ClientId, Description, Label};
use chat_core::time::Timestamp;
use chat_core::user::{User, Username};
use chat_core::{ChatError, ErrorCode};
use chat_transport::wire::{
    EventView, PositionView, PresenceView, ReadyView, ResyncReason, ServerFrame, SyncItems, UserView, encode, with_ref,
};

const DOCUMENT: &str = include_str!("../../../docs/PROTOCOL.md");

const AT: Timestamp = ManualClock::START;

fn user(id: i64) -> UserId {
    UserId::new(id).expect("an id")
}

fn room() -> ConversationId {
    ConversationId::new(7).expect("an id")
}

fn seq(n: i64) -> Seq {
    Seq::new(n).expect("a seq")
}

fn message(state: MessageState, with_all: bool) -> Event {
    Event::Entry(LogEntry::Message(Message {
        id: MessageId::new(41).expect("an id"),
        conversation: room(),
        seq: seq(5),
        sender: user(1),
        content: Content::said(Body::new("<b>\"tea\" \\ \n\u{1} é 😀</b>").expect("a body")),
        client_id: with_all.then(|| ClientId::new("k-1").expect("a key")),
        reply_to: if with_all { MessageId::new(40) } else { None },
        created_at: AT,
        state,
    }))
}

fn receipt(kind: ReceiptKind, message: Option<MessageId>) -> Event {
    Event::Receipt(ReceiptEvent { conversation: room(), user: user(2), kind, message, seq: seq(5), at: AT })
}

fn relation(notice: RelationNotice, status: Option<RequestStatus>) -> Event {
    let request = status.map(|status| FriendRequest {
        id: FriendRequestId::new(3).expect("an id"),
        from: user(1),
        to: user(2),
        status,
        created_at: AT,
    });
    let notice = UserNotice::Relation { notice, other: user(1), request };
    Event::UserEntry(UserEntry { user: user(2), seq: seq(9), notice, at: AT })
}

fn presence(status: Status, message: Option<&str>, last_seen_at: Option<Timestamp>) -> Event {
    let message = message.map(|text| Label::new(text).expect("a line"));
    Event::Presence(Presence { user: user(1), status, message, last_seen_at })
}

fn profile(with_all: bool) -> Event {
    let full = with_all.then_some(());
    Event::Profile(User {
        id: user(1),
        username: Username::stored("ann".to_owned()),
        display_name: full.map(|()| Label::new("Ann \"Lee\"").expect("a label")),
        bio: full.map(|()| Description::new("two\nlines").expect("a text")),
        avatar: full.map(|()| AvatarUrl::new("/a.png").expect("an address")),
        status: Status::Busy,
        status_message: None,
        last_seen_at: None,
        created_at: AT,
        deleted_at: None,
    })
}

/// Every event with its text.
fn everything() -> Vec<(Event, &'static str)> {
    events().into_iter().chain(changes::changes()).chain(personal::personal()).collect()
}

/// Every event but the changes of a conversation, with its text.
fn events() -> Vec<(Event, &'static str)> {
    let delivered_at = Timestamp::from_micros(AT.micros() + 1);
    let read = MessageState::Read { delivered_at, at: Timestamp::from_micros(AT.micros() + 2) };
    let added = UserNotice::ConversationAdded { conversation: room(), by: user(1), head: seq(4) };
    vec![
        (
            message(MessageState::Sent, false),
            r#"{"type":"message.new","data":{"id":41,"conversation_id":7,"seq":5,"sender_id":1,"body":"<b>\"tea\" \\ \n\u0001 é 😀</b>","created_at":"2026-01-13T17:00:29.317890+00:00","delivered_at":null,"read_at":null}}"#,
        ),
        (
            message(read, true),
            r#"{"type":"message.new","data":{"id":41,"conversation_id":7,"seq":5,"sender_id":1,"body":"<b>\"tea\" \\ \n\u0001 é 😀</b>","created_at":"2026-01-13T17:00:29.317890+00:00","delivered_at":"2026-01-13T17:00:29.317891+00:00","read_at":"2026-01-13T17:00:29.317892+00:00","client_id":"k-1","reply_to":40}}"#,
        ),
        (
            receipt(ReceiptKind::Delivered, MessageId::new(41)),
            r#"{"type":"message.delivered","data":{"id":41,"conversation_id":7,"seq":5,"user_id":2,"delivered_at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            Event::Tally(ReceiptTally {
                conversation: room(),
                message: MessageId::new(41).expect("an id"),
                seq: seq(5),
                counts: ReceiptCounts { delivered: 812, read: 77, of: 999 },
            }),
            r#"{"type":"message.receipts","data":{"id":41,"conversation_id":7,"seq":5,"delivered":812,"read":77,"of":999}}"#,
        ),
        (
            receipt(ReceiptKind::Read, None),
            r#"{"type":"message.read","data":{"id":null,"conversation_id":7,"seq":5,"user_id":2,"read_at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            Event::UserEntry(UserEntry {
                user: user(2),
                seq: seq(9),
                notice: UserNotice::ConversationRemoved { conversation: room(), by: user(1) },
                at: AT,
            }),
            r#"{"type":"conversation.removed","data":{"conversation_id":7,"by_user_id":1,"user_seq":9}}"#,
        ),
        (
            Event::Typing { conversation: room(), user: user(1), is_typing: true },
            r#"{"type":"typing","data":{"conversation_id":7,"user_id":1,"is_typing":true}}"#,
        ),
        (
            presence(Status::Busy, Some("lunch"), None),
            r#"{"type":"presence","data":{"user_id":1,"status":"busy","message":"lunch","last_seen_at":null}}"#,
        ),
        (
            presence(Status::Offline, None, Some(AT)),
            r#"{"type":"presence","data":{"user_id":1,"status":"offline","message":null,"last_seen_at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            profile(true),
            r#"{"type":"user.updated","data":{"user_id":1,"display_name":"Ann \"Lee\"","bio":"two\nlines","avatar_url":"/a.png"}}"#,
        ),
        (profile(false), r#"{"type":"user.updated","data":{"user_id":1}}"#),
        (
            relation(RelationNotice::Requested, Some(RequestStatus::Pending)),
            r#"{"type":"friend.request","data":{"id":3,"from_user_id":1,"to_user_id":2,"status":"pending","created_at":"2026-01-13T17:00:29.317890+00:00","user_seq":9}}"#,
        ),
        (
            relation(RelationNotice::Accepted, Some(RequestStatus::Accepted)),
            r#"{"type":"friend.accepted","data":{"id":3,"from_user_id":1,"to_user_id":2,"status":"accepted","created_at":"2026-01-13T17:00:29.317890+00:00","user_seq":9}}"#,
        ),
        (
            relation(RelationNotice::Declined, Some(RequestStatus::Declined)),
            r#"{"type":"friend.declined","data":{"id":3,"from_user_id":1,"to_user_id":2,"status":"declined","created_at":"2026-01-13T17:00:29.317890+00:00","user_seq":9}}"#,
        ),
        (
            relation(RelationNotice::Cancelled, Some(RequestStatus::Cancelled)),
            r#"{"type":"friend.cancelled","data":{"id":3,"from_user_id":1,"to_user_id":2,"status":"cancelled","created_at":"2026-01-13T17:00:29.317890+00:00","user_seq":9}}"#,
        ),
        (relation(RelationNotice::Removed, None), r#"{"type":"friend.removed","data":{"user_id":1,"user_seq":9}}"#),
        (relation(RelationNotice::Blocked, None), r#"{"type":"block.added","data":{"user_id":1,"user_seq":9}}"#),
        (relation(RelationNotice::Unblocked, None), r#"{"type":"block.removed","data":{"user_id":1,"user_seq":9}}"#),
        (
            Event::UserEntry(UserEntry { user: user(2), seq: seq(9), notice: added, at: AT }),
            r#"{"type":"conversation.added","data":{"conversation_id":7,"by_user_id":1,"head":4,"user_seq":9}}"#,
        ),
    ]
}

fn position(peer: Option<i64>) -> PositionView {
    PositionView {
        conversation_id: 7,
        head: 5,
        delivered_seq: 4,
        read_seq: 3,
        peer_delivered_seq: peer,
        peer_read_seq: peer,
    }
}

fn ready() -> ServerFrame {
    ServerFrame::Ready(Box::new(ReadyView {
        user: UserView {
            id: 1,
            username: "ann".to_owned(),
            display_name: None,
            bio: None,
            avatar_url: None,
            status: "online".to_owned(),
            status_message: None,
            last_seen_at: None,
            created_at: AT.to_string(),
            is_deleted: false,
        },
        epoch: "e1".to_owned(),
        heartbeat_seconds: 25,
        user_seq: 9,
        conversations: vec![position(Some(2)), position(None)],
        presence: vec![PresenceView {
            user_id: 2,
            status: "away".to_owned(),
            message: Some("lunch".to_owned()),
            last_seen_at: None,
        }],
        settings: personal::kept(),
    }))
}

/// Every other frame with its text.
fn frames() -> Vec<(ServerFrame, &'static str)> {
    let typing = EventView::of(&Event::Typing { conversation: room(), user: user(1), is_typing: false });
    let items: Vec<_> = typing.into_iter().collect();
    let at = AT.to_string();
    vec![
        (
            ready(),
            r#"{"type":"session.ready","data":{"user":{"id":1,"username":"ann","status":"online","status_message":null,"last_seen_at":null,"created_at":"2026-01-13T17:00:29.317890+00:00"},"epoch":"e1","heartbeat_seconds":25,"user_seq":9,"conversations":[{"conversation_id":7,"head":5,"delivered_seq":4,"read_seq":3,"peer_delivered_seq":2,"peer_read_seq":2},{"conversation_id":7,"head":5,"delivered_seq":4,"read_seq":3}],"presence":[{"user_id":2,"status":"away","message":"lunch","last_seen_at":null}],"settings":[{"conversation_id":7,"muted_until":"forever","archived":false,"draft_at":"2026-01-13T17:00:29.317890+00:00"}]}}"#,
        ),
        (ServerFrame::Pong, r#"{"type":"pong"}"#),
        (
            ServerFrame::Expiring { expires_at: at.clone() },
            r#"{"type":"session.expiring","data":{"expires_at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (
            ServerFrame::Renewed { expires_at: Some(at) },
            r#"{"type":"session.renewed","data":{"expires_at":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
        (ServerFrame::Renewed { expires_at: None }, r#"{"type":"session.renewed","data":{"expires_at":null}}"#),
        (
            ServerFrame::SyncPage(SyncItems { conversation_id: Some(7), user_id: None, items, head: 5 }),
            r#"{"type":"sync.page","data":{"conversation_id":7,"items":[{"type":"typing","data":{"conversation_id":7,"user_id":1,"is_typing":false}}],"head":5}}"#,
        ),
        (
            ServerFrame::SyncPage(SyncItems { conversation_id: None, user_id: Some(1), items: Vec::new(), head: 0 }),
            r#"{"type":"sync.page","data":{"user_id":1,"items":[],"head":0}}"#,
        ),
        (ServerFrame::Done {}, r#"{"type":"done","data":{}}"#),
        (ServerFrame::SyncDone {}, r#"{"type":"sync.done","data":{}}"#),
        (
            ServerFrame::Resync { conversation_id: Some(7), reason: ResyncReason::TooFarBehind },
            r#"{"type":"resync","data":{"conversation_id":7,"reason":"too_far_behind"}}"#,
        ),
        (
            ServerFrame::Resync { conversation_id: None, reason: ResyncReason::SlowReader },
            r#"{"type":"resync","data":{"reason":"slow_reader"}}"#,
        ),
        (
            ServerFrame::from(&ChatError::from(ErrorCode::CannotMessage)),
            r#"{"type":"error","data":{"code":"cannot_message","message":"You cannot write to this user.","retryable":false}}"#,
        ),
        (
            ServerFrame::from(&ChatError::RateLimited { retry_after_ms: 20 }),
            r#"{"type":"error","data":{"code":"rate_limited","message":"Too many requests. Wait a little.","retryable":true,"retry_after_ms":20}}"#,
        ),
        (
            ServerFrame::from(&ChatError::Suspended { until: AT }),
            r#"{"type":"error","data":{"code":"account_suspended","message":"This account is suspended for a while.","retryable":false,"until":"2026-01-13T17:00:29.317890+00:00"}}"#,
        ),
    ]
}

/// Where a new kind of event has to be entered into the table above.
const fn is_in_the_table(event: &EventView) -> bool {
    match event {
        EventView::MessageNew(_)
        | EventView::MessageDelivered(_)
        | EventView::MessageRead(_)
        | EventView::MessageReceipts(_)
        | EventView::MemberJoined(_)
        | EventView::MemberLeft(_)
        | EventView::Typing(_)
        | EventView::Presence(_)
        | EventView::ConversationSettings(_)
        | EventView::ConversationDraft(_)
        | EventView::UserUpdated(_)
        | EventView::FriendRequest(_)
        | EventView::FriendAccepted(_)
        | EventView::FriendDeclined(_)
        | EventView::FriendCancelled(_)
        | EventView::FriendRemoved(_)
        | EventView::BlockAdded(_)
        | EventView::BlockRemoved(_)
        | EventView::ConversationAdded(_)
        | EventView::ConversationRemoved(_)
        | EventView::MemberRole(_)
        | EventView::ConversationUpdated(_)
        | EventView::MessageEdited(_)
        | EventView::MessageDeleted(_)
        | EventView::ReactionAdded(_)
        | EventView::ReactionRemoved(_)
        | EventView::MessagePinned(_)
        | EventView::MessageUnpinned(_) => true,
    }
}

/// The same for the other frames.
const fn is_among_the_frames(frame: &ServerFrame) -> bool {
    match frame {
        ServerFrame::Ready(_)
        | ServerFrame::Done {}
        | ServerFrame::Pong
        | ServerFrame::Expiring { .. }
        | ServerFrame::Renewed { .. }
        | ServerFrame::SyncPage(_)
        | ServerFrame::SyncDone {}
        | ServerFrame::Resync { .. }
        | ServerFrame::Error { .. } => true,
    }
}

fn kind(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
    value["type"].as_str().expect("a type").to_owned()
}

#[test]
fn every_event_has_exactly_this_text_and_is_read_back_from_it() {
    let mut kinds = BTreeSet::new();
    for (event, text) in everything() {
        let view = EventView::of(&event).expect("a view");
        assert!(is_in_the_table(&view));
        assert_eq!(encode(&view), text);
        assert_eq!(serde_json::from_str::<EventView>(text).expect("an event"), view);
        kinds.insert(kind(text));
    }
    assert_eq!(kinds.len(), 26, "one row at least for every kind: {kinds:?}");
    assert_eq!(kinds.len(), 27, "one row at least for every kind: {kinds:?}");
}

#[test]
fn every_other_frame_has_exactly_this_text_and_is_read_back_from_it() {
    let mut kinds = BTreeSet::new();
    for (frame, text) in frames() {
        assert!(is_among_the_frames(&frame));
        assert_eq!(encode(&frame), text);
        assert_eq!(serde_json::from_str::<ServerFrame>(text).expect("a frame"), frame);
        kinds.insert(kind(text));
    }
    assert_eq!(kinds.len(), 9, "one row at least for every kind: {kinds:?}");
}

#[test]
fn the_end_of_a_session_is_no_frame() {
    let session = SessionId::new(1).expect("an id");
    assert_eq!(EventView::of(&Event::SessionEnded(session)), None);
    assert_eq!(EventView::of(&Event::Sanctioned { user: user(1), is_for_good: true }), None);
}

#[test]
fn a_ref_goes_last_and_is_escaped() {
    let frame = encode(&ServerFrame::SyncDone {});
    assert_eq!(with_ref(&frame, "a\"\\\n"), r#"{"type":"sync.done","data":{},"ref":"a\"\\\n"}"#);
}

#[test]
fn every_reason_to_fetch_again_has_its_name() {
    let names = [
        (ResyncReason::EpochChanged, "epoch_changed"),
        (ResyncReason::AheadOfLog, "ahead_of_log"),
        (ResyncReason::NotAMember, "not_a_member"),
        (ResyncReason::TooFarBehind, "too_far_behind"),
        (ResyncReason::SlowReader, "slow_reader"),
    ];
    for (reason, name) in names {
        assert_eq!(encode(&reason), format!("\"{name}\""));
        assert!(DOCUMENT.contains(&format!("`{name}`")), "the document does not name {name}");
    }
}
