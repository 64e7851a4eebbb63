//! A house: one chat over the memory store, with its hub and its gateway, and the people in it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chat_core::accounts::{AccountPorts, AccountSettings, Credential, Password};
use chat_core::command::{Actor, SendMessage};
use chat_core::ids::{ConversationId, UserId};
use chat_core::message::Message;
use chat_core::ports::{Clock, Stores};
use chat_core::registry::Scope;
use chat_core::testing::{MemoryStore, PlainHasher, PlainSigner, SeededEntropy};
use chat_core::text::{Body, Label};
use chat_core::user::{Email, Username};
use chat_core::{Accounts, Authenticator, Chat, ChatSettings, Command, Identity, Reply};
use chat_transport::{Gateway, Hub, Opening, SocketSettings};
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;

use super::{Post, RawSocket, RuntimeClock, Tab};

/// How many bytes are under way between a socket and its client.
const PIPE: usize = 16 * 1024;

/// How a house is built.
pub(crate) struct Plan {
    pub(crate) sockets: SocketSettings,
    pub(crate) chat: ChatSettings,
    pub(crate) accounts: AccountSettings,
    /// Puts something between the chat and its stores.
    pub(crate) stores: Box<dyn FnOnce(Stores) -> Stores>,
    /// Whom the gateway asks; the house's own accounts if it is nobody else.
    pub(crate) authenticator: Option<Arc<dyn Authenticator>>,
}

/// Everything that a socket's story takes place in.
pub(crate) struct House {
    pub(crate) chat: Arc<Chat>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) post: Arc<Post>,
    pub(crate) clock: Arc<RuntimeClock>,
    maintenance: JoinHandle<()>,
}

/// Somebody with an account and a session.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) user: UserId,
    pub(crate) id: i64,
    pub(crate) identity: Identity,
    pub(crate) token: String,
    pub(crate) refresh: String,
}

