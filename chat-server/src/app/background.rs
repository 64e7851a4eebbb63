//! What goes on without anybody asking: the gateway keeps itself going, and what has expired is forgotten.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chat_core::ports::{Clock, SessionStore, Stores};
use chat_transport::Gateway;
use futures_util::FutureExt as _;
use tokio::task::AbortHandle;

/// How often expired sessions and tickets are forgotten.
const PURGE_EVERY: Duration = Duration::from_secs(3_600);

/// How long work that panicked rests before it begins again.
const REST: Duration = Duration::from_secs(1);

/// The work in the background. It stops when this is dropped.
#[derive(Debug)]
pub(super) struct Background(Vec<AbortHandle>);

impl Background {
    pub(super) fn start(gateway: &Arc<Gateway>, stores: &Stores, clock: &Arc<dyn Clock>) -> Self {
        let (gateway, sessions, clock) = (Arc::clone(gateway), Arc::clone(&stores.sessions), Arc::clone(clock));
        let maintain = move || {
            let gateway = Arc::clone(&gateway);
            async move { gateway.maintain().await }
        };
        let purge = move || purge(Arc::clone(&sessions), Arc::clone(&clock));
        Self(vec![
            tokio::spawn(for_ever("the gateway", maintain)).abort_handle(),
            tokio::spawn(for_ever("the purge", purge)).abort_handle(),
        ])
    }

    pub(super) fn stop(&self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Begins work again whenever it ends, even by a panic: without heartbeats the sockets would rot unnoticed.
async fn for_ever<F: Future<Output = ()>>(name: &'static str, work: impl Fn() -> F) {
    loop {
        let ended = AssertUnwindSafe(work()).catch_unwind().await;
        tracing::error!(name, panicked = ended.is_err(), "work in the background ended and begins again");
        tokio::time::sleep(REST).await;
    }
}

async fn purge(sessions: Arc<dyn SessionStore>, clock: Arc<dyn Clock>) {
    loop {
        match sessions.purge(clock.now()).await {
            Ok(forgotten) => tracing::debug!(forgotten, "expired sessions and tickets were forgotten"),
            Err(error) => tracing::warn!(%error, "expired sessions and tickets could not be forgotten"),
        }
        tokio::time::sleep(PURGE_EVERY).await;
    }
}
