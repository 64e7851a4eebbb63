//! Direct conversations: one per pair, and what the rules learn about it.

use super::scene::{at, crowd, direct, nobody, nowhere, own_log, pair, say, step, together, two, version};
use crate::conversation::{Conversation, Kind, Member, Pair, Role};
use crate::ids::{ConversationId, Seq, UserId, Version};
use crate::log::UserNotice;
use crate::ports::{DirectFacts, DirectOpened, Facts, NewDirect, Stores};
use crate::receipt::Marks;
use crate::relation::Step;

async fn open(stores: &Stores, by: UserId, pair: Pair, judged_on: Version) -> DirectOpened {
    stores.conversations.open_direct(&NewDirect { pair, by, judged_on, at: at(2) }).await.unwrap()
}

/// The conversations that a user's own log says they were added to, and by whom.
async fn added(stores: &Stores, user: UserId) -> Vec<(ConversationId, UserId)> {
    let log = own_log(stores, user).await;
    let added = log.iter().filter_map(|entry| match entry.notice {
        UserNotice::ConversationAdded { conversation, by, .. } => Some((conversation, by)),
        UserNotice::ConversationRemoved { .. } => None,
        UserNotice::Relation { .. } => None,
    });
    added.collect()
}

/// A new one is empty, has both as members, and stands in both logs.
pub async fn a_direct_conversation_is_made_for_both(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let DirectOpened::Created(made, entries) = open(stores, bob, pair(ann, bob), Version(0)).await else {
        panic!("not made")
    };
    let expected = Conversation {
        id: made.id,
        kind: Kind::Direct(pair(ann, bob)),
        head: Seq::ZERO,
        version: made.version,
        member_count: 2,
        created_at: at(2),
    };
    assert_eq!(made, expected);
    for user in [ann, bob] {
        let log = own_log(stores, user).await;
        assert_eq!(log.iter().map(|entry| entry.at).collect::<Vec<_>>(), [at(2)]);
        assert_eq!(added(stores, user).await, [(made.id, bob)]);
        assert!(entries.contains(&log[0]), "the answer shows the entry");
        let view = stores.conversations.view(made.id, user).await.unwrap().unwrap();
        let me = Member { user, role: Role::Member, joined_seq: Seq::ZERO, joined_at: at(2), marks: Marks::default() };
        assert_eq!((view.conversation, view.me), (expected.clone(), me));
        assert_eq!(view.peer.map(|peer| peer.user), pair(ann, bob).other(user));
        assert_eq!((view.unread, view.last_message), (0, None));
    }
    assert_eq!(entries.len(), 2);
}

/// From either side, the second time finds the first, as it stands, and tells nobody anything.
pub async fn a_pair_has_one_direct_conversation(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let made = direct(stores, ann, bob).await;
    say(stores, made, ann, "hello").await;
    for by in [ann, bob] {
        let DirectOpened::Existing(found) = open(stores, by, pair(ann, bob), Version(0)).await else {
            panic!("not found")
        };
        assert_eq!((found.id, found.head.get(), found.member_count), (made, 1, 2));
    }
    for user in [ann, bob] {
        assert_eq!(own_log(stores, user).await.len(), 1);
        assert_eq!(stores.conversations.ids_of(user).await.unwrap(), [made]);
    }
}

/// Every pair has its own.
pub async fn different_pairs_have_different_conversations(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let made = [
        direct(stores, users[0], users[1]).await,
        direct(stores, users[1], users[2]).await,
        direct(stores, users[2], users[0]).await,
    ];
    assert!(made[0] != made[1] && made[1] != made[2] && made[2] != made[0]);
    assert_eq!(stores.conversations.find_direct(pair(users[2], users[1])).await.unwrap(), Some(made[1]));
}

/// Looking is not opening.
pub async fn looking_for_a_direct_conversation_makes_none(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    assert_eq!(stores.conversations.find_direct(pair(ann, bob)).await.unwrap(), None);
    assert_eq!(stores.conversations.ids_of(ann).await.unwrap(), []);
    let made = direct(stores, ann, bob).await;
    assert_eq!(stores.conversations.find_direct(pair(bob, ann)).await.unwrap(), Some(made));
    assert_eq!(stores.conversations.find_direct(pair(ann, nobody())).await.unwrap(), None);
}

