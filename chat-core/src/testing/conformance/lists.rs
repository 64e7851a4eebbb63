//! A user's conversations: the list with its order and its counts, and where each of them stands.

use super::scene::{
    at, crowd, deliver, direct_at, draft, group_at, leave, message, nobody, not_endless, nowhere, read, say, say_at,
    size, step, together, two, two_in_direct, version,
};
use crate::change::{Act, Change};
use crate::command::Position;
use crate::conversation::{ActivityCursor, ConversationView};
use crate::ids::{ConversationId, Seq, UserId};
use crate::message::UNREAD_WINDOW;
use crate::page::Page;
use crate::ports::Stores;
use crate::receipt::Marks;
use crate::relation::Step;

async fn list(
    stores: &Stores,
    user: UserId,
    after: Option<ActivityCursor>,
    wish: i64,
) -> Page<ConversationView, ActivityCursor> {
    stores.conversations.list(user, after, size(wish)).await.unwrap()
}

fn shown(page: &Page<ConversationView, ActivityCursor>) -> Vec<ConversationId> {
    page.items.iter().map(|view| view.conversation.id).collect()
}

async fn unread(stores: &Stores, conversation: ConversationId, user: UserId) -> u32 {
    stores.conversations.view(conversation, user).await.unwrap().unwrap().unread
}

/// The newest entry counts, of whatever kind; where there is none, the creation.
pub async fn conversations_come_by_their_newest_activity(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let ann = users[0];
    assert_eq!(list(stores, ann, None, 10).await, Page { items: Vec::new(), next: None });
    let first = group_at(stores, ann, &users[1..], at(10)).await;
    let second = group_at(stores, ann, &users[1..], at(11)).await;
    let third = direct_at(stores, users[1], ann, at(12)).await;
    let order = |page| shown(&page);
    assert_eq!(order(list(stores, ann, None, 10).await), [third, second, first]);
    say_at(stores, first, users[2], "hello", at(20)).await;
    assert_eq!(order(list(stores, ann, None, 10).await), [first, third, second]);
    say_at(stores, third, ann, "hello", at(21)).await;
    assert_eq!(order(list(stores, ann, None, 10).await), [third, first, second]);
    let judged_on = version(stores, second).await;
    let departure =
        Change { conversation: second, by: users[3], act: Act::Remove { user: users[3] }, judged_on, at: at(22) };
    stores.changes.commit(&departure).await.unwrap();
    assert_eq!(order(list(stores, ann, None, 10).await), [second, third, first]);
    read(stores, first, ann, 1).await;
    assert_eq!(order(list(stores, ann, None, 10).await), [second, third, first], "reading is no activity");
}

/// A list shows the same as looking at each conversation alone.
pub async fn a_list_shows_what_a_view_shows(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let ann = users[0];
    for (n, conversation) in [
        direct_at(stores, ann, users[1], at(10)).await,
        group_at(stores, users[1], &[ann, users[2]], at(11)).await,
        direct_at(stores, users[2], ann, at(12)).await,
    ]
    .into_iter()
    .enumerate()
    {
        for _ in 0..=n {
            say(stores, conversation, ann, "mine").await;
            say(stores, conversation, if n == 2 { users[2] } else { users[1] }, "yours").await;
        }
        read(stores, conversation, ann, 2).await;
        deliver(stores, conversation, users[1], 1).await;
    }
    let page = list(stores, ann, None, 10).await;
    assert_eq!(page.items.len(), 3);
    for view in page.items {
        let alone = stores.conversations.view(view.conversation.id, ann).await.unwrap();
        assert_eq!(Some(view), alone);
    }
}

/// Pages follow each other without gap or repeat, also where many share one moment.
pub async fn pages_of_a_list_survive_ties(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let mut made = Vec::new();
    for moment in [10, 10, 10, 11, 11, 12, 9] {
        made.push((at(moment), group_at(stores, users[0], &users[1..], at(moment)).await));
    }
    made.sort();
    made.reverse();
    let expected: Vec<_> = made.iter().map(|(_, id)| *id).collect();
    for wish in [1, 2, 3, 7, 8] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = list(stores, users[1], after, wish).await;
            seen.extend(shown(&page));
            not_endless(&seen);
            after = page.next;
            let Some(cursor) = after else { break };
            assert_eq!(Some(cursor.conversation), seen.last().copied(), "the cursor is the last one shown");
        }
        assert_eq!(seen, expected, "pages of {wish}");
    }
}

