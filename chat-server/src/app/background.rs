//! What goes on without anybody asking: the gateway keeps itself going, and what has ended or expired is noticed.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chat_core::Chat;
use chat_core::accounts::Accounts;
use chat_core::ports::{Clock, SessionStore, Stores};
use chat_transport::Gateway;
use futures_util::FutureExt as _;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::state::AppState;

/// How often expired sessions and tickets are forgotten.
const PURGE_EVERY: Duration = Duration::from_secs(3_600);

/// How often it is looked whether the sessions of open sockets go on.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// How often it is looked, besides whenever an account is deleted here, whether another node left something to do.
const ERASE_EVERY: Duration = Duration::from_secs(60);

/// How many sessions one look asks for at once.
const CHECK_BATCH: usize = 1_000;

/// How long work that panicked rests before it begins again.
const REST: Duration = Duration::from_secs(1);

/// The work in the background. It stops when this is dropped.
#[derive(Debug)]
pub(super) struct Background(Vec<AbortHandle>);

impl Background {
    /// Begins it. Without accounts of our own the sessions are the host's, who knows when they end.
    pub(super) fn start(gateway: &Arc<Gateway>, state: &AppState, stores: &Stores) -> Self {
        let check = state.accounts.as_ref().map(|accounts| {
            let (gateway, accounts) = (Arc::clone(gateway), Arc::clone(accounts));
            move || check(Arc::clone(&gateway), Arc::clone(&accounts))
        });
        let (gateway, sessions, clock) = (Arc::clone(gateway), Arc::clone(&stores.sessions), Arc::clone(&state.clock));
        let maintain = move || {
            let gateway = Arc::clone(&gateway);
            async move { gateway.maintain().await }
        };
        let purge = move || purge(Arc::clone(&sessions), Arc::clone(&clock));
        let (chat, left_to_do) = (Arc::clone(&state.chat), Arc::clone(&state.left_to_do));
        let erase = move || erase(Arc::clone(&chat), Arc::clone(&left_to_do));
        let mut work = vec![
            tokio::spawn(for_ever("the gateway", maintain)).abort_handle(),
            tokio::spawn(for_ever("the purge", purge)).abort_handle(),
            tokio::spawn(for_ever("the deletion of accounts", erase)).abort_handle(),
        ];
        work.extend(check.map(|check| tokio::spawn(for_ever("the check of sessions", check)).abort_handle()));
        Self(work)
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

/// Closes the sockets of sessions that were ended where this node did not hear it.
async fn check(gateway: Arc<Gateway>, accounts: Arc<Accounts>) {
    loop {
        tokio::time::sleep(CHECK_EVERY).await;
        for some in gateway.sessions().chunks(CHECK_BATCH) {
            if let Err(error) = accounts.announce_ended(some).await {
                tracing::warn!(%error, "it could not be looked whether sessions go on");
            }
        }
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

/// Does what deleted accounts have left to do, also what was left before the last restart.
async fn erase(chat: Arc<Chat>, left_to_do: Arc<Notify>) {
    loop {
        match chat.erase().await {
            Ok(true) => {
                tokio::task::yield_now().await;
                continue;
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "what a deleted account left to do could not be done yet"),
        }
        tokio::select! {
            () = left_to_do.notified() => {}
            () = tokio::time::sleep(ERASE_EVERY) => {}
        }
    }
}
