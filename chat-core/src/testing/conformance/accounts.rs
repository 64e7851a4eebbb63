//! Users: made once, found by id and by login, and what they show.

use super::scene::{at, create, direct, ids, label, new_user, nobody, seq, together, two, user};
use crate::ids::UserId;
use crate::ports::{Login, NewUser, Stores, UserCreated};
use crate::presence::Status;
use crate::user::{Email, User, Username};

fn with_email(name: &str, address: &str) -> NewUser {
    NewUser { email: Some(Email::new(address).unwrap()), ..new_user(name) }
}

fn by_name(name: &str) -> Login {
    Login::NameKey(Username::key_of(name))
}

fn by_email(address: &str) -> Login {
    Login::Email(Email::new(address).unwrap())
}

async fn found(stores: &Stores, login: &Login) -> Option<User> {
    stores.users.find_login(login).await.unwrap().map(|found| found.user)
}

async fn only(stores: &Stores, user: UserId) -> User {
    stores.users.get(&[user]).await.unwrap().remove(0)
}

/// One and the same user comes back from every side, with the hash and the moment as they were given.
pub async fn a_user_is_found_by_id_by_name_and_by_address(stores: &Stores) {
    let hash = Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned());
    let new = NewUser { password_hash: hash.clone(), ..with_email("Ann-Lee", "ann@example.org") };
    let ann = create(stores, &new).await;
    let expected = User {
        id: ann.id,
        username: Username::new("Ann-Lee").unwrap(),
        display_name: None,
        bio: None,
        avatar: None,
        status: Status::Online,
        status_message: None,
        last_seen_at: None,
        created_at: at(0),
        deleted_at: None,
    };
    assert_eq!(ann, expected);
    assert_eq!(stores.users.get(&[ann.id]).await.unwrap(), [expected]);
    for login in [by_name("ann-lee"), by_email("ann@example.org"), Login::Id(ann.id)] {
        let found = stores.users.find_login(&login).await.unwrap().unwrap();
        assert_eq!((found.user, found.hash), (ann.clone(), hash.clone()), "{login:?}");
    }
}

/// Absence is an answer, not an error.
pub async fn who_was_never_made_is_not_found(stores: &Stores) {
    user(stores, "ann").await;
    assert_eq!(stores.users.get(&[nobody()]).await.unwrap(), []);
    assert_eq!(stores.users.get(&[]).await.unwrap(), []);
    assert_eq!(found(stores, &by_name("bob")).await, None);
    assert_eq!(found(stores, &by_email("bob@example.org")).await, None);
    assert_eq!(found(stores, &Login::Id(nobody())).await, None);
}

/// The head is the last seq of the user's own log, and of nobody else's.
pub async fn an_account_tells_where_its_own_log_stands(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let cleo = user(stores, "cleo").await;
    direct(stores, ann, bob).await;
    direct(stores, ann, cleo).await;
    for (who, head) in [(ann, 2), (bob, 1), (cleo, 1)] {
        let account = stores.users.account(who).await.unwrap().unwrap();
        assert_eq!((account.user, account.log_head), (only(stores, who).await, seq(head)));
    }
    assert_eq!(stores.users.account(nobody()).await.unwrap(), None);
}

/// A login is whatever somebody typed; none of it may upset the store.
pub async fn a_login_that_no_name_can_be_finds_nobody(stores: &Stores) {
    user(stores, "ann").await;
    for text in
        ["", "ann\0", "\0", "'", "ann' OR '1'='1", "\"", "\\", "%", "a%", "___", "\u{10FFFF}", &"n".repeat(100_000)]
    {
        assert_eq!(found(stores, &Login::NameKey(text.to_owned())).await, None, "{text:?}");
    }
}

/// The order of the question and repetitions in it do not show in the answer.
pub async fn users_come_in_the_order_of_their_ids_each_once(stores: &Stores) {
    let (ann, bob, cid) = (user(stores, "ann").await, user(stores, "bob").await, user(stores, "cid").await);
    let mut expected = [ann, bob, cid];
    expected.sort();
    let asked = [cid, nobody(), ann, cid, bob, ann];
    assert_eq!(ids(&stores.users.get(&asked).await.unwrap()), expected);
}

/// `Bob` and `bob` are one name.
pub async fn capitals_do_not_make_another_name(stores: &Stores) {
    user(stores, "Bob").await;
    for name in ["bob", "BOB", "bOb"] {
        assert_eq!(stores.users.create(&new_user(name)).await.unwrap(), UserCreated::NameTaken, "{name}");
    }
}

/// Names that look alike are one name: letters of another script, digits, full-width forms.
pub async fn look_alikes_do_not_make_another_name(stores: &Stores) {
    for (name, look_alike) in [("paypal", "paypa1"), ("pop", "рор"), ("bob", "\u{FF42}ob"), ("corn", "com")] {
        user(stores, name).await;
        let answer = stores.users.create(&new_user(look_alike)).await.unwrap();
        assert_eq!(answer, UserCreated::NameTaken, "{look_alike} beside {name}");
    }
}

/// A capital may look like what its small letter does not: `paypaI` beside `paypal`, whichever comes first.
pub async fn names_that_look_alike_only_as_they_are_written_are_one_name(stores: &Stores) {
    for (name, look_alike) in [("paypal", "paypaI"), ("Ian", "lan"), ("anna", "ΑΝΝΑ")] {
        user(stores, name).await;
        let answer = stores.users.create(&new_user(look_alike)).await.unwrap();
        assert_eq!(answer, UserCreated::NameTaken, "{look_alike} beside {name}");
        assert_eq!(found(stores, &by_name(look_alike)).await, None, "nobody signs in by how a name looks");
    }
}

