//! The street that leads to a house: real connections that break wherever a test wants them to.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use chat_core::accounts::Credential;
use chat_core::registry::Scope;
use chat_core::{Authenticator, Identity};
use chat_transport::Opening;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;

use crate::harness::{Dice, House};

/// Accepts connections for a house.
pub(super) struct Street {
    pub(super) address: String,
    /// How many connections were made.
    pub(super) connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Drop for Street {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Street {
    /// A street where the first so many connections break after some bytes, in the middle of whatever is being said.
    pub(super) async fn new(house: &Arc<House>, cuts: usize, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let connections = Arc::new(AtomicUsize::new(0));
        let accepting = tokio::spawn({
            let (house, connections) = (Arc::clone(house), Arc::clone(&connections));
            let mut dice = Dice::new(seed);
            async move {
                loop {
                    let (stream, _) = listener.accept().await.expect("a connection");
                    let number = connections.fetch_add(1, Ordering::SeqCst);
                    let bytes_left = if number < cuts { 150 + dice.below(6_000) } else { usize::MAX };
                    tokio::spawn(serve(Arc::clone(&house), Breaking { stream, bytes_left }));
                }
            }
        });
        Self { address, connections, accepting }
    }
}

#[expect(clippy::result_large_err, reason = "the handshake hands over whole responses")]
async fn serve(house: Arc<House>, stream: Breaking) {
    let mut holder = None;
    let handshake = |request: &Request, response: Response| {
        let bearer = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        holder = bearer.and_then(|bearer| bearer.strip_prefix("Bearer ")).and_then(|token| identity(&house, token));
        if holder.is_some() {
            return Ok(response);
        }
        let mut refused = ErrorResponse::new(None);
        *refused.status_mut() = StatusCode::UNAUTHORIZED;
        Err(refused)
    };
    let Ok(socket) = tokio_tungstenite::accept_hdr_async(stream, handshake).await else { return };
    let opening = Opening { identity: holder, scope: Scope::Everything };
    Arc::clone(&house.gateway).serve(socket.into_inner(), opening).await;
}

/// Whose a token is. The accounts of a test answer at once.
fn identity(house: &House, token: &str) -> Option<Identity> {
    let credential = Credential::Token(token.to_owned());
    let authenticate = house.accounts.authenticate(&credential);
    futures_util::FutureExt::now_or_never(authenticate)?.ok()
}

/// A connection that breaks after so many bytes, whichever way they go.
struct Breaking {
    stream: TcpStream,
    bytes_left: usize,
}

impl Breaking {
    fn is_broken(&self) -> bool {
        self.bytes_left == 0
    }
}

fn reset<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
}

impl AsyncRead for Breaking {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_broken() {
            return reset();
        }
        let mut part = buffer.take(this.bytes_left);
        std::task::ready!(Pin::new(&mut this.stream).poll_read(cx, &mut part))?;
        let count = part.filled().len();
        let filled = part.filled().to_vec();
        buffer.put_slice(&filled);
        this.bytes_left -= count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Breaking {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.is_broken() {
            return reset();
        }
        let some = bytes.get(..this.bytes_left).unwrap_or(bytes);
        let count = std::task::ready!(Pin::new(&mut this.stream).poll_write(cx, some))?;
        this.bytes_left -= count;
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
