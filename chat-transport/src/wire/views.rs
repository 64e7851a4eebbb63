//! How the nouns look in JSON.

use chat_core::command::{MarksReply, Profile};
use chat_core::conversation::{ConversationView as CoreView, Kind, Member};
use chat_core::message::{Content, Message, MessageView as Dressed};
use chat_core::presence::Presence;
use chat_core::reaction::ReactionCount;
use chat_core::receipt::Marks;
use chat_core::relation::FriendRequest;
use chat_core::text::{AvatarUrl, Body, Description, Label};
use serde::{Deserialize, Serialize};

use super::personal::{DraftView, muted_until};
use super::receipts::ReceiptCountsView;
use super::texts::ForwardedView;

/// A user as the asker sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UserView {
    /// Identity.
    pub id: i64,
    /// The name as its owner wrote it.
    pub username: String,
    /// What they want to be called; absent for just the name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub display_name: Option<String>,
    /// What they say of themselves; absent where it is nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bio: Option<String>,
    /// Where their picture lies; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar_url: Option<String>,
    /// `online`, `away`, `busy` or `offline`; `offline` too where the asker may not see it.
    pub status: String,
    /// A line beside the status.
    pub status_message: Option<String>,
    /// When the last connection ended; null while connected, never seen, or not for the asker to see.
    pub last_seen_at: Option<String>,
    /// When the account was made.
    pub created_at: String,
    /// Whether the account was deleted; then the name stands for nobody. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_deleted: bool,
}

impl From<&Profile> for UserView {
    fn from(profile: &Profile) -> Self {
        Self {
            id: profile.user.id.get(),
            username: profile.user.username.as_str().to_owned(),
            display_name: profile.user.display_name.as_ref().map(Label::as_str).map(str::to_owned),
            bio: profile.user.bio.as_ref().map(Description::as_str).map(str::to_owned),
            avatar_url: profile.user.avatar.as_ref().map(AvatarUrl::as_str).map(str::to_owned),
            status: profile.presence.status.as_str().to_owned(),
            status_message: profile.presence.message.as_ref().map(ToString::to_string),
            last_seen_at: profile.presence.last_seen_at.map(|at| at.to_string()),
            created_at: profile.user.created_at.to_string(),
            is_deleted: profile.user.deleted_at.is_some(),
        }
    }
}

/// A user's presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PresenceView {
    /// Whose.
    pub user_id: i64,
    /// `online`, `away`, `busy` or `offline`.
    pub status: String,
    /// The line beside it.
    pub message: Option<String>,
    /// When the last connection ended; null while connected.
    pub last_seen_at: Option<String>,
}

