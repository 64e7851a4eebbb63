//! The ends of logs that many miss: read once where everybody sees the same, and told even where the rest cannot be read.

use crate::harness::{Door, House, gate_changes};
use crate::resume::{Synced, cursors, sync};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn however_many_members_come_back_a_group_is_read_once_for_each_place_and_head() {
    let changes = Door::new();
    let house = House::with(|plan| plan.stores = gate_changes(&changes));
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.group(&ann, &[&bob, &cleo]).await;
    house.chatter(&ann, room, 3).await;
    let mut tabs = [house.tab(&ann).await, house.tab(&bob).await, house.tab(&cleo).await];
    for tab in &mut tabs {
        tab.ignore(&["presence", "message.delivered"]);
        assert_eq!(sync(tab, cursors(room, 1)).await.places(), [2, 3]);
    }
    assert_eq!(changes.passed(), 1);

    house.chatter(&ann, room, 1).await;
    for tab in &mut tabs {
        tab.expect("message.new").await;
        assert_eq!(sync(tab, cursors(room, 1)).await.places(), [2, 3, 4], "what was read before is not all any more");
        assert_eq!(sync(tab, cursors(room, 4)).await.places(), Vec::<i64>::new(), "nothing is missing");
    }
    assert_eq!(changes.passed(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_two_of_a_direct_conversation_are_told_how_far_its_ticks_are_now() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    house.chatter(&ann, room, 1).await;
    let mut tab = house.tab(&ann).await;
    let is_delivered = |synced: Synced| synced.pages[0].data["items"][0]["data"]["delivered_at"].is_string();
    assert!(!is_delivered(sync(&mut tab, cursors(room, 0)).await));

    let _other = house.tab(&bob).await;
    tab.ignore(&["presence"]);
    tab.expect("message.delivered").await;

    assert!(is_delivered(sync(&mut tab, cursors(room, 0)).await));
}

#[tokio::test(start_paused = true)]
async fn what_was_read_before_the_store_failed_is_told_and_the_rest_is_refused() {
    let changes = Door::new();
    let house = House::with(|plan| plan.stores = gate_changes(&changes));
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let (first, second) = (house.direct(&ann, &bob).await, house.direct(&ann, &cleo).await);
    house.chatter(&bob, first, 1).await;
    house.chatter(&cleo, second, 1).await;
    let mut tab = house.tab(&ann).await;
    changes.fail_after(1);
    tab.say(&json!({"type": "sync", "cursors": {first.to_string(): 0, second.to_string(): 0}}));

    let page = tab.expect("sync.page").await;
    assert_eq!(page.number("conversation_id"), first.get());
    assert_eq!(tab.expect("error").await.text("code"), "unavailable");
}
