//! The truth: the database itself, read behind the server's back.

use std::collections::BTreeMap;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use super::history::{Key, fingerprint};
use crate::failure::{Doing, Outcome};

/// All that the database holds of the conversations.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// The logs by conversation.
    pub(crate) logs: BTreeMap<i64, StoredLog>,
    /// What the database says is wrong with itself.
    pub(crate) corruption: Vec<String>,
}

/// The log of a conversation.
#[derive(Debug, Default)]
pub(crate) struct StoredLog {
    /// The last seq, as the conversation's own row has it.
    pub(crate) head: u64,
    /// The entries in the order of their seqs.
    pub(crate) entries: Vec<Stored>,
}

/// An entry of a log.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// Its place.
    pub(crate) seq: u64,
    /// The message, if it is one.
    pub(crate) message: Option<StoredMessage>,
}

/// A message as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredMessage {
    /// Its id.
    pub(crate) id: i64,
    /// Who sent it.
    pub(crate) sender: i64,
    /// The key that it was sent under, if it is one of ours.
    pub(crate) key: Option<Key>,
    /// What its body is compared by.
    pub(crate) body: u64,
}

// Both databases have the same tables.
const HEADS: &str = "SELECT id, head FROM conversations";
const MESSAGES: &str = "SELECT conversation_id, seq, id, sender_id, client_id, body FROM messages";
const CHANGES: &str = "SELECT conversation_id, seq FROM conversation_changes";

type MessageRow = (i64, i64, i64, i64, Option<String>, String);

/// Reads all of it.
pub(crate) async fn read(url: &str) -> Outcome<Truth> {
    if url.starts_with("sqlite:") {
        let pool = SqlitePoolOptions::new().max_connections(1).connect(url).await.doing("open the database")?;
        let heads = sqlx::query_as(HEADS).fetch_all(&pool).await.doing(HEADS)?;
        let messages = sqlx::query_as(MESSAGES).fetch_all(&pool).await.doing(MESSAGES)?;
        let changes = sqlx::query_as(CHANGES).fetch_all(&pool).await.doing(CHANGES)?;
        let check = "PRAGMA integrity_check";
        let said: Vec<(String,)> = sqlx::query_as(check).fetch_all(&pool).await.doing(check)?;
        pool.close().await;
        let corruption = said.into_iter().map(|(line,)| line).filter(|line| line != "ok").collect();
        Ok(Truth { logs: logs(heads, messages, changes), corruption })
    } else {
        let pool = PgPoolOptions::new().max_connections(1).connect(url).await.doing("open the database")?;
        let heads = sqlx::query_as(HEADS).fetch_all(&pool).await.doing(HEADS)?;
        let messages = sqlx::query_as(MESSAGES).fetch_all(&pool).await.doing(MESSAGES)?;
        let changes = sqlx::query_as(CHANGES).fetch_all(&pool).await.doing(CHANGES)?;
        pool.close().await;
        Ok(Truth { logs: logs(heads, messages, changes), corruption: Vec::new() })
    }
}

fn logs(heads: Vec<(i64, i64)>, messages: Vec<MessageRow>, changes: Vec<(i64, i64)>) -> BTreeMap<i64, StoredLog> {
    // What cannot be a seq becomes 0, which no log may hold, so that the checker sees it.
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    let mut logs: BTreeMap<i64, StoredLog> =
        heads.into_iter().map(|(id, head)| (id, StoredLog { head: number(head), entries: Vec::new() })).collect();
    for (conversation, seq, id, sender, client_id, body) in messages {
        let key = client_id.as_deref().and_then(Key::read);
        let message = StoredMessage { id, sender, key, body: fingerprint(&body) };
        let entry = Stored { seq: number(seq), message: Some(message) };
        logs.entry(conversation).or_default().entries.push(entry);
    }
    for (conversation, seq) in changes {
        logs.entry(conversation).or_default().entries.push(Stored { seq: number(seq), message: None });
    }
    for log in logs.values_mut() {
        log.entries.sort_by_key(|entry| entry.seq);
    }
    logs
}
