//! A client made of bytes: for frames that no library would send, and for readers that do not read.

use std::collections::VecDeque;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::PATIENCE;

pub(crate) const CONTINUATION: u8 = 0x0;
pub(crate) const TEXT: u8 = 0x1;
pub(crate) const CLOSE: u8 = 0x8;
pub(crate) const PING: u8 = 0x9;
pub(crate) const PONG: u8 = 0xA;

/// The bit of the first byte that says that the frame is the last one of its message.
const FINAL: u8 = 0x80;

/// The other end of a socket, byte by byte.
pub(crate) struct RawSocket {
    pub(crate) stream: DuplexStream,
    pub(crate) serving: JoinHandle<()>,
    buffer: VecDeque<u8>,
}

/// A frame as a client sends it: final, masked (with zeros, so that the payload stays readable).
pub(crate) fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![FINAL | opcode];
    match payload.len() {
        short @ 0..=125 => bytes.push(0x80 | u8::try_from(short).expect("short")),
        medium @ 126..=65_535 => {
            bytes.push(0x80 | 126);
            bytes.extend(u16::try_from(medium).expect("medium").to_be_bytes());
        }
        long => {
            bytes.push(0x80 | 127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

impl RawSocket {
    pub(crate) fn new(stream: DuplexStream, serving: JoinHandle<()>) -> Self {
        Self { stream, serving, buffer: VecDeque::new() }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        timeout(PATIENCE, self.stream.write_all(bytes)).await.expect("room in time").expect("an open pipe");
    }

    /// A byte of the server; none at the end.
    async fn byte(&mut self) -> Option<u8> {
        if self.buffer.is_empty() {
            let mut bytes = [0; 4096];
            let count = timeout(PATIENCE, self.stream.read(&mut bytes)).await.expect("bytes in time").unwrap_or(0);
            self.buffer.extend(bytes.get(..count).unwrap_or_default());
        }
        self.buffer.pop_front()
    }

    async fn number(&mut self, bytes: u32) -> Option<usize> {
        let mut number = 0;
        for _ in 0..bytes {
            number = (number << 8) | usize::from(self.byte().await?);
        }
        Some(number)
    }

    /// The next frame of the server as opcode and payload; none at the end.
    pub(crate) async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.byte().await?;
        assert_eq!(first & 0xF0, FINAL, "the server sends whole frames without reserved bits");
        let second = self.byte().await?;
        assert_eq!(second & 0x80, 0, "the server does not mask");
        let length = match second {
            126 => self.number(2).await?,
            127 => self.number(8).await?,
            short => usize::from(short),
        };
        let mut payload = Vec::with_capacity(length);
        for _ in 0..length {
            payload.push(self.byte().await?);
        }
        Some((first & 0x0F, payload))
    }

    /// The next text of the server; pings are passed over.
    pub(crate) async fn text(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some((TEXT, payload)) => return serde_json::from_slice(&payload).expect("JSON"),
                Some((PING, _)) => {}
                other => panic!("a text, not {other:?}"),
            }
        }
    }

    /// The texts until the end, and the code of the close frame; 1006 where there was none.
    pub(crate) async fn rest(&mut self) -> (Vec<Value>, u16) {
        let (mut texts, mut code) = (Vec::new(), 1006);
        while let Some((opcode, payload)) = self.frame().await {
            match opcode {
                TEXT => texts.push(serde_json::from_slice(&payload).expect("JSON")),
                CLOSE => code = payload.get(..2).map_or(1005, |code| u16::from_be_bytes([code[0], code[1]])),
                PING | PONG => {}
                other => panic!("an opcode that the server does not use: {other}"),
            }
        }
        (texts, code)
    }

    /// The code that the socket is closed with; no text comes before it.
    pub(crate) async fn closed(&mut self) -> u16 {
        let (texts, code) = self.rest().await;
        assert_eq!(texts, [] as [Value; 0], "nothing before the end");
        code
    }
}
