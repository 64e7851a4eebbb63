//! Frames that no client should send: each ends its socket with the code that says why, and leaves nothing behind.

use std::time::Duration;

use crate::harness::{CLOSE, CONTINUATION, House, PING, RawSocket, TEXT, masked};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

const FINAL: u8 = 0x80;

/// The same frame without its final bit.
fn unfinished(mut frame: Vec<u8>) -> Vec<u8> {
    frame[0] &= !FINAL;
    frame
}

/// The same frame with other bits in its first byte.
fn with_bits(mut frame: Vec<u8>, bits: u8) -> Vec<u8> {
    frame[0] |= bits;
    frame
}

async fn end_of(bytes: &[u8]) -> u16 {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut socket = house.raw_tab(&ann).await;
    socket.write(bytes).await;
    let code = socket.closed().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(socket.serving.is_finished(), "the socket is gone");
    assert_eq!(house.hub.connection_count(), 0);
    code
}

#[tokio::test(start_paused = true)]
async fn a_binary_frame_is_not_of_this_protocol() {
    assert_eq!(end_of(&masked(0x2, b"bytes")).await, 1003);
}

#[tokio::test(start_paused = true)]
async fn text_that_is_not_utf_8_ends_the_socket_in_one_piece_or_in_several() {
    assert_eq!(end_of(&masked(TEXT, b"\xff\xfe")).await, 1007);
    // An overlong slash and a surrogate.
    assert_eq!(end_of(&masked(TEXT, b"\xc0\xaf")).await, 1007);
    assert_eq!(end_of(&masked(TEXT, b"\xed\xa0\x80")).await, 1007);
    let pieces = [unfinished(masked(TEXT, b"good")), masked(CONTINUATION, b"\xff")].concat();
    assert_eq!(end_of(&pieces).await, 1007);
}

#[tokio::test(start_paused = true)]
async fn too_large_a_frame_is_refused_by_its_header() {
    // The payload is announced and never comes.
    let mut header = masked(TEXT, &[0; 131_073]);
    header.truncate(14);
    assert_eq!(end_of(&header).await, 1009);
}

#[tokio::test(start_paused = true)]
async fn a_length_beyond_all_measure_is_refused_too() {
    let mut header = vec![FINAL | TEXT, 0x80 | 127];
    header.extend((1_u64 << 63).to_be_bytes());
    header.extend([0; 4]);
    assert_eq!(end_of(&header).await, 1009);
}

#[tokio::test(start_paused = true)]
async fn too_large_a_message_is_refused_in_however_small_pieces_it_comes() {
    let mut bytes = unfinished(masked(TEXT, &[b'x'; 65_000]));
    bytes.extend(unfinished(masked(CONTINUATION, &[b'x'; 65_000])));
    bytes.extend(masked(CONTINUATION, &[b'x'; 6_000]));
    assert_eq!(end_of(&bytes).await, 1009);
}

#[tokio::test(start_paused = true)]
async fn the_largest_message_is_read() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut tab = house.tab(&ann).await;
    let frame = json!({"type": "ping", "ref": "big", "padding": ""}).to_string();
    let padding = "x".repeat(128 * 1024 - frame.len());
    tab.say_text(&json!({"type": "ping", "ref": "big", "padding": padding}).to_string());
    assert_eq!(tab.expect("pong").await.reference.as_deref(), Some("big"));
}

