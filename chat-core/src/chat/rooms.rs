//! Rooms: making them, finding them, and coming in.

use super::Chat;
use super::users::looked_for;
use crate::change::Act;
use crate::command::{Actor, NewRoom, Opened, Reply, RoomQuery};
use crate::conversation::Group;
use crate::error::{ChatError, ErrorCode};
use crate::ids::{ConversationId, Version};
use crate::ports::RoomSearch;
use crate::room::Slug;
use crate::rules;

impl Chat {
    pub(super) async fn create_room(&self, actor: &Actor, new: NewRoom) -> Result<Opened, ChatError> {
        let NewRoom { name, room, description, avatar } = new;
        let group = Group { description, avatar, ..Group::room(name, actor.user, room) };
        self.make_group(actor, group, Vec::new()).await
    }

    /// Comes in on one's own account. Who is in it already stays what they are.
    pub(super) async fn join(&self, actor: &Actor, conversation: ConversationId) -> Result<Reply, ChatError> {
        let act = Act::Enter { most: self.settings.max_group_members, invite: None };
        // The store judges, so there is no version to have judged on; it is stale only where there is nothing.
        let written = self.commit(actor, conversation, act, Version::default()).await?;
        written.ok_or_else(|| ErrorCode::NotFound.into())
    }

    pub(super) async fn find_rooms(&self, query: RoomQuery) -> Result<Reply, ChatError> {
        let search = RoomSearch { part: looked_for(&query.text)?, after: query.after, size: query.size };
        Ok(Reply::Rooms(self.stores.rooms.find(&search).await?))
    }

    /// A room by its slug. For who may not find it, it is not there.
    pub(super) async fn get_room(&self, actor: &Actor, slug: &Slug) -> Result<Reply, ChatError> {
        let card = self.stores.rooms.room(slug).await?.ok_or(ErrorCode::NotFound)?;
        let facts = self.recent_facts(card.id, actor.user).await?;
        rules::may_find(facts.as_deref())?;
        Ok(Reply::Room(Box::new(card)))
    }
}
