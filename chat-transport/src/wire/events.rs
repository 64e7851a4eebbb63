//! What the server says: events and answers, each `{type, data}`.

use chat_core::event::{Event, ReceiptEvent};
use chat_core::log::{LogEntry, UserEntry, UserNotice};
use chat_core::receipt::ReceiptKind;
use chat_core::relation::RelationNotice;
use serde::{Deserialize, Serialize};

use super::changes::{ConversationUpdatedView, MembershipView, MessageChangeView, MessageEditedView, ReactionView};
use super::personal::{DraftChangedView, SettingsView};
use super::profiles::UserUpdatedView;
use super::receipts::ReceiptTallyView;
use super::views::{FriendRequestView, MessageView, PresenceView};

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
    /// One's message got farther in a large group.
    #[serde(rename = "message.receipts")]
    MessageReceipts(ReceiptTallyView),
    /// Somebody came in.
    #[serde(rename = "member.joined")]
    MemberJoined(MembershipView),
    /// Somebody went out.
    #[serde(rename = "member.left")]
    MemberLeft(MembershipView),
    /// A member may do more or less than before.
    #[serde(rename = "member.role")]
    MemberRole(MembershipView),
    /// The group itself changed.
    #[serde(rename = "conversation.updated")]
    ConversationUpdated(ConversationUpdatedView),
    /// A message says something else.
    #[serde(rename = "message.edited")]
    MessageEdited(MessageEditedView),
    /// A message is gone.
    #[serde(rename = "message.deleted")]
    MessageDeleted(MessageChangeView),
    /// Somebody put an emoji on a message.
    #[serde(rename = "reaction.added")]
    ReactionAdded(ReactionView),
    /// Somebody took an emoji back.
    #[serde(rename = "reaction.removed")]
    ReactionRemoved(ReactionView),
    /// A message is held up for everybody to find.
    #[serde(rename = "message.pinned")]
    MessagePinned(MessageChangeView),
    /// A message is not held up any more.
    #[serde(rename = "message.unpinned")]
    MessageUnpinned(MessageChangeView),
    /// One set something else of a conversation, on this or another device.
    #[serde(rename = "conversation.settings")]
    ConversationSettings(SettingsView),
    /// One began to write something else, on this or another device.
    #[serde(rename = "conversation.draft")]
    ConversationDraft(DraftChangedView),
    /// Somebody types, or stopped.
    #[serde(rename = "typing")]
    Typing(TypingView),
    /// A user's presence changed.
    #[serde(rename = "presence")]
    Presence(PresenceView),
    /// A user says something else of themselves.
    #[serde(rename = "user.updated")]
    UserUpdated(UserUpdatedView),
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
    /// Somebody else took one out of a conversation.
    #[serde(rename = "conversation.removed")]
    ConversationRemoved(ConversationRemovedView),
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
    /// The last seq of its log before.
    pub head: i64,
    /// Its place in one's own log.
    pub user_seq: i64,
}

/// Somebody else took one out of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationRemovedView {
    /// Which one.
    pub conversation_id: i64,
    /// Who.
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
            Event::Tally(tally) => Self::MessageReceipts(tally.into()),
            Event::Presence(presence) => Self::Presence(presence.into()),
            Event::Profile(user) => Self::UserUpdated(user.into()),
            Event::Settings { conversation, settings } => {
                Self::ConversationSettings(SettingsView::of(*conversation, settings))
            }
            Event::Draft { conversation, draft } => Self::ConversationDraft(DraftChangedView {
                conversation_id: conversation.get(),
                draft: draft.as_ref().map(Into::into),
            }),
            Event::Typing { conversation, user, is_typing } => Self::Typing(TypingView {
                conversation_id: conversation.get(),
                user_id: user.get(),
                is_typing: *is_typing,
            }),
            Event::SessionEnded(_) | Event::Sanctioned { .. } => return None,
        })
    }
}

impl From<&LogEntry> for EventView {
    fn from(entry: &LogEntry) -> Self {
        match entry {
            LogEntry::Message(message) => Self::MessageNew(message.into()),
            LogEntry::Change(entry) => entry.into(),
        }
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
            UserNotice::ConversationAdded { conversation, by, head } => {
                Self::ConversationAdded(ConversationAddedView {
                    conversation_id: conversation.get(),
                    by_user_id: by.get(),
                    head: head.get(),
                    user_seq,
                })
            }
            UserNotice::ConversationRemoved { conversation, by } => {
                Self::ConversationRemoved(ConversationRemovedView {
                    conversation_id: conversation.get(),
                    by_user_id: by.get(),
                    user_seq,
                })
            }
            UserNotice::Relation { notice, other, request } => {
                let about_user = UserNoticeView { user_id: other.get(), user_seq };
                let about_request =
                    request.as_ref().map(|request| FriendNoticeView { request: request.into(), user_seq });
                match (notice, about_request) {
                    (RelationNotice::Requested, Some(request)) => Self::FriendRequest(request),
                    (RelationNotice::Accepted, Some(request)) => Self::FriendAccepted(request),
                    (RelationNotice::Declined, Some(request)) => Self::FriendDeclined(request),
                    (RelationNotice::Cancelled, Some(request)) => Self::FriendCancelled(request),
                    (RelationNotice::Blocked, _) => Self::BlockAdded(about_user),
                    (RelationNotice::Unblocked, _) => Self::BlockRemoved(about_user),
                    // Without its request a step of one says at least that something between the two ended.
                    (RelationNotice::Removed, _) | (_, None) => Self::FriendRemoved(about_user),
                }
            }
        }
    }
}
