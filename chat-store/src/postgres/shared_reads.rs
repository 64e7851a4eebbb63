//! What is asked all the time, of one thing each time: whatever is asked while a statement runs is asked by the next one, for
//! all callers together. So thousands who come back at once cost a few statements, and a lone caller waits for nobody.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use chat_core::command::Position;
use chat_core::ids::{ConversationId, Seq, SessionId, UserId};
use chat_core::personal::Kept;
use chat_core::ports::{Account, Facts, StoreError};
use chat_core::time::Timestamp;
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use tokio::time::timeout;

use super::connections::Connections;
use super::{accounts, conversations, database, personal, relations, sessions};
use crate::batch::{Batcher, SharedWork};
use crate::codec::{Reader, all};
use crate::deadline::DEADLINE;
use crate::error::{Corrupt, Fault};

type Statement = Query<'static, Postgres, PgArguments>;

/// A statement that answers many keys, each with any number of rows.
pub(super) struct KeyedRead<K, V> {
    db: Arc<Connections>,
    statement: &'static str,
    bind: fn(Statement, &[K]) -> Statement,
    row: fn(&mut Reader<'_>) -> Result<(K, V), Corrupt>,
}

#[async_trait]
impl<K, V> SharedWork for KeyedRead<K, V>
where
    K: Copy + Ord + std::hash::Hash + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    type Item = Vec<K>;
    /// The rows of each key, in the order of the keys.
    type Answer = Vec<V>;

    fn weight(keys: &Vec<K>) -> usize {
        keys.len()
    }

    async fn perform(&self, items: &[Vec<K>]) -> Result<Vec<Vec<V>>, Fault> {
        let keys: Vec<K> = items.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let read = || async {
            let statement = (self.bind)(sqlx::query(self.statement), &keys);
            Ok(all(&statement.fetch_all(&self.db.pool()).await?, self.row)?)
        };
        let mut found: HashMap<K, Vec<V>> = HashMap::with_capacity(keys.len());
        for (key, value) in self.db.attempt_to_read(read).await? {
            found.entry(key).or_default().push(value);
        }
        let answer = |keys: &Vec<K>| keys.iter().filter_map(|key| found.get(key)).flatten().cloned().collect();
        Ok(items.iter().map(answer).collect())
    }
}

impl<K, V> Batcher<KeyedRead<K, V>>
where
    KeyedRead<K, V>: SharedWork<Item = Vec<K>, Answer = Vec<V>>,
{
    /// The rows of these keys, in their order. Nobody waits longer than for a statement of their own, however many failed
    /// before theirs.
    pub(super) async fn of_all(&self, keys: Vec<K>) -> Result<Vec<V>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        timeout(DEADLINE, self.submit(keys)).await.unwrap_or_else(|_| Err(Fault::TimedOut.into()))
    }

    /// The rows of one key.
    pub(super) async fn of(&self, key: K) -> Result<Vec<V>, StoreError> {
        self.of_all(vec![key]).await
    }
}

type Reads<K, V> = Batcher<KeyedRead<K, V>>;

/// One queue for each kind.
#[derive(Debug)]
pub(super) struct SharedReads {
    /// When sessions that were not ended expire.
    pub(super) sessions: Reads<SessionId, Timestamp>,
    pub(super) accounts: Reads<UserId, Account>,
    pub(super) circles: Reads<UserId, UserId>,
    pub(super) ids: Reads<UserId, ConversationId>,
    pub(super) positions: Reads<UserId, Position>,
    pub(super) kept: Reads<UserId, Kept>,
    pub(super) heads: Reads<ConversationId, (ConversationId, Seq)>,
    pub(super) facts: Reads<(ConversationId, UserId), Facts>,
    pub(super) epoch: Reads<(), String>,
}

impl SharedReads {
    pub(super) fn start(db: &Arc<Connections>) -> Self {
        Self {
            sessions: start(
                db,
                sessions::UNENDED,
                |query, ids| query.bind(numbers(ids, SessionId::get)),
                sessions::unended,
            ),
            accounts: start(db, accounts::ACCOUNTS, of_users, accounts::keyed),
            circles: start(db, relations::CIRCLES, of_users, relations::in_circle),
            ids: start(db, conversations::IDS, of_users, conversations::id_of),
            positions: start(db, conversations::POSITIONS, of_users, conversations::position_of),
            kept: start(db, personal::KEPT, of_users, personal::kept_of),
            heads: start(
                db,
                conversations::HEADS,
                |query, ids| query.bind(numbers(ids, ConversationId::get)),
                conversations::head,
            ),
            facts: start(db, conversations::FACTS, of_members, conversations::facts_of),
            epoch: start(db, database::EPOCH, |query, _| query, database::epoch),
        }
    }
}

fn start<K, V>(
    db: &Arc<Connections>,
    statement: &'static str,
    bind: fn(Statement, &[K]) -> Statement,
    row: fn(&mut Reader<'_>) -> Result<(K, V), Corrupt>,
) -> Reads<K, V>
where
    KeyedRead<K, V>: SharedWork,
{
    Batcher::start(KeyedRead { db: Arc::clone(db), statement, bind, row })
}

fn of_users(query: Statement, users: &[UserId]) -> Statement {
    query.bind(numbers(users, UserId::get))
}

fn of_members(query: Statement, members: &[(ConversationId, UserId)]) -> Statement {
    query.bind(numbers(members, |(id, _)| id.get())).bind(numbers(members, |(_, user)| user.get()))
}

fn numbers<K: Copy>(keys: &[K], number: fn(K) -> i64) -> Vec<i64> {
    keys.iter().map(|key| number(*key)).collect()
}
