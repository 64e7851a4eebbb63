//! Rooms: made under a slug of their own, found by strangers where they are public, and entered on one's own account.

use super::scene::{
    at, change, changes, chat, commit, crowd, direct, entry, group, head, label, nobody, not_endless, own_log, seq,
    size, together, user, version, written,
};
use crate::change::{Act, Change};
use crate::conversation::{Conversation, Group, GroupUpdate, HistoryVisibility, Kind, Role};
use crate::error::ErrorCode;
use crate::ids::{ConversationId, Seq, UserId, Version};
use crate::log::{Changed, UserNotice};
use crate::ports::{Committed, GroupCreated, NewGroup, RoomSearch, Stores};
use crate::receipt::Marks;
use crate::room::{Card, Room, Slug, Visibility};
use crate::text::{AvatarUrl, Description};
use crate::user::fold;

pub(super) fn slug(text: &str) -> Slug {
    Slug::new(text).unwrap()
}

fn new_room(owner: UserId, name: &str, address: &str, visibility: Visibility) -> NewGroup {
    let group = Group::room(label(name), owner, Room { slug: slug(address), visibility });
    NewGroup { group, members: Vec::new(), at: at(2) }
}

async fn made(stores: &Stores, new: &NewGroup) -> Conversation {
    match stores.conversations.create_group(new).await.unwrap() {
        GroupCreated::Created(conversation, _) => conversation,
        refused @ (GroupCreated::UnknownMember | GroupCreated::SlugTaken) => panic!("not made: {refused:?}"),
    }
}

/// A room of somebody, by its slug.
pub(super) async fn room(stores: &Stores, owner: UserId, address: &str, visibility: Visibility) -> ConversationId {
    made(stores, &new_room(owner, "A room", address, visibility)).await.id
}

pub(super) async fn enter(stores: &Stores, conversation: ConversationId, user: UserId, most: usize) -> Committed {
    let act = Act::Enter { most, invite: None };
    let entrance = Change { conversation, by: user, act, judged_on: Version::default(), at: at(4) };
    stores.changes.commit(&entrance).await.unwrap()
}

async fn found(stores: &Stores, part: &str) -> Vec<String> {
    let search = RoomSearch { part: fold(part), after: None, size: size(100) };
    let page = stores.rooms.find(&search).await.unwrap();
    page.items.iter().map(address).collect()
}

fn address(card: &Card) -> String {
    card.group.room.as_ref().unwrap().slug.as_str().to_owned()
}

/// A room comes back with all that it was made with, wherever it is read.
pub async fn a_room_is_a_group_with_an_address(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let mut new = new_room(users[0], "Tea & more", "tea-and-more", Visibility::Private);
    new.group.description = Description::new("two\nlines").ok();
    new.group.avatar = AvatarUrl::new("/tea.png").ok();
    let conversation = made(stores, &new).await;
    assert_eq!(conversation.kind, Kind::Group(new.group.clone()));
    assert_eq!(new.group.history, HistoryVisibility::Joined);
    let view = stores.conversations.view(conversation.id, users[0]).await.unwrap().unwrap();
    assert_eq!((&view.conversation, view.me.role), (&conversation, Role::Owner));
    let facts = stores.conversations.facts(conversation.id, users[1]).await.unwrap().unwrap();
    assert_eq!((facts.role, facts.room), (None, Some(Visibility::Private)));
    let card = stores.rooms.room(&slug("tea-and-more")).await.unwrap().unwrap();
    let expected = Card { id: conversation.id, group: new.group, member_count: 1, created_at: at(2) };
    assert_eq!(card, expected);
    assert_eq!(stores.rooms.room(&slug("tea")).await.unwrap(), None);
    let plain = group(stores, users[0], &[]).await;
    assert_eq!(stores.conversations.facts(plain, users[0]).await.unwrap().unwrap().room, None);
}

/// A slug belongs to one room, and whoever comes second makes nothing.
pub async fn a_slug_belongs_to_one_room(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let first = room(stores, users[0], "tea", Visibility::Private).await;
    let second = new_room(users[1], "Mine", "tea", Visibility::Public);
    assert_eq!(stores.conversations.create_group(&second).await.unwrap(), GroupCreated::SlugTaken);
    assert_eq!(own_log(stores, users[1]).await, []);
    assert_eq!(stores.conversations.ids_of(users[1]).await.unwrap(), []);
    assert_eq!(stores.rooms.room(&slug("tea")).await.unwrap().map(|card| card.id), Some(first));
}

/// Of many that want one slug at the same moment one gets it.
pub async fn of_many_at_once_one_gets_the_slug(stores: &Stores) {
    let users = crowd(stores, 8).await;
    let answers = together(8, |n| {
        let (stores, new) = (stores.clone(), new_room(users[n], "Mine", "tea", Visibility::Public));
        async move { stores.conversations.create_group(&new).await.unwrap() }
    })
    .await;
    let taken = answers.iter().filter(|answer| **answer == GroupCreated::SlugTaken).count();
    assert_eq!((taken, found(stores, "").await), (7, vec!["tea".to_owned()]));
}

