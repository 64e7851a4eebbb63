//! Receipts in Postgres.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::message::MessageRef;
use chat_core::page::{Page, PageSize};
use chat_core::ports::{ReceiptStore, StoreError};
use chat_core::receipt::{Advance, Advanced, AuthorMark, MemberReceipt, ReceiptCounts};
use sqlx::PgConnection;

use super::PostgresStore;
use super::connections::Connections;
use crate::batch::SharedWork;
use crate::codec::all;
use crate::error::Fault;
use crate::plan::receipts::{ReceiptPlan, plan};
use crate::sql::receipts as sql;

const LOCK_STANDINGS: &str = "SELECT m.conversation_id, m.user_id, m.delivered_seq, m.read_seq, c.head, c.kind = 'direct', \
    c.member_count \
    FROM UNNEST($1::BIGINT[], $2::BIGINT[]) AS k (conversation_id, user_id) \
    JOIN members m ON m.conversation_id = k.conversation_id AND m.user_id = k.user_id \
    JOIN conversations c ON c.id = m.conversation_id \
    ORDER BY m.conversation_id, m.user_id FOR NO KEY UPDATE OF m";

/// Writes marks and rises and reads the authors of the newest messages of each stretch, in one statement.
const RAISE: &str = "WITH marked AS (UPDATE members m SET delivered_seq = k.delivered_seq, read_seq = k.read_seq \
    FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[]) \
    AS k (conversation_id, user_id, delivered_seq, read_seq) \
    WHERE m.conversation_id = k.conversation_id AND m.user_id = k.user_id), \
    kept AS (INSERT INTO receipts (conversation_id, user_id, kind, seq, created_at) \
    SELECT * FROM UNNEST($5::BIGINT[], $6::BIGINT[], $7::TEXT[], $8::BIGINT[], $9::BIGINT[])) \
    SELECT r.place - 1, a.sender_id, a.id, a.seq \
    FROM UNNEST($10::BIGINT[], $11::BIGINT[], $12::BIGINT[]) WITH ORDINALITY AS r (conversation_id, after_seq, to_seq, place) \
    CROSS JOIN LATERAL (SELECT * FROM (SELECT DISTINCT ON (w.sender_id) w.sender_id, w.id, w.seq FROM (\
    SELECT s.sender_id, s.id, s.seq FROM messages s WHERE s.conversation_id = r.conversation_id \
    AND s.seq > r.after_seq AND s.seq <= r.to_seq ORDER BY s.seq DESC LIMIT $13) AS w \
    ORDER BY w.sender_id, w.seq DESC) AS newest ORDER BY newest.seq DESC LIMIT $14) AS a";

/// The write behind [`ReceiptStore::advance`].
#[derive(Debug)]
pub(crate) struct AdvanceWrite(pub(crate) Arc<Connections>);

#[async_trait]
impl SharedWork for AdvanceWrite {
    type Item = Vec<Advance>;
    type Answer = Vec<Advanced>;

    fn weight(call: &Vec<Advance>) -> usize {
        call.len()
    }

    async fn perform(&self, batch: &[Vec<Advance>]) -> Result<Vec<Vec<Advanced>>, Fault> {
        self.0
            .attempt(|| async move {
                let members: BTreeSet<_> = batch.iter().flatten().map(|wish| (wish.conversation, wish.user)).collect();
                let mut tx = self.0.begin().await?;
                let rows = sqlx::query(LOCK_STANDINGS)
                    .bind(members.iter().map(|(conversation, _)| conversation.get()).collect::<Vec<_>>())
                    .bind(members.iter().map(|(_, user)| user.get()).collect::<Vec<_>>())
                    .fetch_all(&mut *tx)
                    .await?;
                let standings = all(&rows, sql::standing)?.into_iter().collect();
                let plan = plan(batch.iter().map(Vec::as_slice), standings);
                if plan.marks.is_empty() {
                    return Ok(plan.answers(Vec::new()));
                }
                let authors = raise(&mut tx, &plan).await?;
                tx.commit().await?;
                Ok(plan.answers(authors))
            })
            .await
    }
}

async fn raise(tx: &mut PgConnection, plan: &ReceiptPlan) -> Result<Vec<(usize, AuthorMark)>, Fault> {
    let ReceiptPlan { marks, rises, stretches, .. } = plan;
    let rows = sqlx::query(RAISE)
        .bind(marks.iter().map(|((conversation, _), _)| conversation.get()).collect::<Vec<_>>())
        .bind(marks.iter().map(|((_, user), _)| user.get()).collect::<Vec<_>>())
        .bind(marks.iter().map(|(_, marks)| marks.delivered.get()).collect::<Vec<_>>())
        .bind(marks.iter().map(|(_, marks)| marks.read.get()).collect::<Vec<_>>())
        .bind(rises.iter().map(|rise| rise.member.0.get()).collect::<Vec<_>>())
        .bind(rises.iter().map(|rise| rise.member.1.get()).collect::<Vec<_>>())
        .bind(rises.iter().map(|rise| sql::kind_name(rise.kind)).collect::<Vec<_>>())
        .bind(rises.iter().map(|rise| rise.to.get()).collect::<Vec<_>>())
        .bind(rises.iter().map(|rise| rise.at.micros()).collect::<Vec<_>>())
        .bind(stretches.iter().map(|stretch| stretch.conversation.get()).collect::<Vec<_>>())
        .bind(stretches.iter().map(|stretch| stretch.after.get()).collect::<Vec<_>>())
        .bind(stretches.iter().map(|stretch| stretch.to.get()).collect::<Vec<_>>())
        .bind(sql::AUTHOR_WINDOW)
        .bind(sql::MAX_SPOKE)
        .fetch_all(tx)
        .await?;
    Ok(all(&rows, sql::author)?)
}

#[async_trait]
impl ReceiptStore for PostgresStore {
    async fn advance(&self, advances: &[Advance]) -> Result<Vec<Advanced>, StoreError> {
        if advances.is_empty() {
            return Ok(Vec::new());
        }
        self.advances.submit(advances.to_vec()).await
    }

    async fn counts(
        &self,
        conversation: ConversationId,
        author: UserId,
        places: &[Seq],
        viewer: UserId,
    ) -> Result<Vec<ReceiptCounts>, StoreError> {
        self.db
            .read(|| async {
                sql::counts(&mut *self.db.pool().acquire().await?, conversation, author, places, viewer).await
            })
            .await
    }

    async fn receipts(
        &self,
        conversation: ConversationId,
        message: MessageRef,
        after: Option<UserId>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<MemberReceipt>, StoreError> {
        self.db
            .read(|| async {
                let session = &mut *self.db.pool().acquire().await?;
                sql::receipts(session, conversation, message, after, size, viewer).await
            })
            .await
    }
}
