//! Deleted accounts: what goes at once, what stays, and what is left to do.

use super::scene::{at, create, nobody, say, size, two_in_direct, user};
use crate::change::{Act, Change};
use crate::ids::{ConversationId, MessageId, UserId};
use crate::ports::{
    Committed, Erasure, Login, MessagesOfDeleted, NewSession, NewUser, PasswordChange, Stores, Ticket, UserCreated,
    UserSearch,
};
use crate::presence::Status;
use crate::text::{AvatarUrl, Description, Label};
use crate::time::Timestamp;
use crate::user::{Email, ProfileUpdate, User, Username, fold};

const HASH: &str = "$hash";

fn ann() -> NewUser {
    NewUser {
        username: Username::new("Ann-Lee").unwrap(),
        email: Some(Email::new("ann@example.org").unwrap()),
        password_hash: Some(HASH.to_owned()),
        at: at(0),
    }
}

fn erasure(user: UserId, judged_on: Option<&str>, messages: MessagesOfDeleted) -> Erasure {
    Erasure { user, judged_on: judged_on.map(str::to_owned), messages, at: at(5) }
}

fn session(user: UserId, expires_at: Timestamp) -> NewSession {
    NewSession { user, judged_on: Some(HASH.to_owned()), nonce: 1, at: at(0), expires_at }
}

async fn found(stores: &Stores, prefix: &str) -> Vec<UserId> {
    let search = UserSearch { prefix: fold(prefix), after: None, size: size(100) };
    stores.users.search(&search).await.unwrap().items.into_iter().map(|user| user.id).collect()
}

/// Nothing of what they said of themselves is left; the id is.
pub async fn a_deleted_user_is_an_id_and_nothing_else(stores: &Stores) {
    let user = create(stores, &ann()).await;
    let update = ProfileUpdate {
        display_name: Some(Some(Label::new("Queen").unwrap())),
        bio: Some(Some(Description::new("of tea").unwrap())),
        avatar: Some(Some(AvatarUrl::new("/a.png").unwrap())),
    };
    stores.users.update_profile(user.id, &update).await.unwrap();
    stores.users.set_status(user.id, Status::Busy, Some(Label::new("tea").unwrap())).await.unwrap();
    stores.users.set_last_seen(user.id, at(3)).await.unwrap();

    assert!(stores.erasures.begin(&erasure(user.id, Some(HASH), MessagesOfDeleted::Keep)).await.unwrap().is_some());
    let expected = User {
        id: user.id,
        username: User::name_of_deleted(user.id),
        display_name: None,
        bio: None,
        avatar: None,
        status: Status::Offline,
        status_message: None,
        last_seen_at: None,
        created_at: at(0),
        deleted_at: Some(at(5)),
    };
    assert_eq!(stores.users.get(&[user.id]).await.unwrap(), std::slice::from_ref(&expected));

    // Nobody says anything of them any more.
    assert_eq!(stores.users.update_profile(user.id, &update).await.unwrap(), None);
    stores.users.set_status(user.id, Status::Busy, None).await.unwrap();
    stores.users.set_last_seen(user.id, at(9)).await.unwrap();
    assert_eq!(stores.users.account(user.id).await.unwrap().unwrap().user, expected);
}

/// By no name that they had or have, and not among everybody.
pub async fn a_deleted_user_is_never_found(stores: &Stores) {
    let (user, bob) = (create(stores, &ann()).await.id, user(stores, "bob").await);
    let name = ProfileUpdate { display_name: Some(Some(Label::new("Queen").unwrap())), ..ProfileUpdate::default() };
    stores.users.update_profile(user, &name).await.unwrap();
    assert_eq!(found(stores, "ann").await, [user]);
    stores.erasures.begin(&erasure(user, Some(HASH), MessagesOfDeleted::Keep)).await.unwrap().unwrap();
    for prefix in ["ann", "queen", "deleted", "d"] {
        assert_eq!(found(stores, prefix).await, [], "{prefix}");
    }
    assert_eq!(found(stores, "").await, [bob]);
    let logins = [
        Login::NameKey(Username::key_of("Ann-Lee")),
        Login::NameKey(User::name_of_deleted(user).key()),
        Login::Email(Email::new("ann@example.org").unwrap()),
        Login::Id(user),
    ];
    for login in logins {
        assert_eq!(stores.users.find_login(&login).await.unwrap(), None, "{login:?}");
    }
}

/// Somebody else can have the address, and nobody the name.
pub async fn the_address_of_a_deleted_user_is_free_and_the_name_is_not(stores: &Stores) {
    let user = create(stores, &ann()).await.id;
    stores.erasures.begin(&erasure(user, Some(HASH), MessagesOfDeleted::Keep)).await.unwrap().unwrap();
    let again = stores.users.create(&NewUser { email: None, ..ann() }).await.unwrap();
    assert_eq!(again, UserCreated::NameTaken);
    let alike = NewUser { username: Username::new("ann-1ee").unwrap(), email: None, ..ann() };
    assert_eq!(stores.users.create(&alike).await.unwrap(), UserCreated::NameTaken);
    let other = NewUser { username: Username::new("berta").unwrap(), ..ann() };
    assert!(matches!(stores.users.create(&other).await.unwrap(), UserCreated::Created(_)));
}

