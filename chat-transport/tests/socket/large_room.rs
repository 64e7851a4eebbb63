//! A room of so many that they hear a few at a time, and mostly past their sessions: it is the same stream as in a small one.

use std::time::Duration;

use crate::harness::{House, Person, settled};
use chat_core::ids::ConversationId;
use serde_json::json;

/// More than one courier's step reaches.
const LISTENERS: usize = 150;

/// Ann, with a group of her and many others.
async fn crowd(house: &House) -> (Person, Vec<Person>, ConversationId) {
    let ann = house.person("ann").await;
    let mut people = Vec::with_capacity(LISTENERS);
    for number in 0..LISTENERS {
        people.push(house.person(&format!("listener{number}")).await);
    }
    let room = house.group(&ann, &people.iter().collect::<Vec<_>>()).await;
    (ann, people, room)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_hears_one_stream_although_half_of_them_speak_meanwhile() {
    let house = House::new();
    let (_ann, people, room) = crowd(&house).await;
    let mut tabs = Vec::new();
    for person in &people {
        let mut tab = house.tab(person).await;
        tab.ignore(&["message.receipts", "presence"]);
        tabs.push(tab);
    }
    let speakers = LISTENERS / 2;
    for tab in tabs.iter().take(speakers) {
        for said in 0..4 {
            tab.say(&json!({"type": "message.send", "ref": said.to_string(), "conversation_id": room.get(), "body": "hello"}));
        }
    }
    for (number, tab) in tabs.iter_mut().enumerate() {
        let mut answers = 0;
        for place in 1..=speakers * 4 {
            let message = tab.expect("message.new").await;
            assert_eq!(usize::try_from(message.seq()), Ok(place), "to listener {number}");
            answers += usize::from(message.reference.is_some());
        }
        assert_eq!(answers, if number < speakers { 4 } else { 0 }, "to listener {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_speaks_to_many_learns_how_many_it_reached() {
    let house = House::new();
    let (ann, people, room) = crowd(&house).await;
    let mut tabs = Vec::new();
    for person in &people {
        tabs.push(house.tab(person).await);
    }
    let mut speaker = house.tab(&ann).await;
    speaker.ignore(&["presence", "message.new"]);
    house.send(&ann, room, "hello").await;

    loop {
        let tally = speaker.expect("message.receipts").await;
        assert_eq!((tally.seq(), usize::try_from(tally.number("of"))), (1, Ok(LISTENERS)));
        if usize::try_from(tally.number("delivered")) == Ok(LISTENERS) {
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn wherever_a_full_pipe_cuts_what_was_said_its_rest_follows_when_there_is_room() {
    let house = House::new();
    let (ann, people, room) = crowd(&house).await;
    let mut slow = house.raw_tab(&people[0]).await;
    let mut tabs = Vec::new();
    for person in &people[1..] {
        tabs.push(house.tab(person).await);
    }
    // The pipe takes some thirteen of them.
    for count in 10..=16 {
        for _ in 0..count {
            house.send(&ann, room, &"x".repeat(1_000)).await;
            settled().await;
        }
        let mut heard = 0;
        while heard < count {
            let frame = tokio::time::timeout(Duration::from_secs(1), slow.text()).await.expect("the rest");
            heard += usize::from(frame["type"] == "message.new");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_listener_who_stands_still_hears_in_the_end_whole_frames_without_a_silent_gap() {
    let house = House::with(|plan| plan.sockets.outbox_bytes = 32 * 1024);
    let (ann, people, room) = crowd(&house).await;
    // The pipe of this listener is full in the middle of a frame, and what has come in before is nothing that was delivered.
    let mut slow = house.raw_tab(&people[LISTENERS - 1]).await;
    let mut tabs = Vec::new();
    for person in people.iter().take(LISTENERS - 1) {
        tabs.push(house.tab(person).await);
    }
    let mut heard = 0;
    for count in [20, 60] {
        for _ in 0..count {
            house.send(&ann, room, &"x".repeat(1_000)).await;
            settled().await;
        }
        while let Ok(frame) = tokio::time::timeout(Duration::from_secs(1), slow.text()).await {
            if frame["type"] == "message.new" {
                heard += 1;
                assert_eq!(frame["data"]["seq"], heard, "before any resync");
            } else if frame["type"] == "resync" {
                assert_eq!(count, 60, "twenty fit");
                return;
            }
        }
    }
    panic!("a resync, because more was said than waits for anybody");
}
