//! Stories of handing on what somebody said.

use chat_core::command::{ForwardMessage, MessageTarget};
use chat_core::ids::{ConversationId, MessageId, UserId};
use chat_core::message::Message;
use chat_core::text::{Body, ClientId};
use chat_core::{Command, ErrorCode};

use crate::house::House;

fn forward(message: MessageId, conversation: ConversationId, key: Option<&str>) -> Command {
    let client_id = key.map(|key| ClientId::new(key).expect("a key"));
    Command::ForwardMessage(ForwardMessage { message: MessageTarget::from(message), conversation, client_id })
}

async fn forwarded(house: &House, by: UserId, message: MessageId, to: ConversationId) -> Message {
    house.sent(by, forward(message, to, None)).await.message
}

#[tokio::test]
async fn the_copy_says_whose_words_they_are_and_outlives_its_source() {
    let house = House::new();
    let (ann, bob, cleo) = (house.user("ann").await, house.user("bob").await, house.user("cleo").await);
    let (source_room, target) = (house.direct(ann, bob).await, house.group(ann, &[cleo]).await);
    let source = house.say(bob, source_room, "@ann tea at five").await;
    let copy = forwarded(&house, ann, source.id, target).await;
    assert_eq!((copy.sender, copy.conversation, copy.body()), (ann, target, source.body()));
    assert_eq!(copy.content.forwarded().map(|from| from.sender), Some(bob));
    assert!(copy.content.mentions().is_empty(), "whom somebody else's words call has been called by them");

    let again = forwarded(&house, cleo, copy.id, target).await;
    assert_eq!(again.content.forwarded().map(|from| from.sender), Some(bob), "whoever handed it on");

    house.done(bob, Command::DeleteMessage(source.id.into())).await;
    assert_eq!(house.refused(ann, forward(source.id, target, None)).await, ErrorCode::MessageDeleted);
    forwarded(&house, ann, copy.id, target).await;
}

#[tokio::test]
async fn one_hands_on_what_one_sees_to_where_one_may_write() {
    let house = House::new();
    let (ann, bob, cleo) = (house.user("ann").await, house.user("bob").await, house.user("cleo").await);
    let (source_room, other) = (house.direct(ann, bob).await, house.direct(ann, cleo).await);
    let elsewhere = house.direct(bob, cleo).await;
    let source = house.say(bob, source_room, "tea").await;
    assert_eq!(house.refused(cleo, forward(source.id, other, None)).await, ErrorCode::NotFound, "not seen");
    assert_eq!(house.refused(ann, forward(source.id, elsewhere, None)).await, ErrorCode::NotFound, "not in there");
    house.done(cleo, Command::Block(ann)).await;
    assert_eq!(house.refused(ann, forward(source.id, other, None)).await, ErrorCode::CannotMessage);
    let within = Some(other);
    let elsewhere =
        ForwardMessage { message: MessageTarget { id: source.id, within }, conversation: source_room, client_id: None };
    assert_eq!(house.refused(ann, Command::ForwardMessage(elsewhere)).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_retry_finds_the_copy_whatever_became_of_the_source() {
    let house = House::new();
    let (ann, bob, cleo) = (house.user("ann").await, house.user("bob").await, house.user("cleo").await);
    let (source_room, target) = (house.group(bob, &[ann]).await, house.direct(ann, cleo).await);
    let (source, gone) = (house.say(bob, source_room, "tea").await, house.say(bob, source_room, "cake").await);
    let first = house.sent(ann, forward(source.id, target, Some("k"))).await;
    let again = house.sent(ann, forward(source.id, target, Some("k"))).await;
    assert_eq!((first.fresh, again.fresh, &again.message), (true, false, &first.message));
    let body = Body::new("green tea").expect("a body");
    house.done(bob, Command::EditMessage { message: source.id.into(), body }).await;
    assert_eq!(house.sent(ann, forward(source.id, target, Some("k"))).await.message, first.message);
    assert_eq!(house.refused(ann, forward(gone.id, target, Some("k"))).await, ErrorCode::ClientIdReused);
    house.done(bob, Command::DeleteMessage(source.id.into())).await;
    assert_eq!(house.sent(ann, forward(source.id, target, Some("k"))).await.message, first.message);
    house.done(bob, Command::RemoveMember { conversation: source_room, user: ann }).await;
    assert_eq!(house.sent(ann, forward(source.id, target, Some("k"))).await.message, first.message);
    assert_eq!(house.refused(ann, forward(gone.id, target, Some("k"))).await, ErrorCode::NotFound);
}
