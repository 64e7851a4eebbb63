//! Bytes on a connection, for what no decent client sends.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::LONG;

/// The first line and the headers of an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    pub status: u16,
    pub text: String,
}

impl Head {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.text.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Sends bytes on a new connection and reads the head of what is answered; none if the connection is closed without an answer.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> Option<Head> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server may answer and close before everything is written, which is not this side's fault.
    let _ = stream.write_all(bytes).await;
    read_head(&mut stream).await
}

/// Reads the head of an answer.
pub async fn read_head(stream: &mut TcpStream) -> Option<Head> {
    let mut text = String::new();
    while !text.contains("\r\n\r\n") {
        let byte = tokio::time::timeout(LONG, stream.read_u8()).await.expect("an answer or an end in time");
        text.push(char::from(byte.ok()?));
    }
    let status = text.split(' ').nth(1)?.parse().ok()?;
    Some(Head { status, text })
}

/// Waits for the end of a connection, whatever is sent before.
pub async fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(LONG, stream.read_to_end(&mut rest)).await.expect("an end in time");
    rest
}

/// A handshake with one header more or, where the name is known already, another value; left out where the value is empty.
pub fn handshake(path: &str, changes: &[(&str, &str)]) -> String {
    let mut headers = vec![
        ("Host", "localhost"),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for (name, value) in changes {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            headers.push((name, value));
        }
    }
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("GET {path} HTTP/1.1\r\n{lines}\r\n")
}
