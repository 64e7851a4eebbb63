//! How the changes of a conversation look that are no new messages.

use chat_core::conversation::{GroupUpdate, HistoryVisibility};
use chat_core::log::{ChangeEntry, Changed};
use chat_core::message::{Content, MessageRef};
use chat_core::pace::Pace;
use chat_core::room::{Slug, Visibility};
use chat_core::text::{AvatarUrl, Body, Description, Label};
use chat_core::{ChatError, ErrorCode};
use serde::{Deserialize, Deserializer, Serialize};

use super::events::EventView;

/// A change of membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MembershipView {
    /// Where.
    pub conversation_id: i64,
    /// Its place in the log.
    pub seq: i64,
    /// Whom it is about.
    pub user_id: i64,
    /// Who did it.
    pub by_user_id: i64,
    /// What they are from now on: `owner`, `admin` or `member`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
    /// When.
    pub at: String,
}

/// What of a group changed; what is absent did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationUpdatedView {
    /// Which.
    pub conversation_id: i64,
    /// Its place in the log.
    pub seq: i64,
    /// Who did it.
    pub by_user_id: i64,
    /// When.
    pub at: String,
    /// What changed.
    #[serde(flatten)]
    pub update: GroupUpdateView,
}

/// What of a group changes; what is absent stays, and null takes away.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GroupUpdateView {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schema(nullable = false, min_length = 1, max_length = 100))]
    pub name: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, min_length = 1, max_length = 500))]
    pub description: Option<Option<String>>,
    /// Where its picture lies: an https address, or a path of this server.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, max_length = 500))]
    pub avatar_url: Option<Option<String>>,
    /// What a newcomer may see of the past: `joined` (nothing) or `shared` (everything).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub history_visibility: Option<String>,
    /// How many seconds members wait between their messages; 0 for none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schema(nullable = false, minimum = 0, maximum = 21600))]
    pub slow_mode: Option<i64>,
    /// Room: its name in addresses.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schema(nullable = false, pattern = "^[a-z0-9-]{3,64}$"))]
    pub slug: Option<String>,
    /// Room: who finds it, `public` (everybody, who may come in too) or `private` (who is in it).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub visibility: Option<String>,
}

/// A message says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MessageEditedView {
    /// Which message, and where.
    #[serde(flatten)]
    pub place: MessageChangeView,
    /// What it says now; empty if it was deleted since.
    pub body: String,
    /// When it was last edited; absent if it was deleted since.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edited_at: Option<String>,
    /// Those members whom it calls by name now; absent for nobody.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub mentions: Vec<i64>,
    /// Whether it calls everybody now; absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub mentions_all: bool,
}

/// Something was done to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MessageChangeView {
    /// Which message.
    pub id: i64,
    /// Where.
    pub conversation_id: i64,
    /// The place of this change in the log.
    pub seq: i64,
    /// The place of the message in the log.
    pub message_seq: i64,
    /// Who said it.
    pub sender_id: i64,
    /// Who did this.
    pub by_user_id: i64,
    /// When.
    pub at: String,
}

/// Somebody put an emoji on a message, or took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReactionView {
    /// On which message.
    pub message_id: i64,
    /// Where.
    pub conversation_id: i64,
    /// The place of this change in the log.
    pub seq: i64,
    /// The place of the message in the log.
    pub message_seq: i64,
    /// Who.
    pub user_id: i64,
    /// What.
    pub emoji: String,
    /// When.
    pub at: String,
}

impl From<&ChangeEntry> for EventView {
    fn from(entry: &ChangeEntry) -> Self {
        match &entry.what {
            Changed::Joined { user, role } => Self::MemberJoined(membership(entry, *user, Some(*role))),
            Changed::Left { user } => Self::MemberLeft(membership(entry, *user, None)),
            Changed::RoleSet { user, role } => Self::MemberRole(membership(entry, *user, Some(*role))),
            Changed::Updated(update) => Self::ConversationUpdated(ConversationUpdatedView {
                conversation_id: entry.conversation.get(),
                seq: entry.seq.get(),
                by_user_id: entry.by.get(),
                at: entry.at.to_string(),
                update: update.into(),
            }),
            Changed::Edited { message, content } => Self::MessageEdited(edited(entry, message, content)),
            Changed::Deleted { message } => Self::MessageDeleted(place(entry, message)),
            Changed::Reacted { message, emoji } => Self::ReactionAdded(reaction(entry, message, emoji.as_str())),
            Changed::Unreacted { message, emoji } => Self::ReactionRemoved(reaction(entry, message, emoji.as_str())),
            Changed::Pinned { message } => Self::MessagePinned(place(entry, message)),
            Changed::Unpinned { message } => Self::MessageUnpinned(place(entry, message)),
        }
    }
}

