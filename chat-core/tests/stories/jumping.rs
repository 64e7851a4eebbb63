//! Stories of going to a place in the past.

use chat_core::command::{Around, Place, Surroundings};
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::page::PageSize;
use chat_core::testing::ManualClock;
use chat_core::{Command, ErrorCode, Reply};

use crate::house::House;

fn seq(n: i64) -> Seq {
    Seq::new(n).expect("a seq")
}

const fn around(conversation: ConversationId, place: Place, size: PageSize) -> Command {
    Command::ListAround(Around { conversation, place, size })
}

/// The seqs of the messages, and those of both cursors.
async fn seen(
    house: &House,
    who: UserId,
    room: ConversationId,
    place: Place,
    size: i64,
) -> (Vec<i64>, [Option<i64>; 2]) {
    match house.done(who, around(room, place, PageSize::clamped(size))).await {
        Reply::Around(Surroundings { items, before, after }) => {
            (items.iter().map(|view| view.message.seq.get()).collect(), [before, after].map(|seq| seq.map(Seq::get)))
        }
        other => panic!("messages, not {other:?}"),
    }
}

/// A conversation with ten messages, ten seconds between each.
async fn ten(house: &House) -> (UserId, UserId, ConversationId) {
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.group(ann, &[bob]).await;
    for n in 1..=10 {
        house.say(ann, room, &format!("number {n}")).await;
        house.pass_seconds(10);
    }
    (ann, bob, room)
}

#[tokio::test]
async fn a_page_lies_around_its_place_and_goes_on_both_ways() {
    let house = House::new();
    let (ann, _, room) = ten(&house).await;
    let at = |n| Place::Seq(seq(n));
    assert_eq!(seen(&house, ann, room, at(5), 4).await, (vec![3, 4, 5, 6], [Some(3), Some(6)]));
    assert_eq!(seen(&house, ann, room, at(5), 1).await, (vec![5], [Some(5), Some(5)]));
    assert_eq!(seen(&house, ann, room, at(1), 4).await, (vec![1, 2], [None, Some(2)]));
    assert_eq!(seen(&house, ann, room, at(10), 4).await, (vec![7, 8, 9, 10], [Some(7), None]));
    assert_eq!(seen(&house, ann, room, at(99), 4).await, (vec![7, 8, 9, 10], [Some(7), None]), "beyond the end");
    assert_eq!(seen(&house, ann, room, at(5), 100).await, ((1..=10).collect(), [None, None]));
}

#[tokio::test]
async fn a_time_leads_to_the_first_message_from_then_on() {
    let house = House::new();
    let (ann, _, room) = ten(&house).await;
    let at = |seconds| Place::Time(ManualClock::START.plus_seconds(seconds));
    assert_eq!(seen(&house, ann, room, at(40), 2).await, (vec![4, 5], [Some(4), Some(5)]), "at that very moment");
    assert_eq!(seen(&house, ann, room, at(41), 2).await, (vec![5, 6], [Some(5), Some(6)]));
    assert_eq!(seen(&house, ann, room, at(-9), 2).await, (vec![1], [None, Some(1)]));
    assert_eq!(seen(&house, ann, room, at(9_999), 2).await, (vec![9, 10], [Some(9), None]));
}

#[tokio::test]
async fn what_is_hidden_from_a_newcomer_stays_hidden() {
    let house = House::new();
    let (ann, _, room) = ten(&house).await;
    let eve = house.user("eve").await;
    let look = around(room, Place::Seq(seq(3)), PageSize::MAX);
    assert_eq!(house.refused(eve, look).await, ErrorCode::NotFound);
    house.done(ann, Command::AddMembers { conversation: room, users: vec![eve] }).await;
    for n in 1..=3 {
        house.say(ann, room, &format!("later {n}")).await;
    }
    // The eleventh entry is their coming.
    for place in [Place::Seq(seq(3)), Place::Time(ManualClock::START)] {
        assert_eq!(seen(&house, eve, room, place, 4).await, (vec![12, 13], [None, Some(13)]));
    }
    assert_eq!(seen(&house, eve, room, Place::Seq(seq(13)), 8).await, (vec![12, 13, 14], [None, None]));
}
