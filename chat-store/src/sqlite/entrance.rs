//! Who is kept out of groups and who is let in, in SQLite.

use async_trait::async_trait;
use chat_core::ban::Ban;
use chat_core::ids::{ConversationId, UserId};
use chat_core::invite::{Invite, InviteCode};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{EntranceStore, NewInvite, StoreError};
use chat_core::room::Card;
use chat_core::time::Timestamp;

use super::SqliteStore;
use crate::sql::entrance as sql;

#[async_trait]
impl EntranceStore for SqliteStore {
    async fn bans(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<Ban>, StoreError> {
        self.db
            .run(|| async { sql::bans(&mut *self.db.reader().acquire().await?, conversation, after, size, at).await })
            .await
    }
    async fn is_banned(&self, conversation: ConversationId, user: UserId, at: Timestamp) -> Result<bool, StoreError> {
        self.db
            .run(|| async { sql::is_banned(&mut *self.db.reader().acquire().await?, conversation, user, at).await })
            .await
    }

    async fn create_invite(&self, new: &NewInvite) -> Result<bool, StoreError> {
        self.db
            .run(|| async {
                let mut tx = self.db.write().await?;
                let is_done = sql::create_invite(&mut *tx, new).await?;
                tx.commit().await?;
                Ok(is_done)
            })
            .await
    }

    async fn invite(&self, code: &InviteCode, at: Timestamp) -> Result<Option<(Invite, Card)>, StoreError> {
        self.db.run(|| async { sql::invite(&mut *self.db.reader().acquire().await?, code, at).await }).await
    }

    async fn invites(
        &self,
        conversation: ConversationId,
        after: Option<InviteCode>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<Invite, InviteCode>, StoreError> {
        self.db
            .run(|| async {
                sql::invites(&mut *self.db.reader().acquire().await?, conversation, after.clone(), size, at).await
            })
            .await
    }

    async fn revoke_invite(&self, conversation: ConversationId, code: &InviteCode) -> Result<bool, StoreError> {
        self.db
            .run(|| async {
                let mut tx = self.db.write().await?;
                let is_done = sql::revoke(&mut *tx, conversation, code).await?;
                tx.commit().await?;
                Ok(is_done)
            })
            .await
    }
}
