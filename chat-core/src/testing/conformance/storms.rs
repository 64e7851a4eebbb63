//! Readers and writers of everything at once: no reader ever sees a gap, and no two writers wait for each other forever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::scene::{
    advance, append, at, changes, chat, crowd, direct, draft, group, label, not_endless, own_log, pair, raise, read,
    say, seq, size, step, together, two_in_direct, version,
};
use crate::change::{Act, Change};
use crate::conversation::Group;
use crate::ids::{ConversationId, UserId};
use crate::log::UserNotice;
use crate::ports::{Appended, Committed, NewGroup, RelationCommitted, Stores};
use crate::receipt::ReceiptKind;
use crate::relation::{Step, Verdict};

/// Reads a log as a node does, always after what it has, until the writers are done and nothing is left.
async fn follow(stores: &Stores, conversation: ConversationId, done: &AtomicBool) -> Vec<i64> {
    let mut seen: Vec<i64> = Vec::new();
    loop {
        // Asked before the read: if the writers were done by then, this read sees their last entry.
        let was_done = done.load(Ordering::SeqCst);
        let after = seen.last().copied().unwrap_or_default();
        let part = changes(stores, conversation, after, 7).await;
        let last = part.items.last().map_or(after, |entry| entry.seq().get());
        assert!(last == part.head.get() || part.items.len() == 7, "entries and head are of one moment");
        if was_done && part.items.is_empty() {
            assert_eq!(part.head.get(), after, "the reader reached the head");
            return seen;
        }
        seen.extend(part.items.iter().map(|entry| entry.seq().get()));
        not_endless(&seen);
        tokio::task::yield_now().await;
    }
}

async fn follow_own(stores: &Stores, user: UserId, done: &AtomicBool) -> Vec<i64> {
    let mut seen: Vec<i64> = Vec::new();
    loop {
        let was_done = done.load(Ordering::SeqCst);
        let after = seq(seen.last().copied().unwrap_or_default());
        let part = stores.messages.own_changes(user, after, size(3)).await.unwrap();
        let last = part.items.last().map_or(after, |entry| entry.seq);
        assert!(last == part.head || part.items.len() == 3, "entries and head are of one moment");
        if was_done && part.items.is_empty() {
            assert_eq!(part.head, after, "the reader reached the head");
            return seen;
        }
        seen.extend(part.items.iter().map(|entry| entry.seq.get()));
        not_endless(&seen);
        tokio::task::yield_now().await;
    }
}

/// A reader that always asks for what comes after the last it saw, sees every entry once and in order.
pub async fn a_reader_misses_nothing_while_many_write(stores: &Stores) {
    let users = crowd(stores, 10).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (stores, done) = (stores.clone(), done.clone());
            tokio::spawn(async move { follow(&stores, conversation, &done).await })
        })
        .collect();
    together(8, |n| {
        let (stores, writer, leaver) = (stores.clone(), users[n % 4], users[n + 2]);
        async move {
            for _ in 0..10 {
                speak(&stores, conversation, writer).await;
            }
            // Four of the eight take somebody out who does not write, in the middle of everything.
            if n >= 4 {
                leave(&stores, conversation, leaver).await;
            }
        }
    })
    .await;
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        assert_eq!(reader.await.unwrap(), (1..=84).collect::<Vec<_>>());
    }
}

/// Says something, judged anew until it is stored.
async fn speak(stores: &Stores, conversation: ConversationId, sender: UserId) {
    loop {
        let new = draft(stores, conversation, sender, "hello").await;
        if let Appended::Stored(_) = append(stores, &new).await {
            return;
        }
    }
}

async fn leave(stores: &Stores, conversation: ConversationId, user: UserId) {
    loop {
        let judged_on = version(stores, conversation).await;
        let departure = Change { conversation, by: user, act: Act::Remove { user }, judged_on, at: at(4) };
        if let Committed::Written { .. } = stores.changes.commit(&departure).await.unwrap() {
            return;
        }
    }
}

