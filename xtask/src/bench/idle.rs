//! `bench idle`: how much memory of its own the server needs for a connection that is authenticated and silent.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::bare::BareListener;
use super::crowd;
use super::effort::Setting;
use super::report::Figures;
use crate::client::rest::{Account, Rest};
use crate::client::socket::{Refusal, Socket};
use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::scratch::Scratch;
use crate::server::Server;
use crate::{procfs, runtime, terminal};

/// What a person can say to `cargo xtask bench idle`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How many connections. Each takes a file of the server and one of this program.
    #[arg(long, default_value_t = 5_000)]
    connections: usize,
    /// How many users they belong to.
    #[arg(long, default_value_t = 5_000)]
    users: usize,
    /// In how many direct conversations every user is.
    #[arg(long, default_value_t = 5)]
    conversations: usize,
    /// For how many seconds nothing happens before the memory is read. A connection is idle only after the server has pinged
    /// it at least once, which takes it up to 25 s.
    #[arg(long, default_value_t = 40)]
    quiet_seconds: u64,
    #[command(flatten)]
    setting: Setting,
}

/// Thousands of users are registered, and what their passwords cost is nothing that is measured here.
const CHEAP_PASSWORDS: [(&str, &str); 2] = [("CHAT_PASSWORD_MEMORY_KIB", "8"), ("CHAT_PASSWORD_PASSES", "1")];
/// So few come and go at a time before anything is measured that they leave no room behind for those who are.
const FEW: usize = 100;
/// How often everybody comes and goes at the most.
const ROUNDS: usize = 12;
const AT_ONCE: usize = 32;
/// Connections from one source address; it has some 28,000 ports.
const PER_ADDRESS: usize = 5_000;

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let binary = options.setting.binary.path(true)?;
    runtime::block_on(measure(options, binary))
}

async fn measure(options: &Options, binary: PathBuf) -> Outcome {
    let scratch = Arc::new(Scratch::new()?);
    let url = format!("sqlite://{}", scratch.path().join("chat.db").display());
    let mut server = Server::new(&binary, url, &scratch, scratch.path().join("server.log"))?;
    for (variable, value) in CHEAP_PASSWORDS {
        server.set(variable, value);
    }
    server.start().await?;
    let crowd = assemble(options, &Rest::new(&server.address())?).await?;
    // Hashing passwords leaves memory behind that belongs to no connection, so the measured process is a fresh one.
    server.stop().await?;
    server.start().await?;
    let pid = server.pid().ok_or_else(|| Failure::new("the server does not run"))?;
    let address = server.address();

    warm_up(pid, &address, &crowd, options.connections).await?;
    let begin = settle(pid, Duration::from_secs(5)).await?;
    let (half, quiet) = (options.connections / 2, Duration::from_secs(options.quiet_seconds));
    terminal::line(&format!("opening {} connections ...", options.connections));
    let first = open(&address, &crowd, 0, half).await?;
    let middle = settle(pid, quiet).await?;
    let second = open(&address, &crowd, half, options.connections - half).await?;
    let end = settle(pid, quiet).await?;
    let alive = first.alive() + second.alive();
    if alive != options.connections {
        return Err(Failure::new(format!("only {alive} of {} connections lived on", options.connections)));
    }
    drop((first, second));
    server.stop().await?;
    let bare = bare(options.connections, &scratch).await?;
    report(options, begin, middle, end, bare);
    Ok(())
}

async fn assemble(options: &Options, rest: &Rest) -> Outcome<Vec<Account>> {
    let crowd = crowd::register(rest, options.users).await?;
    // Everybody in a ring talks to their next neighbours, which makes two conversations for each step.
    let users = options.users;
    let pairs: Vec<(usize, usize)> = (1..=options.conversations.div_ceil(2))
        .flat_map(|step| (0..users).map(move |user| (user, (user + step) % users)))
        .collect();
    let wanted = users * options.conversations / 2;
    crowd::introduce(rest, &crowd, pairs.get(..wanted).unwrap_or(&pairs)).await?;
    Ok(crowd)
}

/// Everybody comes and goes until that changes nothing any more: pools exist, and the database has all the pages in memory
/// that it may keep there.
async fn warm_up(pid: u32, address: &str, crowd: &[Account], connections: usize) -> Outcome {
    let mut before = 0;
    for round in 1..=ROUNDS {
        for from in (0..connections).step_by(FEW) {
            drop(open(address, crowd, from, FEW.min(connections - from)).await?);
        }
        let after = settle(pid, Duration::from_secs(1)).await?;
        terminal::line(&format!("{after} bytes after round {round} of the warm-up"));
        if after <= before + before / 200 {
            break;
        }
        before = after;
    }
    Ok(())
}

