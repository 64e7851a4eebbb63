//! Many at once in one conversation: the log stays dense, retries stay single, and a decision that was overtaken loses.

use super::scene::{
    append, at, body, changes, chat, crowd, direct, draft, group, head, history, key, pair, places, say, seq, step,
    stored, text_of, together, two, two_in_direct, user, version,
};
use crate::change::{Act, Change};
use crate::command::HistoryStart;
use crate::ids::{ConversationId, UserId, Version};
use crate::log::{ChangeEntry, Changed, LogEntry};
use crate::message::Mentions;
use crate::ports::{Appended, Committed, DirectOpened, NewDirect, NewMessage, Stores};
use crate::relation::Step;

/// Thirty-two senders at once get the places 1 to 32, each one of them.
pub async fn many_senders_at_once_get_a_dense_log(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let new = draft(stores, conversation, ann, "hello").await;
    let answers = together(32, |n| {
        let (stores, text) = (stores.clone(), format!("number {n}"));
        let sender = [ann, bob][n % 2];
        let new = NewMessage { sender, body: body(&text), client_id: Some(key(&format!("key-{n}"))), ..new.clone() };
        async move { stored(&stores, &new).await }
    })
    .await;
    let mut said = answers;
    said.sort_by_key(|message| message.seq);
    assert_eq!(places(&said), (1..=32).collect::<Vec<_>>());
    let log = changes(stores, conversation, 0, 100).await;
    assert_eq!(log.head, seq(32));
    assert_eq!(log.items, said.into_iter().map(LogEntry::Message).collect::<Vec<_>>(), "each answer told the truth");
}

/// Thirty-two repeats of one attempt at once are one message.
pub async fn many_repeats_at_once_store_one_message(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let new = NewMessage { client_id: Some(key("key-1")), ..draft(stores, conversation, ann, "hello").await };
    let answers = together(32, |_| {
        let (stores, new) = (stores.clone(), new.clone());
        async move { append(&stores, &new).await }
    })
    .await;
    let stored: Vec<_> = answers.iter().filter(|answer| matches!(answer, Appended::Stored(_))).collect();
    let [Appended::Stored(message)] = &stored[..] else { panic!("{stored:?}") };
    let repeats = answers.iter().filter(|answer| **answer == Appended::Repeated(message.clone())).count();
    assert_eq!(repeats, 31, "{answers:?}");
    assert_eq!(head(stores, conversation).await, seq(1));
    assert_eq!(places(&history(stores, conversation, HistoryStart::Newest, 10).await.items), [1]);
}

/// One key with different words at once: one is stored, the others are told.
pub async fn one_key_with_different_words_at_once_stores_one(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let new = NewMessage { client_id: Some(key("key-1")), ..draft(stores, conversation, ann, "hello").await };
    let answers = together(16, |n| {
        let (stores, new) = (stores.clone(), NewMessage { body: body(&format!("words {n}")), ..new.clone() });
        async move { append(&stores, &new).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Appended::Stored(_))).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| **answer == Appended::Conflict).count(), 15, "{answers:?}");
    assert_eq!(head(stores, conversation).await, seq(1));
}