/// Whatever one answer shows belongs together: counts, marks and last message are of one moment, not read one after another.
pub async fn an_answer_is_of_one_moment_while_others_write(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (stores, done) = (stores.clone(), done.clone());
        tokio::spawn(async move {
            while !done.load(Ordering::SeqCst) {
                let view = stores.conversations.view(conversation, ann).await.unwrap().unwrap();
                let listed = stores.conversations.list(ann, None, size(10)).await.unwrap().items.remove(0);
                for view in [view, listed] {
                    let head = view.conversation.head;
                    assert_eq!(view.last_message.map_or(seq(0), |message| message.seq), head);
                    assert_eq!(i64::from(view.unread), head.get());
                    assert!(view.peer.unwrap().marks.read <= head);
                }
                let position = stores.conversations.positions(ann).await.unwrap().remove(0);
                assert!(position.peer.unwrap().read <= position.head, "{position:?}");
                tokio::task::yield_now().await;
            }
        })
    };
    for place in 1..=40 {
        say(stores, conversation, bob, "hello").await;
        read(stores, conversation, bob, place).await;
        tokio::task::yield_now().await;
    }
    done.store(true, Ordering::SeqCst);
    reader.await.unwrap();
}

/// The same for a user's own log, which many others write at once: requests, groups and direct conversations.
pub async fn a_reader_of_their_own_log_misses_nothing_while_many_write(stores: &Stores) {
    let users = crowd(stores, 13).await;
    let ann = users[6];
    let others: Vec<_> = users.iter().copied().filter(|user| *user != ann).collect();
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (stores, done) = (stores.clone(), done.clone());
        tokio::spawn(async move { follow_own(&stores, ann, &done).await })
    };
    together(12, |n| {
        let (stores, other) = (stores.clone(), others[n]);
        async move {
            step(&stores, other, Step::Request, ann).await;
            group(&stores, other, &[ann]).await;
            direct(&stores, other, ann).await;
        }
    })
    .await;
    done.store(true, Ordering::SeqCst);
    assert_eq!(reader.await.unwrap(), (1..=36).collect::<Vec<_>>());
    let log = own_log(stores, ann).await;
    let requests = log.iter().filter(|entry| matches!(entry.notice, UserNotice::Relation { .. })).count();
    assert_eq!((log.len(), requests), (36, 12));
}

/// Groups with the same people in every order at once: each own log is dense, and none of them waits in a circle.
pub async fn groups_of_the_same_people_at_once_are_all_made(stores: &Stores) {
    let users = crowd(stores, 6).await;
    together(12, |n| {
        let stores = stores.clone();
        let mut members = users.clone();
        members.rotate_left(n % 6);
        if n >= 6 {
            members.reverse();
        }
        let owner = members.remove(0);
        let new = NewGroup { group: Group::new(label("A group"), owner), members, at: at(2) };
        async move { stores.conversations.create_group(&new).await.unwrap() }
    })
    .await;
    for user in users {
        assert_eq!(own_log(stores, user).await.len(), 12);
        assert_eq!(stores.conversations.ids_of(user).await.unwrap().len(), 12);
    }
}

/// Receipts for the same members in opposite orders at once: all rise, none of them waits in a circle.
pub async fn receipts_in_opposite_orders_at_once_all_count(stores: &Stores) {
    let users = crowd(stores, 5).await;
    let conversations = [group(stores, users[0], &users[1..]).await, group(stores, users[0], &users[1..]).await];
    for conversation in conversations {
        chat(stores, conversation, users[0], 12).await;
    }
    together(12, |n| {
        let stores = stores.clone();
        let to = seq(i64::try_from(n).unwrap() + 1);
        let mut wishes = Vec::new();
        for conversation in conversations {
            for user in &users[1..] {
                let kind = if n % 3 == 0 { ReceiptKind::Read } else { ReceiptKind::Delivered };
                wishes.push(raise(conversation, *user, kind, to, at(5)));
            }
        }
        if n % 2 == 0 {
            wishes.reverse();
        }
        async move { advance(&stores, &wishes).await }
    })
    .await;
    for conversation in conversations {
        for user in &users[1..] {
            let marks = stores.conversations.view(conversation, *user).await.unwrap().unwrap().me.marks;
            assert_eq!((marks.delivered, marks.read), (seq(12), seq(10)));
        }
    }
}