/// Names that differ live side by side, and each is found as itself.
pub async fn names_of_every_script_live_side_by_side(stores: &Stores) {
    let names =
        ["bob", "rob", "жанна", "Жан", "张伟", "さくら", "jose", "josé", "a.b", "a-b", "a_b", "ab", "kari", "karl"];
    for name in names {
        user(stores, name).await;
    }
    for name in names {
        let user = found(stores, &by_name(name)).await.unwrap();
        assert_eq!(user.username.as_str(), name);
    }
}

/// An address has one account, however it is capitalised.
pub async fn an_address_has_one_account(stores: &Stores) {
    create(stores, &with_email("ann", "ann@example.org")).await;
    let answer = stores.users.create(&with_email("bob", "ANN@Example.ORG")).await.unwrap();
    assert_eq!(answer, UserCreated::EmailTaken);
}

/// Having no address is not an address that could be taken.
pub async fn users_without_address_do_not_collide(stores: &Stores) {
    assert_ne!(user(stores, "ann").await, user(stores, "bob").await);
}

/// Of two reasons the name is told, so that every store says the same.
pub async fn a_taken_name_is_told_before_a_taken_address(stores: &Stores) {
    create(stores, &with_email("ann", "ann@example.org")).await;
    let answer = stores.users.create(&with_email("Ann", "ann@example.org")).await.unwrap();
    assert_eq!(answer, UserCreated::NameTaken);
}

/// Neither half of a refused user is taken afterwards.
pub async fn a_refused_user_leaves_no_trace(stores: &Stores) {
    create(stores, &with_email("ann", "ann@example.org")).await;
    let refused = [with_email("bob", "ann@example.org"), with_email("ann", "bob@example.org")];
    for new in &refused {
        assert!(!matches!(stores.users.create(new).await.unwrap(), UserCreated::Created(_)));
    }
    assert_eq!(found(stores, &by_name("bob")).await, None);
    assert_eq!(found(stores, &by_email("bob@example.org")).await, None);
    create(stores, &with_email("bob", "bob@example.org")).await;
}

/// Sixteen registrations of one name race; their addresses all differ.
pub async fn of_many_at_once_one_gets_the_name(stores: &Stores) {
    let answers = together(16, |n| {
        let stores = stores.clone();
        let spelling = if n % 2 == 0 { "ann" } else { "ANN" };
        async move { stores.users.create(&with_email(spelling, &format!("ann{n}@example.org"))).await.unwrap() }
    })
    .await;
    let made: Vec<_> = answers.iter().filter(|answer| matches!(answer, UserCreated::Created(_))).collect();
    assert_eq!(made.len(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| **answer == UserCreated::NameTaken).count(), 15, "{answers:?}");
    let winner = found(stores, &by_name("ann")).await.unwrap();
    assert_eq!(*made[0], UserCreated::Created(winner));
}

/// Sixteen registrations of one address race; their names all differ.
pub async fn of_many_at_once_one_gets_the_address(stores: &Stores) {
    let answers = together(16, |n| {
        let stores = stores.clone();
        async move { stores.users.create(&with_email(&format!("ann{n}"), "ann@example.org")).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, UserCreated::Created(_))).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| **answer == UserCreated::EmailTaken).count(), 15, "{answers:?}");
}

/// Sixteen different users at once are sixteen users with ids of their own.
pub async fn many_different_users_at_once_are_all_made(stores: &Stores) {
    let mut users = together(16, |n| {
        let stores = stores.clone();
        async move { user(&stores, &format!("user{n}")).await }
    })
    .await;
    users.sort();
    users.dedup();
    assert_eq!(users.len(), 16);
}

/// Every status and both kinds of line come back; a status without a line removes the line.
pub async fn a_status_replaces_the_one_before_with_its_line(stores: &Stores) {
    let (ann, bob) = (user(stores, "ann").await, user(stores, "bob").await);
    for status in Status::ALL {
        for line in [Some(label("im Urlaub 🏖️ bis Montag")), None] {
            stores.users.set_status(ann, status, line.clone()).await.unwrap();
            let shown = only(stores, ann).await;
            assert_eq!((shown.status, shown.status_message), (status, line));
        }
    }
    let other = only(stores, bob).await;
    assert_eq!((other.status, other.status_message), (Status::Online, None), "nobody else's status moved");
}

/// Two nodes may report the end of a user's last connection in any order.
pub async fn last_seen_never_moves_back(stores: &Stores) {
    let (ann, bob) = (user(stores, "ann").await, user(stores, "bob").await);
    for (given, expected) in [(at(10), at(10)), (at(9), at(10)), (at(10), at(10)), (at(11), at(11))] {
        stores.users.set_last_seen(ann, given).await.unwrap();
        assert_eq!(only(stores, ann).await.last_seen_at, Some(expected));
    }
    assert_eq!(only(stores, bob).await.last_seen_at, None);
}

/// Sixteen nodes report at once; the latest moment stays.
pub async fn the_latest_of_many_last_seen_stays(stores: &Stores) {
    let ann = user(stores, "ann").await;
    together(16, |n| {
        let stores = stores.clone();
        // 7 and 16 share no divisor, so every moment comes once, in another order than the tasks.
        let moment = at(i64::try_from(n * 7 % 16).unwrap());
        async move { stores.users.set_last_seen(ann, moment).await.unwrap() }
    })
    .await;
    assert_eq!(only(stores, ann).await.last_seen_at, Some(at(15)));
}

/// What is set for nobody is passed over, and makes nobody.
pub async fn what_is_set_for_nobody_is_passed_over(stores: &Stores) {
    stores.users.set_status(nobody(), Status::Busy, Some(label("away"))).await.unwrap();
    stores.users.set_last_seen(nobody(), at(1)).await.unwrap();
    assert_eq!(stores.users.get(&[nobody()]).await.unwrap(), []);
}
