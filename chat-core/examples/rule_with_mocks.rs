//! How to test a use case with mocks: what the database, the clock and the bus do is told by the test, and what must not
//! happen fails it. Run it with `cargo run -p chat-core --example rule_with_mocks --features testing`, or as the test that it
//! is.

use std::sync::Arc;

use chat_core::command::{Actor, Command, SendMessage};
use chat_core::error::ErrorCode;
use chat_core::ids::{ConversationId, Seq, UserId, Version};
use chat_core::pace::Pace;
use chat_core::ports::{Facts, StoreError};
use chat_core::testing::mocks::{MockConversationStore, MockEventBus, MockMessageStore};
use chat_core::testing::{ManualClock, MemoryStore, SeededEntropy};
use chat_core::text::Body;
use chat_core::{Chat, ChatSettings, conversation::Role};

/// A chat in which one user is a member of one group, over a message store that the test sets up.
fn chat_over(messages: MockMessageStore, bus: MockEventBus, group: ConversationId) -> Chat {
    let facts = Facts {
        conversation: group,
        version: Version(1),
        role: Some(Role::Member),
        joined_seq: Seq::ZERO,
        direct: None,
        room: None,
        pace: Pace::NONE,
    };
    let mut conversations = MockConversationStore::new();
    conversations.expect_facts().returning(move |_, _| Ok(Some(facts.clone())));

    // What the test does not care about is a store that works.
    let mut stores = Arc::new(MemoryStore::new()).stores();
    stores.conversations = Arc::new(conversations);
    stores.messages = Arc::new(messages);
    let (clock, entropy) = (Arc::new(ManualClock::default()), Arc::new(SeededEntropy::default()));
    Chat::new(stores, Arc::new(bus), clock, entropy, ChatSettings::default())
}

/// The store is down: the sender is told to try again, and nobody is told of a message that may not exist.
async fn when_the_store_is_down_nothing_is_published() -> Option<()> {
    let (ann, group) = (UserId::new(1)?, ConversationId::new(1)?);
    let mut messages = MockMessageStore::new();
    messages.expect_append().times(1).returning(|_| Err(StoreError::Unavailable("connection refused".into())));
    let mut bus = MockEventBus::new();
    bus.expect_publish().never();
    let chat = chat_over(messages, bus, group);

    let hello = SendMessage { conversation: group, body: Body::new("hello").ok()?, client_id: None, reply_to: None };
    let answer = chat.handle(&Actor::user(ann), Command::SendMessage(hello)).await;

    assert_eq!(answer.err().map(|error| error.code()), Some(ErrorCode::Unavailable));
    Some(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert!(when_the_store_is_down_nothing_is_published().await.is_some(), "the ids and the text are good");
    eprintln!("the rule holds");
}

#[cfg(test)]
#[test]
fn the_rule_holds() {
    main();
}
