//! Friends and blocks: every step is written whole, read back as it was, and refused where it is stale.

use super::scene::{
    at, befriend, crowd, direct, group, ids, nobody, not_endless, own_log, pair, size, step, step_at, together, two,
    user, version,
};
use crate::conversation::Pair;
use crate::ids::UserId;
use crate::log::UserNotice;
use crate::ports::{RelationCommitted, RequestQuery, Stores};
use crate::relation::{
    BlockedBy, FriendRequest, Relation, RelationChange, RelationNotice, RelationState, RequestChange, RequestStatus,
    Step, Verdict, after as relation_after,
};

async fn between(stores: &Stores, one: UserId, other: UserId) -> Relation {
    stores.relations.between(pair(one, other)).await.unwrap()
}

fn change(relation: &Relation, actor: UserId, step: Step, seconds: i64) -> RelationChange {
    match relation.judge(actor, step, at(seconds)) {
        Ok(Verdict::Change(change)) => *change,
        other => panic!("{step:?} is no change: {other:?}"),
    }
}

/// Where nothing was written two users are strangers, from either side.
pub async fn nothing_written_means_strangers(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    assert_eq!(between(stores, ann, bob).await, Relation::strangers(pair(ann, bob)));
    assert_eq!(between(stores, bob, ann).await, Relation::strangers(pair(ann, bob)));
}

/// Plays `change` on a store and checks everything that comes back against the pure rules.
async fn commit_as_ruled(stores: &Stores, now: &Relation, change: &RelationChange) -> Relation {
    let RelationCommitted::Committed { relation, request, entries } = stores.relations.commit(change).await.unwrap()
    else {
        panic!("stale, with nobody else about: {change:?}")
    };
    let pending = match (&change.request, &request) {
        (RequestChange::Keep, None) => now.pending().cloned(),
        (RequestChange::Open { from, to }, Some(request)) => {
            let expected = FriendRequest {
                id: request.id,
                from: *from,
                to: *to,
                status: RequestStatus::Pending,
                created_at: change.at,
            };
            assert_eq!(*request, expected);
            Some(expected)
        }
        (RequestChange::Close(closed, status), Some(request)) => {
            assert_eq!(*request, FriendRequest { status: *status, ..closed.clone() });
            None
        }
        (RequestChange::Keep | RequestChange::Open { .. } | RequestChange::Close(..), _) => {
            panic!("{:?} answered with {request:?}", change.request)
        }
    };
    assert_eq!(relation, relation_after(change, pending));
    assert_eq!(stores.relations.between(change.pair).await.unwrap(), relation);
    if let Some(request) = &request {
        assert_eq!(stores.relations.request(request.id).await.unwrap().as_ref(), Some(request));
    }
    let told: Vec<_> = entries.iter().map(|entry| (entry.user, notice(&entry.notice))).collect();
    assert_eq!(told, change.notices);
    assert!(entries.iter().all(|entry| entry.at == change.at));
    relation
}

fn notice(notice: &UserNotice) -> RelationNotice {
    match notice {
        UserNotice::Relation { notice, .. } => *notice,
        UserNotice::ConversationAdded { .. } | UserNotice::ConversationRemoved { .. } => {
            panic!("{notice:?} is not about a relation")
        }
    }
}

/// A long walk over every step that is possible at each moment: the store always stands where the rules say.
pub async fn every_step_reads_back_as_the_rules_say(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let mut relation = Relation::strangers(pair(ann, bob));
    let mut dice = 1_u64;
    for seconds in 0..150 {
        let mut possible = Vec::new();
        for (actor, step) in Step::ALL.into_iter().flat_map(|step| [(ann, step), (bob, step)]) {
            if let Ok(Verdict::Change(change)) = relation.judge(actor, step, at(seconds)) {
                possible.push(change);
            }
        }
        // Knuth's linear congruential generator; its high bits are good dice.
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let thrown = usize::try_from(dice >> 33).unwrap() % possible.len();
        relation = commit_as_ruled(stores, &relation, &possible[thrown]).await;
    }
    assert_eq!(relation.version.0, 150);
}

/// One state after the other, as people live them; each with the time at which it began.
pub async fn each_state_is_kept_with_its_time(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let (low, high) = (pair(ann, bob).low(), pair(ann, bob).high());
    let request = step_at(stores, low, Step::Request, high, at(1)).await.request.unwrap();
    assert_eq!(between(stores, ann, bob).await.state, RelationState::Requested(request));
    step_at(stores, high, Step::Accept, low, at(2)).await;
    assert_eq!(between(stores, ann, bob).await.state, RelationState::Friends { since: at(2) });
    step_at(stores, low, Step::Unfriend, high, at(3)).await;
    assert_eq!(between(stores, ann, bob).await.state, RelationState::Strangers);
    step_at(stores, low, Step::Block, high, at(4)).await;
    let unseen = step_at(stores, high, Step::Request, low, at(5)).await.request;
    let by = BlockedBy::Low(at(4));
    assert_eq!(between(stores, ann, bob).await.state, RelationState::Blocked { by, unseen });
    step_at(stores, high, Step::Block, low, at(6)).await;
    let by = BlockedBy::Both { low: at(4), high: at(6) };
    assert_eq!(between(stores, ann, bob).await.state, RelationState::Blocked { by, unseen: None });
    step_at(stores, low, Step::Unblock, high, at(7)).await;
    let by = BlockedBy::High(at(6));
    assert_eq!(between(stores, ann, bob).await.state, RelationState::Blocked { by, unseen: None });
}

