//! Groups: who is in them, and what happens when somebody leaves.

use super::scene::{
    at, changes, commit, crowd, depart, entry, group, head, label, leave, nobody, not_endless, nowhere, own_log, say,
    seq, size, together, user, version,
};
use crate::change::{Act, Change};
use crate::conversation::{Conversation, Group, Kind, Member, Role};
use crate::ids::{ConversationId, Seq, UserId, Version};
use crate::log::{Changed, UserNotice};
use crate::ports::{Committed, GroupCreated, NewGroup, Stores};
use crate::receipt::Marks;

fn new_group(owner: UserId, members: &[UserId]) -> NewGroup {
    NewGroup { group: Group::new(label("Sunday walk"), owner), members: members.to_vec(), at: at(2) }
}

async fn all_members(stores: &Stores, conversation: ConversationId) -> Vec<UserId> {
    let page = stores.conversations.members(conversation, None, size(100), nobody()).await.unwrap();
    page.items.iter().map(|member| member.user).collect()
}

/// A new group is empty, everybody is in it in their role, and everybody's own log says so.
pub async fn a_group_is_made_with_its_members(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let (owner, members) = (users[2], [users[3], users[0]]);
    let GroupCreated::Created(made, entries) =
        stores.conversations.create_group(&new_group(owner, &members)).await.unwrap()
    else {
        panic!("not made")
    };
    let expected = Conversation {
        id: made.id,
        kind: Kind::Group(Group::new(label("Sunday walk"), owner)),
        head: Seq::ZERO,
        version: made.version,
        member_count: 3,
        created_at: at(2),
    };
    assert_eq!(made, expected);
    let member = |user, role| Member { user, role, joined_seq: Seq::ZERO, joined_at: at(2), marks: Marks::default() };
    let inside = [member(users[0], Role::Member), member(owner, Role::Owner), member(users[3], Role::Member)];
    assert_eq!(stores.conversations.members(made.id, None, size(100), nobody()).await.unwrap().items, inside);
    for (user, me) in inside.iter().map(|member| (member.user, member)) {
        let log = own_log(stores, user).await;
        assert_eq!(log.len(), 1);
        assert_eq!(
            (&log[0].notice, log[0].at),
            (&UserNotice::ConversationAdded { conversation: made.id, by: owner, head: Seq::ZERO }, at(2))
        );
        assert!(entries.contains(&log[0]), "the answer shows the entry");
        let view = stores.conversations.view(made.id, user).await.unwrap().unwrap();
        assert_eq!((&view.conversation, &view.me, &view.peer), (&expected, me, &None));
        assert_eq!((view.unread, view.last_message), (0, None));
    }
    assert_eq!(entries.len(), 3);
    assert_eq!(own_log(stores, users[1]).await, [], "who is not in it is told nothing");
    assert_eq!(changes(stores, made.id, 0, 10).await.items, [], "the log of the group begins empty");
}

/// Nobody has to be in a group but its owner.
pub async fn a_group_can_begin_with_its_owner_alone(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let made = group(stores, ann, &[]).await;
    assert_eq!(all_members(stores, made).await, [ann]);
    assert_eq!(say(stores, made, ann, "anybody there?").await.seq.get(), 1);
}

/// The same people can have many groups of the same name.
pub async fn groups_are_not_unique_by_anything(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let one = group(stores, users[0], &users[1..]).await;
    let other = group(stores, users[0], &users[1..]).await;
    assert_ne!(one, other);
    assert_eq!(stores.conversations.ids_of(users[1]).await.unwrap(), [one.min(other), one.max(other)]);
}

/// One member who does not exist, and nothing is made: no group, no entry in anybody's log.
pub async fn a_group_with_an_unknown_member_leaves_no_trace(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let new = new_group(users[0], &[users[1], nobody()]);
    assert_eq!(stores.conversations.create_group(&new).await.unwrap(), GroupCreated::UnknownMember);
    for user in users {
        assert_eq!(own_log(stores, user).await, []);
        assert_eq!(stores.conversations.ids_of(user).await.unwrap(), []);
    }
}

/// The rules learn who is what; of strangers and of those who left, that they are nothing.
pub async fn facts_tell_members_from_everybody_else(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let [owner, member, ex, stranger] = [0, 1, 2, 3].map(|n: usize| users[n]);
    let conversation = group(stores, owner, &[member, ex]).await;
    leave(stores, conversation, ex).await;
    let now = version(stores, conversation).await;
    for (user, role) in [(owner, Some(Role::Owner)), (member, Some(Role::Member)), (ex, None), (stranger, None)] {
        let facts = stores.conversations.facts(conversation, user).await.unwrap().unwrap();
        assert_eq!((facts.conversation, facts.version, facts.role, facts.direct), (conversation, now, role, None));
    }
    for user in [ex, stranger, nobody()] {
        assert_eq!(stores.conversations.view(conversation, user).await.unwrap(), None);
    }
}

