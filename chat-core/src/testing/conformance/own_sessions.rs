//! One's own sessions: which there are, and ending them.

use super::scene::{at, not_endless, size, together, two, user};
use crate::ids::{ID_LIMIT, SessionId, UserId};
use crate::page::{Page, PageSize};
use crate::ports::{LiveSession, NewSession, Rotation, Stores, WhichSessions};
use crate::time::Timestamp;

async fn open(stores: &Stores, user: UserId, from: Timestamp, until: Timestamp) -> SessionId {
    let new = NewSession { user, judged_on: None, nonce: 1, at: from, expires_at: until };
    stores.sessions.open(&new).await.unwrap().unwrap()
}

/// So many sessions of a user, in the order of their ids.
async fn open_many(stores: &Stores, user: UserId, count: i64) -> Vec<SessionId> {
    let mut sessions = Vec::new();
    for n in 0..count {
        sessions.push(open(stores, user, at(n), at(1000)).await);
    }
    sessions.sort();
    sessions
}

async fn list(stores: &Stores, user: UserId, after: Option<SessionId>, wish: i64) -> Page<LiveSession> {
    stores.sessions.list(user, after, size(wish), at(100)).await.unwrap()
}

async fn ids(stores: &Stores, user: UserId) -> Vec<SessionId> {
    list(stores, user, None, 100).await.items.into_iter().map(|session| session.id).collect()
}

async fn end(stores: &Stores, user: UserId, which: WhichSessions) -> Vec<SessionId> {
    stores.sessions.end_of(user, which, at(100)).await.unwrap()
}

/// Whatever ended or expired is not among them, and each tells its times to the microsecond.
pub async fn a_user_sees_their_own_sessions_that_go_on(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let fresh = open(stores, ann, at(1), at(1000)).await;
    let used = open(stores, ann, at(2), at(2000)).await;
    let ended = open(stores, ann, at(3), at(1000)).await;
    open(stores, ann, at(4), at(100)).await;
    open(stores, bob, at(5), at(1000)).await;
    let rotation = Rotation { session: used, nonce: 1, generation: 1, at: at(50), grace_seconds: 30 };
    stores.sessions.rotate(&rotation).await.unwrap();
    stores.sessions.end(ended, at(60)).await.unwrap();
    let mut expected = [
        LiveSession { id: fresh, created_at: at(1), refreshed_at: None, expires_at: at(1000) },
        LiveSession { id: used, created_at: at(2), refreshed_at: Some(at(50)), expires_at: at(2000) },
    ];
    expected.sort_by_key(|session| session.id);
    assert_eq!(list(stores, ann, None, 100).await, Page { items: expected.to_vec(), next: None });
}

/// Pages follow each other by id without a gap or a repeat; what is over takes no place on any.
pub async fn pages_of_sessions_follow_each_other_by_id(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let mut expected = open_many(stores, ann, 8).await;
    for over in [expected.remove(5), expected.remove(2)] {
        stores.sessions.end(over, at(60)).await.unwrap();
    }
    for wish in [1, 2, 3, 5, 6] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = list(stores, ann, after, wish).await;
            assert!(page.items.len() <= PageSize::clamped(wish).get());
            seen.extend(page.items.iter().map(|session| session.id));
            not_endless(&seen);
            let Some(next) = page.next else { break };
            after = SessionId::new(next);
        }
        assert_eq!(seen, expected, "pages of {wish}");
    }
}

/// One session is ended, once, and the others go on.
pub async fn one_of_ones_own_sessions_is_ended(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let sessions = open_many(stores, ann, 3).await;
    assert_eq!(end(stores, ann, WhichSessions::Only(sessions[1])).await, [sessions[1]]);
    assert_eq!(end(stores, ann, WhichSessions::Only(sessions[1])).await, [], "it was over already");
    assert_eq!(ids(stores, ann).await, [sessions[0], sessions[2]]);
    let expired = open(stores, ann, at(1), at(100)).await;
    assert_eq!(end(stores, ann, WhichSessions::Only(expired)).await, [], "it had expired");
}

/// All but one, or all; those that had ended are not told again.
pub async fn all_others_are_ended_and_told_in_order(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let mut sessions = open_many(stores, ann, 9).await;
    let (kept, over) = (sessions.remove(4), sessions.remove(0));
    stores.sessions.end(over, at(60)).await.unwrap();
    assert_eq!(end(stores, ann, WhichSessions::AllBut(Some(kept))).await, sessions);
    assert_eq!(ids(stores, ann).await, [kept]);
    assert_eq!(end(stores, ann, WhichSessions::AllBut(Some(kept))).await, []);
    assert_eq!(end(stores, ann, WhichSessions::AllBut(None)).await, [kept]);
    assert_eq!(ids(stores, ann).await, []);
}

/// Naming the session of another ends nothing; keeping it keeps nothing of one's own.
pub async fn somebody_elses_sessions_are_not_there(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let (hers, his) = (open_many(stores, ann, 2).await, open_many(stores, bob, 2).await);
    for other in [his[0], SessionId::new(ID_LIMIT - 1).unwrap()] {
        assert_eq!(end(stores, ann, WhichSessions::Only(other)).await, []);
    }
    assert_eq!(end(stores, ann, WhichSessions::AllBut(Some(his[0]))).await, hers);
    assert_eq!(ids(stores, bob).await, his);
}

/// Eight devices end all others at the same moment: each session is told by exactly one, and at most one is left.
pub async fn of_many_at_once_that_end_all_others_each_session_is_told_once(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let sessions = open_many(stores, ann, 8).await;
    let answers = together(8, |n| {
        let (stores, kept) = (stores.clone(), sessions[n]);
        async move { end(&stores, ann, WhichSessions::AllBut(Some(kept))).await }
    })
    .await;
    let mut told: Vec<_> = answers.into_iter().flatten().collect();
    let count = told.len();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), count, "one was told twice");
    told.extend(ids(stores, ann).await);
    told.sort();
    assert_eq!(told, sessions);
}
