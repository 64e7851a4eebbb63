//! Two users who talk: one keeps messages on their way, and each counts only when the sender has its acknowledgement and
//! the other has the message.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::rest::Account;
use crate::client::socket::{Refusal, Socket};
use crate::failure::{Doing, Failure, Outcome};

/// As long as what pgbench inserts.
const BODY: usize = 120;
/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What all pairs share.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// Messages that were acknowledged and delivered.
    pub(super) complete: AtomicU64,
    /// Nobody begins another message.
    pub(super) is_over: AtomicBool,
}

/// What a frame is read for; everything else in it is skipped.
#[derive(Debug, Deserialize)]
struct Heard<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(rename = "ref", default)]
    reference: Option<&'a str>,
    #[serde(default)]
    data: Option<Data>,
}

#[derive(Debug, Deserialize)]
struct Data {
    #[serde(default)]
    seq: u64,
}

/// A pair with their sockets open.
#[derive(Debug)]
pub(super) struct Pair {
    name: String,
    conversation: i64,
    sender: WebSocketStream<TcpStream>,
    receiver: WebSocketStream<TcpStream>,
    /// By seq: the half of a message's way that was seen first.
    half_way: HashMap<u64, Half>,
    begun: u64,
    acknowledged: u64,
    on_their_way: usize,
    latencies: Vec<Duration>,
    sent_at: HashMap<String, Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Acknowledged,
    Delivered,
}

/// What a pair did.
#[derive(Debug)]
pub(super) struct Done {
    /// Where.
    pub(super) conversation: i64,
    /// How many messages were acknowledged.
    pub(super) acknowledged: u64,
    /// The times from sending to acknowledgement.
    pub(super) latencies: Vec<Duration>,
}

impl Pair {
    /// Opens the sockets of both.
    pub(super) async fn open(
        address: &str,
        number: usize,
        sender: &Account,
        receiver: &Account,
        conversation: i64,
    ) -> Outcome<Self> {
        let (sender, receiver) = (open(address, sender).await?, open(address, receiver).await?);
        Ok(Self {
            name: format!("{number}"),
            conversation,
            sender,
            receiver,
            half_way: HashMap::new(),
            begun: 0,
            acknowledged: 0,
            on_their_way: 0,
            latencies: Vec::new(),
            sent_at: HashMap::new(),
        })
    }

    /// Talks with so many messages on their way until the course is over and everything has arrived.
    pub(super) async fn talk(mut self, window: usize, course: Arc<Course>) -> Outcome<Done> {
        loop {
            let is_over = course.is_over.load(Ordering::Relaxed);
            if is_over && self.on_their_way == 0 {
                let (conversation, acknowledged) = (self.conversation, self.acknowledged);
                return Ok(Done { conversation, acknowledged, latencies: self.latencies });
            }
            if !is_over && self.on_their_way < window {
                self.begin(window).await?;
            }
            tokio::select! {
                frame = tokio::time::timeout(PATIENCE, self.sender.next()) => {
                    let text = text(frame.map_err(|_| Failure::new("an acknowledgement does not come"))?)?;
                    if let Some(text) = text { self.sender_hears(text.as_str(), &course)?; }
                }
                frame = self.receiver.next() => {
                    if let Some(text) = text(frame)? { self.receiver_hears(text.as_str(), &course)?; }
                }
            }
        }
    }

    /// Fills the window in one write.
    async fn begin(&mut self, window: usize) -> Outcome {
        while self.on_their_way < window {
            self.begun += 1;
            self.on_their_way += 1;
            let key = format!("{}-{}", self.name, self.begun);
            let send = json!({"type": "message.send", "ref": key, "conversation_id": self.conversation, "body": "x".repeat(BODY), "client_id": key});
            self.sent_at.insert(key, Instant::now());
            self.sender.feed(Message::text(send.to_string())).await.doing("send a message")?;
        }
        self.sender.flush().await.doing("send messages")
    }

    fn sender_hears(&mut self, text: &str, course: &Course) -> Outcome {
        let heard: Heard<'_> = serde_json::from_str(text).doing("read a frame")?;
        match (heard.kind, heard.reference) {
            ("message.new", Some(key)) => {
                self.latencies.extend(self.sent_at.remove(key).map(|at| at.elapsed()));
                self.acknowledged += 1;
                self.reached(heard.data.map_or(0, |data| data.seq), Half::Acknowledged, course);
                Ok(())
            }
            ("error", Some(_)) => Err(Failure::new(format!("a message was refused: {text}"))),
            (_, _) => Ok(()),
        }
    }

    fn receiver_hears(&mut self, text: &str, course: &Course) -> Outcome {
        let heard: Heard<'_> = serde_json::from_str(text).doing("read a frame")?;
        if heard.kind == "message.new" {
            self.reached(heard.data.map_or(0, |data| data.seq), Half::Delivered, course);
        }
        Ok(())
    }

    fn reached(&mut self, seq: u64, half: Half, course: &Course) {
        match self.half_way.remove(&seq) {
            Some(other) if other != half => {
                self.on_their_way = self.on_their_way.saturating_sub(1);
                course.complete.fetch_add(1, Ordering::Relaxed);
            }
            Some(_) | None => {
                self.half_way.insert(seq, half);
            }
        }
    }
}

async fn open(address: &str, account: &Account) -> Outcome<WebSocketStream<TcpStream>> {
    let opened = Socket::open(address, &account.token, Ipv4Addr::LOCALHOST).await;
    let mut socket = opened.map_err(|refusal| match refusal {
        Refusal::Token => Failure::new("a token was refused"),
        Refusal::Other(failure) => failure,
    })?;
    socket.next().await?;
    Ok(socket.into_stream())
}

fn text(
    frame: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
) -> Outcome<Option<tokio_tungstenite::tungstenite::Utf8Bytes>> {
    match frame.ok_or_else(|| Failure::new("a connection ended"))?.doing("read a frame")? {
        Message::Text(text) => Ok(Some(text)),
        Message::Close(reason) => Err(Failure::new(format!("a connection was closed: {reason:?}"))),
        Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(None),
    }
}
