//! Members who come and go: what newcomers see, who is told, and what each may do.

use super::scene::{
    at, changes, chat, commit, crowd, direct, entry, group, head, leave, nobody, nowhere, own_log, read, say, seq,
    size, text_of, two, user, version, written,
};
use crate::change::Act;
use crate::conversation::{ConversationView, GroupUpdate, HistoryVisibility, Member, Role};
use crate::ids::{ConversationId, Seq, UserId};
use crate::log::{Changed, LogEntry, UserNotice};
use crate::ports::{Committed, Standing, Stores};
use crate::receipt::Marks;

async fn add(stores: &Stores, conversation: ConversationId, by: UserId, users: &[UserId]) -> Vec<LogEntry> {
    written(stores, conversation, by, Act::Add { users: users.to_vec() }).await
}

async fn view(stores: &Stores, conversation: ConversationId, user: UserId) -> ConversationView {
    stores.conversations.view(conversation, user).await.unwrap().unwrap()
}

async fn share(stores: &Stores, conversation: ConversationId, owner: UserId) {
    let update = GroupUpdate { history: Some(HistoryVisibility::Shared), ..GroupUpdate::default() };
    written(stores, conversation, owner, Act::Update(update)).await;
}

const fn marks(at: Seq) -> Marks {
    Marks { delivered: at, read: at }
}

/// Who comes in is a member from the end of the log on: what was said before is neither shown nor unread.
pub async fn who_comes_in_sees_the_log_from_its_end_on(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..2]).await;
    chat(stores, conversation, users[0], 3).await;
    let joined = Changed::Joined { user: users[2], role: Role::Member };
    let expected = entry(conversation, seq(4), users[0], at(4), joined);
    assert_eq!(add(stores, conversation, users[0], &users[2..]).await, [expected]);
    let seen = view(stores, conversation, users[2]).await;
    let me = Member { user: users[2], role: Role::Member, joined_seq: seq(3), joined_at: at(4), marks: marks(seq(3)) };
    assert_eq!((seen.me, seen.unread, seen.last_message), (me, 0, None));
    assert_eq!((seen.conversation.member_count, seen.conversation.head), (3, seq(4)));
    let facts = stores.conversations.facts(conversation, users[2]).await.unwrap().unwrap();
    assert_eq!((facts.role, facts.joined_seq), (Some(Role::Member), seq(3)));
}

/// Where the history is shared a newcomer sees all of it, and still nothing of it waits to be read.
pub async fn who_comes_into_a_shared_history_sees_all_of_it(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..2]).await;
    chat(stores, conversation, users[0], 3).await;
    share(stores, conversation, users[0]).await;
    add(stores, conversation, users[0], &users[2..]).await;
    let seen = view(stores, conversation, users[2]).await;
    assert_eq!((seen.me.joined_seq, seen.me.marks, seen.unread), (Seq::ZERO, marks(seq(4)), 0));
    assert_eq!(seen.last_message.as_ref().map(text_of), Some("number 3"));
    assert_eq!(view(stores, conversation, users[1]).await.unread, 3, "those who were there have read nothing yet");
}

/// What is said after somebody came is for them, and unread.
pub async fn what_is_said_after_somebody_came_is_unread(stores: &Stores) {
    let users = crowd(stores, 3).await;
    for (shared, newcomer) in [(false, users[1]), (true, users[2])] {
        let conversation = group(stores, users[0], &[]).await;
        say(stores, conversation, users[0], "before").await;
        if shared {
            share(stores, conversation, users[0]).await;
        }
        add(stores, conversation, users[0], &[newcomer]).await;
        say(stores, conversation, users[0], "after").await;
        let seen = view(stores, conversation, newcomer).await;
        assert_eq!((seen.unread, seen.last_message.as_ref().map(text_of)), (1, Some("after")), "shared: {shared}");
        read(stores, conversation, newcomer, seen.conversation.head.get()).await;
        assert_eq!(view(stores, conversation, newcomer).await.unread, 0);
    }
}