/// What becomes active while somebody turns pages jumps to the front; nothing else is lost or shown twice.
pub async fn pages_of_a_list_survive_new_messages(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let mut made = Vec::new();
    for moment in 10..16 {
        made.push(group_at(stores, users[0], &users[1..], at(moment)).await);
    }
    made.reverse();
    let first = list(stores, users[0], None, 2).await;
    assert_eq!(shown(&first), made[..2]);
    say_at(stores, made[1], users[1], "already shown", at(20)).await;
    say_at(stores, made[5], users[1], "not shown yet", at(21)).await;
    group_at(stores, users[0], &[], at(22)).await;
    let second = list(stores, users[0], first.next, 2).await;
    assert_eq!(shown(&second), made[2..4]);
    let third = list(stores, users[0], second.next, 2).await;
    assert_eq!((shown(&third), third.next), (vec![made[4]], None));
}

/// Unread are the messages of others after the read mark: not one's own, not entries about members, and never a guess.
pub async fn unread_counts_exactly_what_others_said_since(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let (ann, bob, cid) = (users[0], users[1], users[2]);
    let conversation = group_at(stores, ann, &users[1..], at(2)).await;
    for (sender, anns, bobs, cids) in [(ann, 0, 1, 1), (bob, 1, 1, 2), (bob, 2, 1, 3), (ann, 2, 2, 4), (cid, 3, 3, 4)] {
        say(stores, conversation, sender, "something").await;
        let counts = [
            unread(stores, conversation, ann).await,
            unread(stores, conversation, bob).await,
            unread(stores, conversation, cid).await,
        ];
        assert_eq!(counts, [anns, bobs, cids]);
    }
    leave(stores, conversation, users[3]).await;
    assert_eq!(unread(stores, conversation, ann).await, 3, "somebody leaving is nothing to read");
    for (to, expected) in [(1, 3), (2, 2), (4, 1), (5, 0), (6, 0)] {
        read(stores, conversation, ann, to).await;
        assert_eq!(unread(stores, conversation, ann).await, expected, "read up to {to}");
    }
    deliver(stores, conversation, bob, 6).await;
    assert_eq!(unread(stores, conversation, bob).await, 3, "delivered is not read");
    say(stores, conversation, cid, "one more").await;
    assert_eq!(unread(stores, conversation, ann).await, 1);
}

/// However many messages wait, only so many of the newest are looked at.
pub async fn unread_is_counted_among_the_newest_messages(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let new = draft(stores, conversation, bob, "hello").await;
    let (store, said) = (stores.messages.clone(), new.clone());
    together(UNREAD_WINDOW + 2, move |_| {
        let (store, said) = (store.clone(), said.clone());
        async move { store.append(&said).await.unwrap() }
    })
    .await;
    let window = u32::try_from(UNREAD_WINDOW).unwrap();
    assert_eq!(unread(stores, conversation, ann).await, window);
    say(stores, conversation, ann, "I was away").await;
    assert_eq!(unread(stores, conversation, ann).await, window - 1, "one's own is one of the newest");
    read(stores, conversation, ann, 5).await;
    assert_eq!(unread(stores, conversation, ann).await, window - 3, "fewer than so many, so all of them");
}

/// The last message is the newest message, even where the newest entry is something else, and it comes with its state.
pub async fn the_last_message_is_shown_as_it_stands(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group_at(stores, users[0], &users[1..], at(2)).await;
    say(stores, conversation, users[0], "first").await;
    let last = say(stores, conversation, users[1], "last").await;
    leave(stores, conversation, users[2]).await;
    let view = stores.conversations.view(conversation, users[0]).await.unwrap().unwrap();
    assert_eq!(view.last_message, Some(last));
    let conversation = direct_at(stores, users[0], users[1], at(3)).await;
    let said = say(stores, conversation, users[0], "hello").await;
    read(stores, conversation, users[1], 1).await;
    let view = stores.conversations.view(conversation, users[0]).await.unwrap().unwrap();
    assert_eq!(view.last_message, Some(message(stores, said.id).await));
    assert!(view.last_message.unwrap().state.read_at().is_some());
}