/// What was judged on an older version is refused whole: no state, no request, no entry, no version.
pub async fn a_stale_change_leaves_no_trace(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let conversation = direct(stores, ann, bob).await;
    let before = Relation::strangers(pair(ann, bob));
    step(stores, ann, Step::Block, bob).await;
    let now = between(stores, ann, bob).await;
    let log = (own_log(stores, ann).await, own_log(stores, bob).await);
    let moved = version(stores, conversation).await;
    let stale = [change(&before, bob, Step::Block, 9), change(&before, bob, Step::Request, 9)];
    for change in &stale {
        assert_eq!(stores.relations.commit(change).await.unwrap(), RelationCommitted::Stale);
    }
    assert_eq!(between(stores, ann, bob).await, now);
    assert_eq!((own_log(stores, ann).await, own_log(stores, bob).await), log);
    assert_eq!(version(stores, conversation).await, moved);
    let query = RequestQuery { user: bob, direction: None, after: None, size: size(10) };
    assert_eq!(stores.relations.requests(&query).await.unwrap().items, []);
}

/// A version of the future was never there to be judged on.
pub async fn a_change_judged_on_a_version_to_come_is_stale(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let mut future = Relation::strangers(pair(ann, bob));
    future.version.0 = 1;
    let change = change(&future, ann, Step::Request, 1);
    assert_eq!(stores.relations.commit(&change).await.unwrap(), RelationCommitted::Stale);
    assert_eq!(between(stores, ann, bob).await, Relation::strangers(pair(ann, bob)));
}

/// Where nothing was written there is no row to lock; still only one of many first changes is written.
pub async fn of_many_first_changes_at_once_one_is_written(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let strangers = Relation::strangers(pair(ann, bob));
    let answers = together(8, |n| {
        let stores = stores.clone();
        let (actor, step) = [(ann, Step::Request), (bob, Step::Request), (ann, Step::Block), (bob, Step::Block)][n % 4];
        let change = change(&strangers, actor, step, 1);
        async move { stores.relations.commit(&change).await.unwrap() }
    })
    .await;
    let written: Vec<_> = answers.into_iter().filter(|answer| *answer != RelationCommitted::Stale).collect();
    let [RelationCommitted::Committed { relation, entries, .. }] = &written[..] else { panic!("{written:?}") };
    assert_eq!(between(stores, ann, bob).await, *relation);
    let log = own_log(stores, ann).await.len() + own_log(stores, bob).await.len();
    assert_eq!(log, entries.len(), "nobody was told of what did not happen");
}

/// What is between two says nothing about anybody else.
pub async fn pairs_do_not_touch_each_other(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let (ann, bob, cid) = (users[0], users[1], users[2]);
    befriend(stores, ann, bob).await;
    step(stores, bob, Step::Block, cid).await;
    assert!(between(stores, ann, bob).await.is_friends());
    assert!(between(stores, bob, cid).await.blocks(bob));
    assert!(!between(stores, bob, cid).await.blocks(cid));
    assert_eq!(between(stores, ann, cid).await, Relation::strangers(pair(ann, cid)));
}

/// Friends are a list in the order of ids, the same from both sides, page by page.
pub async fn friends_are_listed_by_id_in_pages(stores: &Stores) {
    let users = crowd(stores, 7).await;
    let ann = users[3];
    for other in [6, 0, 5, 1] {
        befriend(stores, ann, users[other]).await;
    }
    step(stores, ann, Step::Request, users[2]).await;
    step(stores, users[4], Step::Request, ann).await;
    let expected = [users[0], users[1], users[5], users[6]];
    for wish in [1, 2, 3, 4, 5] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = stores.relations.friends(ann, after, size(wish)).await.unwrap();
            seen.extend(ids(&page.items));
            not_endless(&seen);
            let Some(next) = page.next else { break };
            after = UserId::new(next);
            assert_eq!(after, seen.last().copied(), "the cursor is the last id shown");
        }
        assert_eq!(seen, expected, "pages of {wish}");
    }
    assert_eq!(ids(&stores.relations.friends(users[6], None, size(10)).await.unwrap().items), [ann]);
    step(stores, users[0], Step::Unfriend, ann).await;
    step(stores, ann, Step::Block, users[6]).await;
    assert_eq!(ids(&stores.relations.friends(ann, None, size(10)).await.unwrap().items), [users[1], users[5]]);
}

