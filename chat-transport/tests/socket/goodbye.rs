//! A goodbye over a real connection: a client learns why it was closed even if it was still talking.

use std::sync::Arc;
use std::time::Duration;

use crate::harness::{CLOSE, House, PATIENCE, TEXT, masked};
use chat_core::registry::Scope;
use chat_transport::Opening;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A client of one socket over TCP, past the first frame.
async fn connected(house: &House) -> (TcpStream, JoinHandle<()>) {
    let person = house.person("ann").await;
    let opening = Opening { identity: Some(person.identity), scope: Scope::Everything };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
    let (server, _) = listener.accept().await.expect("a connection");
    let serving = tokio::spawn(Arc::clone(&house.gateway).serve(server, opening));
    (client, serving)
}

/// The code of the close frame at the end of what the server sent.
async fn code_at_the_end(client: &mut (impl AsyncReadExt + Unpin)) -> u16 {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, client.read_to_end(&mut bytes)).await.expect("an end in time");
    read.expect("an orderly end");
    let (header, rest) = bytes
        .windows(2)
        .enumerate()
        .find_map(|(at, two)| {
            let is_close = two[0] == 0x80 | CLOSE && usize::from(two[1]) == bytes.len() - at - 2;
            is_close.then(|| bytes.split_at(at + 2))
        })
        .expect("a close frame");
    assert!(header.len() > 2, "after the first frame");
    u16::from_be_bytes([rest[0], rest[1]])
}

#[tokio::test]
async fn a_client_that_goes_on_sending_still_reads_why_it_was_closed() {
    for (what, frame, expected) in [
        ("too large a message", masked(TEXT, &vec![b'x'; 512 << 10]), 1009),
        ("a binary message", [masked(0x2, b"x"), masked(TEXT, &vec![b'x'; 60_000]).repeat(10)].concat(), 1003),
        ("too many fragments", [vec![TEXT, 0x80, 0, 0, 0, 0], [0, 0x80, 0, 0, 0, 0].repeat(100_000)].concat(), 1008),
    ] {
        let house = House::new();
        let (client, serving) = connected(&house).await;
        let (mut reading, mut writing) = client.into_split();
        let sending = tokio::spawn(async move {
            // The server may stop listening before everything was said.
            let _ = writing.write_all(&frame).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        });
        assert_eq!(code_at_the_end(&mut reading).await, expected, "{what}");
        sending.await.expect("no panic");
        tokio::time::timeout(PATIENCE, serving).await.expect("an end in time").expect("no panic");
        assert_eq!(house.hub.connection_count(), 0);
    }
}

#[tokio::test]
async fn a_client_that_never_stops_sending_does_not_hold_the_server() {
    let house = House::new();
    let (client, serving) = connected(&house).await;
    let (_reading, mut writing) = client.into_split();
    let sending = tokio::spawn(async move {
        let chunk = masked(0x2, &vec![b'x'; 60_000]);
        while writing.write_all(&chunk).await.is_ok() {}
    });
    tokio::time::timeout(PATIENCE, serving).await.expect("an end in time").expect("no panic");
    tokio::time::timeout(PATIENCE, sending).await.expect("an end in time").expect("no panic");
}
