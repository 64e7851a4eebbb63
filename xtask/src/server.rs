//! The server under test: the real binary as a process of its own, started, killed and started again.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::scratch::Scratch;
use crate::fixture::{free_port, process};

/// How long a start may take before it counts as failed. Only a hang is that long.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A server that may be running or not.
#[derive(Debug)]
pub(crate) struct Server {
    binary: PathBuf,
    database_url: String,
    port: u16,
    scratch: Arc<Scratch>,
    log: PathBuf,
    settings: Vec<(&'static str, String)>,
    http: reqwest::Client,
    child: Option<Child>,
}

impl Server {
    /// A server that is not running yet. Its log is appended to `log`.
    pub(crate) fn new(binary: &Path, database_url: String, scratch: &Arc<Scratch>, log: PathBuf) -> Outcome<Self> {
        let http =
            reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build().doing("make a client")?;
        let (binary, scratch) = (binary.to_path_buf(), Arc::clone(scratch));
        Ok(Self { binary, database_url, port: free_port()?, scratch, log, settings: Vec::new(), http, child: None })
    }

    /// Sets a variable of its environment.
    pub(crate) fn set(&mut self, variable: &'static str, value: &str) {
        self.settings.push((variable, value.to_owned()));
    }

    /// Where it listens, as `host:port`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its process id while it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// Starts it and returns when it says that it is ready.
    pub(crate) async fn start(&mut self) -> Outcome {
        let log = || -> Outcome<File> {
            OpenOptions::new().create(true).append(true).open(&self.log).doing("open the server's log")
        };
        // A soft limit of open files may be far below what the machine allows.
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n \"$(ulimit -Hn)\" 2> /dev/null; exec \"$0\""]).arg(&self.binary);
        command.env("DATABASE_URL", &self.database_url).env("CHAT_LISTEN", self.address());
        command.env("CHAT_DATA_DIR", self.scratch.path().join("server")).env("CHAT_RATE_LIMITS", "off");
        // The surroundings of whoever runs this must not change what is tested.
        for variable in ["CHAT_BUS_URL", "REDIS_URL", "JWT_SECRET", "RUST_LOG"] {
            command.env_remove(variable);
        }
        command.envs(self.settings.iter().map(|(variable, value)| (variable, value)));
        command.current_dir(self.scratch.path()).stdin(Stdio::null()).stdout(log()?).stderr(log()?).kill_on_drop(true);
        let child = command.spawn().doing("start the server")?;
        if let Some(pid) = child.id() {
            self.scratch.remember(&self.note(), pid)?;
        }
        self.child = Some(child);
        self.until_ready().await
    }

    async fn until_ready(&mut self) -> Outcome {
        let begun = Instant::now();
        let url = format!("http://{}/readyz", self.address());
        while begun.elapsed() < READY_WITHIN {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                self.child = None;
                return Err(Failure::new(format!("the server ended at once ({status}):\n{}", self.log_tail())));
            }
            if self.http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err(Failure::new(format!("the server is not ready after {READY_WITHIN:?}:\n{}", self.log_tail())))
    }

    /// Whether it ended although nobody ended it.
    pub(crate) fn has_died(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().ok().flatten().is_some())
    }

    /// `kill -9`: it gets no chance to finish anything.
    pub(crate) async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It fails only if the process has ended already.
            let _ = child.kill().await;
        }
        self.scratch.forget(&self.note());
    }

    /// Asks it to end and waits until it has.
    pub(crate) async fn stop(&mut self) -> Outcome {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        if let Some(pid) = child.id() {
            process::signal(pid, "TERM")?;
        }
        let ended = tokio::time::timeout(READY_WITHIN, child.wait()).await;
        self.scratch.forget(&self.note());
        match ended {
            Ok(status) => status.doing("wait for the server").map(|_| ()),
            Err(_) => Err(Failure::new(format!("the server does not end when asked to:\n{}", self.log_tail()))),
        }
    }

    /// Under which name its process is remembered: several may run at once.
    fn note(&self) -> String {
        format!("server-{}", self.port)
    }

    /// The end of its log.
    pub(crate) fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(20)).copied().collect::<Vec<_>>().join("\n")
    }
}
