//! What goes wrong for one must not go wrong for others: writes that cannot be, and callers who stop waiting.

use std::time::Duration;

use tokio::time::timeout;

use super::scene::{
    advance, append, at, body, changes, chat, direct, draft, key, label, nobody, own_log, pair, raise, seq, step,
    together, two, two_in_direct,
};
use crate::conversation::Group;
use crate::ids::{ConversationId, ID_LIMIT, MessageId, UserId};
use crate::log::{LogEntry, UserNotice};
use crate::ports::{Appended, NewGroup, NewMessage, Stores};
use crate::receipt::ReceiptKind;
use crate::relation::{Step, Verdict};

/// Waits for a call, but not for long: shorter and longer from attempt to attempt, so that it is left at many of its points.
/// How often it is left depends on the machine; what must hold afterwards does not.
async fn impatiently<T>(attempt: u32, call: impl Future<Output = T>) -> Option<T> {
    timeout(Duration::from_micros(u64::from(attempt % 16) * 120), call).await.ok()
}

/// Messages from nobody and answers to nothing share the moment (and perhaps a batch) with good ones, which all are stored.
pub async fn a_message_that_cannot_be_written_fails_alone(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let new = draft(stores, conversation, ann, "hello").await;
    let answers = together(24, |n| {
        let stores = stores.clone();
        let new = NewMessage { body: body(&format!("number {n}")), ..new.clone() };
        let new = match n % 3 {
            0 => NewMessage { sender: nobody(), ..new },
            1 => NewMessage { reply_to: MessageId::new(ID_LIMIT - 1), ..new },
            _ => new,
        };
        async move { stores.messages.append(&new).await.ok() }
    })
    .await;
    let mut stored = Vec::new();
    for (n, answer) in answers.into_iter().enumerate() {
        match answer {
            Some(Appended::Stored(message)) if n % 3 == 2 => stored.push(LogEntry::Message(message)),
            None if n % 3 != 2 => {}
            other => panic!("number {n}: {other:?}"),
        }
    }
    stored.sort_by_key(LogEntry::seq);
    assert_eq!(changes(stores, conversation, 0, 100).await.items, stored);
}

/// Whoever stops waiting does not know what became of the message; a retry finds out, and it is there once.
pub async fn messages_whose_callers_stop_waiting_are_stored_once_or_not_at_all(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let new = draft(stores, conversation, ann, "hello").await;
    let attempt = |n: u32| NewMessage { client_id: Some(key(&format!("key-{n}"))), ..new.clone() };
    together(4, |task| {
        let stores = stores.clone();
        let mine: Vec<_> = (0..16).map(|n| (n, attempt(u32::try_from(task).unwrap() * 16 + n))).collect();
        async move {
            for (n, new) in mine {
                impatiently(n, append(&stores, &new)).await;
            }
        }
    })
    .await;
    for n in 0..64 {
        let answer = append(stores, &attempt(n)).await;
        assert!(matches!(answer, Appended::Stored(_) | Appended::Repeated(_)), "{answer:?}");
    }
    let log = changes(stores, conversation, 0, 100).await;
    assert_eq!(log.items.iter().map(|entry| entry.seq().get()).collect::<Vec<_>>(), (1..=64).collect::<Vec<_>>());
    let mut keys: Vec<_> = log
        .items
        .into_iter()
        .filter_map(|entry| match entry {
            LogEntry::Message(message) => message.client_id,
            LogEntry::Change(_) => None,
        })
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 64, "every key is there once");
}

/// A step between users, a group, a first conversation: each with all that belongs to it, or not at all.
pub async fn changes_whose_callers_stop_waiting_happen_wholly_or_not_at_all(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    for n in 0..48 {
        let relation = stores.relations.between(pair(ann, bob)).await.unwrap();
        let toggle = if relation.blocks(ann) { Step::Unblock } else { Step::Block };
        let Ok(Verdict::Change(change)) = relation.judge(ann, toggle, at(1)) else { panic!("refused") };
        impatiently(n, stores.relations.commit(&change)).await;
        let new = NewGroup { group: Group::new(label("A group"), ann), members: vec![bob], at: at(2) };
        impatiently(n / 2, stores.conversations.create_group(&new)).await;
        impatiently(n, direct(stores, ann, bob)).await;
    }
    // What was left may still be on its way; these wait for their turn behind it.
    let conversation = direct(stores, ann, bob).await;
    step(stores, ann, Step::Block, bob).await;
    step(stores, ann, Step::Unblock, bob).await;
    each_group_is_whole(stores, ann, bob).await;
    each_group_is_whole(stores, bob, ann).await;
    assert_eq!(stores.conversations.find_direct(pair(ann, bob)).await.unwrap(), Some(conversation));
    loop {
        let before = stores.relations.between(pair(ann, bob)).await.unwrap();
        let log = own_log(stores, ann).await;
        if before != stores.relations.between(pair(ann, bob)).await.unwrap() {
            continue;
        }
        let told = log.iter().filter(|entry| matches!(entry.notice, UserNotice::Relation { .. })).count();
        assert_eq!(i64::try_from(told).unwrap(), before.version.0, "one entry for each change");
        return;
    }
}

/// Whatever the log of `one` tells of, both are members of; whatever `one` is in, the log tells of, once.
async fn each_group_is_whole(stores: &Stores, one: UserId, other: UserId) {
    let inside = stores.conversations.ids_of(one).await.unwrap();
    let told = added(stores, one).await;
    let (ones, others) =
        (stores.conversations.ids_of(one).await.unwrap(), stores.conversations.ids_of(other).await.unwrap());
    assert!(inside.iter().all(|conversation| told.contains(conversation)), "{inside:?} in {told:?}");
    assert!(told.iter().all(|conversation| ones.contains(conversation) && others.contains(conversation)), "{told:?}");
    let mut once = told.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), told.len());
}

async fn added(stores: &Stores, user: UserId) -> Vec<ConversationId> {
    let log = own_log(stores, user).await;
    let added = log.iter().filter_map(|entry| match entry.notice {
        UserNotice::ConversationAdded { conversation, .. } | UserNotice::ConversationRemoved { conversation, .. } => {
            Some(conversation)
        }
        UserNotice::Relation { .. } => None,
    });
    added.collect()
}

/// A receipt that nobody waits for may count or not; the marks stay in order, and the next receipt works.
pub async fn receipts_whose_callers_stop_waiting_never_break_the_marks(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, ann, 32).await;
    for n in 1..=31 {
        let kind = if n % 2 == 0 { ReceiptKind::Read } else { ReceiptKind::Delivered };
        let wish = [raise(conversation, bob, kind, seq(i64::from(n)), at(5))];
        impatiently(n, advance(stores, &wish)).await;
        let marks = stores.conversations.view(conversation, bob).await.unwrap().unwrap().me.marks;
        assert!(marks.read <= marks.delivered && marks.delivered.get() <= i64::from(n), "{marks:?}");
    }
    let last = advance(stores, &[raise(conversation, bob, ReceiptKind::Read, seq(32), at(6))]).await;
    assert_eq!(last.len(), 1);
    let marks = stores.conversations.view(conversation, bob).await.unwrap().unwrap().me.marks;
    assert_eq!((marks.delivered, marks.read), (seq(32), seq(32)));
}
