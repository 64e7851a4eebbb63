//! A server that lets go of its clients, makes them wait, or holds rows that cannot be.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chat_core::ids::Seq;
use chat_core::page::PageSize;
use chat_core::ports::{Appended, StoreError};
use sqlx::{Connection, Executor};

use super::server::TestDatabase;
use crate::abandoned;
use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_connections_make_sends_unavailable_and_lose_and_double_nothing() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let scene = Arc::new(Scene::new(database.open().await.stores).await);
    let senders: Vec<_> = (0..8)
        .map(|sender| {
            let scene = scene.clone();
            tokio::spawn(async move {
                for n in 0..60 {
                    // As a client does: again and again with the same key, until there is an answer.
                    while let Err(error) = scene.try_say(&format!("{sender}-{n}")).await {
                        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
            })
        })
        .collect();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        database.kill_connections().await;
    }
    for sender in senders {
        sender.await.unwrap();
    }
    let keys = scene.keys().await;
    let different: BTreeSet<_> = keys.iter().collect();
    assert_eq!((keys.len(), different.len()), (8 * 60, 8 * 60));
}

#[tokio::test]
async fn who_reads_does_not_notice_that_every_idle_connection_was_killed() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let scene = Scene::new(database.open().await.stores).await;
    let ping = || scene.stores.database.ping();
    for _ in 0..3 {
        // Several at once, so that several connections are idle afterwards.
        let pings = tokio::join!(ping(), ping(), ping(), ping());
        assert!(matches!(pings, (Ok(()), Ok(()), Ok(()), Ok(()))), "{pings:?}");
        database.kill_connections().await;
        let pings = [ping().await, ping().await, ping().await, ping().await];
        assert!(pings.iter().all(Result::is_ok), "{pings:?}");
    }
}

#[tokio::test]
async fn a_lock_that_is_held_too_long_fails_one_send_and_not_the_next() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let scene = Scene::new(database.open().await.stores).await;
    let mut other = database.connect().await;
    let mut tx = other.begin().await.unwrap();
    tx.execute("SELECT 1 FROM conversations FOR UPDATE").await.unwrap();
    assert!(matches!(scene.try_say("stuck").await, Err(StoreError::Unavailable(_))));
    tx.rollback().await.unwrap();
    assert!(matches!(scene.try_say("stuck").await, Ok(Appended::Stored(_))));
}

#[tokio::test]
async fn two_stores_on_one_database_share_one_log() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let here = Arc::new(Scene::new(database.open().await.stores).await);
    let there = Arc::new(Scene { stores: database.open().await.stores, ..*here });
    let mut senders = Vec::new();
    for n in 0..40 {
        // Each key is sent on both nodes at once; one of them stores it.
        for node in [&here, &there] {
            let node = node.clone();
            senders.push(tokio::spawn(async move { node.try_say(&format!("key-{n}")).await.unwrap() }));
        }
    }
    let mut stored = 0;
    for sender in senders {
        stored += usize::from(matches!(sender.await.unwrap(), Appended::Stored(_)));
    }
    assert_eq!(stored, 40);
    assert_eq!(here.keys().await, there.keys().await);
}

#[tokio::test]
async fn callers_who_stop_waiting_leave_nothing_behind() {
    let Some(database) = TestDatabase::fresh().await else { return };
    abandoned::calls_leave_nothing_behind(&Scene::new(database.open().await.stores).await).await;
}

#[tokio::test]
async fn an_impossible_row_is_named() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let scene = Scene::new(database.open().await.stores).await;
    scene.say("something").await;
    let mut other = database.connect().await;
    other.execute("UPDATE messages SET body = ''").await.unwrap();
    let changes = scene.stores.messages.changes(scene.room, Seq::ZERO, PageSize::MAX, None).await;
    assert!(matches!(changes, Err(StoreError::Corrupt { table: "messages", column: "body" })), "{changes:?}");
}
