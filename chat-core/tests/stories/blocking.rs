//! Stories of blocking: two-way silence, and the blocked one learns nothing.

use chat_core::command::{Direction, UserPageQuery};
use chat_core::event::Event;
use chat_core::page::PageSize;
use chat_core::presence::Status;
use chat_core::rules::DirectPolicy;
use chat_core::{ChatSettings, Command, ErrorCode, Reply};

use crate::house::{House, message};

#[tokio::test]
async fn neither_side_gets_a_word_through_and_the_past_stays_readable() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    house.say(bob, direct, "before").await;

    house.done(ann, Command::Block(bob)).await;

    assert_eq!(house.refused(bob, message(direct, "let me in", None)).await, ErrorCode::CannotMessage);
    assert_eq!(house.refused(ann, message(direct, "go away", None)).await, ErrorCode::BlockedByYou);
    assert!(!house.opened(bob, Command::OpenDirect { user: ann }).await.fresh);

    house.done(ann, Command::Unblock(bob)).await;
    house.say(bob, direct, "after").await;
}

#[tokio::test]
async fn the_blocked_one_hears_what_a_stranger_hears() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    house.done(ann, Command::Block(bob)).await;
    let refused = house.refused(bob, Command::OpenDirect { user: ann }).await;

    let strict = House::with(ChatSettings { direct: DirectPolicy::FriendsOnly, ..ChatSettings::default() });
    let (cid, dan) = (strict.user("cid").await, strict.user("dan").await);
    assert_eq!(refused, strict.refused(dan, Command::OpenDirect { user: cid }).await);
}

#[tokio::test]
async fn a_request_of_the_blocked_one_looks_pending_to_them_and_like_nothing_to_the_blocker() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    house.done(ann, Command::Block(bob)).await;
    house.news();

    house.done(bob, Command::RequestFriend(ann)).await;

    assert_eq!(house.news_for(ann), []);
    let listed = async |who, direction| {
        let command = Command::ListRequests { direction: Some(direction), after: None, size: PageSize::MAX };
        let Reply::Requests(page) = house.done(who, command).await else { panic!("requests") };
        page.items.len()
    };
    assert_eq!(listed(bob, Direction::Outgoing).await, 1);
    assert_eq!(listed(ann, Direction::Incoming).await, 0);
}

#[tokio::test]
async fn a_block_ends_a_friendship_and_the_sight_of_each_other() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    house.done(ann, Command::RequestFriend(bob)).await;
    house.done(bob, Command::RequestFriend(ann)).await;
    house.connect(ann).await;
    house.connect(bob).await;
    house.news();

    house.done(ann, Command::Block(bob)).await;

    let seen: Vec<_> = house.news_for(bob).into_iter().filter_map(presence).collect();
    assert_eq!(seen, [Status::Offline]);
    let Reply::Users(friends) = house.done(bob, Command::ListFriends(UserPageQuery::default())).await else {
        panic!("friends")
    };
    assert_eq!(friends.items, []);
}

#[tokio::test]
async fn typing_and_receipts_do_not_cross_a_block() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    let said = house.say(bob, direct, "before").await;
    house.done(ann, Command::Block(bob)).await;
    house.news();

    house.done(ann, Command::SetTyping { conversation: direct, is_typing: true }).await;
    house.done(ann, Command::MarkRead(chat_core::command::ReadTarget::Message(said.id.into()))).await;

    assert_eq!(house.news_for(bob), []);
}

fn presence(event: Event) -> Option<Status> {
    if let Event::Presence(presence) = event { Some(presence.status) } else { None }
}