/// Together with the account; those of others go on.
pub async fn sessions_and_tickets_end_with_the_account(stores: &Stores) {
    let (gone, bob) = (create(stores, &ann()).await.id, user(stores, "bob").await);
    let open = async |new: NewSession| stores.sessions.open(&new).await.unwrap().unwrap();
    let (one, expired, two) =
        (open(session(gone, at(100))).await, open(session(gone, at(4))).await, open(session(gone, at(100))).await);
    let his = open(NewSession { judged_on: None, ..session(bob, at(100)) }).await;
    let ticket = |user, hash: u8| Ticket { hash: vec![hash], user, session: None, expires_at: at(100) };
    for (user, hash) in [(gone, 1), (bob, 2)] {
        stores.sessions.put_ticket(&ticket(user, hash)).await.unwrap();
    }
    let ended = stores.erasures.begin(&erasure(gone, Some(HASH), MessagesOfDeleted::Keep)).await.unwrap();
    assert_eq!(ended, Some(vec![one, two]));
    assert_eq!(stores.sessions.live(&[one, expired, two, his], at(6)).await.unwrap(), [his]);
    assert_eq!(stores.sessions.take_ticket(&[1], at(6)).await.unwrap(), None);
    assert!(stores.sessions.take_ticket(&[2], at(6)).await.unwrap().is_some());
    for judged_on in [Some(HASH.to_owned()), None] {
        let new = NewSession { judged_on: judged_on.clone(), ..session(gone, at(100)) };
        assert_eq!(stores.sessions.open(&new).await.unwrap(), None, "{judged_on:?}");
        let change = PasswordChange { user: gone, judged_on, hash: "new".to_owned() };
        assert!(!stores.users.rehash(&change).await.unwrap());
    }
}

/// Whoever proved a password that is none any more deletes nothing; nobody is deleted twice.
pub async fn an_account_is_deleted_on_the_password_that_was_judged_on_and_once(stores: &Stores) {
    let user = create(stores, &ann()).await.id;
    let open = session(user, at(100));
    let one = stores.sessions.open(&open).await.unwrap().unwrap();
    for wrong in [Some("former"), Some(""), None] {
        assert_eq!(stores.erasures.begin(&erasure(user, wrong, MessagesOfDeleted::Keep)).await.unwrap(), None);
    }
    assert_eq!(stores.erasures.begin(&erasure(nobody(), None, MessagesOfDeleted::Keep)).await.unwrap(), None);
    assert!(stores.sessions.is_live(one, at(6)).await.unwrap());
    assert_eq!(stores.erasures.next().await.unwrap(), None);

    let right = erasure(user, Some(HASH), MessagesOfDeleted::Keep);
    assert_eq!(stores.erasures.begin(&right).await.unwrap(), Some(vec![one]));
    for again in [right, erasure(user, None, MessagesOfDeleted::Delete)] {
        assert_eq!(stores.erasures.begin(&again).await.unwrap(), None);
    }
    assert_eq!(stores.erasures.next().await.unwrap().unwrap().messages, MessagesOfDeleted::Keep);
}

/// One after the other, with how far each has come.
pub async fn what_deleted_accounts_leave_to_do_is_kept_until_it_is_done(stores: &Stores) {
    let one = create(stores, &ann()).await.id;
    let two = create(stores, &NewUser { username: Username::new("berta").unwrap(), email: None, ..ann() }).await.id;
    for (user, messages) in [(two, MessagesOfDeleted::Keep), (one, MessagesOfDeleted::Delete)] {
        stores.erasures.begin(&erasure(user, Some(HASH), messages)).await.unwrap().unwrap();
    }
    let next = async || stores.erasures.next().await.unwrap();
    let pending = next().await.unwrap();
    assert_eq!((pending.user, pending.messages, pending.done_up_to), (one, MessagesOfDeleted::Delete, None));
    let place = MessageId::new(7).unwrap();
    stores.erasures.note(one, place).await.unwrap();
    stores.erasures.note(nobody(), place).await.unwrap();
    assert_eq!(next().await.unwrap().done_up_to, Some(place));
    stores.erasures.finish(one).await.unwrap();
    stores.erasures.finish(one).await.unwrap();
    assert_eq!(next().await.map(|pending| (pending.user, pending.messages)), Some((two, MessagesOfDeleted::Keep)));
    stores.erasures.finish(two).await.unwrap();
    assert_eq!(next().await, None);
}

async fn delete(stores: &Stores, conversation: ConversationId, by: UserId, message: MessageId) {
    let standing = stores.changes.standing(conversation, by).await.unwrap().unwrap();
    let act = Act::Delete { message };
    let change = Change { conversation, by, act, judged_on: standing.version, at: at(5) };
    assert!(matches!(stores.changes.commit(&change).await.unwrap(), Committed::Written { .. }));
}

/// Every message of theirs that still says something, wherever it was said, each once.
pub async fn what_somebody_said_is_walked_through_stretch_by_stretch(stores: &Stores) {
    let (ann, bob, here) = two_in_direct(stores).await;
    let cid = user(stores, "cid").await;
    let there = super::scene::direct(stores, ann, cid).await;
    let mut hers = Vec::new();
    for n in 0..6 {
        hers.push((here, say(stores, here, ann, &format!("{n} here")).await.id));
        say(stores, here, bob, "yes").await;
        hers.push((there, say(stores, there, ann, &format!("{n} there")).await.id));
    }
    let (conversation, deleted) = hers.remove(3);
    delete(stores, conversation, ann, deleted).await;

    let (mut walked, mut after) = (Vec::new(), None);
    loop {
        let said = stores.erasures.said_by(ann, after).await.unwrap();
        walked.extend(said.messages);
        let Some(up_to) = said.up_to else { break };
        assert!(after < Some(up_to));
        after = Some(up_to);
    }
    assert_eq!(walked, hers);
    assert_eq!(stores.erasures.said_by(nobody(), None).await.unwrap().messages, []);
}
