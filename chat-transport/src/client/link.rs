//! One connection of the client, from `session.ready` to its end: applies what comes, asks for what is missing, and repeats
//! what was not answered.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::connection::{Connection, End};
use super::cursors::OWN_LOG;
use super::{Arrived, ClientError, Notice, Request};
use crate::close::may_reconnect;
use crate::wire::{EventView, ReadyView, ResyncReason, ServerFrame, encode};

pub(super) type Socket = WebSocketStream<TcpStream>;

/// The name that a `sync` goes under.
const SYNC: &str = "sync";

/// How many conversations one `sync` names.
const SYNC_SIZE: usize = 500;

/// How long to wait before asking again for what is missing, where the server does not say.
const PAUSE: Duration = Duration::from_millis(500);

/// What is known of one connection.
pub(super) struct Link<'a> {
    client: &'a mut Connection,
    socket: Socket,
    /// Whether the server's first frame came. What is asked before waits for it.
    has_begun: bool,
    /// How long the server may be silent.
    silence: Duration,
    heard_at: Instant,
    /// What is known to exist beyond the cursor, per log.
    beyond: BTreeMap<i64, i64>,
    /// The cursors of the last `sync`.
    asked: Option<BTreeMap<i64, i64>>,
    sync: Sync,
}

/// Where asking for what is missing stands.
enum Sync {
    /// Nothing is missing.
    Idle,
    /// What is missing was asked for, and will come in pages.
    Asked,
    /// The server asked to ask again later.
    Waiting(Instant),
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

impl<'a> Link<'a> {
    pub(super) fn new(client: &'a mut Connection, socket: Socket) -> Self {
        let (silence, heard_at) = (client.settings.patience, Instant::now());
        Self {
            client,
            socket,
            has_begun: false,
            silence,
            heard_at,
            beyond: BTreeMap::new(),
            asked: None,
            sync: Sync::Idle,
        }
    }

    /// Serves the connection until it ends.
    pub(super) async fn serve(&mut self) -> Result<Infallible, End> {
        loop {
            let due = self.client.sends.next_due();
            let again = if let Sync::Waiting(at) = self.sync { Some(at) } else { None };
            let dead = self.heard_at + self.silence;
            let wake = [due, again].into_iter().flatten().min().map_or(dead, |at| at.min(dead));
            tokio::select! {
                message = self.socket.next() => match message {
                    Some(Ok(message)) => self.receive(message).await?,
                    Some(Err(_)) | None => return Err(End::broken()),
                },
                request = self.client.request(), if self.has_begun => match request {
                    Some(request) => self.request(request).await?,
                    None => {
                        let _ = self.socket.close(None).await;
                        return Err(End::Abandoned);
                    }
                },
                () = sleep_until(wake) => self.awake().await?,
            }
        }
    }

    /// Does what is due. A server that was silent for too long is gone.
    async fn awake(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if now >= self.heard_at + self.silence {
            return Err(End::broken());
        }
        for text in self.client.sends.due() {
            self.say(text).await?;
        }
        if matches!(self.sync, Sync::Waiting(at) if at <= now) {
            self.ask().await?;
        }
        Ok(())
    }

    async fn request(&mut self, request: Request) -> Result<(), End> {
        let text = match request {
            Request::Send { number, frame, answer } => self.client.sends.add(number, frame, answer),
            Request::Say(frame) => frame.to_string(),
        };
        self.say(text).await
    }

