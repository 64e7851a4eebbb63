//! Who is kept out of groups and who is let in, in Postgres.

use async_trait::async_trait;
use chat_core::ban::Ban;
use chat_core::ids::{ConversationId, UserId};
use chat_core::invite::{Invite, InviteCode};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{EntranceStore, NewInvite, StoreError};
use chat_core::room::Card;
use chat_core::time::Timestamp;

use super::PostgresStore;
use crate::sql::entrance as sql;

#[async_trait]
impl EntranceStore for PostgresStore {
    async fn bans(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<Ban>, StoreError> {
        self.db
            .read(|| async { sql::bans(&mut *self.db.pool().acquire().await?, conversation, after, size, at).await })
            .await
    }
    async fn is_banned(&self, conversation: ConversationId, user: UserId, at: Timestamp) -> Result<bool, StoreError> {
        self.db
            .read(|| async { sql::is_banned(&mut *self.db.pool().acquire().await?, conversation, user, at).await })
            .await
    }

    async fn create_invite(&self, new: &NewInvite) -> Result<bool, StoreError> {
        self.db.run(|| async { sql::create_invite(&mut *self.db.pool().acquire().await?, new).await }).await
    }

    async fn invite(&self, code: &InviteCode, at: Timestamp) -> Result<Option<(Invite, Card)>, StoreError> {
        self.db.read(|| async { sql::invite(&mut *self.db.pool().acquire().await?, code, at).await }).await
    }

    async fn invites(
        &self,
        conversation: ConversationId,
        after: Option<InviteCode>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<Invite, InviteCode>, StoreError> {
        self.db
            .read(|| async {
                sql::invites(&mut *self.db.pool().acquire().await?, conversation, after.clone(), size, at).await
            })
            .await
    }

    async fn revoke_invite(&self, conversation: ConversationId, code: &InviteCode) -> Result<bool, StoreError> {
        self.db.run(|| async { sql::revoke(&mut *self.db.pool().acquire().await?, conversation, code).await }).await
    }
}
