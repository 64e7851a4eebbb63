//! Receipts: who is told that what arrived where, and who is not.

use std::sync::Arc;

use crate::harness::{BrokenReceipts, Door, House, settled};
use chat_core::command::ReadTarget;
use chat_core::{Command, Reply};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn a_message_that_reaches_a_socket_of_the_other_is_told_to_its_author() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut peer = house.tab(&bob).await;
    let mut tab = house.tab(&ann).await;
    peer.ignore(&["presence"]);

    let message = house.send(&ann, room, "hello").await;
    peer.expect("message.new").await;

    tab.expect("message.new").await;
    let delivered = tab.expect("message.delivered").await;
    assert_eq!((delivered.number("id"), delivered.seq()), (message.id.get(), 1));
    assert_eq!((delivered.number("conversation_id"), delivered.number("user_id")), (room.get(), bob.id));
    assert!(delivered.text("delivered_at").starts_with("2026-01-13T17:00:29"), "{delivered:?}");
    peer.silent().await;
}

#[tokio::test(start_paused = true)]
async fn many_messages_are_delivered_up_to_the_last_one() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let _peer = house.tab(&bob).await;
    let mut tab = house.tab(&ann).await;
    tab.ignore(&["message.new"]);
    house.chatter(&ann, room, 20).await;

    let mut covered = 0;
    while covered < 20 {
        let delivered = tab.expect("message.delivered").await;
        assert!(delivered.seq() > covered, "a mark only rises");
        covered = delivered.seq();
    }
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_of_a_delivery_while_the_other_is_away() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&ann).await;
    house.send(&ann, room, "hello?").await;
    tab.expect("message.new").await;
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn what_waited_is_delivered_when_the_other_connects() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&ann).await;
    tab.ignore(&["presence"]);
    house.chatter(&ann, room, 3).await;
    for _ in 0..3 {
        tab.expect("message.new").await;
    }

    let _peer = house.tab(&bob).await;

    let delivered = tab.expect("message.delivered").await;
    assert_eq!((delivered.seq(), delivered.number("user_id")), (3, bob.id));
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_another_conversation_is_enough_to_be_reached() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.direct(&ann, &bob).await;
    let elsewhere = house.group(&bob, &[&cleo]).await;
    house.send(&ann, room, "hello").await;
    let mut tab = house.tab(&ann).await;
    tab.ignore(&["presence"]);
    let _corner = house.corner(&bob, elsewhere).await;
    assert_eq!(tab.expect("message.delivered").await.seq(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_author_and_the_readers_other_devices_learn_what_was_read() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let message = house.send(&ann, room, "hello").await;
    let (mut tab, mut phone, mut desk) = (house.tab(&ann).await, house.tab(&bob).await, house.tab(&bob).await);
    for tab in [&mut tab, &mut phone, &mut desk] {
        tab.ignore(&["presence", "message.delivered"]);
    }

    phone.say(&json!({"type": "message.read", "ref": "r", "message_id": message.id.get()}));

    let acknowledged = phone.expect("message.read").await;
    assert_eq!(acknowledged.reference.as_deref(), Some("r"));
    assert_eq!((acknowledged.number("id"), acknowledged.seq()), (message.id.get(), 1));
    let told = tab.expect("message.read").await;
    assert_eq!((told.number("id"), told.number("user_id")), (message.id.get(), bob.id));
    assert!(told.data["read_at"].is_string() && told.data.get("delivered_at").is_none(), "{told:?}");
    assert_eq!(desk.expect("message.read").await.reference, None);
    for tab in [&mut tab, &mut phone, &mut desk] {
        tab.silent().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_one_conversation_reads_no_message_of_another() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let (room, other) = (house.direct(&ann, &bob).await, house.direct(&ann, &cleo).await);
    let (here, elsewhere) = (house.send(&bob, room, "here").await, house.send(&cleo, other, "there").await);
    let mut corner = house.corner(&ann, room).await;
    corner.say(&json!({"type": "message.read", "ref": "r", "message_id": elsewhere.id.get()}));
    let refused = corner.expect("error").await;
    assert_eq!((refused.reference.as_deref(), refused.text("code")), (Some("r"), "not_found"));
    corner.say(&json!({"type": "message.read", "ref": "s", "message_id": here.id.get()}));
    assert_eq!(corner.expect("message.read").await.number("id"), here.id.get());
}

#[tokio::test(start_paused = true)]
async fn reading_implies_having_received() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let message = house.send(&ann, room, "hello").await;
    let command = Command::MarkRead(ReadTarget::Message(message.id.into()));
    house.ask(&bob, command).await;

    let Reply::Message(message) = house.ask(&ann, Command::GetMessage(message.id)).await else { panic!("a message") };
    assert!(message.message.state.read_at().is_some());
    assert_eq!(message.message.state.delivered_at(), message.message.state.read_at());
    let ready = house.tab(&ann).await.ready;
    let position = &ready["conversations"][0];
    assert_eq!((&position["peer_delivered_seq"], &position["peer_read_seq"]), (&json!(1), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_mark_that_stands_already_is_acknowledged_to_its_socket_alone() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    house.chatter(&ann, room, 3).await;
    let (mut tab, mut phone, mut desk) = (house.tab(&ann).await, house.tab(&bob).await, house.tab(&bob).await);
    for tab in [&mut tab, &mut phone, &mut desk] {
        tab.ignore(&["presence", "message.delivered"]);
    }
    let read =
        |name: &str, seq: i64| json!({"type": "message.read", "ref": name, "conversation_id": room.get(), "seq": seq});
    phone.say(&read("up to three", 3));
    for tab in [&mut tab, &mut phone, &mut desk] {
        assert_eq!(tab.expect("message.read").await.seq(), 3);
    }

    phone.say(&read("back to two", 2));

    let answer = phone.expect("message.read").await;
    assert_eq!((answer.reference.as_deref(), answer.seq()), (Some("back to two"), 3));
    for tab in [&mut tab, &mut phone, &mut desk] {
        tab.silent().await;
    }
}

#[tokio::test(start_paused = true)]
async fn across_a_block_nothing_is_told_whoever_blocks() {
    for author_blocks in [true, false] {
        let house = House::new();
        let [ann, bob] = house.people(["ann", "bob"]).await;
        let room = house.direct(&ann, &bob).await;
        let message = house.send(&ann, room, "hello").await;
        let (blocker, blocked) = if author_blocks { (&ann, &bob) } else { (&bob, &ann) };
        house.ask(blocker, Command::Block(blocked.user)).await;
        let mut tab = house.tab(&ann).await;

        let mut peer = house.tab(&bob).await;
        peer.say(&json!({"type": "message.read", "ref": "r", "message_id": message.id.get()}));

        assert_eq!(peer.expect("message.read").await.reference.as_deref(), Some("r"), "the reader's own mark rises");
        tab.silent().await;
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_group_only_the_authors_concerned_are_told() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.group(&ann, &[&bob, &cleo]).await;
    house.send(&ann, room, "one").await;
    house.send(&bob, room, "two").await;
    house.send(&ann, room, "three").await;
    let (mut first, mut second) = (house.tab(&ann).await, house.tab(&bob).await);
    for tab in [&mut first, &mut second] {
        tab.ignore(&["presence"]);
    }
    first.until("message.delivered").await;
    settled().await;

    let _third = house.tab(&cleo).await;

    assert_eq!(first.expect("message.delivered").await.seq(), 3);
    assert_eq!(second.expect("message.delivered").await.seq(), 2);
    first.silent().await;
    second.silent().await;
}

/// A house with a door before every mark.
fn house_with_a_door() -> (House, Arc<Door>) {
    let receipts = Door::new();
    let door = Arc::clone(&receipts);
    let house = House::with(|plan| {
        plan.stores = Box::new(move |mut stores| {
            stores.receipts = Arc::new(BrokenReceipts { inner: stores.receipts, advances: door });
            stores
        });
    });
    (house, receipts)
}

#[tokio::test(start_paused = true)]
async fn what_one_said_oneself_is_no_delivery() {
    let (house, receipts) = house_with_a_door();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let (mut desk, mut phone) = (house.tab(&ann).await, house.tab(&ann).await);
    house.chatter(&ann, room, 5).await;
    for tab in [&mut desk, &mut phone] {
        for seq in 1..=5 {
            assert_eq!(tab.expect("message.new").await.seq(), seq);
        }
        tab.silent().await;
    }
    assert_eq!(receipts.passed(), 0, "nothing was written");
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_the_store_could_not_note_is_noted_a_little_later() {
    let (house, receipts) = house_with_a_door();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let _peer = house.tab(&bob).await;
    let mut tab = house.tab(&ann).await;
    tab.ignore(&["message.new"]);

    receipts.fail(2);
    house.send(&ann, room, "hello").await;

    assert_eq!(tab.expect("message.delivered").await.seq(), 1);
}
