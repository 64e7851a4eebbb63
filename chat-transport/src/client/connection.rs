//! The client's connection: connects, resumes, repeats what was not answered, and comes back.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{Arrived, ClientError, ClientSettings, Cursors, Notice, Request, SendFrame};
use crate::close::may_reconnect;
use crate::wire::{EventView, MessageView, ReadyView, ServerFrame, SyncItems, encode};

type Socket = WebSocketStream<TcpStream>;
type Answer = oneshot::Sender<Result<MessageView, ClientError>>;

pub(super) struct Connection {
    settings: ClientSettings,
    requests: mpsc::Receiver<Request>,
    notices: mpsc::Sender<Notice>,
    cursors: Cursors,
    epoch: Option<String>,
    /// What was not answered yet, in the order in which it was asked.
    pending: BTreeMap<u64, (SendFrame, Answer)>,
    next: u64,
    /// A `sync` is under way: what lies beyond a gap will come in its pages.
    syncing: bool,
}

/// Why a connection ended.
enum End {
    /// It broke, or the server wants the client to come back, after a while if it says so.
    Broken { retry_after: Option<Duration> },
    /// The server does not want this client any more.
    Refused(u16),
    /// Nobody holds the client any more.
    Abandoned,
}

/// Any frame of the server.
#[derive(Deserialize)]
#[serde(untagged)]
enum Heard {
    Event(EventView),
    Frame(ServerFrame),
}

#[derive(Deserialize)]
struct Reference {
    r#ref: Option<String>,
}

impl Connection {
    pub(super) fn new(
        settings: ClientSettings,
        requests: mpsc::Receiver<Request>,
        notices: mpsc::Sender<Notice>,
    ) -> Self {
        let (cursors, pending) = (Cursors::new(), BTreeMap::new());
        Self { settings, requests, notices, cursors, epoch: None, pending, next: 0, syncing: false }
    }

