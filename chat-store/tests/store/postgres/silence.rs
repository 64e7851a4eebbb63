//! A network that swallows everything: no error, no end of the connection, just no answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chat_core::ids::Seq;
use chat_core::page::PageSize;
use chat_core::ports::{Appended, StoreError};
use chat_store::StoreConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::server::TestDatabase;
use crate::scene::Scene;

/// A way to the server that forgets its connections as a firewall does that lost its state: what was connected before
/// stays connected and hears nothing more, what connects after that gets through.
struct Firewall {
    address: SocketAddr,
    forgotten: Arc<AtomicU32>,
}

impl Firewall {
    async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, forgotten) = (listener.local_addr().unwrap(), Arc::new(AtomicU32::new(0)));
        let seen = forgotten.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(server).await else { continue };
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(carry(from_client, to_server, seen.clone()));
                tokio::spawn(carry(from_server, to_client, seen.clone()));
            }
        });
        Self { address, forgotten }
    }

    fn forget(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
    }
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, forgotten: Arc<AtomicU32>) {
    let born = forgotten.load(Ordering::SeqCst);
    let mut buffer = [0; 4096];
    loop {
        let Ok(length @ 1..) = from.read(&mut buffer).await else { return };
        if forgotten.load(Ordering::SeqCst) != born {
            // Swallowed, with the connection left open.
            std::future::pending::<()>().await;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_network_makes_the_store_unavailable_and_a_new_way_through_is_found() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let options = database.options();
    let firewall = Firewall::before(format!("{}:{}", options.get_host(), options.get_port()).parse().unwrap()).await;
    let url = database.url(&options.port(firewall.address.port()));
    let opened = chat_store::open(&StoreConfig::new(url).with_max_connections(1)).await.unwrap();
    let scene = Scene::new(opened.stores.clone()).await;
    scene.say("before").await;
    let read = || opened.stores.messages.changes(scene.room, Seq::ZERO, PageSize::MAX, None);
    assert!(read().await.is_ok());

    // Readers share one connection here, and it is silent. Batches have others, of which some may not be open yet.
    firewall.forget();
    assert!(matches!(read().await, Err(StoreError::Unavailable(_))));

    // Each try gives up within its deadline and leaves one silent connection less, so a few of them are enough.
    let mut last = None;
    for _ in 0..4 {
        last = Some((read().await, scene.try_say("after").await));
        if let Some((Ok(_), Ok(answer))) = &last {
            assert!(matches!(answer, Appended::Stored(_) | Appended::Repeated(_)), "{answer:?}");
            return;
        }
    }
    panic!("no way through: {last:?}");
}
