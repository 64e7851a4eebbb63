//! Whom messages call by name, and how many of those are unread.

use super::scene::{
    advance, append, at, body, commit, crowd, draft, group, history, key, message, raise, read, say, seq, step, stored,
    written,
};
use crate::change::Act;
use crate::command::HistoryStart;
use crate::ids::{ConversationId, UserId};
use crate::log::{ChangeEntry, Changed, LogEntry};
use crate::message::{Content, Mentions, Message};
use crate::ports::{Appended, NewMessage, Stores};
use crate::receipt::ReceiptKind;
use crate::relation::Step;
use crate::user::Username;

fn call(users: &[UserId]) -> Mentions {
    Mentions { users: users.to_vec(), all: false }
}

const EVERYBODY: Mentions = Mentions { users: Vec::new(), all: true };

async fn say_to(stores: &Stores, conversation: ConversationId, by: UserId, mentions: Mentions) -> Message {
    let new = draft(stores, conversation, by, "look").await;
    stored(stores, &NewMessage { mentions, ..new }).await
}

async fn edit(stores: &Stores, said: &Message, text: &str, mentions: Mentions) -> LogEntry {
    let act = Act::Edit { message: said.id, body: body(text), mentions };
    written(stores, said.conversation, said.sender, act).await.remove(0)
}

/// How many that call the user are unread, alone and in the list.
async fn unread(stores: &Stores, conversation: ConversationId, user: UserId) -> u32 {
    let view = stores.conversations.view(conversation, user).await.unwrap().unwrap();
    let list = stores.conversations.list(user, None, crate::page::PageSize::MAX).await.unwrap();
    let listed = list.items.iter().find(|view| view.conversation.id == conversation).unwrap();
    assert_eq!(listed.unread_mentions, view.unread_mentions);
    view.unread_mentions
}

/// Whom a message calls is shown wherever it is read.
pub async fn whom_a_message_calls_is_shown_wherever_it_is_read(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    for mentions in [call(&users[1..3]), EVERYBODY, Mentions { all: true, ..call(&users[1..2]) }, Mentions::NOBODY] {
        let said = say_to(stores, conversation, users[0], mentions.clone()).await;
        assert_eq!(said.content.mentions(), &mentions);
        assert_eq!(message(stores, said.id).await, said);
        assert_eq!(history(stores, conversation, HistoryStart::Newest, 1).await.items, [said.clone()]);
        let log =
            stores.messages.changes(conversation, said.seq.previous(), super::scene::size(1), None).await.unwrap();
        assert_eq!(log.unwrap().items, [LogEntry::Message(said.clone())]);
        let last = stores.conversations.view(conversation, users[1]).await.unwrap().unwrap().last_message;
        assert_eq!(last, Some(said));
    }
}

/// Several messages that wait together are each stored with those whom it calls, repeats of keys as well.
pub async fn messages_that_call_and_others_are_stored_together(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let plain = draft(stores, conversation, users[0], "plain").await;
    let calling = |n: usize| NewMessage {
        mentions: if n % 2 == 0 { call(&users[1..2]) } else { Mentions::NOBODY },
        client_id: Some(key(&format!("key-{n}"))),
        ..plain.clone()
    };
    for _ in 0..2 {
        let news: Vec<_> = (0..6).map(calling).collect();
        let answers = futures_util::future::join_all(news.iter().map(|new| append(stores, new))).await;
        for (new, answer) in news.iter().zip(answers) {
            let (Appended::Stored(said) | Appended::Repeated(said)) = answer else { panic!("{answer:?}") };
            assert_eq!(said.content.mentions(), &new.mentions);
            assert_eq!(message(stores, said.id).await.content, said.content);
        }
    }
    assert_eq!((unread(stores, conversation, users[1]).await, unread(stores, conversation, users[2]).await), (3, 0));
}

