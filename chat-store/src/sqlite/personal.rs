//! What single members keep for themselves, in SQLite.

use async_trait::async_trait;
use chat_core::command::SettingsReply;
use chat_core::conversation::{ActivityCursor, ConversationView};
use chat_core::ids::{ConversationId, UserId};
use chat_core::page::{Page, PageSize};
use chat_core::personal::{Draft, Kept};
use chat_core::ports::{PersonalStore, SettingsChange, StoreError};

use super::SqliteStore;
use crate::codec::all;
use crate::sql::{conversations, personal as sql};

pub(super) const KEPT: &str = sql::select_kept!("", "= $1");

#[async_trait]
impl PersonalStore for SqliteStore {
    async fn update_settings(&self, change: &SettingsChange) -> Result<Option<SettingsReply>, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
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
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let changed = sql::set_draft(&mut *tx, conversation, user, draft.as_ref()).await?;
                tx.commit().await?;
                Ok(changed)
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
        self.db
            .run(|| async move {
                let rows = sqlx::query(KEPT).bind(user.get()).fetch_all(self.db.reader()).await?;
                let mut kept = all(&rows, sql::kept)?;
                kept.retain(|kept| !kept.is_nothing());
                Ok(kept)
            })
            .await
    }
}
