//! What a message shows of its receipts: in a direct conversation when it was delivered and read, in a group nothing.

use super::scene::{advance, at, chat, crowd, deliver, group, message, raise, read, say, seq, two_in_direct};
use crate::ids::MessageId;
use crate::message::MessageState::{self, Delivered, Read, Sent};
use crate::ports::Stores;
use crate::receipt::ReceiptKind;
use crate::time::Timestamp;

async fn state(stores: &Stores, id: MessageId) -> MessageState {
    message(stores, id).await.state
}

/// Each message shows the time of the first advance that covered it; later ones do not touch it.
pub async fn a_message_shows_when_it_was_first_covered(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, ann, 5).await;
    for (kind, to, moment) in [
        (ReceiptKind::Delivered, 2, 10),
        (ReceiptKind::Delivered, 4, 11),
        (ReceiptKind::Read, 1, 12),
        (ReceiptKind::Read, 3, 13),
        (ReceiptKind::Delivered, 4, 14),
        (ReceiptKind::Read, 2, 15),
    ] {
        advance(stores, &[raise(conversation, bob, kind, seq(to), at(moment))]).await;
    }
    let expected = [
        Read { delivered_at: at(10), at: at(12) },
        Read { delivered_at: at(10), at: at(13) },
        Read { delivered_at: at(11), at: at(13) },
        Delivered { at: at(11) },
        Sent,
    ];
    for (said, expected) in said.iter().zip(expected) {
        assert_eq!(state(stores, said.id).await, expected, "message {}", said.seq);
    }
}

/// Read without a delivery on record was delivered when it was read.
pub async fn what_was_read_first_was_delivered_then(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, ann, 2).await;
    advance(stores, &[raise(conversation, bob, ReceiptKind::Read, seq(1), at(10))]).await;
    advance(stores, &[raise(conversation, bob, ReceiptKind::Delivered, seq(2), at(11))]).await;
    assert_eq!(state(stores, said[0].id).await, Read { delivered_at: at(10), at: at(10) });
    assert_eq!(state(stores, said[1].id).await, Delivered { at: at(11) });
    advance(stores, &[raise(conversation, bob, ReceiptKind::Read, seq(2), at(12))]).await;
    assert_eq!(state(stores, said[0].id).await, Read { delivered_at: at(10), at: at(10) });
    assert_eq!(state(stores, said[1].id).await, Read { delivered_at: at(11), at: at(12) });
}

/// Delivery to one's own other devices says nothing about one's own message.
pub async fn ones_own_marks_do_not_change_ones_own_message(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let (mine, yours) = (say(stores, conversation, ann, "mine").await, say(stores, conversation, bob, "yours").await);
    read(stores, conversation, ann, 2).await;
    assert_eq!(state(stores, mine.id).await, Sent);
    assert_eq!(state(stores, yours.id).await, Read { delivered_at: at(6), at: at(6) });
    deliver(stores, conversation, bob, 2).await;
    assert_eq!(state(stores, mine.id).await, Delivered { at: at(5) });
}

/// What waited and is delivered on return shows the time of the return.
pub async fn what_waited_shows_when_it_was_delivered(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, ann, 2).await;
    deliver(stores, conversation, bob, 1).await;
    advance(stores, &[raise(conversation, bob, ReceiptKind::Delivered, seq(2), at(20))]).await;
    assert_eq!(state(stores, said[0].id).await, Delivered { at: at(5) });
    assert_eq!(state(stores, said[1].id).await, Delivered { at: at(20) });
    let late = say(stores, conversation, ann, "later").await;
    assert_eq!(state(stores, late.id).await, Sent);
}

/// A group's message has many readers, so it has no one state.
pub async fn a_message_in_a_group_stays_sent(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let said = say(stores, conversation, users[0], "hello").await;
    read(stores, conversation, users[1], 1).await;
    assert_eq!(message(stores, said.id).await, said);
}

/// The microseconds of a receipt are kept.
pub async fn the_time_of_a_receipt_is_exact(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = say(stores, conversation, ann, "hello").await;
    let moment = |micros| Timestamp::from_micros(at(10).micros() + micros);
    advance(stores, &[raise(conversation, bob, ReceiptKind::Delivered, seq(1), moment(1))]).await;
    advance(stores, &[raise(conversation, bob, ReceiptKind::Read, seq(1), moment(2))]).await;
    assert_eq!(state(stores, said.id).await, Read { delivered_at: moment(1), at: moment(2) });
}
