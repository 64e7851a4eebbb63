//! Friend requests: who sees which, what the users' own logs say, and what becomes of crossing ones.

use super::scene::{at, befriend, crowd, not_endless, own_log, pair, size, step, step_at, together, two};
use crate::command::Direction;
use crate::ids::{FriendRequestId, ID_LIMIT, UserId};
use crate::log::{UserEntry, UserNotice};
use crate::page::Page;
use crate::ports::{RelationCommitted, RequestQuery, Stores};
use crate::relation::{FriendRequest, Relation, RelationNotice, RequestStatus, Step, Verdict};

async fn pending(stores: &Stores, user: UserId, direction: Option<Direction>) -> Vec<FriendRequest> {
    page(stores, user, direction, None, 100).await.items
}

async fn page(
    stores: &Stores,
    user: UserId,
    direction: Option<Direction>,
    after: Option<FriendRequestId>,
    wish: i64,
) -> Page<FriendRequest> {
    stores.relations.requests(&RequestQuery { user, direction, after, size: size(wish) }).await.unwrap()
}

/// What an entry says: who, which notice, about whom, and how the request it names stands.
fn told(entry: &UserEntry) -> (RelationNotice, UserId, Option<RequestStatus>) {
    match &entry.notice {
        UserNotice::Relation { notice, other, request } => {
            (*notice, *other, request.as_ref().map(|request| request.status))
        }
        UserNotice::ConversationAdded { .. } | UserNotice::ConversationRemoved { .. } => {
            panic!("{entry:?} is not about a relation")
        }
    }
}

/// Requests to and from a user, one way or both, by id, page by page.
pub async fn pending_requests_are_listed_by_direction_in_pages(stores: &Stores) {
    let users = crowd(stores, 7).await;
    let ann = users[3];
    let mut all = Vec::new();
    for (n, other) in [6, 0, 5, 1, 4].into_iter().enumerate() {
        let (from, to) = if n % 2 == 0 { (ann, users[other]) } else { (users[other], ann) };
        all.extend(step(stores, from, Step::Request, to).await.request);
    }
    step(stores, users[0], Step::Request, users[6]).await;
    all.sort_by_key(|request| request.id);
    let (outgoing, incoming): (Vec<_>, Vec<_>) = all.iter().cloned().partition(|request| request.from == ann);
    assert_eq!((outgoing.len(), incoming.len()), (3, 2));
    for (direction, expected) in
        [(None, &all), (Some(Direction::Outgoing), &outgoing), (Some(Direction::Incoming), &incoming)]
    {
        for wish in [1, 2, 3, 5, 6] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = page(stores, ann, direction, after, wish).await;
                seen.extend(page.items);
                not_endless(&seen);
                let Some(next) = page.next else { break };
                after = FriendRequestId::new(next);
                assert_eq!(after, seen.last().map(|request| request.id), "the cursor is the last id shown");
            }
            assert_eq!(seen, *expected, "{direction:?} in pages of {wish}");
        }
    }
}

/// A request that was answered, withdrawn or ended by a block is in no list, and found by its id as it ended.
pub async fn only_pending_requests_are_listed(stores: &Stores) {
    let users = crowd(stores, 5).await;
    let ann = users[0];
    let ends = [
        (users[1], users[1], Step::Accept, RequestStatus::Accepted),
        (users[2], users[2], Step::Decline, RequestStatus::Declined),
        (users[3], ann, Step::Cancel, RequestStatus::Cancelled),
        (users[4], users[4], Step::Block, RequestStatus::Cancelled),
    ];
    for (other, actor, end, status) in ends {
        let request = step(stores, ann, Step::Request, other).await.request.unwrap();
        assert_eq!(stores.relations.request(request.id).await.unwrap().as_ref(), Some(&request));
        step(stores, actor, end, pair(ann, other).other(actor).unwrap()).await;
        let ended = FriendRequest { status, ..request };
        assert_eq!(stores.relations.request(ended.id).await.unwrap(), Some(ended), "after {end:?}");
        assert_eq!(pending(stores, other, None).await, []);
    }
    assert_eq!(pending(stores, ann, None).await, []);
    let unknown = FriendRequestId::new(ID_LIMIT - 1).unwrap();
    assert_eq!(stores.relations.request(unknown).await.unwrap(), None);
}

