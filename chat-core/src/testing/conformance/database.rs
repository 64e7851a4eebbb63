//! The database as a whole.

use super::scene::{say, two_in_direct};
use crate::ports::Stores;

/// A store that was just made can be read from.
pub async fn a_store_answers(stores: &Stores) {
    stores.database.ping().await.unwrap();
}

/// It can be written to as often as somebody asks, and nothing comes of that.
pub async fn writing_nothing_changes_nothing(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let before = stores.conversations.view(conversation, ann).await.unwrap();
    let epoch = stores.database.epoch().await.unwrap();
    for _ in 0..3 {
        stores.database.write_nothing().await.unwrap();
    }
    assert_eq!(stores.conversations.view(conversation, ann).await.unwrap(), before);
    assert_eq!(stores.database.epoch().await.unwrap(), epoch);
}

/// The epoch has a name, and nothing that clients do changes it.
pub async fn the_epoch_stays(stores: &Stores) {
    let epoch = stores.database.epoch().await.unwrap();
    assert!(!epoch.is_empty());
    let (ann, _, conversation) = two_in_direct(stores).await;
    say(stores, conversation, ann, "hello").await;
    assert_eq!(stores.database.epoch().await.unwrap(), epoch);
}
