//! The guard: watches the frames of a message go by and cuts off a client that sends one message in endless pieces.
//!
//! tungstenite bounds the size of a message but not the number of its fragments, so a client could keep it busy with
//! zero-length pieces for ever (the fault behind CVE-2026-48779 and, after a fix that counted wrongly, CVE-2026-62389).
//! The guard reads nothing but frame headers, on bytes that pass through anyway.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The name by which the session recognises the guard's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message in too many fragments")]
pub(crate) struct TooManyFragments;

/// A stream that fails as soon as a message has more fragments than allowed.
#[derive(Debug)]
pub(crate) struct Guarded<S> {
    stream: S,
    headers: Headers,
}

impl<S> Guarded<S> {
    pub(crate) fn new(stream: S, max_fragments: u32) -> Self {
        Self { stream, headers: Headers { max_fragments, ..Headers::default() } }
    }

    /// Whether every message whose beginning was read was read to its end.
    pub(crate) fn is_between_messages(&self) -> bool {
        let Headers { fragments, skip, seen, .. } = self.headers;
        fragments == 0 && skip == 0 && seen == 0
    }

    /// The stream itself, for reading without counting.
    pub(crate) fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        std::task::ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        this.headers.pass(buffer.filled().get(before..).unwrap_or_default());
        if this.headers.has_too_many {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, TooManyFragments)));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

/// Follows frame headers (RFC 6455, section 5.2) through bytes that come in any pieces.
#[derive(Debug, Default)]
struct Headers {
    /// How many frames one message may come in.
    max_fragments: u32,
    /// Fragments of the message that is under way; 0 between messages.
    fragments: u32,
    /// A message came in too many; that it ended since changes nothing.
    has_too_many: bool,
    /// Bytes of the present frame's payload (and mask) still to pass.
    skip: u64,
    /// The header bytes seen so far.
    seen: u8,
    /// Bytes of extended length still to come, and their value so far.
    length_left: u8,
    length: u64,
    is_masked: bool,
}

impl Headers {
    fn pass(&mut self, mut bytes: &[u8]) {
        while let [byte, rest @ ..] = bytes {
            if self.skip > 0 {
                let step = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
                self.skip -= step as u64;
                bytes = bytes.get(step..).unwrap_or_default();
            } else {
                self.header(*byte);
                bytes = rest;
            }
        }
    }

    fn header(&mut self, byte: u8) {
        match (self.seen, self.length_left) {
            (0, _) => {
                let (is_final, opcode) = (byte & 0x80 != 0, byte & 0x0F);
                // Control frames may come between the fragments of a message and do not belong to it.
                if opcode < 8 {
                    self.fragments = self.fragments.saturating_add(1);
                    self.has_too_many |= self.fragments > self.max_fragments;
                    if is_final {
                        self.fragments = 0;
                    }
                }
                self.seen = 1;
            }
            (1, _) => {
                self.is_masked = byte & 0x80 != 0;
                self.seen = 2;
                match byte & 0x7F {
                    126 => (self.length_left, self.length) = (2, 0),
                    127 => (self.length_left, self.length) = (8, 0),
                    short => self.begin_payload(u64::from(short)),
                }
            }
            (_, left) => {
                self.length = (self.length << 8) | u64::from(byte);
                self.length_left = left.saturating_sub(1);
                if self.length_left == 0 {
                    self.begin_payload(self.length);
                }
            }
        }
    }

    fn begin_payload(&mut self, length: u64) {
        self.skip = length.saturating_add(if self.is_masked { 4 } else { 0 });
        self.seen = 0;
        self.length_left = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(is_final: bool, opcode: u8, length: usize) -> Vec<u8> {
        let mut bytes = vec![if is_final { 0x80 } else { 0 } | opcode];
        match length {
            0..=125 => bytes.push(0x80 | length as u8),
            126..=65_535 => {
                bytes.push(0x80 | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend(vec![0xAB; 4 + length]);
        bytes
    }

    fn fragments(bytes: &[u8], piece: usize) -> u32 {
        let mut headers = Headers::default();
        bytes.chunks(piece).for_each(|part| headers.pass(part));
        headers.fragments
    }

    #[test]
    fn whole_messages_of_any_length_leave_no_count() {
        let bytes: Vec<u8> = [0, 1, 125, 126, 300, 70_000].into_iter().flat_map(|n| frame(true, 1, n)).collect();
        for piece in [1, 2, 3, 7, 1_024, bytes.len()] {
            assert_eq!(fragments(&bytes, piece), 0, "in pieces of {piece}");
        }
    }

    #[test]
    fn every_fragment_counts_even_an_empty_one_and_pings_between_do_not() {
        let mut bytes = frame(false, 1, 10);
        for _ in 0..5 {
            bytes.extend(frame(false, 0, 0));
            bytes.extend(frame(true, 9, 4));
        }
        for piece in [1, 5, bytes.len()] {
            assert_eq!(fragments(&bytes, piece), 6, "in pieces of {piece}");
        }
        bytes.extend(frame(true, 0, 1));
        assert_eq!(fragments(&bytes, 3), 0);
    }
}
