//! How users stand with the server: what they are to it, and being kept out.

use super::scene::{at, nobody, together, two, user};
use crate::ids::{ID_LIMIT, SessionId, UserId};
use crate::moderation::{AccountStanding, Keeper, Sanction, ServerRole, StandingAct, StandingChange};
use crate::ports::{Login, NewSession, StandingSet, Stores, Whose};
use crate::text::Description;
use crate::time::Timestamp;

pub(super) fn reason(text: &str) -> Description {
    Description::new(text).unwrap()
}

pub(super) fn suspended(until: Timestamp) -> StandingAct {
    StandingAct::Sanction(Sanction::Suspended { until, reason: reason("a \"reason\"\nof two lines") })
}

pub(super) fn banned() -> StandingAct {
    StandingAct::Sanction(Sanction::Banned { reason: reason("spam") })
}

pub(super) async fn standing(stores: &Stores, user: UserId) -> AccountStanding {
    stores.standings.standing_of(Whose::User(user)).await.unwrap().unwrap()
}

/// A change by an operator, judged on how the user stands now.
pub(super) async fn change(stores: &Stores, user: UserId, act: StandingAct) -> StandingChange {
    StandingChange { user, by: None, act, judged_on: standing(stores, user).await, at: at(50) }
}

async fn set(stores: &Stores, change: &StandingChange) -> StandingSet {
    stores.standings.set_standing(change).await.unwrap()
}

/// Makes somebody stand like that by an operator.
pub(super) async fn put(stores: &Stores, user: UserId, act: StandingAct) -> StandingSet {
    set(stores, &change(stores, user, act).await).await
}

async fn open(stores: &Stores, user: UserId, at: Timestamp) -> Option<SessionId> {
    let new = NewSession { user, judged_on: None, nonce: 7, at, expires_at: at.plus_seconds(1000) };
    stores.sessions.open(&new).await.unwrap()
}

/// Nobody is more than a member, or kept out, before somebody says so; and nobody is nothing.
pub async fn a_new_user_is_a_plain_member_whom_nothing_keeps_out(stores: &Stores) {
    let ann = user(stores, "ann").await;
    assert_eq!(standing(stores, ann).await, AccountStanding::default());
    assert_eq!(stores.standings.standing_of(Whose::User(nobody())).await.unwrap(), None);
    let change = StandingChange { user: nobody(), ..change(stores, ann, banned()).await };
    assert_eq!(set(stores, &change).await, StandingSet::Missing);
}

/// Role and sanction do not touch each other, and come back to the letter and the microsecond.
pub async fn how_a_user_stands_comes_back_as_it_was_set(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let role = StandingAct::SetRole(ServerRole::Moderator);
    for act in [suspended(at(99)), role, banned(), StandingAct::SetRole(ServerRole::Admin), StandingAct::Lift] {
        let expected = act.applied_to(&standing(stores, ann).await);
        assert_eq!(put(stores, ann, act).await, StandingSet::Set(Vec::new()));
        assert_eq!(standing(stores, ann).await, expected);
    }
    assert_eq!(standing(stores, ann).await, AccountStanding { role: ServerRole::Admin, sanction: None });
    assert_eq!(standing(stores, bob).await, AccountStanding::default(), "nobody else changed");
}

/// What is so already is not written again, not even into the audit.
pub async fn standing_like_that_already_changes_nothing(stores: &Stores) {
    let ann = user(stores, "ann").await;
    for act in [StandingAct::Lift, StandingAct::SetRole(ServerRole::Member)] {
        assert_eq!(put(stores, ann, act).await, StandingSet::Nothing);
    }
    put(stores, ann, suspended(at(99))).await;
    assert_eq!(put(stores, ann, suspended(at(99))).await, StandingSet::Nothing);
    assert_eq!(put(stores, ann, suspended(at(98))).await, StandingSet::Set(Vec::new()), "another end");
    let audit = stores.standings.audit(&crate::ports::AuditQuery::default()).await.unwrap();
    assert_eq!(audit.items.len(), 2);
}