#[tokio::test(start_paused = true)]
async fn frames_that_break_the_protocol_end_the_socket() {
    let text = masked(TEXT, br#"{"type":"ping"}"#);
    let mut unmasked = vec![FINAL | TEXT, 2];
    unmasked.extend(b"hi");
    let cases = [
        ("not masked", unmasked),
        ("the first reserved bit", with_bits(text.clone(), 0x40)),
        ("the second reserved bit", with_bits(text.clone(), 0x20)),
        ("the third reserved bit", with_bits(text.clone(), 0x10)),
        ("an unknown data opcode", masked(0x3, b"x")),
        ("an unknown control opcode", masked(0xB, b"x")),
        ("too large a ping", masked(PING, &[0; 126])),
        ("a ping in pieces", unfinished(masked(PING, b"x"))),
        ("a close code that nobody may send", masked(CLOSE, &1005_u16.to_be_bytes())),
        ("a close code of nobody", masked(CLOSE, &999_u16.to_be_bytes())),
        ("half a close code", masked(CLOSE, &[3])),
        ("a message within a message", [unfinished(masked(TEXT, b"one")), masked(TEXT, b"two")].concat()),
        ("a continuation of nothing", masked(CONTINUATION, b"x")),
    ];
    for (what, bytes) in cases {
        assert_eq!(end_of(&bytes).await, 1002, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_empty_fragments_ends_the_socket() {
    let mut bytes = unfinished(masked(TEXT, b""));
    for _ in 0..1_000 {
        bytes.extend(unfinished(masked(CONTINUATION, b"")));
    }
    assert_eq!(end_of(&bytes).await, 1008);
}

/// A ping that comes in so many frames, all at once or one by one.
async fn ping_in(fragments: usize, socket: &mut RawSocket, at_once: bool) {
    let ping = br#"{"type":"ping"}"#;
    let mut frames = vec![unfinished(masked(TEXT, ping))];
    frames.resize(fragments - 1, unfinished(masked(CONTINUATION, b"")));
    frames.push(masked(CONTINUATION, b""));
    if at_once {
        socket.write(&frames.concat()).await;
    } else {
        for frame in frames {
            socket.write(&frame).await;
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_may_come_in_64_frames_and_not_in_65() {
    for at_once in [true, false] {
        let house = House::new();
        let ann = house.person("ann").await;
        let mut socket = house.raw_tab(&ann).await;
        ping_in(64, &mut socket, at_once).await;
        assert_eq!(socket.text().await["type"], "pong", "at once: {at_once}");
        ping_in(65, &mut socket, at_once).await;
        assert_eq!(socket.closed().await, 1008, "at once: {at_once}");
    }
}

#[tokio::test(start_paused = true)]
async fn pings_between_the_fragments_are_answered_and_do_not_count() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut socket = house.raw_tab(&ann).await;
    let (one, two) = br#"{"type":"ping"}"#.split_at(5);
    let mut bytes = unfinished(masked(TEXT, one));
    bytes.extend(masked(PING, b"in between"));
    bytes.extend(masked(CONTINUATION, two));
    socket.write(&bytes).await;
    let (_, echoed) = socket.frame().await.expect("a pong");
    assert_eq!(echoed, b"in between");
    assert_eq!(socket.text().await["type"], "pong");
}

#[tokio::test(start_paused = true)]
async fn a_goodbye_is_returned() {
    let house = House::new();
    let ann = house.person("ann").await;
    let mut socket = house.raw_tab(&ann).await;
    socket.write(&masked(CLOSE, &1000_u16.to_be_bytes())).await;
    assert_eq!(socket.closed().await, 1000);
    assert_eq!(house.hub.connection_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_goodbye_is_returned_even_where_something_was_about_to_be_said() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut socket = house.raw_tab(&ann).await;
    house.post.hold();
    house.send(&bob, room, "wait").await;
    house.post.release();
    socket.write(&masked(CLOSE, &1000_u16.to_be_bytes())).await;
    let (_said, code) = socket.rest().await;
    assert_eq!(code, 1000);
}

#[tokio::test(start_paused = true)]
async fn whatever_follows_a_goodbye_is_not_heard() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut socket = house.raw_tab(&ann).await;
    let mut peer = house.tab(&bob).await;
    peer.ignore(&["presence"]);
    let send = json!({"type": "message.send", "conversation_id": room.get(), "body": "too late"}).to_string();
    let bytes = [masked(CLOSE, &1000_u16.to_be_bytes()), masked(TEXT, send.as_bytes())].concat();
    socket.write(&bytes).await;
    peer.silent().await;
}

#[tokio::test(start_paused = true)]
async fn the_house_goes_on_while_one_socket_misbehaves() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let mut good = house.tab(&ann).await;
    let mut bad = house.raw_tab(&bob).await;
    bad.write(&masked(0x3, b"x")).await;
    bad.closed().await;
    good.say_message(Message::text(r#"{"type":"ping"}"#));
    good.expect("pong").await;
}
