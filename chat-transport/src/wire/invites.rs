//! How invites look.

use chat_core::conversation::Group;
use chat_core::invite::Invite;
use chat_core::room::Card;
use chat_core::text::{AvatarUrl, Description};
use serde::{Deserialize, Serialize};

/// An invite, as those see it who keep the group in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct InviteView {
    /// What lets in.
    pub code: String,
    /// Where.
    pub conversation_id: i64,
    /// From when on it lets nobody in; null for never.
    pub expires_at: Option<String>,
    /// How many it lets in; null for any number.
    pub max_uses: Option<u32>,
    /// How many it has let in.
    pub uses: u32,
    /// Who made it.
    pub created_by: i64,
    /// When it was made.
    pub created_at: String,
}

impl From<&Invite> for InviteView {
    fn from(invite: &Invite) -> Self {
        Self {
            code: invite.code.as_str().to_owned(),
            conversation_id: invite.conversation.get(),
            expires_at: invite.expires_at.map(|at| at.to_string()),
            max_uses: invite.max_uses,
            uses: invite.uses,
            created_by: invite.by.get(),
            created_at: invite.at.to_string(),
        }
    }
}

/// What an invite leads to, as somebody sees it who has the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct InvitePreviewView {
    /// What lets in.
    pub code: String,
    /// Where.
    pub conversation_id: i64,
    /// `group` or `room`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// Where its picture lies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar_url: Option<String>,
    /// How many members it has.
    pub member_count: u32,
    /// From when on the invite lets nobody in; null for never.
    pub expires_at: Option<String>,
}

impl From<&(Invite, Card)> for InvitePreviewView {
    fn from((invite, card): &(Invite, Card)) -> Self {
        let Group { name, description, avatar, room, .. } = &card.group;
        Self {
            code: invite.code.as_str().to_owned(),
            conversation_id: card.id.get(),
            kind: if room.is_some() { "room" } else { "group" }.to_owned(),
            name: name.to_string(),
            description: description.as_ref().map(Description::as_str).map(str::to_owned),
            avatar_url: avatar.as_ref().map(AvatarUrl::as_str).map(str::to_owned),
            member_count: card.member_count,
            expires_at: invite.expires_at.map(|at| at.to_string()),
        }
    }
}