/// Whoever is kept out is signed in nowhere, and comes in nowhere; a role ends nothing.
pub async fn who_is_kept_out_loses_every_session_and_opens_none(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let (one, other) = (open(stores, ann, at(1)).await.unwrap(), open(stores, ann, at(2)).await.unwrap());
    let his = open(stores, bob, at(1)).await.unwrap();
    assert_eq!(put(stores, ann, StandingAct::SetRole(ServerRole::Admin)).await, StandingSet::Set(Vec::new()));
    let mut hers = vec![one, other];
    hers.sort();
    assert_eq!(put(stores, ann, suspended(at(99))).await, StandingSet::Set(hers));
    assert_eq!(stores.sessions.live(&[one, other, his], at(60)).await.unwrap(), [his]);
    assert_eq!(open(stores, ann, at(98)).await, None);
    assert!(open(stores, ann, at(99)).await.is_some(), "it is over");
    put(stores, ann, banned()).await;
    assert_eq!(open(stores, ann, at(1_000_000)).await, None);
    put(stores, ann, StandingAct::Lift).await;
    assert!(open(stores, ann, at(100)).await.is_some());
}

/// A sign-in learns with the password what keeps its user out.
pub async fn a_sign_in_finds_what_keeps_its_user_out(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let found = async || stores.users.find_login(&Login::Id(ann)).await.unwrap().unwrap().sanction;
    assert_eq!(found().await, None);
    put(stores, ann, suspended(at(99))).await;
    assert_eq!(found().await, standing(stores, ann).await.sanction);
    put(stores, ann, banned()).await;
    assert_eq!(found().await, Some(Sanction::Banned { reason: reason("spam") }));
}

/// A session that is over still tells whose it was, to whoever has its random number.
pub async fn a_session_leads_to_how_its_user_stands(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let session = open(stores, ann, at(1)).await.unwrap();
    put(stores, ann, banned()).await;
    let of = async |session, nonce| stores.standings.standing_of(Whose::Session { session, nonce }).await.unwrap();
    assert_eq!(of(session, 7).await, Some(standing(stores, ann).await));
    assert_eq!(of(session, 8).await, None);
    assert_eq!(of(SessionId::new(ID_LIMIT - 1).unwrap(), 7).await, None);
}

/// A decision counts only while both stand as it saw them.
pub async fn what_was_judged_on_another_standing_is_stale(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    put(stores, ann, StandingAct::SetRole(ServerRole::Moderator)).await;
    let by = Some(Keeper { user: ann, role: ServerRole::Moderator });
    let judged = StandingChange { by, ..change(stores, bob, banned()).await };

    put(stores, ann, StandingAct::SetRole(ServerRole::Member)).await;
    assert_eq!(set(stores, &judged).await, StandingSet::Stale, "she may not any more");
    put(stores, ann, StandingAct::SetRole(ServerRole::Moderator)).await;
    put(stores, bob, StandingAct::SetRole(ServerRole::Admin)).await;
    assert_eq!(set(stores, &judged).await, StandingSet::Stale, "he is somebody else now");
    let unknown = Some(Keeper { user: nobody(), role: ServerRole::Admin });
    let judged = StandingChange { by: unknown, ..change(stores, bob, banned()).await };
    assert_eq!(set(stores, &judged).await, StandingSet::Stale, "nobody decided");
    assert_eq!(standing(stores, bob).await.sanction, None);
}

/// Of many who decide at the same moment on the same standing, one is right and the others judge anew.
pub async fn of_many_decisions_at_once_one_counts(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let judged = change(stores, ann, banned()).await;
    let answers = together(8, |n| {
        let stores = stores.clone();
        let act = suspended(at(100 + i64::try_from(n).unwrap()));
        let judged = StandingChange { act, ..judged.clone() };
        async move { set(&stores, &judged).await }
    })
    .await;
    let set = answers.iter().filter(|answer| **answer == StandingSet::Set(Vec::new())).count();
    let stale = answers.iter().filter(|answer| **answer == StandingSet::Stale).count();
    assert_eq!((set, stale), (1, 7));
}

/// Whoever signs in at the very moment in which they are shut out is out afterwards.
pub async fn nobody_slips_in_while_they_are_shut_out(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let judged = change(stores, ann, banned()).await;
    together(8, |n| {
        let (stores, judged) = (stores.clone(), judged.clone());
        async move {
            if n == 4 {
                assert!(matches!(set(&stores, &judged).await, StandingSet::Set(_)));
            } else {
                open(&stores, ann, at(40)).await;
            }
        }
    })
    .await;
    let page = stores.sessions.list(ann, None, crate::page::PageSize::MAX, at(60)).await.unwrap();
    assert_eq!(page.items, []);
}
