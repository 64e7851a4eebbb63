//! What an idle socket costs: the future that serves it is the largest part that this house decides about.

use std::sync::Arc;

use crate::harness::House;
use chat_core::registry::Scope;
use chat_transport::Opening;
use tokio::io::DuplexStream;
use tokio::net::{TcpListener, TcpStream};

/// A tenth above what was measured when this was written.
const BOUND: usize = 540;

#[tokio::test]
async fn the_future_of_a_socket_stays_small() {
    let house = House::new();
    let person = house.person("ann").await;
    let opening = Opening { identity: Some(person.identity), scope: Scope::Everything };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let stream = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
    let (near, _far) = tokio::io::duplex(64);

    let over_tcp = size_of_val(&Arc::clone(&house.gateway).serve::<TcpStream>(stream, opening));
    let over_a_pipe = size_of_val(&Arc::clone(&house.gateway).serve::<DuplexStream>(near, opening));

    eprintln!("the future of a socket: {over_tcp} bytes over TCP, {over_a_pipe} bytes over a pipe");
    assert!(over_tcp <= BOUND && over_a_pipe <= BOUND, "{over_tcp} and {over_a_pipe} bytes, and the bound is {BOUND}");
}
