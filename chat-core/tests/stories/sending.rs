//! Stories of sending: what is stored, what is published, and what a retry does.

use chat_core::ErrorCode;
use chat_core::command::{History, HistoryStart, SendMessage};
use chat_core::event::{Audience, Event};
use chat_core::ids::{ConversationId, Seq};
use chat_core::limits::Rate;
use chat_core::log::LogEntry;
use chat_core::page::PageSize;
use chat_core::text::Body;
use chat_core::{ChatSettings, Command, Reply};

use crate::house::{House, message, through_a_socket};

#[tokio::test]
async fn what_is_said_is_stored_then_published_to_the_conversation_once() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    house.news();

    let said = house.say(ann, direct, "hello").await;

    let news = house.news();
    assert_eq!(news.len(), 1);
    assert_eq!(*news[0].event, Event::Entry(LogEntry::Message(said)));
    assert_eq!(news[0].audience, Audience::Conversation { id: direct, except: None });
}

#[tokio::test]
async fn the_socket_that_sent_it_is_named_so_that_it_gets_its_answer() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    house.news();
    let actor = through_a_socket(ann, "mine");
    house.chat.handle(&actor, message(direct, "hello", None)).await.expect("sent");
    assert_eq!(house.news()[0].origin, actor.origin);
}

#[tokio::test]
async fn a_retry_gets_the_first_message_and_publishes_nothing() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    let first = house.sent(ann, message(direct, "hello", Some("k1"))).await;
    house.news();

    let again = house.sent(ann, message(direct, "hello", Some("k1"))).await;

    assert_eq!((again.message, again.fresh), (first.message, false));
    assert_eq!(house.news(), []);
    assert_eq!(house.refused(ann, message(direct, "other", Some("k1"))).await, ErrorCode::ClientIdReused);
}

#[tokio::test]
async fn a_retry_after_a_block_still_finds_its_message() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    let first = house.sent(ann, message(direct, "hello", Some("k1"))).await;
    house.done(bob, Command::Block(ann)).await;
    let again = house.sent(ann, message(direct, "hello", Some("k1"))).await;
    assert_eq!(again.message.id, first.message.id);
    assert_eq!(house.refused(ann, message(direct, "more", Some("k2"))).await, ErrorCode::CannotMessage);
}

#[tokio::test]
async fn a_stranger_finds_nothing_to_write_to_or_to_read() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let direct = house.direct(ann, bob).await;
    let said = house.say(ann, direct, "secret").await;
    let nowhere = ConversationId::new(999).expect("an id");
    let history =
        |conversation| Command::ListMessages(History { conversation, from: HistoryStart::Newest, size: PageSize::MAX });
    let changes = |conversation| Command::ListChanges { conversation, after: Seq::ZERO, size: PageSize::MAX };
    for place in [direct, nowhere] {
        for command in [message(place, "x", None), history(place), changes(place), Command::GetConversation(place)] {
            assert_eq!(house.refused(eve, command.clone()).await, ErrorCode::NotFound, "{command:?}");
        }
    }
    assert_eq!(house.refused(eve, Command::GetMessage(said.id)).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn an_answer_quotes_a_message_of_its_own_conversation_only() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let (here, there) = (house.direct(ann, bob).await, house.direct(ann, eve).await);
    let (quoted, foreign) = (house.say(bob, here, "question").await, house.say(eve, there, "other").await);
    let answer = |reply_to| {
        let body = Body::new("answer").expect("a body");
        Command::SendMessage(SendMessage { conversation: here, body, client_id: None, reply_to: Some(reply_to) })
    };
    assert_eq!(house.sent(ann, answer(quoted.id)).await.message.reply_to, Some(quoted.id));
    assert_eq!(house.refused(ann, answer(foreign.id)).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn whoever_writes_too_much_is_told_how_long_to_wait_on_every_device() {
    let mut settings = ChatSettings::default();
    settings.rates.as_mut().expect("limits").messages = Rate::new(2, 1.0);
    let house = House::with(settings);
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    house.say(ann, direct, "one").await;
    house.say(ann, direct, "two").await;
    let refused = house.ask(ann, message(direct, "three", None)).await.expect_err("too many");
    assert_eq!((refused.code(), refused.retry_after_ms()), (ErrorCode::RateLimited, Some(1_000)));
    house.pass_seconds(1);
    house.say(ann, direct, "three").await;
}

#[tokio::test]
async fn a_page_of_history_reads_back_what_was_said() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    for text in ["one", "two", "three"] {
        house.say(ann, direct, text).await;
    }
    let size = PageSize::clamped(2);
    let command = Command::ListMessages(History { conversation: direct, from: HistoryStart::Newest, size });
    let Reply::Messages(page) = house.done(bob, command).await else { panic!("messages") };
    let texts: Vec<_> = page.items.iter().filter_map(|view| view.message.body()).map(Body::as_str).collect();
    assert_eq!((texts, page.next), (vec!["three", "two"], Some(2)));
}
