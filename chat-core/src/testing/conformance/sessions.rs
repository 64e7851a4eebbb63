//! Sessions: how refresh tokens follow each other, and how a session ends.

use super::scene::{at, together, two, user};
use crate::ids::{ID_LIMIT, SessionId, UserId};
use crate::ports::{NewSession, Rotated, Rotation, Stores};
use crate::time::Timestamp;

const NONCE: i64 = 42;

/// A session from `at(0)` to `at(1000)`.
async fn open(stores: &Stores, user: UserId) -> SessionId {
    let new = NewSession { user, judged_on: None, nonce: NONCE, at: at(0), expires_at: at(1000) };
    stores.sessions.open(&new).await.unwrap().unwrap()
}

/// Presents the token of a generation; a predecessor has thirty seconds of grace.
async fn rotate(stores: &Stores, session: SessionId, generation: i64, at: Timestamp) -> Rotated {
    let rotation = Rotation { session, nonce: NONCE, generation, at, grace_seconds: 30 };
    stores.sessions.rotate(&rotation).await.unwrap()
}

async fn is_live(stores: &Stores, session: SessionId, at: Timestamp) -> bool {
    stores.sessions.is_live(session, at).await.unwrap()
}

/// Every token is followed by the next generation, from 1 on.
pub async fn the_current_token_is_followed_by_the_next(stores: &Stores) {
    let user = user(stores, "ann").await;
    let session = open(stores, user).await;
    for generation in 1..=5 {
        let answer = rotate(stores, session, generation, at(generation * 100)).await;
        assert_eq!(answer, Rotated::Current { user, generation: generation + 1 });
    }
    assert!(is_live(stores, session, at(600)).await);
}

/// The answer of a rotation can get lost, so the same token gets the same successor for a while, however often.
pub async fn a_predecessor_within_grace_gets_the_same_successor(stores: &Stores) {
    let user = user(stores, "ann").await;
    let session = open(stores, user).await;
    for moment in [at(10), at(11), at(39), at(39)] {
        assert_eq!(rotate(stores, session, 1, moment).await, Rotated::Current { user, generation: 2 });
    }
    for moment in [at(40), at(69)] {
        assert_eq!(rotate(stores, session, 2, moment).await, Rotated::Current { user, generation: 3 }, "counted anew");
    }
}

/// A repeat does not stretch the grace: it counts from the rotation.
pub async fn a_predecessor_after_grace_ends_the_session(stores: &Stores) {
    let user = user(stores, "ann").await;
    for late in [at(40), at(41), at(900)] {
        let session = open(stores, user).await;
        rotate(stores, session, 1, at(10)).await;
        rotate(stores, session, 1, at(39)).await;
        assert_eq!(rotate(stores, session, 1, late).await, Rotated::Reused { user });
        assert!(!is_live(stores, session, late).await);
        assert_eq!(rotate(stores, session, 2, late).await, Rotated::Gone, "the thief's and the owner's token both end");
    }
}

/// Without a grace time the first repeat is already a theft.
pub async fn without_grace_no_repeat_is_allowed(stores: &Stores) {
    let user = user(stores, "ann").await;
    let session = open(stores, user).await;
    let rotation = Rotation { session, nonce: NONCE, generation: 1, at: at(10), grace_seconds: 0 };
    assert_eq!(stores.sessions.rotate(&rotation).await.unwrap(), Rotated::Current { user, generation: 2 });
    assert_eq!(stores.sessions.rotate(&rotation).await.unwrap(), Rotated::Reused { user });
}

/// Grace is for the last token alone, not for the ones before it.
pub async fn an_older_token_ends_the_session_even_within_grace(stores: &Stores) {
    let user = user(stores, "ann").await;
    let session = open(stores, user).await;
    rotate(stores, session, 1, at(10)).await;
    rotate(stores, session, 2, at(11)).await;
    assert_eq!(rotate(stores, session, 1, at(12)).await, Rotated::Reused { user });
    assert!(!is_live(stores, session, at(12)).await);
}

/// A token from before a restored backup carries another random number and does nothing at all.
pub async fn another_nonce_is_no_session_and_harms_none(stores: &Stores) {
    let user = user(stores, "ann").await;
    let session = open(stores, user).await;
    rotate(stores, session, 1, at(10)).await;
    for nonce in [0, -NONCE, NONCE + 1, i64::MIN, i64::MAX] {
        for generation in 1..=3 {
            let rotation = Rotation { session, nonce, generation, at: at(11), grace_seconds: 30 };
            assert_eq!(stores.sessions.rotate(&rotation).await.unwrap(), Rotated::Gone, "{rotation:?}");
        }
    }
    assert_eq!(rotate(stores, session, 2, at(12)).await, Rotated::Current { user, generation: 3 });
}

/// What was never issued is no old token either: it must not end the session of an innocent.
pub async fn a_generation_never_issued_is_no_session_and_harms_none(stores: &Stores) {
    let user = user(stores, "ann").await;
    let session = open(stores, user).await;
    for generation in [2, 3, i64::MAX, 0, -1, i64::MIN] {
        assert_eq!(rotate(stores, session, generation, at(10)).await, Rotated::Gone, "{generation}");
    }
    assert_eq!(rotate(stores, session, 1, at(10)).await, Rotated::Current { user, generation: 2 });
    for generation in [3, i64::MAX, 0, i64::MIN] {
        assert_eq!(rotate(stores, session, generation, at(11)).await, Rotated::Gone, "{generation}");
    }
    assert!(is_live(stores, session, at(11)).await);
}