/// Several at once are one entry each, one after the other, in the order given; all of them begin at the same place.
pub async fn several_who_come_at_once_are_consecutive_entries(stores: &Stores) {
    let users = crowd(stores, 6).await;
    let conversation = group(stores, users[0], &[]).await;
    say(stores, conversation, users[0], "welcome").await;
    let before = version(stores, conversation).await;
    let entries = add(stores, conversation, users[0], &users[1..5]).await;
    let joined = |(n, user): (i64, &UserId)| {
        entry(conversation, seq(n), users[0], at(4), Changed::Joined { user: *user, role: Role::Member })
    };
    assert_eq!(entries, (2..).zip(&users[1..5]).map(joined).collect::<Vec<_>>());
    assert_eq!(changes(stores, conversation, 1, 10).await.items, entries);
    assert_eq!(version(stores, conversation).await.0, before.0 + 1, "one change, one version");
    for user in &users[1..5] {
        let seen = view(stores, conversation, *user).await;
        assert_eq!((seen.me.joined_seq, seen.me.marks, seen.unread), (seq(1), marks(seq(1)), 0));
        assert_eq!((seen.conversation.member_count, seen.conversation.head), (5, seq(5)));
    }
}

/// Who is in it already stays what they are, and is no news; the others come in.
pub async fn who_is_in_it_already_stays_what_they_are(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let conversation = group(stores, users[0], &users[1..3]).await;
    written(stores, conversation, users[0], Act::SetRole { user: users[1], role: Role::Admin }).await;
    let before = view(stores, conversation, users[1]).await.me;
    let entries = add(stores, conversation, users[0], &users).await;
    let joined = Changed::Joined { user: users[3], role: Role::Member };
    assert_eq!(entries, [entry(conversation, seq(2), users[0], at(4), joined)]);
    let after = view(stores, conversation, users[1]).await;
    assert_eq!((after.me, after.conversation.member_count), (before, 4));
    assert_eq!(view(stores, conversation, users[0]).await.me.role, Role::Owner);
    assert_eq!(own_log(stores, users[1]).await.len(), 1, "told once, when the group was made");
    assert_eq!(commit(stores, conversation, users[0], Act::Add { users }).await, Committed::Nothing);
    assert_eq!(head(stores, conversation).await, seq(2));
}

/// One user who does not exist, and nobody comes in.
pub async fn with_an_unknown_user_nobody_comes_in(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &[]).await;
    let now = version(stores, conversation).await;
    let act = Act::Add { users: vec![users[1], nobody()] };
    assert_eq!(commit(stores, conversation, users[0], act).await, Committed::Missing);
    assert_eq!((head(stores, conversation).await, version(stores, conversation).await), (Seq::ZERO, now));
    assert_eq!(view(stores, conversation, users[0]).await.conversation.member_count, 1);
    assert_eq!(own_log(stores, users[1]).await, []);
    assert_eq!(stores.conversations.ids_of(users[1]).await.unwrap(), []);
}

/// A direct conversation has its two; nobody else comes in.
pub async fn nobody_comes_into_a_direct_conversation(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = direct(stores, users[0], users[1]).await;
    let act = Act::Add { users: vec![users[2]] };
    assert_eq!(commit(stores, conversation, users[0], act).await, Committed::Missing);
    assert_eq!(stores.conversations.ids_of(users[2]).await.unwrap(), []);
}

/// Each newcomer's own log says who brought them in and where the log stood right before they came.
pub async fn who_comes_in_is_told_in_their_own_log(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let conversation = group(stores, users[0], &users[1..2]).await;
    say(stores, conversation, users[0], "welcome").await;
    let act = Act::Add { users: users[2..].to_vec() };
    let Committed::Written { notices, .. } = commit(stores, conversation, users[1], act).await else {
        panic!("not written")
    };
    assert_eq!(notices.len(), 2);
    for (before, user) in (1..).zip(&users[2..]) {
        let log = own_log(stores, *user).await;
        let notice = UserNotice::ConversationAdded { conversation, by: users[1], head: seq(before) };
        assert_eq!((log.len(), &log[0].notice, log[0].at), (1, &notice, at(4)));
        assert!(notices.contains(&log[0]), "the answer shows the entry");
    }
    assert_eq!(own_log(stores, users[0]).await.len(), 1, "the others hear of it in the conversation");
}

