//! A tab: a client of one socket that reads everything that comes, so that a test only has to say what it expects.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::documented::{check_heard, check_said};

/// How long a test waits for what must come. Where the runtime's time is paused it costs nothing.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// A client that reads whatever comes, in a task of its own. When it is dropped, its connection breaks.
pub(crate) struct Tab {
    /// What `session.ready` said, where it was awaited.
    pub(crate) ready: Value,
    /// The task that serves the other end.
    pub(crate) serving: JoinHandle<()>,
    said: mpsc::UnboundedSender<Message>,
    heard: mpsc::UnboundedReceiver<Heard>,
    ignored: HashSet<&'static str>,
}

#[derive(Debug)]
enum Heard {
    Text(String),
    Pong(Bytes),
    Ended(Option<(u16, String)>),
}

/// A frame of the server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    pub(crate) kind: String,
    pub(crate) data: Value,
    pub(crate) reference: Option<String>,
}

impl Frame {
    pub(crate) fn of(mut value: Value) -> Self {
        check_heard(&value);
        Self {
            kind: value["type"].as_str().expect("every frame has a type").to_owned(),
            data: value["data"].take(),
            reference: value["ref"].as_str().map(str::to_owned),
        }
    }

    pub(crate) fn number(&self, field: &str) -> i64 {
        self.data[field].as_i64().unwrap_or_else(|| panic!("{field} in {self:?}"))
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.data[field].as_str().unwrap_or_else(|| panic!("{field} in {self:?}"))
    }

    pub(crate) fn seq(&self) -> i64 {
        self.number("seq")
    }
}

impl Tab {
    pub(crate) fn new(stream: DuplexStream, serving: JoinHandle<()>) -> Self {
        let (said, to_say) = mpsc::unbounded_channel();
        let (hear, heard) = mpsc::unbounded_channel();
        tokio::spawn(pump(stream, to_say, hear));
        Self { ready: Value::Null, serving, said, heard, ignored: HashSet::new() }
    }

    /// Frames of these kinds are of no interest to this story.
    pub(crate) fn ignore(&mut self, kinds: &[&'static str]) {
        self.ignored.extend(kinds);
    }

    pub(crate) fn say(&self, frame: &Value) {
        check_said(frame);
        self.say_text(&frame.to_string());
    }

    pub(crate) fn say_text(&self, text: &str) {
        self.say_message(Message::text(text));
    }

    pub(crate) fn say_message(&self, message: Message) {
        // A connection that is gone shows when the answer is awaited.
        let _ = self.said.send(message);
    }

    async fn hear(&mut self) -> Option<Heard> {
        timeout(PATIENCE, self.heard.recv()).await.expect("something in time")
    }

    /// The next frame that is of interest.
    pub(crate) async fn next(&mut self) -> Frame {
        loop {
            match self.hear().await {
                Some(Heard::Text(text)) => {
                    let frame = Frame::of(serde_json::from_str(&text).expect("JSON"));
                    if !self.ignored.contains(frame.kind.as_str()) {
                        return frame;
                    }
                }
                Some(Heard::Pong(_)) => {}
                Some(Heard::Ended(end)) => panic!("a frame, not the end {end:?}"),
                None => panic!("a frame after the end"),
            }
        }
    }

    /// The next frame that is of interest, if one comes in time.
    pub(crate) async fn next_within(&mut self, time: Duration) -> Option<Frame> {
        timeout(time, self.next()).await.ok()
    }

    /// The next frame, which must be of this kind.
    pub(crate) async fn expect(&mut self, kind: &str) -> Frame {
        let frame = self.next().await;
        assert_eq!(frame.kind, kind, "{frame:?}");
        frame
    }

    /// The first frame of this kind from here on; the ones before it are passed over.
    pub(crate) async fn until(&mut self, kind: &str) -> Frame {
        loop {
            let frame = self.next().await;
            if frame.kind == kind {
                return frame;
            }
        }
    }

    /// The payload of the next pong.
    pub(crate) async fn pong(&mut self) -> Bytes {
        match self.hear().await {
            Some(Heard::Pong(payload)) => payload,
            other => panic!("a pong, not {other:?}"),
        }
    }

    /// Waits for a while and fails if anything comes.
    pub(crate) async fn silent_for(&mut self, time: Duration) {
        let deadline = tokio::time::Instant::now() + time;
        while let Ok(heard) = tokio::time::timeout_at(deadline, self.heard.recv()).await {
            match heard {
                Some(Heard::Text(text)) => {
                    let frame = Frame::of(serde_json::from_str(&text).expect("JSON"));
                    assert!(self.ignored.contains(frame.kind.as_str()), "silence, not {frame:?}");
                }
                Some(Heard::Pong(_)) => {}
                other => panic!("silence, not {other:?}"),
            }
        }
    }

    /// Nothing comes, not even after everything that runs by itself has run.
    pub(crate) async fn silent(&mut self) {
        self.silent_for(Duration::from_secs(10)).await;
    }

    /// What came until the socket was closed, and the code and the reason of that. 1006 stands for an end without a word.
    pub(crate) async fn rest(&mut self) -> (Vec<Frame>, u16, String) {
        let mut frames = Vec::new();
        loop {
            match self.hear().await {
                Some(Heard::Text(text)) => {
                    let frame = Frame::of(serde_json::from_str(&text).expect("JSON"));
                    if !self.ignored.contains(frame.kind.as_str()) {
                        frames.push(frame);
                    }
                }
                Some(Heard::Pong(_)) => {}
                Some(Heard::Ended(end)) => {
                    let (code, reason) = end.unwrap_or((1006, String::new()));
                    return (frames, code, reason);
                }
                None => panic!("the end was heard before"),
            }
        }
    }

    /// The code that the socket is closed with; nothing comes before it.
    pub(crate) async fn closed(&mut self) -> u16 {
        let (frames, code, _) = self.rest().await;
        assert_eq!(frames, [], "nothing before the end");
        code
    }
}

async fn pump(stream: DuplexStream, mut to_say: mpsc::UnboundedReceiver<Message>, hear: mpsc::UnboundedSender<Heard>) {
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
    let mut end = None;
    loop {
        let heard = tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => Heard::Text(text.to_string()),
                Some(Ok(Message::Pong(payload))) => Heard::Pong(payload),
                Some(Ok(Message::Close(close))) => {
                    end = Some(close.map_or((1005, String::new()), |close| (close.code.into(), close.reason.to_string())));
                    continue;
                }
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => Heard::Ended(end.take()),
            },
            message = to_say.recv() => match message {
                Some(message) => {
                    let _ = socket.send(message).await;
                    continue;
                }
                None => return,
            },
        };
        let over = matches!(heard, Heard::Ended(_));
        if hear.send(heard).is_err() || over {
            return;
        }
    }
}
