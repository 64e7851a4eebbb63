//! Messages that hand on what somebody else said.

use super::scene::{append, body, commit, draft, history, key, message, say, stored, two_in_direct, written};
use crate::change::Act;
use crate::command::HistoryStart;
use crate::log::LogEntry;
use crate::message::{Forwarded, Mentions};
use crate::ports::{Appended, NewMessage, Stores};

/// Whose words they are is shown wherever the message is read.
pub async fn whose_words_they_are_is_shown_wherever_they_are_read(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let source = say(stores, conversation, bob, "tea").await;
    assert_eq!(source.content.forwarded(), None);
    let forwarded = Some(Forwarded { message: source.id, sender: bob });
    let new = NewMessage { forwarded, ..draft(stores, conversation, ann, "tea").await };
    let copy = stored(stores, &new).await;
    assert_eq!(copy.content.forwarded(), forwarded);
    assert_eq!(message(stores, copy.id).await, copy);
    assert_eq!(history(stores, conversation, HistoryStart::Newest, 1).await.items, [copy.clone()]);
    let log = super::scene::changes(stores, conversation, 1, 1).await;
    assert_eq!(log.items, [LogEntry::Message(copy.clone())]);
    assert_eq!(message(stores, source.id).await, source, "the source knows nothing of it");
    commit(stores, conversation, bob, Act::Delete { message: source.id }).await;
    assert_eq!(message(stores, copy.id).await, copy, "and what becomes of it changes nothing");
}

/// The same message handed on under the same key is a repeat, whatever it says meanwhile; another one is not.
pub async fn a_message_is_handed_on_once_under_a_key(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let source = say(stores, conversation, bob, "tea").await;
    let other = say(stores, conversation, bob, "cake").await;
    let forwarded = Some(Forwarded { message: source.id, sender: bob });
    let plain = NewMessage { client_id: Some(key("k")), ..draft(stores, conversation, ann, "tea").await };
    let new = NewMessage { forwarded, ..plain.clone() };
    let edited = NewMessage { body: body("green tea"), ..new.clone() };
    // Before anything is stored they wait together, afterwards the first one is known.
    let answers = futures_util::future::join_all([&new, &edited, &plain].map(|new| append(stores, new))).await;
    let Appended::Stored(first) = &answers[0] else { panic!("{answers:?}") };
    assert_eq!(answers[1..], [Appended::Repeated(first.clone()), Appended::Conflict]);
    for again in [&new, &edited] {
        assert_eq!(append(stores, again).await, Appended::Repeated(first.clone()));
    }
    let elsewhere = Some(Forwarded { message: other.id, sender: bob });
    for conflict in [plain, NewMessage { forwarded: elsewhere, ..new }] {
        assert_eq!(append(stores, &conflict).await, Appended::Conflict);
    }
}

/// An edit makes the words the sender's own; nothing of a deleted message says whose they were.
pub async fn an_edit_makes_words_ones_own(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let source = say(stores, conversation, bob, "tea").await;
    let forwarded = Some(Forwarded { message: source.id, sender: bob });
    let copies = [
        stored(stores, &NewMessage { forwarded, ..draft(stores, conversation, ann, "tea").await }).await,
        stored(stores, &NewMessage { forwarded, ..draft(stores, conversation, ann, "tea").await }).await,
    ];
    let edit = Act::Edit { message: copies[0].id, body: body("coffee"), mentions: Mentions::NOBODY };
    written(stores, conversation, ann, edit).await;
    written(stores, conversation, ann, Act::Delete { message: copies[1].id }).await;
    for copy in copies {
        assert_eq!(message(stores, copy.id).await.content.forwarded(), None);
    }
}
