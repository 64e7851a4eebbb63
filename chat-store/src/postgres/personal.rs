//! What single members keep for themselves, in Postgres.

use async_trait::async_trait;
use chat_core::command::SettingsReply;
use chat_core::conversation::{ActivityCursor, ConversationView};
use chat_core::ids::{ConversationId, UserId};
use chat_core::page::{Page, PageSize};
use chat_core::personal::{Draft, Kept};
use chat_core::ports::{PersonalStore, SettingsChange, StoreError};

use super::PostgresStore;
use crate::codec::Reader;
use crate::error::Corrupt;
use crate::sql::{conversations, personal as sql};

pub(super) const KEPT: &str = sql::select_kept!("own.user_id, ", "= ANY($1)");

#[async_trait]
impl PersonalStore for PostgresStore {
    async fn update_settings(&self, change: &SettingsChange) -> Result<Option<SettingsReply>, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.begin().await?;
                let updated = sql::update_settings(&mut *tx, change).await?;
                if updated.is_some_and(|updated| updated.fresh) {
                    tx.commit().await?;
                }
                Ok(updated)
            })
            .await
    }

    async fn set_draft(
        &self,
        conversation: ConversationId,
        user: UserId,
        draft: Option<Draft>,
    ) -> Result<bool, StoreError> {
        self.db
            .run(|| async {
                sql::set_draft(&mut *self.db.pool().acquire().await?, conversation, user, draft.as_ref()).await
            })
            .await
    }

    async fn archived(
        &self,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Page<ConversationView, ActivityCursor>, StoreError> {
        self.listed(conversations::ARCHIVED, user, after, size).await
    }

    async fn kept(&self, user: UserId) -> Result<Vec<Kept>, StoreError> {
        let mut kept = self.reads.kept.of(user).await?;
        kept.retain(|kept| !kept.is_nothing());
        Ok(kept)
    }
}

pub(super) fn kept_of(row: &mut Reader<'_>) -> Result<(UserId, Kept), Corrupt> {
    let user = row.table("member_settings").id("user_id", UserId::new)?;
    Ok((user, sql::kept(row)?))
}
