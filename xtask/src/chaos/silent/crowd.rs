//! The silent: each connects, says nothing or too little, waits until the server has enough of it, and comes again.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::failure::{Doing, Outcome};

/// How much one of them says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Mute,
    /// The beginning of a request.
    Half,
    /// An upgrade to a socket, and never who it is.
    Nameless,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Mute, Self::Half, Self::Nameless];

    /// What a person calls it.
    pub(super) const fn spoken(self) -> &'static str {
        match self {
            Self::Mute => "said nothing",
            Self::Half => "said half a request",
            Self::Nameless => "a socket that does not say whose it is",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Mute => "",
            Self::Half => "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
            Self::Nameless => {
                "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            }
        }
    }
}

/// Connections from one source address; it has some 28,000 ports.
const PER_ADDRESS: usize = 5_000;
/// They come this long after one another at first, or the queue of the listener would be all that is tried.
const STAGGER: Duration = Duration::from_micros(200);
/// Before one comes again.
const REST: Duration = Duration::from_secs(1);

/// What became of them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    tried: AtomicUsize,
    held: AtomicUsize,
    most_held: AtomicUsize,
    closed: [AtomicUsize; 3],
    refused: AtomicUsize,
    failed: AtomicUsize,
}

impl Tally {
    /// How many have tried at least once.
    pub(super) fn tried(&self) -> usize {
        self.tried.load(Ordering::SeqCst)
    }

    /// How many are connected.
    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    /// How many were connected at once, at the most.
    pub(super) fn most_held(&self) -> usize {
        self.most_held.load(Ordering::SeqCst)
    }

    /// How often the server closed one of a kind.
    pub(super) fn closed(&self, kind: Kind) -> usize {
        let counts = Kind::ALL.iter().zip(&self.closed);
        counts.filter(|(one, _)| **one == kind).map(|(_, count)| count.load(Ordering::SeqCst)).sum()
    }

    /// How many upgrades were refused.
    pub(super) fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// How often one could not even connect.
    pub(super) fn failed(&self) -> usize {
        self.failed.load(Ordering::SeqCst)
    }

    fn came(&self) {
        let held = self.held.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_held.fetch_max(held, Ordering::SeqCst);
    }

    fn went(&self, kind: Kind) {
        self.held.fetch_sub(1, Ordering::SeqCst);
        let mut counts = Kind::ALL.iter().zip(&self.closed);
        if let Some((_, count)) = counts.find(|(one, _)| **one == kind) {
            count.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// All of them. They go when this is dropped.
pub(super) struct Crowd {
    tally: Arc<Tally>,
    _tasks: JoinSet<()>,
}

impl Crowd {
    /// Begins to connect, a third of each kind.
    pub(super) fn gather(address: &str, count: usize) -> Outcome<Self> {
        let target: SocketAddr = address.parse().doing("read the server's address")?;
        let (tally, mut tasks) = (Arc::<Tally>::default(), JoinSet::new());
        for (index, kind) in (0..count).zip(Kind::ALL.into_iter().cycle()) {
            let tally = Arc::clone(&tally);
            let delay = STAGGER * u32::try_from(index).unwrap_or(u32::MAX);
            tasks.spawn(async move {
                tokio::time::sleep(delay).await;
                let mut first = Some(());
                loop {
                    let connected = connect(target, source(index)).await;
                    tally.tried.fetch_add(usize::from(first.take().is_some()), Ordering::SeqCst);
                    match connected {
                        Ok(stream) => sit(stream, kind, &tally).await,
                        Err(_) => drop(tally.failed.fetch_add(1, Ordering::SeqCst)),
                    }
                    tokio::time::sleep(REST).await;
                }
            });
        }
        Ok(Self { tally, _tasks: tasks })
    }

    /// What became of them so far.
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }
}

async fn connect(target: SocketAddr, from: Ipv4Addr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    socket.connect(target).await
}

/// Not the address that the honest come from.
fn source(index: usize) -> Ipv4Addr {
    let host = 2 + u8::try_from(index / PER_ADDRESS).unwrap_or(u8::MAX - 2);
    Ipv4Addr::new(127, 0, 0, host)
}

/// One connection, until the server ends it.
async fn sit(mut stream: TcpStream, kind: Kind, tally: &Tally) {
    tally.came();
    let mut said = [0; 512];
    // An end without goodbye is an end too.
    let mut heard = match stream.write_all(kind.words().as_bytes()).await {
        Ok(()) => stream.read(&mut said).await.unwrap_or(0),
        Err(_) => 0,
    };
    if said.get(..heard).is_some_and(|said| said.starts_with(b"HTTP/1.1 429")) {
        tally.refused.fetch_add(1, Ordering::SeqCst);
    }
    while heard > 0 {
        heard = stream.read(&mut said).await.unwrap_or(0);
    }
    tally.went(kind);
}
