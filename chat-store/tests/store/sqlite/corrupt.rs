//! Rows that somebody wrote by hand: an error that names table and column, never a panic, and nothing else is broken by
//! them.

use chat_core::command::{History, HistoryStart};
use chat_core::ids::Seq;
use chat_core::page::PageSize;
use chat_core::ports::StoreError;

use super::file::TestFile;
use crate::scene::Scene;

/// A scene with one message, and a row that cannot be.
async fn tampered(statement: &'static str) -> (TestFile, Scene) {
    let file = TestFile::new();
    let scene = Scene::new(file.open().await.stores).await;
    scene.say("something").await;
    file.tamper(statement).await;
    (file, scene)
}

fn culprit<T>(answer: Result<T, StoreError>) -> Option<(&'static str, &'static str)> {
    match answer {
        Err(StoreError::Corrupt { table, column }) => Some((table, column)),
        Err(StoreError::Unavailable(_)) | Ok(_) => None,
    }
}

#[tokio::test]
async fn an_impossible_body_is_named() {
    let (_file, scene) = tampered("UPDATE messages SET body = ''").await;
    let history = History { conversation: scene.room, from: HistoryStart::Newest, size: PageSize::MAX };
    assert_eq!(culprit(scene.stores.messages.page(&history, scene.ann).await), Some(("messages", "body")));
}

#[tokio::test]
async fn bytes_that_are_no_text_are_named() {
    let (_file, scene) = tampered("UPDATE users SET username = CAST(x'ff00fe' AS TEXT)").await;
    assert_eq!(culprit(scene.stores.users.get(&[scene.ann]).await), Some(("users", "username")));
}

#[tokio::test]
async fn an_impossible_status_is_named() {
    let (_file, scene) = tampered("UPDATE users SET status = 'dancing'").await;
    assert_eq!(culprit(scene.stores.users.get(&[scene.ann]).await), Some(("users", "status")));
}

#[tokio::test]
async fn an_id_beyond_javascript_is_named() {
    let (_file, scene) = tampered("UPDATE messages SET sender_id = 9007199254740992").await;
    let changes = scene.stores.messages.changes(scene.room, Seq::ZERO, PageSize::MAX, None).await;
    assert_eq!(culprit(changes), Some(("messages", "sender_id")));
}

#[tokio::test]
async fn a_direct_conversation_without_its_pair_is_named() {
    let (_file, scene) = tampered("UPDATE conversations SET direct_low = NULL").await;
    assert_eq!(culprit(scene.stores.conversations.view(scene.room, scene.ann).await), Some(("conversations", "kind")));
}

#[tokio::test]
async fn a_gap_in_a_log_is_an_error_and_not_a_hole() {
    let (file, scene) = tampered("SELECT 1").await;
    scene.say("second").await;
    scene.say("third").await;
    file.tamper("DELETE FROM messages WHERE seq = 2").await;
    let changes = |after| scene.stores.messages.changes(scene.room, Seq::new(after).unwrap(), PageSize::MAX, None);
    assert_eq!(culprit(changes(0).await), Some(("messages", "seq")));
    assert!(changes(2).await.is_ok());
    file.tamper("DELETE FROM messages WHERE seq = 3").await;
    assert_eq!(culprit(changes(2).await), Some(("conversations", "head")));
}

#[tokio::test]
async fn a_bad_row_in_the_way_of_one_message_stops_no_other() {
    let (_file, scene) = tampered("UPDATE messages SET body = ''").await;
    let (repeat, new) = tokio::join!(scene.try_say("something"), scene.try_say("new"));
    assert_eq!(culprit(repeat), Some(("messages", "body")));
    assert!(new.is_ok());
}
