//! Socket tickets, each good for one socket, and the purge of what expired.

use super::scene::{at, together, user};
use crate::ids::{SessionId, UserId};
use crate::ports::{NewSession, Stores, Ticket};
use crate::time::Timestamp;

fn ticket(hash: &[u8], user: UserId, session: Option<SessionId>) -> Ticket {
    Ticket { hash: hash.to_vec(), user, session, expires_at: at(30) }
}

async fn session(stores: &Stores, user: UserId, expires_at: Timestamp) -> SessionId {
    let new = NewSession { user, judged_on: None, nonce: 1, at: at(0), expires_at };
    stores.sessions.open(&new).await.unwrap().unwrap()
}

async fn put(stores: &Stores, ticket: &Ticket) {
    stores.sessions.put_ticket(ticket).await.unwrap();
}

async fn take(stores: &Stores, hash: &[u8], at: Timestamp) -> Option<Ticket> {
    stores.sessions.take_ticket(hash, at).await.unwrap()
}

/// A ticket comes back whole, once.
pub async fn a_ticket_is_taken_once(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let session = session(stores, ann, at(1000)).await;
    let (with, without) = (ticket(&[1; 32], ann, Some(session)), ticket(&[2; 32], ann, None));
    put(stores, &with).await;
    put(stores, &without).await;
    assert_eq!(take(stores, &[1; 32], at(1)).await, Some(with));
    assert_eq!(take(stores, &[1; 32], at(1)).await, None);
    assert_eq!(take(stores, &[2; 32], at(1)).await, Some(without));
}

/// Eight sockets try one ticket at the same moment.
pub async fn of_many_at_once_one_gets_the_ticket(stores: &Stores) {
    let ann = user(stores, "ann").await;
    for round in 0..4 {
        let ticket = ticket(&[round; 32], ann, None);
        put(stores, &ticket).await;
        let answers = together(8, |_| {
            let stores = stores.clone();
            async move { take(&stores, &[round; 32], at(1)).await }
        })
        .await;
        let taken: Vec<_> = answers.into_iter().flatten().collect();
        assert_eq!(taken, [ticket]);
    }
}

/// A ticket is good until its moment, and not at it.
pub async fn an_expired_ticket_is_none(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let (good, late) = (ticket(&[1; 32], ann, None), ticket(&[2; 32], ann, None));
    put(stores, &good).await;
    put(stores, &late).await;
    assert_eq!(take(stores, &[2; 32], at(30)).await, None);
    assert_eq!(take(stores, &[1; 32], Timestamp::from_micros(at(30).micros() - 1)).await, Some(good));
}

/// A hash is bytes, not text: zeros, bytes that are no UTF-8, and lengths all count.
pub async fn a_hash_is_any_bytes_and_all_of_them_count(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let hashes: [&[u8]; 5] = [&[0; 32], &[0; 31], &[0xFF; 32], &[0xED, 0xA0, 0x80, 0x27, 0x5C], b"' OR 1=1 --"];
    for hash in hashes {
        assert_eq!(take(stores, hash, at(1)).await, None, "not there yet");
        put(stores, &ticket(hash, ann, None)).await;
    }
    assert_eq!(take(stores, &[], at(1)).await, None);
    for hash in hashes {
        assert_eq!(take(stores, hash, at(1)).await, Some(ticket(hash, ann, None)));
    }
}

/// Exactly what expired before the point is forgotten, and it is counted.
pub async fn a_purge_forgets_what_expired_and_nothing_else(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let over = session(stores, ann, at(10)).await;
    let on_the_point = session(stores, ann, at(20)).await;
    let later = session(stores, ann, at(1000)).await;
    for (hash, expires_at) in [(1, at(10)), (2, at(20)), (3, at(30))] {
        put(stores, &Ticket { expires_at, ..ticket(&[hash; 32], ann, None) }).await;
    }
    assert_eq!(stores.sessions.purge(at(5)).await.unwrap(), 0);
    assert_eq!(stores.sessions.purge(at(20)).await.unwrap(), 2, "one session and one ticket");
    assert_eq!(stores.sessions.purge(at(20)).await.unwrap(), 0, "they are gone already");
    assert!(!stores.sessions.is_live(over, at(5)).await.unwrap());
    for session in [on_the_point, later] {
        assert!(stores.sessions.is_live(session, at(5)).await.unwrap());
    }
    assert_eq!(take(stores, &[1; 32], at(5)).await, None);
    assert!(take(stores, &[2; 32], at(5)).await.is_some());
    assert!(take(stores, &[3; 32], at(5)).await.is_some());
}

/// Tokens name their session by its id, so the id of a forgotten session must not come back for somebody else.
pub async fn the_id_of_a_forgotten_session_is_never_used_again(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let first = session(stores, ann, at(10)).await;
    let second = session(stores, ann, at(10)).await;
    assert_eq!(stores.sessions.purge(at(20)).await.unwrap(), 2);
    let third = session(stores, ann, at(1000)).await;
    assert!(third != first && third != second, "{third} was used before");
}
