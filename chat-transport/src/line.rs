//! A line: tungstenite over a stream that nobody blocks on, and over the bare stream alone while nothing is said.
//!
//! Buffers grow with the largest message and never shrink, and most sockets are silent most of the time. So tungstenite comes
//! when there is something to read, and goes when its socket is told to rest: between two messages it knows
//! nothing that a new one does not.

use std::collections::VecDeque;
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

/// What is known of a WebSocket on the server's side, for the time of one poll.
#[derive(Debug)]
pub(crate) struct Line<S> {
    stream: Guarded<S>,
    /// None while the socket is at rest.
    pub(crate) protocol: Option<Box<WebSocketContext>>,
    /// What the stream did not take yet. Nothing else is written before it.
    unsent: Option<Box<Sending>>,
    config: Arc<WebSocketConfig>,
    is_to_rest: bool,
    has_ended: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    /// A line at rest, right after the upgrade.
    pub(crate) fn new(stream: Guarded<S>, config: Arc<WebSocketConfig>) -> Self {
        Self { stream, protocol: None, unsent: None, config, is_to_rest: false, has_ended: false }
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

    /// What was kept.
    pub(crate) fn unsent(&self) -> Option<&Sending> {
        self.unsent.as_deref()
    }

    /// Says goodbye, after what was kept.
    pub(crate) fn poll_close(&mut self, cx: &mut Context<'_>, reason: CloseReason) -> Poll<Result<(), Error>> {
        if self.unsent.is_some() {
            ready!(self.try_send(VecDeque::new(), cx))?;
        }
        let protocol = self.protocol.get_or_insert_with(|| awake(&[], &self.config));
        poll_of(protocol.close(&mut Polled { stream: &mut self.stream, cx }, Some(reason.frame())))
    }

    /// Gives the buffers back as soon as nothing is on its way in either direction.
    pub(crate) fn rest(&mut self) {
        self.is_to_rest = true;
    }

    /// Ends the stream, after what the other side still says: a connection that ends with bytes unread is reset.
    pub(crate) fn poll_hang_up(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        let stream = self.stream.stream_mut();
        loop {
            let mut space = [MaybeUninit::uninit(); READ_BUFFER];
            let mut rest = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut rest))?;
            if rest.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// The next message; none after the end, or after an error. What was kept is to be finished before, because tungstenite
    /// answers some frames by itself.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, Error>>> {
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
