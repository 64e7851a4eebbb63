//! How it looks what a client can say: the documented shape of every frame, which [`decode`](super::decode) reads in one pass.
//!
//! The documentation is generated from this; tests hold both against each other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::changes::GroupUpdateView;
use super::personal::{NewDraftView, SettingsUpdateView};

/// A frame of a client. `conversation_id` may be left out on a socket that carries one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type")]
pub enum SaidView {
    /// Is anybody there? Acknowledged by `pong`.
    #[serde(rename = "ping")]
    Ping {},
    /// The first frame of a socket that was opened without a token, or a newer token, which keeps the socket open beyond the
    /// end of the old one. Acknowledged by `session.renewed`.
    #[serde(rename = "auth")]
    Auth {
        /// An access token.
        token: String,
    },
    /// Tell me what I missed. Acknowledged by any number of `sync.page` and one `sync.done`.
    #[serde(rename = "sync")]
    Sync {
        /// The life of the database that the cursors belong to, as `session.ready` named it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        epoch: Option<String>,
        /// The last seq that the client applied, by conversation; at most 500.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        cursors: Option<BTreeMap<String, i64>>,
        /// The last seq of the user's own log that the client applied.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(feature = "schema", schema(minimum = 0, maximum = 9007199254740991_i64))]
        user_cursor: Option<i64>,
    },
    /// Say something. Acknowledged by `message.new`.
    #[serde(rename = "message.send")]
    MessageSend {
        /// Where.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// What: at most 8,000 characters, and something to see.
        #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 8000))]
        body: String,
        /// The sender's key for this attempt, in visible ASCII; a repeat with the same key is the same message.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 64))]
        client_id: Option<String>,
        /// The message of the same conversation that it answers.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reply_to: Option<i64>,
    },
    /// Everything up to a point is read: either `message_id` or `seq`. Acknowledged by `message.read`.
    #[serde(rename = "message.read")]
    MessageRead {
        /// Up to this message.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        message_id: Option<i64>,
        /// Where, with `seq`.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// Up to this place in the log.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(feature = "schema", schema(minimum = 0, maximum = 9007199254740991_i64))]
        seq: Option<i64>,
    },
    /// Let one's message say something else. Acknowledged by `message.edited`.
    #[serde(rename = "message.edit")]
    MessageEdit {
        /// Which.
        message_id: i64,
        /// What it says from now on.
        #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 8000))]
        body: String,
    },
    /// Delete a message for everybody. Acknowledged by `message.deleted`.
    #[serde(rename = "message.delete")]
    MessageDelete {
        /// Which.
        message_id: i64,
    },
    /// Hold a message up for everybody to find. Acknowledged by `message.pinned`.
    #[serde(rename = "message.pin")]
    MessagePin {
        /// Which.
        message_id: i64,
    },
    /// Do not hold it up any more. Acknowledged by `message.unpinned`.
    #[serde(rename = "message.unpin")]
    MessageUnpin {
        /// Which.
        message_id: i64,
    },
    /// Put an emoji on a message. Acknowledged by `reaction.added`.
    #[serde(rename = "reaction.add")]
    ReactionAdd {
        /// On which.
        message_id: i64,
        /// What.
        emoji: String,
    },
    /// Take one's emoji back. Acknowledged by `reaction.removed`.
    #[serde(rename = "reaction.remove")]
    ReactionRemove {
        /// From which.
        message_id: i64,
        /// What.
        emoji: String,
    },
    /// Change a group itself. Acknowledged by `conversation.updated`.
    #[serde(rename = "conversation.update")]
    ConversationUpdate {
        /// Which.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// What of it.
        #[serde(flatten)]
        update: GroupUpdateView,
    },
    /// Come into a public room. Acknowledged by `member.joined`.
    #[serde(rename = "conversation.join")]
    ConversationJoin {
        /// Which.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
    },
    /// Bring users into a group. Acknowledged by the last `member.joined`.
    #[serde(rename = "member.add")]
    MemberAdd {
        /// Which.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// Who.
        #[cfg_attr(feature = "schema", schema(max_items = 100))]
        user_ids: Vec<i64>,
    },
    /// Take a member out of a group; oneself is to leave. Acknowledged by `member.left`.
    #[serde(rename = "member.remove")]
    MemberRemove {
        /// Which.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// Who.
        user_id: i64,
    },
    /// Let a member do more or less. Acknowledged by `member.role`.
    #[serde(rename = "member.set_role")]
    MemberSetRole {
        /// Where.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// Who.
        user_id: i64,
        /// What they are from now on.
        #[cfg_attr(feature = "schema", schema(pattern = "^(owner|admin|member)$"))]
        role: String,
    },
    /// Say in one conversation what somebody said in another. Acknowledged by `message.new`.
    #[serde(rename = "message.forward")]
    MessageForward {
        /// Which message.
        message_id: i64,
        /// Where to.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// The sender's key for this attempt, in visible ASCII; a repeat with the same key is the same message.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 64))]
        client_id: Option<String>,
    },
    /// Mute a conversation or put it away, for oneself alone. Acknowledged by `conversation.settings`.
    #[serde(rename = "settings.set")]
    SettingsSet {
        /// Which.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// What of one's settings.
        #[serde(flatten)]
        settings: SettingsUpdateView,
    },
    /// Keep what one has begun to write. Acknowledged by `conversation.draft`.
    #[serde(rename = "draft.set")]
    DraftSet {
        /// Where.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
        /// What.
        #[serde(flatten)]
        draft: NewDraftView,
    },
    /// Forget what one has begun to write. Acknowledged by `conversation.draft`.
    #[serde(rename = "draft.clear")]
    DraftClear {
        /// Where.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
    },
    /// One is typing. Acknowledged by `typing` if it has a `ref`.
    #[serde(rename = "typing.start")]
    TypingStart {
        /// Where.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
    },
    /// One stopped typing. Acknowledged by `typing` if it has a `ref`.
    #[serde(rename = "typing.stop")]
    TypingStop {
        /// Where.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation_id: Option<i64>,
    },
    /// Choose what others see. Acknowledged by `presence`.
    #[serde(rename = "presence.set")]
    PresenceSet {
        /// `online`, `away`, `busy` or `offline` (connected, and shown to others as offline).
        #[cfg_attr(feature = "schema", schema(pattern = "^(online|away|busy|offline)$"))]
        status: String,
        /// The line beside it; absent, null or blank removes it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(feature = "schema", schema(max_length = 100))]
        message: Option<String>,
    },
}
