//! What changes in a conversation, as sockets hear it: the answer to the one who asked, and who comes in and goes out.

use chat_core::Command;
use chat_core::conversation::{GroupUpdate, HistoryVisibility};
use chat_core::event::Event;
use chat_core::ids::{ConversationId, UserId};
use chat_core::log::LogEntry;
use serde_json::{Value, json};

use crate::harness::{Frame, House, Person, Tab, settled};

/// Says something with a `ref`, and gives the frame that answers it.
async fn answered(tab: &mut Tab, mut command: Value) -> Frame {
    command["ref"] = json!("mine");
    tab.say(&command);
    loop {
        let frame = tab.next().await;
        if frame.reference.is_some() {
            assert_eq!(frame.reference.as_deref(), Some("mine"), "{frame:?}");
            return frame;
        }
    }
}

/// A command about a message, with what it needs besides.
fn about(command: &str, message: i64) -> Value {
    let mut frame = json!({"type": command, "message_id": message});
    match command {
        "message.edit" => frame["body"] = json!("x"),
        "reaction.add" | "reaction.remove" => frame["emoji"] = json!("👍"),
        _ => {}
    }
    frame
}

async fn add(house: &House, by: &Person, room: ConversationId, users: &[&Person]) {
    let users: Vec<UserId> = users.iter().map(|person| person.user).collect();
    house.ask(by, Command::AddMembers { conversation: room, users }).await;
}

async fn remove(house: &House, by: &Person, room: ConversationId, whom: &Person) {
    house.ask(by, Command::RemoveMember { conversation: room, user: whom.user }).await;
}

/// The next frame, which must be about that place of the log.
async fn expect_at(tab: &mut Tab, kind: &str, seq: i64) -> Frame {
    let frame = tab.expect(kind).await;
    assert_eq!(frame.seq(), seq, "{frame:?}");
    frame
}

