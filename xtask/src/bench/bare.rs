//! The yardstick for memory: a listener whose connections are nothing but a task that waits until it could read.

use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::scratch::Scratch;
use crate::{runtime, terminal};

/// Listens until it is killed; prints its address first.
pub(super) fn listen() -> Outcome {
    runtime::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.doing("listen")?;
        terminal::line(&listener.local_addr().doing("listen")?.to_string());
        loop {
            let (stream, _) = listener.accept().await.doing("accept")?;
            tokio::spawn(wait(stream));
        }
    })
}

async fn wait(stream: TcpStream) {
    let mut buffer = [0; 64];
    // A wake-up may be for nothing; zero bytes are the end.
    while stream.readable().await.is_ok() && stream.try_read(&mut buffer).unwrap_or(1) > 0 {}
}

/// Such a listener as a process of its own.
#[derive(Debug)]
pub(super) struct BareListener {
    child: Child,
    scratch: Arc<Scratch>,
    /// Where it listens.
    pub(super) address: String,
}

impl BareListener {
    /// Starts this program again as the yardstick.
    pub(super) async fn start(scratch: &Arc<Scratch>) -> Outcome<Self> {
        let own = std::env::current_exe().doing("find this program")?;
        let mut command = Command::new(own);
        command.args(["bench", "bare-listener"]).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().doing("start the bare listener")?;
        if let Some(pid) = child.id() {
            scratch.remember("bare-listener", pid)?;
        }
        let output = child.stdout.take().ok_or_else(|| Failure::new("the bare listener has no output"))?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address).await.doing("hear from the bare listener")?;
        Ok(Self { child, scratch: Arc::clone(scratch), address: address.trim().to_owned() })
    }

    /// Its process id.
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it.
    pub(super) async fn end(mut self) {
        // It fails only if the process has ended already.
        let _ = self.child.kill().await;
        self.scratch.forget("bare-listener");
    }
}
