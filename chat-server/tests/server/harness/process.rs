//! The program itself, as an operator runs it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::LONG;

/// The program with a data directory and without anybody's environment.
pub fn program(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.env_clear();
    set_up(&mut command, directory);
    command
}

/// The same through a shell that prepares something first.
pub fn program_after(preparation: &str, directory: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{preparation} && exec {}", env!("CARGO_BIN_EXE_chat-server")));
    set_up(&mut command, directory);
    command
}

fn set_up(command: &mut Command, directory: &Path) {
    command.env("CHAT_DATA_DIR", directory).env("CHAT_LISTEN", "127.0.0.1:0").env("CHAT_RATE_LIMITS", "off");
    command.env("CHAT_PASSWORD_MEMORY_KIB", "8").env("CHAT_PASSWORD_PASSES", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
}

/// A running program.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// What it printed until it was ready.
    pub greeting: String,
    log: JoinHandle<String>,
    // Held open, so that the program can go on printing.
    _stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Runs a command until the program listens.
    pub async fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stderr = child.stderr.take();
        let log = tokio::spawn(async move {
            let mut log = Vec::new();
            if let Some(mut stderr) = stderr {
                let _ = stderr.read_to_end(&mut log).await;
            }
            String::from_utf8_lossy(&log).into_owned()
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.contains("data ") {
            let read = tokio::time::timeout(LONG, stdout.read_line(&mut greeting)).await.expect("a start in time");
            assert_ne!(read.unwrap(), 0, "ended instead of starting: {greeting}");
        }
        let first = greeting.lines().next().unwrap();
        let address = first.strip_prefix("chat-server listening on http://").unwrap().parse().unwrap();
        Self { child, address, greeting, log, _stdout: stdout }
    }

    /// The beginning of every address of REST.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let pid = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits for the end, and gives back how it ended and everything that was logged.
    pub async fn end(mut self) -> (ExitStatus, String) {
        let status = tokio::time::timeout(LONG, self.child.wait()).await.expect("an end in time").unwrap();
        (status, self.log.await.unwrap())
    }
}

/// Runs a command to its end: whether it succeeded, and what it printed to standard output and to standard error.
pub async fn run(mut command: Command) -> (bool, String, String) {
    let output = tokio::time::timeout(LONG, command.output()).await.expect("an end in time").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}
