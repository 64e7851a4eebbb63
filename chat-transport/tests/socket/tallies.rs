//! What it costs an author that very many receive and read: no more than that a few do.

use std::time::Duration;

use crate::harness::{Frame, House, Person, settled};
use chat_core::Command;
use chat_core::chat::Delivery;
use chat_core::command::ReadTarget;
use chat_core::ids::ConversationId;
use chat_core::message::Message;

/// How long everybody takes to receive and to read, one after the other.
const SECONDS: usize = 5;

/// Ann, with a group of her and so many others.
async fn crowd(house: &House, others: usize) -> (Person, Vec<Person>, ConversationId) {
    let ann = house.person("ann").await;
    let mut people = Vec::with_capacity(others);
    for number in 0..others {
        people.push(house.person(&format!("listener{number}")).await);
    }
    let room = house.group(&ann, &people.iter().collect::<Vec<_>>()).await;
    (ann, people, room)
}

/// All receive and read a message within some seconds.
async fn all_receive_and_read(house: &House, people: &[Person], message: &Message) {
    for some in people.chunks(people.len().div_ceil(SECONDS)) {
        for person in some {
            let delivery = Delivery { conversation: message.conversation, user: person.user, seq: message.seq };
            house.chat.delivered(&[delivery]).await.expect("noted");
            house.ask(person, Command::MarkRead(ReadTarget::Message(message.id.into()))).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// What an author hears of their message while so many receive and read it.
async fn heard(others: usize) -> Vec<Frame> {
    let house = House::new();
    let (ann, people, room) = crowd(&house, others).await;
    let mut tab = house.tab(&ann).await;
    let message = house.send(&ann, room, "hello").await;
    tab.expect("message.new").await;
    all_receive_and_read(&house, &people, &message).await;
    settled().await;
    let mut frames = Vec::new();
    while let Some(frame) = tab.next_within(Duration::from_secs(3)).await {
        frames.push(frame);
    }
    frames
}

#[tokio::test(start_paused = true)]
async fn an_author_hears_of_five_hundred_readers_no_more_often_than_of_fifty_one() {
    let (few, many) = (heard(51).await, heard(500).await);
    for (frames, of) in [(&few, 51), (&many, 500)] {
        assert!(frames.len() <= SECONDS + 1, "{} frames for {of} readers", frames.len());
        assert!(frames.iter().all(|frame| frame.kind == "message.receipts" && frame.number("of") == of));
        let last = frames.last().expect("at least one");
        assert_eq!((last.number("delivered"), last.number("read")), (of, of), "in the end all of them");
        assert!(frames.is_sorted_by_key(|frame| frame.number("read")), "counts only rise: {frames:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_small_group_an_author_hears_of_each() {
    let frames = heard(49).await;
    let of = |kind: &str| frames.iter().filter(|frame| frame.kind == kind).count();
    assert_eq!((of("message.delivered"), of("message.read"), frames.len()), (49, 49, 98));
}

#[tokio::test(start_paused = true)]
async fn an_author_who_is_away_is_not_counted_for() {
    let house = House::new();
    let (ann, people, room) = crowd(&house, 51).await;
    let message = house.send(&ann, room, "hello").await;
    all_receive_and_read(&house, &people, &message).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut tab = house.tab(&ann).await;
    tab.silent().await;
}

#[tokio::test(start_paused = true)]
async fn in_a_group_nothing_is_told_across_a_block_whoever_blocks() {
    for author_blocks in [true, false] {
        let house = House::new();
        let [ann, bob, cid] = house.people(["ann", "bob", "cid"]).await;
        let room = house.group(&ann, &[&bob, &cid]).await;
        let message = house.send(&ann, room, "hello").await;
        let (blocker, blocked) = if author_blocks { (&ann, &bob) } else { (&bob, &ann) };
        house.ask(blocker, Command::Block(blocked.user)).await;
        let mut tab = house.tab(&ann).await;
        tab.ignore(&["presence"]);
        for person in [&bob, &cid] {
            house.ask(person, Command::MarkRead(ReadTarget::Message(message.id.into()))).await;
        }
        assert_eq!(tab.expect("message.read").await.number("user_id"), cid.id);
        tab.silent().await;
    }
}
