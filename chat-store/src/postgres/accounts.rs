//! Users in Postgres.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chat_core::ids::UserId;
use chat_core::page::Page;
use chat_core::ports::{
    Account, Login, NewUser, PasswordChange, StoreError, StoredPassword, UserCreated, UserSearch, UserStore,
};
use chat_core::presence::Status;
use chat_core::text::{AvatarUrl, Description, Label};
use chat_core::time::Timestamp;
use chat_core::user::{ProfileUpdate, User, fold};

use super::PostgresStore;
use crate::codec::{Reader, all, at_most_one, big, one};
use crate::error::Corrupt;
use crate::sql::accounts as sql;

pub(super) const ACCOUNTS: &str =
    concat!("SELECT ", sql::user_columns!(), ", u.log_head FROM users u WHERE u.id = ANY($1)");

pub(super) fn keyed(row: &mut Reader<'_>) -> Result<(UserId, Account), Corrupt> {
    let account = sql::account(row)?;
    Ok((account.user.id, account))
}

#[async_trait]
impl UserStore for PostgresStore {
    async fn create(&self, new: &NewUser) -> Result<UserCreated, StoreError> {
        self.db
            .run(|| async move {
                let (key, look) = (new.username.key(), new.username.look());
                let email = new.email.as_ref().map(|email| email.as_str());
                if sqlx::query_scalar(sql::NAME_EXISTS).bind(&key).bind(&look).fetch_one(&self.db.pool()).await? {
                    return Ok(UserCreated::NameTaken);
                }
                if sqlx::query_scalar(sql::EMAIL_EXISTS).bind(email).fetch_one(&self.db.pool()).await? {
                    return Ok(UserCreated::EmailTaken);
                }
                let row = sqlx::query(sql::INSERT)
                    .bind(new.username.as_str())
                    .bind(&key)
                    .bind(&look)
                    .bind(fold(new.username.as_str()))
                    .bind(email)
                    .bind(&new.password_hash)
                    .bind(new.at.micros())
                    .fetch_optional(&self.db.pool())
                    .await?;
                if let Some(row) = row {
                    return Ok(UserCreated::Created(one(&row, sql::user)?));
                }
                // Somebody else was faster, with the name or with the address.
                let by_name =
                    sqlx::query_scalar(sql::NAME_EXISTS).bind(&key).bind(&look).fetch_one(&self.db.pool()).await?;
                Ok(if by_name { UserCreated::NameTaken } else { UserCreated::EmailTaken })
            })
            .await
    }

    async fn get(&self, users: &[UserId]) -> Result<Vec<User>, StoreError> {
        let each_once: BTreeSet<_> = users.iter().copied().collect();
        let accounts = self.reads.accounts.of_all(each_once.into_iter().collect()).await?;
        Ok(accounts.into_iter().map(|account| account.user).collect())
    }

    async fn account(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        Ok(self.reads.accounts.of(user).await?.pop())
    }

    async fn find_login(&self, login: &Login) -> Result<Option<StoredPassword>, StoreError> {
        self.db
            .read(|| async move {
                let query = match login {
                    Login::NameKey(key) if !can_be_stored(key) => return Ok(None),
                    Login::NameKey(key) => sqlx::query(sql::LOGIN_BY_NAME).bind(key),
                    Login::Email(email) => sqlx::query(sql::LOGIN_BY_EMAIL).bind(email.as_str()),
                    Login::Id(user) => sqlx::query(sql::LOGIN_BY_ID).bind(user.get()),
                };
                let row = query.fetch_optional(&self.db.pool()).await?;
                Ok(at_most_one(row, sql::stored_password)?)
            })
            .await
    }

    async fn search(&self, search: &UserSearch) -> Result<Page<User>, StoreError> {
        self.db
            .read(|| async move {
                if !can_be_stored(&search.prefix) {
                    return Ok(Page { items: Vec::new(), next: None });
                }
                let after = search.after.map_or(0, UserId::get);
                let limit = big(search.size.get() + 1);
                let query = if search.prefix.is_empty() {
                    sqlx::query(sql::EVERYBODY)
                } else {
                    sqlx::query(sql::SEARCH).bind(&search.prefix).bind(sql::prefix_end(&search.prefix))
                };
                let rows = query.bind(after).bind(limit).fetch_all(&self.db.pool()).await?;
                Ok(Page::from_rows(all(&rows, sql::user)?, search.size, |user| user.id.get()))
            })
            .await
    }

    async fn update_profile(&self, user: UserId, update: &ProfileUpdate) -> Result<Option<User>, StoreError> {
        let ProfileUpdate { display_name, bio, avatar } = update;
        let name = display_name.iter().flatten().next().map(Label::as_str);
        let said = bio.iter().flatten().next().map(Description::as_str);
        let picture = avatar.iter().flatten().next().map(AvatarUrl::as_str);
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::UPDATE_PROFILE).bind(user.get());
                let query = query.bind(display_name.is_some()).bind(name).bind(name.map(fold));
                let query = query.bind(bio.is_some()).bind(said).bind(avatar.is_some()).bind(picture);
                Ok(at_most_one(query.fetch_optional(&self.db.pool()).await?, sql::user)?)
            })
            .await
    }

    async fn set_status(&self, user: UserId, status: Status, message: Option<Label>) -> Result<(), StoreError> {
        let message = message.as_ref().map(Label::as_str);
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::SET_STATUS).bind(user.get()).bind(status.as_str()).bind(message);
                query.execute(&self.db.pool()).await?;
                Ok(())
            })
            .await
    }

    async fn set_last_seen(&self, user: UserId, at: Timestamp) -> Result<(), StoreError> {
        self.db
            .run(|| async move {
                sqlx::query(sql::SET_LAST_SEEN).bind(user.get()).bind(at.micros()).execute(&self.db.pool()).await?;
                Ok(())
            })
            .await
    }

    async fn rehash(&self, change: &PasswordChange) -> Result<bool, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::REPLACE_PASSWORD).bind(change.user.get()).bind(&change.hash);
                Ok(query.bind(&change.judged_on).execute(&self.db.pool()).await?.rows_affected() > 0)
            })
            .await
    }
}

/// Postgres cannot even be asked for a text with NUL; no stored text holds one, so such a question has an answer
/// already.
fn can_be_stored(text: &str) -> bool {
    !text.contains('\0')
}
