//! Users in memory.

use std::collections::BTreeSet;
use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{State, UserRow, next_id};
use crate::ids::{Seq, UserId};
use crate::moderation::AccountStanding;
use crate::page::Page;
use crate::ports::{
    Account, Login, NewUser, PasswordChange, StoreError, StoredPassword, UserCreated, UserSearch, UserStore,
};
use crate::presence::Status;
use crate::text::Label;
use crate::time::Timestamp;
use crate::user::{ProfileUpdate, User, fold};

impl UserRow {
    /// Whether the user name or the display name begins like this.
    fn is_called(&self, prefix: &str) -> bool {
        let display_name = self.user.display_name.as_ref().map(|name| fold(name.as_str()));
        self.folded.starts_with(prefix) || display_name.is_some_and(|name| name.starts_with(prefix))
    }
}

impl State {
    /// Makes a user, unless the name or the address exist.
    pub(super) fn create(&mut self, new: &NewUser) -> Result<UserCreated, StoreError> {
        let (key, look) = (new.username.key(), new.username.look());
        if self.names.contains_key(&key) || self.looks.contains(&look) {
            return Ok(UserCreated::NameTaken);
        }
        if new.email.as_ref().is_some_and(|email| self.emails.contains_key(email)) {
            return Ok(UserCreated::EmailTaken);
        }
        let user = User {
            id: next_id(&mut self.last.user, UserId::new)?,
            username: new.username.clone(),
            display_name: None,
            bio: None,
            avatar: None,
            status: Status::default(),
            status_message: None,
            last_seen_at: None,
            created_at: new.at,
            deleted_at: None,
        };
        self.names.insert(key, user.id);
        self.looks.insert(look);
        if let Some(email) = &new.email {
            self.emails.insert(email.clone(), user.id);
        }
        let folded = fold(user.username.as_str());
        let row = UserRow {
            user: user.clone(),
            folded,
            password_hash: new.password_hash.clone(),
            standing: AccountStanding::default(),
        };
        self.users.insert(user.id, row);
        Ok(UserCreated::Created(user))
    }
}

#[async_trait]
impl UserStore for MemoryStore {
    async fn create(&self, new: &NewUser) -> Result<UserCreated, StoreError> {
        self.state().create(new)
    }

    async fn get(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let state = self.state();
        let ids: BTreeSet<_> = ids.iter().collect();
        Ok(ids.into_iter().filter_map(|id| state.users.get(id)).map(|row| row.user.clone()).collect())
    }

    async fn account(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        let state = self.state();
        let log_head = state.own_logs.get(&user).and_then(|log| log.last()).map_or(Seq::ZERO, |entry| entry.seq);
        Ok(state.users.get(&user).map(|row| Account { user: row.user.clone(), log_head }))
    }

    async fn find_login(&self, login: &Login) -> Result<Option<StoredPassword>, StoreError> {
        let state = self.state();
        let id = match login {
            Login::NameKey(key) => state.names.get(key),
            Login::Email(email) => state.emails.get(email),
            Login::Id(id) => Some(id),
        };
        let row = id.and_then(|id| state.users.get(id)).filter(|row| row.user.deleted_at.is_none());
        Ok(row.map(|row| StoredPassword {
            user: row.user.clone(),
            hash: row.password_hash.clone(),
            sanction: row.standing.sanction.clone(),
        }))
    }

    async fn search(&self, search: &UserSearch) -> Result<Page<User>, StoreError> {
        let state = self.state();
        let after = search.after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = state
            .users
            .range((after, Bound::Unbounded))
            .map(|(_, row)| row)
            .filter(|row| row.user.deleted_at.is_none() && row.is_called(&search.prefix))
            .map(|row| row.user.clone())
            .take(search.size.get() + 1)
            .collect();
        Ok(Page::from_rows(rows, search.size, |user: &User| user.id.get()))
    }

    async fn update_profile(&self, user: UserId, update: &ProfileUpdate) -> Result<Option<User>, StoreError> {
        let mut state = self.state();
        let Some(row) = state.living(user) else { return Ok(None) };
        let user = &mut row.user;
        update.display_name.clone().into_iter().for_each(|new| user.display_name = new);
        update.bio.clone().into_iter().for_each(|new| user.bio = new);
        update.avatar.clone().into_iter().for_each(|new| user.avatar = new);
        Ok(Some(user.clone()))
    }

    async fn set_status(&self, user: UserId, status: Status, message: Option<Label>) -> Result<(), StoreError> {
        if let Some(row) = self.state().living(user) {
            row.user.status = status;
            row.user.status_message = message;
        }
        Ok(())
    }

    async fn set_last_seen(&self, user: UserId, at: Timestamp) -> Result<(), StoreError> {
        if let Some(row) = self.state().living(user) {
            row.user.last_seen_at = row.user.last_seen_at.max(Some(at));
        }
        Ok(())
    }

    async fn rehash(&self, change: &PasswordChange) -> Result<bool, StoreError> {
        Ok(self.state().replace_password(change))
    }
}
