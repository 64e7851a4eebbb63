//! Stories of conversations: one per pair, groups, leaving, and the list.

use chat_core::event::{Audience, Event};
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::log::{Changed, LogEntry, UserNotice};
use chat_core::page::PageSize;
use chat_core::{Command, ErrorCode, Reply};

use crate::house::{House, message};

#[tokio::test]
async fn a_pair_has_one_conversation_whoever_opens_it() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let first = house.opened(ann, Command::OpenDirect { user: bob }).await;
    let second = house.opened(bob, Command::OpenDirect { user: ann }).await;
    assert_eq!((first.fresh, second.fresh), (true, false));
    assert_eq!(first.view.conversation.id, second.view.conversation.id);
}

#[tokio::test]
async fn both_are_told_of_a_new_conversation() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    let news = house.news();
    for who in [ann, bob] {
        let told = news.iter().any(|envelope| match envelope.event.as_ref() {
            Event::UserEntry(entry) => {
                entry.user == who
                    && entry.notice == UserNotice::ConversationAdded { conversation: direct, by: ann, head: Seq::ZERO }
            }
            _ => false,
        });
        assert!(told, "{who}");
    }
}

#[tokio::test]
async fn nobody_opens_a_conversation_with_themselves_or_with_nobody() {
    let house = House::new();
    let ann = house.user("ann").await;
    let nobody = UserId::new(404).expect("an id");
    assert_eq!(house.refused(ann, Command::OpenDirect { user: ann }).await, ErrorCode::BadRequest);
    assert_eq!(house.refused(ann, Command::OpenDirect { user: nobody }).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn nobody_is_put_into_a_group_by_somebody_they_block() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    house.done(bob, Command::Block(ann)).await;
    let name = chat_core::text::Label::new("Trap").expect("a label");
    let command = Command::CreateGroup { name, members: vec![bob] };
    assert_eq!(house.refused(ann, command).await, ErrorCode::CannotMessage);
}

#[tokio::test]
async fn who_leaves_a_group_is_seen_to_leave_and_sees_nothing_more() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let group = house.group(ann, &[bob]).await;
    house.say(ann, group, "hello").await;
    house.news();

    house.done(bob, leave(group, bob)).await;

    let news = house.news();
    let Event::Entry(LogEntry::Change(entry)) = news[0].event.as_ref() else { panic!("a departure") };
    assert_eq!((entry.by, entry.seq.get(), &entry.what), (bob, 2, &Changed::Left { user: bob }));
    assert_eq!(news[0].audience, Audience::Conversation { id: group, except: None });
    for command in [message(group, "x", None), Command::GetConversation(group), leave(group, bob)] {
        assert_eq!(house.refused(bob, command).await, ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn a_direct_conversation_cannot_be_left() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    assert_eq!(house.refused(ann, leave(direct, ann)).await, ErrorCode::Forbidden);
}

#[tokio::test]
async fn the_list_shows_the_liveliest_first_with_what_is_unread() {
    let house = House::new();
    let (ann, bob, cid) = (house.user("ann").await, house.user("bob").await, house.user("cid").await);
    let (quiet, lively) = (house.direct(ann, bob).await, house.direct(ann, cid).await);
    house.pass_seconds(1);
    house.say(bob, quiet, "one").await;
    house.pass_seconds(1);
    house.say(cid, lively, "two").await;
    house.say(cid, lively, "three").await;
    house.say(ann, lively, "mine").await;

    let command = Command::ListConversations { after: None, size: PageSize::MAX };
    let Reply::Conversations(page) = house.done(ann, command).await else { panic!("conversations") };

    let shown: Vec<_> = page.items.iter().map(|view| (view.conversation.id, view.unread)).collect();
    assert_eq!(shown, [(lively, 2), (quiet, 1)]);
}

fn leave(conversation: ConversationId, user: UserId) -> Command {
    Command::RemoveMember { conversation, user }
}
