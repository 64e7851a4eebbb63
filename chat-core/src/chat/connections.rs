//! What a socket needs from the chat when it opens and when it closes.
//!
//! The order matters: first the caller learns which conversations to carry, then it registers the connection, and only then
//! it asks for the welcome. Whatever is committed after the welcome's heads were read reaches the registered connection
//! live; whatever was committed before is at or below a head. Nothing falls in between.

use futures_util::try_join;

use super::Chat;
use super::receipts::{Delivery, waiting};
use crate::command::{Position, Welcome};
use crate::error::ChatError;
use crate::ids::{ConversationId, UserId};
use crate::personal::Kept;
use crate::rules;

impl Chat {
    /// The conversations that a connection of a user has to carry.
    pub async fn carried_by(&self, user: UserId) -> Result<Vec<ConversationId>, ChatError> {
        Ok(self.stores.conversations.ids_of(user).await?)
    }

    /// Whether a user may open a connection that carries one conversation.
    pub async fn may_carry(&self, user: UserId, conversation: ConversationId) -> Result<(), ChatError> {
        let facts = self.fresh_facts(conversation, user).await?;
        rules::may_see(facts.as_deref())?;
        Ok(())
    }

    /// Notes that a registered connection lives, and tells it where everything stands. Every call is followed by exactly
    /// one [`disconnected`](Self::disconnected), whatever it returned.
    pub async fn connected(&self, user: UserId) -> Result<Welcome, ChatError> {
        let is_news = self.board.arrive(user);
        // All at once, so that a store may answer each of them together with those of others who come.
        let (circle, me, mut positions, kept, epoch) =
            try_join!(self.presence_circle(user), self.me(user), self.positions(user), self.kept(user), self.epoch())?;
        if is_news {
            self.announce_arrival(&me.presence, &circle);
        }
        let online = self.online_among(&circle).await?;
        let waiting = waiting(user, &mut positions);
        Ok(Welcome { me, positions, online, epoch, kept, waiting })
    }

    /// The same for a connection that carries one conversation: where that one stands, and what waited anywhere.
    pub async fn connected_to(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Result<(Option<Position>, Vec<Delivery>), ChatError> {
        if self.board.arrive(user) {
            let (circle, user) = try_join!(self.presence_circle(user), self.user(user))?;
            self.announce_arrival(&self.board.presence_of(&user), &circle);
        }
        let mut positions = self.positions(user).await?;
        let waiting = waiting(user, &mut positions);
        Ok((positions.into_iter().find(|position| position.conversation == conversation), waiting))
    }

    /// Notes that a connection is gone.
    pub fn disconnected(&self, user: UserId) {
        self.depart(user);
    }

    async fn positions(&self, user: UserId) -> Result<Vec<Position>, ChatError> {
        Ok(self.stores.conversations.positions(user).await?)
    }

    async fn kept(&self, user: UserId) -> Result<Vec<Kept>, ChatError> {
        Ok(self.stores.personal.kept(user).await?)
    }

    /// The name of this life of the database.
    pub async fn epoch(&self) -> Result<String, ChatError> {
        Ok(self.stores.database.epoch().await?)
    }
}
