//! Searching messages in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::message::Message;
use chat_core::page::Page;
use chat_core::ports::{Find, SearchStore, StoreError};
use chat_core::time::Timestamp;

use super::SqliteStore;
use super::arrays::table;
use super::connections::Connections;
use crate::codec::{all, one};
use crate::deadline::within;
use crate::error::Fault;
use crate::folding::{Fold, MAX_ROWS};
use crate::sql::search as sql;

pub(super) const IS_BEHIND: &str =
    "SELECT EXISTS (SELECT 1 FROM messages WHERE id > (SELECT folded_id FROM search_progress WHERE only_row = 1))";

pub(super) const UNFOLDED: &str = "SELECT id, conversation_id, body FROM messages \
    WHERE id > (SELECT folded_id FROM search_progress WHERE only_row = 1) ORDER BY id LIMIT $1";

const FOLD: &str = "INSERT OR REPLACE INTO message_terms (rowid, terms) SELECT value->>0, value->>1 FROM json_each($1)";

const MOVE_ON: &str = "UPDATE search_progress SET folded_id = $1 WHERE only_row = 1";

/// The terms of what was said since the last time.
pub(crate) struct TermsFold(Arc<Connections>);

impl TermsFold {
    pub(crate) const fn new(connections: Arc<Connections>) -> Self {
        Self(connections)
    }
}

#[async_trait]
impl Fold for TermsFold {
    async fn fold(&self) -> Result<bool, Fault> {
        within(async {
            if !sqlx::query_scalar(IS_BEHIND).fetch_one(self.0.reader()).await? {
                return Ok(false);
            }
            let mut tx = self.0.write().await?;
            let rows = sqlx::query(UNFOLDED).bind(MAX_ROWS).fetch_all(&mut *tx).await?;
            let unfolded = all(&rows, sql::unfolded)?;
            let Some((last, _)) = unfolded.last() else { return Ok(false) };
            let last = last.get();
            let terms = unfolded.into_iter().map(|(id, terms)| [id.get().into(), terms.into()]);
            sqlx::query(FOLD).bind(table(terms)).execute(&mut *tx).await?;
            sqlx::query(MOVE_ON).bind(last).execute(&mut *tx).await?;
            tx.commit().await?;
            Ok(true)
        })
        .await
    }
}

#[async_trait]
impl SearchStore for SqliteStore {
    async fn find(&self, find: &Find, user: UserId) -> Result<Page<Message>, StoreError> {
        self.db.run(|| async { sql::find(&mut *self.db.reader().acquire().await?, find, user).await }).await
    }

    async fn last_before(&self, conversation: ConversationId, at: Timestamp) -> Result<Seq, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::LAST_BEFORE).bind(conversation.get()).bind(at.micros());
                Ok(one(&query.fetch_one(self.db.reader()).await?, sql::place_of)?)
            })
            .await
    }
}
