//! The house that every story plays in: a chat over the memory store, with a clock that stands still and a recorder.

use std::sync::Arc;
use std::time::Duration;

use chat_core::chat::ChatSettings;
use chat_core::command::{Actor, NewRoom, Opened, SendMessage, Sent};
use chat_core::event::{Audience, Envelope, Event};
use chat_core::ids::{ConnectionId, ConversationId, UserId};
use chat_core::message::Message;
use chat_core::ports::{NewUser, UserCreated};
use chat_core::room::{Room, Slug, Visibility};
use chat_core::testing::{EventRecorder, ManualClock, MemoryStore, SeededEntropy};
use chat_core::text::{Body, ClientId, Label};
use chat_core::user::Username;
use chat_core::{Chat, ChatError, Command, ErrorCode, Reply};

pub(crate) struct House {
    pub(crate) chat: Chat,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) bus: Arc<EventRecorder>,
    pub(crate) clock: Arc<ManualClock>,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(ChatSettings::default())
    }

    pub(crate) fn with(settings: ChatSettings) -> Self {
        let store = Arc::new(MemoryStore::new());
        let bus = Arc::new(EventRecorder::new());
        let clock = Arc::new(ManualClock::new());
        let chat = Chat::new(store.stores(), bus.clone(), clock.clone(), Arc::new(SeededEntropy::default()), settings);
        Self { chat, store, bus, clock }
    }

    pub(crate) async fn user(&self, name: &str) -> UserId {
        let username = Username::new(name).expect("a good name");
        let new = NewUser { username, email: None, password_hash: None, at: ManualClock::START };
        match self.store.stores().users.create(&new).await {
            Ok(UserCreated::Created(user)) => user.id,
            other => panic!("no user: {other:?}"),
        }
    }

    pub(crate) async fn ask(&self, who: UserId, command: Command) -> Result<Reply, ChatError> {
        self.chat.handle(&Actor::user(who), command).await
    }

    /// Does something that has to work.
    pub(crate) async fn done(&self, who: UserId, command: Command) -> Reply {
        self.ask(who, command).await.expect("it is allowed")
    }

    /// Does something that has to be refused, and tells how.
    pub(crate) async fn refused(&self, who: UserId, command: Command) -> ErrorCode {
        self.ask(who, command).await.expect_err("it is refused").code()
    }

    pub(crate) async fn direct(&self, one: UserId, other: UserId) -> ConversationId {
        self.opened(one, Command::OpenDirect { user: other }).await.view.conversation.id
    }

    pub(crate) async fn group(&self, owner: UserId, members: &[UserId]) -> ConversationId {
        let name = Label::new("Group").expect("a label");
        self.opened(owner, Command::CreateGroup { name, members: members.to_vec() }).await.view.conversation.id
    }

    /// A public room of somebody.
    pub(crate) async fn room(&self, owner: UserId, slug: &str) -> ConversationId {
        let room = Room { slug: Slug::new(slug).expect("a slug"), visibility: Visibility::Public };
        let name = Label::new("Room").expect("a label");
        let new = NewRoom { name, room, description: None, avatar: None };
        self.opened(owner, Command::CreateRoom(new)).await.view.conversation.id
    }

    pub(crate) async fn opened(&self, who: UserId, command: Command) -> Opened {
        match self.done(who, command).await {
            Reply::Conversation(opened) => *opened,
            other => panic!("a conversation, not {other:?}"),
        }
    }

    pub(crate) async fn say(&self, who: UserId, conversation: ConversationId, text: &str) -> Message {
        self.sent(who, message(conversation, text, None)).await.message
    }

    pub(crate) async fn sent(&self, who: UserId, command: Command) -> Sent {
        match self.done(who, command).await {
            Reply::Sent(sent) => sent,
            other => panic!("a message, not {other:?}"),
        }
    }

    pub(crate) async fn connect(&self, user: UserId) {
        let welcome = self.chat.connected(user).await.expect("a welcome");
        self.chat.delivered(&welcome.waiting).await.expect("noted");
    }

    pub(crate) fn pass_seconds(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// What was published since the last look.
    pub(crate) fn news(&self) -> Vec<Envelope> {
        self.bus.take()
    }

    /// The events that were published to one user in particular since the last look.
    pub(crate) fn news_for(&self, who: UserId) -> Vec<Event> {
        let to_them = |envelope: &Envelope| match &envelope.audience {
            Audience::Users { users, .. } => users.contains(&who),
            Audience::Conversation { .. } | Audience::ConversationBut { .. } | Audience::Session(_) => false,
        };
        self.news().into_iter().filter(to_them).map(|envelope| Event::clone(&envelope.event)).collect()
    }
}

pub(crate) fn message(conversation: ConversationId, text: &str, key: Option<&str>) -> Command {
    Command::SendMessage(SendMessage {
        conversation,
        body: Body::new(text).expect("a body"),
        client_id: key.map(|key| ClientId::new(key).expect("a key")),
        reply_to: None,
    })
}

pub(crate) fn through_a_socket(user: UserId, name: &str) -> Actor {
    Actor::user(user).through(ConnectionId(1), name.to_owned())
}