/// Who is blocked asks as if nothing were: they see their request, the blocker does not, until the block is lifted.
pub async fn a_request_from_a_blocked_user_is_hidden_from_the_blocker_alone(stores: &Stores) {
    let users = crowd(stores, 3).await;
    for (blocker, blocked) in [(users[0], users[1]), (users[2], users[1])] {
        step(stores, blocker, Step::Block, blocked).await;
        let request = step(stores, blocked, Step::Request, blocker).await.request.unwrap();
        for direction in [None, Some(Direction::Incoming), Some(Direction::Outgoing)] {
            assert_eq!(pending(stores, blocker, direction).await, [], "{direction:?}");
        }
        for direction in [None, Some(Direction::Outgoing)] {
            assert_eq!(pending(stores, blocked, direction).await, std::slice::from_ref(&request), "{direction:?}");
        }
        step(stores, blocker, Step::Unblock, blocked).await;
        assert_eq!(pending(stores, blocker, Some(Direction::Incoming)).await, [request]);
        step(stores, blocked, Step::Cancel, blocker).await;
    }
}

/// What a page leaves out does not shorten it: hidden requests do not count.
pub async fn hidden_requests_do_not_shorten_a_page(stores: &Stores) {
    let users = crowd(stores, 7).await;
    let ann = users[6];
    let mut shown = Vec::new();
    for (n, other) in users[..6].iter().enumerate() {
        if n % 2 == 0 {
            step(stores, ann, Step::Block, *other).await;
        }
        let request = step(stores, *other, Step::Request, ann).await.request;
        shown.extend(request.filter(|_| n % 2 == 1));
    }
    let first = page(stores, ann, Some(Direction::Incoming), None, 2).await;
    assert_eq!((&first.items[..], first.next), (&shown[..2], Some(shown[1].id.get())));
    let rest = page(stores, ann, Some(Direction::Incoming), Some(shown[1].id), 2).await;
    assert_eq!((&rest.items[..], rest.next), (&shown[2..], None));
}

/// Each notice lands in the log of the user it is for, in order and dense; the answer shows the very entries.
pub async fn notices_land_in_the_logs_of_those_concerned(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let (ann, bob, cid) = (users[0], users[1], users[2]);
    let mut answered = Vec::new();
    for (actor, what, other) in [
        (ann, Step::Request, bob),
        (bob, Step::Decline, ann),
        (bob, Step::Request, ann),
        (ann, Step::Accept, bob),
        (cid, Step::Request, ann),
        (ann, Step::Block, bob),
        (ann, Step::Unblock, bob),
    ] {
        answered.extend(step(stores, actor, what, other).await.entries);
    }
    let log = |user| async move { own_log(stores, user).await.iter().map(told).collect::<Vec<_>>() };
    use RelationNotice::{Accepted, Blocked, Declined, Removed, Requested, Unblocked};
    let (declined, accepted) = (Some(RequestStatus::Declined), Some(RequestStatus::Accepted));
    let both = |other| {
        [
            (Requested, other, declined),
            (Declined, other, declined),
            (Requested, other, accepted),
            (Accepted, other, accepted),
        ]
    };
    let mut anns = both(bob).to_vec();
    anns.push((Requested, cid, Some(RequestStatus::Pending)));
    anns.extend([(Blocked, bob, None), (Unblocked, bob, None)]);
    let mut bobs = both(ann).to_vec();
    bobs.push((Removed, ann, None));
    assert_eq!(log(ann).await, anns);
    assert_eq!(log(bob).await, bobs);
    assert_eq!(log(cid).await, [(Requested, ann, Some(RequestStatus::Pending))]);
    for user in [ann, bob, cid] {
        let places: Vec<_> = answered.iter().filter(|entry| entry.user == user).map(|entry| entry.seq).collect();
        let expected: Vec<_> = own_log(stores, user).await.iter().map(|entry| entry.seq).collect();
        assert_eq!(places, expected, "the answers gave the places of the log");
    }
}