/// Mentions are unread until they are read; each message counts once, and ones own never.
pub async fn mentions_are_unread_until_they_are_read(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    say(stores, conversation, users[0], "nobody").await;
    say_to(stores, conversation, users[0], call(&users[1..2])).await;
    say_to(stores, conversation, users[0], Mentions { all: true, ..call(&users[1..2]) }).await;
    say_to(stores, conversation, users[1], EVERYBODY).await;
    let counts = async || {
        [
            unread(stores, conversation, users[0]).await,
            unread(stores, conversation, users[1]).await,
            unread(stores, conversation, users[2]).await,
        ]
    };
    assert_eq!(counts().await, [1, 2, 2]);
    read(stores, conversation, users[1], 2).await;
    assert_eq!(counts().await, [1, 1, 2]);
    advance(stores, &[raise(conversation, users[2], ReceiptKind::Delivered, seq(4), at(5))]).await;
    assert_eq!(counts().await, [1, 1, 2], "what was delivered is not read");
    read(stores, conversation, users[2], 4).await;
    assert_eq!(counts().await, [1, 1, 0]);
}

/// An edit calls whom it says and nobody else any more; a deleted message calls nobody.
pub async fn edits_and_deletions_move_the_count(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let said = say_to(stores, conversation, users[0], call(&users[1..2])).await;
    let entry = edit(stores, &said, "you instead", call(&users[2..3])).await;
    let LogEntry::Change(ChangeEntry { what: Changed::Edited { content, .. }, .. }) = entry else {
        panic!("{entry:?}")
    };
    assert_eq!(content.mentions(), &call(&users[2..3]));
    assert_eq!(message(stores, said.id).await.content, content);
    assert_eq!((unread(stores, conversation, users[1]).await, unread(stores, conversation, users[2]).await), (0, 1));
    edit(stores, &said, "everybody", EVERYBODY).await;
    assert_eq!((unread(stores, conversation, users[1]).await, unread(stores, conversation, users[2]).await), (1, 1));
    edit(stores, &said, "nobody", Mentions::NOBODY).await;
    assert_eq!((unread(stores, conversation, users[1]).await, unread(stores, conversation, users[2]).await), (0, 0));

    let said = say_to(stores, conversation, users[0], Mentions { all: true, ..call(&users[1..]) }).await;
    assert_eq!(unread(stores, conversation, users[1]).await, 1);
    commit(stores, conversation, users[0], Act::Delete { message: said.id }).await;
    assert_eq!(unread(stores, conversation, users[1]).await, 0);
    let gone = message(stores, said.id).await;
    assert!(matches!(gone.content, Content::Deleted { .. }) && gone.content.mentions().is_empty());
}

/// Who comes in is not called by what was said before.
pub async fn newcomers_are_not_called_by_the_past(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..2]).await;
    say_to(stores, conversation, users[0], EVERYBODY).await;
    commit(stores, conversation, users[0], Act::Add { users: vec![users[2]] }).await;
    assert_eq!((unread(stores, conversation, users[1]).await, unread(stores, conversation, users[2]).await), (1, 0));
    say_to(stores, conversation, users[0], EVERYBODY).await;
    assert_eq!(unread(stores, conversation, users[2]).await, 1);
}

/// Who may be called: other members by their names in any capitals, unless one of the two blocks the other.
pub async fn members_without_a_block_may_be_called(stores: &Stores) {
    let mut users = Vec::new();
    for name in ["Ann", "Bob", "cleo", "Dora-Lee", "eve"] {
        users.push(super::scene::user(stores, name).await);
    }
    let conversation = group(stores, users[0], &users[1..4]).await;
    let keys = |names: &[&str]| names.iter().map(|name| Username::key_of(name)).collect::<Vec<_>>();
    let all = keys(&["ann", "BOB", "Cleo", "dora-lee", "eve", "nobody"]);
    let found =
        async |by: usize, keys: &[String]| stores.relations.mentionable(conversation, users[by], keys).await.unwrap();
    let mut others = users[1..4].to_vec();
    others.sort();
    assert_eq!(found(0, &all).await, others, "without oneself and without who is no member");
    assert_eq!(found(0, &keys(&["bOb"])).await, [users[1]]);
    assert_eq!(found(0, &[]).await, []);
    step(stores, users[0], Step::Block, users[1]).await;
    step(stores, users[2], Step::Block, users[0]).await;
    assert_eq!(found(0, &all).await, [users[3]], "neither whom one blocks nor by whom one is blocked");
    assert_eq!(found(1, &keys(&["ann", "cleo"])).await, [users[2]]);
    assert_eq!(stores.relations.mentionable(super::scene::nowhere(), users[0], &all).await.unwrap(), []);
}
