//! A client in Rust that reconnects, resumes and retries.
//!
//! It follows the rules of "How a client stays complete" in the protocol's document: every entry of every conversation
//! arrives once and in order, or a [`Notice::Resync`] says that something has to be fetched again; a message that was given
//! to [`Client::send`] is stored once, whatever happens to connections and servers meanwhile.

mod connection;
mod cursors;
mod link;
mod sends;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

pub use cursors::{Arrived, Cursors};

use self::sends::{Answer, SendFrame};
use crate::wire::{EventView, MessageView, ReadyView, ResyncReason};

/// Gives the client an access token, each time that it connects.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// A token that is good now; none to stay away for good.
    async fn token(&self) -> Option<String>;
}

/// A token that never changes.
#[derive(Clone)]
pub struct FixedToken(pub String);

impl std::fmt::Debug for FixedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FixedToken(..)")
    }
}

#[async_trait]
impl TokenSource for FixedToken {
    async fn token(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

/// Where and how to connect.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the token source is a trait object without a text form")]
pub struct ClientSettings {
    /// `host:port`.
    pub address: String,
    /// The path of the socket, `/ws` unless the chat is mounted elsewhere.
    pub path: String,
    /// Gives tokens.
    pub tokens: Arc<dyn TokenSource>,
    /// The first pause before coming back; it doubles up to [`max_pause`](Self::max_pause), and a random part is taken off.
    pub min_pause: Duration,
    /// The longest pause.
    pub max_pause: Duration,
    /// How long connecting may take, up to the first frame of the server. After that, the server's heartbeat says how long it
    /// may be silent.
    pub patience: Duration,
    /// A text that no other client of the same user has: it begins every `client_id`.
    pub device: String,
}

impl ClientSettings {
    /// The usual settings.
    #[must_use]
    pub fn new(address: impl Into<String>, token: impl Into<String>, device: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            path: "/ws".to_owned(),
            tokens: Arc::new(FixedToken(token.into())),
            min_pause: Duration::from_millis(100),
            max_pause: Duration::from_secs(10),
            patience: Duration::from_secs(10),
            device: device.into(),
        }
    }
}

/// What a client tells its owner.
#[expect(clippy::large_enum_variant, reason = "nearly every notice is an event")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Connected (again); what was missed follows.
    Ready(Box<ReadyView>),
    /// Something happened. Entries of one conversation come once and in order.
    Event(EventView),
    /// Fetch this conversation (or everything) again.
    Resync {
        /// Which conversation; none for everything.
        conversation_id: Option<i64>,
        /// Why.
        reason: ResyncReason,
    },
    /// Nothing is missing at this moment.
    CaughtUp,
    /// The connection is gone; the client comes back by itself.
    Offline,
    /// The connection is gone for good, with this close code.
    Ended(u16),
}

/// Why something that was asked of the client was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The server refused it, with this code.
    #[error("refused: {0}")]
    Refused(String),
    /// The client has ended.
    #[error("the client has ended")]
    Ended,
}

/// A handle on a running client. Clones share it; the connection ends with the last one.
#[derive(Debug, Clone)]
pub struct Client {
    requests: mpsc::Sender<Request>,
    device: Arc<str>,
    next: Arc<AtomicU64>,
}

/// What the handle asks of the connection.
#[derive(Debug)]
enum Request {
    Send { number: u64, frame: SendFrame, answer: Answer },
    Say(serde_json::Value),
}

impl Client {
    /// Starts a client. Its notices wait in the channel, so read them.
    #[must_use]
    pub fn start(settings: ClientSettings) -> (Self, mpsc::Receiver<Notice>) {
        let (requests, asked) = mpsc::channel(256);
        let (notices, told) = mpsc::channel(1_024);
        let device = settings.device.clone().into();
        tokio::spawn(connection::Connection::new(settings, asked, notices).run());
        (Self { requests, device, next: Arc::default() }, told)
    }

    /// Sends a message and waits until it is stored. Across reconnects it is repeated under the same key.
    pub async fn send(&self, conversation_id: i64, body: impl Into<String>) -> Result<MessageView, ClientError> {
        self.reply(conversation_id, body, None).await
    }

    /// The same, as an answer to another message.
    pub async fn reply(
        &self,
        conversation_id: i64,
        body: impl Into<String>,
        reply_to: Option<i64>,
    ) -> Result<MessageView, ClientError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let frame = SendFrame::new(&self.device, number, conversation_id, body.into(), reply_to);
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Send { number, frame, answer }).await.map_err(|_| ClientError::Ended)?;
        answered.await.map_err(|_| ClientError::Ended)?
    }

    /// Says that everything up to a seq was read.
    pub async fn read(&self, conversation_id: i64, seq: i64) -> Result<(), ClientError> {
        self.say(serde_json::json!({"type": "message.read", "conversation_id": conversation_id, "seq": seq})).await
    }

    /// Says that the user types, or stopped.
    pub async fn typing(&self, conversation_id: i64, is_typing: bool) -> Result<(), ClientError> {
        let kind = if is_typing { "typing.start" } else { "typing.stop" };
        self.say(serde_json::json!({"type": kind, "conversation_id": conversation_id})).await
    }

    async fn say(&self, frame: serde_json::Value) -> Result<(), ClientError> {
        self.requests.send(Request::Say(frame)).await.map_err(|_| ClientError::Ended)
    }
}
