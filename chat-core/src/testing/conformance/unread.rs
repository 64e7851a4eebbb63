//! How many messages wait for somebody: right after everything that can happen to them and to what was read.

use super::scene::{
    advance, at, body, chat, deliver, group, raise, read, say, seq, size, step, together, two, two_in_direct, user,
    written,
};
use crate::change::Act;
use crate::ids::{ConversationId, UserId};
use crate::message::Mentions;
use crate::ports::Stores;
use crate::reaction::Emoji;
use crate::receipt::ReceiptKind;
use crate::relation::Step;

/// The count, which is the same in a list and alone.
async fn unread(stores: &Stores, conversation: ConversationId, user: UserId) -> u32 {
    let store = &stores.conversations;
    let alone = store.view(conversation, user).await.unwrap().unwrap().unread;
    let list = store.list(user, None, size(10)).await.unwrap().items;
    let listed = list.iter().find(|view| view.conversation.id == conversation).unwrap().unread;
    assert_eq!(listed, alone, "in a list");
    alone
}

/// Whatever is put on messages, and however they are written anew, there is nothing more to read.
pub async fn what_is_no_message_is_nothing_to_read(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, bob, 3).await;
    read(stores, conversation, ann, 1).await;
    let emoji = Emoji::new("👍").unwrap();
    for message in [said[0].id, said[2].id] {
        written(
            stores,
            conversation,
            bob,
            Act::Edit { message, body: body("in other words"), mentions: Mentions::NOBODY },
        )
        .await;
        assert_eq!(unread(stores, conversation, ann).await, 2, "edited");
        written(stores, conversation, bob, Act::React { message, emoji: emoji.clone() }).await;
        written(stores, conversation, bob, Act::Pin { message }).await;
        assert_eq!(unread(stores, conversation, ann).await, 2, "with something on it");
    }
    read(stores, conversation, ann, 9).await;
    assert_eq!(unread(stores, conversation, ann).await, 0);
    assert_eq!(unread(stores, conversation, bob).await, 0, "one's own are never unread");
}

/// A deletion takes away what was unread of the message itself, and nothing else.
pub async fn what_is_deleted_is_not_waited_for(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, bob, 4).await;
    read(stores, conversation, ann, 2).await;
    for (deleted, left) in [(0, 2), (3, 1), (1, 1), (2, 0)] {
        written(stores, conversation, bob, Act::Delete { message: said[deleted].id }).await;
        assert_eq!(unread(stores, conversation, ann).await, left, "without number {deleted}");
    }
    say(stores, conversation, bob, "again").await;
    assert_eq!(unread(stores, conversation, ann).await, 1);
}

/// A block takes nothing from what was said before, and reading goes on under it.
pub async fn a_block_changes_no_count(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, bob, 3).await;
    step(stores, ann, Step::Block, bob).await;
    assert_eq!(unread(stores, conversation, ann).await, 3);
    read(stores, conversation, ann, 2).await;
    assert_eq!(unread(stores, conversation, ann).await, 1, "read under the block");
    step(stores, ann, Step::Unblock, bob).await;
    assert_eq!(unread(stores, conversation, ann).await, 1);
    say(stores, conversation, bob, "back").await;
    assert_eq!(unread(stores, conversation, ann).await, 2);
}

/// Several devices tell at once and in any order how far they read: it counts how far one of them came.
pub async fn several_devices_end_where_the_farthest_is(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, bob, 9).await;
    together(6, |n| {
        let stores = stores.clone();
        let place = seq([3, 7, 1, 5, 7, 2][n]);
        let kind = if n == 3 { ReceiptKind::Delivered } else { ReceiptKind::Read };
        async move { advance(&stores, &[raise(conversation, ann, kind, place, at(5))]).await }
    })
    .await;
    assert_eq!(unread(stores, conversation, ann).await, 2);
    for place in [4, 6, 7] {
        read(stores, conversation, ann, place).await;
        assert_eq!(unread(stores, conversation, ann).await, 2, "a device that is behind takes nothing back");
    }
}

/// What was read without a connection counts when it is told, whatever came meanwhile; having received it is not having read it.
pub async fn what_was_read_offline_counts_when_it_is_told(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, bob, 4).await;
    deliver(stores, conversation, ann, 4).await;
    assert_eq!(unread(stores, conversation, ann).await, 4);
    chat(stores, conversation, bob, 3).await;
    // Read while the first four were all there was, and told only now.
    advance(stores, &[raise(conversation, ann, ReceiptKind::Read, seq(4), at(1))]).await;
    assert_eq!(unread(stores, conversation, ann).await, 3);
    say(stores, conversation, ann, "I am back").await;
    assert_eq!(unread(stores, conversation, ann).await, 3, "an answer is no reading");
    advance(stores, &[raise(conversation, ann, ReceiptKind::Read, seq(100), at(2))]).await;
    say(stores, conversation, bob, "welcome").await;
    assert_eq!(unread(stores, conversation, ann).await, 1, "nobody reads what is still to come");
}

/// In a group everybody waits for what others said since they came, and who left and came back begins anew.
pub async fn in_a_group_everybody_waits_for_themselves(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let cid = user(stores, "cid").await;
    let room = group(stores, ann, &[bob]).await;
    chat(stores, room, ann, 2).await;
    written(stores, room, ann, Act::Add { users: vec![cid] }).await;
    say(stores, room, bob, "welcome").await;
    let all =
        async || [unread(stores, room, ann).await, unread(stores, room, bob).await, unread(stores, room, cid).await];
    assert_eq!(all().await, [1, 2, 1]);
    read(stores, room, cid, 4).await;
    assert_eq!(all().await, [1, 2, 0]);
    written(stores, room, ann, Act::Remove { user: bob }).await;
    say(stores, room, ann, "he left").await;
    written(stores, room, ann, Act::Add { users: vec![bob] }).await;
    assert_eq!(all().await, [1, 0, 1]);
}
