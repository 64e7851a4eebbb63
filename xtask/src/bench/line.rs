//! A socket of the measured server, ours or a peer's, as its load generator sees it: messages go out, frames come in.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::LazyLock;

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::letter::Letter;
use super::replies::{self, Replies};
use crate::client::socket::{Refusal, Socket};
use crate::failure::{Doing, Failure, Outcome};

/// Sockets from one source address.
const PER_ADDRESS: usize = 5_000;

/// How a server wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The protocol of this product.
    Ours,
    /// The same frames over a plain socket, with the user's id instead of a token.
    Plain,
    /// The same frames inside of Socket.IO events over its WebSocket transport.
    SocketIo,
    /// The same frames inside of Centrifuge's pushes, and its commands and replies in JSON.
    Centrifuge,
}

/// Where a server is and how it is spoken to.
#[derive(Debug, Clone)]
pub(super) struct Door {
    /// `host:port`.
    pub(super) address: String,
    /// How it is spoken to.
    pub(super) dialect: Dialect,
}

/// An open socket.
#[derive(Debug)]
pub(super) struct Line {
    stream: WebSocketStream<TcpStream>,
    dialect: Dialect,
    /// What came with the last frame, of a server that puts several things into one.
    replies: Replies,
}

impl Door {
    /// Opens a socket of a user and waits until it is live. `pass` is a token, or for a peer the user's id; `index` picks
    /// the address to come from.
    pub(super) async fn open(&self, pass: &str, index: usize) -> Outcome<Line> {
        let dialect = self.dialect;
        let from = source(index);
        let stream = match dialect {
            Dialect::Ours => self.enter(pass, index).await?.into_stream(),
            Dialect::Plain | Dialect::Centrifuge => {
                Socket::open_foreign(&self.address, &format!("/ws?user={pass}"), from).await?
            }
            Dialect::SocketIo => {
                let path = format!("/socket.io/?EIO=4&transport=websocket&user={pass}");
                Socket::open_foreign(&self.address, &path, from).await?
            }
        };
        let mut line = Line { stream, dialect, replies: Replies::default() };
        match dialect {
            Dialect::Ours => {}
            Dialect::Plain => line.expect("session.ready").await?,
            Dialect::SocketIo => {
                line.expect("0{").await?;
                line.stream.send(Message::text("40")).await.doing("join a namespace")?;
                line.expect("session.ready").await?;
            }
            Dialect::Centrifuge => {
                line.stream.send(Message::text(replies::CONNECT)).await.doing("connect to Centrifuge")?;
                line.expect("\"connect\"").await?;
            }
        }
        Ok(line)
    }

    /// Opens a socket of ours and waits until it is live.
    async fn enter(&self, token: &str, index: usize) -> Outcome<Socket> {
        let mut socket = self.enter_unready(token, index).await?;
        socket.next().await?;
        Ok(socket)
    }

    /// Opens a socket of ours; its first frame has not been read.
    pub(super) async fn enter_unready(&self, token: &str, index: usize) -> Outcome<Socket> {
        Socket::open(&self.address, token, source(index)).await.map_err(|refusal| match refusal {
            Refusal::Token => Failure::new("a token was refused"),
            Refusal::Other(failure) => failure,
        })
    }
}

/// The address from which a socket comes. A port that was used rests for a minute, so runs and rounds that follow each
/// other begin at different addresses: each of these has some 28,000 ports, and more of them are used than that.
pub(super) fn source(index: usize) -> Ipv4Addr {
    static BEGUN: LazyLock<usize> = LazyLock::new(|| std::process::id() as usize * 16);
    let host = (*BEGUN + index / PER_ADDRESS) % 250;
    Ipv4Addr::new(127, 0, 0, 1 + u8::try_from(host).unwrap_or(0))
}

/// Connects without any handshake.
pub(super) async fn connect(address: &str, index: usize) -> Outcome<TcpStream> {
    let socket = TcpSocket::new_v4().doing("make a socket")?;
    socket.bind(SocketAddr::from((source(index), 0))).doing("bind a socket")?;
    let address = address.parse().map_err(|_| Failure::new("a floor gave no address"))?;
    socket.connect(address).await.doing("connect to a floor")
}