/// Stale messages, repeats and fresh ones that share a moment (and perhaps a batch) each get their own answer.
pub async fn every_kind_of_answer_at_once_is_given_to_the_right_one(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let first = NewMessage { client_id: Some(key("known")), ..draft(stores, conversation, ann, "known").await };
    let known = stored(stores, &first).await;
    let answers = together(32, |n| {
        let stores = stores.clone();
        let fresh =
            NewMessage { client_id: Some(key(&format!("key-{n}"))), sender: [ann, bob][n / 4 % 2], ..first.clone() };
        let new = match n % 4 {
            0 => NewMessage { body: body(&format!("fresh {n}")), ..fresh },
            1 => first.clone(),
            2 => NewMessage { body: body("something else"), ..first.clone() },
            _ => NewMessage { judged_on: Version(first.judged_on.0 + 1), ..fresh },
        };
        async move { append(&stores, &new).await }
    })
    .await;
    for (n, answer) in answers.iter().enumerate() {
        match n % 4 {
            0 => assert!(
                matches!(answer, Appended::Stored(message) if text_of(message) == format!("fresh {n}")),
                "{answer:?}"
            ),
            1 => assert_eq!(*answer, Appended::Repeated(known.clone())),
            2 => assert_eq!(*answer, Appended::Conflict),
            _ => assert_eq!(*answer, Appended::Stale),
        }
    }
    let log = changes(stores, conversation, 0, 100).await;
    assert_eq!(log.items.iter().map(|entry| entry.seq().get()).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
}

/// What one sender says in sequence stays in sequence, whatever the others do.
pub async fn each_sender_keeps_their_own_order(stores: &Stores) {
    let users = crowd(stores, 8).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let said = together(8, |n| {
        let (stores, sender) = (stores.clone(), users[n]);
        async move { chat(&stores, conversation, sender, 8).await }
    })
    .await;
    for messages in &said {
        assert!(messages.is_sorted_by_key(|message| message.seq), "{:?}", places(messages));
    }
    let mut all: Vec<_> = said.iter().flat_map(|messages| places(messages)).collect();
    all.sort_unstable();
    assert_eq!(all, (1..=64).collect::<Vec<_>>());
}

/// A socket hands its frames on without waiting for each answer: their places follow the order of the calls.
pub async fn calls_that_do_not_wait_keep_their_order(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let new = draft(stores, conversation, ann, "hello").await;
    for _ in 0..8 {
        let (first, second, third, fourth) = tokio::join!(
            biased;
            stored(stores, &new),
            stored(stores, &new),
            stored(stores, &new),
            stored(stores, &new),
        );
        let order = places(&[first, second, third, fourth]);
        assert!(order.is_sorted(), "{order:?}");
    }
}

/// Many conversations at once: each is dense by itself, and nobody waits for anybody in a circle.
pub async fn many_conversations_at_once_are_each_dense(stores: &Stores) {
    let users = crowd(stores, 5).await;
    let mut conversations = Vec::new();
    for other in &users[1..] {
        conversations.push(direct(stores, users[0], *other).await);
        conversations.push(group(stores, users[0], &[*other]).await);
    }
    together(16, |n| {
        let (stores, sender) = (stores.clone(), users[0]);
        // Half of the tasks go through the conversations from the other end.
        let mut round = conversations.clone();
        if n % 2 == 0 {
            round.reverse();
        }
        async move {
            for conversation in round {
                say(&stores, conversation, sender, "hello").await;
            }
        }
    })
    .await;
    for conversation in conversations {
        let log = changes(stores, conversation, 0, 100).await;
        assert_eq!(log.items.iter().map(|entry| entry.seq().get()).collect::<Vec<_>>(), (1..=16).collect::<Vec<_>>());
    }
}

/// What was judged before a block that has been acknowledged is never stored after it.
pub async fn a_message_judged_before_a_block_is_stale_after_it(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let before = draft(stores, conversation, bob, "hello").await;
    stored(stores, &before).await;
    step(stores, ann, Step::Block, bob).await;
    assert_eq!(append(stores, &before).await, Appended::Stale);
    let between = draft(stores, conversation, bob, "hello").await;
    step(stores, ann, Step::Unblock, bob).await;
    assert_eq!(append(stores, &between).await, Appended::Stale);
    assert_eq!(head(stores, conversation).await, seq(1));
}

/// Senders that never look again race with a block: once it is acknowledged, nothing more is stored.
pub async fn a_block_wins_against_messages_on_their_way(stores: &Stores) {
    let bob = user(stores, "bob").await;
    for round in 0..8 {
        let ann = user(stores, &format!("ann{round}")).await;
        let conversation = direct(stores, ann, bob).await;
        let new = draft(stores, conversation, bob, "hello").await;
        let answers = together(5, |n| {
            let (stores, new) = (stores.clone(), new.clone());
            async move {
                if n == 0 {
                    for _ in 0..round {
                        tokio::task::yield_now().await;
                    }
                    step(&stores, ann, Step::Block, bob).await;
                    return (0, Some(head(&stores, conversation).await));
                }
                let mut sent = 0;
                while let Appended::Stored(_) = append(&stores, &new).await {
                    sent += 1;
                    assert!(sent < 10_000, "the block never came through");
                    // A store that never waits would not let the block have its turn.
                    tokio::task::yield_now().await;
                }
                (sent, None)
            }
        })
        .await;
        let sent: i64 = answers.iter().map(|(sent, _)| sent).sum();
        let at_the_block = answers[0].1;
        assert_eq!(Some(head(stores, conversation).await), at_the_block, "something was stored after the block");
        assert_eq!(at_the_block, Some(seq(sent)));
    }
}

/// A block and an opening race: either the opening comes too late, or the block moves the version of what was opened.
pub async fn a_block_wins_against_an_opening_on_its_way(stores: &Stores) {
    let users = crowd(stores, 16).await;
    for round in users.chunks(2) {
        let (ann, bob) = (round[0], round[1]);
        let answers = together(2, |n| {
            let stores = stores.clone();
            let new = NewDirect { pair: pair(ann, bob), by: bob, judged_on: Version(0), at: at(2) };
            async move {
                if n == 0 {
                    step(&stores, ann, Step::Block, bob).await;
                    return None;
                }
                Some(stores.conversations.open_direct(&new).await.unwrap())
            }
        })
        .await;
        match &answers[1] {
            Some(DirectOpened::Created(made, _)) => {
                assert!(version(stores, made.id).await > made.version, "the block did not reach the conversation");
            }
            other => assert_eq!(*other, Some(DirectOpened::Stale)),
        }
    }
}

/// Members leave while everybody talks: nobody says anything after having left, and the log stays dense.
pub async fn who_left_says_nothing_more(stores: &Stores) {
    let users = crowd(stores, 8).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    together(8, |n| {
        let (stores, user) = (stores.clone(), users[n]);
        async move {
            let other = stores.clone();
            let talking = tokio::spawn(async move { talk_until_out(&other, conversation, user).await });
            if n > 0 {
                leave_at_last(&stores, conversation, user).await;
            }
            talking.await.unwrap();
        }
    })
    .await;
    let log = changes(stores, conversation, 0, 100).await;
    let mut left = Vec::new();
    for (place, entry) in (1..).zip(&log.items) {
        assert_eq!(entry.seq().get(), place);
        match entry {
            LogEntry::Message(message) => assert!(!left.contains(&message.sender), "{message:?} after leaving"),
            LogEntry::Change(ChangeEntry { what: Changed::Left { user }, .. }) => left.push(*user),
            LogEntry::Change(entry) => panic!("{entry:?}"),
        }
    }
    left.sort();
    assert_eq!(left, users[1..]);
    assert_eq!(log.head.get(), i64::try_from(log.items.len()).unwrap());
}

/// Says at most eight things, judging each one anew, until the user is out.
async fn talk_until_out(stores: &Stores, conversation: ConversationId, user: UserId) {
    let mut said = 0;
    while said < 8 {
        let facts = stores.conversations.facts(conversation, user).await.unwrap().unwrap();
        if facts.role.is_none() {
            return;
        }
        let new = NewMessage {
            conversation,
            sender: user,
            body: body("still here"),
            client_id: Some(key(&format!("key-{said}"))),
            reply_to: None,
            pace: crate::pace::Pace::NONE,
            mentions: Mentions::NOBODY,
            forwarded: None,
            judged_on: facts.version,
            at: at(3),
        };
        if let Appended::Stored(_) = append(stores, &new).await {
            said += 1;
        }
    }
}

async fn leave_at_last(stores: &Stores, conversation: ConversationId, user: UserId) {
    loop {
        let judged_on = version(stores, conversation).await;
        let departure = Change { conversation, by: user, act: Act::Remove { user }, judged_on, at: at(4) };
        if let Committed::Written { .. } = stores.changes.commit(&departure).await.unwrap() {
            return;
        }
    }
}

/// Two open their conversation, write at once and read at once: what each is shown is one and the same log.
pub async fn two_who_write_at_once_see_one_log(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let logs = together(2, |n| {
        let (stores, me, other) = (stores.clone(), [ann, bob][n], [bob, ann][n]);
        async move {
            let conversation = direct(&stores, me, other).await;
            chat(&stores, conversation, me, 10).await;
            conversation
        }
    })
    .await;
    assert_eq!(logs[0], logs[1]);
    let back = history(stores, logs[0], HistoryStart::Newest, 100).await;
    let on = history(stores, logs[0], HistoryStart::After(seq(0)), 100).await;
    assert_eq!(places(&on.items), (1..=20).collect::<Vec<_>>());
    assert_eq!(back.items.into_iter().rev().collect::<Vec<_>>(), on.items);
}
