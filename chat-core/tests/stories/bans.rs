//! Stories of bans: who is put out, by whom, and how they come back.

use chat_core::command::NewBan;
use chat_core::conversation::Role;
use chat_core::ids::{ConversationId, UserId};
use chat_core::page::PageSize;
use chat_core::testing::ManualClock;
use chat_core::text::Label;
use chat_core::time::Timestamp;
use chat_core::{Command, ErrorCode, Reply};

use crate::house::{House, message};

fn ban(conversation: ConversationId, user: UserId) -> Command {
    Command::Ban(NewBan { conversation, user, reason: None, until: None })
}

fn ban_until(conversation: ConversationId, user: UserId, until: Timestamp) -> Command {
    Command::Ban(NewBan { conversation, user, reason: Label::new("shouts").ok(), until: Some(until) })
}

async fn banned(house: &House, who: UserId, conversation: ConversationId) -> Vec<UserId> {
    let list = Command::ListBans { conversation, after: None, size: PageSize::MAX };
    match house.done(who, list).await {
        Reply::Bans(page) => page.items.iter().map(|ban| ban.user).collect(),
        other => panic!("bans, not {other:?}"),
    }
}

#[tokio::test]
async fn who_is_banned_from_a_room_is_out_and_stays_out_until_the_ban_is_lifted() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.room(ann, "tea").await;
    house.done(bob, Command::Join(room)).await;
    house.say(bob, room, "HELLO").await;

    house.done(ann, ban(room, bob)).await;

    assert_eq!(house.refused(bob, message(room, "HELLO", None)).await, ErrorCode::NotFound);
    assert_eq!(house.refused(bob, Command::Join(room)).await, ErrorCode::Banned);
    let add = Command::AddMembers { conversation: room, users: vec![bob] };
    assert_eq!(house.refused(ann, add).await, ErrorCode::Banned);
    assert_eq!(banned(&house, ann, room).await, [bob]);

    house.done(ann, Command::Unban { conversation: room, user: bob }).await;
    house.done(bob, Command::Join(room)).await;
}

#[tokio::test]
async fn a_ban_with_an_end_is_over_then() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.room(ann, "tea").await;
    let until = ManualClock::START.plus_seconds(60);
    house.done(ann, ban_until(room, bob, until)).await;
    house.pass_seconds(59);
    assert_eq!(house.refused(bob, Command::Join(room)).await, ErrorCode::Banned);
    house.pass_seconds(1);
    house.done(bob, Command::Join(room)).await;
    assert_eq!(banned(&house, ann, room).await, []);
    assert_eq!(house.refused(ann, ban_until(room, bob, until)).await, ErrorCode::BadRequest, "an end that has passed");
}

#[tokio::test]
async fn nobody_bans_somebody_of_their_own_rank_or_a_higher_one() {
    let house = House::new();
    let (ann, bob, cid, dora) =
        (house.user("ann").await, house.user("bob").await, house.user("cid").await, house.user("dora").await);
    let group = house.group(ann, &[bob, cid, dora]).await;
    for user in [bob, cid] {
        house.done(ann, Command::SetRole { conversation: group, user, role: Role::Admin }).await;
    }
    for (by, user) in [(bob, ann), (bob, cid), (bob, bob), (ann, ann), (dora, bob), (dora, dora)] {
        assert_eq!(house.refused(by, ban(group, user)).await, ErrorCode::Forbidden, "{by} {user}");
    }
    house.done(ann, Command::SetRole { conversation: group, user: cid, role: Role::Owner }).await;
    assert_eq!(house.refused(ann, ban(group, cid)).await, ErrorCode::Forbidden, "an owner and an owner");
    house.done(bob, ban(group, dora)).await;
    house.done(ann, ban(group, bob)).await;
}

#[tokio::test]
async fn only_who_keeps_a_group_in_order_sees_its_bans() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let group = house.group(ann, &[bob]).await;
    let list = |conversation| Command::ListBans { conversation, after: None, size: PageSize::MAX };
    assert_eq!(house.refused(bob, list(group)).await, ErrorCode::Forbidden);
    assert_eq!(house.refused(eve, list(group)).await, ErrorCode::NotFound);
    let direct = house.direct(ann, bob).await;
    assert_eq!(house.refused(ann, list(direct)).await, ErrorCode::Forbidden);
    assert_eq!(house.refused(ann, ban(direct, bob)).await, ErrorCode::Forbidden);
    let nobody = UserId::new(4_000).expect("an id");
    assert_eq!(house.refused(ann, ban(group, nobody)).await, ErrorCode::NotFound);
}