/// A call may be about more than a statement has room for; databases differ in where that is.
pub async fn a_call_about_very_many_is_answered(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, bob, 3).await;
    let mut users: Vec<_> = (1_000_000..1_040_000).filter_map(UserId::new).collect();
    users.extend([bob, ann]);
    let found: Vec<_> = stores.users.get(&users).await.unwrap().iter().map(|user| user.id).collect();
    assert_eq!(found, [pair(ann, bob).low(), pair(ann, bob).high()]);
    let mut conversations: Vec<_> = (1_000_000..1_040_000).filter_map(ConversationId::new).collect();
    conversations.push(conversation);
    assert_eq!(stores.conversations.heads(&conversations).await.unwrap(), [(conversation, seq(3))]);
    let mut wishes: Vec<_> =
        conversations.iter().map(|conversation| raise(*conversation, ann, ReceiptKind::Read, seq(2), at(5))).collect();
    wishes.push(raise(conversation, ann, ReceiptKind::Delivered, seq(3), at(5)));
    assert_eq!(advance(stores, &wishes).await.len(), 2);
}

/// Everything that people do, at once and to each other: nothing fails, and every log is dense afterwards.
pub async fn everything_at_once_leaves_every_log_dense(stores: &Stores) {
    let users = crowd(stores, 6).await;
    let shared = group(stores, users[0], &users[1..]).await;
    together(12, |n| {
        let (stores, users) = (stores.clone(), users.clone());
        let me = users[n % 6];
        async move {
            for round in 0..3 {
                // Every pair meets from both sides, and in the last round at the same moment.
                let other = users[(n + 1 + round) % 6];
                say(&stores, shared, me, "hello").await;
                attempt(&stores, me, Step::Request, other).await;
                let conversation = direct(&stores, me, other).await;
                speak(&stores, conversation, me).await;
                advance(&stores, &[raise(conversation, other, ReceiptKind::Delivered, seq(1_000), at(5))]).await;
                advance(&stores, &[raise(shared, other, ReceiptKind::Read, seq(1_000), at(6))]).await;
                attempt(&stores, me, Step::Block, other).await;
                stores.conversations.list(me, None, size(10)).await.unwrap();
                attempt(&stores, me, Step::Unblock, other).await;
                stores.relations.presence_circle(me).await.unwrap();
            }
        }
    })
    .await;
    for user in &users {
        own_log(stores, *user).await;
        for position in stores.conversations.positions(*user).await.unwrap() {
            let log = changes(stores, position.conversation, 0, 100).await;
            let expected: Vec<_> = (1..=position.head.get()).collect();
            assert_eq!(log.items.iter().map(|entry| entry.seq().get()).collect::<Vec<_>>(), expected);
            assert!(position.marks.read <= position.marks.delivered && position.marks.delivered <= position.head);
        }
    }
    assert_eq!(changes(stores, shared, 0, 1).await.head, seq(36));
}

/// A step that may be impossible by now, which is nobody's fault.
async fn attempt(stores: &Stores, actor: UserId, step: Step, other: UserId) {
    loop {
        let relation = stores.relations.between(pair(actor, other)).await.unwrap();
        let Ok(Verdict::Change(change)) = relation.judge(actor, step, at(1)) else { return };
        let committed = stores.relations.commit(&change).await.unwrap();
        if committed != RelationCommitted::Stale {
            return;
        }
    }
}
