//! Messages become visible in another order than that of their ids: none of them may stay out of the index.

use std::time::Duration;

use chat_core::ports::Find;
use chat_core::search::{Reach, SearchFilter, SearchText};
use sqlx::{Connection, PgConnection};

use super::server::TestDatabase;
use crate::indexed::IS_BEHIND;
use crate::scene::Scene;

async fn folded_id(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar("SELECT folded_id FROM search_progress").fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn a_message_that_is_committed_after_later_ones_comes_into_the_index() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let opened = database.open().await;
    let scene = Scene::new(opened.stores.clone()).await;
    let mut slow = database.connect().await;
    let mut watching = database.connect().await;
    let mut begun = slow.begin().await.unwrap();
    // Far away in the log, so that the place is free.
    let insert =
        "INSERT INTO messages (conversation_id, seq, sender_id, body, created_at) VALUES ($1, 1000, $2, 'slow', 0)";
    sqlx::query(insert).bind(scene.room.get()).bind(scene.ann.get()).execute(&mut *begun).await.unwrap();
    scene.say("quick").await;
    // Long enough for the task to come by several times, were it to pass over what it cannot see.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(folded_id(&mut watching).await, 0, "there may be something below the newest message");
    begun.commit().await.unwrap();
    while sqlx::query_scalar::<_, i64>(IS_BEHIND).fetch_one(&mut watching).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let text = SearchText::new("slow").unwrap();
    let find = Find { text, reach: Reach::Near, filter: SearchFilter::default(), below: None };
    assert_eq!(opened.stores.search.find(&find, scene.bob).await.unwrap().items.len(), 1);
    opened.close().await;
}
