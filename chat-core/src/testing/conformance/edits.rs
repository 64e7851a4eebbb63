//! Messages that come to say something else, and messages that are deleted.

use super::scene::{
    append, at, body, change, changes, commit, crowd, direct, draft, entry, group, history, key, message, nobody, read,
    say, say_at, seq, size, stored, text_of, two_in_direct, written,
};
use crate::change::{Act, Change};
use crate::command::HistoryStart;
use crate::ids::{ConversationId, MessageId, UserId};
use crate::log::{Changed, LogEntry};
use crate::message::{Content, FormerBody, Mentions, Message};
use crate::page::PageSize;
use crate::ports::{Appended, Committed, NewMessage, Stores};
use crate::reaction::Emoji;
use crate::time::Timestamp;

fn heart() -> Emoji {
    Emoji::new("❤️").unwrap()
}

async fn edit_at(stores: &Stores, said: &Message, text: &str, at: Timestamp) -> LogEntry {
    let act = Act::Edit { message: said.id, body: body(text), mentions: Mentions::NOBODY };
    let edit = Change { at, ..change(stores, said.conversation, said.sender, act).await };
    match stores.changes.commit(&edit).await.unwrap() {
        Committed::Written { mut entries, notices } => {
            assert_eq!((entries.len(), notices), (1, Vec::new()));
            entries.remove(0)
        }
        other @ (Committed::Nothing | Committed::Stale | Committed::Missing | Committed::Refused(_)) => {
            panic!("not edited: {other:?}")
        }
    }
}

async fn edit(stores: &Stores, said: &Message, text: &str) -> LogEntry {
    edit_at(stores, said, text, at(4)).await
}

async fn delete(stores: &Stores, said: &Message, by: UserId) -> LogEntry {
    written(stores, said.conversation, by, Act::Delete { message: said.id }).await.remove(0)
}

fn edited(text: &str, at: Timestamp) -> Content {
    Content::Said { body: body(text), edited_at: Some(at), mentions: Mentions::NOBODY, forwarded: None }
}

/// A message in every place where it is read: alone, in a page, in the log, in the list of conversations.
async fn everywhere(stores: &Stores, conversation: ConversationId, id: MessageId, viewer: UserId) -> Vec<Message> {
    let mut seen = vec![message(stores, id).await];
    seen.extend(history(stores, conversation, HistoryStart::Newest, 10).await.items);
    seen.extend(changes(stores, conversation, 0, 100).await.items.into_iter().filter_map(|entry| match entry {
        LogEntry::Message(message) => Some(message),
        LogEntry::Change(_) => None,
    }));
    seen.extend(stores.conversations.view(conversation, viewer).await.unwrap().unwrap().last_message);
    let list = stores.conversations.list(viewer, None, size(10)).await.unwrap();
    seen.extend(list.items.into_iter().filter_map(|view| view.last_message));
    seen
}

async fn former(stores: &Stores, said: &Message) -> Vec<FormerBody> {
    stores.annotations.former_bodies(said.id).await.unwrap()
}

/// An edit is an entry of the log, and the message says what it says now wherever it is read.
pub async fn an_edit_is_seen_wherever_the_message_is_read(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = say(stores, conversation, ann, "teh").await;
    let content = edited("the", at(4));
    let expected = Changed::Edited { message: said.reference(), content: content.clone() };
    assert_eq!(edit(stores, &said, "the").await, entry(conversation, seq(2), ann, at(4), expected));
    let now = Message { content, ..said.clone() };
    let seen = everywhere(stores, conversation, said.id, bob).await;
    assert_eq!(seen, vec![now; 5]);
}

/// What a message said before is kept in its order, each text with the time when it was written.
pub async fn former_texts_are_kept_oldest_first(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let said = say_at(stores, conversation, ann, "one", at(3)).await;
    let other = say(stores, conversation, ann, "untouched").await;
    assert_eq!(former(stores, &said).await, []);
    // The third text is the first one again, which is a text like any other.
    for (n, text) in (10..).zip(["two", "one", "three"]) {
        edit_at(stores, &said, text, at(n)).await;
    }
    let was = |text, seconds| FormerBody { body: body(text), written_at: at(seconds) };
    assert_eq!(former(stores, &said).await, [was("one", 3), was("two", 10), was("one", 11)]);
    assert_eq!(former(stores, &other).await, []);
    assert_eq!(message(stores, said.id).await.content, edited("three", at(12)));
}

/// An entry that is read later shows what the message says then: of two edits both show the second text.
pub async fn an_edit_that_is_read_later_shows_what_the_message_says_then(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let said = say(stores, conversation, ann, "one").await;
    edit_at(stores, &said, "two", at(10)).await;
    edit_at(stores, &said, "three", at(11)).await;
    let shows = async |content: Content| {
        let what = Changed::Edited { message: said.reference(), content };
        let expected = [(2, 10), (3, 11)].map(|(n, time)| entry(conversation, seq(n), ann, at(time), what.clone()));
        assert_eq!(changes(stores, conversation, 1, 2).await.items, expected);
    };
    shows(edited("three", at(11))).await;
    delete(stores, &said, ann).await;
    shows(Content::Deleted { by: ann, at: at(4) }).await;
}

