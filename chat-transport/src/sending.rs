//! Frames on their way into a stream: what was taken of them already, and what the stream is offered next.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use crate::frame::Frame;

/// How many frames one system call offers at the most.
const AT_ONCE: usize = 64;

/// Frames that are written in their order, many in one system call.
#[derive(Debug, Default)]
pub(crate) struct Sending {
    frames: VecDeque<Arc<Frame>>,
    /// How much of the first frame is written.
    written: usize,
}

impl Sending {
    /// Queues frames behind those that are there.
    pub(crate) fn extend(&mut self, mut frames: VecDeque<Arc<Frame>>) {
        if self.frames.is_empty() {
            self.frames = frames;
        } else {
            self.frames.append(&mut frames);
        }
    }

    /// What is not written yet, or not all of it.
    pub(crate) fn frames(&self) -> impl Iterator<Item = &Arc<Frame>> {
        self.frames.iter()
    }

    /// Writes until everything is written. Called again after it was pending, it goes on where it was.
    pub(crate) fn poll_write(
        &mut self,
        stream: &mut (impl AsyncWrite + Unpin),
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.frames.is_empty() {
            let taken = ready!(self.poll_offer(stream, cx))?;
            if taken == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(taken);
        }
        Pin::new(stream).poll_flush(cx)
    }

    fn poll_offer(&self, stream: &mut (impl AsyncWrite + Unpin), cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let first = self.frames.front().and_then(|frame| frame.wire.get(self.written..)).unwrap_or_default();
        if self.frames.len() == 1 {
            return Pin::new(stream).poll_write(cx, first);
        }
        let mut slices = [IoSlice::new(&[]); AT_ONCE];
        let parts = std::iter::once(first).chain(self.frames.iter().skip(1).map(|frame| &*frame.wire));
        let mut count = 0;
        for (slice, part) in slices.iter_mut().zip(parts) {
            *slice = IoSlice::new(part);
            count += 1;
        }
        Pin::new(stream).poll_write_vectored(cx, slices.get(..count).unwrap_or_default())
    }

    fn advance(&mut self, taken: usize) {
        self.written += taken;
        while let Some(first) = self.frames.front()
            && self.written >= first.wire.len()
        {
            self.written -= first.wire.len();
            self.frames.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, duplex};

    #[tokio::test]
    async fn however_little_the_stream_takes_at_once_every_byte_is_written_once_and_in_order() {
        let frames: VecDeque<_> = (0..200).map(|n| Frame::note(&"x".repeat(n % 70))).collect();
        let expected: Vec<u8> = frames.iter().flat_map(|frame| frame.wire.to_vec()).collect();
        for room in [1, 7, 64, 1_000_000] {
            let (mut near, mut far) = duplex(room);
            let mut sending = Sending::default();
            sending.extend(frames.iter().take(100).cloned().collect());
            sending.extend(frames.iter().skip(100).cloned().collect());
            let write = async move { poll_fn(|cx| sending.poll_write(&mut near, cx)).await };
            let mut heard = Vec::new();
            let (written, read) = tokio::join!(write, far.read_to_end(&mut heard));
            written.expect("written");
            read.expect("read");
            assert_eq!(heard, expected, "{room} bytes at once");
        }
    }
}
