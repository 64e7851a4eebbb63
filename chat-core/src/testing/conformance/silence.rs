//! What a block hides of the marks in a conversation: each side sees the other's as they were when it began.

use super::scene::{
    advance, at, changes, chat, crowd, direct, draft, group, key, pair, raise, say, seq, size, step_at, stored,
    two_in_direct, user,
};
use crate::command::{History, HistoryStart};
use crate::ids::{ConversationId, MessageId, UserId};
use crate::log::LogEntry;
use crate::message::MessageState::{self, Delivered, Read, Sent};
use crate::ports::{Appended, NewMessage, Stores};
use crate::receipt::{Marks, ReceiptKind};
use crate::relation::Step;

/// Ann said three things. Bob got the first two and read the first; the third waits.
async fn before_the_block(stores: &Stores) -> (UserId, UserId, ConversationId, Vec<MessageId>) {
    let (ann, bob, room) = two_in_direct(stores).await;
    let said = chat(stores, room, ann, 3).await;
    rise(stores, room, bob, ReceiptKind::Delivered, 2, 10).await;
    rise(stores, room, bob, ReceiptKind::Read, 1, 11).await;
    (ann, bob, room, said.iter().map(|message| message.id).collect())
}

async fn rise(stores: &Stores, room: ConversationId, user: UserId, kind: ReceiptKind, to: i64, moment: i64) {
    assert_eq!(advance(stores, &[raise(room, user, kind, seq(to), at(moment))]).await.len(), 1);
}

async fn block(stores: &Stores, actor: UserId, other: UserId, moment: i64) {
    step_at(stores, actor, Step::Block, other, at(moment)).await;
}

async fn unblock(stores: &Stores, actor: UserId, other: UserId, moment: i64) {
    step_at(stores, actor, Step::Unblock, other, at(moment)).await;
}

fn marks(delivered: i64, read: i64) -> Marks {
    Marks { delivered: seq(delivered), read: seq(read) }
}

/// The other's marks as a viewer sees them, which must be the same wherever they are shown.
async fn others_marks(stores: &Stores, room: ConversationId, viewer: UserId, other: UserId) -> Marks {
    let store = &stores.conversations;
    let shown = store.view(room, viewer).await.unwrap().unwrap().peer.unwrap().marks;
    let listed = store.list(viewer, None, size(10)).await.unwrap().items.remove(0);
    assert_eq!(listed.peer.unwrap().marks, shown, "in a list");
    assert_eq!(store.positions(viewer).await.unwrap()[0].peer, Some(shown), "among the positions");
    let members = store.members(room, None, size(10), viewer).await.unwrap().items;
    assert_eq!(members.iter().find(|member| member.user == other).unwrap().marks, shown, "among the members");
    shown
}

/// One's own marks, which must be the same wherever they are shown.
async fn own_marks(stores: &Stores, room: ConversationId, user: UserId) -> Marks {
    let store = &stores.conversations;
    let shown = store.view(room, user).await.unwrap().unwrap().me.marks;
    assert_eq!(store.positions(user).await.unwrap()[0].marks, shown, "among the positions");
    let members = store.members(room, None, size(10), user).await.unwrap().items;
    assert_eq!(members.iter().find(|member| member.user == user).unwrap().marks, shown, "among the members");
    shown
}

/// The states of the messages as a viewer sees them, which must be the same wherever they are shown.
async fn states(stores: &Stores, room: ConversationId, viewer: UserId) -> Vec<MessageState> {
    let history = History { conversation: room, from: HistoryStart::Newest, size: size(10) };
    let mut page = stores.messages.page(&history, viewer).await.unwrap().items;
    page.reverse();
    for message in &page {
        let alone = stores.messages.get(message.id, viewer).await.unwrap().unwrap();
        assert_eq!(alone.state, message.state, "message {} by itself", message.seq);
    }
    let log = stores.messages.changes(room, seq(0), size(10), Some(viewer)).await.unwrap().unwrap().items;
    assert_eq!(log, page.iter().cloned().map(LogEntry::Message).collect::<Vec<_>>(), "in the log");
    let view = stores.conversations.view(room, viewer).await.unwrap().unwrap();
    assert_eq!(view.last_message.as_ref(), page.last(), "as the last message");
    page.into_iter().map(|message| message.state).collect()
}

