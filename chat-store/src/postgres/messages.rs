//! Messages and logs in Postgres.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use chat_core::command::{Changes, History, OwnChanges};
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::message::{Forwarded, Message};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{Appended, MessageStore, NewMessage, StoreError};
use chat_core::text::ClientId;
use chat_core::time::Timestamp;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres};

use super::PostgresStore;
use super::connections::Connections;
use crate::batch::SharedWork;
use crate::codec::{all, at_most_one, big};
use crate::error::{Corrupt, Fault};
use crate::folding::Waker;
use crate::plan::append::{AppendPlan, Key, LogHead, guess, plan};
use crate::sql::silence::join_relation;
use crate::sql::{mentions, messages as sql, user_changes};

const LOCK_HEADS: &str = "SELECT id, head, version FROM conversations WHERE id = ANY($1) \
    ORDER BY id FOR NO KEY UPDATE";

const KNOWN: &str = concat!(
    "SELECT ",
    sql::message_columns!("m.sender_id"),
    " FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::TEXT[]) AS k (conversation_id, sender_id, client_id) \
    JOIN LATERAL (SELECT * FROM messages s WHERE s.conversation_id = k.conversation_id AND s.sender_id = k.sender_id \
    AND s.client_id = k.client_id LIMIT 1) AS m ON TRUE JOIN conversations c ON c.id = m.conversation_id",
    join_relation!(),
);

/// The sender comes from its own table, so that one who does not exist is the null that the column refuses: that costs a
/// fraction of a foreign key, which would lock the user's row for each message.
macro_rules! sender {
    () => {
        "(SELECT u.id FROM users u WHERE u.id = r.sender_id)"
    };
}

/// The messages as arrays. What only few messages have (whom they call, whose words they hand on) has arrays only in a batch that
/// holds one of them.
macro_rules! rows {
    () => {
        "UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[], $6::BIGINT[], $7::BIGINT[]) \
        AS r (conversation_id, seq, sender_id, body, client_id, reply_to, created_at)"
    };
    ($more:literal) => {
        concat!(
            "UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[], $6::BIGINT[], $7::BIGINT[], ",
            $more,
            ") AS r (conversation_id, seq, sender_id, body, client_id, reply_to, created_at, \
            mentions, forwarded_id, forwarded_sender)",
        )
    };
}

macro_rules! insert {
    () => {
        "INSERT INTO messages (conversation_id, seq, sender_id, body, client_id, reply_to, created_at) "
    };
    (more) => {
        "INSERT INTO messages (conversation_id, seq, sender_id, body, client_id, reply_to, created_at, \
        mentions, forwarded_id, forwarded_sender) "
    };
}

/// Moves the heads where all is as it was guessed.
macro_rules! moved_as_guessed {
    () => {
        "WITH locked AS (SELECT c.id, h.number, h.at \
        FROM UNNEST($8::BIGINT[], $9::BIGINT[], $10::BIGINT[], $11::BIGINT[]) AS h (id, number, at, version) \
        JOIN conversations c ON c.id = h.id AND c.version = h.version ORDER BY c.id FOR NO KEY UPDATE OF c), \
        moved AS (UPDATE conversations c SET head = c.head + l.number, active_at = l.at \
        FROM locked l WHERE c.id = l.id RETURNING c.id, c.head - l.number AS base) "
    };
}

/// Moves the heads.
macro_rules! moved {
    () => {
        "WITH moved AS (UPDATE conversations c SET head = h.head, active_at = h.at \
        FROM UNNEST($8::BIGINT[], $9::BIGINT[], $10::BIGINT[]) AS h (id, head, at) WHERE c.id = h.id) "
    };
}

/// The values of a message that stands at a place.
macro_rules! values {
    ($seq:literal) => {
        concat!("SELECT r.conversation_id, ", $seq, ", ", sender!(), ", r.body, r.client_id, r.reply_to, r.created_at")
    };
}

/// Writes messages of which some call somebody or hand something on, and notes whom they call.
macro_rules! store_more {
    ($moved:expr, $seq:literal, $more:literal, $join:literal) => {
        concat!(
            $moved,
            ", said AS (",
            insert!(more),
            values!($seq),
            ", r.mentions, r.forwarded_id, r.forwarded_sender FROM ",
            rows!($more),
            $join,
            " RETURNING conversation_id, seq, id, sender_id, mentions), \
            noted AS (INSERT INTO mentions (conversation_id, user_id, seq, sender_id) \
            SELECT s.conversation_id, CAST(called AS BIGINT), s.seq, s.sender_id FROM said s \
            CROSS JOIN LATERAL UNNEST(string_to_array(s.mentions, ' ')) AS called) \
            SELECT conversation_id, seq, id FROM said",
        )
    };
}

/// Moves the heads and writes the messages, if all is as it was guessed; otherwise some column gets no value, or a key
/// stands there already, and the whole statement is refused.
const STORE_AS_GUESSED: &str = concat!(
    moved_as_guessed!(),
    insert!(),
    values!("moved.base + r.seq"),
    " FROM ",
    rows!(),
    " LEFT JOIN moved ON moved.id = r.conversation_id RETURNING conversation_id, seq, id",
);

