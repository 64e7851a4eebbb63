//! Messages and logs in SQLite.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use chat_core::command::{Changes, History, OwnChanges};
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::message::Message;
use chat_core::page::{Page, PageSize};
use chat_core::ports::{Appended, MessageStore, NewMessage, StoreError};
use chat_core::text::ClientId;
use chat_core::time::Timestamp;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::SqliteStore;
use super::arrays::{ids, table};
use super::connections::Connections;
use crate::batch::SharedWork;
use crate::codec::{all, at_most_one, big};
use crate::deadline::within;
use crate::error::{Corrupt, Fault};
use crate::folding::Waker;
use crate::plan::append::{AppendPlan, Key, LogHead, NewRow, plan};
use crate::sql::silence::join_relation;
use crate::sql::{mentions, messages as sql, user_changes};

pub(super) const HEADS: &str =
    "SELECT id, head, version FROM conversations WHERE id IN (SELECT value FROM json_each($1))";

pub(super) const KNOWN: &str = concat!(
    "SELECT ",
    sql::message_columns!("m.sender_id"),
    " FROM json_each($1) AS k CROSS JOIN messages m ON m.conversation_id = k.value->>0 AND m.sender_id = k.value->>1 \
    AND m.client_id = k.value->>2 JOIN conversations c ON c.id = m.conversation_id",
    join_relation!(),
);

/// The ids of the batch end with the one that this returns.
const TAKE_IDS: &str = "UPDATE database_life SET last_message_id = last_message_id + $1 RETURNING last_message_id";

const INSERT: &str = "INSERT INTO messages (id, conversation_id, seq, sender_id, body, client_id, reply_to, created_at) \
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7 FROM json_each($1)";

/// What only few messages have: whom they call, and whose words they hand on.
pub(super) const SET_MORE: &str = "UPDATE messages SET mentions = j.value->>1, forwarded_id = j.value->>2, \
    forwarded_sender = j.value->>3 FROM json_each($1) AS j WHERE messages.id = j.value->>0";

const NOTE_MENTIONS: &str = "INSERT INTO mentions (conversation_id, user_id, seq, sender_id) \
    SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each($1)";

pub(super) const MOVE_HEADS: &str = "UPDATE conversations SET head = j.value->>1, active_at = j.value->>2 \
    FROM json_each($1) AS j WHERE conversations.id = j.value->>0";

pub(super) const SPOKE: &str = "SELECT p.conversation_id, p.user_id, p.spoke_at FROM json_each($1) AS k \
    CROSS JOIN paces p ON p.conversation_id = k.value->>0 AND p.user_id = k.value->>1";

/// `WHERE TRUE` tells the parser that the conflict is not a join's.
const NOTE_WHO_SPOKE: &str = "INSERT INTO paces (conversation_id, user_id, spoke_at) \
    SELECT value->>0, value->>1, value->>2 FROM json_each($1) WHERE TRUE \
    ON CONFLICT (conversation_id, user_id) DO UPDATE SET spoke_at = EXCLUDED.spoke_at";

/// The write behind [`MessageStore::append`].
#[derive(Debug)]
pub(crate) struct AppendWrite {
    pub(crate) connections: Arc<Connections>,
    /// Told of every batch, so that what was said can be found.
    pub(crate) terms: Waker,
}

#[async_trait]
impl SharedWork for AppendWrite {
    type Item = NewMessage;
    type Answer = Appended;

    fn weight(_: &NewMessage) -> usize {
        1
    }

    async fn perform(&self, batch: &[NewMessage]) -> Result<Vec<Appended>, Fault> {
        within(async {
            let mut tx = self.connections.write().await?;
            let heads = heads(&mut tx, batch).await?;
            let known = known(&mut tx, batch).await?;
            let plan = plan(batch, heads, &known, spoke(&mut tx, batch).await?);
            let mut ids = Vec::new();
            if !plan.rows.is_empty() {
                ids = take_ids(&mut tx, plan.rows.len()).await?;
                store(&mut tx, &plan, &ids).await?;
                tx.commit().await?;
                self.terms.wake();
                self.connections.came_to(ids.last().map_or(0, |id| id.get()));
            }
            plan.answers(&ids).ok_or(Fault::Unreadable(Corrupt { table: "messages", column: "id" }))
        })
        .await
    }
}

async fn heads(tx: &mut SqliteConnection, batch: &[NewMessage]) -> Result<HashMap<ConversationId, LogHead>, Fault> {
    let list = ids(batch.iter().map(|new| new.conversation.get()).collect::<BTreeSet<_>>());
    let rows = sqlx::query(HEADS).bind(list).fetch_all(tx).await?;
    Ok(all(&rows, sql::log_head)?.into_iter().collect())
}

async fn known(tx: &mut SqliteConnection, batch: &[NewMessage]) -> Result<HashMap<Key, Message>, Fault> {
    let mut keys = Vec::new();
    for new in batch {
        if let Some(key) = &new.client_id {
            keys.push([new.conversation.get().into(), new.sender.get().into(), key.as_str().into()]);
        }
    }
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(KNOWN).bind(table(keys)).fetch_all(tx).await?;
    Ok(all(&rows, sql::message)?.into_iter().filter_map(sql::keyed).collect())
}

/// The ids of new messages. They are counted, not derived from what is there, so that none is ever given out twice.
async fn take_ids(tx: &mut SqliteConnection, number: usize) -> Result<Vec<MessageId>, Fault> {
    let number = big(number);
    let last: i64 = sqlx::query_scalar(TAKE_IDS).bind(number).fetch_one(tx).await?;
    let ids = (last - number + 1..=last).map(MessageId::new).collect::<Option<_>>();
    Ok(ids.ok_or(Corrupt { table: "database_life", column: "last_message_id" })?)
}

