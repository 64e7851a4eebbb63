//! Clients that follow what happens: whatever is done, in whatever order, events and commands tell one and the same story.

use std::collections::BTreeSet;

use chat_core::command::{Actor, NewBan, SendMessage};
use chat_core::conversation::{GroupUpdate, HistoryVisibility, Role};
use chat_core::event::Event;
use chat_core::ids::{ConversationId, MessageId, UserId};
use chat_core::log::{Changed, LogEntry};
use chat_core::pace::Pace;
use chat_core::page::PageSize;
use chat_core::reaction::Emoji;
use chat_core::room::{Slug, Visibility};
use chat_core::text::{AvatarUrl, Body, Description, Label};
use chat_core::{ChatSettings, Command, Reply};

use crate::house::House;
use crate::mirror::{Mirror, Picture};

/// How many courses of events are played, and of how many commands each.
const COURSES: u64 = 150;
const COMMANDS: usize = 80;

/// Every kind of change has to come up in them.
const KINDS: usize = 10;

/// The kind of a change. Total, so that a new kind has to be among what is played here.
const fn kind(what: &Changed) -> usize {
    match what {
        Changed::Joined { .. } => 0,
        Changed::Left { .. } => 1,
        Changed::RoleSet { .. } => 2,
        Changed::Updated(_) => 3,
        Changed::Edited { .. } => 4,
        Changed::Deleted { .. } => 5,
        Changed::Reacted { .. } => 6,
        Changed::Unreacted { .. } => 7,
        Changed::Pinned { .. } => 8,
        Changed::Unpinned { .. } => KINDS - 1,
    }
}

/// The same course for the same number, always.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn of<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }
}

/// What can be chosen from.
struct Course {
    dice: Dice,
    room: ConversationId,
    users: Vec<UserId>,
    said: Vec<MessageId>,
}

impl Course {
    /// Something that somebody asks, whether or not they may.
    fn command(&mut self) -> (UserId, Command) {
        let Self { dice, room, users, said } = self;
        let conversation = *room;
        // The owner asks more often, so that more of it is allowed.
        let by = if dice.below(3) == 0 { users[0] } else { dice.of(users) };
        let user = dice.of(users);
        let message = if said.is_empty() { MessageId::new(1).expect("an id") } else { dice.of(said) };
        let emoji = Emoji::new(dice.of(&["👍", "❤️", "🎉"])).expect("an emoji");
        let text = format!("text {}", dice.below(5));
        let body = Body::new(text.clone()).expect("a body");
        let command = match dice.below(20) {
            0..=3 => {
                let reply_to = (dice.below(2) == 0).then_some(message);
                Command::SendMessage(SendMessage { conversation, body, client_id: None, reply_to })
            }
            4..=5 => Command::EditMessage { message: message.into(), body },
            6 => Command::DeleteMessage(message.into()),
            7..=9 => Command::AddReaction(message.into(), emoji),
            10 => Command::RemoveReaction(message.into(), emoji),
            11..=12 => Command::PinMessage(message.into()),
            13 => Command::UnpinMessage(message.into()),
            14 => Command::UpdateGroup { conversation, update: update(dice, &text) },
            15 => Command::AddMembers { conversation, users: vec![user, dice.of(users)] },
            16 => Command::Join(conversation),
            17 if dice.below(2) == 0 => Command::RemoveMember { conversation, user },
            17 => match dice.below(2) {
                0 => Command::Ban(NewBan { conversation, user, reason: None, until: None }),
                _ => Command::Unban { conversation, user },
            },
            18 => Command::SetRole { conversation, user, role: dice.of(&Role::ALL) },
            _ => match dice.below(4) {
                0..=1 => Command::RequestFriend(user),
                2 => Command::Unfriend(user),
                _ if dice.below(2) == 0 => Command::Block(user),
                _ => Command::Unblock(user),
            },
        };
        (by, command)
    }
}