/// A room moves to another slug that is free, and leaves its former one to others; a taken one changes nothing.
pub async fn a_room_moves_to_a_slug_that_is_free(stores: &Stores) {
    let users = crowd(stores, 1).await;
    let tea = room(stores, users[0], "tea", Visibility::Public).await;
    let coffee = room(stores, users[0], "coffee", Visibility::Public).await;
    let to = |address: &str| GroupUpdate { slug: Slug::new(address), ..GroupUpdate::default() };
    let before = version(stores, coffee).await;
    let refused = commit(stores, coffee, users[0], Act::Update(to("tea"))).await;
    assert_eq!(refused, Committed::Refused(ErrorCode::SlugTaken));
    assert_eq!((head(stores, coffee).await, version(stores, coffee).await), (Seq::ZERO, before));
    let entries = written(stores, tea, users[0], Act::Update(to("green-tea"))).await;
    assert_eq!(entries, [entry(tea, seq(1), users[0], at(4), Changed::Updated(to("green-tea")))]);
    assert_eq!(changes(stores, tea, 0, 10).await.items, entries, "the log says it too");
    written(stores, coffee, users[0], Act::Update(to("tea"))).await;
    assert_eq!(found(stores, "").await, ["green-tea", "tea"]);
    assert_eq!(stores.rooms.room(&slug("tea")).await.unwrap().map(|card| card.id), Some(coffee));
    assert_eq!(commit(stores, tea, users[0], Act::Update(to("green-tea"))).await, Committed::Nothing);
}

/// Of two rooms that move to one slug at the same moment one gets there.
pub async fn of_two_that_move_to_one_slug_one_gets_there(stores: &Stores) {
    let users = crowd(stores, 1).await;
    for round in 0..6 {
        let mut moves = Vec::new();
        for n in 0..2 {
            let id = room(stores, users[0], &format!("room-{round}-{n}"), Visibility::Public).await;
            let update = GroupUpdate { slug: Slug::new(&format!("goal-{round}")), ..GroupUpdate::default() };
            moves.push(change(stores, id, users[0], Act::Update(update)).await);
        }
        let answers = together(2, |n| {
            let (stores, change) = (stores.clone(), moves[n].clone());
            async move { stores.changes.commit(&change).await.unwrap() }
        })
        .await;
        let refused = answers.iter().filter(|answer| **answer == Committed::Refused(ErrorCode::SlugTaken)).count();
        let done = answers.iter().filter(|answer| matches!(answer, Committed::Written { .. })).count();
        assert_eq!((refused, done), (1, 1), "{answers:?}");
    }
}

/// What is no room has no slug, and gets none.
pub async fn a_group_does_not_become_a_room(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let update = GroupUpdate { slug: Slug::new("tea"), visibility: Some(Visibility::Public), ..GroupUpdate::default() };
    let plain = group(stores, users[0], &[]).await;
    assert_eq!(commit(stores, plain, users[0], Act::Update(update.clone())).await, Committed::Nothing);
    let between = direct(stores, users[0], users[1]).await;
    assert_eq!(commit(stores, between, users[0], Act::Update(update)).await, Committed::Missing);
    assert_eq!(found(stores, "").await, [] as [String; 0]);
}

/// Public rooms are found by any part of their slug and of their name, in any capitals; each character is itself.
pub async fn public_rooms_are_found_by_a_part_of_slug_or_name(stores: &Stores) {
    let owner = user(stores, "ann").await;
    for (name, address) in
        [("Green TEA", "leaves"), ("100% Straße_x", "street"), ("Чай", "chai-2"), ("back\\slash", "odd")]
    {
        made(stores, &new_room(owner, name, address, Visibility::Public)).await;
    }
    made(stores, &new_room(owner, "Green tea in private", "hidden", Visibility::Private)).await;
    for (part, expected) in [
        ("", &["chai-2", "leaves", "odd", "street"][..]),
        ("tea", &["leaves"]),
        ("LEAV", &["leaves"]),
        ("eaves", &["leaves"]),
        ("чАЙ", &["chai-2"]),
        ("ai-", &["chai-2"]),
        ("0% s", &["street"]),
        ("SSE_", &[]),
        ("ße_x", &["street"]),
        ("_", &["street"]),
        ("%", &["street"]),
        ("\\", &["odd"]),
        ("hidden", &[]),
        ("gr%tea", &[]),
        ("nothing", &[]),
    ] {
        assert_eq!(found(stores, part).await, expected, "{part:?}");
    }
}