impl From<&Presence> for PresenceView {
    fn from(presence: &Presence) -> Self {
        Self {
            user_id: presence.user.get(),
            status: presence.status.as_str().to_owned(),
            message: presence.message.as_ref().map(ToString::to_string),
            last_seen_at: presence.last_seen_at.map(|at| at.to_string()),
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MessageView {
    /// Identity over all conversations.
    pub id: i64,
    /// Where it was said.
    pub conversation_id: i64,
    /// Its place in the conversation's log.
    pub seq: i64,
    /// Who said it.
    pub sender_id: i64,
    /// What it says; empty if it was deleted.
    pub body: String,
    /// When it was stored.
    pub created_at: String,
    /// In a direct conversation, when it reached the other user.
    pub delivered_at: Option<String>,
    /// In a direct conversation, when the other user read it.
    pub read_at: Option<String>,
    /// The sender's key of the attempt.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_id: Option<String>,
    /// The message it answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<i64>,
    /// When its sender last wrote it anew.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edited_at: Option<String>,
    /// Whose words it hands on; absent where they are the sender's own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub forwarded_from: Option<ForwardedView>,
    /// Those members whom it calls by name; absent for nobody.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub mentions: Vec<i64>,
    /// Whether it calls everybody; absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub mentions_all: bool,
    /// When it was deleted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deleted_at: Option<String>,
    /// Who deleted it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deleted_by: Option<i64>,
    /// What others put on it, the emoji that came first first; absent where nobody did.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reactions: Vec<ReactionCountView>,
    /// How many messages answer it; absent for none.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub reply_count: u32,
    /// Whether it is pinned; absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_pinned: bool,
    /// In a group, how far one's own message got.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub receipts: Option<ReceiptCountsView>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// How many put one emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReactionCountView {
    /// Which.
    pub emoji: String,
    /// How many users.
    pub count: u32,
    /// Whether the asker is one of them.
    pub mine: bool,
}

impl From<&Dressed> for MessageView {
    fn from(view: &Dressed) -> Self {
        let reaction = |on: &ReactionCount| ReactionCountView {
            emoji: on.emoji.as_str().to_owned(),
            count: on.count,
            mine: on.mine,
        };
        Self {
            reactions: view.reactions.iter().map(reaction).collect(),
            reply_count: view.replies,
            is_pinned: view.is_pinned,
            receipts: view.receipts.map(ReceiptCountsView::from),
            ..Self::from(&view.message)
        }
    }
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        let (edited_at, deleted_at, deleted_by) = match &message.content {
            Content::Said { edited_at, .. } => (edited_at.map(|at| at.to_string()), None, None),
            Content::Deleted { by, at } => (None, Some(at.to_string()), Some(by.get())),
        };
        let mentions = message.content.mentions();
        Self {
            id: message.id.get(),
            conversation_id: message.conversation.get(),
            seq: message.seq.get(),
            sender_id: message.sender.get(),
            body: message.body().map_or("", Body::as_str).to_owned(),
            created_at: message.created_at.to_string(),
            delivered_at: message.state.delivered_at().map(|at| at.to_string()),
            read_at: message.state.read_at().map(|at| at.to_string()),
            client_id: message.client_id.as_ref().map(|key| key.as_str().to_owned()),
            reply_to: message.reply_to.map(chat_core::ids::MessageId::get),
            edited_at,
            forwarded_from: message.content.forwarded().map(ForwardedView::from),
            mentions: mentions.users.iter().map(|user| user.get()).collect(),
            mentions_all: mentions.all,
            deleted_at,
            deleted_by,
            reactions: Vec::new(),
            reply_count: 0,
            is_pinned: false,
            receipts: None,
        }
    }
}

/// A conversation as one member sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationView {
    /// Identity.
    pub id: i64,
    /// `direct`, `group` or `room`.
    pub kind: String,
    /// When it was made.
    pub created_at: String,
    /// How many members it has.
    pub member_count: u32,
    /// The last seq of its log.
    pub head: i64,
    /// The asker's role: `owner`, `admin` or `member`.
    pub role: String,
    /// When the asker came in.
    pub joined_at: String,
    /// Messages of others that the asker has not read.
    pub unread_count: u32,
    /// How many of those that the asker has not read call the asker, or everybody.
    pub unread_mentions: u32,
    /// How far the asker's devices received.
    pub delivered_seq: i64,
    /// How far the asker read.
    pub read_seq: i64,
    /// The newest message.
    pub last_message: Option<MessageView>,
    /// No noise before this time, which may be past; `forever` for good. Absent where it is not muted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub muted_until: Option<String>,
    /// Whether the asker put it away; absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub archived: bool,
    /// What the asker has begun to write there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub draft: Option<DraftView>,
    /// Direct: the other user.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user_id: Option<i64>,
    /// Direct: the user with the smaller id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user1_id: Option<i64>,
    /// Direct: the user with the larger id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user2_id: Option<i64>,
    /// Direct: how far the other user's devices received.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub peer_delivered_seq: Option<i64>,
    /// Direct: how far the other user read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub peer_read_seq: Option<i64>,
    /// Room: its name in addresses.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub slug: Option<String>,
    /// Room: who finds it, `public` (everybody, who may come in too) or `private` (who is in it).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub visibility: Option<String>,
    /// Group or room: its name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Group or room: what it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// Group or room: where its picture lies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar_url: Option<String>,
    /// Group or room: what a newcomer may see of the past: `joined` (nothing) or `shared` (everything).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub history_visibility: Option<String>,
    /// Group or room: how many seconds members wait between their messages; 0 for none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub slow_mode: Option<u16>,
    /// Group or room: who made it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub created_by: Option<i64>,
}

impl From<&CoreView> for ConversationView {
    fn from(view: &CoreView) -> Self {
        let conversation = &view.conversation;
        let (direct, group) = match &conversation.kind {
            Kind::Direct(pair) => (Some(*pair), None),
            Kind::Group(group) => (None, Some(group)),
        };
        let room = group.and_then(|group| group.room.as_ref());
        let kind = match (direct, room) {
            (Some(_), _) => "direct",
            (None, Some(_)) => "room",
            (None, None) => "group",
        };
        let peer: Option<Marks> = view.peer.as_ref().map(|peer| peer.marks);
        Self {
            id: conversation.id.get(),
            kind: kind.to_owned(),
            created_at: conversation.created_at.to_string(),
            member_count: conversation.member_count,
            head: conversation.head.get(),
            role: view.me.role.as_str().to_owned(),
            joined_at: view.me.joined_at.to_string(),
            unread_count: view.unread,
            unread_mentions: view.unread_mentions,
            delivered_seq: view.me.marks.delivered.get(),
            read_seq: view.me.marks.read.get(),
            last_message: view.last_message.as_ref().map(MessageView::from),
            muted_until: muted_until(&view.settings),
            archived: view.settings.archived,
            draft: view.draft.as_ref().map(DraftView::from),
            user_id: direct.and_then(|pair| pair.other(view.me.user)).map(chat_core::ids::UserId::get),
            user1_id: direct.map(|pair| pair.low().get()),
            user2_id: direct.map(|pair| pair.high().get()),
            peer_delivered_seq: peer.map(|marks| marks.delivered.get()),
            peer_read_seq: peer.map(|marks| marks.read.get()),
            slug: room.map(|room| room.slug.as_str().to_owned()),
            visibility: room.map(|room| room.visibility.as_str().to_owned()),
            name: group.map(|group| group.name.to_string()),
            description: group.and_then(|group| group.description.as_ref()).map(Description::as_str).map(str::to_owned),
            avatar_url: group.and_then(|group| group.avatar.as_ref()).map(AvatarUrl::as_str).map(str::to_owned),
            history_visibility: group.map(|group| group.history.as_str().to_owned()),
            slow_mode: group.map(|group| group.pace.seconds()),
            created_by: group.map(|group| group.maker.get()),
        }
    }
}

/// A member of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MemberView {
    /// Who.
    pub user_id: i64,
    /// `owner`, `admin` or `member`.
    pub role: String,
    /// When they came in.
    pub joined_at: String,
    /// How far their devices received.
    pub delivered_seq: i64,
    /// How far they read.
    pub read_seq: i64,
}

