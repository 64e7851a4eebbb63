//! The database as a whole.

use super::scene::{say, two_in_direct};
use crate::ports::Stores;

/// A store that was just made can be read from.
pub async fn a_store_answers(stores: &Stores) {
    stores.database.ping().await.unwrap();
}

/// The epoch has a name, and nothing that clients do changes it.
pub async fn the_epoch_stays(stores: &Stores) {
    let epoch = stores.database.epoch().await.unwrap();
    assert!(!epoch.is_empty());
    let (ann, _, conversation) = two_in_direct(stores).await;
    say(stores, conversation, ann, "hello").await;
    assert_eq!(stores.database.epoch().await.unwrap(), epoch);
}
