//! Saying the next thing before the last one is acknowledged: the order stays, and what follows sees what was said before it.

use std::sync::Arc;
use std::time::Duration;

use crate::harness::{Door, House, Person, Tab, gate_appends, settled};
use chat_core::ids::ConversationId;
use serde_json::json;

/// A house where Ann's facts are at hand and answers of appends can be held.
async fn with_ann() -> (House, Arc<Door>, Person, Person, ConversationId, Tab) {
    let appends = Door::new();
    let house = House::with(|plan| plan.stores = gate_appends(&appends));
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    house.send(&ann, room, "to begin with").await;
    let tab = house.tab(&ann).await;
    (house, appends, ann, bob, room, tab)
}

fn say(tab: &Tab, room: ConversationId, body: &str) {
    tab.say(&json!({"type": "message.send", "ref": body, "conversation_id": room.get(), "body": body}));
}

#[tokio::test(start_paused = true)]
async fn a_message_need_not_wait_for_the_one_before_it() {
    let (house, appends, _ann, bob, room, mut tab) = with_ann().await;
    let mut peer = house.tab(&bob).await;
    tab.ignore(&["presence", "message.delivered"]);
    appends.hold_next();
    for body in ["one", "two", "three"] {
        say(&tab, room, body);
    }
    appends.somebody_waits().await;
    settled().await;
    let stored = house.chat.heads(&[room]).await.expect("heads");
    assert_eq!(stored[0].1.get(), 4, "all three are stored while the first is not answered yet");

    appends.open();

    for (seq, body) in (2..).zip(["one", "two", "three"]) {
        let answer = tab.expect("message.new").await;
        assert_eq!((answer.seq(), answer.text("body"), answer.reference.as_deref()), (seq, body, Some(body)));
        assert_eq!(peer.expect("message.new").await.text("body"), body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_messages_at_once_keep_their_order() {
    let (_house, _appends, _ann, _bob, room, mut tab) = with_ann().await;
    let bodies: Vec<_> = (0..100).map(|number| format!("number {number}")).collect();
    for body in &bodies {
        say(&tab, room, body);
    }
    for body in &bodies {
        let answer = tab.expect("message.new").await;
        assert_eq!((answer.text("body"), answer.reference.as_ref()), (body.as_str(), Some(body)));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_next_sees_what_was_said_before() {
    let (_house, appends, _ann, _bob, room, mut tab) = with_ann().await;
    appends.hold_next();
    say(&tab, room, "said before");
    tab.say(&json!({"type": "sync", "cursors": {room.to_string(): 1}}));
    appends.somebody_waits().await;
    appends.open();
    let page = tab.until("sync.page").await;
    assert_eq!(page.data["items"][0]["data"]["body"], "said before");
}

#[tokio::test(start_paused = true)]
async fn a_ping_is_answered_while_a_message_is_on_its_way() {
    let (_house, appends, _ann, _bob, room, mut tab) = with_ann().await;
    appends.hold_next();
    say(&tab, room, "slow");
    tab.say(&json!({"type": "ping", "ref": "quick"}));
    assert_eq!(tab.expect("pong").await.reference.as_deref(), Some("quick"));
    appends.open();
    tab.expect("message.new").await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_finds_its_message_among_those_on_their_way() {
    let (_house, appends, _ann, _bob, room, mut tab) = with_ann().await;
    appends.hold_next();
    say(&tab, room, "first");
    appends.somebody_waits().await;
    appends.fail(1);
    say(&tab, room, "broken");
    let error = tab.expect("error").await;
    assert_eq!((error.text("code"), error.reference.as_deref()), ("unavailable", Some("broken")));
    assert_eq!(error.data["retryable"], true);
    appends.open();
    assert_eq!(tab.until("message.new").await.reference.as_deref(), Some("first"));
}

#[tokio::test(start_paused = true)]
async fn what_was_on_its_way_when_its_socket_broke_reaches_the_others() {
    let (house, appends, _ann, bob, room, tab) = with_ann().await;
    let mut peer = house.tab(&bob).await;
    appends.hold_next();
    say(&tab, room, "last words");
    appends.somebody_waits().await;
    drop(tab);
    settled().await;
    appends.open();
    peer.ignore(&["presence"]);
    assert_eq!(peer.expect("message.new").await.text("body"), "last words");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_goes_away_acknowledges_what_it_has_begun() {
    let (house, appends, _ann, _bob, room, mut tab) = with_ann().await;
    appends.hold_next();
    say(&tab, room, "just in time");
    appends.somebody_waits().await;
    house.gateway.shut_down(1_000);
    settled().await;
    appends.open();
    let (frames, code, _) = tab.rest().await;
    assert_eq!((frames[0].reference.as_deref(), frames.len(), code), (Some("just in time"), 1, 4000));
}

#[tokio::test(start_paused = true)]
async fn no_more_than_64_messages_of_one_socket_are_on_their_way() {
    let (house, appends, _ann, _bob, room, mut tab) = with_ann().await;
    tab.ignore(&["presence", "message.delivered"]);
    appends.hold_all();
    for number in 0..100 {
        say(&tab, room, &format!("number {number}"));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stored = house.chat.heads(&[room]).await.expect("heads");
    assert_eq!(stored[0].1.get(), 1 + 64);
    appends.open();
    for seq in 2..=101 {
        assert_eq!(tab.expect("message.new").await.seq(), seq);
    }
}
