//! Stories of slow mode: who waits, who does not, and what is never refused.

use chat_core::conversation::{GroupUpdate, Role};
use chat_core::ids::{ConversationId, UserId};
use chat_core::pace::Pace;
use chat_core::{Command, ErrorCode};

use crate::house::{House, message};

async fn slow(house: &House, by: UserId, conversation: ConversationId, seconds: i64) {
    let update = GroupUpdate { pace: Pace::new(seconds), ..GroupUpdate::default() };
    house.done(by, Command::UpdateGroup { conversation, update }).await;
}

#[tokio::test]
async fn members_wait_between_their_messages_and_are_told_how_long() {
    let house = House::new();
    let (ann, bob, cid) = (house.user("ann").await, house.user("bob").await, house.user("cid").await);
    let group = house.group(ann, &[bob, cid]).await;
    house.say(bob, group, "before").await;
    slow(&house, ann, group, 30).await;

    house.say(bob, group, "one").await;
    house.say(cid, group, "somebody else").await;
    house.pass_seconds(12);
    let refused = house.ask(bob, message(group, "two", None)).await.expect_err("too soon");
    assert_eq!((refused.code(), refused.retry_after_ms()), (ErrorCode::SlowMode, Some(18_000)));
    assert!(refused.code().is_retryable());
    house.pass_seconds(18);
    house.say(bob, group, "two").await;

    slow(&house, ann, group, 0).await;
    house.say(bob, group, "three").await;
}

#[tokio::test]
async fn who_keeps_a_group_in_order_does_not_wait() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let group = house.group(ann, &[bob]).await;
    house.done(ann, Command::SetRole { conversation: group, user: bob, role: Role::Admin }).await;
    slow(&house, bob, group, 30).await;
    for by in [ann, ann, bob, bob] {
        house.say(by, group, "in order, please").await;
    }
    house.done(ann, Command::SetRole { conversation: group, user: bob, role: Role::Member }).await;
    house.say(bob, group, "as a member").await;
    assert_eq!(house.refused(bob, message(group, "again", None)).await, ErrorCode::SlowMode);
}

#[tokio::test]
async fn a_repeat_is_answered_however_soon_it_comes() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let group = house.group(ann, &[bob]).await;
    slow(&house, ann, group, 30).await;
    let first = house.sent(bob, message(group, "one", Some("key"))).await;
    let again = house.sent(bob, message(group, "one", Some("key"))).await;
    assert_eq!((first.message, again.fresh), (again.message, false));
}

#[tokio::test]
async fn to_go_and_come_back_does_not_help() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.room(ann, "tea").await;
    slow(&house, ann, room, 30).await;
    house.done(bob, Command::Join(room)).await;
    house.say(bob, room, "one").await;
    house.done(bob, Command::RemoveMember { conversation: room, user: bob }).await;
    house.done(bob, Command::Join(room)).await;
    assert_eq!(house.refused(bob, message(room, "two", None)).await, ErrorCode::SlowMode);
}
