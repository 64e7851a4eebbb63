//! The logs: of a conversation and of one user, whole, dense, and read in parts.

use super::scene::{
    changes, chat, crowd, direct, group, leave, message, nobody, not_endless, nowhere, own_log, read, say, seq, size,
    step, two, two_in_direct, written,
};
use crate::change::Act;
use crate::ids::{ConversationId, ID_LIMIT, Seq, UserId};
use crate::log::{Changed, LogEntry, UserNotice};
use crate::ports::Stores;
use crate::relation::Step;

/// A whole log, read in parts of `wish`.
async fn read_through(stores: &Stores, conversation: ConversationId, wish: i64) -> Vec<LogEntry> {
    let mut entries: Vec<LogEntry> = Vec::new();
    loop {
        let after = entries.last().map_or(0, |entry| entry.seq().get());
        let part = changes(stores, conversation, after, wish).await;
        assert!(part.items.len() <= size(wish).get());
        let full = part.items.len() == size(wish).get();
        let last = part.items.last().map_or(after, |entry| entry.seq().get());
        assert!(full || last == part.head.get(), "a part that is not full ends at the head");
        if part.items.is_empty() {
            return entries;
        }
        entries.extend(part.items);
        not_endless(&entries);
    }
}

/// Messages and members' comings and goings stand in one log, dense from 1, in the order in which they happened.
pub async fn a_log_holds_everything_in_order_without_a_gap(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let mut expected = Vec::new();
    for leaver in [users[3], users[1]] {
        for _ in 0..3 {
            expected.push(LogEntry::Message(say(stores, conversation, users[2], "still here").await));
        }
        expected.extend(written(stores, conversation, leaver, Act::Remove { user: leaver }).await);
    }
    for wish in [1, 2, 3, 7, 8, 9, 100] {
        assert_eq!(read_through(stores, conversation, wish).await, expected, "in parts of {wish}");
    }
    let places: Vec<_> = expected.iter().map(|entry| entry.seq().get()).collect();
    assert_eq!(places, [1, 2, 3, 4, 5, 6, 7, 8]);
    let LogEntry::Change(left) = &expected[3] else { panic!("{:?}", expected[3]) };
    assert_eq!((left.by, &left.what), (users[3], &Changed::Left { user: users[3] }));
}

/// A part always tells the head of its conversation, however small it is and wherever it begins.
pub async fn every_part_of_a_log_tells_the_head(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let empty = changes(stores, conversation, 0, 10).await;
    assert_eq!((empty.conversation, empty.items.len(), empty.head), (conversation, 0, Seq::ZERO));
    chat(stores, conversation, ann, 5).await;
    for (after, wish, expected) in [(0, 2, 2), (2, 2, 2), (4, 2, 1), (5, 2, 0), (6, 2, 0), (ID_LIMIT - 1, 100, 0)] {
        let part = changes(stores, conversation, after, wish).await;
        assert_eq!(
            (part.conversation, part.items.len(), part.head.get()),
            (conversation, expected, 5),
            "after {after}"
        );
    }
}

/// What does not exist has no log, which is not the same as an empty one.
pub async fn a_conversation_that_is_not_has_no_log(stores: &Stores) {
    two_in_direct(stores).await;
    assert_eq!(stores.messages.changes(nowhere(), Seq::ZERO, size(10), None).await.unwrap(), None);
}

/// Each log is of its own conversation.
pub async fn logs_do_not_mix(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversations = [direct(stores, users[0], users[1]).await, direct(stores, users[0], users[2]).await];
    for n in 0..6 {
        say(stores, conversations[n % 2], users[0], "hello").await;
    }
    for conversation in conversations {
        let log = read_through(stores, conversation, 100).await;
        assert_eq!(log.iter().map(|entry| entry.seq().get()).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(log.iter().all(|entry| entry.conversation() == conversation));
    }
}

/// Whoever catches up sees each message with its receipts of now.
pub async fn a_log_shows_messages_as_they_stand(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, ann, 3).await;
    read(stores, conversation, bob, 2).await;
    let log = read_through(stores, conversation, 100).await;
    for (entry, said) in log.into_iter().zip(said) {
        let now = message(stores, said.id).await;
        assert_eq!(now.state.read_at().is_some(), now.seq <= seq(2));
        assert_eq!(entry, LogEntry::Message(now));
    }
}

/// What concerns one user alone is dense too, over everything that can happen to them.
pub async fn a_users_own_log_is_dense_over_all_kinds_of_entries(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let ann = users[0];
    step(stores, ann, Step::Request, users[1]).await;
    let opened = direct(stores, users[1], ann).await;
    step(stores, users[1], Step::Accept, ann).await;
    let made = group(stores, users[2], &[ann]).await;
    step(stores, ann, Step::Unfriend, users[1]).await;
    let log = own_log(stores, ann).await;
    assert_eq!(log.len(), 5);
    let added: Vec<_> = log
        .iter()
        .filter_map(|entry| match entry.notice {
            UserNotice::ConversationAdded { conversation, by, .. } => Some((entry.seq.get(), conversation, by)),
            UserNotice::ConversationRemoved { .. } => None,
            UserNotice::Relation { .. } => None,
        })
        .collect();
    assert_eq!(added, [(2, opened, users[1]), (4, made, users[2])]);
}

/// A user's own log is read in parts like a conversation's, and always tells its head.
pub async fn a_users_own_log_is_read_in_parts(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    assert_eq!(own(stores, ann, 0, 10).await, (vec![], 0));
    for _ in 0..5 {
        group(stores, ann, &[]).await;
    }
    group(stores, bob, &[]).await;
    for (after, wish, expected) in [
        (0, 2, vec![1, 2]),
        (2, 2, vec![3, 4]),
        (4, 2, vec![5]),
        (0, 5, vec![1, 2, 3, 4, 5]),
        (5, 2, vec![]),
        (6, 2, vec![]),
        (ID_LIMIT - 1, 2, vec![]),
    ] {
        assert_eq!(own(stores, ann, after, wish).await, (expected, 5), "after {after}");
    }
    assert_eq!(own(stores, bob, 0, 10).await, (vec![1], 1));
    assert_eq!(own(stores, nobody(), 0, 10).await, (vec![], 0));
}

async fn own(stores: &Stores, user: UserId, after: i64, wish: i64) -> (Vec<i64>, i64) {
    let part = stores.messages.own_changes(user, seq(after), size(wish)).await.unwrap();
    (part.items.iter().map(|entry| entry.seq.get()).collect(), part.head.get())
}

/// Leaving ends membership, not the log: the others read on without a gap.
pub async fn a_log_goes_on_after_somebody_left(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    say(stores, conversation, users[0], "one").await;
    leave(stores, conversation, users[0]).await;
    say(stores, conversation, users[1], "three").await;
    let places: Vec<_> = read_through(stores, conversation, 1).await.iter().map(|entry| entry.seq().get()).collect();
    assert_eq!(places, [1, 2, 3]);
}
