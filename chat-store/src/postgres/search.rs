//! Searching messages in Postgres.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::message::Message;
use chat_core::page::Page;
use chat_core::ports::{Find, SearchStore, StoreError};
use chat_core::time::Timestamp;

use super::PostgresStore;
use super::connections::Connections;
use crate::codec::{all, big, one};
use crate::error::Fault;
use crate::folding::{Fold, MAX_ROWS};
use crate::sql::search as sql;

/// Where the index stands; nothing while another node is at it.
const PROGRESS: &str = "SELECT folded_id FROM search_progress WHERE only_row = 1 FOR UPDATE SKIP LOCKED";

/// The newest message, the number of this transaction, and the oldest transaction that is not finished.
const HORIZON: &str = "SELECT COALESCE((SELECT max(id) FROM messages), 0), \
    CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT), \
    CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)";

const UNFOLDED: &str = "SELECT id, conversation_id, body FROM messages WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3";

/// Who edited or deleted a message meanwhile has written what it is found by.
const FOLD: &str = "INSERT INTO message_terms (message_id, terms) SELECT r.id, array_to_tsvector(string_to_array(r.terms, ' ')) \
    FROM UNNEST($1::BIGINT[], $2::TEXT[]) AS r (id, terms) ON CONFLICT DO NOTHING";

const MOVE_ON: &str = "UPDATE search_progress SET folded_id = $1 WHERE only_row = 1";

/// The terms of what was said since the last time.
///
/// Messages get their ids before they are committed, and not in the order in which they are. So one waits until every
/// transaction has ended that was on its way when the newest message was seen: then nothing can appear below it any more.
pub(crate) struct TermsFold {
    connections: Arc<Connections>,
    goal: Mutex<Goal>,
}

/// A message, and a transaction that began after it and everything below it had got their ids.
#[derive(Debug, Clone, Copy, Default)]
struct Goal {
    id: i64,
    transaction: i64,
}

impl TermsFold {
    pub(crate) fn new(connections: Arc<Connections>) -> Self {
        Self { connections, goal: Mutex::default() }
    }

    async fn fold_up_to(&self, goal: Goal) -> Result<(bool, Goal), Fault> {
        let mut tx = self.connections.begin().await?;
        let Some(folded) = sqlx::query_scalar::<_, i64>(PROGRESS).fetch_optional(&mut *tx).await? else {
            return Ok((true, goal));
        };
        let (newest, this, oldest): (i64, i64, i64) = sqlx::query_as(HORIZON).fetch_one(&mut *tx).await?;
        if goal.id <= folded {
            // Committed or not, this transaction has its number, and later ones have later numbers.
            return Ok((newest > folded, Goal { id: newest, transaction: this }));
        }
        if oldest <= goal.transaction {
            return Ok((true, goal));
        }
        let query = sqlx::query(UNFOLDED).bind(folded).bind(goal.id).bind(MAX_ROWS);
        let unfolded = all(&query.fetch_all(&mut *tx).await?, sql::unfolded)?;
        let is_whole = big(unfolded.len()) < MAX_ROWS;
        let last = unfolded.last().filter(|_| !is_whole).map_or(goal.id, |(id, _)| id.get());
        let (ids, terms): (Vec<_>, Vec<_>) = unfolded.into_iter().map(|(id, terms)| (id.get(), terms)).unzip();
        sqlx::query(FOLD).bind(ids).bind(terms).execute(&mut *tx).await?;
        sqlx::query(MOVE_ON).bind(last).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok((last < newest, goal))
    }
}

#[async_trait]
impl Fold for TermsFold {
    async fn fold(&self) -> Result<bool, Fault> {
        let goal = *self.goal.lock().unwrap_or_else(PoisonError::into_inner);
        let (is_behind, goal) = self.connections.attempt(|| self.fold_up_to(goal)).await?;
        *self.goal.lock().unwrap_or_else(PoisonError::into_inner) = goal;
        Ok(is_behind)
    }
}

#[async_trait]
impl SearchStore for PostgresStore {
    async fn find(&self, find: &Find, user: UserId) -> Result<Page<Message>, StoreError> {
        self.db.read(|| async { sql::find(&mut *self.db.pool().acquire().await?, find, user).await }).await
    }

    async fn last_before(&self, conversation: ConversationId, at: Timestamp) -> Result<Seq, StoreError> {
        self.db
            .read(|| async move {
                let query = sqlx::query(sql::LAST_BEFORE).bind(conversation.get()).bind(at.micros());
                Ok(one(&query.fetch_one(&self.db.pool()).await?, sql::place_of)?)
            })
            .await
    }
}