/// The same where there is more to write.
const STORE_MORE_AS_GUESSED: &str = store_more!(
    moved_as_guessed!(),
    "moved.base + r.seq",
    "$12::TEXT[], $13::BIGINT[], $14::BIGINT[]",
    " LEFT JOIN moved ON moved.id = r.conversation_id"
);

/// Each at most once, however often they are named.
const SPOKE: &str = "SELECT p.conversation_id, p.user_id, p.spoke_at FROM paces p WHERE (p.conversation_id, p.user_id) IN \
    (SELECT * FROM UNNEST($1::BIGINT[], $2::BIGINT[]))";

const NOTE_WHO_SPOKE: &str = "INSERT INTO paces (conversation_id, user_id, spoke_at) \
    SELECT * FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) \
    ON CONFLICT (conversation_id, user_id) DO UPDATE SET spoke_at = EXCLUDED.spoke_at";
/// Moves the heads and writes the messages.
const STORE: &str =
    concat!(moved!(), insert!(), values!("r.seq"), " FROM ", rows!(), " RETURNING conversation_id, seq, id");

/// The same where there is more to write.
const STORE_MORE: &str = store_more!(moved!(), "r.seq", "$11::TEXT[], $12::BIGINT[], $13::BIGINT[]", "");

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

    /// Almost always everything is as the rules saw it and nobody repeats anything. So that is guessed first, and costs one
    /// statement; what was guessed wrong is refused as a whole, and looked at closely.
    async fn perform(&self, batch: &[NewMessage]) -> Result<Vec<Appended>, Fault> {
        if let Some(plan) = guess(batch) {
            match self.connections.attempt(|| store_as_guessed(&self.connections, &plan)).await {
                Ok(written) => {
                    self.terms.wake();
                    return answers(plan, written);
                }
                Err(fault) if fault.is_refusal() => {}
                Err(fault) => return Err(fault),
            }
        }
        let stored = self.connections.attempt(|| store_as_found(&self.connections, batch)).await;
        self.terms.wake();
        stored
    }
}

type Written = Vec<(ConversationId, Seq, MessageId)>;

async fn store_as_guessed(connections: &Connections, plan: &AppendPlan<'_>) -> Result<Written, Fault> {
    let versions: Vec<_> = plan.heads.iter().map(|head| head.version.0).collect();
    let statement = if plan.holds_more() {
        bind_more(bind(STORE_MORE_AS_GUESSED, plan).bind(versions), plan)
    } else {
        bind(STORE_AS_GUESSED, plan).bind(versions)
    };
    let rows = statement.fetch_all(&connections.pool()).await?;
    all(&rows, sql::written).map_err(Fault::Unreadable)
}

async fn store_as_found(connections: &Connections, batch: &[NewMessage]) -> Result<Vec<Appended>, Fault> {
    let mut tx = connections.begin().await?;
    let heads = lock_heads(&mut tx, batch).await?;
    // A statement of its own, so that it sees what whoever held the locks before has written.
    let known = known(&mut tx, batch).await?;
    let plan = plan(batch, heads, &known, spoke(&mut tx, batch).await?);
    let mut written = Vec::new();
    if !plan.rows.is_empty() {
        let statement = if plan.holds_more() { bind_more(bind(STORE_MORE, &plan), &plan) } else { bind(STORE, &plan) };
        written = all(&statement.fetch_all(&mut *tx).await?, sql::written)?;
        note_who_spoke(&mut tx, &plan).await?;
        tx.commit().await?;
    }
    answers(plan, written)
}

fn answers(plan: AppendPlan<'_>, written: Written) -> Result<Vec<Appended>, Fault> {
    plan.answers_from(written).ok_or(Fault::Unreadable(Corrupt { table: "messages", column: "id" }))
}

async fn lock_heads(tx: &mut PgConnection, batch: &[NewMessage]) -> Result<HashMap<ConversationId, LogHead>, Fault> {
    let ids: BTreeSet<_> = batch.iter().map(|new| new.conversation.get()).collect();
    let rows = sqlx::query(LOCK_HEADS).bind(Vec::from_iter(ids)).fetch_all(tx).await?;
    Ok(all(&rows, sql::log_head)?.into_iter().collect())
}

async fn known(tx: &mut PgConnection, batch: &[NewMessage]) -> Result<HashMap<Key, Message>, Fault> {
    let keyed = || batch.iter().filter_map(|new| Some((new, new.client_id.as_ref()?)));
    if keyed().next().is_none() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(KNOWN)
        .bind(keyed().map(|(new, _)| new.conversation.get()).collect::<Vec<_>>())
        .bind(keyed().map(|(new, _)| new.sender.get()).collect::<Vec<_>>())
        .bind(keyed().map(|(_, key)| key.as_str()).collect::<Vec<_>>())
        .fetch_all(tx)
        .await?;
    Ok(all(&rows, sql::message)?.into_iter().filter_map(sql::keyed).collect())
}

