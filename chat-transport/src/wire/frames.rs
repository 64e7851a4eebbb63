//! What the server says besides events: the beginning, answers, pages of a resume, refusals. And how a frame becomes text.

use chat_core::ChatError;
use chat_core::command::{Position, Profile, Welcome};
use serde::{Deserialize, Serialize};

use super::events::EventView;
use super::personal::KeptView;
use super::views::{PresenceView, UserView};

/// What the server says besides events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", content = "data")]
pub enum ServerFrame {
    /// The first frame on a socket that carries everything.
    #[serde(rename = "session.ready")]
    Ready(Box<ReadyView>),
    /// The answer to a command that changed nothing, because it was so before.
    #[serde(rename = "done")]
    Done {},
    /// The answer to `ping`.
    #[serde(rename = "pong")]
    Pong,
    /// The access token that opened the socket expires soon; an `auth` frame with a new one keeps the socket open.
    #[serde(rename = "session.expiring")]
    Expiring {
        /// When.
        expires_at: String,
    },
    /// A new access token was accepted.
    #[serde(rename = "session.renewed")]
    Renewed {
        /// Until when it is good.
        expires_at: Option<String>,
    },
    /// A part of a log.
    #[serde(rename = "sync.page")]
    SyncPage(SyncItems),
    /// Nothing is missing any more.
    #[serde(rename = "sync.done")]
    SyncDone {},
    /// What the client has cannot be continued: fetch again.
    #[serde(rename = "resync")]
    Resync {
        /// Which conversation; absent for everything.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// Why.
        reason: ResyncReason,
    },
    /// A command was refused.
    #[serde(rename = "error")]
    Error {
        /// The stable code.
        #[cfg_attr(feature = "schema", schema(schema_with = codes))]
        code: String,
        /// A sentence for people.
        message: String,
        /// Whether the same command can succeed later.
        retryable: bool,
        /// When it may be tried again.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        retry_after_ms: Option<u64>,
        /// Until when it stays refused, where that is known.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        until: Option<String>,
    },
}

/// A string out of the list of codes.
#[cfg(feature = "schema")]
fn codes() -> utoipa::openapi::schema::Object {
    let codes = chat_core::ErrorCode::ALL.iter().map(|code| code.as_str());
    utoipa::openapi::schema::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .enum_values(Some(codes))
        .build()
}

/// Why a client has to fetch again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResyncReason {
    /// The database was restored from a backup.
    EpochChanged,
    /// The cursor is beyond the end of the log.
    AheadOfLog,
    /// The user is not (or no longer) in the conversation.
    NotAMember,
    /// More is missing than is worth replaying.
    TooFarBehind,
    /// The client read more slowly than events came.
    SlowReader,
}

/// A part of a conversation's log, or of the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SyncItems {
    /// Which conversation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conversation_id: Option<i64>,
    /// Whose own log, where it is not a conversation's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user_id: Option<i64>,
    /// The events, oldest first, without a gap.
    pub items: Vec<EventView>,
    /// The last seq of the log.
    pub head: i64,
}

/// Where everything stands when a socket opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReadyView {
    /// Oneself.
    pub user: UserView,
    /// The name of this life of the database.
    pub epoch: String,
    /// How often the server wants to hear something.
    pub heartbeat_seconds: u64,
    /// The last seq of one's own log.
    pub user_seq: i64,
    /// Every conversation.
    pub conversations: Vec<PositionView>,
    /// Who is not offline, of those one may see.
    pub presence: Vec<PresenceView>,
    /// What one keeps of one's conversations, of those of which one keeps anything.
    #[serde(default)]
    pub settings: Vec<KeptView>,
}

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PositionView {
    /// Which one.
    pub conversation_id: i64,
    /// The last seq of its log.
    pub head: i64,
    /// How far one's own devices received.
    pub delivered_seq: i64,
    /// How far one read.
    pub read_seq: i64,
    /// Direct: how far the other user's devices received.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub peer_delivered_seq: Option<i64>,
    /// Direct: how far the other user read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub peer_read_seq: Option<i64>,
}

impl From<&Position> for PositionView {
    fn from(position: &Position) -> Self {
        Self {
            conversation_id: position.conversation.get(),
            head: position.head.get(),
            delivered_seq: position.marks.delivered.get(),
            read_seq: position.marks.read.get(),
            peer_delivered_seq: position.peer.map(|marks| marks.delivered.get()),
            peer_read_seq: position.peer.map(|marks| marks.read.get()),
        }
    }
}

impl ReadyView {
    /// The first frame of a socket.
    #[must_use]
    pub fn of(welcome: &Welcome, heartbeat_seconds: u64) -> Self {
        let me = Profile { user: welcome.me.user.clone(), presence: welcome.me.presence.clone() };
        Self {
            user: (&me).into(),
            epoch: welcome.epoch.clone(),
            heartbeat_seconds,
            user_seq: welcome.me.log_head.get(),
            conversations: welcome.positions.iter().map(PositionView::from).collect(),
            presence: welcome.online.iter().map(PresenceView::from).collect(),
            settings: welcome.kept.iter().map(KeptView::from).collect(),
        }
    }
}

impl From<&ChatError> for ServerFrame {
    fn from(error: &ChatError) -> Self {
        let code = error.code();
        Self::Error {
            code: code.as_str().to_owned(),
            message: code.message().to_owned(),
            retryable: code.is_retryable(),
            retry_after_ms: error.retry_after_ms(),
            until: error.until().map(|until| until.to_string()),
        }
    }
}

/// The text of a frame. Views always have one; should that ever fail, the frame says nothing and breaks nothing.
pub fn encode<T: Serialize>(frame: &T) -> String {
    serde_json::to_string(frame).unwrap_or_else(|_| "{}".to_owned())
}

/// The same frame as the answer to a command: its `ref` goes in before the closing brace, so that the rest, which may be
/// long and is the same for everybody, is encoded once.
#[must_use]
pub fn with_ref(frame: &str, reference: &str) -> String {
    let open = frame.strip_suffix('}').unwrap_or(frame);
    format!("{open},\"ref\":{}}}", encode(&reference))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::TypingView;

    #[test]
    fn a_pong_is_a_type_and_nothing_else() {
        assert_eq!(encode(&ServerFrame::Pong), r#"{"type":"pong"}"#);
        assert_eq!(with_ref(r#"{"type":"pong"}"#, "a\"b"), r#"{"type":"pong","ref":"a\"b"}"#);
    }

    #[test]
    fn an_error_carries_its_code_inside_data() {
        let frame = ServerFrame::from(&ChatError::RateLimited { retry_after_ms: 20 });
        let text = encode(&frame);
        assert!(text.starts_with(r#"{"type":"error","data":{"code":"rate_limited","#), "{text}");
        assert!(text.ends_with(r#""retryable":true,"retry_after_ms":20}}"#), "{text}");
    }

    #[test]
    fn what_is_encoded_can_be_read_back() {
        let frame = ServerFrame::SyncPage(SyncItems {
            conversation_id: Some(3),
            user_id: None,
            items: vec![EventView::Typing(TypingView { conversation_id: 3, user_id: 1, is_typing: true })],
            head: 9,
        });
        let read: ServerFrame = serde_json::from_str(&encode(&frame)).expect("the same frame");
        assert_eq!(read, frame);
    }
}
