//! What is asked about rooms, and about who comes into groups.

use crate::ids::{ConversationId, UserId};
use crate::page::PageSize;
use crate::room::{Room, Slug};
use crate::text::{AvatarUrl, Description, Label};
use crate::time::Timestamp;

/// A room to make. Whoever asks is its owner, and alone in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoom {
    /// Its name.
    pub name: Label,
    /// Its slug, and who finds it.
    pub room: Room,
    /// What it is about.
    pub description: Option<Description>,
    /// Where its picture lies.
    pub avatar: Option<AvatarUrl>,
}

/// A search for public rooms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomQuery {
    /// A part of the slug or of the name; empty finds all.
    pub text: String,
    /// After which slug.
    pub after: Option<Slug>,
    /// How many.
    pub size: PageSize,
}

/// Somebody to be kept out of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBan {
    /// Which group.
    pub conversation: ConversationId,
    /// Who.
    pub user: UserId,
    /// Why.
    pub reason: Option<Label>,
    /// From when on it is over; none for never.
    pub until: Option<Timestamp>,
}

/// An invite to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewInvite {
    /// Into which group.
    pub conversation: ConversationId,
    /// For how many seconds it lets in; none for ever.
    pub expires_in: Option<u32>,
    /// How many it lets in; none for any number.
    pub max_uses: Option<u32>,
}
