//! A reader that reads more slowly than things happen: it costs a bounded amount of memory, it is told what it missed, and it
//! disturbs nobody.

use std::time::Duration;

use crate::harness::{House, Person, RawSocket, TEXT, masked};
use chat_core::Command;
use chat_core::ids::ConversationId;
use chat_core::presence::Status;
use serde_json::{Value, json};

/// What may wait for one reader in these stories.
const OUTBOX: usize = 32 * 1024;

/// What else may be under way to a reader: the pipe, and what was taken out of the outbox in one go.
const UNDER_WAY: usize = OUTBOX + 64 * 1024;

/// A house where Bob reads nothing after his first frame.
async fn with_bob_asleep() -> (House, Person, Person, ConversationId, RawSocket) {
    let house = House::with(|plan| plan.sockets.outbox_bytes = OUTBOX);
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let socket = house.raw_tab(&bob).await;
    (house, ann, bob, room, socket)
}

fn body() -> String {
    "x".repeat(1_000)
}

/// Everything that comes to a reader that reads again, until nothing more does.
async fn catch_up(socket: &mut RawSocket) -> Vec<Value> {
    let mut frames = Vec::new();
    while let Ok(frame) = tokio::time::timeout(Duration::from_secs(1), socket.text()).await {
        frames.push(frame);
    }
    frames
}

fn kinds(frames: &[Value], kind: &str) -> usize {
    frames.iter().filter(|frame| frame["type"] == kind).count()
}

#[tokio::test(start_paused = true)]
async fn what_a_reader_that_does_not_read_says_is_heard_at_once() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    house.send(&bob, room, "so that the facts are at hand").await;
    let (mut socket, mut tab) = (house.raw_tab(&bob).await, house.tab(&ann).await);
    tab.ignore(&["presence", "message.delivered"]);
    // More than fits into the pipe waits for Bob at the moment at which he says something.
    house.post.hold();
    for _ in 0..200 {
        house.send(&ann, room, &body()).await;
    }
    let send = json!({"type": "message.send", "conversation_id": room.get(), "body": "I cannot hear you"}).to_string();
    house.post.release();
    socket.write(&masked(TEXT, send.as_bytes())).await;
    let said = house.now();

    for _ in 0..200 {
        assert_eq!(tab.expect("message.new").await.text("body"), body());
    }
    assert_eq!(tab.expect("message.new").await.text("body"), "I cannot hear you");
    let waited = house.now().micros() - said.micros();
    assert!(waited < 100_000, "{waited} microseconds");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_wakes_up_is_told_once_that_it_missed_something() {
    let (house, ann, _bob, room, mut socket) = with_bob_asleep().await;
    for _ in 0..1_000 {
        house.send(&ann, room, &body()).await;
        tokio::task::yield_now().await;
    }

    let mut frames = catch_up(&mut socket).await;

    let taken: usize = frames.iter().map(|frame| frame.to_string().len()).sum();
    assert!(taken <= OUTBOX + UNDER_WAY, "{taken} bytes were kept for a reader that does not read");
    assert_eq!(kinds(&frames, "resync"), 1, "{frames:?}");
    let note = frames.pop().expect("a note");
    assert_eq!(note, json!({"type": "resync", "data": {"reason": "slow_reader"}}));
    let seen: Vec<_> = frames.iter().map(|frame| frame["data"]["seq"].as_i64().expect("a message")).collect();
    assert!(
        seen.iter().copied().eq(1..=i64::try_from(seen.len()).expect("small")),
        "no hole before the note: {seen:?}"
    );

    house.send(&ann, room, "from here on").await;
    assert_eq!(socket.text().await["data"]["seq"], 1_001);
}

#[tokio::test(start_paused = true)]
async fn what_is_ephemeral_goes_first_and_nothing_else_is_lost_with_it() {
    let (house, ann, _bob, room, mut socket) = with_bob_asleep().await;
    // Enough to fill the pipe, so that everything after it waits in the outbox.
    for _ in 0..20 {
        house.send(&ann, room, &body()).await;
        crate::harness::settled().await;
    }
    for _ in 0..15 {
        house.send(&ann, room, &body()).await;
    }
    for turn in 0..1_000 {
        let status = if turn % 2 == 0 { Status::Away } else { Status::Busy };
        house.ask(&ann, Command::SetPresence { status, message: None }).await;
    }
    house.send(&ann, room, "the last one").await;

    let frames = catch_up(&mut socket).await;

    assert_eq!(kinds(&frames, "resync"), 0);
    assert_eq!(kinds(&frames, "message.new"), 36, "every message came");
    assert!(kinds(&frames, "presence") < 1_000, "and not all of the presence");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_never_wakes_up_is_closed() {
    let (house, ann, _bob, room, socket) = with_bob_asleep().await;
    let before = house.hub.connection_count();
    for _ in 0..200 {
        house.send(&ann, room, &body()).await;
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(socket.serving.is_finished());
    assert_eq!(house.hub.connection_count(), before - 1);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_wakes_up_just_before_the_end_learns_why() {
    let (house, ann, _bob, room, mut socket) = with_bob_asleep().await;
    for _ in 0..200 {
        house.send(&ann, room, &body()).await;
        tokio::task::yield_now().await;
    }
    // 15 seconds for the write and one for the goodbye.
    tokio::time::sleep(Duration::from_millis(15_500)).await;
    let (_, code) = socket.rest().await;
    assert_eq!(code, 4008);
}

#[tokio::test(start_paused = true)]
async fn the_others_are_not_disturbed() {
    let (house, ann, bob, room, _asleep) = with_bob_asleep().await;
    let mut awake = house.tab(&bob).await;
    for seq in 1..=500 {
        house.send(&ann, room, &body()).await;
        assert_eq!(awake.expect("message.new").await.seq(), seq);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_whose_session_ends_is_gone_within_two_seconds() {
    let (house, ann, bob, room, socket) = with_bob_asleep().await;
    for _ in 0..200 {
        house.send(&ann, room, &body()).await;
        tokio::task::yield_now().await;
    }
    house.accounts.logout(bob.identity.session.expect("a session")).await.expect("signed out");
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert!(socket.serving.is_finished(), "a write that is stuck does not keep a session alive");
}

#[tokio::test(start_paused = true)]
async fn what_a_slow_reader_missed_can_be_resumed() {
    let (house, ann, _bob, room, mut socket) = with_bob_asleep().await;
    for _ in 0..300 {
        house.send(&ann, room, &body()).await;
        tokio::task::yield_now().await;
    }
    let frames = catch_up(&mut socket).await;
    let mut last = kinds(&frames, "message.new");
    let request = json!({"type": "sync", "cursors": {room.to_string(): last}}).to_string();
    socket.write(&masked(TEXT, request.as_bytes())).await;
    loop {
        let frame = socket.text().await;
        if frame["type"] == "sync.done" {
            break;
        }
        for item in frame["data"]["items"].as_array().expect("a page") {
            last += 1;
            assert_eq!(item["data"]["seq"], last);
        }
    }
    assert_eq!(last, 300);
}