/// Leaving is the next entry of the log, moves the version, and lowers the count.
pub async fn leaving_is_an_entry_of_the_log(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    say(stores, conversation, users[1], "I am off").await;
    let before = version(stores, conversation).await;
    let expected = entry(conversation, seq(2), users[1], at(4), Changed::Left { user: users[1] });
    let answer = Committed::Written { entries: vec![expected.clone()], notices: Vec::new() };
    assert_eq!(depart(stores, conversation, users[1]).await, answer);
    assert!(version(stores, conversation).await > before);
    let changes = changes(stores, conversation, 1, 10).await;
    assert_eq!((changes.items, changes.head.get()), (vec![expected], 2));
    let view = stores.conversations.view(conversation, users[0]).await.unwrap().unwrap();
    assert_eq!((view.conversation.member_count, view.conversation.head.get()), (2, 2));
    assert_eq!(say(stores, conversation, users[2], "bye").await.seq.get(), 3);
}

/// Who left is out of every list that a socket or a page is made of; the others are not.
pub async fn who_left_is_gone_from_every_list(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let kept = group(stores, users[0], &users[1..]).await;
    leave(stores, conversation, users[1]).await;
    assert_eq!(all_members(stores, conversation).await, [users[0], users[2]]);
    assert_eq!(stores.conversations.ids_of(users[1]).await.unwrap(), [kept]);
    assert_eq!(stores.conversations.positions(users[1]).await.unwrap().len(), 1);
    let list = stores.conversations.list(users[1], None, size(10)).await.unwrap();
    assert_eq!(list.items.iter().map(|view| view.conversation.id).collect::<Vec<_>>(), [kept]);
    assert_eq!(stores.conversations.ids_of(users[2]).await.unwrap().len(), 2);
}

/// What was judged on an older version is refused and writes nothing.
pub async fn a_stale_departure_leaves_no_trace(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let old = version(stores, conversation).await;
    leave(stores, conversation, users[1]).await;
    let now = version(stores, conversation).await;
    for judged_on in [old, Version(now.0 + 1)] {
        let act = Act::Remove { user: users[2] };
        let departure = Change { conversation, by: users[2], act, judged_on, at: at(5) };
        assert_eq!(stores.changes.commit(&departure).await.unwrap(), Committed::Stale);
    }
    assert_eq!((head(stores, conversation).await.get(), version(stores, conversation).await), (1, now));
    assert_eq!(all_members(stores, conversation).await, [users[0], users[2]]);
}

/// Only a member can leave: neither a stranger nor somebody who left already, nor anybody from nowhere.
pub async fn who_is_not_a_member_cannot_leave(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..2]).await;
    leave(stores, conversation, users[1]).await;
    let now = version(stores, conversation).await;
    for user in [users[1], users[2], nobody()] {
        assert_eq!(commit(stores, conversation, users[0], Act::Remove { user }).await, Committed::Missing);
    }
    let act = Act::Remove { user: users[0] };
    let departure = Change { conversation: nowhere(), by: users[0], act, judged_on: now, at: at(5) };
    assert_eq!(stores.changes.commit(&departure).await.unwrap(), Committed::Stale);
    assert_eq!((head(stores, conversation).await.get(), version(stores, conversation).await), (1, now));
}

/// Two leave at once, having seen the same version: one is written, the other has to look again.
pub async fn of_many_that_leave_at_once_on_one_version_one_does(stores: &Stores) {
    let users = crowd(stores, 9).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let judged_on = version(stores, conversation).await;
    let answers = together(8, |n| {
        let (stores, user) = (stores.clone(), users[n + 1]);
        async move {
            let change = Change { conversation, by: user, act: Act::Remove { user }, judged_on, at: at(4) };
            stores.changes.commit(&change).await.unwrap()
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == Committed::Stale).count(), 7, "{answers:?}");
    assert_eq!((head(stores, conversation).await.get(), all_members(stores, conversation).await.len()), (1, 8));
}

/// Members come by id, page by page, each once.
pub async fn members_are_listed_by_id_in_pages(stores: &Stores) {
    let users = crowd(stores, 6).await;
    let conversation = group(stores, users[4], &[users[5], users[0], users[2], users[1]]).await;
    let expected = [users[0], users[1], users[2], users[4], users[5]];
    for wish in [1, 2, 4, 5, 6] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = stores.conversations.members(conversation, after, size(wish), nobody()).await.unwrap();
            seen.extend(page.items.iter().map(|member| member.user));
            not_endless(&seen);
            let Some(next) = page.next else { break };
            after = UserId::new(next);
            assert_eq!(after, seen.last().copied(), "the cursor is the last id shown");
        }
        assert_eq!(seen, expected, "pages of {wish}");
    }
    assert_eq!(all_members(stores, nowhere()).await, []);
}
