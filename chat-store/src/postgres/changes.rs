//! Changes of conversations in Postgres.

use async_trait::async_trait;
use chat_core::change::Change;
use chat_core::ids::{ConversationId, UserId};
use chat_core::ports::{ChangeStore, Committed, Standing, StoreError};

use super::PostgresStore;
use crate::codec::at_most_one;
use crate::commit;
use crate::sql::changes as sql;

#[async_trait]
impl ChangeStore for PostgresStore {
    async fn commit(&self, change: &Change) -> Result<Committed, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.begin().await?;
                let committed = commit::write(&mut *tx, change).await?;
                if matches!(committed, Committed::Written { .. }) {
                    tx.commit().await?;
                }
                Ok(committed)
            })
            .await
    }

    async fn standing(&self, conversation: ConversationId, user: UserId) -> Result<Option<Standing>, StoreError> {
        self.db
            .read(|| async move {
                let query = sqlx::query(sql::STANDING).bind(conversation.get()).bind(user.get());
                Ok(at_most_one(query.fetch_optional(&self.db.pool()).await?, sql::standing)?)
            })
            .await
    }
}