/// Whoever blocks, neither side sees how far the other came since.
pub async fn a_block_freezes_what_each_side_sees_of_the_others_marks(stores: &Stores) {
    let (ann, bob, room, _) = before_the_block(stores).await;
    rise(stores, room, ann, ReceiptKind::Delivered, 1, 12).await;
    block(stores, ann, bob, 20).await;
    rise(stores, room, bob, ReceiptKind::Read, 3, 30).await;
    rise(stores, room, ann, ReceiptKind::Read, 3, 31).await;
    assert_eq!(others_marks(stores, room, ann, bob).await, marks(2, 1), "who blocks");
    assert_eq!(others_marks(stores, room, bob, ann).await, marks(1, 0), "who is blocked");
}

/// A sender learns nothing of what happened to their messages since.
pub async fn a_block_freezes_the_states_of_ones_messages(stores: &Stores) {
    let (ann, bob, room, _) = before_the_block(stores).await;
    block(stores, bob, ann, 20).await;
    rise(stores, room, bob, ReceiptKind::Read, 3, 30).await;
    let first = Read { delivered_at: at(10), at: at(11) };
    assert_eq!(states(stores, room, ann).await, [first, Delivered { at: at(10) }, Sent]);
}

/// Who sends again what they sent before the block sees it as it was then.
pub async fn a_block_freezes_what_a_repeat_answers(stores: &Stores) {
    let (ann, bob, room) = two_in_direct(stores).await;
    let new = NewMessage { client_id: Some(key("once")), ..draft(stores, room, ann, "hello").await };
    stored(stores, &new).await;
    block(stores, bob, ann, 20).await;
    rise(stores, room, bob, ReceiptKind::Read, 1, 30).await;
    let found = stores.messages.find_by_client_id(room, ann, &key("once")).await.unwrap().unwrap();
    assert_eq!(found.state, Sent);
    let repeated = stores.messages.append(&new).await.unwrap();
    assert_eq!(repeated, Appended::Repeated(found));
}

/// A block takes nothing from anybody that is their own, so the blocked side notices nothing in what they read.
pub async fn during_a_block_everybody_sees_their_own_marks(stores: &Stores) {
    let (ann, bob, room, _) = before_the_block(stores).await;
    block(stores, ann, bob, 20).await;
    rise(stores, room, bob, ReceiptKind::Read, 3, 30).await;
    assert_eq!(own_marks(stores, room, bob).await, marks(3, 3));
    let then = Read { delivered_at: at(10), at: at(30) };
    let third = Read { delivered_at: at(30), at: at(30) };
    assert_eq!(states(stores, room, bob).await, [Read { delivered_at: at(10), at: at(11) }, then, third]);
}

/// When the block ends, everything is as if it had never been.
pub async fn after_a_block_the_marks_of_now_show(stores: &Stores) {
    let (ann, bob, room, _) = before_the_block(stores).await;
    block(stores, ann, bob, 20).await;
    rise(stores, room, bob, ReceiptKind::Read, 3, 30).await;
    unblock(stores, ann, bob, 40).await;
    assert_eq!(others_marks(stores, room, ann, bob).await, marks(3, 3));
    let third = Read { delivered_at: at(30), at: at(30) };
    assert_eq!(states(stores, room, ann).await[2], third);
}

