//! A server that does what a test tells it, word by word.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::harness::PATIENCE;

/// Where clients connect.
pub(super) struct Stage {
    listener: TcpListener,
}

/// One connection.
pub(super) struct Actor {
    socket: WebSocketStream<TcpStream>,
    /// The token that the client came with.
    pub(super) token: String,
}

impl Stage {
    pub(super) async fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("a free port") }
    }

    pub(super) fn address(&self) -> String {
        self.listener.local_addr().expect("an address").to_string()
    }

    /// The next connection, up to the upgrade.
    #[expect(clippy::result_large_err, reason = "the handshake hands over whole responses")]
    pub(super) async fn accept(&self) -> Actor {
        let (stream, _) = timeout(PATIENCE, self.listener.accept()).await.expect("a client in time").expect("a client");
        let mut token = String::new();
        let handshake = |request: &Request, response: Response| {
            let bearer = request.headers().get("authorization").and_then(|value| value.to_str().ok());
            token = bearer.and_then(|bearer| bearer.strip_prefix("Bearer ")).unwrap_or_default().to_owned();
            Ok(response)
        };
        let socket = tokio_tungstenite::accept_hdr_async(stream, handshake).await.expect("an upgrade");
        Actor { socket, token }
    }

    /// The next connection, past its first frame, where one conversation stands at a head.
    pub(super) async fn welcome(&self, head: i64) -> Actor {
        let mut actor = self.accept().await;
        actor.ready("e1", &[(7, head)], 0).await;
        actor
    }

    /// Refuses the next connection.
    #[expect(clippy::result_large_err, reason = "the handshake hands over whole responses")]
    pub(super) async fn refuse(&self, status: StatusCode) {
        let (stream, _) = timeout(PATIENCE, self.listener.accept()).await.expect("a client in time").expect("a client");
        let handshake = |_: &Request, _: Response| {
            let mut response = ErrorResponse::new(None);
            *response.status_mut() = status;
            Err(response)
        };
        tokio_tungstenite::accept_hdr_async(stream, handshake).await.expect_err("a refusal");
    }

    /// Whether nobody comes for a while.
    pub(super) async fn stays_empty(&self) -> bool {
        timeout(std::time::Duration::from_millis(300), self.listener.accept()).await.is_err()
    }
}

impl Actor {
    pub(super) async fn say(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.expect("a client that listens");
    }

    pub(super) async fn ready(&mut self, epoch: &str, heads: &[(i64, i64)], user_seq: i64) {
        let position =
            |(id, head): &(i64, i64)| json!({"conversation_id": id, "head": head, "delivered_seq": 0, "read_seq": 0});
        let user = json!({
            "id": 1, "username": "ann", "status": "online", "status_message": null, "last_seen_at": null,
            "created_at": "2026-01-13T17:00:29.317890+00:00",
        });
        self.say(json!({"type": "session.ready", "data": {
            "user": user, "epoch": epoch, "heartbeat_seconds": 25, "user_seq": user_seq,
            "conversations": heads.iter().map(position).collect::<Vec<_>>(), "presence": [],
        }}))
        .await;
    }

    pub(super) async fn done(&mut self) {
        self.say(json!({"type": "sync.done", "data": {}, "ref": "sync"})).await;
    }

    /// What the client says next; none if it left.
    pub(super) async fn hear(&mut self) -> Option<Value> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("a word in time") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(text.as_str()).expect("JSON")),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame of the client, which must be of this kind.
    pub(super) async fn expect(&mut self, kind: &str) -> Value {
        let frame = self.hear().await.expect("a frame, not the end");
        assert_eq!(frame["type"], kind, "{frame}");
        frame
    }

    pub(super) async fn close(mut self, code: u16, reason: &str) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: reason.to_owned().into() };
        self.socket.close(Some(frame)).await.expect("a client that listens");
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}

/// A message as the server sends it.
pub(super) fn message(conversation: i64, seq: i64) -> Value {
    json!({"type": "message.new", "data": {
        "id": 100 + seq, "conversation_id": conversation, "seq": seq, "sender_id": 2, "body": "tea",
        "created_at": "2026-01-13T17:00:29.317890+00:00", "delivered_at": null, "read_at": null,
    }})
}

/// A page of messages.
pub(super) fn page(conversation: i64, seqs: std::ops::RangeInclusive<i64>) -> Value {
    let head = *seqs.end();
    let items: Vec<_> = seqs.map(|seq| message(conversation, seq)).collect();
    json!({"type": "sync.page", "ref": "sync", "data": {"conversation_id": conversation, "items": items, "head": head}})
}

/// The answer to a send.
pub(super) fn stored(send: &Value, seq: i64) -> Value {
    let mut answer = message(send["conversation_id"].as_i64().expect("a conversation"), seq);
    answer["ref"] = send["ref"].clone();
    answer["data"]["body"] = send["body"].clone();
    answer["data"]["client_id"] = send["client_id"].clone();
    answer
}

/// A refusal of anything.
pub(super) fn refusal(asked: &Value, code: &str, retry_after_ms: Option<u64>) -> Value {
    let retryable = code == "rate_limited" || code == "unavailable";
    let mut data = json!({"code": code, "message": "no", "retryable": retryable});
    if let Some(after) = retry_after_ms {
        data["retry_after_ms"] = json!(after);
    }
    json!({"type": "error", "ref": asked["ref"], "data": data})
}
