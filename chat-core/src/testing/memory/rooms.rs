//! Rooms as strangers see them, in memory.

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{ConversationRow, State};
use crate::conversation::Kind;
use crate::ids::ConversationId;
use crate::pace::Pace;
use crate::page::Page;
use crate::ports::{RoomSearch, RoomStore, StoreError};
use crate::room::{Card, Room, Slug, Visibility};

#[async_trait]
impl RoomStore for MemoryStore {
    async fn find(&self, search: &RoomSearch) -> Result<Page<Card, Slug>, StoreError> {
        let state = self.state();
        let is_found = |card: &Card| {
            let room = card.group.room.as_ref().filter(|room| room.visibility == Visibility::Public);
            room.is_some_and(|room| search.after.as_ref().is_none_or(|after| room.slug > *after))
                && card.group.found_by().is_some_and(|text| text.contains(&search.part))
        };
        let slug_of = |card: &Card| card.group.room.as_ref().map(|room| room.slug.clone());
        let cards = state.conversations.values().filter_map(|row| Card::of(row.conversation.clone())).filter(is_found);
        let mut cards: Vec<_> = cards.filter_map(|card| Some((slug_of(&card)?, card))).collect();
        cards.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Page::from_rows(cards, search.size, |(slug, _)| slug.clone()).map(|(_, card)| card))
    }

    async fn room(&self, slug: &Slug) -> Result<Option<Card>, StoreError> {
        let state = self.state();
        let row = state.conversations.values().find(|row| row.room().is_some_and(|room| room.slug == *slug));
        Ok(row.and_then(|row| Card::of(row.conversation.clone())))
    }
}

impl State {
    /// Whether a room other than this conversation has a slug.
    pub(super) fn has_slug(&self, slug: &Slug, besides: Option<ConversationId>) -> bool {
        let others = self.conversations.values().filter(|row| Some(row.conversation.id) != besides);
        others.filter_map(ConversationRow::room).any(|room| room.slug == *slug)
    }
}

impl ConversationRow {
    /// How long members wait between their messages.
    pub(super) const fn pace(&self) -> Pace {
        match &self.conversation.kind {
            Kind::Group(group) => group.pace,
            Kind::Direct(_) => Pace::NONE,
        }
    }

    /// What makes it a room, if it is one.
    pub(super) const fn room(&self) -> Option<&Room> {
        match &self.conversation.kind {
            Kind::Group(group) => group.room.as_ref(),
            Kind::Direct(_) => None,
        }
    }
}
