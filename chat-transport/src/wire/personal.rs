//! How it looks what one member keeps of a conversation for themselves.

use chat_core::command::{NewDraft, SettingsReply};
use chat_core::ids::{ConversationId, MessageId};
use chat_core::personal::{Draft, Kept, Mute, Settings, SettingsUpdate};
use chat_core::text::Body;
use chat_core::time::Timestamp;
use chat_core::{ChatError, ErrorCode};
use serde::{Deserialize, Serialize};

use super::changes::given;

/// What stands for no end.
const FOREVER: &str = "forever";

/// What one has set of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SettingsView {
    /// Which.
    pub conversation_id: i64,
    /// No noise before this time; `forever` for good, null for not muted. A time that is past means nothing any more.
    pub muted_until: Option<String>,
    /// Whether it is put away.
    pub archived: bool,
}

/// What one keeps of a conversation, as a device learns it that was away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct KeptView {
    /// What is set.
    #[serde(flatten)]
    pub settings: SettingsView,
    /// When the draft there was kept; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub draft_at: Option<String>,
}

/// What of one's settings changes; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SettingsUpdateView {
    /// No noise before this time (RFC 3339); `forever` for good, null to let it make noise again.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub muted_until: Option<Option<String>>,
    /// Whether it is put away.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub archived: Option<bool>,
}

/// What one has begun to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DraftView {
    /// The text so far.
    pub body: String,
    /// The message that it is going to answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<i64>,
    /// When it was kept.
    pub updated_at: String,
}

/// One has begun to write something else, or nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DraftChangedView {
    /// Where.
    pub conversation_id: i64,
    /// What; null for nothing.
    pub draft: Option<DraftView>,
}

/// What one begins to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewDraftView {
    /// The text so far: at most 8,000 characters, and something to see.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 8000))]
    pub body: String,
    /// The message of the same conversation that it is going to answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 9007199254740991_i64))]
    pub reply_to: Option<i64>,
}

/// The end of a mute as it looks.
pub(super) fn muted_until(settings: &Settings) -> Option<String> {
    settings.muted.map(|mute| match mute {
        Mute::Until(end) => end.to_string(),
        Mute::Forever => FOREVER.to_owned(),
    })
}

impl SettingsView {
    /// The settings of a conversation.
    #[must_use]
    pub fn of(conversation: ConversationId, settings: &Settings) -> Self {
        Self { conversation_id: conversation.get(), muted_until: muted_until(settings), archived: settings.archived }
    }
}

impl From<&SettingsReply> for SettingsView {
    fn from(reply: &SettingsReply) -> Self {
        Self::of(reply.conversation, &reply.settings)
    }
}

impl From<&Kept> for KeptView {
    fn from(kept: &Kept) -> Self {
        Self {
            settings: SettingsView::of(kept.conversation, &kept.settings),
            draft_at: kept.draft_at.map(|at| at.to_string()),
        }
    }
}

impl From<&Draft> for DraftView {
    fn from(draft: &Draft) -> Self {
        Self {
            body: draft.body.as_str().to_owned(),
            reply_to: draft.reply_to.map(MessageId::get),
            updated_at: draft.at.to_string(),
        }
    }
}

impl TryFrom<SettingsUpdateView> for SettingsUpdate {
    type Error = ChatError;

    fn try_from(view: SettingsUpdateView) -> Result<Self, ChatError> {
        let mute = |text: &String| {
            let end = || Timestamp::parse(text).map(Mute::Until);
            let mute = if text == FOREVER { Some(Mute::Forever) } else { end() };
            mute.ok_or(ErrorCode::BadRequest)
        };
        let muted = view.muted_until.map(|until| until.as_ref().map(mute).transpose()).transpose()?;
        Ok(Self { muted, archived: view.archived })
    }
}

impl TryFrom<NewDraftView> for NewDraft {
    type Error = ChatError;

    fn try_from(view: NewDraftView) -> Result<Self, ChatError> {
        let reply_to = view.reply_to.map(|id| MessageId::new(id).ok_or(ErrorCode::NotFound)).transpose()?;
        Ok(Self { body: Body::new(view.body)?, reply_to })
    }
}
