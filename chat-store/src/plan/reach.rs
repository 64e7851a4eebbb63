//! When the messages of a page were delivered and read, from the rises of the marks in their conversation.

use chat_core::message::{Message, MessageState};
use chat_core::receipt::ReceiptKind;

use super::receipts::Rise;

/// Gives each message the state that its reader's rises say: it was reached by the first rise that went so far.
pub(crate) fn settle(messages: &mut [Message], mut rises: Vec<Rise>) {
    rises.sort_unstable_by_key(|rise| rise.to);
    let (delivered, read): (Vec<_>, Vec<_>) = rises.into_iter().partition(|rise| rise.kind == ReceiptKind::Delivered);
    for message in messages {
        let reached_at = |rises: &[Rise]| {
            let behind = rises.partition_point(|rise| rise.to < message.seq);
            let mut covering = rises.iter().skip(behind);
            covering.find(|rise| rise.member.1 != message.sender).map(|rise| rise.at)
        };
        message.state = MessageState::of(reached_at(&delivered), reached_at(&read));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
    use chat_core::message::Content;
    use chat_core::text::Body;
    use chat_core::time::Timestamp;

    const ANN: i64 = 1;
    const BOB: i64 = 2;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    fn conversation() -> ConversationId {
        ConversationId::new(1).expect("an id")
    }

    fn message(seq: i64, sender: i64) -> Message {
        Message {
            id: MessageId::new(seq).expect("an id"),
            conversation: conversation(),
            seq: Seq::new(seq).expect("a seq"),
            sender: user(sender),
            content: Content::said(Body::new("words").expect("a body")),
            client_id: None,
            reply_to: None,
            created_at: Timestamp::default(),
            state: MessageState::Sent,
        }
    }

    fn rise(reader: i64, kind: ReceiptKind, to: i64, at: i64) -> Rise {
        let to = Seq::new(to).expect("a seq");
        Rise { member: (conversation(), user(reader)), kind, to, at: Timestamp::from_micros(at) }
    }

    fn states(mut messages: Vec<Message>, rises: Vec<Rise>) -> Vec<MessageState> {
        settle(&mut messages, rises);
        messages.into_iter().map(|message| message.state).collect()
    }

    #[test]
    fn the_first_rise_that_reaches_a_message_counts_in_whatever_order_they_come() {
        let messages = vec![message(3, ANN), message(2, ANN), message(1, ANN)];
        let rises = vec![rise(BOB, ReceiptKind::Delivered, 9, 30), rise(BOB, ReceiptKind::Delivered, 2, 10)];
        let delivered = |at| MessageState::Delivered { at: Timestamp::from_micros(at) };
        assert_eq!(states(messages, rises), [delivered(30), delivered(10), delivered(10)]);
    }

    #[test]
    fn ones_own_rises_say_nothing_about_ones_own_messages() {
        let messages = vec![message(1, ANN), message(2, BOB)];
        let rises = vec![rise(ANN, ReceiptKind::Read, 2, 10), rise(ANN, ReceiptKind::Delivered, 2, 10)];
        let at = Timestamp::from_micros(10);
        assert_eq!(states(messages, rises), [MessageState::Sent, MessageState::Read { delivered_at: at, at }]);
    }

    #[test]
    fn what_no_rise_reaches_stays_sent() {
        let rises = vec![rise(BOB, ReceiptKind::Delivered, 4, 10)];
        assert_eq!(states(vec![message(5, ANN)], rises), [MessageState::Sent]);
        assert_eq!(states(vec![message(5, ANN)], Vec::new()), [MessageState::Sent]);
    }
}
