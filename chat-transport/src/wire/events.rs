//! What the server says: events and answers, each `{type, data}`.

use chat_core::ChatError;
use chat_core::command::{Position, Profile, Welcome};
use chat_core::event::{Event, ReceiptEvent};
use chat_core::log::{LogEntry, MembershipEntry, MembershipStep, UserEntry, UserNotice};
use chat_core::receipt::ReceiptKind;
use chat_core::relation::RelationNotice;
use serde::{Deserialize, Serialize};

use super::views::{FriendRequestView, MessageView, PresenceView, UserView};

/// An event, on a socket and in a list of changes alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", content = "data")]
pub enum EventView {
    /// Somebody said something.
    #[serde(rename = "message.new")]
    MessageNew(MessageView),
    /// Messages reached a reader.
    #[serde(rename = "message.delivered")]
    MessageDelivered(ReceiptView),
    /// Messages were read.
    #[serde(rename = "message.read")]
    MessageRead(ReceiptView),
    /// Somebody came in.
    #[serde(rename = "member.joined")]
    MemberJoined(MembershipView),
    /// Somebody went out.
    #[serde(rename = "member.left")]
    MemberLeft(MembershipView),
    /// Somebody types, or stopped.
    #[serde(rename = "typing")]
    Typing(TypingView),
    /// A user's presence changed.
    #[serde(rename = "presence")]
    Presence(PresenceView),
    /// A friend request was made.
    #[serde(rename = "friend.request")]
    FriendRequest(FriendNoticeView),
    /// A friend request was accepted.
    #[serde(rename = "friend.accepted")]
    FriendAccepted(FriendNoticeView),
    /// A friend request was declined.
    #[serde(rename = "friend.declined")]
    FriendDeclined(FriendNoticeView),
    /// A friend request was withdrawn.
    #[serde(rename = "friend.cancelled")]
    FriendCancelled(FriendNoticeView),
    /// A friendship ended.
    #[serde(rename = "friend.removed")]
    FriendRemoved(UserNoticeView),
    /// One blocked somebody, on this or another device.
    #[serde(rename = "block.added")]
    BlockAdded(UserNoticeView),
    /// One lifted a block, on this or another device.
    #[serde(rename = "block.removed")]
    BlockRemoved(UserNoticeView),
    /// A conversation came into one's list.
    #[serde(rename = "conversation.added")]
    ConversationAdded(ConversationAddedView),
}

/// A receipt. It covers every earlier message of the same author too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReceiptView {
    /// The newest message concerned.
    pub id: Option<i64>,
    /// Where.
    pub conversation_id: i64,
    /// Its place in the log.
    pub seq: i64,
    /// Who received or read.
    pub user_id: i64,
    /// When it was delivered, on `message.delivered`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delivered_at: Option<String>,
    /// When it was read, on `message.read`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub read_at: Option<String>,
}

/// A change of membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MembershipView {
    /// Where.
    pub conversation_id: i64,
    /// Its place in the log.
    pub seq: i64,
    /// Who came or went.
    pub user_id: i64,
    /// Who did it.
    pub by_user_id: i64,
    /// As what they came.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
    /// When.
    pub at: String,
}

/// Somebody types, or stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TypingView {
    /// Where.
    pub conversation_id: i64,
    /// Who.
    pub user_id: i64,
    /// Started or stopped.
    pub is_typing: bool,
}

/// A step of a friend request, in one's own log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FriendNoticeView {
    /// The request.
    #[serde(flatten)]
    pub request: FriendRequestView,
    /// Its place in one's own log.
    pub user_seq: i64,
}

/// Something between oneself and another user, in one's own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UserNoticeView {
    /// The other user.
    pub user_id: i64,
    /// Its place in one's own log.
    pub user_seq: i64,
}

/// A conversation came into one's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationAddedView {
    /// Which one.
    pub conversation_id: i64,
    /// Who made it or brought one in.
    pub by_user_id: i64,
    /// Its place in one's own log.
    pub user_seq: i64,
}

