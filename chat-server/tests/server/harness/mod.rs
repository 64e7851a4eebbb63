//! A server for a story: in this process, on a free port, over an SQLite database in a directory that goes with it.

pub mod frames;
pub mod person;
pub mod process;
pub mod raw;
pub mod schema;
pub mod socket;

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::Path;
use std::time::Duration;

use chat_server::serve::{ServeSettings, serve};
use chat_server::{App, Config};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long anything may take that has to happen. It is only waited for in full when it does not happen.
pub const LONG: Duration = Duration::from_secs(30);

/// A running server. Dropping it stops it and removes its directory.
pub struct TestServer {
    address: SocketAddr,
    // Removed when this is dropped.
    _directory: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    stopped: JoinHandle<()>,
}

impl TestServer {
    /// A server as tests like it: no rate limits, and passwords that cost nothing.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with some settings changed.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut config = quick(directory.path());
        change(&mut config);
        let app = App::build(&config).await.unwrap();
        Self::serve(app, &config, directory).await
    }

    /// An app that the test has put together, over stores in memory.
    pub async fn of(assemble: impl FnOnce(&Config) -> App) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = quick(directory.path());
        Self::serve(assemble(&config), &config, directory).await
    }

    async fn serve(app: App, config: &Config, directory: tempfile::TempDir) -> Self {
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, told) = oneshot::channel::<()>();
        let settings = ServeSettings::new(config, Some(10_000));
        let stopped = tokio::spawn(serve(listener, app, settings, async {
            let _ = told.await;
        }));
        Self { address, _directory: directory, stop: Some(stop), stopped }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The beginning of every address of REST and of the page.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops it in order, and waits until it has.
    pub async fn stop(mut self) {
        self.stop.take();
        tokio::time::timeout(LONG, self.stopped).await.expect("stops in time").unwrap();
    }
}

/// A configuration for tests.
pub fn quick(directory: &Path) -> Config {
    Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        data_dir: directory.to_owned(),
        rate_limits: false,
        password_memory_kib: NonZeroU32::new(8).unwrap(),
        password_passes: NonZeroU32::new(1).unwrap(),
        offline_grace_seconds: 0,
        // Where the machine is busy, a client may keep a connection for long before it first uses it.
        header_timeout_seconds: NonZeroU64::new(60).unwrap(),
        ..Config::default()
    }
}
