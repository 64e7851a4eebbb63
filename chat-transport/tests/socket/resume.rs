//! Resume: a client that was away gets exactly what it misses, or is told to fetch again. Never a silent gap.

use crate::harness::{Dice, Frame, House, Person, Tab};
use chat_core::Command;
use chat_core::ids::ConversationId;
use chat_transport::Opening;
use serde_json::{Value, json};

/// What a `sync` was answered with, up to and with its `sync.done`.
#[derive(Debug, Default)]
pub(crate) struct Synced {
    pub(crate) pages: Vec<Frame>,
    resyncs: Vec<Frame>,
    /// Events that came before the end.
    live: Vec<Frame>,
}

impl Synced {
    /// The places that the pages name, in the order in which they came.
    pub(crate) fn places(&self) -> Vec<i64> {
        let items = self.pages.iter().flat_map(|page| page.data["items"].as_array().expect("items"));
        items.map(|item| item["data"]["seq"].as_i64().expect("a place")).collect()
    }
}

pub(crate) async fn sync(tab: &mut Tab, mut request: Value) -> Synced {
    request["type"] = json!("sync");
    request["ref"] = json!("sync");
    tab.say(&request);
    let mut synced = Synced::default();
    loop {
        let frame = tab.next().await;
        match frame.kind.as_str() {
            "sync.page" => synced.pages.push(frame),
            "resync" => synced.resyncs.push(frame),
            "sync.done" => {
                assert_eq!(frame.reference.as_deref(), Some("sync"));
                return synced;
            }
            _ => synced.live.push(frame),
        }
    }
}

pub(crate) fn cursors(room: ConversationId, cursor: i64) -> Value {
    json!({"cursors": {room.to_string(): cursor}})
}

fn reason(frames: &[Frame]) -> Vec<(Option<i64>, &str)> {
    frames.iter().map(|frame| (frame.data["conversation_id"].as_i64(), frame.text("reason"))).collect()
}

/// A house with two people whose conversation has so many messages.
async fn after(messages: usize) -> (House, Person, Person, ConversationId) {
    let house = House::with(|plan| plan.sockets.max_replay = 300);
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    house.chatter(&ann, room, messages).await;
    (house, ann, bob, room)
}