impl From<&Member> for MemberView {
    fn from(member: &Member) -> Self {
        Self {
            user_id: member.user.get(),
            role: member.role.as_str().to_owned(),
            joined_at: member.joined_at.to_string(),
            delivered_seq: member.marks.delivered.get(),
            read_seq: member.marks.read.get(),
        }
    }
}

/// A friend request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FriendRequestView {
    /// Identity.
    pub id: i64,
    /// Who asks.
    pub from_user_id: i64,
    /// Who is asked.
    pub to_user_id: i64,
    /// `pending`, `accepted`, `declined` or `cancelled`.
    pub status: String,
    /// When it was made.
    pub created_at: String,
}

impl From<&FriendRequest> for FriendRequestView {
    fn from(request: &FriendRequest) -> Self {
        Self {
            id: request.id.get(),
            from_user_id: request.from.get(),
            to_user_id: request.to.get(),
            status: request.status.as_str().to_owned(),
            created_at: request.created_at.to_string(),
        }
    }
}

/// One's own marks in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MarksView {
    /// Which conversation.
    pub conversation_id: i64,
    /// How far one's devices received.
    pub delivered_seq: i64,
    /// How far one read.
    pub read_seq: i64,
}

impl From<&MarksReply> for MarksView {
    fn from(reply: &MarksReply) -> Self {
        Self {
            conversation_id: reply.conversation.get(),
            delivered_seq: reply.marks.delivered.get(),
            read_seq: reply.marks.read.get(),
        }
    }
}
