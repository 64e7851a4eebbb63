//! What a socket carries: what its user is in, from the first moment to the last, however membership moves meanwhile.

use std::sync::Arc;

use crate::harness::{Door, GatedConversations, House, settled};
use chat_core::registry::Scope;
use chat_transport::Opening;
use serde_json::json;

/// The doors before what a socket asks when it opens.
struct Doors {
    ids: Arc<Door>,
    facts: Arc<Door>,
    positions: Arc<Door>,
}

fn house_with_doors() -> (House, Doors) {
    let doors = Doors { ids: Door::new(), facts: Door::new(), positions: Door::new() };
    let (ids, facts, positions) = (doors.ids.clone(), doors.facts.clone(), doors.positions.clone());
    let house = House::with(|plan| {
        plan.stores = Box::new(|mut stores| {
            stores.conversations = Arc::new(GatedConversations { inner: stores.conversations, ids, facts, positions });
            stores
        });
    });
    (house, doors)
}

#[tokio::test(start_paused = true)]
async fn a_direct_conversation_that_is_opened_later_is_carried_from_its_first_message_on() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let (mut first, mut second, mut peer) = (house.tab(&ann).await, house.tab(&ann).await, house.tab(&bob).await);

    let room = house.direct(&bob, &ann).await;
    for tab in [&mut first, &mut second, &mut peer] {
        tab.ignore(&["presence", "message.delivered"]);
        let added = tab.expect("conversation.added").await;
        assert_eq!((added.number("conversation_id"), added.number("by_user_id")), (room.get(), bob.id));
        assert_eq!(added.number("user_seq"), 1);
    }
    house.send(&bob, room, "hello").await;

    for tab in [&mut first, &mut second, &mut peer] {
        let message = tab.expect("message.new").await;
        assert_eq!((message.seq(), message.text("body")), (1, "hello"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_that_is_made_later_is_carried_by_every_member() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let mut tabs = [house.tab(&ann).await, house.tab(&bob).await, house.tab(&cleo).await];
    let room = house.group(&ann, &[&bob, &cleo]).await;
    house.chatter(&cleo, room, 3).await;
    for tab in &mut tabs {
        tab.ignore(&["message.delivered"]);
        tab.expect("conversation.added").await;
        for seq in 1..=3 {
            assert_eq!(tab.expect("message.new").await.seq(), seq);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_one_conversation_takes_no_notice_of_another_that_is_opened() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut corner = house.corner(&ann, room).await;
    let elsewhere = house.direct(&cleo, &ann).await;
    house.send(&cleo, elsewhere, "hello").await;
    corner.silent().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_made_while_a_socket_was_opening_is_carried() {
    let (house, doors) = house_with_doors();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    doors.ids.hold_next();
    let mut tab = house.open(Opening { identity: Some(ann.identity), scope: Scope::Everything });
    doors.ids.somebody_waits().await;
    let room = house.direct(&bob, &ann).await;
    doors.ids.open();

    let ready = tab.expect("session.ready").await;
    assert_eq!(ready.data["conversations"][0]["conversation_id"], room.get());
    settled().await;
    tab.ignore(&["conversation.added"]);
    house.send(&bob, room, "hello").await;
    assert_eq!(tab.expect("message.new").await.seq(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_left_while_a_socket_was_opening_is_not_carried() {
    let (house, doors) = house_with_doors();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    // Somebody else keeps the conversation's lane going.
    let _other = house.tab(&ann).await;
    doors.ids.hold_next();
    let mut tab = house.open(Opening { identity: Some(bob.identity), scope: Scope::Everything });
    doors.ids.somebody_waits().await;
    house.leave(&bob, room).await;
    doors.ids.open();

    let ready = tab.expect("session.ready").await;
    assert_eq!(ready.data["conversations"], json!([]));
    settled().await;
    house.send(&ann, room, "now that he is gone").await;
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_left_between_the_list_and_the_heads_is_not_carried() {
    let (house, doors) = house_with_doors();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    let _other = house.tab(&ann).await;
    doors.positions.hold_next();
    let mut tab = house.open(Opening { identity: Some(bob.identity), scope: Scope::Everything });
    doors.positions.somebody_waits().await;
    house.leave(&bob, room).await;
    doors.positions.open();

    tab.expect("session.ready").await;
    settled().await;
    tab.ignore(&["member.left"]);
    house.send(&ann, room, "now that he is gone").await;
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_while_a_socket_of_that_conversation_opens_does_not_get_in() {
    for before_the_heads in [true, false] {
        let (house, doors) = house_with_doors();
        let [ann, bob] = house.people(["ann", "bob"]).await;
        let room = house.group(&ann, &[&bob]).await;
        let _other = house.tab(&ann).await;
        let door = if before_the_heads { doors.facts } else { doors.positions };
        door.hold_next();
        let mut tab = house.open(Opening { identity: Some(bob.identity), scope: Scope::Only(room) });
        door.somebody_waits().await;
        house.leave(&bob, room).await;
        door.open();

        house.send(&ann, room, "now that he is gone").await;
        tab.ignore(&["member.left"]);
        assert_eq!(tab.closed().await, 4504);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stranger_does_not_get_in() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.open(Opening { identity: Some(cleo.identity), scope: Scope::Only(room) });
    assert_eq!(tab.closed().await, 4504);
}

#[tokio::test(start_paused = true)]
async fn where_the_store_cannot_be_read_a_socket_is_asked_to_come_back() {
    for door in [0, 1] {
        let (house, doors) = house_with_doors();
        let ann = house.person("ann").await;
        [&doors.ids, &doors.positions][door].fail(1);
        let mut tab = house.open(Opening { identity: Some(ann.identity), scope: Scope::Everything });
        assert_eq!(tab.closed().await, 4003);
        assert_eq!(house.hub.connection_count(), 0);
        house.tab(&ann).await;
    }
}
