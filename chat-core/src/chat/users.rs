//! Users: one's own account, others, and finding them.

use std::collections::HashSet;

use super::Chat;
use crate::command::{Actor, Me, Profile, Reply};
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Event};
use crate::ids::UserId;
use crate::page::{Page, PageSize};
use crate::ports::{Account, UserSearch};
use crate::text::TextError;
use crate::user::{ProfileUpdate, User, fold};

/// The longest beginning of a name that makes sense to look for.
const MAX_QUERY_CHARS: usize = 64;

/// A part of a name as it is looked for.
pub(super) fn looked_for(query: &str) -> Result<String, ChatError> {
    if query.contains('\0') {
        return Err(TextError::Forbidden.into());
    }
    if query.chars().count() > MAX_QUERY_CHARS {
        return Err(TextError::TooLong.into());
    }
    Ok(fold(query.trim()))
}

impl Chat {
    pub(super) async fn me(&self, user: UserId) -> Result<Me, ChatError> {
        let Account { user, log_head } = self.stores.users.account(user).await?.ok_or(ErrorCode::NotFound)?;
        let presence = self.board.presence_of(&user);
        Ok(Me { user, presence, log_head })
    }

    /// An account as its owner sees it, without asking the store again.
    #[must_use]
    pub fn own_profile(&self, user: User) -> Profile {
        let presence = self.board.presence_of(&user);
        Profile { user, presence }
    }

    pub(super) async fn user(&self, user: UserId) -> Result<User, ChatError> {
        self.stores.users.get(&[user]).await?.pop().ok_or_else(|| ErrorCode::NotFound.into())
    }

    pub(super) async fn profile(&self, actor: &Actor, user: UserId) -> Result<Profile, ChatError> {
        let page = Page { items: vec![self.user(user).await?], next: None };
        let mut page = self.with_presence(actor, page).await?;
        page.items.pop().ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// Changes what the actor says of themselves, and shows it to those who see their presence and on all of their devices.
    pub(super) async fn update_profile(&self, actor: &Actor, update: ProfileUpdate) -> Result<Profile, ChatError> {
        let updated = self.stores.users.update_profile(actor.user, &update).await?;
        let user = updated.ok_or(ErrorCode::NotFound)?;
        let mut users = self.presence_circle(user.id).await?;
        users.push(user.id);
        let audience = Audience::Users { users, about: None };
        self.publish(Event::Profile(user.clone()), audience, actor.origin.clone());
        Ok(self.own_profile(user))
    }

    pub(super) async fn find_users(
        &self,
        actor: &Actor,
        query: &str,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        let search = UserSearch { prefix: looked_for(query)?, after, size };
        let page = self.stores.users.search(&search).await?;
        self.with_presence(actor, page).await.map(Reply::Users)
    }

    /// Users with the presence that the asker may see of each.
    pub(super) async fn with_presence(&self, actor: &Actor, page: Page<User>) -> Result<Page<Profile>, ChatError> {
        let circle: HashSet<UserId> = self.presence_circle(actor.user).await?.into_iter().chain([actor.user]).collect();
        Ok(page.map(|user| {
            let presence = if circle.contains(&user.id) {
                self.board.presence_of(&user)
            } else {
                super::presence::hidden(user.id)
            };
            Profile { user, presence }
        }))
    }
}
