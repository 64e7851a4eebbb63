//! Stories of calling somebody by name.

use chat_core::command::Opened;
use chat_core::event::Event;
use chat_core::ids::{ConversationId, UserId};
use chat_core::log::{ChangeEntry, Changed, LogEntry};
use chat_core::message::Mentions;
use chat_core::text::Body;
use chat_core::{Command, Reply};

use crate::house::House;

async fn unread_mentions(house: &House, who: UserId, conversation: ConversationId) -> u32 {
    match house.done(who, Command::GetConversation(conversation)).await {
        Reply::Conversation(opened) => {
            let Opened { view, .. } = *opened;
            view.unread_mentions
        }
        other => panic!("a conversation, not {other:?}"),
    }
}

#[tokio::test]
async fn members_are_called_by_name_and_others_are_only_text() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("Bob").await, house.user("eve").await);
    let room = house.group(ann, &[bob]).await;
    let said = house.say(ann, room, "@bob and @BOB, ask @eve, @ann, @nobody or bob@example.org").await;
    assert_eq!(said.content.mentions(), &Mentions { users: vec![bob], all: false });
    assert_eq!(unread_mentions(&house, bob, room).await, 1);
    assert_eq!(unread_mentions(&house, ann, room).await, 0);

    house.done(ann, Command::AddMembers { conversation: room, users: vec![eve] }).await;
    let said = house.say(ann, room, "@eve").await;
    assert_eq!(said.content.mentions().users, [eve], "who came in meanwhile can be called");
    house.done(ann, Command::RemoveMember { conversation: room, user: eve }).await;
    assert!(house.say(ann, room, "@eve").await.content.mentions().is_empty());
    let direct = house.direct(ann, bob).await;
    assert_eq!(house.say(ann, direct, "@bob!").await.content.mentions().users, [bob]);
}

#[tokio::test]
async fn nobody_calls_across_a_block() {
    let house = House::new();
    let (ann, bob, cleo) = (house.user("ann").await, house.user("bob").await, house.user("cleo").await);
    let room = house.group(ann, &[bob, cleo]).await;
    house.done(bob, Command::Block(ann)).await;
    assert_eq!(house.say(ann, room, "@bob @cleo").await.content.mentions().users, [cleo]);
    assert_eq!(house.say(bob, room, "@ann @cleo").await.content.mentions().users, [cleo]);
    house.done(bob, Command::Unblock(ann)).await;
    assert_eq!(house.say(ann, room, "@bob").await.content.mentions().users, [bob]);
}

#[tokio::test]
async fn everybody_is_called_by_who_keeps_a_group_in_order() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.group(ann, &[bob]).await;
    assert!(house.say(ann, room, "@all, tea!").await.content.mentions().all);
    assert_eq!(unread_mentions(&house, bob, room).await, 1);
    assert!(house.say(bob, room, "@all, cake!").await.content.mentions().is_empty(), "it is only text");
    let direct = house.direct(ann, bob).await;
    assert!(house.say(ann, direct, "@all").await.content.mentions().is_empty());
}

#[tokio::test]
async fn an_edit_calls_whom_it_says_now() {
    let house = House::new();
    let (ann, bob, cleo) = (house.user("ann").await, house.user("bob").await, house.user("cleo").await);
    let room = house.group(ann, &[bob, cleo]).await;
    let said = house.say(ann, room, "@bob").await;
    house.news();
    let body = Body::new("@cleo, I mean").expect("a body");
    house.done(ann, Command::EditMessage { message: said.id.into(), body }).await;
    let told = house.news();
    let Event::Entry(LogEntry::Change(ChangeEntry { what: Changed::Edited { content, .. }, .. })) = &*told[0].event
    else {
        panic!("an edit, not {told:?}")
    };
    assert_eq!(content.mentions().users, [cleo]);
    assert_eq!((unread_mentions(&house, bob, room).await, unread_mentions(&house, cleo, room).await), (0, 1));
    house.done(ann, Command::DeleteMessage(said.id.into())).await;
    assert_eq!(unread_mentions(&house, cleo, room).await, 0);
}