/// When those of the batch who have to wait spoke last.
async fn spoke(
    tx: &mut PgConnection,
    batch: &[NewMessage],
) -> Result<HashMap<(ConversationId, UserId), Timestamp>, Fault> {
    let paced = || batch.iter().filter(|new| !new.pace.is_none());
    if paced().next().is_none() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(SPOKE)
        .bind(paced().map(|new| new.conversation.get()).collect::<Vec<_>>())
        .bind(paced().map(|new| new.sender.get()).collect::<Vec<_>>())
        .fetch_all(tx)
        .await?;
    Ok(all(&rows, sql::spoke)?.into_iter().collect())
}

async fn note_who_spoke(tx: &mut PgConnection, plan: &AppendPlan<'_>) -> Result<(), Fault> {
    if plan.spoke.is_empty() {
        return Ok(());
    }
    let spoke = || plan.spoke.iter();
    sqlx::query(NOTE_WHO_SPOKE)
        .bind(spoke().map(|((conversation, _), _)| conversation.get()).collect::<Vec<_>>())
        .bind(spoke().map(|((_, user), _)| user.get()).collect::<Vec<_>>())
        .bind(spoke().map(|(_, at)| at.micros()).collect::<Vec<_>>())
        .execute(tx)
        .await?;
    Ok(())
}

/// A statement with the rows and heads of a plan.
fn bind<'q>(statement: &'static str, plan: &AppendPlan<'q>) -> Query<'q, Postgres, PgArguments> {
    let (rows, heads) = (&plan.rows, &plan.heads);
    sqlx::query(statement)
        .bind(rows.iter().map(|row| row.new.conversation.get()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.seq.get()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.new.sender.get()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.new.body.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.new.client_id.as_ref().map(ClientId::as_str)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.new.reply_to.map(MessageId::get)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.new.at.micros()).collect::<Vec<_>>())
        .bind(heads.iter().map(|head| head.conversation.get()).collect::<Vec<_>>())
        .bind(heads.iter().map(|head| head.head.get()).collect::<Vec<_>>())
        .bind(heads.iter().map(|head| head.at.micros()).collect::<Vec<_>>())
}

/// The same with what only few messages have.
fn bind_more<'q>(query: Query<'q, Postgres, PgArguments>, plan: &AppendPlan<'_>) -> Query<'q, Postgres, PgArguments> {
    let forwarded = |number: fn(Forwarded) -> i64| plan.rows.iter().map(move |row| row.new.forwarded.map(number));
    query
        .bind(plan.rows.iter().map(|row| mentions::show(&row.new.mentions)).collect::<Vec<_>>())
        .bind(forwarded(|forwarded| forwarded.message.get()).collect::<Vec<_>>())
        .bind(forwarded(|forwarded| forwarded.sender.get()).collect::<Vec<_>>())
}

#[async_trait]
impl MessageStore for PostgresStore {
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
            .read(|| async move {
                let query = sqlx::query(sql::BY_CLIENT_ID).bind(conversation.get()).bind(sender.get());
                let row = query.bind(client_id.as_str()).fetch_optional(&self.db.pool()).await?;
                Ok(at_most_one(row, sql::message)?)
            })
            .await
    }

    async fn get(&self, id: MessageId, viewer: UserId) -> Result<Option<Message>, StoreError> {
        self.db
            .read(|| async move {
                let query = sqlx::query(sql::GET).bind(id.get()).bind(viewer.get());
                let row = query.fetch_optional(&self.db.pool()).await?;
                Ok(at_most_one(row, sql::message)?)
            })
            .await
    }

    async fn page(&self, history: &History, viewer: UserId) -> Result<Page<Message>, StoreError> {
        self.db
            .read(|| async move {
                let (statement, seq) = sql::page_from(history.from);
                let query = sqlx::query(statement).bind(history.conversation.get()).bind(seq);
                let query = query.bind(big(history.size.get() + 1)).bind(viewer.get());
                Ok(sql::page(&query.fetch_all(&self.db.pool()).await?, history)?)
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
            .read(|| async move {
                let query = sqlx::query(sql::CHANGES).bind(conversation.get()).bind(after.get());
                let query = query.bind(big(size.get())).bind(viewer.map(UserId::get));
                let rows = query.fetch_all(&self.db.pool()).await?;
                Ok(sql::changes(&rows, conversation, after, size)?)
            })
            .await
    }

    async fn own_changes(&self, user: UserId, after: Seq, size: PageSize) -> Result<OwnChanges, StoreError> {
        self.db
            .read(|| async move {
                let query = sqlx::query(user_changes::CHANGES).bind(user.get()).bind(after.get());
                let rows = query.bind(big(size.get())).fetch_all(&self.db.pool()).await?;
                Ok(user_changes::changes(&rows, after, size)?)
            })
            .await
    }
}
