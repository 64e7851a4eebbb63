//! People and conversations for the tests of both databases.

use chat_core::conversation::Pair;
use chat_core::ids::{ConversationId, Seq, UserId, Version};
use chat_core::log::LogEntry;
use chat_core::message::{Mentions, Message};
use chat_core::page::PageSize;
use chat_core::ports::{Appended, DirectOpened, NewDirect, NewMessage, NewUser, StoreError, Stores, UserCreated};
use chat_core::text::{Body, ClientId};
use chat_core::time::Timestamp;
use chat_core::user::Username;

/// Two users and their direct conversation.
pub(crate) struct Scene {
    pub(crate) stores: Stores,
    pub(crate) ann: UserId,
    pub(crate) bob: UserId,
    pub(crate) room: ConversationId,
}

pub(crate) const AT: Timestamp = Timestamp::from_micros(1_768_323_629_317_890);

impl Scene {
    pub(crate) async fn new(stores: Stores) -> Self {
        let (ann, bob) = (user(&stores, "ann").await, user(&stores, "bob").await);
        let pair = Pair::new(ann, bob).unwrap();
        let new = NewDirect { pair, by: ann, judged_on: Version(0), at: AT };
        let opened = stores.conversations.open_direct(&new).await.unwrap();
        let DirectOpened::Created(conversation, _) = opened else { panic!("not made: {opened:?}") };
        Self { stores, ann, bob, room: conversation.id }
    }

    /// A message of Ann's under a key, judged on the version of a conversation in which nothing but messages happened.
    pub(crate) fn said(&self, key: &str) -> NewMessage {
        NewMessage {
            conversation: self.room,
            sender: self.ann,
            body: Body::new(format!("the words of {key}")).unwrap(),
            client_id: Some(ClientId::new(key).unwrap()),
            reply_to: None,
            pace: chat_core::pace::Pace::NONE,
            mentions: Mentions::NOBODY,
            forwarded: None,
            judged_on: Version(1),
            at: AT,
        }
    }

    /// Says something that is stored now.
    pub(crate) async fn say(&self, key: &str) -> Message {
        let appended = self.try_say(key).await.unwrap();
        let Appended::Stored(message) = appended else { panic!("not stored: {appended:?}") };
        message
    }

    pub(crate) async fn try_say(&self, key: &str) -> Result<Appended, StoreError> {
        self.stores.messages.append(&self.said(key)).await
    }

    /// The keys of the whole log in its order; panics where the log is not dense.
    pub(crate) async fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        loop {
            let after = Seq::new(keys.len() as i64).unwrap();
            let changes = self.stores.messages.changes(self.room, after, PageSize::MAX, None).await.unwrap().unwrap();
            if changes.items.is_empty() {
                assert_eq!(changes.head, after);
                return keys;
            }
            for entry in changes.items {
                let LogEntry::Message(message) = entry else { panic!("not a message: {entry:?}") };
                keys.push(message.client_id.unwrap().as_str().to_owned());
            }
        }
    }
}

pub(crate) async fn user(stores: &Stores, name: &str) -> UserId {
    let new = NewUser { username: Username::new(name).unwrap(), email: None, password_hash: None, at: AT };
    let created = stores.users.create(&new).await.unwrap();
    let UserCreated::Created(user) = created else { panic!("not made: {created:?}") };
    user.id
}
