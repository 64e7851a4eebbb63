//! Stories of presence: who is there, who may see it, and that a reload is not an absence.

use chat_core::event::Event;
use chat_core::ids::UserId;
use chat_core::presence::{Presence, Status};
use chat_core::{Command, Reply};

use crate::house::House;

fn presences(events: Vec<Event>) -> Vec<Presence> {
    events.into_iter().filter_map(|event| if let Event::Presence(seen) = event { Some(seen) } else { None }).collect()
}

async fn friends(house: &House) -> (UserId, UserId) {
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    house.done(ann, Command::RequestFriend(bob)).await;
    house.done(bob, Command::RequestFriend(ann)).await;
    (ann, bob)
}

async fn status_of(house: &House, seen: UserId, by: UserId) -> (Status, bool) {
    match house.done(by, Command::GetUser(seen)).await {
        Reply::User(profile) => (profile.presence.status, profile.presence.last_seen_at.is_some()),
        other => panic!("a user, not {other:?}"),
    }
}

#[tokio::test]
async fn friends_see_each_other_come_and_after_a_while_go() {
    let house = House::new();
    let (ann, bob) = friends(&house).await;
    house.connect(bob).await;
    house.news();

    house.connect(ann).await;
    let seen = presences(house.news_for(bob));
    assert_eq!(seen.iter().map(|seen| seen.status).collect::<Vec<_>>(), [Status::Online]);

    house.chat.disconnected(ann);
    house.chat.announce_departures().await.expect("nobody yet");
    assert_eq!(presences(house.news_for(bob)), [], "a reload is not an absence");

    house.pass_seconds(3);
    house.chat.announce_departures().await.expect("announced");
    let seen = presences(house.news_for(bob));
    assert_eq!((seen.len(), seen[0].status, seen[0].last_seen_at.is_some()), (1, Status::Offline, true));
}

#[tokio::test]
async fn coming_back_at_once_is_not_even_noticed() {
    let house = House::new();
    let (ann, bob) = friends(&house).await;
    house.connect(bob).await;
    house.connect(ann).await;
    house.chat.disconnected(ann);
    house.connect(ann).await;
    house.news();
    house.pass_seconds(60);
    house.chat.announce_departures().await.expect("nobody");
    assert_eq!(presences(house.news_for(bob)), []);
}

#[tokio::test]
async fn the_last_device_decides() {
    let house = House::new();
    let (ann, bob) = friends(&house).await;
    house.connect(ann).await;
    house.connect(ann).await;
    house.chat.disconnected(ann);
    house.pass_seconds(60);
    house.chat.announce_departures().await.expect("nobody");
    assert_eq!(status_of(&house, ann, bob).await, (Status::Online, false));
}

#[tokio::test]
async fn a_stranger_sees_everybody_as_offline() {
    let house = House::new();
    let (ann, eve) = (house.user("ann").await, house.user("eve").await);
    house.connect(ann).await;
    assert_eq!(status_of(&house, ann, eve).await, (Status::Offline, false));
    house.direct(eve, ann).await;
    assert_eq!(status_of(&house, ann, eve).await, (Status::Online, false));
}

#[tokio::test]
async fn a_chosen_status_is_shown_and_offline_means_unseen() {
    let house = House::new();
    let (ann, bob) = friends(&house).await;
    house.connect(ann).await;
    house.connect(bob).await;
    house.done(ann, Command::SetPresence { status: Status::Busy, message: None }).await;
    assert_eq!(status_of(&house, ann, bob).await.0, Status::Busy);

    house.done(ann, Command::SetPresence { status: Status::Offline, message: None }).await;
    let Reply::Online(online) = house.done(bob, Command::ListOnline).await else { panic!("presences") };
    assert_eq!(online, []);
}