#[tokio::test(start_paused = true)]
async fn a_client_gets_exactly_what_it_misses_wherever_it_stood() {
    let (house, _ann, bob, room) = after(130).await;
    let mut tab = house.tab(&bob).await;
    for cursor in 0..=130 {
        let synced = sync(&mut tab, cursors(room, cursor)).await;
        assert_eq!(synced.places(), ((cursor + 1)..=130).collect::<Vec<_>>(), "after {cursor}");
        assert!(synced.pages.iter().all(|page| page.number("head") == 130));
        assert!(synced.pages.iter().all(|page| page.number("conversation_id") == room.get()));
        assert!(synced.resyncs.is_empty() && synced.live.is_empty(), "{synced:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_holds_the_very_events_that_sockets_send() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.group(&ann, &[&bob, &cleo]).await;
    let mut live = house.tab(&bob).await;
    live.ignore(&["message.delivered"]);
    house.send(&ann, room, "hello").await;
    house.leave(&cleo, room).await;
    let mut events = Vec::new();
    for kind in ["message.new", "member.left"] {
        let event = live.expect(kind).await;
        events.push(json!({"type": event.kind, "data": event.data}));
    }

    let synced = sync(&mut live, cursors(room, 0)).await;

    assert_eq!(synced.pages[0].data["items"], json!(events));
}

#[tokio::test(start_paused = true)]
async fn long_messages_come_in_several_pages_without_a_gap() {
    let (house, ann, bob, room) = after(0).await;
    let body = "é".repeat(8_000);
    for _ in 0..30 {
        house.send(&ann, room, &body).await;
    }
    let mut tab = house.tab(&bob).await;
    let synced = sync(&mut tab, cursors(room, 0)).await;
    assert!(synced.pages.len() > 1);
    assert_eq!(synced.places(), (1..=30).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_a_client_resumes_comes_once_and_after_the_pages() {
    let changes = crate::harness::Door::new();
    let house = House::with(|plan| plan.stores = crate::harness::gate_changes(&changes));
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    house.chatter(&ann, room, 3).await;
    let mut tab = house.tab(&bob).await;
    changes.hold_next();
    tab.say(&json!({"type": "sync", "cursors": {room.to_string(): 1}}));
    changes.somebody_waits().await;

    // The page is read and not yet sent: these two come in between.
    house.chatter(&ann, room, 2).await;
    changes.open();

    let page = tab.expect("sync.page").await;
    assert_eq!(page.data["items"].as_array().map(Vec::len), Some(2));
    tab.expect("sync.done").await;
    assert_eq!(tab.expect("message.new").await.seq(), 4);
    assert_eq!(tab.expect("message.new").await.seq(), 5);
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_pages_cover_does_not_come_again_however_late_its_hint_is() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut tab = house.tab(&bob).await;
    house.post.hold();
    house.chatter(&ann, room, 2).await;

    assert_eq!(sync(&mut tab, cursors(room, 0)).await.places(), [1, 2]);
    house.post.release();
    tab.silent().await;

    house.send(&ann, room, "next").await;
    assert_eq!(tab.expect("message.new").await.seq(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_the_first_frame_covers_does_not_come_again_however_late_its_hint_is() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    // Another socket keeps the conversation's lane going.
    let mut other = house.tab(&bob).await;
    house.post.hold();
    house.chatter(&ann, room, 2).await;

    let mut tab = house.tab(&bob).await;
    assert_eq!(tab.ready["conversations"][0]["head"], 2);
    house.post.release();

    other.ignore(&["presence"]);
    assert_eq!(other.expect("message.new").await.seq(), 1);
    assert_eq!(other.expect("message.new").await.seq(), 2);
    tab.silent().await;
}

/// Reads one conversation's places from `tab` until the last one, given what it knows already.
async fn follow(tab: &mut Tab, mut last: i64, until: i64) {
    while last < until {
        let message = tab.expect("message.new").await;
        assert_eq!(message.seq(), last + 1, "live events follow the pages");
        last += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn resuming_while_others_keep_sending_leaves_no_gap_and_no_double() {
    const TOTAL: i64 = 800;
    let house = std::sync::Arc::new(House::new());
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    house.chatter(&ann, room, 50).await;
    house.post.scatter();
    // Somebody who is there all the time sees the whole stream.
    let mut witness = house.tab(&bob).await;
    witness.ignore(&["presence"]);

    let sending = tokio::spawn({
        let (house, ann) = (std::sync::Arc::clone(&house), ann.clone());
        async move {
            for _ in 50..TOTAL {
                house.send(&ann, room, "and another").await;
                tokio::task::yield_now().await;
            }
        }
    });
    let mut readers = tokio::task::JoinSet::new();
    let mut dice = Dice::new(7);
    for _ in 0..40 {
        let mut tab = house.tab(&bob).await;
        tab.ignore(&["presence"]);
        let head = tab.ready["conversations"][0]["head"].as_i64().expect("a head");
        let cursor = i64::try_from(dice.below(usize::try_from(head).expect("small") + 1)).expect("small");
        readers.spawn(async move {
            let synced = sync(&mut tab, cursors(room, cursor)).await;
            let places = synced.places();
            let end = places.last().copied().unwrap_or(cursor);
            assert_eq!(places, ((cursor + 1)..=end).collect::<Vec<_>>(), "the pages begin after {cursor}");
            assert!(end >= head, "the pages reach at least the head that the first frame told");
            let live: Vec<_> = synced.live.iter().map(Frame::seq).collect();
            let expected: Vec<_> = (head + 1..).take(live.len()).collect();
            assert_eq!(live, expected, "what was live before the pages follows the first frame");
            assert!(live.last().is_none_or(|last| *last <= end), "and is covered by the pages");
            follow(&mut tab, end, TOTAL).await;
        });
    }
    sending.await.expect("everything was sent");
    while let Some(reader) = readers.join_next().await {
        reader.expect("a reader that saw everything");
    }
    follow(&mut witness, 50, TOTAL).await;
}

#[tokio::test(start_paused = true)]
async fn cursors_of_another_life_of_the_database_mean_nothing() {
    let (house, _ann, bob, room) = after(3).await;
    let mut tab = house.tab(&bob).await;
    let mut request = cursors(room, 1);
    request["epoch"] = json!("another");
    let synced = sync(&mut tab, request.clone()).await;
    assert_eq!(reason(&synced.resyncs), [(None, "epoch_changed")]);
    assert!(synced.pages.is_empty());

    request["epoch"] = tab.ready["epoch"].clone();
    assert_eq!(sync(&mut tab, request).await.places(), [2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_beyond_the_log_is_told_so() {
    let (house, _ann, bob, room) = after(3).await;
    let mut tab = house.tab(&bob).await;
    let synced = sync(&mut tab, cursors(room, 4)).await;
    assert_eq!(reason(&synced.resyncs), [(Some(room.get()), "ahead_of_log")]);
    assert!(synced.pages.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_foreign_conversation_and_one_that_does_not_exist_look_the_same() {
    let (house, _ann, bob, room) = after(3).await;
    let [cleo, dora] = house.people(["cleo", "dora"]).await;
    let foreign = house.direct(&cleo, &dora).await;
    house.send(&cleo, foreign, "secret").await;
    let mut tab = house.tab(&bob).await;
    let request = json!({"cursors": {foreign.to_string(): 0, "999999": 0, room.to_string(): 2}});
    let synced = sync(&mut tab, request).await;
    let expected = [(Some(foreign.get()), "not_a_member"), (Some(999_999), "not_a_member")];
    assert_eq!(reason(&synced.resyncs), expected);
    assert_eq!(synced.places(), [3], "the others are answered all the same");
}

#[tokio::test(start_paused = true)]
async fn somebody_who_left_is_not_told_what_came_after() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    house.chatter(&ann, room, 3).await;
    let mut tab = house.tab(&bob).await;
    house.leave(&bob, room).await;
    tab.expect("member.left").await;
    house.send(&ann, room, "now that he is gone").await;
    let synced = sync(&mut tab, cursors(room, 2)).await;
    assert_eq!(reason(&synced.resyncs), [(Some(room.get()), "not_a_member")]);
    assert!(synced.pages.is_empty() && synced.live.is_empty(), "{synced:?}");
}

#[tokio::test(start_paused = true)]
async fn more_than_is_worth_replaying_is_not_replayed() {
    let (house, _ann, bob, room) = after(310).await;
    let mut tab = house.tab(&bob).await;
    assert_eq!(sync(&mut tab, cursors(room, 10)).await.places().len(), 300);
    let synced = sync(&mut tab, cursors(room, 9)).await;
    assert_eq!(reason(&synced.resyncs), [(Some(room.get()), "too_far_behind")]);
    assert!(synced.pages.is_empty(), "nothing is replayed in part");
}

#[tokio::test(start_paused = true)]
async fn the_log_of_ones_own_is_resumed_like_a_conversation() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.direct(&bob, &ann).await;
    house.ask(&cleo, Command::RequestFriend(ann.user)).await;
    house.ask(&ann, Command::Block(bob.user)).await;
    let mut tab = house.tab(&ann).await;
    assert_eq!(tab.ready["user_seq"], 3);

    let synced = sync(&mut tab, json!({"user_cursor": 0})).await;
    let page = &synced.pages[0];
    assert_eq!((page.number("user_id"), page.number("head")), (ann.id, 3));
    let items = page.data["items"].as_array().expect("items");
    let kinds: Vec<_> = items.iter().map(|item| item["type"].as_str().expect("a type")).collect();
    assert_eq!(kinds, ["conversation.added", "friend.request", "block.added"]);
    assert_eq!(items[0]["data"]["conversation_id"], room.get());

    assert_eq!(
        sync(&mut tab, json!({"user_cursor": 2})).await.pages[0].data["items"].as_array().map(Vec::len),
        Some(1)
    );
    assert!(sync(&mut tab, json!({"user_cursor": 3})).await.pages.is_empty());
    let ahead = sync(&mut tab, json!({"user_cursor": 4})).await;
    assert_eq!(reason(&ahead.resyncs), [(None, "ahead_of_log")]);
}

#[tokio::test(start_paused = true)]
async fn what_a_resume_brings_counts_as_delivered() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut peer = house.tab(&bob).await;
    house.post.lose();
    house.send(&ann, room, "lost on the way").await;
    house.post.deliver();
    let mut tab = house.tab(&ann).await;
    assert_eq!(sync(&mut peer, cursors(room, 0)).await.places(), [1]);
    assert_eq!(tab.expect("message.delivered").await.seq(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_one_conversation_resumes_that_one_and_no_other() {
    let (house, ann, bob, room) = after(3).await;
    let elsewhere = house.group(&ann, &[&bob]).await;
    let mut corner = house.corner(&bob, room).await;
    assert_eq!(sync(&mut corner, cursors(room, 1)).await.places(), [2, 3]);
    corner.say(&json!({"type": "sync", "ref": "r", "cursors": {elsewhere.to_string(): 0}}));
    let error = corner.expect("error").await;
    assert_eq!((error.text("code"), error.reference.as_deref()), ("not_found", Some("r")));
}

#[tokio::test(start_paused = true)]
async fn a_long_resume_is_read_as_it_is_taken() {
    let changes = crate::harness::Door::new();
    let house = House::with(|plan| plan.stores = crate::harness::gate_changes(&changes));
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let body = "x".repeat(2_000);
    for _ in 0..2_000 {
        house.send(&ann, room, &body).await;
    }
    let mut socket = house.raw(Opening { identity: Some(bob.identity), scope: chat_core::registry::Scope::Only(room) });
    let before = changes.passed();
    let request = json!({"type": "sync", "cursors": {room.to_string(): 0}}).to_string();
    socket.write(&crate::harness::masked(crate::harness::TEXT, request.as_bytes())).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;

    // Twenty pages are to come and nobody reads: the server holds a page, not the whole log.
    assert!(changes.passed() - before <= 3, "{} pages were read ahead", changes.passed() - before);
}