/// Both see their own marks as theirs and the other's as the other's.
pub async fn a_direct_view_shows_both_sides(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    for _ in 0..3 {
        say(stores, conversation, ann, "hello").await;
    }
    deliver(stores, conversation, bob, 3).await;
    read(stores, conversation, bob, 2).await;
    let bobs = Marks { delivered: Seq::new(3).unwrap(), read: Seq::new(2).unwrap() };
    let anns_view = stores.conversations.view(conversation, ann).await.unwrap().unwrap();
    let bobs_view = stores.conversations.view(conversation, bob).await.unwrap().unwrap();
    assert_eq!((anns_view.me.user, anns_view.me.marks), (ann, Marks::default()));
    assert_eq!((bobs_view.me.user, bobs_view.me.marks), (bob, bobs));
    assert_eq!((anns_view.peer, bobs_view.peer), (Some(bobs_view.me), Some(anns_view.me)));
}

/// A list holds what the user is in, and nobody else's.
pub async fn a_list_holds_only_ones_own_conversations(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let with = direct_at(stores, users[0], users[1], at(10)).await;
    direct_at(stores, users[2], users[3], at(11)).await;
    group_at(stores, users[2], &[users[1]], at(12)).await;
    assert_eq!(shown(&list(stores, users[0], None, 10).await), [with]);
    assert_eq!(stores.conversations.ids_of(users[0]).await.unwrap(), [with]);
    assert_eq!(list(stores, nobody(), None, 10).await.items, []);
    assert_eq!(stores.conversations.ids_of(nobody()).await.unwrap(), []);
    assert_eq!(stores.conversations.positions(nobody()).await.unwrap(), []);
}

/// A block hides no conversation: what was said before stays to be read.
pub async fn a_block_hides_no_conversation(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    say(stores, conversation, bob, "hello").await;
    step(stores, ann, Step::Block, bob).await;
    for user in [ann, bob] {
        assert_eq!(shown(&list(stores, user, None, 10).await), [conversation]);
        assert_eq!(stores.conversations.ids_of(user).await.unwrap(), [conversation]);
    }
    assert_eq!(unread(stores, conversation, ann).await, 1);
}

/// A position tells head, own marks and, in a direct conversation, the other's marks; in the order of the ids.
pub async fn positions_tell_where_every_conversation_stands(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let ann = users[0];
    let direct = direct_at(stores, users[1], ann, at(2)).await;
    let group = group_at(stores, users[2], &users[..2], at(3)).await;
    let quiet = direct_at(stores, ann, users[2], at(4)).await;
    for _ in 0..4 {
        say(stores, direct, users[1], "hello").await;
        say(stores, group, users[2], "hello").await;
    }
    deliver(stores, direct, ann, 3).await;
    read(stores, direct, ann, 1).await;
    read(stores, direct, users[1], 2).await;
    read(stores, group, ann, 4).await;
    let mark = |delivered, read| Marks { delivered: Seq::new(delivered).unwrap(), read: Seq::new(read).unwrap() };
    let mut expected = vec![
        Position { conversation: direct, head: Seq::new(4).unwrap(), marks: mark(3, 1), peer: Some(mark(2, 2)) },
        Position { conversation: group, head: Seq::new(4).unwrap(), marks: mark(4, 4), peer: None },
        Position { conversation: quiet, head: Seq::ZERO, marks: mark(0, 0), peer: Some(mark(0, 0)) },
    ];
    expected.sort_by_key(|position| position.conversation);
    assert_eq!(stores.conversations.positions(ann).await.unwrap(), expected);
    let ids: Vec<_> = expected.iter().map(|position| position.conversation).collect();
    assert_eq!(stores.conversations.ids_of(ann).await.unwrap(), ids);
}

/// Of those asked for, the heads of those that exist, in the order of their ids, each once.
pub async fn heads_are_told_of_those_that_exist(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let mut expected = Vec::new();
    for n in 0..3 {
        let conversation = group_at(stores, ann, &[bob], at(n)).await;
        for _ in 0..n {
            say(stores, conversation, ann, "hello").await;
        }
        expected.push((conversation, Seq::new(n).unwrap()));
    }
    expected.sort();
    let ids: Vec<_> = expected.iter().map(|(id, _)| *id).collect();
    let asked = [ids[2], nowhere(), ids[0], ids[2], ids[1]];
    assert_eq!(stores.conversations.heads(&asked).await.unwrap(), expected);
    assert_eq!(stores.conversations.heads(&ids[1..2]).await.unwrap(), expected[1..2]);
    assert_eq!(stores.conversations.heads(&[nowhere()]).await.unwrap(), []);
    assert_eq!(stores.conversations.heads(&[]).await.unwrap(), []);
}
