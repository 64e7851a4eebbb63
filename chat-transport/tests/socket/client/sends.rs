//! Sending: a message is repeated under its key until it is stored or refused, whatever happens in between.

use std::time::Duration;

use chat_transport::client::ClientError;
use serde_json::json;
use tokio::time::Instant;

use super::stage::{Stage, refusal, stored};
use super::{Teller, settings};

#[tokio::test]
async fn a_send_is_answered_with_the_stored_message() {
    let stage = Stage::new().await;
    let teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(0).await;
    let client = teller.client.clone();
    let sending = tokio::spawn(async move { client.reply(7, "tea", Some(40)).await });

    let send = server.expect("message.send").await;
    assert_eq!((&send["conversation_id"], &send["body"], &send["reply_to"]), (&json!(7), &json!("tea"), &json!(40)));
    assert_eq!(send["client_id"], "desk-0");
    server.say(stored(&send, 1)).await;

    let message = sending.await.expect("no panic").expect("stored");
    assert_eq!((message.seq, message.body.as_str(), message.client_id.as_deref()), (1, "tea", Some("desk-0")));
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_said_again() {
    let stage = Stage::new().await;
    let teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(0).await;
    let client = teller.client.clone();
    let sending = tokio::spawn(async move { (client.send(7, "tea").await, client.send(7, "coffee").await) });

    let first = server.expect("message.send").await;
    server.say(refusal(&first, "cannot_message", None)).await;
    let second = server.expect("message.send").await;
    assert_eq!(second["body"], "coffee");
    server.say(stored(&second, 1)).await;

    let (first, second) = sending.await.expect("no panic");
    assert_eq!(first, Err(ClientError::Refused("cannot_message".to_owned())));
    assert!(second.is_ok());
}

#[tokio::test]
async fn what_is_refused_for_the_moment_is_said_again_when_the_moment_is_over() {
    let stage = Stage::new().await;
    let teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(0).await;
    let client = teller.client.clone();
    let sending = tokio::spawn(async move { client.send(7, "tea").await });

    let first = server.expect("message.send").await;
    let refused = Instant::now();
    server.say(refusal(&first, "rate_limited", Some(150))).await;
    let again = server.expect("message.send").await;
    assert!(refused.elapsed() >= Duration::from_millis(150), "not before it may");
    assert_eq!(again, first, "the very same");
    server.say(refusal(&again, "unavailable", None)).await;
    let again = server.expect("message.send").await;
    server.say(stored(&again, 1)).await;

    assert!(sending.await.expect("no panic").is_ok());
}

#[tokio::test]
async fn what_was_not_answered_is_said_again_on_the_next_connection_in_the_same_order() {
    let stage = Stage::new().await;
    let teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(0).await;
    let mut sending = Vec::new();
    for body in ["one", "two", "three"] {
        let client = teller.client.clone();
        sending.push(tokio::spawn(async move { client.send(7, body).await }));
        server.expect("message.send").await;
    }
    drop(server);

    let mut server = stage.welcome(0).await;
    for (seq, body) in (1..).zip(["one", "two", "three"]) {
        let again = server.expect("message.send").await;
        assert_eq!(again["body"], body);
        server.say(stored(&again, seq)).await;
    }
    for sent in sending {
        assert!(sent.await.expect("no panic").is_ok());
    }
}

#[tokio::test]
async fn what_is_sent_while_there_is_no_connection_goes_out_with_the_next_one() {
    let stage = Stage::new().await;
    let teller = Teller::start(settings(&stage.address(), "token", "desk"));
    drop(stage.welcome(0).await);
    let client = teller.client.clone();
    let sending = tokio::spawn(async move { client.send(7, "tea").await });
    let mut server = stage.accept().await;
    server.ready("e1", &[(7, 0)], 0).await;
    let send = server.expect("message.send").await;
    server.say(stored(&send, 1)).await;
    assert!(sending.await.expect("no panic").is_ok());
}

#[tokio::test]
async fn answers_that_were_lost_with_a_queue_are_asked_for_again() {
    let stage = Stage::new().await;
    let teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(0).await;
    let client = teller.client.clone();
    let sending = tokio::spawn(async move { client.send(7, "tea").await });
    let first = server.expect("message.send").await;
    server.say(json!({"type": "resync", "data": {"reason": "slow_reader"}})).await;
    let again = server.expect("message.send").await;
    assert_eq!(again, first);
    server.say(stored(&again, 1)).await;
    assert!(sending.await.expect("no panic").is_ok());
}

#[tokio::test]
async fn reading_and_typing_are_said_once() {
    let stage = Stage::new().await;
    let teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(3).await;
    teller.client.read(7, 3).await.expect("a client");
    teller.client.typing(7, true).await.expect("a client");
    teller.client.typing(7, false).await.expect("a client");
    assert_eq!(server.expect("message.read").await["seq"], 3);
    assert_eq!(server.expect("typing.start").await["conversation_id"], 7);
    server.expect("typing.stop").await;
}