/// A device that reads the log late sees the request as it is, not as it was: it must not offer what is over.
pub async fn an_entry_shows_its_request_as_it_stands_now(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let opened = step_at(stores, ann, Step::Request, bob, at(1)).await;
    assert_eq!(told(&opened.entries[0]), (RelationNotice::Requested, bob, Some(RequestStatus::Pending)));
    assert_eq!(
        own_log(stores, bob).await.iter().map(told).collect::<Vec<_>>(),
        [(RelationNotice::Requested, ann, Some(RequestStatus::Pending))]
    );
    step_at(stores, ann, Step::Cancel, bob, at(2)).await;
    let log = own_log(stores, bob).await;
    assert_eq!(told(&log[0]), (RelationNotice::Requested, ann, Some(RequestStatus::Cancelled)));
    assert_eq!((log[0].at, log[1].at), (at(1), at(2)));
}

/// A blocker never learns of the request that their block ended: the entry about the block names none.
pub async fn an_entry_about_a_block_names_no_request(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    step(stores, ann, Step::Block, bob).await;
    step(stores, bob, Step::Request, ann).await;
    let ended = step(stores, bob, Step::Block, ann).await;
    assert_eq!(ended.request.map(|request| request.status), Some(RequestStatus::Cancelled));
    assert_eq!(ended.entries.iter().map(told).collect::<Vec<_>>(), [(RelationNotice::Blocked, ann, None)]);
    let log = own_log(stores, ann).await;
    assert_eq!(log.iter().map(told).collect::<Vec<_>>(), [(RelationNotice::Blocked, bob, None)]);
}

/// Two ask each other at the same moment, having both seen strangers: one request comes of it.
pub async fn of_two_crossing_requests_one_is_written(stores: &Stores) {
    let users = crowd(stores, 20).await;
    for round in users.chunks(2) {
        let (ann, bob) = (round[0], round[1]);
        let strangers = Relation::strangers(pair(ann, bob));
        let answers = together(2, |n| {
            let (stores, strangers) = (stores.clone(), strangers.clone());
            let Ok(Verdict::Change(change)) = strangers.judge(round[n], Step::Request, at(1)) else {
                panic!("refused")
            };
            async move { stores.relations.commit(&change).await.unwrap() }
        })
        .await;
        assert_eq!(answers.iter().filter(|answer| **answer == RelationCommitted::Stale).count(), 1, "{answers:?}");
        assert_eq!(pending(stores, ann, None).await.len(), 1);
        assert_eq!(pending(stores, ann, None).await, pending(stores, bob, None).await);
        assert_eq!((own_log(stores, ann).await.len(), own_log(stores, bob).await.len()), (1, 1));
    }
}

/// Where the second one judges again, its request is the answer to the first, and the two are friends.
pub async fn crossing_requests_that_are_judged_again_end_in_friendship(stores: &Stores) {
    let users = crowd(stores, 20).await;
    for round in users.chunks(2) {
        let (ann, bob) = (round[0], round[1]);
        together(2, |n| {
            let (stores, actor, other) = (stores.clone(), round[n], round[1 - n]);
            async move { step(&stores, actor, Step::Request, other).await.request }
        })
        .await;
        assert!(stores.relations.between(pair(ann, bob)).await.unwrap().is_friends());
        assert_eq!(pending(stores, ann, None).await, []);
        let notices: Vec<_> = own_log(stores, bob).await.iter().map(|entry| told(entry).0).collect();
        assert_eq!(notices, [RelationNotice::Requested, RelationNotice::Accepted]);
    }
}

/// A friendship that ended can begin anew, with a request of its own.
pub async fn a_new_request_is_another_request(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let first = step(stores, ann, Step::Request, bob).await.request.unwrap();
    step(stores, bob, Step::Decline, ann).await;
    let second = step(stores, ann, Step::Request, bob).await.request.unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(pending(stores, bob, None).await, [second]);
    step(stores, ann, Step::Cancel, bob).await;
    befriend(stores, bob, ann).await;
    assert_eq!(stores.relations.request(first.id).await.unwrap().unwrap().status, RequestStatus::Declined);
}
