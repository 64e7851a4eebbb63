//! Stories of friends: asking, answering, and who is told.

use chat_core::command::UserPageQuery;
use chat_core::event::Event;
use chat_core::ids::UserId;
use chat_core::log::UserNotice;
use chat_core::relation::{RelationNotice, RequestStatus};
use chat_core::{Command, ErrorCode, Reply};

use crate::house::House;

fn notices(events: Vec<Event>) -> Vec<RelationNotice> {
    let notice = |event| match event {
        Event::UserEntry(entry) => match entry.notice {
            UserNotice::Relation { notice, .. } => Some(notice),
            UserNotice::ConversationAdded { .. } | UserNotice::ConversationRemoved { .. } => None,
        },
        _ => None,
    };
    events.into_iter().filter_map(notice).collect()
}

async fn request(house: &House, from: UserId, to: UserId) -> chat_core::relation::FriendRequest {
    match house.done(from, Command::RequestFriend(to)).await {
        Reply::Request(request) => request,
        other => panic!("a request, not {other:?}"),
    }
}

#[tokio::test]
async fn a_request_is_told_to_both_and_accepted_by_the_one_who_was_asked() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let asked = request(&house, ann, bob).await;
    assert_eq!(notices(house.news_for(bob)), [RelationNotice::Requested]);
    assert_eq!(house.refused(ann, Command::AcceptFriend(asked.id)).await, ErrorCode::NotFound);

    let Reply::Request(answered) = house.done(bob, Command::AcceptFriend(asked.id)).await else { panic!("a request") };

    assert_eq!((answered.id, answered.status), (asked.id, RequestStatus::Accepted));
    assert_eq!(notices(house.news_for(ann)), [RelationNotice::Accepted]);
    for (who, friend) in [(ann, bob), (bob, ann)] {
        let Reply::Users(page) = house.done(who, Command::ListFriends(UserPageQuery::default())).await else {
            panic!("friends")
        };
        assert_eq!(page.items.iter().map(|profile| profile.user.id).collect::<Vec<_>>(), [friend]);
    }
}

#[tokio::test]
async fn crossing_requests_make_friends() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    request(&house, ann, bob).await;
    assert_eq!(request(&house, bob, ann).await.status, RequestStatus::Accepted);
    assert_eq!(house.refused(ann, Command::RequestFriend(bob)).await, ErrorCode::AlreadyFriends);
}

#[tokio::test]
async fn each_impossible_step_has_its_own_answer() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let nobody = UserId::new(404).expect("an id");
    assert_eq!(house.refused(ann, Command::RequestFriend(ann)).await, ErrorCode::BadRequest);
    assert_eq!(house.refused(ann, Command::RequestFriend(nobody)).await, ErrorCode::NotFound);
    assert_eq!(house.refused(ann, Command::Unfriend(bob)).await, ErrorCode::NotFound);
    let asked = request(&house, ann, bob).await;
    assert_eq!(house.refused(ann, Command::RequestFriend(bob)).await, ErrorCode::AlreadyRequested);
    house.done(bob, Command::DeclineFriend(asked.id)).await;
    assert_eq!(house.refused(bob, Command::AcceptFriend(asked.id)).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_third_person_can_neither_see_nor_answer_a_request() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let asked = request(&house, ann, bob).await;
    for command in [Command::AcceptFriend(asked.id), Command::DeclineFriend(asked.id), Command::CancelFriend(asked.id)]
    {
        assert_eq!(house.refused(eve, command).await, ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn a_withdrawn_request_can_be_made_again() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let first = request(&house, ann, bob).await;
    house.done(ann, Command::CancelFriend(first.id)).await;
    assert_ne!(request(&house, ann, bob).await.id, first.id);
}
