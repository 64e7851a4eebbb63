//! Users in SQLite.

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

use super::SqliteStore;
use super::arrays::ids;
use crate::codec::{all, at_most_one, big, one};
use crate::sql::accounts as sql;

pub(super) const GET: &str = concat!(
    "SELECT ",
    sql::user_columns!(),
    " FROM users u WHERE u.id IN (SELECT value FROM json_each($1)) ORDER BY u.id"
);

pub(super) const ACCOUNT: &str = concat!("SELECT ", sql::user_columns!(), ", u.log_head FROM users u WHERE u.id = $1");

#[async_trait]
impl UserStore for SqliteStore {
    async fn create(&self, new: &NewUser) -> Result<UserCreated, StoreError> {
        self.db
            .run(|| async move {
                let (key, look) = (new.username.key(), new.username.look());
                let email = new.email.as_ref().map(|email| email.as_str());
                let mut tx = self.db.write().await?;
                if sqlx::query_scalar(sql::NAME_EXISTS).bind(&key).bind(&look).fetch_one(&mut *tx).await? {
                    return Ok(UserCreated::NameTaken);
                }
                if sqlx::query_scalar(sql::EMAIL_EXISTS).bind(email).fetch_one(&mut *tx).await? {
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
                    .fetch_one(&mut *tx)
                    .await?;
                let user = one(&row, sql::user)?;
                tx.commit().await?;
                Ok(UserCreated::Created(user))
            })
            .await
    }

    async fn get(&self, users: &[UserId]) -> Result<Vec<User>, StoreError> {
        self.db
            .run(|| async move {
                let rows =
                    sqlx::query(GET).bind(ids(users.iter().map(|id| id.get()))).fetch_all(self.db.reader()).await?;
                Ok(all(&rows, sql::user)?)
            })
            .await
    }

    async fn account(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        self.db
            .run(|| async move {
                let row = sqlx::query(ACCOUNT).bind(user.get()).fetch_optional(self.db.reader()).await?;
                Ok(at_most_one(row, sql::account)?)
            })
            .await
    }

    async fn find_login(&self, login: &Login) -> Result<Option<StoredPassword>, StoreError> {
        self.db
            .run(|| async move {
                let query = match login {
                    Login::NameKey(key) => sqlx::query(sql::LOGIN_BY_NAME).bind(key),
                    Login::Email(email) => sqlx::query(sql::LOGIN_BY_EMAIL).bind(email.as_str()),
                    Login::Id(user) => sqlx::query(sql::LOGIN_BY_ID).bind(user.get()),
                };
                let row = query.fetch_optional(self.db.reader()).await?;
                Ok(at_most_one(row, sql::stored_password)?)
            })
            .await
    }

    async fn search(&self, search: &UserSearch) -> Result<Page<User>, StoreError> {
        self.db
            .run(|| async move {
                let after = search.after.map_or(0, UserId::get);
                let limit = big(search.size.get() + 1);
                let query = if search.prefix.is_empty() {
                    sqlx::query(sql::EVERYBODY)
                } else {
                    sqlx::query(sql::SEARCH).bind(&search.prefix).bind(sql::prefix_end(&search.prefix))
                };
                let rows = query.bind(after).bind(limit).fetch_all(self.db.reader()).await?;
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
                let mut tx = self.db.write().await?;
                let row = query.fetch_optional(&mut *tx).await?;
                tx.commit().await?;
                Ok(at_most_one(row, sql::user)?)
            })
            .await
    }

    async fn set_status(&self, user: UserId, status: Status, message: Option<Label>) -> Result<(), StoreError> {
        let message = message.as_ref().map(Label::as_str);
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::SET_STATUS).bind(user.get()).bind(status.as_str()).bind(message);
                query.execute(self.db.writer()).await?;
                Ok(())
            })
            .await
    }

    async fn set_last_seen(&self, user: UserId, at: Timestamp) -> Result<(), StoreError> {
        self.db
            .run(|| async move {
                sqlx::query(sql::SET_LAST_SEEN).bind(user.get()).bind(at.micros()).execute(self.db.writer()).await?;
                Ok(())
            })
            .await
    }

    async fn rehash(&self, change: &PasswordChange) -> Result<bool, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::REPLACE_PASSWORD).bind(change.user.get()).bind(&change.hash);
                Ok(query.bind(&change.judged_on).execute(self.db.writer()).await?.rows_affected() > 0)
            })
            .await
    }
}
