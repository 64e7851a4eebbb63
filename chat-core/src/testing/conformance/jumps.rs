//! Finding the place in a log at which a time is passed.

use super::scene::{at, change, crowd, group, nowhere, say_at, seq};
use crate::change::{Act, Change};
use crate::ids::{ConversationId, UserId};
use crate::ports::Stores;
use crate::time::Timestamp;

async fn place(stores: &Stores, conversation: ConversationId, at: Timestamp) -> i64 {
    stores.search.last_before(conversation, at).await.unwrap().get()
}

async fn add_at(stores: &Stores, conversation: ConversationId, by: UserId, user: UserId, at: Timestamp) {
    let add = change(stores, conversation, by, Act::Add { users: vec![user] }).await;
    stores.changes.commit(&Change { at, ..add }).await.unwrap();
}

/// The place is the last entry before the time, whether it is a message or anything else.
pub async fn a_time_is_passed_at_its_place_in_the_log(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let conversation = group(stores, users[0], &users[1..2]).await;
    assert_eq!(place(stores, conversation, at(100)).await, 0, "nothing happened");
    say_at(stores, conversation, users[0], "one", at(10)).await;
    add_at(stores, conversation, users[0], users[2], at(20)).await;
    say_at(stores, conversation, users[0], "three", at(20)).await;
    add_at(stores, conversation, users[0], users[3], at(30)).await;
    say_at(stores, conversation, users[0], "five", at(40)).await;
    for (seconds, expected) in [(0, 0), (10, 0), (11, 1), (20, 1), (21, 3), (30, 3), (31, 4), (40, 4), (41, 5)] {
        assert_eq!(place(stores, conversation, at(seconds)).await, expected, "{seconds}");
    }
    assert_eq!(place(stores, conversation, Timestamp::from_micros(at(40).micros() + 1)).await, 5, "to the microsecond");
    for far in [i64::MIN, 0] {
        assert_eq!(place(stores, conversation, Timestamp::from_micros(far)).await, 0);
    }
    assert_eq!(place(stores, conversation, Timestamp::from_micros(i64::MAX)).await, 5);
    assert_eq!(place(stores, nowhere(), at(100)).await, 0);
}

/// Logs of every length are looked through to their ends.
pub async fn every_place_of_a_log_is_found(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let (conversation, other) = (group(stores, users[0], &[]).await, group(stores, users[1], &[]).await);
    for n in 1..=20 {
        say_at(stores, other, users[1], "elsewhere", at(0)).await;
        assert_eq!(say_at(stores, conversation, users[0], "here", at(10 * n)).await.seq, seq(n));
        for looked in 1..=n {
            assert_eq!(place(stores, conversation, at(10 * looked)).await, looked - 1);
            assert_eq!(place(stores, conversation, at(10 * looked + 1)).await, looked);
        }
    }
}