async fn store(tx: &mut SqliteConnection, plan: &AppendPlan<'_>, ids: &[MessageId]) -> Result<(), Fault> {
    let rows = plan.rows.iter().zip(ids).map(|(NewRow { new, seq }, id)| {
        [
            id.get().into(),
            new.conversation.get().into(),
            seq.get().into(),
            new.sender.get().into(),
            new.body.as_str().into(),
            Value::from(new.client_id.as_ref().map(ClientId::as_str)),
            Value::from(new.reply_to.map(MessageId::get)),
            new.at.micros().into(),
        ]
    });
    sqlx::query(INSERT).bind(table(rows)).execute(&mut *tx).await?;
    if plan.holds_more() {
        store_more(tx, plan, ids).await?;
    }
    let heads = plan
        .heads
        .iter()
        .map(|moved| [moved.conversation.get().into(), moved.head.get().into(), moved.at.micros().into()]);
    sqlx::query(MOVE_HEADS).bind(table(heads)).execute(&mut *tx).await?;
    if !plan.spoke.is_empty() {
        let spoke = plan.spoke.iter();
        let spoke = spoke.map(|((place, user), at)| [place.get().into(), user.get().into(), at.micros().into()]);
        sqlx::query(NOTE_WHO_SPOKE).bind(table(spoke)).execute(tx).await?;
    }
    Ok(())
}

/// When those of the batch who have to wait spoke last.
async fn spoke(
    tx: &mut SqliteConnection,
    batch: &[NewMessage],
) -> Result<HashMap<(ConversationId, UserId), Timestamp>, Fault> {
    let paced: Vec<[Value; 2]> = batch
        .iter()
        .filter(|new| !new.pace.is_none())
        .map(|new| [new.conversation.get().into(), new.sender.get().into()])
        .collect();
    if paced.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(SPOKE).bind(table(paced)).fetch_all(tx).await?;
    Ok(all(&rows, sql::spoke)?.into_iter().collect())
}

/// Writes what only few messages have, and notes whom they call.
async fn store_more(tx: &mut SqliteConnection, plan: &AppendPlan<'_>, ids: &[MessageId]) -> Result<(), Fault> {
    let rows = || plan.rows.iter().zip(ids);
    let more = rows().filter(|(row, _)| row.new.holds_more()).map(|(NewRow { new, .. }, id)| {
        [
            id.get().into(),
            Value::from(mentions::show(&new.mentions)),
            Value::from(new.forwarded.map(|forwarded| forwarded.message.get())),
            Value::from(new.forwarded.map(|forwarded| forwarded.sender.get())),
        ]
    });
    sqlx::query(SET_MORE).bind(table(more)).execute(&mut *tx).await?;
    let called = rows().flat_map(|(NewRow { new, seq }, _)| {
        mentions::numbers(&new.mentions)
            .map(|called| [new.conversation.get().into(), called.into(), seq.get().into(), new.sender.get().into()])
    });
    sqlx::query(NOTE_MENTIONS).bind(table(called)).execute(&mut *tx).await?;
    Ok(())
}

#[async_trait]
impl MessageStore for SqliteStore {
    async fn append(&self, new: &NewMessage) -> Result<Appended, StoreError> {
        self.appends.submit(new.clone()).await
    }

    async fn find_by_client_id(
        &self,
        conversation: ConversationId,
        sender: UserId,
        client_id: &ClientId,
    ) -> Result<Option<Message>, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::BY_CLIENT_ID).bind(conversation.get()).bind(sender.get());
                let row = query.bind(client_id.as_str()).fetch_optional(self.db.reader()).await?;
                Ok(at_most_one(row, sql::message)?)
            })
            .await
    }

    async fn get(&self, id: MessageId, viewer: UserId) -> Result<Option<Message>, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::GET).bind(id.get()).bind(viewer.get());
                let row = query.fetch_optional(self.db.reader()).await?;
                Ok(at_most_one(row, sql::message)?)
            })
            .await
    }

    async fn page(&self, history: &History, viewer: UserId) -> Result<Page<Message>, StoreError> {
        self.db
            .run(|| async move {
                let (statement, seq) = sql::page_from(history.from);
                let query = sqlx::query(statement).bind(history.conversation.get()).bind(seq);
                let query = query.bind(big(history.size.get() + 1)).bind(viewer.get());
                Ok(sql::page(&query.fetch_all(self.db.reader()).await?, history)?)
            })
            .await
    }

    async fn changes(
        &self,
        conversation: ConversationId,
        after: Seq,
        size: PageSize,
        viewer: Option<UserId>,
    ) -> Result<Option<Changes>, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::CHANGES).bind(conversation.get()).bind(after.get());
                let query = query.bind(big(size.get())).bind(viewer.map(UserId::get));
                let rows = query.fetch_all(self.db.reader()).await?;
                Ok(sql::changes(&rows, conversation, after, size)?)
            })
            .await
    }

    async fn own_changes(&self, user: UserId, after: Seq, size: PageSize) -> Result<OwnChanges, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(user_changes::CHANGES).bind(user.get()).bind(after.get());
                let rows = query.bind(big(size.get())).fetch_all(self.db.reader()).await?;
                Ok(user_changes::changes(&rows, after, size)?)
            })
            .await
    }
}