#[tokio::test(start_paused = true)]
async fn each_command_is_answered_by_its_event_and_by_done_where_it_was_so_before() {
    let house = House::new();
    let [ann, bob, cleo, dora] = house.people(["ann", "bob", "cleo", "dora"]).await;
    let room = house.group(&ann, &[&bob]).await;
    let message = house.send(&ann, room, "one").await.id.get();
    let gone = house.send(&ann, room, "two").await.id.get();
    let (mut tab, mut other) = (house.tab(&ann).await, house.tab(&bob).await);
    tab.ignore(&["message.delivered"]);
    let id = room.get();
    let commands = [
        (json!({"type": "message.edit", "message_id": message, "body": "uno"}), "message.edited"),
        (json!({"type": "reaction.add", "message_id": message, "emoji": "👍"}), "reaction.added"),
        (json!({"type": "reaction.remove", "message_id": message, "emoji": "👍"}), "reaction.removed"),
        (json!({"type": "message.pin", "message_id": message}), "message.pinned"),
        (json!({"type": "message.unpin", "message_id": message}), "message.unpinned"),
        (json!({"type": "message.delete", "message_id": gone}), "message.deleted"),
        (json!({"type": "conversation.update", "conversation_id": id, "name": "Tea"}), "conversation.updated"),
        (json!({"type": "member.add", "conversation_id": id, "user_ids": [cleo.id]}), "member.joined"),
        (json!({"type": "member.set_role", "conversation_id": id, "user_id": cleo.id, "role": "admin"}), "member.role"),
    ];
    for (seq, (command, event)) in (3..).zip(commands) {
        let answer = answered(&mut tab, command.clone()).await;
        assert_eq!((answer.kind.as_str(), answer.seq()), (event, seq), "{command}");
        let heard = other.until(event).await;
        assert_eq!((heard.seq(), &heard.data, heard.reference), (seq, &answer.data, None));
        let again = answered(&mut tab, command.clone()).await;
        assert_eq!((again.kind.as_str(), again.data), ("done", json!({})), "{command}");
    }
    // Two at once are answered by the last of them; who is out already is not there.
    let both = json!({"type": "member.add", "conversation_id": id, "user_ids": [cleo.id, dora.id]});
    let answer = answered(&mut tab, both).await;
    assert_eq!((answer.kind.as_str(), answer.number("user_id")), ("member.joined", dora.id));
    let out = json!({"type": "member.remove", "conversation_id": id, "user_id": cleo.id});
    let answer = answered(&mut tab, out.clone()).await;
    assert_eq!((answer.kind.as_str(), answer.number("user_id")), ("member.left", cleo.id));
    let again = answered(&mut tab, out).await;
    assert_eq!((again.kind.as_str(), again.text("code")), ("error", "not_found"));
    other.until("member.left").await;
    other.silent().await;
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn the_last_of_several_who_come_in_is_the_answer() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.group(&ann, &[]).await;
    let mut tab = house.tab(&ann).await;
    tab.say(&json!({"type": "member.add", "ref": "r", "conversation_id": room.get(), "user_ids": [cleo.id, bob.id]}));
    for (seq, user, reference) in [(1, bob.id, None), (2, cleo.id, Some("r"))] {
        let joined = expect_at(&mut tab, "member.joined", seq).await;
        assert_eq!((joined.number("user_id"), joined.reference.as_deref()), (user, reference));
        assert_eq!(joined.text("role"), "member");
    }
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_brought_in_hears_of_it_then_their_own_coming_and_what_follows() {
    for is_carried in [true, false] {
        let house = House::new();
        let [ann, bob] = house.people(["ann", "bob"]).await;
        let room = house.group(&ann, &[]).await;
        house.chatter(&ann, room, 3).await;
        // With nobody else here, nobody on the node carried the conversation before.
        let owner = if is_carried { Some(house.tab(&ann).await) } else { None };
        let (mut tab, mut phone) = (house.tab(&bob).await, house.tab(&bob).await);
        add(&house, &ann, room, &[&bob]).await;
        house.send(&ann, room, "welcome").await;
        for tab in [&mut tab, &mut phone] {
            let added = tab.expect("conversation.added").await;
            let place = (added.number("conversation_id"), added.number("by_user_id"), added.number("head"));
            assert_eq!(place, (room.get(), ann.id, 3));
            assert_eq!(expect_at(tab, "member.joined", 4).await.number("user_id"), bob.id);
            assert_eq!(expect_at(tab, "message.new", 5).await.text("body"), "welcome");
            tab.silent().await;
        }
        drop(owner);
    }
}

#[tokio::test(start_paused = true)]
async fn each_of_several_hears_what_follows_their_own_coming() {
    for first_is_here in [true, false] {
        let house = House::new();
        let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
        let room = house.group(&ann, &[]).await;
        house.chatter(&ann, room, 2).await;
        let mut first = if first_is_here { Some(house.tab(&bob).await) } else { None };
        let mut tab = house.tab(&cleo).await;
        add(&house, &ann, room, &[&bob, &cleo]).await;
        house.send(&ann, room, "welcome").await;
        assert_eq!(
            tab.expect("conversation.added").await.number("head"),
            3,
            "its own coming is the next that it hears"
        );
        assert_eq!(expect_at(&mut tab, "member.joined", 4).await.number("user_id"), cleo.id);
        expect_at(&mut tab, "message.new", 5).await;
        tab.silent().await;
        if let Some(first) = &mut first {
            assert_eq!(first.expect("conversation.added").await.number("head"), 2);
            for (kind, seq) in [("member.joined", 3), ("member.joined", 4), ("message.new", 5)] {
                expect_at(first, kind, seq).await;
            }
            first.silent().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_into_a_shared_history_hears_of_it_live_from_their_coming_on() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[]).await;
    house.send(&ann, room, "of old").await;
    let update = GroupUpdate { history: Some(HistoryVisibility::Shared), ..GroupUpdate::default() };
    house.ask(&ann, Command::UpdateGroup { conversation: room, update }).await;
    let mut tab = house.tab(&bob).await;
    add(&house, &ann, room, &[&bob]).await;
    assert_eq!(tab.expect("conversation.added").await.number("head"), 2);
    expect_at(&mut tab, "member.joined", 3).await;
    tab.silent().await;
    tab.say(&json!({"type": "sync", "cursors": {room.to_string(): 0}}));
    let page = tab.expect("sync.page").await;
    assert_eq!(page.data["items"].as_array().map(Vec::len), Some(3), "the past is there for who asks");
}

#[tokio::test(start_paused = true)]
async fn whose_coming_is_told_before_they_know_of_the_conversation_hears_both() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[]).await;
    house.chatter(&ann, room, 2).await;
    let (owner, mut tab) = (house.tab(&ann).await, house.tab(&bob).await);
    house.post.hold();
    add(&house, &ann, room, &[&bob]).await;
    house.send(&ann, room, "welcome").await;
    let hints = house.post.take();
    house.post.deliver();
    hints.into_iter().rev().for_each(|hint| chat_core::ports::EventBus::publish(&*house.hub, hint));
    expect_at(&mut tab, "member.joined", 3).await;
    expect_at(&mut tab, "message.new", 4).await;
    assert_eq!(tab.expect("conversation.added").await.number("head"), 2);
    tab.silent().await;
    drop(owner);
}

#[tokio::test(start_paused = true)]
async fn whose_coming_is_only_found_in_the_log_hears_it_all_the_same() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[]).await;
    house.chatter(&ann, room, 2).await;
    let (owner, mut tab) = (house.tab(&ann).await, house.tab(&bob).await);
    house.post.lose();
    add(&house, &ann, room, &[&bob]).await;
    house.send(&ann, room, "welcome").await;
    house.post.deliver();
    expect_at(&mut tab, "member.joined", 3).await;
    expect_at(&mut tab, "message.new", 4).await;
    tab.silent().await;
    drop(owner);
}

