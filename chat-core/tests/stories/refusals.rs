//! Stories with mocks: what happens when a store fails or keeps moving.

use std::sync::Arc;

use chat_core::command::{Actor, ChangedReply, MessageTarget, SendMessage};
use chat_core::conversation::Role;
use chat_core::ids::{ConversationId, Seq, UserId, Version};
use chat_core::pace::Pace;
use chat_core::ports::{Appended, Committed, Facts, StoreError, Stores};
use chat_core::reaction::Emoji;
use chat_core::testing::mocks::{MockChangeStore, MockConversationStore, MockEventBus, MockMessageStore};
use chat_core::testing::{ManualClock, MemoryStore, SeededEntropy};
use chat_core::text::Body;
use chat_core::{Chat, ChatSettings, Command, ErrorCode, Reply};

use crate::house::House;

fn ann() -> Actor {
    Actor::user(UserId::new(1).expect("an id"))
}

fn hello() -> Command {
    Command::SendMessage(SendMessage {
        conversation: ConversationId::new(1).expect("an id"),
        body: Body::new("hello").expect("a body"),
        client_id: None,
        reply_to: None,
    })
}

/// A chat whose asker is a member, whose messages go where a test says, and where publishing anything is a failure.
fn chat(messages: MockMessageStore) -> Chat {
    let mut conversations = MockConversationStore::new();
    conversations.expect_facts().returning(|conversation, _| {
        let (role, joined_seq) = (Some(Role::Member), Seq::ZERO);
        Ok(Some(Facts {
            conversation,
            version: Version(1),
            role,
            joined_seq,
            direct: None,
            room: None,
            pace: Pace::NONE,
        }))
    });
    let mut bus = MockEventBus::new();
    bus.expect_publish().never();
    let stores = Arc::new(MemoryStore::new()).stores();
    let stores = Stores { conversations: Arc::new(conversations), messages: Arc::new(messages), ..stores };
    let (clock, entropy) = (Arc::new(ManualClock::new()), Arc::new(SeededEntropy::default()));
    Chat::new(stores, Arc::new(bus), clock, entropy, ChatSettings::default())
}

#[tokio::test]
async fn a_store_that_is_down_means_unavailable_and_nothing_is_published() {
    let mut messages = MockMessageStore::new();
    messages.expect_append().returning(|_| Err(StoreError::Unavailable("the plug is out".into())));
    let refused = chat(messages).handle(&ann(), hello()).await.expect_err("no store");
    assert_eq!(refused.code(), ErrorCode::Unavailable);
    assert!(refused.code().is_retryable());
}

#[tokio::test]
async fn facts_that_keep_moving_end_in_a_conflict_not_in_a_loop() {
    let mut messages = MockMessageStore::new();
    messages.expect_append().times(8).returning(|_| Ok(Appended::Stale));
    let refused = chat(messages).handle(&ann(), hello()).await.expect_err("it kept moving");
    assert_eq!(refused.code(), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_message_that_is_deleted_meanwhile_is_answered_like_one_that_was_deleted_before() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.direct(ann, bob).await;
    let said = house.say(ann, room, "hello").await;
    let mut changes = MockChangeStore::new();
    changes.expect_commit().returning(|_| Ok(Committed::Missing));
    let stores = Stores { changes: Arc::new(changes), ..house.store.stores() };
    let chat = Chat::new(
        stores,
        house.bus.clone(),
        house.clock.clone(),
        Arc::new(SeededEntropy::default()),
        ChatSettings::default(),
    );
    let (message, emoji) = (MessageTarget::from(said.id), Emoji::new("👍").expect("an emoji"));
    let body = Body::new("anew").expect("a body");
    for command in [
        Command::EditMessage { message, body },
        Command::AddReaction(message, emoji.clone()),
        Command::RemoveReaction(message, emoji),
        Command::PinMessage(message),
        Command::UnpinMessage(message),
    ] {
        let refused = chat.handle(&Actor::user(ann), command.clone()).await.expect_err("it is gone");
        assert_eq!(refused.code(), ErrorCode::MessageDeleted, "{command:?}");
    }
    let deleted = chat.handle(&Actor::user(ann), Command::DeleteMessage(message)).await.expect("so it is already");
    assert_eq!(deleted, Reply::Changed(ChangedReply { fresh: false }));
}
