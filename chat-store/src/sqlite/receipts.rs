//! Receipts in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::message::MessageRef;
use chat_core::page::{Page, PageSize};
use chat_core::ports::{ReceiptStore, StoreError};
use chat_core::receipt::{Advance, Advanced, AuthorMark, MemberReceipt, ReceiptCounts};
use serde_json::Value;
use sqlx::SqliteConnection;

use super::SqliteStore;
use super::arrays::table;
use super::connections::Connections;
use crate::batch::SharedWork;
use crate::codec::all;
use crate::deadline::within;
use crate::error::Fault;
use crate::plan::receipts::{ReceiptPlan, plan};
use crate::sql::receipts as sql;

pub(super) const STANDINGS: &str = "SELECT m.conversation_id, m.user_id, m.delivered_seq, m.read_seq, c.head, c.kind = 'direct', \
    c.member_count \
    FROM json_each($1) AS k CROSS JOIN members m ON m.conversation_id = k.value->>0 AND m.user_id = k.value->>1 \
    JOIN conversations c ON c.id = m.conversation_id";

pub(super) const SET_MARKS: &str = "UPDATE members SET delivered_seq = j.value->>2, read_seq = j.value->>3 \
    FROM json_each($1) AS j WHERE members.conversation_id = j.value->>0 AND members.user_id = j.value->>1";

const KEEP_RISES: &str = "INSERT INTO receipts (conversation_id, user_id, kind, seq, created_at) \
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each($1)";

/// For each stretch its authors as one JSON list, because SQLite cannot join rows that depend on a row to the left.
pub(super) const AUTHORS: &str = "SELECT k.key, a.value->>0, a.value->>1, a.value->>2 FROM json_each($1) AS k JOIN json_each((\
    SELECT json_group_array(json_array(newest.sender_id, newest.id, newest.seq)) FROM (\
    SELECT w.sender_id, w.id, max(w.seq) AS seq FROM (\
    SELECT m.sender_id, m.id, m.seq FROM messages m WHERE m.conversation_id = k.value->>0 \
    AND m.seq > k.value->>1 AND m.seq <= k.value->>2 ORDER BY m.seq DESC LIMIT $2) AS w \
    GROUP BY w.sender_id ORDER BY max(w.seq) DESC LIMIT $3) AS newest)) AS a";

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
        let member = |wish: &Advance| [wish.conversation.get().into(), wish.user.get().into()];
        let members = table(batch.iter().flatten().map(member));
        within(async {
            let mut tx = self.0.write().await?;
            let rows = sqlx::query(STANDINGS).bind(members).fetch_all(&mut *tx).await?;
            let standings = all(&rows, sql::standing)?.into_iter().collect();
            let plan = plan(batch.iter().map(Vec::as_slice), standings);
            if plan.marks.is_empty() {
                return Ok(plan.answers(Vec::new()));
            }
            store(&mut tx, &plan).await?;
            let authors = authors(&mut tx, &plan).await?;
            tx.commit().await?;
            Ok(plan.answers(authors))
        })
        .await
    }
}

async fn store(tx: &mut SqliteConnection, plan: &ReceiptPlan) -> Result<(), Fault> {
    let marks = plan.marks.iter().map(|((conversation, user), marks)| {
        [conversation.get().into(), user.get().into(), marks.delivered.get().into(), marks.read.get().into()]
    });
    sqlx::query(SET_MARKS).bind(table(marks)).execute(&mut *tx).await?;
    if plan.rises.is_empty() {
        return Ok(());
    }
    let rises = plan.rises.iter().map(|rise| {
        let (conversation, user) = rise.member;
        let kind = Value::from(sql::kind_name(rise.kind));
        [conversation.get().into(), user.get().into(), kind, rise.to.get().into(), rise.at.micros().into()]
    });
    sqlx::query(KEEP_RISES).bind(table(rises)).execute(tx).await?;
    Ok(())
}

async fn authors(tx: &mut SqliteConnection, plan: &ReceiptPlan) -> Result<Vec<(usize, AuthorMark)>, Fault> {
    let stretches = plan.stretches.iter().map(|stretch| {
        [stretch.conversation.get().into(), stretch.after.get().into(), stretch.to.get().into()]
    });
    let query = sqlx::query(AUTHORS).bind(table(stretches)).bind(sql::AUTHOR_WINDOW).bind(sql::MAX_SPOKE);
    Ok(all(&query.fetch_all(tx).await?, sql::author)?)
}

#[async_trait]
impl ReceiptStore for SqliteStore {
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
            .run(|| async {
                sql::counts(&mut *self.db.reader().acquire().await?, conversation, author, places, viewer).await
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
            .run(|| async {
                let session = &mut *self.db.reader().acquire().await?;
                sql::receipts(session, conversation, message, after, size, viewer).await
            })
            .await
    }
}
