//! The server with a fault that somebody could have built in: everything is real but one step on the way to the store.
//! `cargo xtask chaos teeth` runs it to see that its checker notices; nobody else should.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use chat_core::command::{Changes, History, OwnChanges};
use chat_core::ids::{ConversationId, ID_LIMIT, MessageId, Seq, UserId};
use chat_core::message::Message;
use chat_core::page::{Page, PageSize};
use chat_core::ports::{Appended, MessageStore, NewMessage, StoreError, Stores};
use chat_core::text::ClientId;
use chat_server::config::Sources;
use chat_server::serve::{ServeSettings, serve};
use chat_server::{App, Parts, Users};
use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

/// How many messages may be acknowledged and not stored: a server that forgot everything would be too easy to catch.
const UNWRITTEN: usize = 64;

/// What is done wrong.
enum Fault {
    /// A message is acknowledged at a place where it will probably be, and written afterwards.
    AcknowledgesFirst { places: Mutex<HashMap<ConversationId, Seq>>, unwritten: mpsc::Sender<NewMessage> },
    /// The key of a message is forgotten, so that a repeat is not recognised.
    ForgetsKeys,
}

/// The real store of messages behind a fault.
struct Faulty {
    stores: Stores,
    fault: Fault,
}

impl Faulty {
    /// The stores with the fault of this name.
    fn stores(stores: Stores, name: &str) -> Option<Stores> {
        let fault = match name {
            "acknowledges-first" => {
                let (unwritten, waiting) = mpsc::channel(UNWRITTEN);
                tokio::spawn(write(Arc::clone(&stores.messages), waiting));
                Fault::AcknowledgesFirst { places: Mutex::default(), unwritten }
            }
            "forgets-keys" => Fault::ForgetsKeys,
            _ => return None,
        };
        let messages = Arc::new(Self { stores: stores.clone(), fault });
        Some(Stores { messages, ..stores })
    }

    /// The place that a message will have if nothing comes between; none if it was judged on what is no longer so.
    async fn place(&self, new: &NewMessage, taken: Option<Seq>) -> Result<Option<Seq>, StoreError> {
        let facts = self.stores.conversations.facts(new.conversation, new.sender).await?;
        if facts.is_none_or(|facts| facts.version != new.judged_on) {
            return Ok(None);
        }
        let heads = self.stores.conversations.heads(&[new.conversation]).await?;
        Ok(heads.first().map(|(_, head)| (*head).max(taken.unwrap_or_default()).next()))
    }
}

/// Writes what has been acknowledged, in the same order. What cannot be written is lost, and nobody is told.
async fn write(real: Arc<dyn MessageStore>, mut waiting: mpsc::Receiver<NewMessage>) {
    let mut some = Vec::new();
    while waiting.recv_many(&mut some, UNWRITTEN).await > 0 {
        join_all(some.iter().map(|new| real.append(new))).await;
        some.clear();
    }
}

#[async_trait]
impl MessageStore for Faulty {
    async fn append(&self, new: &NewMessage) -> Result<Appended, StoreError> {
        let (places, unwritten) = match &self.fault {
            Fault::ForgetsKeys => {
                let forgotten = NewMessage { client_id: None, ..new.clone() };
                return self.stores.messages.append(&forgotten).await;
            }
            Fault::AcknowledgesFirst { places, unwritten } => (places, unwritten),
        };
        if let Some(key) = &new.client_id
            && let Some(first) = self.find_by_client_id(new.conversation, new.sender, key).await?
        {
            return Ok(Appended::Repeated(first));
        }
        let mut places = places.lock().await;
        let taken = places.get(&new.conversation).copied();
        let Some(seq) = self.place(new, taken).await? else { return Ok(Appended::Stale) };
        // Ids of messages are unique over all conversations; no database is there yet.
        let guess = MessageId::new(ID_LIMIT / 2 + new.conversation.get() * 1_000_000 + seq.get());
        let (Some(id), Ok(())) = (guess, unwritten.send(new.clone()).await) else { return Ok(Appended::Stale) };
        places.insert(new.conversation, seq);
        Ok(Appended::Stored(new.stored(id, seq)))
    }

    async fn find_by_client_id(
        &self,
        conversation: ConversationId,
        sender: UserId,
        client_id: &ClientId,
    ) -> Result<Option<Message>, StoreError> {
        self.stores.messages.find_by_client_id(conversation, sender, client_id).await
    }

    async fn get(&self, id: MessageId, viewer: UserId) -> Result<Option<Message>, StoreError> {
        self.stores.messages.get(id, viewer).await
    }

    async fn page(&self, history: &History, viewer: UserId) -> Result<Page<Message>, StoreError> {
        self.stores.messages.page(history, viewer).await
    }

    async fn changes(
        &self,
        conversation: ConversationId,
        after: Seq,
        size: PageSize,
        viewer: Option<UserId>,
    ) -> Result<Option<Changes>, StoreError> {
        self.stores.messages.changes(conversation, after, size, viewer).await
    }

    async fn own_changes(&self, user: UserId, after: Seq, size: PageSize) -> Result<OwnChanges, StoreError> {
        self.stores.messages.own_changes(user, after, size).await
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = Sources { environment: std::env::vars().collect(), ..Sources::default() }.load()?.config;
    std::fs::create_dir_all(&config.data_dir)?;
    let users = Users::own(&config)?;
    let stores = chat_store::open(&config.store()).await?.stores;
    let fault = std::env::var("FAULT").unwrap_or_default();
    let stores = Faulty::stores(stores, &fault).ok_or("FAULT is `acknowledges-first` or `forgets-keys`")?;
    let app = App::assemble(Parts::new(stores, users), &config);
    let listener = TcpListener::bind(config.listen).await?;
    serve(listener, app, ServeSettings::new(&config, None), std::future::pending()).await;
    Ok(())
}