    pub(super) async fn run(mut self) {
        let mut pause = self.settings.min_pause;
        loop {
            let end = match self.open().await {
                Ok(mut socket) => {
                    pause = self.settings.min_pause;
                    match self.serve(&mut socket).await {
                        Ok(never) => match never {},
                        Err(end) => end,
                    }
                }
                Err(end) => end,
            };
            let wait = match end {
                End::Abandoned => return,
                End::Refused(code) => {
                    let _ = self.notices.send(Notice::Ended(code)).await;
                    return;
                }
                End::Broken { retry_after } => retry_after.unwrap_or(pause),
            };
            if self.notices.send(Notice::Offline).await.is_err() {
                return;
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(self.settings.max_pause);
        }
    }

    async fn open(&self) -> Result<Socket, End> {
        let broken = |_| End::Broken { retry_after: None };
        let token = self.settings.tokens.token().await.ok_or(End::Refused(4502))?;
        let url = format!("ws://{}{}", self.settings.address, self.settings.path);
        let mut request = url.into_client_request().map_err(|_| End::Refused(1002))?;
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| End::Refused(4502))?;
        request.headers_mut().insert("authorization", bearer);
        let stream = TcpStream::connect(&self.settings.address).await.map_err(broken)?;
        let _ = stream.set_nodelay(true);
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(response)) if response.status().is_client_error() => Err(End::Refused(4502)),
            Err(_) => Err(End::Broken { retry_after: None }),
        }
    }

    async fn serve(&mut self, socket: &mut Socket) -> Result<std::convert::Infallible, End> {
        loop {
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => self.hear(socket, text.as_str()).await?,
                    Some(Ok(Message::Close(close))) => {
                        let (code, reason) = close.map_or((1005, String::new()), |close| {
                            (u16::from(close.code), close.reason.to_string())
                        });
                        return Err(ended(code, &reason));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Err(End::Broken { retry_after: None }),
                },
                request = self.requests.recv() => match request {
                    Some(Request::Send { frame, answer }) => {
                        let text = encode(&frame);
                        self.pending.insert(self.next, (frame, answer));
                        self.next += 1;
                        say(socket, text).await?;
                    }
                    Some(Request::Say(frame)) => say(socket, frame.to_string()).await?,
                    None => {
                        let _ = socket.close(None).await;
                        return Err(End::Abandoned);
                    }
                },
            }
        }
    }

    async fn hear(&mut self, socket: &mut Socket, text: &str) -> Result<(), End> {
        let Ok(heard) = serde_json::from_str::<Heard>(text) else { return Ok(()) };
        match heard {
            Heard::Event(event) => {
                self.settle(text, &event);
                self.apply(socket, event).await
            }
            Heard::Frame(ServerFrame::Ready(ready)) => self.begin(socket, *ready).await,
            Heard::Frame(ServerFrame::SyncPage(page)) => self.page(socket, page).await,
            Heard::Frame(ServerFrame::SyncDone {}) => {
                self.syncing = false;
                self.tell(Notice::CaughtUp).await
            }
            Heard::Frame(ServerFrame::Resync { conversation_id, reason }) => {
                match conversation_id {
                    Some(id) => self.cursors.forget(id),
                    None => self.cursors.clear(),
                }
                self.tell(Notice::Resync { conversation_id, reason }).await
            }
            Heard::Frame(ServerFrame::Error { code, retryable, .. }) => {
                if !retryable && let Some(answer) = self.take_pending(text) {
                    let _ = answer.send(Err(ClientError::Refused(code)));
                }
                Ok(())
            }
            Heard::Frame(ServerFrame::Pong | ServerFrame::Expiring { .. } | ServerFrame::Renewed { .. }) => Ok(()),
        }
    }

    /// Learns where everything stands, asks for what is missing, and repeats what was not answered.
    async fn begin(&mut self, socket: &mut Socket, ready: ReadyView) -> Result<(), End> {
        if self.epoch.as_ref().is_some_and(|epoch| *epoch != ready.epoch) {
            self.cursors.clear();
            let reason = crate::wire::ResyncReason::EpochChanged;
            self.tell(Notice::Resync { conversation_id: None, reason }).await?;
        }
        self.epoch = Some(ready.epoch.clone());
        let mut behind = BTreeMap::new();
        for position in &ready.conversations {
            match self.cursors.get(position.conversation_id) {
                Some(cursor) if cursor < position.head => {
                    behind.insert(position.conversation_id, cursor);
                }
                Some(_) => {}
                None => self.cursors.begin(position.conversation_id, position.head),
            }
        }
        self.tell(Notice::Ready(Box::new(ready))).await?;
        self.sync(socket, behind).await?;
        for frame in self.pending.values().map(|(frame, _)| encode(frame)).collect::<Vec<_>>() {
            say(socket, frame).await?;
        }
        Ok(())
    }

    async fn sync(&mut self, socket: &mut Socket, cursors: BTreeMap<i64, i64>) -> Result<(), End> {
        self.syncing = true;
        let request = serde_json::json!({"type": "sync", "epoch": self.epoch, "cursors": cursors});
        say(socket, request.to_string()).await
    }

    async fn page(&mut self, socket: &mut Socket, page: SyncItems) -> Result<(), End> {
        for event in page.items {
            self.apply(socket, event).await?;
        }
        Ok(())
    }

    /// Passes an event on, unless it was seen before or lies beyond a gap.
    async fn apply(&mut self, socket: &mut Socket, event: EventView) -> Result<(), End> {
        let Some((conversation, seq)) = place(&event) else { return self.tell(Notice::Event(event)).await };
        match self.cursors.arrive(conversation, seq) {
            Arrived::Next => self.tell(Notice::Event(event)).await,
            Arrived::Known => Ok(()),
            Arrived::Gap if self.syncing => Ok(()),
            Arrived::Gap => {
                let cursor = self.cursors.get(conversation).unwrap_or_default();
                self.sync(socket, BTreeMap::from([(conversation, cursor)])).await
            }
        }
    }

    /// Answers whoever waits for this message.
    fn settle(&mut self, text: &str, event: &EventView) {
        if let EventView::MessageNew(message) = event
            && let Some(answer) = self.take_pending(text)
        {
            let _ = answer.send(Ok(message.clone()));
        }
    }

    fn take_pending(&mut self, text: &str) -> Option<Answer> {
        let reference = serde_json::from_str::<Reference>(text).ok()?.r#ref?;
        let key = self.pending.iter().find(|(_, (frame, _))| frame.r#ref == reference).map(|(key, _)| *key)?;
        self.pending.remove(&key).map(|(_, answer)| answer)
    }

    async fn tell(&self, notice: Notice) -> Result<(), End> {
        self.notices.send(notice).await.map_err(|_| End::Abandoned)
    }
}

fn ended(code: u16, reason: &str) -> End {
    if !may_reconnect(code) && code != 1005 {
        return End::Refused(code);
    }
    let hint = reason.split("retry_after_ms=").nth(1).and_then(|hint| hint.parse().ok());
    End::Broken { retry_after: hint.map(Duration::from_millis) }
}

async fn say(socket: &mut Socket, text: String) -> Result<(), End> {
    socket.send(Message::Text(text.into())).await.map_err(|_| End::Broken { retry_after: None })
}

/// The place of an event in its conversation's log, if it has one.
const fn place(event: &EventView) -> Option<(i64, i64)> {
    match event {
        EventView::MessageNew(message) => Some((message.conversation_id, message.seq)),
        EventView::MemberJoined(member) | EventView::MemberLeft(member) => Some((member.conversation_id, member.seq)),
        EventView::MessageDelivered(_)
        | EventView::MessageRead(_)
        | EventView::Typing(_)
        | EventView::Presence(_)
        | EventView::FriendRequest(_)
        | EventView::FriendAccepted(_)
        | EventView::FriendDeclined(_)
        | EventView::FriendCancelled(_)
        | EventView::FriendRemoved(_)
        | EventView::BlockAdded(_)
        | EventView::BlockRemoved(_)
        | EventView::ConversationAdded(_) => None,
    }
}