/// A room is found by its name of now, and only while it is public.
pub async fn a_room_is_found_as_it_is_now(stores: &Stores) {
    let owner = user(stores, "ann").await;
    let conversation = room(stores, owner, "tea", Visibility::Public).await;
    let none = GroupUpdate::default();
    let named = GroupUpdate { name: Some(label("Coffee")), ..none.clone() };
    written(stores, conversation, owner, Act::Update(named)).await;
    assert_eq!((found(stores, "coffee").await.len(), found(stores, "a room").await.len()), (1, 0));
    let hidden = GroupUpdate { visibility: Some(Visibility::Private), ..none };
    let before = version(stores, conversation).await;
    written(stores, conversation, owner, Act::Update(hidden)).await;
    assert!(version(stores, conversation).await > before, "rules look at it");
    assert_eq!(found(stores, "").await, [] as [String; 0]);
    let facts = stores.conversations.facts(conversation, nobody()).await.unwrap().unwrap();
    assert_eq!(facts.room, Some(Visibility::Private));
}

/// Pages of rooms follow each other by slug, and a room that is new does not shift them.
pub async fn pages_of_rooms_follow_each_other_by_slug(stores: &Stores) {
    let owner = user(stores, "ann").await;
    for address in ["b-1", "a-1", "a-0", "abc", "a--"] {
        room(stores, owner, address, Visibility::Public).await;
    }
    for wish in [1, 2, 4, 5, 6] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let search = RoomSearch { part: String::new(), after, size: size(wish) };
            let page = stores.rooms.find(&search).await.unwrap();
            seen.extend(page.items.iter().map(address_of));
            not_endless(&seen);
            let Some(next) = page.next else { break };
            assert_eq!(Some(&next), seen.last(), "the cursor is the last slug shown");
            after = Some(next);
        }
        assert_eq!(seen, ["a--", "a-0", "a-1", "abc", "b-1"].map(slug), "pages of {wish}");
    }
}

fn address_of(card: &Card) -> Slug {
    card.group.room.as_ref().unwrap().slug.clone()
}

/// Who comes in on their own account is a member like any other, and said to have come by themselves.
pub async fn who_enters_a_public_room_is_a_member(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = room(stores, users[0], "tea", Visibility::Public).await;
    chat(stores, conversation, users[0], 3).await;
    let before = version(stores, conversation).await;
    let Committed::Written { entries, notices } = enter(stores, conversation, users[1], 10).await else {
        panic!("not written")
    };
    let joined = Changed::Joined { user: users[1], role: Role::Member };
    assert_eq!(entries, [entry(conversation, seq(4), users[1], at(4), joined)]);
    assert_eq!(notices[0].notice, UserNotice::ConversationAdded { conversation, by: users[1], head: seq(3) });
    assert_eq!(version(stores, conversation).await.0, before.0 + 1);
    let seen = stores.conversations.view(conversation, users[1]).await.unwrap().unwrap();
    let read = Marks { delivered: seq(3), read: seq(3) };
    assert_eq!(
        (seen.me.joined_seq, seen.me.marks, seen.unread),
        (Seq::ZERO, read, 0),
        "the past is shown, and no news"
    );
    assert_eq!(seen.conversation.member_count, 2);
    for member in [users[0], users[1]] {
        assert_eq!(enter(stores, conversation, member, 2).await, Committed::Nothing);
    }
    assert_eq!(head(stores, conversation).await, seq(4));
}

/// Whatever is no public room is entered by nobody.
pub async fn nobody_enters_what_is_no_public_room(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let hidden = room(stores, users[0], "tea", Visibility::Private).await;
    let plain = group(stores, users[0], &[]).await;
    let between = direct(stores, users[0], users[1]).await;
    for conversation in [hidden, plain, between] {
        let answer = enter(stores, conversation, users[2], 10).await;
        assert_eq!(answer, Committed::Refused(ErrorCode::NotFound));
        assert_eq!(head(stores, conversation).await, Seq::ZERO);
    }
    assert_eq!(own_log(stores, users[2]).await, []);
    assert_eq!(enter(stores, super::scene::nowhere(), users[2], 10).await, Committed::Stale);
}

/// Many who come at once all come in, as far as there is room, and none has to ask twice.
pub async fn many_who_enter_at_once_come_in_as_far_as_there_is_room(stores: &Stores) {
    let users = crowd(stores, 13).await;
    let conversation = room(stores, users[0], "tea", Visibility::Public).await;
    let answers = together(12, |n| {
        let (stores, user) = (stores.clone(), users[n + 1]);
        async move { enter(&stores, conversation, user, 9).await }
    })
    .await;
    let came = answers.iter().filter(|answer| matches!(answer, Committed::Written { .. })).count();
    let full = answers.iter().filter(|answer| **answer == Committed::Refused(ErrorCode::GroupFull)).count();
    assert_eq!((came, full), (8, 4), "{answers:?}");
    let card = stores.rooms.room(&slug("tea")).await.unwrap().unwrap();
    assert_eq!((card.member_count, head(stores, conversation).await), (9, seq(8)));
}