#[tokio::test(start_paused = true)]
async fn whose_coming_is_told_too_late_begins_anew() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[]).await;
    house.chatter(&ann, room, 2).await;
    let mut tab = house.tab(&bob).await;
    house.post.hold();
    add(&house, &ann, room, &[&bob]).await;
    let joined = house.post.take().into_iter().find(|hint| matches!(*hint.event, Event::Entry(LogEntry::Change(_))));
    house.post.deliver();
    // Nobody here carries the conversation, and what tells that somebody will was lost.
    chat_core::ports::EventBus::publish(&*house.hub, joined.expect("an entry"));
    assert_eq!(tab.closed().await, 4004);
    let again = house.tab(&bob).await;
    assert_eq!(again.ready["conversations"][0]["head"], 3);
}

#[tokio::test(start_paused = true)]
async fn who_is_taken_out_hears_it_and_nothing_after() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.group(&ann, &[&bob, &cleo]).await;
    let message = house.send(&ann, room, "hello").await.id.get();
    let (mut tab, mut corner, mut other) =
        (house.tab(&bob).await, house.corner(&bob, room).await, house.tab(&cleo).await);
    remove(&house, &ann, room, &bob).await;
    house.send(&ann, room, "now that he is gone").await;
    house.ask(&ann, Command::SetTyping { conversation: room, is_typing: true }).await;

    let removed = tab.expect("conversation.removed").await;
    assert_eq!((removed.number("conversation_id"), removed.number("by_user_id")), (room.get(), ann.id));
    for tab in [&mut tab, &mut corner, &mut other] {
        let left = expect_at(tab, "member.left", 2).await;
        assert_eq!((left.number("user_id"), left.number("by_user_id")), (bob.id, ann.id));
    }
    assert_eq!(corner.closed().await, 4504);
    expect_at(&mut other, "message.new", 3).await;
    for command in ["message.edit", "message.delete", "message.pin", "reaction.add", "message.read"] {
        let answer = answered(&mut tab, about(command, message)).await;
        assert_eq!((answer.kind.as_str(), answer.text("code")), ("error", "not_found"), "{command}");
    }
    tab.say(&json!({"type": "sync", "cursors": {room.to_string(): 1}}));
    assert_eq!(tab.expect("resync").await.text("reason"), "not_a_member");
    tab.expect("sync.done").await;
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_hears_nothing_of_what_was_said_meanwhile() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    let mut tab = house.tab(&bob).await;
    remove(&house, &ann, room, &bob).await;
    house.chatter(&ann, room, 3).await;
    add(&house, &ann, room, &[&bob]).await;
    house.send(&ann, room, "again").await;
    tab.expect("conversation.removed").await;
    expect_at(&mut tab, "member.left", 1).await;
    assert_eq!(tab.expect("conversation.added").await.number("head"), 4);
    expect_at(&mut tab, "member.joined", 5).await;
    expect_at(&mut tab, "message.new", 6).await;
    tab.say(&json!({"type": "sync", "cursors": {room.to_string(): 0}}));
    let page = tab.until("sync.page").await;
    let seqs: Vec<_> =
        page.data["items"].as_array().expect("items").iter().map(|item| item["data"]["seq"].clone()).collect();
    assert_eq!(seqs, [json!(5), json!(6)]);
}

#[tokio::test(start_paused = true)]
async fn nobody_opens_a_socket_of_a_conversation_they_were_taken_out_of() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    remove(&house, &ann, room, &bob).await;
    settled().await;
    assert_eq!(house.corner(&bob, room).await.closed().await, 4504);
}

#[tokio::test(start_paused = true)]
async fn on_a_socket_of_one_conversation_messages_of_another_are_not_there() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let (room, elsewhere) = (house.group(&ann, &[&bob]).await, house.group(&ann, &[&bob]).await);
    let here = house.send(&ann, room, "here").await.id.get();
    let there = house.send(&ann, elsewhere, "there").await.id.get();
    let mut corner = house.corner(&ann, room).await;
    for command in [
        "message.edit",
        "message.pin",
        "message.unpin",
        "reaction.add",
        "reaction.remove",
        "message.read",
        "message.delete",
    ] {
        let answer = answered(&mut corner, about(command, there)).await;
        assert_eq!((answer.kind.as_str(), answer.text("code")), ("error", "not_found"), "{command}");
        let answer = answered(&mut corner, about(command, here)).await;
        assert_ne!(answer.kind, "error", "{command}: {answer:?}");
    }
    for about in [
        json!({"type": "conversation.update", "conversation_id": elsewhere.get(), "name": "x"}),
        json!({"type": "member.add", "conversation_id": elsewhere.get(), "user_ids": [bob.id]}),
        json!({"type": "member.remove", "conversation_id": elsewhere.get(), "user_id": bob.id}),
        json!({"type": "member.set_role", "conversation_id": elsewhere.get(), "user_id": bob.id, "role": "admin"}),
    ] {
        let command = about["type"].clone();
        let answer = answered(&mut corner, about).await;
        assert_eq!((answer.kind.as_str(), answer.text("code")), ("error", "not_found"), "{command}");
    }
    // Where the socket is, nothing has to be named.
    let answer = answered(&mut corner, json!({"type": "conversation.update", "name": "Here"})).await;
    assert_eq!((answer.kind.as_str(), answer.number("conversation_id")), ("conversation.updated", room.get()));
}