impl From<&GroupUpdate> for GroupUpdateView {
    fn from(update: &GroupUpdate) -> Self {
        let text = |text: &Description| text.as_str().to_owned();
        let url = |url: &AvatarUrl| url.as_str().to_owned();
        Self {
            name: update.name.as_ref().map(ToString::to_string),
            description: update.description.as_ref().map(|given| given.as_ref().map(text)),
            avatar_url: update.avatar.as_ref().map(|given| given.as_ref().map(url)),
            history_visibility: update.history.map(|history| history.as_str().to_owned()),
            slow_mode: update.pace.map(|pace| i64::from(pace.seconds())),
            slug: update.slug.as_ref().map(|slug| slug.as_str().to_owned()),
            visibility: update.visibility.map(|visibility| visibility.as_str().to_owned()),
        }
    }
}

impl TryFrom<GroupUpdateView> for GroupUpdate {
    type Error = ChatError;

    fn try_from(view: GroupUpdateView) -> Result<Self, ChatError> {
        let description = |given: Option<String>| given.map(|text| Description::new(&text)).transpose();
        let avatar = |given: Option<String>| given.map(|text| AvatarUrl::new(&text)).transpose();
        let history = |name: String| HistoryVisibility::parse(&name).ok_or(ErrorCode::BadRequest);
        let pace = |seconds| Pace::new(seconds).ok_or(ErrorCode::BadRequest);
        let slug = |text: String| Slug::new(&text).ok_or(ErrorCode::InvalidSlug);
        let visibility = |name: String| Visibility::parse(&name).ok_or(ErrorCode::BadRequest);
        Ok(Self {
            name: view.name.as_deref().map(Label::new).transpose()?,
            description: view.description.map(description).transpose()?,
            avatar: view.avatar_url.map(avatar).transpose()?,
            history: view.history_visibility.map(history).transpose()?,
            pace: view.slow_mode.map(pace).transpose()?,
            slug: view.slug.map(slug).transpose()?,
            visibility: view.visibility.map(visibility).transpose()?,
        })
    }
}

fn membership(
    entry: &ChangeEntry,
    user: chat_core::ids::UserId,
    role: Option<chat_core::conversation::Role>,
) -> MembershipView {
    MembershipView {
        conversation_id: entry.conversation.get(),
        seq: entry.seq.get(),
        user_id: user.get(),
        by_user_id: entry.by.get(),
        role: role.map(|role| role.as_str().to_owned()),
        at: entry.at.to_string(),
    }
}

fn place(entry: &ChangeEntry, message: &MessageRef) -> MessageChangeView {
    MessageChangeView {
        id: message.id.get(),
        conversation_id: entry.conversation.get(),
        seq: entry.seq.get(),
        message_seq: message.seq.get(),
        sender_id: message.sender.get(),
        by_user_id: entry.by.get(),
        at: entry.at.to_string(),
    }
}

fn edited(entry: &ChangeEntry, message: &MessageRef, content: &Content) -> MessageEditedView {
    let edited_at = match content {
        Content::Said { edited_at, .. } => edited_at.map(|at| at.to_string()),
        Content::Deleted { .. } => None,
    };
    let body = content.body().map_or("", Body::as_str).to_owned();
    let mentions = content.mentions();
    MessageEditedView {
        place: place(entry, message),
        body,
        edited_at,
        mentions: mentions.users.iter().map(|user| user.get()).collect(),
        mentions_all: mentions.all,
    }
}

fn reaction(entry: &ChangeEntry, message: &MessageRef, emoji: &str) -> ReactionView {
    ReactionView {
        message_id: message.id.get(),
        conversation_id: entry.conversation.get(),
        seq: entry.seq.get(),
        message_seq: message.seq.get(),
        user_id: entry.by.get(),
        emoji: emoji.to_owned(),
        at: entry.at.to_string(),
    }
}

/// A field that is there, be it null; without this, null and absent would be the same.
pub(super) fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}
