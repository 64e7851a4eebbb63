//! How rooms look from outside.

use chat_core::room::{Card, Room};
use chat_core::text::{AvatarUrl, Description};
use serde::{Deserialize, Serialize};

/// A room as somebody sees it who is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RoomView {
    /// Identity, as a conversation.
    pub id: i64,
    /// Its name in addresses.
    pub slug: String,
    /// Who finds it: `public` (everybody) or `private` (who is in it).
    pub visibility: String,
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
    /// When it was made.
    pub created_at: String,
}

impl RoomView {
    /// How a room looks; none for a group that is no room.
    #[must_use]
    pub fn of(card: &Card) -> Option<Self> {
        let Room { slug, visibility } = card.group.room.as_ref()?;
        Some(Self {
            id: card.id.get(),
            slug: slug.as_str().to_owned(),
            visibility: visibility.as_str().to_owned(),
            name: card.group.name.to_string(),
            description: card.group.description.as_ref().map(Description::as_str).map(str::to_owned),
            avatar_url: card.group.avatar.as_ref().map(AvatarUrl::as_str).map(str::to_owned),
            member_count: card.member_count,
            created_at: card.created_at.to_string(),
        })
    }
}
