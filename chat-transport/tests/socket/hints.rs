//! Hints that get lost, overtake each other or come twice: the log is the truth, and every reader still sees it as it is.

use std::time::Duration;

use crate::harness::{Dice, House};
use chat_core::event::{Audience, Envelope, Event};
use chat_core::ids::Seq;
use chat_core::page::PageSize;
use chat_core::ports::EventBus;
use serde_json::json;

/// A lost hint is made up for within this time: a comparison every 4 s, and a little.
const WITHIN: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn a_message_whose_hint_was_lost_arrives_within_the_position_check() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&bob).await;
    house.post.lose();
    house.chatter(&ann, room, 3).await;
    let sent = house.now();

    for seq in 1..=3 {
        assert_eq!(tab.expect("message.new").await.seq(), seq);
    }
    let waited = house.now().micros() - sent.micros();
    assert!(u128::from(waited.unsigned_abs()) <= WITHIN.as_micros(), "{waited} microseconds");
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_is_on_its_way_while_positions_are_compared_comes_once() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&ann).await;
    for before in 0..50 {
        // At one of these moments the positions are compared in between.
        house.post.hold();
        tab.say(&json!({"type": "message.send", "ref": "r", "conversation_id": room.get(), "body": "hello"}));
        tokio::time::sleep(Duration::from_millis(130)).await;
        house.post.release();
        let acknowledged = tab.expect("message.new").await;
        assert_eq!((acknowledged.reference.as_deref(), acknowledged.seq()), (Some("r"), before + 1));
    }
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn a_hole_is_filled_at_once_because_what_lies_beyond_it_shows_it() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&bob).await;
    house.post.lose();
    house.send(&ann, room, "lost").await;
    house.post.deliver();
    house.send(&ann, room, "not lost").await;
    let sent = house.now();

    assert_eq!(tab.expect("message.new").await.text("body"), "lost");
    assert_eq!(tab.expect("message.new").await.text("body"), "not lost");
    let waited = house.now().micros() - sent.micros();
    assert!(waited < 1_000_000, "{waited} microseconds");
}

#[tokio::test(start_paused = true)]
async fn hints_in_any_order_and_any_number_come_out_as_the_log_is() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&bob).await;
    let mut dice = Dice::new(11);
    let mut last = 0;
    for _ in 0..50 {
        house.post.hold();
        house.chatter(&ann, room, 20).await;
        let mut hints: Vec<_> = house.post.take();
        hints.extend(hints.clone());
        dice.shuffle(&mut hints);
        hints.into_iter().for_each(|hint| house.hub.publish(hint));
        for _ in 0..20 {
            last += 1;
            assert_eq!(tab.expect("message.new").await.seq(), last);
        }
    }
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn old_hints_that_come_again_much_later_change_nothing() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&bob).await;
    house.chatter(&ann, room, 5).await;
    for _ in 0..5 {
        tab.expect("message.new").await;
    }
    let log = house.chat.log_after(room, Seq::ZERO, PageSize::MAX).await.expect("a log");
    for entry in log.items {
        let audience = Audience::Conversation { id: room, except: None };
        house.hub.publish(Envelope { event: Event::Entry(entry).into(), audience, origin: None });
    }
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn a_sender_is_answered_even_where_the_comparison_was_faster_than_the_hint() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&ann).await;
    house.post.hold();
    tab.say(&json!({"type": "message.send", "ref": "r", "conversation_id": room.get(), "body": "hello"}));
    assert_eq!(tab.expect("message.new").await.reference, None, "the comparison brings it as it is in the log");

    house.post.release();

    let answer = tab.expect("message.new").await;
    assert_eq!((answer.reference.as_deref(), answer.seq()), (Some("r"), 1));
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn a_sender_is_answered_once_even_where_the_hint_comes_twice() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&ann).await;
    house.post.hold();
    tab.say(&json!({"type": "message.send", "ref": "r", "conversation_id": room.get(), "body": "hello"}));
    let hints = loop {
        let hints = house.post.take();
        if !hints.is_empty() {
            break hints;
        }
        tokio::task::yield_now().await;
    };
    // The log itself brings the same entry first; then comes the hint that names the command.
    let again = hints.iter().map(|hint| Envelope { origin: None, ..hint.clone() });
    again.chain(hints.clone()).for_each(|hint| house.hub.publish(hint));

    assert_eq!(tab.expect("message.new").await.reference, None);
    assert_eq!(tab.expect("message.new").await.reference.as_deref(), Some("r"));
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn a_sender_whose_message_waits_behind_a_hole_is_answered_when_its_turn_comes() {
    let changes = crate::harness::Door::new();
    let house = House::with(|plan| plan.stores = crate::harness::gate_changes(&changes));
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&ann).await;
    tab.ignore(&["presence"]);
    house.post.hold();
    house.send(&bob, room, "held back").await;
    let held = house.post.take();
    house.post.deliver();
    tab.say(&json!({"type": "message.send", "ref": "r", "conversation_id": room.get(), "body": "mine"}));
    // The same socket resumes while its own message still waits behind the hole.
    changes.hold_next();
    tab.say(&json!({"type": "sync", "cursors": {room.to_string(): 0}}));
    changes.somebody_waits().await;
    held.into_iter().for_each(|hint| house.hub.publish(hint));
    changes.open();

    let page = tab.expect("sync.page").await;
    assert_eq!(page.data["items"].as_array().map(Vec::len), Some(2));
    tab.expect("sync.done").await;
    let answer = tab.expect("message.new").await;
    assert_eq!((answer.reference.as_deref(), answer.seq()), (Some("r"), 2));
    tab.silent().await;
}
