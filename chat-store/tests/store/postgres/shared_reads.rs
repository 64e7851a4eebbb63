//! Reads that many callers share: each gets its own answer, and sees what was there before it asked.

use std::sync::Arc;

use chat_core::conversation::Pair;
use chat_core::ids::{ConversationId, UserId, Version};
use chat_core::ports::{ConversationStore, DirectOpened, NewDirect, Stores};
use tokio::task::JoinSet;

use super::server::TestDatabase;
use crate::scene::{AT, Scene, user};

/// A direct conversation of Ann with each of so many others.
async fn friends_of_ann(scene: &Scene, count: usize) -> Vec<(UserId, ConversationId)> {
    let mut friends = Vec::new();
    for n in 0..count {
        let friend = user(&scene.stores, &format!("friend-{n}")).await;
        friends.push((friend, direct(&scene.stores, scene.ann, friend).await));
    }
    friends
}

async fn direct(stores: &Stores, one: UserId, other: UserId) -> ConversationId {
    let new = NewDirect { pair: Pair::new(one, other).unwrap(), by: one, judged_on: Version(0), at: AT };
    let opened = stores.conversations.open_direct(&new).await.unwrap();
    let DirectOpened::Created(conversation, _) = opened else { panic!("not made: {opened:?}") };
    conversation.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_ask_at_once_each_gets_its_own_answer() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let scene = Scene::new(database.open().await.stores).await;
    let friends = friends_of_ann(&scene, 40).await;
    let stores = Arc::new(scene.stores.clone());
    let mut asking = JoinSet::new();
    // Each asks twice, so that one key stands in a statement for two callers too.
    for (friend, room) in friends.iter().chain(&friends).copied() {
        let stores = Arc::clone(&stores);
        asking.spawn(async move {
            let store: &dyn ConversationStore = stores.conversations.as_ref();
            assert_eq!(store.ids_of(friend).await.unwrap(), [room]);
            let positions = store.positions(friend).await.unwrap();
            assert_eq!(positions.iter().map(|position| position.conversation).collect::<Vec<_>>(), [room]);
            let facts = store.facts(room, friend).await.unwrap().unwrap();
            assert_eq!((facts.conversation, facts.role.is_some()), (room, true));
            assert_eq!(store.heads(&[room]).await.unwrap().len(), 1);
            assert_eq!(stores.users.get(&[friend]).await.unwrap()[0].id, friend);
            assert_eq!(stores.users.account(friend).await.unwrap().unwrap().user.id, friend);
            assert_eq!(stores.relations.presence_circle(friend).await.unwrap().len(), 1);
        });
    }
    let everything = stores.conversations.ids_of(scene.ann).await.unwrap();
    assert_eq!(everything.len(), friends.len() + 1);
    while let Some(asked) = asking.join_next().await {
        asked.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_after_a_write_sees_it_however_many_ask_meanwhile() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let scene = Scene::new(database.open().await.stores).await;
    let (stores, room, ann) = (Arc::new(scene.stores.clone()), scene.room, scene.ann);
    let mut others = JoinSet::new();
    for _ in 0..8 {
        let stores = Arc::clone(&stores);
        others.spawn(async move {
            for _ in 0..200 {
                stores.conversations.heads(&[room]).await.unwrap();
                stores.conversations.positions(ann).await.unwrap();
            }
        });
    }
    for n in 0..100 {
        let said = scene.say(&format!("{n}")).await;
        assert_eq!(stores.conversations.heads(&[room]).await.unwrap(), [(room, said.seq)]);
        assert_eq!(stores.conversations.positions(ann).await.unwrap()[0].head, said.seq);
    }
    while let Some(asked) = others.join_next().await {
        asked.unwrap();
    }
}
