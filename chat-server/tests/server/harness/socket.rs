//! A WebSocket that speaks JSON, and holds every frame against the server's own documentation.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::LONG;
use super::frames::Frames;

/// An open socket.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    documented: &'static Frames,
}

impl Socket {
    /// Opens a path of a server.
    pub async fn open(address: SocketAddr, path: &str) -> Self {
        Self::try_open(address, path, &[]).await.unwrap()
    }

    /// Opens a path with headers; otherwise the status of the refusal.
    pub async fn try_open(address: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((stream, _)) => Ok(Self { stream, documented: Frames::at(address, path).await }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("neither opened nor refused: {error}"),
        }
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Value) {
        let checked = self.documented.check("client", &frame);
        assert_eq!(checked, Ok(()), "{frame} is said");
        self.stream.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame, or the code that the server closes with.
    pub async fn next(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match tokio::time::timeout(LONG, self.stream.next()).await.expect("a frame in time") {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(text.as_str()).unwrap();
                    let checked = self.documented.check("server", &frame);
                    assert_eq!(checked, Ok(()), "{frame} is heard");
                    return Ok(frame);
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// The next frame of a type; others are passed over.
    pub async fn expect(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await.unwrap_or_else(|code| panic!("closed with {code:?} before {kind}"));
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// The code and the reason that the server closes with; frames before are passed over.
    pub async fn closed(&mut self) -> (u16, String) {
        // Pings go on coming, so it is the whole that has its time.
        let end = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
                    Some(Ok(_)) => {}
                    other => panic!("ended without a code: {other:?}"),
                }
            }
        };
        tokio::time::timeout(LONG, end).await.expect("an end in time")
    }
}
