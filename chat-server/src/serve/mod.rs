//! Serving: a listener whose places are never all taken by the silent, and an orderly end.

mod connection;
mod quiet;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::connection::{Patience, drive};
use self::quiet::{Attendance, Quiet};
use crate::app::App;
use crate::config::Config;

pub(crate) use self::connection::Place;

/// How long to wait before trying again what failed for want of something.
const BACK_OFF: Duration = Duration::from_millis(50);

/// How many quiet connections go when the system has no file left: one would be used up at once by the next stranger.
const EVICTED_AT_ONCE: usize = 16;

/// How a listener is served.
#[derive(Debug, Clone, Copy)]
pub struct ServeSettings {
    patience: Patience,
    max_connections: usize,
    grace: Duration,
}

impl ServeSettings {
    /// The settings of a configuration, on a system that lets this process open so many files; none if it does not say.
    #[must_use]
    pub fn new(config: &Config, open_files: Option<u64>) -> Self {
        let wanted = match config.max_connections {
            0 => open_files.map_or(u64::MAX, |files| files.saturating_sub(RESERVED_FILES).max(RESERVED_FILES)),
            wanted => wanted,
        };
        let max_connections = usize::try_from(wanted).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let patience = Patience {
            first_request: Duration::from_secs(config.header_timeout_seconds.get()),
            keep_alive: Duration::from_secs(config.keep_alive_seconds.get()),
            max_header_bytes: config.max_header_bytes.get(),
        };
        Self { patience, max_connections, grace: Duration::from_secs(config.shutdown_grace_seconds) }
    }
}

/// Files that are not for connections: the database's, the log's, the listener's.
const RESERVED_FILES: u64 = 64;

/// Serves an app until `shutdown` completes; then stops accepting, lets requests and sockets finish within the grace time,
/// and closes the store.
pub async fn serve(listener: TcpListener, app: App, settings: ServeSettings, shutdown: impl Future<Output = ()>) {
    let house = House {
        listener,
        quiet: Arc::new(Quiet::default()),
        places: Arc::new(Semaphore::new(settings.max_connections)),
        connections: TaskTracker::new(),
        stop: CancellationToken::new(),
    };
    let router = app.router();
    tokio::select! {
        () = shutdown => {}
        () = house.welcome(&router, settings.patience) => {}
    }
    let House { listener, connections, stop, .. } = house;
    drop(listener);
    stop.cancel();
    connections.close();

    app.shut_down_after(connections.wait(), settings.grace).await;
}

/// A listener and its guests.
struct House {
    listener: TcpListener,
    quiet: Arc<Quiet>,
    places: Arc<Semaphore>,
    connections: TaskTracker,
    stop: CancellationToken,
}

impl House {
    async fn welcome(&self, router: &axum::Router, patience: Patience) {
        loop {
            let (stream, peer) = self.accept().await;
            let Some(permit) = self.place().await else { return };
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection was gone before it was served");
                continue;
            }
            let attendance = Attendance::new(Arc::clone(&self.quiet));
            let (place, stop) = (Place::new(permit), self.stop.clone());
            self.connections.spawn(drive(stream, peer, place, attendance, router.clone(), patience, stop));
        }
    }

    /// A free place, made free if need be.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
                return Some(permit);
            }
            self.quiet.evict_one();
            tokio::select! {
                permit = Arc::clone(&self.places).acquire_owned() => return permit.ok(),
                () = sleep(BACK_OFF) => {}
            }
        }
    }

    /// The next connection. Whatever goes wrong with one does not keep the next from being accepted.
    async fn accept(&self) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(accepted) => return accepted,
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    let evicted = (0..EVICTED_AT_ONCE).take_while(|_| self.quiet.evict_one()).count();
                    tracing::warn!(%error, evicted, "no connection can be accepted at the moment");
                    sleep(BACK_OFF).await;
                }
            }
        }
    }
}

/// Whether the connection that was to be accepted is the one that failed, not this process.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(max_connections: u64, open_files: Option<u64>) -> usize {
        ServeSettings::new(&Config { max_connections, ..Config::default() }, open_files).max_connections
    }

    #[test]
    fn the_system_decides_how_many_connections_there_are_unless_the_configuration_does() {
        assert_eq!(places(0, Some(1_024)), 960);
        assert_eq!(places(0, None), Semaphore::MAX_PERMITS);
        assert_eq!(places(10, Some(1_024)), 10);
        assert_eq!(places(0, Some(16)), 64, "few is better than none");
    }
}
