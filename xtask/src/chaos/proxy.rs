//! Somebody between the clients and the server who cheats as a broken server would. Used only to see that the checker
//! notices.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::failure::{Doing, Outcome};

/// What is done wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cheat {
    /// A message is acknowledged, and then the server dies before it has it.
    AcknowledgesFirst,
    /// The key of a message is forgotten, so that a repeat cannot be recognised.
    ForgetsKeys,
}

/// Of so many messages one is acknowledged too early.
const CHEATS_ONE_IN: u64 = 40;

/// A proxy in front of a server.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    cheat: Cheat,
    upstream: String,
    provoke: mpsc::Sender<()>,
    sends: Arc<AtomicU64>,
}

impl Proxy {
    /// Opens it and answers its address. It ends with the runtime.
    pub(crate) async fn open(cheat: Cheat, upstream: String, provoke: mpsc::Sender<()>) -> Outcome<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.doing("open the proxy")?;
        let address = listener.local_addr().doing("open the proxy")?.to_string();
        let proxy = Self { cheat, upstream, provoke, sends: Arc::default() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let proxy = proxy.clone();
                // A connection that fails is a connection that the client opens again.
                tokio::spawn(async move { proxy.serve(stream).await.ok() });
            }
        });
        Ok(address)
    }

    async fn serve(&self, mut client: TcpStream) -> Result<(), Error> {
        let mut beginning = [0; 8];
        while client.peek(&mut beginning).await? < beginning.len() {
            tokio::task::yield_now().await;
        }
        if beginning.starts_with(b"GET /ws") {
            return self.serve_socket(client).await;
        }
        let mut server = TcpStream::connect(&self.upstream).await?;
        tokio::io::copy_bidirectional(&mut client, &mut server).await?;
        Ok(())
    }

    async fn serve_socket(&self, client: TcpStream) -> Result<(), Error> {
        let mut bearer = None;
        #[expect(clippy::result_large_err, reason = "the shape of the callback is the library's")]
        let note = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            bearer = request.headers().get(AUTHORIZATION).cloned();
            Ok(response)
        };
        let mut client = tokio_tungstenite::accept_hdr_async(client, note).await?;
        let mut request = format!("ws://{}/ws", self.upstream).into_client_request()?;
        request.headers_mut().extend(bearer.map(|bearer| (AUTHORIZATION, bearer)));
        let server = TcpStream::connect(&self.upstream).await?;
        let (mut server, _) = tokio_tungstenite::client_async(request, server).await?;
        let mut heads = HashMap::new();
        loop {
            tokio::select! {
                said = client.next() => {
                    let Some(message) = said.transpose()? else { return Ok(()) };
                    match self.twist(message, &heads) {
                        Twisted::Pass(message) => server.send(message).await?,
                        Twisted::Lie(answer) => {
                            client.send(answer).await?;
                            // Full means that the server is about to die already.
                            let _ = self.provoke.try_send(());
                            return Ok(());
                        }
                    }
                }
                said = server.next() => {
                    let Some(message) = said.transpose()? else { return Ok(()) };
                    note_head(&message, &mut heads);
                    client.send(message).await?;
                }
            }
        }
    }

    fn twist(&self, message: Message, heads: &HashMap<i64, u64>) -> Twisted {
        let Some(mut frame) = as_send(&message) else { return Twisted::Pass(message) };
        match self.cheat {
            Cheat::ForgetsKeys => {
                if let Some(frame) = frame.as_object_mut() {
                    frame.remove("client_id");
                }
                Twisted::Pass(Message::text(frame.to_string()))
            }
            Cheat::AcknowledgesFirst => {
                let count = self.sends.fetch_add(1, Ordering::Relaxed) + 1;
                if count.is_multiple_of(CHEATS_ONE_IN) {
                    Twisted::Lie(lie(&frame, heads, count))
                } else {
                    Twisted::Pass(message)
                }
            }
        }
    }
}

enum Twisted {
    Pass(Message),
    Lie(Message),
}

fn as_send(message: &Message) -> Option<Value> {
    let Message::Text(text) = message else { return None };
    let frame: Value = serde_json::from_str(text.as_str()).ok()?;
    (frame.get("type")?.as_str()? == "message.send").then_some(frame)
}

fn note_head(message: &Message, heads: &mut HashMap<i64, u64>) {
    let Message::Text(text) = message else { return };
    let Ok(frame) = serde_json::from_str::<Value>(text.as_str()) else { return };
    let conversation = frame.pointer("/data/conversation_id").and_then(Value::as_i64);
    let seq = frame.pointer("/data/seq").and_then(Value::as_u64);
    if let (Some(conversation), Some(seq)) = (conversation, seq) {
        let head = heads.entry(conversation).or_insert(0);
        *head = seq.max(*head);
    }
}

/// The acknowledgement of a message that nobody has stored.
fn lie(send: &Value, heads: &HashMap<i64, u64>, count: u64) -> Message {
    let conversation = send.get("conversation_id").and_then(Value::as_i64).unwrap_or(0);
    let seq = heads.get(&conversation).copied().unwrap_or(0) + 1;
    let data = json!({
        "id": 4_000_000_000_000_000_u64 + count, "conversation_id": conversation, "seq": seq, "body": send.get("body"),
        "client_id": send.get("client_id"),
    });
    Message::text(json!({"type": "message.new", "ref": send.get("ref"), "data": data}).to_string())
}
