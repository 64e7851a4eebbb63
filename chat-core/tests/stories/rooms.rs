//! Stories of rooms: who finds them, who comes in, and what is hidden.

use chat_core::command::{NewRoom, RoomQuery};
use chat_core::conversation::GroupUpdate;
use chat_core::ids::{ConversationId, UserId};
use chat_core::page::PageSize;
use chat_core::room::{Room, Slug, Visibility};
use chat_core::text::Label;
use chat_core::{ChatSettings, Command, ErrorCode, Reply};

use crate::house::{House, message};

fn slug(text: &str) -> Slug {
    Slug::new(text).expect("a slug")
}

async fn found(house: &House, who: UserId, text: &str) -> Vec<ConversationId> {
    let query = RoomQuery { text: text.to_owned(), after: None, size: PageSize::MAX };
    match house.done(who, Command::FindRooms(query)).await {
        Reply::Rooms(page) => page.items.iter().map(|card| card.id).collect(),
        other => panic!("rooms, not {other:?}"),
    }
}

fn hide(conversation: ConversationId) -> Command {
    let update = GroupUpdate { visibility: Some(Visibility::Private), ..GroupUpdate::default() };
    Command::UpdateGroup { conversation, update }
}

#[tokio::test]
async fn a_stranger_finds_a_public_room_comes_in_and_reads_what_was_said() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.room(ann, "tea").await;
    let said = house.say(ann, room, "welcome").await;
    assert_eq!(house.refused(bob, Command::GetMessage(said.id)).await, ErrorCode::NotFound);

    assert_eq!(found(&house, bob, "TEA").await, [room]);
    house.done(bob, Command::Join(room)).await;

    let Reply::Message(seen) = house.done(bob, Command::GetMessage(said.id)).await else { panic!("a message") };
    assert_eq!(seen.message.id, said.id);
    house.say(bob, room, "thank you").await;
    let leave = Command::RemoveMember { conversation: room, user: bob };
    house.done(bob, leave).await;
    assert_eq!(house.refused(bob, message(room, "still here?", None)).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_private_room_is_not_there_for_strangers() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.room(ann, "tea").await;
    house.done(ann, hide(room)).await;
    let nothing = ConversationId::new(4_000).expect("an id");

    assert_eq!(found(&house, bob, "").await, []);
    for (hidden, absent) in [
        (Command::GetRoom(slug("tea")), Command::GetRoom(slug("coffee"))),
        (Command::Join(room), Command::Join(nothing)),
    ] {
        assert_eq!(house.refused(bob, hidden).await, house.refused(bob, absent).await);
    }
    let Reply::Room(card) = house.done(ann, Command::GetRoom(slug("tea"))).await else { panic!("a room") };
    assert_eq!(card.id, room, "who is in it finds it");
}

#[tokio::test]
async fn a_slug_that_somebody_has_is_refused_with_its_own_code() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    house.room(ann, "tea").await;
    let other = house.room(bob, "coffee").await;
    let name = Label::new("Mine").expect("a label");
    let room = Room { slug: slug("tea"), visibility: Visibility::Private };
    let again = Command::CreateRoom(NewRoom { name, room, description: None, avatar: None });
    assert_eq!(house.refused(bob, again).await, ErrorCode::SlugTaken);
    let update = GroupUpdate { slug: Some(slug("tea")), ..GroupUpdate::default() };
    let rename = Command::UpdateGroup { conversation: other, update };
    assert_eq!(house.refused(bob, rename).await, ErrorCode::SlugTaken);
}

#[tokio::test]
async fn a_full_room_takes_nobody_in() {
    let house = House::with(ChatSettings { max_group_members: 2, ..ChatSettings::default() });
    let (ann, bob, cid) = (house.user("ann").await, house.user("bob").await, house.user("cid").await);
    let room = house.room(ann, "tea").await;
    house.done(bob, Command::Join(room)).await;
    assert_eq!(house.refused(cid, Command::Join(room)).await, ErrorCode::GroupFull);
    house.done(bob, Command::Join(room)).await;
}

#[tokio::test]
async fn a_search_for_rooms_is_bounded() {
    let house = House::new();
    let ann = house.user("ann").await;
    let search =
        |text: &str| Command::FindRooms(RoomQuery { text: text.to_owned(), after: None, size: PageSize::default() });
    assert_eq!(house.refused(ann, search("a\0")).await, ErrorCode::InvalidText);
    assert_eq!(house.refused(ann, search(&"a".repeat(65))).await, ErrorCode::TooLong);
}
