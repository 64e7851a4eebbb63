//! Passwords: replaced on what was judged only, together with the sessions that end with them.

use super::scene::{at, create, new_user, nobody, size, together};
use crate::ids::{SessionId, UserId};
use crate::ports::{Login, NewSession, NewUser, PasswordChange, Stores};

/// A user whose password has the hash `old`.
async fn with_password(stores: &Stores, name: &str) -> UserId {
    create(stores, &NewUser { password_hash: Some("old".to_owned()), ..new_user(name) }).await.id
}

fn change(user: UserId, judged_on: Option<&str>, hash: &str) -> PasswordChange {
    PasswordChange { user, judged_on: judged_on.map(str::to_owned), hash: hash.to_owned() }
}

async fn hash_of(stores: &Stores, user: UserId) -> Option<String> {
    stores.users.find_login(&Login::Id(user)).await.unwrap().unwrap().hash
}

async fn try_open(stores: &Stores, user: UserId, judged_on: Option<&str>) -> Option<SessionId> {
    let judged_on = judged_on.map(str::to_owned);
    let new = NewSession { user, judged_on, nonce: 1, at: at(0), expires_at: at(1000) };
    stores.sessions.open(&new).await.unwrap()
}

async fn sessions_of(stores: &Stores, user: UserId) -> Vec<SessionId> {
    let page = stores.sessions.list(user, None, size(100), at(1)).await.unwrap();
    page.items.into_iter().map(|session| session.id).collect()
}

/// The hash is replaced, for users who had one and for users who had none, and for nobody else; no session ends.
pub async fn a_hash_is_replaced_where_it_is_the_one_that_was_judged_on(stores: &Stores) {
    let (ann, cid) = (with_password(stores, "ann").await, with_password(stores, "cid").await);
    let bob = create(stores, &new_user("bob")).await.id;
    let session = try_open(stores, ann, Some("old")).await.unwrap();
    for (user, before) in [(ann, Some("old")), (bob, None)] {
        assert!(stores.users.rehash(&change(user, before, "$new$hash'\"\\")).await.unwrap());
        assert_eq!(hash_of(stores, user).await.as_deref(), Some("$new$hash'\"\\"));
    }
    assert_eq!(hash_of(stores, cid).await.as_deref(), Some("old"));
    assert_eq!(sessions_of(stores, ann).await, [session]);
}

/// Having a password and having none are told apart too.
pub async fn a_hash_that_was_replaced_meanwhile_stays(stores: &Stores) {
    let ann = with_password(stores, "ann").await;
    let bob = create(stores, &new_user("bob")).await.id;
    for (user, wrong) in [(ann, Some("OLD")), (ann, Some("")), (ann, None), (bob, Some("")), (bob, Some("old"))] {
        assert!(!stores.users.rehash(&change(user, wrong, "new")).await.unwrap(), "{wrong:?}");
    }
    assert_eq!((hash_of(stores, ann).await.as_deref(), hash_of(stores, bob).await), (Some("old"), None));
}

/// The sessions that end are told in their order, without those that were over; those of others go on.
pub async fn another_password_ends_all_sessions_but_the_one_that_asks(stores: &Stores) {
    let (ann, bob) = (with_password(stores, "ann").await, with_password(stores, "bob").await);
    let other = try_open(stores, bob, Some("old")).await.unwrap();
    let mut hers = Vec::new();
    for _ in 0..5 {
        hers.push(try_open(stores, ann, Some("old")).await.unwrap());
    }
    hers.sort();
    let (kept, over) = (hers.remove(2), hers.remove(0));
    stores.sessions.end(over, at(1)).await.unwrap();

    let ended = stores.sessions.change_password(&change(ann, Some("old"), "new"), Some(kept), at(1)).await.unwrap();
    assert_eq!(ended, Some(hers));
    assert_eq!(hash_of(stores, ann).await.as_deref(), Some("new"));
    assert_eq!((sessions_of(stores, ann).await, sessions_of(stores, bob).await), (vec![kept], vec![other]));

    let ended = stores.sessions.change_password(&change(ann, Some("new"), "newer"), None, at(1)).await.unwrap();
    assert_eq!((ended, sessions_of(stores, ann).await), (Some(vec![kept]), vec![]));
}

/// Neither half of it happens.
pub async fn a_change_judged_on_a_former_password_changes_and_ends_nothing(stores: &Stores) {
    let ann = with_password(stores, "ann").await;
    let session = try_open(stores, ann, Some("old")).await.unwrap();
    for wrong in [Some("former"), None] {
        let answer = stores.sessions.change_password(&change(ann, wrong, "new"), None, at(1)).await.unwrap();
        assert_eq!(answer, None);
    }
    assert_eq!(hash_of(stores, ann).await.as_deref(), Some("old"));
    assert_eq!(sessions_of(stores, ann).await, [session]);
}

/// Whoever proved a password that is none any more is not let in by it.
pub async fn a_session_judged_on_a_former_password_is_not_opened(stores: &Stores) {
    let ann = with_password(stores, "ann").await;
    let bob = create(stores, &new_user("bob")).await.id;
    for (user, wrong) in [(ann, Some("former")), (ann, None), (bob, Some("old")), (bob, Some(""))] {
        assert_eq!(try_open(stores, user, wrong).await, None, "{wrong:?}");
    }
    assert!(try_open(stores, ann, Some("old")).await.is_some());
    assert!(try_open(stores, bob, None).await.is_some());
    assert_eq!((sessions_of(stores, ann).await.len(), sessions_of(stores, bob).await.len()), (1, 1));
}

/// A user who does not exist has none of it.
pub async fn nobody_has_no_password_and_no_session(stores: &Stores) {
    assert!(!stores.users.rehash(&change(nobody(), None, "new")).await.unwrap());
    assert_eq!(stores.sessions.change_password(&change(nobody(), None, "new"), None, at(1)).await.unwrap(), None);
    assert_eq!(try_open(stores, nobody(), None).await, None);
    assert_eq!(sessions_of(stores, nobody()).await, []);
}

/// Sixteen devices change the same password at the same moment: one of them does, and its password is the one that counts.
pub async fn of_many_changes_at_once_one_happens(stores: &Stores) {
    let ann = with_password(stores, "ann").await;
    let answers = together(16, |n| {
        let stores = stores.clone();
        async move {
            let change = change(ann, Some("old"), &format!("new {n}"));
            stores.sessions.change_password(&change, None, at(1)).await.unwrap()
        }
    })
    .await;
    let done: Vec<_> = (0..16).filter(|n| answers[*n].is_some()).collect();
    assert_eq!(done.len(), 1, "{answers:?}");
    assert_eq!(hash_of(stores, ann).await, Some(format!("new {}", done[0])));
}

/// Sign-ins with the old password race its change. Whichever comes first, none of them is live afterwards.
pub async fn a_sign_in_beside_a_change_is_ended_or_refused(stores: &Stores) {
    for round in 0..8 {
        let ann = with_password(stores, &format!("ann{round}")).await;
        let answers = together(8, |n| {
            let stores = stores.clone();
            async move {
                if n % 4 == 3 {
                    let change = change(ann, Some("old"), "new");
                    stores.sessions.change_password(&change, None, at(1)).await.unwrap().unwrap_or_default()
                } else {
                    try_open(&stores, ann, Some("old")).await;
                    Vec::new()
                }
            }
        })
        .await;
        assert_eq!(sessions_of(stores, ann).await, [], "{answers:?}");
    }
}
