//! Users of other issuers in SQLite.

use async_trait::async_trait;
use chat_core::ids::UserId;
use chat_core::ports::{IdentityStore, Linked, NewUser, StoreError, Subject};

use super::SqliteStore;
use crate::codec::at_most_one;
use crate::sql::identities as sql;

#[async_trait]
impl IdentityStore for SqliteStore {
    async fn find(&self, subject: &Subject) -> Result<Option<UserId>, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::FIND).bind(&subject.issuer).bind(&subject.subject);
                Ok(at_most_one(query.fetch_optional(self.db.reader()).await?, sql::user_id)?)
            })
            .await
    }

    async fn link(&self, subject: &Subject, new: &NewUser) -> Result<Linked, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let (linked, is_new) = sql::link(&mut *tx, subject, new).await?;
                if is_new {
                    tx.commit().await?;
                }
                Ok(linked)
            })
            .await
    }
}
