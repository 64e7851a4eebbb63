//! A socket of the chat: opened with a token, sends text, hears frames.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::frame::Frame;
use crate::failure::{Doing, Failure, Outcome};

/// An open socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// Why a socket could not be opened.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The token is no longer good: a new session is needed.
    Token,
    /// The server is away or not willing; try again.
    Other(Failure),
}

impl Socket {
    /// Opens the socket that carries all of a user's conversations. `from` is the address to connect from: one address
    /// has ports for some 28,000 connections only.
    pub(crate) async fn open(address: &str, token: &str, from: Ipv4Addr) -> Result<Self, Refusal> {
        Self::try_open(address, token, from).await.map_err(|failure| match failure {
            Refused::Http(401) => Refusal::Token,
            Refused::Http(status) => Refusal::Other(Failure::new(format!("the socket was answered {status}"))),
            Refused::Failure(failure) => Refusal::Other(failure),
        })
    }

    async fn try_open(address: &str, token: &str, from: Ipv4Addr) -> Result<Self, Refused> {
        Ok(Self { stream: connect(address, "/ws", Some(token), from).await? })
    }

    /// Opens a socket of some other server, which asks for no token.
    pub(crate) async fn open_foreign(address: &str, path: &str, from: Ipv4Addr) -> Outcome<WebSocketStream<TcpStream>> {
        connect(address, path, None, from).await.map_err(|refused| match refused {
            Refused::Http(status) => Failure::new(format!("{path} was answered {status}")),
            Refused::Failure(failure) => failure,
        })
    }

    /// The stream below, for whoever reads faster than frames are decoded here.
    pub(crate) fn into_stream(self) -> WebSocketStream<TcpStream> {
        self.stream
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, frame: &Value) -> Outcome {
        self.stream.send(Message::text(frame.to_string())).await.doing("send a frame")
    }

    /// Puts a frame into the outgoing buffer; `flush` sends what has gathered there in one write.
    pub(crate) async fn feed(&mut self, frame: &Value) -> Outcome {
        self.stream.feed(Message::text(frame.to_string())).await.doing("send a frame")
    }

    /// Sends what was fed.
    pub(crate) async fn flush(&mut self) -> Outcome {
        self.stream.flush().await.doing("send frames")
    }

    /// The next frame. It is a failure when the connection is gone.
    pub(crate) async fn next(&mut self) -> Outcome<Frame> {
        loop {
            let message = self.stream.next().await.ok_or_else(|| Failure::new("the connection ended"))?;
            match message.doing("read a frame")? {
                Message::Text(text) => return Frame::read(text.as_str()),
                Message::Close(reason) => {
                    let reason = reason.map(|reason| format!("{} {}", reason.code, reason.reason)).unwrap_or_default();
                    return Err(Failure::new(format!("the server closed the socket: {reason}")));
                }
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Binary(_) | Message::Frame(_) => return Err(Failure::new("a frame that is no text")),
            }
        }
    }
}

async fn connect(
    address: &str,
    path: &str,
    token: Option<&str>,
    from: Ipv4Addr,
) -> Result<WebSocketStream<TcpStream>, Refused> {
    let target: SocketAddr = address.parse().doing("read the server's address")?;
    let socket = TcpSocket::new_v4().doing("make a socket")?;
    socket.bind(SocketAddr::new(IpAddr::V4(from), 0)).doing("bind a socket")?;
    let stream = socket.connect(target).await.doing("connect")?;
    stream.set_nodelay(true).doing("switch Nagle's algorithm off")?;
    let mut request = format!("ws://{address}{path}").into_client_request().doing("make a request")?;
    if let Some(token) = token {
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).doing("make a header")?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
    }
    let limits = limits();
    match tokio_tungstenite::client_async_with_config(request, stream, Some(limits)).await {
        Ok((stream, _)) => Ok(stream),
        Err(Error::Http(response)) => Err(Refused::Http(response.status().as_u16())),
        Err(error) => Err(Refused::Failure(Failure::new(format!("open a socket: {error}")))),
    }
}

enum Refused {
    Http(u16),
    Failure(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Buffers as a client with many sockets has them: the defaults would cost more than what they carry.
pub(crate) fn limits() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(8 * 1024).write_buffer_size(0)
}