    async fn receive(&mut self, message: Message) -> Result<(), End> {
        self.heard_at = Instant::now();
        match message {
            Message::Text(text) => self.hear(text.as_str()).await,
            Message::Close(close) => {
                let (code, reason) =
                    close.map_or((1005, String::new()), |close| (u16::from(close.code), close.reason.to_string()));
                Err(ended(code, &reason))
            }
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), End> {
        let Ok(heard) = serde_json::from_str::<Heard>(text) else { return Ok(()) };
        let reference = serde_json::from_str::<Reference>(text).ok().and_then(|named| named.r#ref).unwrap_or_default();
        match heard {
            Heard::Event(event) => {
                if let EventView::MessageNew(message) = &event {
                    self.client.sends.settle(&reference, Ok(message.clone()));
                }
                self.apply(event).await
            }
            Heard::Frame(ServerFrame::Ready(ready)) => self.begin(*ready).await,
            Heard::Frame(ServerFrame::SyncPage(page)) => {
                for event in page.items {
                    self.apply(event).await?;
                }
                Ok(())
            }
            Heard::Frame(ServerFrame::SyncDone {}) => self.ask().await,
            Heard::Frame(ServerFrame::Resync { conversation_id, reason }) => self.resync(conversation_id, reason).await,
            Heard::Frame(ServerFrame::Error { code, retryable, retry_after_ms, .. }) => {
                self.refused(&reference, code, retryable, retry_after_ms.map(Duration::from_millis))
            }
            Heard::Frame(ServerFrame::Expiring { .. }) => self.renew().await,
            Heard::Frame(ServerFrame::Pong | ServerFrame::Renewed { .. } | ServerFrame::Done {}) => Ok(()),
        }
    }

    /// Learns where everything stands, asks for what is missing, and repeats what was not answered.
    async fn begin(&mut self, ready: ReadyView) -> Result<(), End> {
        self.client.is_welcome();
        self.has_begun = true;
        self.silence = Duration::from_secs(ready.heartbeat_seconds.max(1)) * 2;
        if self.client.epoch.as_ref().is_some_and(|epoch| *epoch != ready.epoch) {
            self.client.cursors.clear();
            self.tell(Notice::Resync { conversation_id: None, reason: ResyncReason::EpochChanged }).await?;
        }
        self.client.epoch = Some(ready.epoch.clone());
        let heads = ready.conversations.iter().map(|position| (position.conversation_id, position.head));
        for (log, head) in heads.chain([(OWN_LOG, ready.user_seq)]) {
            match self.client.cursors.get(log) {
                Some(_) => {
                    self.beyond.insert(log, head);
                }
                None => self.client.cursors.begin(log, head),
            }
        }
        self.tell(Notice::Ready(Box::new(ready))).await?;
        self.ask().await?;
        self.repeat().await
    }

    async fn repeat(&mut self) -> Result<(), End> {
        for text in self.client.sends.all() {
            self.say(text).await?;
        }
        Ok(())
    }

    /// Asks for what is missing, or says that nothing is.
    async fn ask(&mut self) -> Result<(), End> {
        let cursors = &self.client.cursors;
        self.beyond.retain(|log, known| cursors.get(*log).is_some_and(|cursor| cursor < *known));
        if self.beyond.is_empty() {
            self.sync = Sync::Idle;
            return self.tell(Notice::CaughtUp).await;
        }
        let behind = self.beyond.keys().filter_map(|log| cursors.get(*log).map(|cursor| (*log, cursor)));
        let mut behind: BTreeMap<i64, i64> = behind.take(SYNC_SIZE).collect();
        if self.asked.take().as_ref() == Some(&behind) {
            // The last answer brought nothing of it: ask again, but not at once.
            self.sync = Sync::Waiting(Instant::now() + PAUSE);
            return Ok(());
        }
        self.asked = Some(behind.clone());
        let own = behind.remove(&OWN_LOG);
        let request = serde_json::json!({
            "type": "sync", "ref": SYNC, "epoch": self.client.epoch, "cursors": behind, "user_cursor": own,
        });
        self.sync = Sync::Asked;
        self.say(request.to_string()).await
    }

    /// Passes an event on, unless it was seen before or lies beyond a gap.
    async fn apply(&mut self, event: EventView) -> Result<(), End> {
        let Some((log, seq)) = place(&event) else { return self.tell(Notice::Event(event)).await };
        match self.client.cursors.arrive(log, seq) {
            Arrived::Next => {
                if let EventView::ConversationAdded(added) = &event {
                    // What is after that comes by itself; what was before is not always for this user.
                    let known = self.client.cursors.get(added.conversation_id).unwrap_or_default();
                    self.client.cursors.begin(added.conversation_id, added.head.max(known));
                }
                self.tell(Notice::Event(event)).await
            }
            Arrived::Known => Ok(()),
            Arrived::Gap => {
                let known = self.beyond.entry(log).or_default();
                *known = seq.max(*known);
                // A log that was never seen is asked for from its beginning.
                if self.client.cursors.get(log).is_none() {
                    self.client.cursors.begin(log, 0);
                }
                match self.sync {
                    Sync::Idle => self.ask().await,
                    Sync::Asked | Sync::Waiting(_) => Ok(()),
                }
            }
        }
    }

    /// Something has to be fetched in another way. What was lost with a queue may be answers too.
    async fn resync(&mut self, conversation_id: Option<i64>, reason: ResyncReason) -> Result<(), End> {
        match conversation_id {
            Some(id) => self.client.cursors.forget(id),
            None => self.client.cursors.clear(),
        }
        self.tell(Notice::Resync { conversation_id, reason }).await?;
        if reason == ResyncReason::SlowReader { self.repeat().await } else { Ok(()) }
    }

    /// Something that was asked was refused: for good, or for a while.
    fn refused(&mut self, reference: &str, code: String, retryable: bool, after: Option<Duration>) -> Result<(), End> {
        match (reference, retryable) {
            (SYNC, true) => {
                self.sync = Sync::Waiting(Instant::now() + after.unwrap_or(PAUSE));
                Ok(())
            }
            // What is missing cannot be had on this connection.
            (SYNC, false) => Err(End::broken()),
            (_, true) => {
                self.client.sends.delay(reference, after);
                Ok(())
            }
            (_, false) => {
                self.client.sends.settle(reference, Err(ClientError::Refused(code)));
                Ok(())
            }
        }
    }

    /// Keeps the connection beyond the end of the token that opened it.
    async fn renew(&mut self) -> Result<(), End> {
        match self.client.settings.tokens.token().await {
            Some(token) => self.say(encode(&serde_json::json!({"type": "auth", "token": token}))).await,
            None => Ok(()),
        }
    }

    async fn tell(&self, notice: Notice) -> Result<(), End> {
        self.client.tell(notice).await
    }

    async fn say(&mut self, text: String) -> Result<(), End> {
        let said = tokio::time::timeout(self.silence, self.socket.send(Message::Text(text.into())));
        match said.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::broken()),
        }
    }
}

fn ended(code: u16, reason: &str) -> End {
    if !may_reconnect(code) && code != 1005 {
        return End::Refused(code);
    }
    let hint = reason.split("retry_after_ms=").nth(1).and_then(|hint| hint.parse().ok());
    End::Broken { retry_after: hint.map(Duration::from_millis) }
}

/// The place of an event in its log, if it has one.
const fn place(event: &EventView) -> Option<(i64, i64)> {
    match event {
        EventView::MessageNew(message) => Some((message.conversation_id, message.seq)),
        EventView::MemberJoined(member) | EventView::MemberLeft(member) | EventView::MemberRole(member) => {
            Some((member.conversation_id, member.seq))
        }
        EventView::ConversationUpdated(update) => Some((update.conversation_id, update.seq)),
        EventView::MessageEdited(edit) => Some((edit.place.conversation_id, edit.place.seq)),
        EventView::MessageDeleted(change) | EventView::MessagePinned(change) | EventView::MessageUnpinned(change) => {
            Some((change.conversation_id, change.seq))
        }
        EventView::ReactionAdded(reaction) | EventView::ReactionRemoved(reaction) => {
            Some((reaction.conversation_id, reaction.seq))
        }
        EventView::FriendRequest(notice)
        | EventView::FriendAccepted(notice)
        | EventView::FriendDeclined(notice)
        | EventView::FriendCancelled(notice) => Some((OWN_LOG, notice.user_seq)),
        EventView::FriendRemoved(notice) | EventView::BlockAdded(notice) | EventView::BlockRemoved(notice) => {
            Some((OWN_LOG, notice.user_seq))
        }
        EventView::ConversationAdded(added) => Some((OWN_LOG, added.user_seq)),
        EventView::ConversationRemoved(removed) => Some((OWN_LOG, removed.user_seq)),
        EventView::MessageDelivered(_)
        | EventView::MessageRead(_)
        | EventView::MessageReceipts(_)
        | EventView::Typing(_)
        | EventView::Presence(_)
        | EventView::ConversationSettings(_)
        | EventView::ConversationDraft(_)
        | EventView::UserUpdated(_) => None,
    }
}
