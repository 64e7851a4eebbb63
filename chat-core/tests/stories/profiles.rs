//! Stories of profiles: what users say of themselves, and who hears of it.

use chat_core::event::Event;
use chat_core::ids::UserId;
use chat_core::text::{AvatarUrl, Description, Label};
use chat_core::user::{ProfileUpdate, User};
use chat_core::{Command, Reply};

use crate::house::House;

fn called(name: &str) -> Command {
    let display_name = Some(Some(Label::new(name).expect("a label")));
    Command::UpdateProfile(ProfileUpdate { display_name, ..ProfileUpdate::default() })
}

fn profiles(events: Vec<Event>) -> Vec<User> {
    events.into_iter().filter_map(|event| if let Event::Profile(user) = event { Some(user) } else { None }).collect()
}

async fn seen(house: &House, user: UserId, by: UserId) -> User {
    match house.done(by, Command::GetUser(user)).await {
        Reply::User(profile) => profile.user,
        other => panic!("a user, not {other:?}"),
    }
}

#[tokio::test]
async fn everybody_sees_what_somebody_says_of_themselves() {
    let house = House::new();
    let (ann, eve) = (house.user("ann").await, house.user("eve").await);
    let update = ProfileUpdate {
        display_name: Some(Some(Label::new("Ann Lee").expect("a label"))),
        bio: Some(Some(Description::new("Tea.\nMore tea.").expect("a text"))),
        avatar: Some(Some(AvatarUrl::new("/ann.png").expect("an address"))),
    };
    house.done(ann, Command::UpdateProfile(update.clone())).await;
    let ann = seen(&house, ann, eve).await;
    assert_eq!(
        (Some(ann.display_name), Some(ann.bio), Some(ann.avatar)),
        (update.display_name, update.bio, update.avatar)
    );
}

#[tokio::test]
async fn those_who_see_somebodys_presence_and_their_own_devices_hear_of_it() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    house.direct(ann, bob).await;
    for (name, listener, hears) in [("One", ann, true), ("Two", bob, true), ("Three", eve, false)] {
        house.news();
        house.done(ann, called(name)).await;
        let names: Vec<_> = profiles(house.news_for(listener)).into_iter().map(|user| user.display_name).collect();
        let expected: Vec<_> = hears.then(|| Some(Label::new(name).expect("a label"))).into_iter().collect();
        assert_eq!(names, expected, "{name}");
    }
}

#[tokio::test]
async fn across_a_block_nobody_hears_of_it() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    house.direct(ann, bob).await;
    house.done(bob, Command::Block(ann)).await;
    for (who, other) in [(ann, bob), (bob, ann)] {
        house.news();
        house.done(who, called("Somebody")).await;
        assert_eq!(profiles(house.news_for(other)), []);
    }
}
