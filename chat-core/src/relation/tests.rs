//! What two people can do about each other, step by step and in any order.

use proptest::prelude::*;

use super::*;
use crate::conversation::Pair;
use crate::ids::{FriendRequestId, UserId};
use crate::time::Timestamp;

fn user(id: i64) -> UserId {
    UserId::new(id).expect("an id")
}

fn pair() -> Pair {
    Pair::new(user(1), user(2)).expect("two users")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_seconds(seconds)
}

/// Plays one step as a store would, and gives the relation that follows.
fn play(relation: &Relation, actor: UserId, step: Step, now: i64) -> Result<Relation, Refusal> {
    let Verdict::Change(change) = relation.judge(actor, step, at(now))? else { return Ok(relation.clone()) };
    let pending = match &change.request {
        RequestChange::Keep => relation.pending().cloned(),
        RequestChange::Close(..) => None,
        RequestChange::Open { from, to } => Some(FriendRequest {
            id: FriendRequestId::new(now + 1).expect("an id"),
            from: *from,
            to: *to,
            status: RequestStatus::Pending,
            created_at: change.at,
        }),
    };
    Ok(after(&change, pending))
}

fn story(steps: &[(i64, Step)]) -> Relation {
    let start = Relation::strangers(pair());
    (0..)
        .zip(steps)
        .fold(start, |relation, (now, (actor, step))| play(&relation, user(*actor), *step, now).unwrap_or(relation))
}

#[test]
fn a_crossing_request_is_a_yes() {
    assert!(story(&[(1, Step::Request), (2, Step::Request)]).is_friends());
}

#[test]
fn nobody_answers_their_own_request() {
    let asked = story(&[(1, Step::Request)]);
    assert_eq!(play(&asked, user(1), Step::Accept, 9), Err(Refusal::Nothing));
    assert_eq!(play(&asked, user(2), Step::Cancel, 9), Err(Refusal::Nothing));
}

#[test]
fn a_block_ends_friendship_and_request_and_tells_only_what_shows_anyway() {
    let friends = story(&[(1, Step::Request), (2, Step::Accept)]);
    let Ok(Verdict::Change(change)) = friends.judge(user(1), Step::Block, at(9)) else { panic!("a change") };
    assert_eq!(change.friends_since, None);
    assert_eq!(change.notices, [(user(1), RelationNotice::Blocked), (user(2), RelationNotice::Removed)]);

    let asked = story(&[(2, Step::Request)]);
    let Ok(Verdict::Change(change)) = asked.judge(user(1), Step::Block, at(9)) else { panic!("a change") };
    assert!(matches!(change.request, RequestChange::Close(_, RequestStatus::Cancelled)));
    assert_eq!(change.notices, [(user(1), RelationNotice::Blocked)]);
}

#[test]
fn the_blocked_side_asks_as_if_nothing_were_and_the_blocker_sees_nothing() {
    let blocked = story(&[(1, Step::Block)]);
    let Ok(Verdict::Change(change)) = blocked.judge(user(2), Step::Request, at(9)) else { panic!("a change") };
    assert_eq!(change.notices, [(user(2), RelationNotice::Requested)]);

    let asked = story(&[(1, Step::Block), (2, Step::Request)]);
    assert_eq!(play(&asked, user(1), Step::Accept, 9), Err(Refusal::Nothing));
    assert_eq!(play(&asked, user(1), Step::Request, 9), Err(Refusal::BlockedByYou));
    assert!(play(&asked, user(2), Step::Cancel, 9).is_ok());
}

#[test]
fn a_block_is_lifted_by_its_owner_alone() {
    let blocked = story(&[(1, Step::Block), (2, Step::Unblock)]);
    assert!(blocked.blocks(user(1)) && !blocked.blocks(user(2)));
    assert!(!story(&[(1, Step::Block), (2, Step::Block), (1, Step::Unblock), (2, Step::Unblock)]).is_silent());
}

proptest! {
    /// Whatever two people do in whatever order, a change only ever concerns them, a request is answered by the one who
    /// was asked, a notice never crosses a block, and doing a settled thing again changes nothing.
    #[test]
    fn steps_are_closed(steps in prop::collection::vec((1_i64..=2, 0_usize..7), 0..30)) {
        let mut relation = Relation::strangers(pair());
        for (now, (actor, step)) in (0..).zip(steps) {
            let (actor, step) = (user(actor), Step::ALL[step]);
            let other = pair().other(actor).expect("the other");
            if let Ok(Verdict::Change(change)) = relation.judge(actor, step, at(now)) {
                prop_assert_eq!(change.judged_on, relation.version);
                prop_assert!(!(change.friends_since.is_some() && change.blocked_by.is_some()));
                if relation.is_silent() {
                    prop_assert!(change.notices.iter().all(|(told, _)| *told != other));
                }
            }
            if let Ok(next) = play(&relation, actor, step, now) {
                if let Some(request) = next.pending() {
                    prop_assert!(request.from != request.to);
                }
                prop_assert!(next.version >= relation.version);
                relation = next;
            }
        }
        prop_assert_eq!(relation.blocks(user(1)) || relation.blocks(user(2)), relation.is_silent());
    }
}