impl Drop for House {
    fn drop(&mut self) {
        self.maintenance.abort();
    }
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Plan)) -> Self {
        let mut plan = Plan {
            sockets: SocketSettings::default(),
            chat: ChatSettings { rates: None, ..ChatSettings::default() },
            accounts: AccountSettings { rates: None, ..AccountSettings::default() },
            stores: Box::new(|stores| stores),
            authenticator: None,
        };
        change(&mut plan);
        let clock = Arc::new(RuntimeClock::new());
        let store = Arc::new(MemoryStore::new());
        let hub = Hub::new(clock.clone());
        let post = Arc::new(Post::new(Arc::clone(&hub)));
        let chance = Arc::new(SeededEntropy::default());
        let chat = Chat::new((plan.stores)(store.stores()), post.clone(), clock.clone(), chance, plan.chat);
        let chat = Arc::new(chat);
        let ports = AccountPorts {
            stores: store.stores(),
            bus: post.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::default()),
            hasher: Arc::new(PlainHasher),
            signer: Arc::new(PlainSigner),
        };
        let accounts = Arc::new(Accounts::new(ports, plan.accounts));
        let authenticator = plan.authenticator.unwrap_or_else(|| accounts.clone());
        let gateway = Gateway::new(chat.clone(), hub.clone(), authenticator, clock.clone(), plan.sockets);
        let maintenance = tokio::spawn({
            let gateway = Arc::clone(&gateway);
            async move { gateway.maintain().await }
        });
        Self { chat, hub, gateway, accounts, post, clock, maintenance }
    }

    /// Makes an account and signs it in.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let username = Username::new(name).expect("a name");
        let email = Email::new(&format!("{name}@example.org")).expect("an address");
        let password = Password::new(format!("{name} and a horse")).expect("a password");
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let signed_in = self.accounts.register(username, email, &password, address).await.expect("an account");
        self.proved(signed_in.access_token, signed_in.refresh_token).await
    }

    /// The same person on another device.
    pub(crate) async fn signed_in_again(&self, name: &str) -> Person {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let signed_in = self.accounts.login(name, &format!("{name} and a horse"), address).await.expect("a session");
        self.proved(signed_in.access_token, signed_in.refresh_token).await
    }

    async fn proved(&self, token: String, refresh: String) -> Person {
        let identity = self.accounts.authenticate(&Credential::Token(token.clone())).await.expect("a good token");
        Person { user: identity.user, id: identity.user.get(), identity, token, refresh }
    }

    /// Several people at once.
    pub(crate) async fn people<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let mut people = Vec::with_capacity(N);
        for name in names {
            people.push(self.person(name).await);
        }
        people.try_into().unwrap_or_else(|_| panic!("as many people as names"))
    }

    /// Asks something as REST would: through no socket.
    pub(crate) async fn ask(&self, person: &Person, command: Command) -> Reply {
        self.chat.handle(&Actor::user(person.user), command).await.expect("a command that is allowed")
    }

    pub(crate) async fn leave(&self, person: &Person, conversation: ConversationId) {
        self.ask(person, Command::RemoveMember { conversation, user: person.user }).await;
    }

    pub(crate) async fn direct(&self, one: &Person, other: &Person) -> ConversationId {
        match self.ask(one, Command::OpenDirect { user: other.user }).await {
            Reply::Conversation(opened) => opened.view.conversation.id,
            reply => panic!("a conversation, not {reply:?}"),
        }
    }

    pub(crate) async fn group(&self, owner: &Person, others: &[&Person]) -> ConversationId {
        let members = others.iter().map(|person| person.user).collect();
        let name = Label::new("Garden").expect("a name");
        match self.ask(owner, Command::CreateGroup { name, members }).await {
            Reply::Conversation(opened) => opened.view.conversation.id,
            reply => panic!("a conversation, not {reply:?}"),
        }
    }

    pub(crate) async fn send(&self, sender: &Person, conversation: ConversationId, body: &str) -> Message {
        let body = Body::new(body).expect("a body");
        let send = SendMessage { conversation, body, client_id: None, reply_to: None };
        match self.ask(sender, Command::SendMessage(send)).await {
            Reply::Sent(sent) => sent.message,
            reply => panic!("a message, not {reply:?}"),
        }
    }

    /// Sends so many messages, `1` to `count`.
    pub(crate) async fn chatter(&self, sender: &Person, conversation: ConversationId, count: usize) {
        for number in 1..=count {
            self.send(sender, conversation, &number.to_string()).await;
        }
    }

    /// Opens `/ws` and takes its first frame.
    pub(crate) async fn tab(&self, person: &Person) -> Tab {
        let mut tab = self.open(Opening { identity: Some(person.identity), scope: Scope::Everything });
        tab.ready = tab.expect("session.ready").await.data;
        tab
    }

    /// Opens `/ws/conversations/{id}`.
    pub(crate) async fn corner(&self, person: &Person, conversation: ConversationId) -> Tab {
        let before = self.hub.connection_count();
        let tab = self.open(Opening { identity: Some(person.identity), scope: Scope::Only(conversation) });
        while self.hub.connection_count() == before && !tab.serving.is_finished() {
            tokio::task::yield_now().await;
        }
        // What the chat has to say to a new socket is said before anything else is looked at.
        settled().await;
        tab
    }

    /// Opens a socket with a client that reads whatever comes.
    pub(crate) fn open(&self, opening: Opening) -> Tab {
        let (stream, serving) = self.serve(opening, PIPE);
        Tab::new(stream, serving)
    }

    /// Opens a socket whose client reads and writes bytes, and only when it is told to.
    pub(crate) fn raw(&self, opening: Opening) -> RawSocket {
        let (stream, serving) = self.serve(opening, PIPE);
        RawSocket::new(stream, serving)
    }

    /// The same for somebody's `/ws`, past its first frame.
    pub(crate) async fn raw_tab(&self, person: &Person) -> RawSocket {
        let mut socket = self.raw(Opening { identity: Some(person.identity), scope: Scope::Everything });
        let ready = socket.text().await;
        assert_eq!(ready["type"], "session.ready");
        socket
    }

    fn serve(&self, opening: Opening, pipe: usize) -> (DuplexStream, JoinHandle<()>) {
        let (near, far) = tokio::io::duplex(pipe);
        (near, tokio::spawn(Arc::clone(&self.gateway).serve(far, opening)))
    }

    pub(crate) fn now(&self) -> chat_core::time::Timestamp {
        self.clock.now()
    }
}

/// Lets every task do what it can do without time passing.
pub(crate) async fn settled() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}