/// Who is taken out by somebody else is told in their own log; who leaves knows.
pub async fn who_is_taken_out_is_told_in_their_own_log(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let Committed::Written { entries, notices } =
        commit(stores, conversation, users[0], Act::Remove { user: users[1] }).await
    else {
        panic!("not written")
    };
    assert_eq!(entries, [entry(conversation, seq(1), users[0], at(4), Changed::Left { user: users[1] })]);
    let log = own_log(stores, users[1]).await;
    assert_eq!((log[1..].to_vec(), log[1].at), (notices, at(4)));
    assert_eq!(log[1].notice, UserNotice::ConversationRemoved { conversation, by: users[0] });
    leave(stores, conversation, users[2]).await;
    assert_eq!(own_log(stores, users[2]).await.len(), 1);
}

/// Who went out loses their place: coming back, they are a newcomer like any other.
pub async fn who_comes_back_is_a_newcomer(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    written(stores, conversation, users[0], Act::SetRole { user: users[1], role: Role::Admin }).await;
    chat(stores, conversation, users[0], 3).await;
    read(stores, conversation, users[1], 2).await;
    leave(stores, conversation, users[1]).await;
    assert_eq!(read(stores, conversation, users[1], 4).await, [], "there is no mark to raise");
    say(stores, conversation, users[0], "meanwhile").await;
    add(stores, conversation, users[0], &users[1..]).await;
    let seen = view(stores, conversation, users[1]).await;
    let me = Member { user: users[1], role: Role::Member, joined_seq: seq(6), joined_at: at(4), marks: marks(seq(6)) };
    assert_eq!((seen.me, seen.unread, seen.conversation.member_count), (me, 0, 2));
}

/// A role is what the entry says, for the rules and for everybody who looks.
pub async fn a_role_is_given_and_taken(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    for (n, role) in (1..).zip([Role::Admin, Role::Owner, Role::Member]) {
        let entries = written(stores, conversation, users[0], Act::SetRole { user: users[1], role }).await;
        let set = Changed::RoleSet { user: users[1], role };
        assert_eq!(entries, [entry(conversation, seq(n), users[0], at(4), set)]);
        let facts = stores.conversations.facts(conversation, users[1]).await.unwrap().unwrap();
        assert_eq!(facts.role, Some(role));
        let members = stores.conversations.members(conversation, None, size(10), nobody()).await.unwrap().items;
        assert_eq!(members.iter().map(|member| member.role).collect::<Vec<_>>(), [Role::Owner, role, Role::Member]);
    }
    let stranger = user(stores, "eve").await;
    for user in [stranger, nobody()] {
        let act = Act::SetRole { user, role: Role::Admin };
        assert_eq!(commit(stores, conversation, users[0], act).await, Committed::Missing);
    }
}

/// What the rules need of a group and one of its members, or of somebody who is none.
pub async fn standing_tells_what_somebody_is_beside_the_others(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let conversation = group(stores, users[0], &users[1..3]).await;
    let standing = async |user| stores.changes.standing(conversation, user).await.unwrap();
    let is = async |user, role, members, owners| {
        let expected = Standing { version: version(stores, conversation).await, role, members, owners };
        assert_eq!(standing(user).await, Some(expected));
    };
    is(users[0], Some(Role::Owner), 3, 1).await;
    is(users[1], Some(Role::Member), 3, 1).await;
    is(users[3], None, 3, 1).await;
    written(stores, conversation, users[0], Act::SetRole { user: users[1], role: Role::Owner }).await;
    is(users[1], Some(Role::Owner), 3, 2).await;
    leave(stores, conversation, users[0]).await;
    is(users[0], None, 2, 1).await;
    add(stores, conversation, users[1], &users[3..]).await;
    is(nobody(), None, 3, 1).await;
    assert_eq!(stores.changes.standing(nowhere(), users[0]).await.unwrap(), None);
    let (ann, bob) = two(stores).await;
    let between = direct(stores, ann, bob).await;
    let expected =
        Standing { version: version(stores, between).await, role: Some(Role::Member), members: 2, owners: 0 };
    assert_eq!(stores.changes.standing(between, ann).await.unwrap(), Some(expected));
}
