//! Floors: programs that do nothing but what the system makes everybody do. They run as processes of their own, so that
//! their processor time is theirs alone.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::clocks::{micros_each, per_second};
use super::line::source;
use crate::client::socket::Socket;
use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::scratch::Scratch;
use crate::{procfs, runtime, terminal};

/// Writes the same frame to every connection in turn, one `write` for each. It is told how many connections come, and then
/// for each turn the text of the frame.
pub(super) fn write() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").doing("listen")?;
    terminal::line(&listener.local_addr().doing("listen")?.to_string());
    let mut told = std::io::stdin().lines();
    let mut hear = || told.next().transpose().doing("hear what to do");
    let mut streams: Vec<TcpStream> = Vec::new();
    for _ in 0..hear()?.and_then(|line| line.parse().ok()).unwrap_or(0) {
        let (stream, _) = listener.accept().doing("accept")?;
        stream.set_nodelay(true).doing("switch Nagle's algorithm off")?;
        streams.push(stream);
    }
    terminal::line("ready");
    while let Some(text) = hear()? {
        let frame = frame(&text);
        for stream in &mut streams {
            stream.write_all(&frame).doing("write")?;
        }
    }
    Ok(())
}

/// A text frame as a server writes it, RFC 6455 section 5.2.
fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match (u8::try_from(text.len()), u16::try_from(text.len())) {
        (Ok(short @ ..126), _) => frame.push(short),
        (_, Ok(length)) => {
            frame.push(126);
            frame.extend(length.to_be_bytes());
        }
        (_, Err(_)) => {
            frame.push(127);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    frame.extend(text.as_bytes());
    frame
}

/// Accepts sockets, shakes hands and does nothing more.
pub(super) fn accept() -> Outcome {
    runtime::block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.doing("listen")?;
        terminal::line(&listener.local_addr().doing("listen")?.to_string());
        loop {
            let (stream, _) = listener.accept().await.doing("accept")?;
            tokio::spawn(async move {
                if let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await {
                    while socket.next().await.is_some_and(|frame| frame.is_ok()) {}
                }
            });
        }
    })
}

/// One of them while it runs.
#[derive(Debug)]
pub(super) struct Floor {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    scratch: Arc<Scratch>,
    /// Where it listens.
    pub(super) address: String,
}

impl Floor {
    /// Starts this program again as a floor.
    pub(super) async fn start(chore: &str, scratch: &Arc<Scratch>) -> Outcome<Self> {
        let own = std::env::current_exe().doing("find this program")?;
        // A soft limit of open files may be far below what the machine allows.
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n \"$(ulimit -Hn)\" 2> /dev/null; exec \"$0\" bench \"$1\""]).arg(own).arg(chore);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().doing("start a floor")?;
        if let Some(pid) = child.id() {
            scratch.remember("floor", pid)?;
        }
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::new("a floor cannot be spoken to"));
        };
        let mut output = BufReader::new(output).lines();
        let address = heard(&mut output).await?;
        Ok(Self { child, input, output, scratch: Arc::clone(scratch), address })
    }

    /// Its process id.
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Tells it something.
    pub(super) async fn tell(&mut self, line: &str) -> Outcome {
        self.input.write_all(format!("{line}\n").as_bytes()).await.doing("tell a floor what to do")
    }

    /// Hears its next line.
    pub(super) async fn hear(&mut self) -> Outcome<String> {
        heard(&mut self.output).await
    }

    /// Tells it something, and hears what it says to that.
    pub(super) async fn ask(&mut self, line: &str) -> Outcome<String> {
        self.tell(line).await?;
        self.hear().await
    }

    /// Ends it.
    pub(super) async fn end(mut self) {
        // It fails only if the process has ended already.
        let _ = self.child.kill().await;
        self.scratch.forget("floor");
    }
}

async fn heard(output: &mut Lines<BufReader<ChildStdout>>) -> Outcome<String> {
    output.next_line().await.doing("hear from a floor")?.ok_or_else(|| Failure::new("a floor ended early"))
}

/// What sockets cost that are accepted, upgraded and nothing else.
#[derive(Debug, Clone, Copy)]
pub(super) struct Upgrades {
    pub(super) per_second: f64,
    /// Processor time of each, in microseconds.
    pub(super) micros: f64,
}

/// Opens so many of them.
pub(super) async fn bare_upgrades(
    first: usize,
    clients: usize,
    at_once: usize,
    scratch: &Arc<Scratch>,
) -> Outcome<Upgrades> {
    let floor = Floor::start("floor-acceptor", scratch).await?;
    let gate = Arc::new(Semaphore::new(at_once));
    let (begun, mut coming) = (Instant::now(), JoinSet::new());
    for index in first..first + clients {
        let (gate, address) = (Arc::clone(&gate), floor.address.clone());
        coming.spawn(async move {
            let _place = gate.acquire().await.doing("wait for a place")?;
            Socket::open_foreign(&address, "/", source(index)).await
        });
    }
    let mut open = Vec::new();
    while let Some(socket) = coming.join_next().await {
        open.push(socket.doing("wait for a socket")??);
    }
    let per_second = per_second(open.len() as u64, begun.elapsed());
    let used = floor.pid().and_then(procfs::cpu_time).unwrap_or_default();
    let micros = micros_each(used, open.len() as u64);
    drop(open);
    floor.end().await;
    Ok(Upgrades { per_second, micros })
}
