//! A socket: tungstenite over a stream that nobody blocks on, and over the bare stream alone while nothing is said.
//!
//! Buffers grow with the largest message and never shrink, and most sockets are silent most of the time. So tungstenite comes
//! when there is something to read, and goes when its socket is told to rest: between two messages it knows
//! nothing that a new one does not.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::close::CloseReason;
use crate::frame::Frame;
use crate::guard::Guarded;
use crate::sending::Sending;
use crate::settings::READ_BUFFER;

/// The server's end of a WebSocket.
#[derive(Debug)]
pub(crate) struct Socket<S> {
    stream: Guarded<S>,
    /// None while the socket is at rest.
    protocol: Option<Box<WebSocketContext>>,
    /// What the stream did not take yet. Nothing else is written before it.
    unsent: Option<Box<Sending>>,
    config: Arc<WebSocketConfig>,
    is_to_rest: bool,
    has_ended: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A socket at rest, right after the upgrade.
    pub(crate) fn new(stream: Guarded<S>, config: Arc<WebSocketConfig>) -> Self {
        Self { stream, protocol: None, unsent: None, config, is_to_rest: false, has_ended: false }
    }

    /// The next message; none after the end, or after an error. Nothing is lost if it is not waited for. What was kept is to
    /// be finished before, because tungstenite answers some frames by itself.
    pub(crate) async fn next(&mut self) -> Option<Result<Message, Error>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Writes frames past tungstenite, which would copy each of them, behind what was kept before. What the stream does not
    /// take at once is kept for [`finish`](Self::finish).
    pub(crate) fn try_send(&mut self, frames: VecDeque<Arc<Frame>>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut sending = self.unsent.take().map(|unsent| *unsent).unwrap_or_default();
        sending.extend(frames);
        let sent = self.poll_send(&mut sending, cx);
        if sent.is_pending() {
            self.unsent = Some(Box::new(sending));
        }
        sent
    }

    /// Waits until what was kept is written.
    pub(crate) async fn finish(&mut self) -> Result<(), Error> {
        poll_fn(|cx| self.try_send(VecDeque::new(), cx)).await
    }

    /// Says goodbye. Whoever goes on reading hears the other side's.
    pub(crate) async fn close(&mut self, reason: CloseReason) -> Result<(), Error> {
        self.finish().await?;
        let protocol = self.protocol.get_or_insert_with(|| awake(&[], &self.config));
        let stream = &mut self.stream;
        poll_fn(|cx| poll_of(protocol.close(&mut Polled { stream, cx }, Some(reason.frame())))).await
    }

    /// Gives the buffers back as soon as nothing is on its way in either direction.
    pub(crate) fn rest(&mut self) {
        self.is_to_rest = true;
    }

    /// The stream itself, for what comes after the protocol.
    pub(crate) fn stream_mut(&mut self) -> &mut S {
        self.stream.stream_mut()
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, Error>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        let read = match ready!(self.poll_read(cx)) {
            Err(Error::AlreadyClosed | Error::ConnectionClosed) => None,
            read => Some(read),
        };
        self.has_ended = !matches!(read, Some(Ok(_)));
        Poll::Ready(read)
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, Error>> {
        let protocol = match &mut self.protocol {
            Some(protocol) => protocol,
            None => {
                let mut space = [MaybeUninit::uninit(); READ_BUFFER];
                let mut first = ReadBuf::uninit(&mut space);
                ready!(Pin::new(&mut self.stream).poll_read(cx, &mut first))?;
                self.protocol.insert(awake(first.filled(), &self.config))
            }
        };
        let mut stream = Polled { stream: &mut self.stream, cx };
        let read = poll_of(protocol.read(&mut stream));
        // Everything that came was taken. Where it ends with a message and nothing waits to be written, nothing is forgotten.
        if read.is_pending() && self.is_to_rest && protocol.can_write() && stream.stream.is_between_messages() {
            let has_said_all = protocol.flush(&mut stream).is_ok();
            self.protocol.take_if(|_| has_said_all);
            self.is_to_rest = !has_said_all;
        }
        read
    }

    fn poll_send(&mut self, sending: &mut Sending, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if let Some(protocol) = &mut self.protocol {
            if !protocol.can_write() {
                return Poll::Ready(Err(Error::AlreadyClosed));
            }
            // What tungstenite answers by itself, such as a pong, comes first.
            ready!(poll_of(protocol.flush(&mut Polled { stream: &mut self.stream, cx })))?;
        }
        sending.poll_write(&mut self.stream, cx).map_err(Error::from)
    }
}

/// tungstenite, with what was read already.
fn awake(read: &[u8], config: &WebSocketConfig) -> Box<WebSocketContext> {
    Box::new(WebSocketContext::from_partially_read(read.to_vec(), Role::Server, Some(*config)))
}

/// What would block is pending: the stream has kept the waker.
fn poll_of<T>(result: Result<T, Error>) -> Poll<Result<T, Error>> {
    match result {
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}

/// A stream as tungstenite wants it, for the time of one poll.
struct Polled<'a, 'b, S> {
    stream: &'a mut Guarded<S>,
    cx: &'a mut Context<'b>,
}

impl<S: AsyncRead + Unpin> Read for Polled<'_, '_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        done(Pin::new(&mut *self.stream).poll_read(self.cx, &mut buffer))?;
        Ok(buffer.filled().len())
    }
}

impl<S: AsyncWrite + Unpin> Write for Polled<'_, '_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        done(Pin::new(&mut *self.stream).poll_write(self.cx, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        done(Pin::new(&mut *self.stream).poll_flush(self.cx))
    }
}

fn done<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
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
        poll_fn(|cx| Poll::Ready(socket.try_send(frames.clone(), cx))).await
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
        socket.protocol.is_none()
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