/// How many indices apart the sockets of two rounds are, so that they come from different addresses.
pub(super) const ROUND: usize = 4 * PER_ADDRESS;

impl Line {
    /// Puts a message into the outgoing buffer.
    pub(super) async fn feed(&mut self, letter: Letter<'_>) -> Outcome {
        let text = match self.dialect {
            Dialect::Ours | Dialect::Plain => letter.frame(),
            Dialect::SocketIo => format!("42[\"frame\",{}]", letter.frame()),
            Dialect::Centrifuge => letter.command(),
        };
        self.stream.feed(Message::text(text)).await.doing("send a frame")
    }

    /// Sends what was fed, in one write.
    pub(super) async fn flush(&mut self) -> Outcome {
        self.stream.flush().await.doing("send frames")
    }

    /// The next frame, whenever it comes. Pings are answered.
    pub(super) async fn next(&mut self) -> Outcome<Utf8Bytes> {
        loop {
            for reply in self.replies.by_ref() {
                if reply.as_str() != replies::PING {
                    return Ok(reply);
                }
                self.stream.send(Message::text(replies::PING)).await.doing("answer a ping")?;
            }
            let message = self.stream.next().await.ok_or_else(|| Failure::new("a connection ended"))?;
            if let Some(text) = self.read(message.doing("read a frame")?).await? {
                return Ok(text);
            }
        }
    }

    /// The next frame if it has come already.
    pub(super) fn next_at_once(&mut self) -> Option<Outcome<Utf8Bytes>> {
        self.next().now_or_never()
    }

    async fn read(&mut self, message: Message) -> Outcome<Option<Utf8Bytes>> {
        match message {
            Message::Text(text) if self.dialect == Dialect::SocketIo && text.as_str() == "2" => {
                self.stream.send(Message::text("3")).await.doing("answer a ping")?;
                Ok(None)
            }
            Message::Text(text) if self.dialect == Dialect::Centrifuge => {
                self.replies = Replies::of(text);
                Ok(None)
            }
            Message::Text(text) => Ok(Some(text)),
            Message::Close(reason) => Err(Failure::new(format!("a connection was closed: {reason:?}"))),
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(None),
        }
    }

    async fn expect(&mut self, word: &str) -> Outcome {
        for _ in 0..3 {
            if self.next().await?.as_str().contains(word) {
                return Ok(());
            }
        }
        Err(Failure::new(format!("a new connection does not say {word}")))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn several_replies_in_one_frame_are_heard_one_by_one_and_pings_are_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = Door { address: listener.local_addr().unwrap().to_string(), dialect: Dialect::Centrifuge };
        let server = tokio::spawn(async move {
            let mut socket = tokio_tungstenite::accept_async(listener.accept().await.unwrap().0).await.unwrap();
            let mut heard = vec![socket.next().await.unwrap().unwrap().into_text().unwrap()];
            socket.send(Message::text(r#"{"id":4294967295,"connect":{}}"#)).await.unwrap();
            heard.push(socket.next().await.unwrap().unwrap().into_text().unwrap());
            socket.send(Message::text("{\"push\":1}\n{}\n{\"id\":7,\"publish\":{}}")).await.unwrap();
            heard.push(socket.next().await.unwrap().unwrap().into_text().unwrap());
            heard
        });

        let mut line = door.open("1", 0).await.unwrap();
        line.feed(Letter { conversation: 5, name: "ann", number: 7 }).await.unwrap();
        line.flush().await.unwrap();

        assert_eq!(line.next().await.unwrap(), r#"{"push":1}"#);
        assert_eq!(line.next().await.unwrap(), r#"{"id":7,"publish":{}}"#);
        let heard = server.await.unwrap();
        assert_eq!(heard[0], replies::CONNECT);
        assert!(heard[1].contains(r#""channel":"5""#), "{}", heard[1]);
        assert_eq!(heard[2], replies::PING);
    }
}