/// Only the blocker's list shows a block.
pub async fn blocks_are_listed_for_the_blocker_alone(stores: &Stores) {
    let users = crowd(stores, 6).await;
    let ann = users[2];
    for other in [5, 0, 4, 1] {
        step(stores, ann, Step::Block, users[other]).await;
    }
    step(stores, users[3], Step::Block, ann).await;
    step(stores, users[5], Step::Block, ann).await;
    step(stores, ann, Step::Unblock, users[4]).await;
    let expected = [users[0], users[1], users[5]];
    let first = stores.relations.blocks(ann, None, size(2)).await.unwrap();
    assert_eq!((ids(&first.items), first.next), (expected[..2].to_vec(), Some(expected[1].get())));
    let rest = stores.relations.blocks(ann, Some(expected[1]), size(2)).await.unwrap();
    assert_eq!((ids(&rest.items), rest.next), (expected[2..].to_vec(), None));
    for (user, blocked) in [(users[0], vec![]), (users[3], vec![ann]), (users[5], vec![ann]), (users[4], vec![])] {
        assert_eq!(ids(&stores.relations.blocks(user, None, size(10)).await.unwrap().items), blocked);
    }
}

/// A block that comes or goes makes everything stale that was judged in the pair's conversation; nothing else does.
pub async fn a_block_moves_the_version_of_the_pairs_direct_conversation(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let (ann, bob, cid) = (users[0], users[1], users[2]);
    let conversation = direct(stores, ann, bob).await;
    let others = [direct(stores, ann, cid).await, group(stores, ann, &[bob, cid]).await];
    let still = [version(stores, others[0]).await, version(stores, others[1]).await];
    let steps = [
        (ann, Step::Request, false),
        (bob, Step::Accept, false),
        (ann, Step::Unfriend, false),
        (bob, Step::Block, true),
        (ann, Step::Request, false),
        (ann, Step::Cancel, false),
        (ann, Step::Block, true),
        (bob, Step::Unblock, true),
        (ann, Step::Unblock, true),
    ];
    for (actor, what, moves) in steps {
        let before = version(stores, conversation).await;
        step(stores, actor, what, Pair::new(ann, bob).unwrap().other(actor).unwrap()).await;
        assert_eq!(version(stores, conversation).await > before, moves, "{what:?}");
    }
    assert_eq!([version(stores, others[0]).await, version(stores, others[1]).await], still);
}

/// Friends and partners of direct conversations, without those with a block either way; members of groups are not meant.
pub async fn the_presence_circle_is_friends_and_partners_without_blocks(stores: &Stores) {
    let users = crowd(stores, 9).await;
    let ann = users[4];
    let [friend, partner, both, blocked, blocker, fellow, asker] = [8, 0, 7, 1, 6, 2, 5].map(|n: usize| users[n]);
    befriend(stores, ann, friend).await;
    direct(stores, partner, ann).await;
    befriend(stores, both, ann).await;
    direct(stores, ann, both).await;
    for other in [blocked, blocker] {
        direct(stores, ann, other).await;
        befriend(stores, ann, other).await;
    }
    step(stores, ann, Step::Block, blocked).await;
    step(stores, blocker, Step::Block, ann).await;
    group(stores, ann, &[fellow]).await;
    step(stores, asker, Step::Request, ann).await;
    assert_eq!(stores.relations.presence_circle(ann).await.unwrap(), [partner, both, friend]);
    for other in [partner, both, friend] {
        assert_eq!(stores.relations.presence_circle(other).await.unwrap(), [ann]);
    }
    for other in [blocked, blocker, fellow, asker] {
        assert_eq!(stores.relations.presence_circle(other).await.unwrap(), []);
    }
    step(stores, ann, Step::Unblock, blocked).await;
    assert_eq!(
        stores.relations.presence_circle(ann).await.unwrap(),
        [partner, blocked, both, friend],
        "a lifted block gives the partner back, not the friend"
    );
}

/// Somebody without anybody has empty lists.
pub async fn who_knows_nobody_has_empty_lists(stores: &Stores) {
    let ann = user(stores, "ann").await;
    for user in [ann, nobody()] {
        assert_eq!(stores.relations.friends(user, None, size(10)).await.unwrap().items, []);
        assert_eq!(stores.relations.blocks(user, None, size(10)).await.unwrap().items, []);
        assert_eq!(stores.relations.presence_circle(user).await.unwrap(), []);
    }
}

/// Who is silenced is so on both sides of a block, until the last one is lifted.
pub async fn a_block_silences_both_sides(stores: &Stores) {
    let users = crowd(stores, 5).await;
    let silenced = async |user: UserId| stores.relations.silenced(user).await.unwrap();
    befriend(stores, users[2], users[0]).await;
    for (by, other) in [(2, 1), (2, 4), (3, 2), (1, 2)] {
        step(stores, users[by], Step::Block, users[other]).await;
    }
    assert_eq!(silenced(users[2]).await, [users[1], users[3], users[4]]);
    for (user, expected) in [(0, &[][..]), (1, &users[2..3]), (3, &users[2..3]), (4, &users[2..3])] {
        assert_eq!(silenced(users[user]).await, expected);
    }
    step(stores, users[2], Step::Unblock, users[1]).await;
    assert_eq!(silenced(users[2]).await, [users[1], users[3], users[4]], "the other one still blocks");
    step(stores, users[1], Step::Unblock, users[2]).await;
    assert_eq!(silenced(users[2]).await, users[3..]);
}
