//! A peer: a small chat server written with other tools, started and stopped. Their programs are in `xtask/peers`.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::process::Child;

use super::line::{Dialect, Door};
use super::packages;
use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::free_port;
use crate::fixture::scratch::Scratch;
use crate::terminal;

/// Longer than any of them takes to start.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    FastApi,
    Ws,
    SocketIo,
    Centrifuge,
}

/// All of them.
pub(super) const PEERS: [Peer; 4] = [Peer::FastApi, Peer::Ws, Peer::SocketIo, Peer::Centrifuge];

impl Peer {
    /// What it is called in JSON.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::FastApi => "fastapi",
            Self::Ws => "ws",
            Self::SocketIo => "socketio",
            Self::Centrifuge => "centrifuge",
        }
    }

    /// What a person calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FastApi => "FastAPI, uvicorn, asyncpg",
            Self::Ws => "Node ws, pg",
            Self::SocketIo => "Socket.IO, pg",
            Self::Centrifuge => "Centrifuge, pgx",
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Self::FastApi | Self::Ws => Dialect::Plain,
            Self::SocketIo => Dialect::SocketIo,
            Self::Centrifuge => Dialect::Centrifuge,
        }
    }

    fn command(self) -> Command {
        let peers = packages::manifests();
        match self {
            Self::FastApi => {
                let mut python = Command::new(packages::python());
                python.args(["-m", "uvicorn", "fastapi_chat:app", "--log-level", "warning", "--backlog", "4096"]);
                python.arg("--app-dir").arg(peers).env("PYTHONDONTWRITEBYTECODE", "1");
                python
            }
            Self::Ws | Self::SocketIo => {
                let file = if self == Self::Ws { "ws_chat.cjs" } else { "socketio_chat.cjs" };
                let mut node = Command::new("node");
                node.arg(peers.join(file)).env("NODE_PATH", packages::node_modules());
                node.env("NODE_ENV", "production");
                node
            }
            Self::Centrifuge => Command::new(packages::go_program()),
        }
    }
}

/// Installs what the peers need. Those whose tools are missing are left out, loudly.
pub(super) fn install() -> Vec<Peer> {
    let (python, node, go) = (packages::install_python(), packages::install_node(), packages::install_go());
    let mut peers = PEERS.to_vec();
    for (tools, outcome) in [(&PEERS[..1], python), (&PEERS[1..3], node), (&PEERS[3..], go)] {
        if let Err(failure) = outcome {
            let names: Vec<_> = tools.iter().map(|peer| peer.name()).collect();
            terminal::alarm(&format!("LEFT OUT: {}: {failure}", names.join("; ")));
            peers.retain(|peer| !tools.contains(peer));
        }
    }
    peers
}

/// One of them while it runs.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    scratch: Arc<Scratch>,
    /// Where clients come in.
    pub(super) door: Door,
}

impl Running {
    /// Starts a peer on a database and waits until it accepts connections.
    pub(super) async fn start(peer: Peer, url: &str, scratch: &Arc<Scratch>) -> Outcome<Self> {
        let port = free_port()?;
        let mut command = peer.command();
        if peer == Peer::FastApi {
            command.args(["--port", &port.to_string()]);
        }
        command.env("DATABASE_URL", url).env("PORT", port.to_string()).stdin(Stdio::null()).stdout(Stdio::null());
        let mut command = tokio::process::Command::from(command);
        let child = command.kill_on_drop(true).spawn().doing("start a peer")?;
        if let Some(pid) = child.id() {
            scratch.remember("peer", pid)?;
        }
        let door = Door { address: format!("127.0.0.1:{port}"), dialect: peer.dialect() };
        let running = Self { child, scratch: Arc::clone(scratch), door };
        let begun = Instant::now();
        while TcpStream::connect(&running.door.address).await.is_err() {
            if begun.elapsed() > READY_WITHIN {
                return Err(Failure::new(format!("{} does not start", peer.name())));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(running)
    }

    /// Its process id.
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it.
    pub(super) async fn end(mut self) {
        // It fails only if the process has ended already.
        let _ = self.child.kill().await;
        self.scratch.forget("peer");
    }
}
