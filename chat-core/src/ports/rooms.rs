//! The port for what strangers see of groups: rooms that can be found.

use async_trait::async_trait;

use super::StoreError;
use crate::page::{Page, PageSize};
use crate::room::{Card, Slug};

/// A search for public rooms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSearch {
    /// A part of the text that a room is [found by](crate::conversation::Group::found_by), [folded](crate::user::fold). Every
    /// character is meant literally. Empty finds all.
    pub part: String,
    /// After which slug.
    pub after: Option<Slug>,
    /// How many.
    pub size: PageSize,
}

/// Rooms, as somebody sees them who is not in them.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait RoomStore: Send + Sync {
    /// The public rooms whose slug or name holds a text, in the order of their slugs. The cursor is the slug.
    async fn find(&self, search: &RoomSearch) -> Result<Page<Card, Slug>, StoreError>;

    /// The room of a slug, whoever may see it.
    async fn room(&self, slug: &Slug) -> Result<Option<Card>, StoreError>;
}
