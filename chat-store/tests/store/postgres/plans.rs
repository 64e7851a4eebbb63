//! What is done all the time must find its rows by an index, however large the tables are.

use std::collections::BTreeMap;
use std::ops::Range;

use chat_core::command::{History, HistoryStart};
use chat_core::ids::{MessageId, Seq};
use chat_core::page::PageSize;
use chat_core::ports::{Login, UserSearch};
use chat_core::receipt::{Advance, ReceiptKind};

use super::server::TestDatabase;
use crate::scene::{AT, Scene};

/// So many users, each with a group, a friend and a few messages, beside the two that matter. Nothing cleans up or is put
/// into an index meanwhile, because that would read tables too.
fn crowd(from: i64, to: i64) -> String {
    format!(
        "INSERT INTO users (username, name_key, name_look, name_fold, created_at)
            SELECT 'u' || n, 'u' || n, 'u' || n, 'u' || n, 0 FROM generate_series({from}, {to}) AS n;
        INSERT INTO conversations (kind, name, maker_id, member_count, created_at, active_at)
            SELECT 'group', username, id, 1, 0, 0 FROM users WHERE username BETWEEN 'u' AND 'v' AND id > {from};
        INSERT INTO members (conversation_id, user_id, role, joined_seq, joined_at, delivered_seq, read_seq)
            SELECT id, maker_id, 'owner', 0, 0, 0, 0 FROM conversations WHERE kind = 'group' ON CONFLICT DO NOTHING;
        INSERT INTO messages (conversation_id, seq, sender_id, body, client_id, created_at)
            SELECT id, seq, maker_id, 'words', 'k' || seq, 0 FROM conversations, generate_series(1, 3) AS seq
            WHERE kind = 'group' ON CONFLICT DO NOTHING;
        INSERT INTO relations (low_id, high_id, version, friends_since)
            SELECT id, id + 1, 1, 0 FROM users WHERE id BETWEEN {from} + 2 AND {to} - 2 ON CONFLICT DO NOTHING;
        UPDATE search_progress SET folded_id = (SELECT max(id) FROM messages);
        ALTER TABLE users SET (autovacuum_enabled = false);
        ALTER TABLE conversations SET (autovacuum_enabled = false);
        ALTER TABLE members SET (autovacuum_enabled = false);
        ALTER TABLE messages SET (autovacuum_enabled = false);
        ALTER TABLE relations SET (autovacuum_enabled = false);
        ANALYZE;
        SELECT pg_stat_force_next_flush();"
    )
}

const BLOCKS: &str = "SELECT relname::TEXT, heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit \
    FROM pg_statio_user_tables WHERE relname IN ('users', 'conversations', 'members', 'messages', 'relations')";

/// How many blocks of each table a number of ordinary days touches.
async fn blocks_of_ordinary_days(database: &TestDatabase, scene: &Scene, days: Range<i64>) -> BTreeMap<String, i64> {
    let mut other = database.connect().await;
    let before: Vec<(String, i64)> = sqlx::query_as(BLOCKS).fetch_all(&mut other).await.unwrap();
    let opened = database.open().await;
    let scene = Scene { stores: opened.stores.clone(), ..*scene };
    for day in days {
        ordinary_day(&scene, day).await;
    }
    opened.close().await;
    database.wait_for_departure().await;
    let after: Vec<(String, i64)> = sqlx::query_as(BLOCKS).fetch_all(&mut other).await.unwrap();
    let before: BTreeMap<_, _> = before.into_iter().collect();
    after.into_iter().map(|(table, blocks)| (table.clone(), blocks - before[&table])).collect()
}

#[tokio::test]
async fn what_is_done_all_the_time_costs_the_same_in_a_crowd_of_twenty_times_the_size() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let setting = database.open().await;
    let scene = Scene::new(setting.stores.clone()).await;
    setting.close().await;
    database.wait_for_departure().await;

    database.run(crowd(1, 1_000)).await;
    // More than five times, so that plans that are made once for all parameters show too.
    let small = blocks_of_ordinary_days(&database, &scene, 0..8).await;
    database.run(crowd(1_001, 20_000)).await;
    let large = blocks_of_ordinary_days(&database, &scene, 8..16).await;
    for (table, blocks) in &large {
        assert!(2 * blocks < 3 * small[table] + 400, "{table}: {small:?} grew to {large:?}");
    }
}

async fn ordinary_day(scene: &Scene, n: i64) {
    let Scene { stores, ann, bob, room } = scene;
    scene.say(&format!("message-{n}")).await;
    let read =
        Advance { conversation: *room, user: *bob, kind: ReceiptKind::Read, to: Seq::new(n + 1).unwrap(), at: AT };
    stores.receipts.advance(&[read]).await.unwrap();
    // As many messages on a late day as on an early one: what grows is the world, not the conversation.
    let size = PageSize::clamped(1);
    let history = History { conversation: *room, from: HistoryStart::Newest, size };
    stores.messages.page(&history, *ann).await.unwrap();
    stores.search.last_before(*room, AT).await.unwrap();
    stores.messages.get(MessageId::new(n + 1).unwrap(), *ann).await.unwrap();
    stores.messages.changes(*room, Seq::new(n).unwrap(), size, Some(*ann)).await.unwrap();
    stores.messages.own_changes(*ann, Seq::ZERO, PageSize::default()).await.unwrap();
    stores.conversations.facts(*room, *ann).await.unwrap();
    stores.conversations.view(*room, *ann).await.unwrap();
    stores.conversations.list(*ann, None, PageSize::default()).await.unwrap();
    stores.conversations.positions(*ann).await.unwrap();
    stores.conversations.ids_of(*ann).await.unwrap();
    stores.conversations.heads(&[*room]).await.unwrap();
    stores.relations.presence_circle(*ann).await.unwrap();
    stores.relations.friends(*ann, None, PageSize::default()).await.unwrap();
    stores.users.get(&[*ann, *bob]).await.unwrap();
    stores.users.account(*ann).await.unwrap();
    stores.users.find_login(&Login::NameKey("ann".to_owned())).await.unwrap();
    let search = UserSearch { prefix: "an".to_owned(), after: None, size: PageSize::default() };
    stores.users.search(&search).await.unwrap();
}