/// Whatever came between the two, and whatever the asker believes of it, what exists is found.
pub async fn an_existing_one_is_found_whatever_the_relation_is(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let made = direct(stores, ann, bob).await;
    step(stores, ann, Step::Block, bob).await;
    for judged_on in [Version(0), Version(1), Version(7)] {
        for by in [ann, bob] {
            let answer = open(stores, by, pair(ann, bob), judged_on).await;
            assert!(matches!(&answer, DirectOpened::Existing(found) if found.id == made), "{answer:?}");
        }
    }
}

/// A block that lands between the decision and the opening wins.
pub async fn a_relation_that_moved_makes_no_new_one(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    step(stores, ann, Step::Block, bob).await;
    for judged_on in [Version(0), Version(2)] {
        assert_eq!(open(stores, bob, pair(ann, bob), judged_on).await, DirectOpened::Stale);
    }
    assert_eq!(stores.conversations.find_direct(pair(ann, bob)).await.unwrap(), None);
    for user in [ann, bob] {
        assert_eq!(stores.conversations.ids_of(user).await.unwrap(), []);
        assert_eq!(added(stores, user).await, []);
    }
    assert!(matches!(open(stores, bob, pair(ann, bob), Version(1)).await, DirectOpened::Created(..)));
}

/// With somebody who does not exist there is no conversation, and the one who exists is told nothing.
pub async fn with_an_unknown_user_none_is_made(stores: &Stores) {
    let (ann, _) = two(stores).await;
    let unknown = pair(ann, nobody());
    assert_eq!(open(stores, ann, unknown, Version(0)).await, DirectOpened::UnknownUser);
    assert_eq!(stores.conversations.find_direct(unknown).await.unwrap(), None);
    assert_eq!(own_log(stores, ann).await, []);
}

/// Sixteen open it at once, from both sides: one makes it, all get the same.
pub async fn many_that_open_at_once_get_the_same_one(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let answers = together(16, |n| {
        let stores = stores.clone();
        async move { open(&stores, [ann, bob][n % 2], pair(ann, bob), Version(0)).await }
    })
    .await;
    let made = stores.conversations.find_direct(pair(ann, bob)).await.unwrap().unwrap();
    let mut fresh = 0;
    for answer in answers {
        let id = match answer {
            DirectOpened::Created(conversation, entries) => {
                assert_eq!(entries.len(), 2);
                fresh += 1;
                conversation.id
            }
            DirectOpened::Existing(conversation) => conversation.id,
            other @ (DirectOpened::Stale | DirectOpened::UnknownUser) => panic!("{other:?}"),
        };
        assert_eq!(id, made);
    }
    assert_eq!(fresh, 1);
    for user in [ann, bob] {
        assert_eq!(own_log(stores, user).await.len(), 1);
        assert_eq!(stores.conversations.ids_of(user).await.unwrap(), [made]);
    }
}

/// The rules learn from each side who blocks whom, together with the version that this belongs to.
pub async fn facts_tell_each_side_who_blocks(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let conversation = direct(stores, ann, bob).await;
    let steps = [
        (None, false, false),
        (Some((ann, Step::Block, bob)), true, false),
        (Some((bob, Step::Block, ann)), true, true),
        (Some((ann, Step::Unblock, bob)), false, true),
        (Some((bob, Step::Unblock, ann)), false, false),
    ];
    for (taken, ann_blocks, bob_blocks) in steps {
        if let Some((actor, what, other)) = taken {
            step(stores, actor, what, other).await;
        }
        let version = version(stores, conversation).await;
        for (user, blocks, blocked) in [(ann, ann_blocks, bob_blocks), (bob, bob_blocks, ann_blocks)] {
            let expected = Facts {
                conversation,
                version,
                role: Some(Role::Member),
                joined_seq: Seq::ZERO,
                direct: Some(DirectFacts { pair: pair(ann, bob), blocks, blocked }),
                room: None,
                pace: crate::pace::Pace::NONE,
            };
            assert_eq!(stores.conversations.facts(conversation, user).await.unwrap(), Some(expected), "{taken:?}");
        }
    }
}

/// To a third user the conversation shows nothing but that it exists, which only the rules get to see.
pub async fn a_third_user_is_no_part_of_it(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = direct(stores, users[0], users[1]).await;
    let facts = stores.conversations.facts(conversation, users[2]).await.unwrap().unwrap();
    assert_eq!(facts.role, None);
    assert_eq!(stores.conversations.view(conversation, users[2]).await.unwrap(), None);
    assert_eq!(stores.conversations.facts(nowhere(), users[0]).await.unwrap(), None);
    assert_eq!(stores.conversations.view(nowhere(), users[0]).await.unwrap(), None);
}