/// Where both block each other, the silence lasts since the first of the blocks that stand.
pub async fn of_two_blocks_the_first_that_stands_counts(stores: &Stores) {
    for (first, second) in [(0, 1), (1, 0)] {
        let users = new_pair(stores, first).await;
        let (ann, bob) = (users[0], users[1]);
        let room = direct(stores, ann, bob).await;
        chat(stores, room, ann, 3).await;
        block(stores, users[first], users[second], 20).await;
        rise(stores, room, bob, ReceiptKind::Delivered, 1, 30).await;
        block(stores, users[second], users[first], 40).await;
        rise(stores, room, bob, ReceiptKind::Delivered, 2, 50).await;
        assert_eq!(others_marks(stores, room, ann, bob).await, marks(0, 0));
        unblock(stores, users[first], users[second], 60).await;
        assert_eq!(others_marks(stores, room, ann, bob).await, marks(1, 0));
    }
}

/// Two new users, the one with the smaller id first.
async fn new_pair(stores: &Stores, number: usize) -> Vec<UserId> {
    let mut users = Vec::new();
    for name in ["ann", "bob"] {
        users.push(user(stores, &format!("{name}{number}")).await);
    }
    users.sort();
    users
}

/// What a node passes on to both sides tells neither of the other.
pub async fn who_asks_for_nobody_sees_what_both_sides_may(stores: &Stores) {
    let (ann, bob, room, _) = before_the_block(stores).await;
    say(stores, room, bob, "mine").await;
    block(stores, ann, bob, 20).await;
    rise(stores, room, bob, ReceiptKind::Read, 4, 30).await;
    rise(stores, room, ann, ReceiptKind::Read, 4, 31).await;
    let states = changes(stores, room, 0, 10).await.items.into_iter().map(|entry| match entry {
        LogEntry::Message(message) => message.state,
        LogEntry::Change(_) => panic!("nobody left"),
    });
    let first = Read { delivered_at: at(10), at: at(11) };
    assert_eq!(states.collect::<Vec<_>>(), [first, Delivered { at: at(10) }, Sent, Sent]);
}

/// In a group each of the two sees the other's marks as they were, and everybody else sees them as they are.
pub async fn a_block_freezes_marks_in_a_group_too(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let room = group(stores, users[0], &users[1..]).await;
    chat(stores, room, users[0], 3).await;
    rise(stores, room, users[1], ReceiptKind::Read, 1, 10).await;
    block(stores, users[0], users[1], 20).await;
    rise(stores, room, users[1], ReceiptKind::Read, 2, 30).await;
    rise(stores, room, users[0], ReceiptKind::Read, 3, 31).await;
    let seen = async |viewer: usize| {
        let members = stores.conversations.members(room, None, size(10), users[viewer]).await.unwrap().items;
        (members[0].marks, members[1].marks)
    };
    assert_eq!(seen(0).await, (marks(3, 3), marks(1, 1)), "who blocks");
    assert_eq!(seen(1).await, (marks(0, 0), marks(2, 2)), "who is blocked");
    assert_eq!(seen(2).await, (marks(3, 3), marks(2, 2)));
    unblock(stores, users[0], users[1], 40).await;
    assert_eq!(seen(0).await, (marks(3, 3), marks(2, 2)), "afterwards");
}

/// Of many pairs those are told between whom a block stands, whoever blocks.
pub async fn of_many_pairs_those_with_a_block_are_told(stores: &Stores) {
    let users = crowd(stores, 5).await;
    block(stores, users[0], users[1], 20).await;
    block(stores, users[3], users[2], 21).await;
    block(stores, users[4], users[0], 22).await;
    unblock(stores, users[4], users[0], 23).await;
    let pairs: Vec<_> = [(0, 1), (2, 3), (0, 4), (1, 2), (1, 0)]
        .into_iter()
        .map(|(one, other)| pair(users[one], users[other]))
        .collect();
    let mut silent = stores.relations.silent_among(&pairs).await.unwrap();
    silent.sort();
    assert_eq!(silent, pairs[..2]);
    assert_eq!(stores.relations.silent_among(&[]).await.unwrap(), []);
}