/// Of many sessions those are told that go on, whatever the order of the question and however often one is in it.
pub async fn of_many_sessions_those_are_told_that_go_on(stores: &Stores) {
    let user = user(stores, "ann").await;
    let (one, ended, two) = (open(stores, user).await, open(stores, user).await, open(stores, user).await);
    stores.sessions.end(ended, at(1)).await.unwrap();
    let mut expected = [one, two];
    expected.sort();
    let asked = [two, SessionId::new(ID_LIMIT - 1).unwrap(), ended, one, two];
    assert_eq!(stores.sessions.live(&asked, at(2)).await.unwrap(), expected);
    assert_eq!(stores.sessions.live(&asked, at(1_000_000_000)).await.unwrap(), [], "all have expired by then");
    assert_eq!(stores.sessions.live(&[], at(2)).await.unwrap(), []);
}

/// A session that never was is not live, cannot be rotated and cannot be ended.
pub async fn an_unknown_session_is_gone(stores: &Stores) {
    let session = SessionId::new(ID_LIMIT - 1).unwrap();
    assert_eq!(rotate(stores, session, 1, at(0)).await, Rotated::Gone);
    assert!(!is_live(stores, session, at(0)).await);
    assert!(!stores.sessions.end(session, at(0)).await.unwrap());
}

/// Ending is final and true once.
pub async fn an_ended_session_is_over(stores: &Stores) {
    let user = user(stores, "ann").await;
    let session = open(stores, user).await;
    rotate(stores, session, 1, at(1)).await;
    rotate(stores, session, 2, at(2)).await;
    assert!(is_live(stores, session, at(3)).await);
    assert!(stores.sessions.end(session, at(3)).await.unwrap());
    assert!(!stores.sessions.end(session, at(3)).await.unwrap(), "it was over already");
    assert!(!is_live(stores, session, at(3)).await);
    for generation in [1, 2, 3] {
        assert_eq!(rotate(stores, session, generation, at(3)).await, Rotated::Gone);
    }
}

/// A session ends on time however often it was refreshed, at the very moment it was given.
pub async fn an_expired_session_is_over(stores: &Stores) {
    let user = user(stores, "ann").await;
    let session = open(stores, user).await;
    let last_moment = Timestamp::from_micros(at(1000).micros() - 1);
    rotate(stores, session, 1, at(500)).await;
    assert!(is_live(stores, session, last_moment).await);
    assert!(!is_live(stores, session, at(1000)).await);
    assert_eq!(rotate(stores, session, 2, at(1000)).await, Rotated::Gone);
    assert!(!stores.sessions.end(session, at(1000)).await.unwrap());
    let session = open(stores, user).await;
    assert_eq!(rotate(stores, session, 1, last_moment).await, Rotated::Current { user, generation: 2 });
    assert_eq!(rotate(stores, session, 2, at(1000)).await, Rotated::Gone, "a rotation does not make it last longer");
}

/// Signing out on one device leaves the other devices and the other users alone.
pub async fn every_session_lives_for_itself(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let (phone, laptop, other) = (open(stores, ann).await, open(stores, ann).await, open(stores, bob).await);
    rotate(stores, phone, 1, at(1)).await;
    assert!(stores.sessions.end(phone, at(2)).await.unwrap());
    assert_eq!(rotate(stores, laptop, 1, at(3)).await, Rotated::Current { user: ann, generation: 2 });
    assert_eq!(rotate(stores, other, 1, at(3)).await, Rotated::Current { user: bob, generation: 2 });
}

/// The random number has 64 bits, and all of them count.
pub async fn a_nonce_keeps_all_of_its_bits(stores: &Stores) {
    let user = user(stores, "ann").await;
    for nonce in [i64::MIN, i64::MIN + 1, -1, 0, (1 << 53) + 1, i64::MAX - 1, i64::MAX] {
        let new = NewSession { user, judged_on: None, nonce, at: at(0), expires_at: at(1000) };
        let session = stores.sessions.open(&new).await.unwrap().unwrap();
        let rotation = Rotation { session, nonce, generation: 1, at: at(1), grace_seconds: 30 };
        let near = Rotation { nonce: nonce ^ 1, ..rotation };
        assert_eq!(stores.sessions.rotate(&near).await.unwrap(), Rotated::Gone);
        assert_eq!(stores.sessions.rotate(&rotation).await.unwrap(), Rotated::Current { user, generation: 2 });
    }
}

/// Two tabs that refresh at once must not throw each other out.
pub async fn one_token_presented_by_many_at_once_gets_one_successor(stores: &Stores) {
    let user = user(stores, "ann").await;
    let session = open(stores, user).await;
    for generation in 1..=5 {
        let answers = together(8, |_| {
            let stores = stores.clone();
            async move { rotate(&stores, session, generation, at(generation * 100)).await }
        })
        .await;
        assert_eq!(answers, [Rotated::Current { user, generation: generation + 1 }; 8]);
    }
}

/// Of many that sign out at once exactly one did it.
pub async fn of_many_at_once_one_ends_the_session(stores: &Stores) {
    let session = open(stores, user(stores, "ann").await).await;
    let answers = together(8, |_| {
        let stores = stores.clone();
        async move { stores.sessions.end(session, at(1)).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|ended| **ended).count(), 1, "{answers:?}");
}
