//! A socket: a line that two may write to, its own session and whoever brings to many what all of them are to hear.
//!
//! Each holds the line for no longer than one poll takes, and never across an await.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::close::CloseReason;
use crate::frame::Frame;
use crate::guard::Guarded;
use crate::line::Line;

/// The server's end of a WebSocket, as its session has it.
#[derive(Debug)]
pub(crate) struct Socket<S> {
    line: Arc<Mutex<Line<S>>>,
}

/// The same as others have it: where to write, as long as the session is there.
pub(crate) type Shortcut = Weak<Mutex<dyn Pen>>;

/// What can be written to past the session.
pub(crate) trait Pen: Send {
    /// Whether nothing is half written.
    fn is_free(&self) -> bool;

    /// Writes frames. Pending if the session has to go on with them; it is not woken.
    fn write(&mut self, frames: VecDeque<Arc<Frame>>) -> Poll<Result<(), Error>>;
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Pen for Line<S> {
    fn is_free(&self) -> bool {
        self.unsent().is_none()
    }

    fn write(&mut self, frames: VecDeque<Arc<Frame>>) -> Poll<Result<(), Error>> {
        self.try_send(frames, &mut Context::from_waker(Waker::noop()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Socket<S> {
    /// A socket at rest, right after the upgrade.
    pub(crate) fn new(stream: Guarded<S>, config: Arc<WebSocketConfig>) -> Self {
        Self { line: Arc::new(Mutex::new(Line::new(stream, config))) }
    }

    /// The line. Let go of it before anything is awaited.
    pub(crate) fn line(&self) -> MutexGuard<'_, Line<S>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For whoever writes past the session.
    pub(crate) fn shortcut(&self) -> Shortcut {
        Arc::<Mutex<Line<S>>>::downgrade(&self.line)
    }

    /// The next message; none after the end, or after an error. Nothing is lost if it is not waited for.
    pub(crate) async fn next(&mut self) -> Option<Result<Message, Error>> {
        poll_fn(|cx| self.line().poll_next(cx)).await
    }

    /// Waits until what was kept is written.
    pub(crate) async fn finish(&mut self) -> Result<(), Error> {
        poll_fn(|cx| self.line().try_send(VecDeque::new(), cx)).await
    }

    /// Says goodbye. Whoever goes on reading hears the other side's.
    pub(crate) async fn close(&mut self, reason: CloseReason) -> Result<(), Error> {
        poll_fn(|cx| self.line().poll_close(cx, reason)).await
    }

    /// Ends the stream, after what the other side still says.
    pub(crate) async fn hang_up(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.line().poll_hang_up(cx)).await
    }

    /// Gives the buffers back as soon as nothing is on its way in either direction.
    pub(crate) fn rest(&mut self) {
        self.line().rest();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SocketSettings;
    use futures_util::FutureExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    const ROOM: usize = 256 * 1024;

    /// A socket and its client.
    fn pair(room: usize) -> (Socket<DuplexStream>, DuplexStream) {
        let (near, far) = duplex(room);
        let config = Arc::new(SocketSettings::default().websocket());
        (Socket::new(Guarded::new(near, 64), config), far)
    }

    /// A masked text frame with the mask 0.
    fn frame(is_final: bool, opcode: u8, text: &str) -> Vec<u8> {
        let length = u16::try_from(text.len()).expect("short enough");
        let mut bytes = vec![u8::from(is_final) << 7 | opcode, 0x80 | 126];
        bytes.extend(length.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(text.as_bytes());
        bytes
    }

    fn heard(socket: &mut Socket<DuplexStream>) -> Option<String> {
        let message = socket.next().now_or_never()?.expect("a message").expect("a sound one");
        Some(message.into_text().expect("a text").to_string())
    }

    async fn send(socket: &mut Socket<DuplexStream>, text: &str) -> Poll<Result<(), Error>> {
        let frames = VecDeque::from([Frame::note(text)]);
        poll_fn(|cx| Poll::Ready(socket.line().try_send(frames.clone(), cx))).await
    }

    #[tokio::test]
    async fn a_goodbye_comes_after_the_rest_of_what_was_being_said() {
        let (mut socket, mut client) = pair(16);
        assert!(send(&mut socket, &"y".repeat(100)).await.is_pending());
        let mut heard = Vec::new();
        let close = async {
            socket.close(CloseReason::Silent).await.expect("room");
            drop(socket);
        };
        let (read, ()) = tokio::join!(client.read_to_end(&mut heard), close);
        read.expect("an open pipe");
        let (said, goodbye) = heard.split_at(102);
        assert!(said.starts_with(&[0x81, 100]) && said.ends_with(b"yyy") && goodbye.starts_with(&[0x88]));
    }

    fn is_at_rest(socket: &Socket<DuplexStream>) -> bool {
        socket.line().protocol.is_none()
    }

    #[tokio::test]
    async fn after_large_messages_both_ways_a_socket_at_rest_keeps_no_buffer() {
        let (mut socket, mut client) = pair(ROOM);
        let large = "x".repeat(60_000);
        client.write_all(&frame(true, 1, &large)).await.expect("an open pipe");
        assert_eq!(heard(&mut socket).as_deref(), Some(large.as_str()));
        assert!(send(&mut socket, &large).await.is_ready());
        assert!(heard(&mut socket).is_none() && !is_at_rest(&socket), "nobody told it to rest");

        socket.rest();
        assert!(heard(&mut socket).is_none() && is_at_rest(&socket));
        client.write_all(&frame(true, 1, "good morning")).await.expect("an open pipe");
        assert_eq!(heard(&mut socket).as_deref(), Some("good morning"));
    }

    #[tokio::test]
    async fn wherever_its_messages_are_cut_a_socket_that_rests_hears_them_all() {
        let mut bytes = frame(false, 1, "in two ");
        bytes.extend(frame(true, 0, "parts"));
        bytes.extend(frame(true, 1, "whole"));
        for cut in 0..bytes.len() {
            let (mut socket, mut client) = pair(ROOM);
            let mut texts = Vec::new();
            for part in [&bytes[..cut], &bytes[cut..]] {
                client.write_all(part).await.expect("an open pipe");
                socket.rest();
                texts.extend(std::iter::from_fn(|| heard(&mut socket)));
            }
            assert_eq!(texts, ["in two parts", "whole"], "cut at {cut}");
            assert!(is_at_rest(&socket), "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn what_waits_to_be_written_is_written_before_a_socket_rests() {
        let (mut socket, mut client) = pair(8);
        // A ping, which tungstenite answers with as much.
        let ping = [&[0x89, 0x80 | 20, 0, 0, 0, 0], &b"are you still there?"[..]].concat();
        let mut pong = [0; 22];
        socket.rest();
        for part in ping.chunks(8) {
            client.write_all(part).await.expect("an open pipe");
            let _ping = socket.next().now_or_never();
        }
        assert!(heard(&mut socket).is_none() && !is_at_rest(&socket));
        for part in pong.chunks_mut(8) {
            client.read_exact(part).await.expect("the next part");
            assert!(heard(&mut socket).is_none());
        }
        assert!(is_at_rest(&socket) && pong.ends_with(b"there?"));
    }

    #[tokio::test]
    async fn a_socket_that_said_goodbye_remembers_it() {
        let (mut socket, _client) = pair(ROOM);
        socket.close(CloseReason::Silent).await.expect("room");
        socket.rest();
        assert!(heard(&mut socket).is_none());
        assert!(!is_at_rest(&socket));
        assert!(matches!(send(&mut socket, "late").await, Poll::Ready(Err(Error::AlreadyClosed))));
    }
}