impl EventView {
    /// How an event looks; none for what clients never see.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Entry(entry) => entry.into(),
            Event::UserEntry(entry) => entry.into(),
            Event::Receipt(receipt) => receipt.into(),
            Event::Presence(presence) => Self::Presence(presence.into()),
            Event::Typing { conversation, user, is_typing } => Self::Typing(TypingView {
                conversation_id: conversation.get(),
                user_id: user.get(),
                is_typing: *is_typing,
            }),
            Event::SessionEnded(_) => return None,
        })
    }
}

impl From<&LogEntry> for EventView {
    fn from(entry: &LogEntry) -> Self {
        match entry {
            LogEntry::Message(message) => Self::MessageNew(message.into()),
            LogEntry::Membership(entry) => membership(entry),
        }
    }
}

fn membership(entry: &MembershipEntry) -> EventView {
    let view = |role| MembershipView {
        conversation_id: entry.conversation.get(),
        seq: entry.seq.get(),
        user_id: entry.user.get(),
        by_user_id: entry.by.get(),
        role,
        at: entry.at.to_string(),
    };
    match entry.change {
        MembershipStep::Joined { role } => EventView::MemberJoined(view(Some(role.as_str().to_owned()))),
        MembershipStep::Left => EventView::MemberLeft(view(None)),
    }
}

impl From<&ReceiptEvent> for EventView {
    fn from(receipt: &ReceiptEvent) -> Self {
        let at = Some(receipt.at.to_string());
        let (delivered_at, read_at) = match receipt.kind {
            ReceiptKind::Delivered => (at, None),
            ReceiptKind::Read => (None, at),
        };
        let view = ReceiptView {
            id: receipt.message.map(chat_core::ids::MessageId::get),
            conversation_id: receipt.conversation.get(),
            seq: receipt.seq.get(),
            user_id: receipt.user.get(),
            delivered_at,
            read_at,
        };
        match receipt.kind {
            ReceiptKind::Delivered => Self::MessageDelivered(view),
            ReceiptKind::Read => Self::MessageRead(view),
        }
    }
}

impl From<&UserEntry> for EventView {
    fn from(entry: &UserEntry) -> Self {
        let user_seq = entry.seq.get();
        match &entry.notice {
            UserNotice::ConversationAdded { conversation, by } => Self::ConversationAdded(ConversationAddedView {
                conversation_id: conversation.get(),
                by_user_id: by.get(),
                user_seq,
            }),
            UserNotice::Relation { notice, other, request } => {
                let about_user = UserNoticeView { user_id: other.get(), user_seq };
                let Some(request) = request else {
                    return match notice {
                        RelationNotice::Blocked => Self::BlockAdded(about_user),
                        RelationNotice::Unblocked => Self::BlockRemoved(about_user),
                        RelationNotice::Removed
                        | RelationNotice::Requested
                        | RelationNotice::Accepted
                        | RelationNotice::Declined
                        | RelationNotice::Cancelled => Self::FriendRemoved(about_user),
                    };
                };
                let about_request = FriendNoticeView { request: request.into(), user_seq };
                match notice {
                    RelationNotice::Requested => Self::FriendRequest(about_request),
                    RelationNotice::Accepted => Self::FriendAccepted(about_request),
                    RelationNotice::Declined => Self::FriendDeclined(about_request),
                    RelationNotice::Cancelled => Self::FriendCancelled(about_request),
                    RelationNotice::Removed => Self::FriendRemoved(about_user),
                    RelationNotice::Blocked => Self::BlockAdded(about_user),
                    RelationNotice::Unblocked => Self::BlockRemoved(about_user),
                }
            }
        }
    }
}

/// What the server says besides events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ServerFrame {
    /// The first frame on a socket that carries everything.
    #[serde(rename = "session.ready")]
    Ready(Box<ReadyView>),
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
        code: String,
        /// A sentence for people.
        message: String,
        /// Whether the same command can succeed later.
        retryable: bool,
        /// When it may be tried again.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        retry_after_ms: Option<u64>,
    },
}

/// Why a client has to fetch again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
}

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