/// How far a message got with its reader stays what it was.
pub async fn an_edit_does_not_touch_the_state_of_a_message(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = say(stores, conversation, ann, "one").await;
    read(stores, conversation, bob, 1).await;
    let before = message(stores, said.id).await.state;
    assert!(before.read_at().is_some());
    edit(stores, &said, "two").await;
    assert_eq!(message(stores, said.id).await.state, before);
    assert_eq!(stores.conversations.view(conversation, bob).await.unwrap().unwrap().unread, 0, "it is no new message");
}

/// A deleted message keeps its place and loses its text, wherever it is read.
pub async fn a_deleted_message_is_gone_wherever_it_was_read(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let new = NewMessage { client_id: Some(key("k")), ..draft(stores, conversation, users[1], "secret").await };
    let said = stored(stores, &new).await;
    edit(stores, &said, "secret still").await;
    let message = said.id;
    written(stores, conversation, users[2], Act::React { message, emoji: heart() }).await;
    written(stores, conversation, users[0], Act::Pin { message }).await;
    let what = Changed::Deleted { message: said.reference() };
    assert_eq!(delete(stores, &said, users[0]).await, entry(conversation, seq(5), users[0], at(4), what));

    let now = Message { content: Content::Deleted { by: users[0], at: at(4) }, ..said.clone() };
    assert_eq!(everywhere(stores, conversation, said.id, users[2]).await, vec![now.clone(); 5]);
    assert_eq!(former(stores, &said).await, []);
    let found = stores.messages.find_by_client_id(conversation, users[1], &key("k")).await.unwrap();
    assert_eq!(found, Some(now.clone()));
    let dressed = stores.annotations.dress(vec![now], users[2]).await.unwrap();
    assert_eq!((dressed[0].reactions.len(), dressed[0].is_pinned), (0, false));
    let size = PageSize::MAX;
    assert_eq!(stores.annotations.pins(conversation, None, size, users[0]).await.unwrap().items, []);
    assert_eq!(stores.annotations.reactors(message, &heart(), None, size).await.unwrap().items, []);
    let log = format!("{:?}", changes(stores, conversation, 0, 100).await.items);
    assert!(!log.contains("secret"), "{log}");
}

/// The entries about a message outlive it, so that the log has no hole.
pub async fn the_log_keeps_the_entries_about_a_deleted_message(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = say(stores, conversation, ann, "hello").await;
    let mut expected = written(stores, conversation, bob, Act::React { message: said.id, emoji: heart() }).await;
    expected.extend(written(stores, conversation, bob, Act::Pin { message: said.id }).await);
    expected.push(delete(stores, &said, ann).await);
    let log = changes(stores, conversation, 1, 100).await;
    assert_eq!((log.items, log.head), (expected, seq(4)));
}

/// A retry whose answer was lost finds its message whatever became of it, and does not bring the old text back.
pub async fn a_repeat_after_an_edit_or_a_deletion_answers_the_message_as_it_stands(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let new = NewMessage { client_id: Some(key("k")), ..draft(stores, conversation, ann, "one").await };
    let other_words = NewMessage { body: body("other words"), ..new.clone() };
    let said = stored(stores, &new).await;
    assert_eq!(append(stores, &other_words).await, Appended::Conflict);
    edit(stores, &said, "two").await;
    for content in [edited("two", at(4)), Content::Deleted { by: ann, at: at(4) }] {
        if content.is_deleted() {
            delete(stores, &said, ann).await;
        }
        let now = Message { content, ..said.clone() };
        for again in [&new, &other_words] {
            assert_eq!(append(stores, again).await, Appended::Repeated(now.clone()));
        }
    }
    assert_eq!(changes(stores, conversation, 0, 10).await.head, seq(3));
    let theirs = NewMessage { sender: bob, ..new };
    assert!(matches!(append(stores, &theirs).await, Appended::Stored(_)), "a key belongs to its sender");
}

/// What is gone needs no reading; what is left does.
pub async fn a_deleted_message_is_not_unread(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let unread = async || stores.conversations.view(conversation, bob).await.unwrap().unwrap().unread;
    let mut said = Vec::new();
    for text in ["one", "two", "three"] {
        said.push(say(stores, conversation, ann, text).await);
    }
    read(stores, conversation, bob, 1).await;
    assert_eq!(unread().await, 2);
    delete(stores, &said[0], ann).await;
    assert_eq!(unread().await, 2, "it was read before");
    delete(stores, &said[2], ann).await;
    assert_eq!(unread().await, 1);
    delete(stores, &said[1], ann).await;
    assert_eq!(unread().await, 0);
}

/// The last message of a list is the newest one, also where nothing is left of it.
pub async fn a_deleted_message_can_be_the_last_one(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = direct(stores, users[0], users[1]).await;
    say(stores, conversation, users[0], "first").await;
    let last = say(stores, conversation, users[0], "last").await;
    delete(stores, &last, users[0]).await;
    let shown = stores.conversations.view(conversation, users[1]).await.unwrap().unwrap().last_message.unwrap();
    assert_eq!((shown.id, text_of(&shown)), (last.id, ""));
}

/// Who writes the same text anew has changed nothing.
pub async fn an_edit_of_the_same_text_keeps_no_former_one(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let said = say(stores, conversation, ann, "one").await;
    let act = Act::Edit { message: said.id, body: body("one"), mentions: Mentions::NOBODY };
    assert_eq!(commit(stores, conversation, ann, act).await, Committed::Nothing);
    assert_eq!(stores.messages.get(said.id, nobody()).await.unwrap(), Some(said.clone()), "not even marked as edited");
    assert_eq!(former(stores, &said).await, []);
}