fn update(dice: &mut Dice, text: &str) -> GroupUpdate {
    let none = GroupUpdate::default();
    match dice.below(9) {
        0 => GroupUpdate { name: Some(Label::new(text).expect("a label")), ..none },
        1 => GroupUpdate { description: Some(Some(Description::new(text).expect("a text"))), ..none },
        2 => GroupUpdate { description: Some(None), ..none },
        3 => GroupUpdate { avatar: Some(Some(AvatarUrl::new("/a.png").expect("an address"))), ..none },
        4 => GroupUpdate { avatar: Some(None), ..none },
        7 => GroupUpdate { pace: Pace::new(dice.of(&[0, 3])), ..none },
        5 => GroupUpdate { slug: Slug::new(&text.replace(' ', "-")), ..none },
        6 => GroupUpdate { visibility: Some(dice.of(&Visibility::ALL)), ..none },
        _ => GroupUpdate { history: Some(dice.of(&HistoryVisibility::ALL)), ..none },
    }
}

/// Brings a picture of long ago up to now by the log alone.
async fn caught_up(house: &House, mut old: Picture, user: UserId, room: ConversationId) -> Picture {
    loop {
        let size = PageSize::clamped(7);
        let command = Command::ListChanges { conversation: room, after: old.head(), size };
        let Reply::Changes(part) = house.done(user, command).await else { panic!("changes") };
        if part.items.is_empty() {
            return old;
        }
        for entry in &part.items {
            assert!(old.apply(entry, user), "still in it");
        }
    }
}

#[tokio::test]
async fn events_keep_a_client_where_a_fresh_look_would_put_it() {
    let mut kinds = BTreeSet::new();
    for number in 0..COURSES {
        let house = House::with(ChatSettings { rates: None, ..ChatSettings::default() });
        let mut users = Vec::new();
        for name in ["ann", "bob", "cleo", "dora", "eve"] {
            users.push(house.user(name).await);
        }
        // Every other course is about a room, into which one may come by oneself.
        let room = if number % 2 == 0 {
            house.group(users[0], &users[1..3]).await
        } else {
            let room = house.room(users[0], "tea").await;
            house.done(users[0], Command::AddMembers { conversation: room, users: users[1..3].to_vec() }).await;
            room
        };
        house.news();
        let mut clients = Vec::new();
        for user in &users {
            clients.push((*user, Mirror::asked(&house, *user, room).await));
        }
        // What each client knew when it went away, for as long as that is of use.
        let mut away: Vec<Option<Picture>> = vec![None; clients.len()];
        let mut course = Course { dice: Dice(number), room, users, said: Vec::new() };
        for step in 0..COMMANDS {
            house.pass_seconds(1);
            let (by, command) = course.command();
            let told = format!("course {number}, step {step}: {by:?} {command:?}");
            if let Ok(Reply::Sent(sent)) = house.chat.handle(&Actor::user(by), command).await {
                course.said.push(sent.message.id);
            }
            let news = house.news();
            kinds.extend(news.iter().filter_map(|envelope| match &*envelope.event {
                Event::Entry(LogEntry::Change(entry)) => Some(kind(&entry.what)),
                _ => None,
            }));
            for ((user, mirror), away) in clients.iter_mut().zip(&mut away) {
                for envelope in &news {
                    if mirror.hear(envelope) {
                        mirror.picture = Picture::asked(&house, *user, room).await;
                        *away = None;
                    }
                }
                if away.is_none() || mirror.picture.is_none() {
                    away.clone_from(&mirror.picture);
                }
                if step % 8 == 7 || step + 1 == COMMANDS {
                    assert_eq!(*mirror, Mirror::asked(&house, *user, room).await, "{told}");
                }
            }
        }
        for ((user, mirror), away) in clients.iter().zip(away) {
            if let Some(old) = away {
                assert_eq!(Some(caught_up(&house, old, *user, room).await), mirror.picture, "course {number}");
            }
        }
    }
    assert_eq!(kinds.len(), KINDS, "{kinds:?}");
}