/// Sockets that are kept open and answer pings.
struct Opened {
    alive: Arc<AtomicUsize>,
    // Dropping it ends the tasks, and with them the sockets.
    _tasks: JoinSet<()>,
}

impl Opened {
    fn alive(&self) -> usize {
        self.alive.load(Ordering::SeqCst)
    }
}

async fn open(address: &str, crowd: &[Account], from: usize, count: usize) -> Outcome<Opened> {
    let sockets = (from..from + count).map(|index| async move {
        let account = crowd.get(index % crowd.len().max(1)).ok_or_else(|| Failure::new("there are no users"))?;
        let opened = Socket::open(address, &account.token, source(index)).await;
        let mut socket = opened.map_err(|refusal| match refusal {
            Refusal::Token => Failure::new("a token was refused"),
            Refusal::Other(failure) => failure,
        })?;
        // It is authenticated and subscribed when it says that it is ready.
        socket.next().await?;
        Outcome::Ok(socket)
    });
    let sockets: Vec<Socket> = stream::iter(sockets).buffer_unordered(AT_ONCE).try_collect().await?;
    let alive = Arc::new(AtomicUsize::new(sockets.len()));
    let mut tasks = JoinSet::new();
    for mut socket in sockets {
        let alive = Arc::clone(&alive);
        tasks.spawn(async move {
            while socket.next().await.is_ok() {}
            alive.fetch_sub(1, Ordering::SeqCst);
        });
    }
    Ok(Opened { alive, _tasks: tasks })
}

fn source(index: usize) -> Ipv4Addr {
    let host = 1 + u8::try_from(index / PER_ADDRESS).unwrap_or(u8::MAX - 1);
    Ipv4Addr::new(127, 0, 0, host)
}

/// The memory of a process after it has been quiet for a while and has stopped changing.
async fn settle(pid: u32, quiet: Duration) -> Outcome<u64> {
    tokio::time::sleep(quiet).await;
    let begun = Instant::now();
    let mut samples: Vec<u64> = Vec::new();
    loop {
        let memory =
            procfs::anonymous_memory(pid).ok_or_else(|| Failure::new("the kernel does not tell the memory"))?;
        samples.push(memory);
        let last = samples.get(samples.len().saturating_sub(6)..).unwrap_or_default();
        let (least, most) = (last.iter().min().copied().unwrap_or(0), last.iter().max().copied().unwrap_or(0));
        if (last.len() == 6 && most - least <= most / 200) || begun.elapsed() > Duration::from_secs(30) {
            return Ok(memory);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Bytes per connection of the yardstick.
async fn bare(connections: usize, scratch: &Arc<Scratch>) -> Outcome<f64> {
    let listener = BareListener::start(scratch).await?;
    let pid = listener.pid().ok_or_else(|| Failure::new("the bare listener does not run"))?;
    let begin = settle(pid, Duration::from_secs(1)).await?;
    let target: SocketAddr = listener.address.parse().doing("read the bare listener's address")?;
    let mut streams: Vec<TcpStream> = Vec::new();
    for index in 0..connections {
        let socket = TcpSocket::new_v4().doing("make a socket")?;
        socket.bind(SocketAddr::from((source(index), 0))).doing("bind a socket")?;
        streams.push(socket.connect(target).await.doing("connect to the bare listener")?);
    }
    let end = settle(pid, Duration::from_secs(2)).await?;
    listener.end().await;
    Ok(per(end, begin, connections))
}

#[expect(clippy::cast_precision_loss, reason = "memory of one machine is far below 2^52 bytes")]
fn per(end: u64, begin: u64, connections: usize) -> f64 {
    (end as f64 - begin as f64) / connections.max(1) as f64
}

fn report(options: &Options, begin: u64, middle: u64, end: u64, bare: f64) {
    let half = options.connections / 2;
    let each = per(end, begin, options.connections);
    let mut figures = Figures::new("idle");
    figures.add("connections", "connections", options.connections);
    figures.add("users", "users that they belong to", options.users);
    figures.add("conversations", "conversations of each user", options.conversations);
    figures.add("begin_bytes", "server before (RssAnon, bytes)", begin);
    figures.add("end_bytes", "server with all of them", end);
    figures.add_rounded("bytes_per_connection", "bytes per connection", each, 0);
    let second = per(end, middle, options.connections - half);
    figures.add_rounded("bytes_per_connection_second_half", "bytes per connection of the second half", second, 0);
    figures.add_rounded("bare_bytes_per_connection", "bytes per connection of a bare task", bare, 0);
    figures.add_rounded("ratio", "ours / bare", each / bare, 2);
    figures.print(&options.setting.pictures());
}
