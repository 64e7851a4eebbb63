//! The composition, from top to bottom: stores, hub, chat, accounts, gateway, and one router over all of them.

mod background;
mod heard;
mod parts;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use chat_core::accounts::{AccountPorts, Accounts, Authenticator};
use chat_core::chat::Chat;
use chat_core::ports::{BodyFilter, EventBus};
use chat_core::words::WordFilter;
use chat_store::{OpenError, Opened};
use chat_transport::{Gateway, Hub};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::background::Background;
use self::heard::Heard;
use crate::access::{self, Access};
use crate::bad_tokens::BadTokens;
use crate::config::Config;
use crate::http::request_id;
use crate::state::AppState;
use crate::upgrade::Sockets;
use crate::{health, http, web};

pub use self::parts::{Parts, SystemEntropy, Users, UsersError};

/// Why an app could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The data directory cannot be made.
    #[error("cannot make the data directory {}: {source}", path.display())]
    DataDirectory {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The list of words cannot be read.
    #[error("cannot read the words in {}: {source}", path.display())]
    Words {
        /// Which file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Accounts cannot be set up.
    #[error(transparent)]
    Users(#[from] UsersError),
}

/// A whole chat: routes, sockets, and the work behind them.
#[expect(missing_debug_implementations, reason = "the ports are trait objects without a text form")]
pub struct App {
    state: AppState,
    gateway: Arc<Gateway>,
    sockets: TaskTracker,
    stopping: CancellationToken,
    background: Arc<Background>,
    config: Config,
    store: Option<Opened>,
}

impl App {
    /// Opens the database of a configuration and builds a server with its own users over it.
    pub async fn build(config: &Config) -> Result<Self, BuildError> {
        make_private(&config.data_dir)?;
        let filter = config.word_filter_file.as_deref().map(word_filter).transpose()?;
        let opened = chat_store::open(&config.store()).await?;
        for migration in &opened.applied {
            tracing::info!(version = migration.version, "the database was brought up to date");
        }
        let users = Users::wanted(config, &opened.stores)?;
        let parts = Parts { filter, ..Parts::new(opened.stores.clone(), users) };
        Ok(Self { store: Some(opened), ..Self::assemble(parts, config) })
    }

    /// Puts parts together. Call it within a runtime: the work in the background begins here, and ends when neither the app
    /// nor any of its routers is left.
    #[must_use]
    pub fn assemble(parts: Parts, config: &Config) -> Self {
        let Parts { stores, users, filter, clock } = parts;
        let hub = Hub::new(Arc::clone(&clock));
        let bus: Arc<dyn EventBus> = hub.clone();
        let (accounts, authenticator): (_, Arc<dyn Authenticator>) = match users {
            Users::OfHost(authenticator) => (None, authenticator),
            Users::Own { hasher, signer, entropy } => {
                let ports =
                    AccountPorts { stores: stores.clone(), bus, clock: Arc::clone(&clock), entropy, hasher, signer };
                let accounts = Arc::new(Accounts::new(ports, config.accounts()));
                (Some(Arc::clone(&accounts)), accounts)
            }
        };
        let bus: Arc<dyn EventBus> = match &accounts {
            Some(accounts) => Arc::new(Heard { hub: Arc::clone(&hub), accounts: Arc::clone(accounts) }),
            None => hub.clone(),
        };
        let chat = Chat::new(stores.clone(), bus, Arc::clone(&clock), Arc::new(SystemEntropy), config.chat());
        let chat = Arc::new(match filter {
            Some(filter) => chat.with_filter(filter),
            None => chat,
        });

        let gateway =
            Gateway::new(Arc::clone(&chat), hub, Arc::clone(&authenticator), Arc::clone(&clock), config.sockets());
        let database = Arc::clone(&stores.database);
        let bad_tokens = Arc::new(BadTokens::new(config.bad_tokens(), Arc::clone(&clock)));
        let (left_to_do, work) = (Arc::default(), TaskTracker::new());
        let state = AppState { chat, accounts, authenticator, clock, database, bad_tokens, left_to_do, work };
        let background = Arc::new(Background::start(&gateway, &state, &stores));
        Self {
            state,
            gateway,
            sockets: TaskTracker::new(),
            stopping: CancellationToken::new(),
            background,
            config: config.clone(),
            store: None,
        }
    }

    /// Every route: REST, its documentation, sockets and health, and the page where people sign in here. (A host with users of
    /// its own has pages of its own.) It can be nested under a path of another router.
    pub fn router(&self) -> Router {
        let sockets = Sockets::new(self.state.clone(), Arc::clone(&self.gateway), self.sockets.clone(), &self.config);
        let background = Arc::clone(&self.background);
        let page = if self.state.accounts.is_some() { web::router() } else { Router::new() };
        http::router(self.state.clone())
            .merge(sockets.router())
            .merge(health::router(&self.state, self.stopping.clone()))
            .merge(page)
            .layer(from_fn_with_state(Access::new(&self.config), access::layer))
            .layer(from_fn(request_id::layer))
            .layer(axum::Extension(background))
    }

    /// What request handlers reach; for a host that wants to act in the chat itself.
    #[must_use]
    pub const fn state(&self) -> &AppState {
        &self.state
    }

    /// How many sockets are open.
    #[must_use]
    pub fn socket_count(&self) -> usize {
        self.gateway.connection_count()
    }

    /// Ends everything in order: sockets are asked to come back later, what is under way is waited for within the grace
    /// time, and then the store is closed.
    pub async fn shut_down(self, grace: Duration) {
        self.shut_down_after(std::future::ready(()), grace).await;
    }

    /// The same, for a listener whose last requests are still being answered: they may open sockets and begin work.
    pub(crate) async fn shut_down_after(self, requests: impl Future<Output = ()>, grace: Duration) {
        self.stopping.cancel();
        self.sockets.close();
        self.state.work.close();
        let deadline = Instant::now() + grace;
        let finished = async {
            requests.await;
            tokio::join!(self.sockets.wait(), self.state.work.wait());
        };
        let mut finished = std::pin::pin!(finished);
        loop {
            // Asked again and again, because a socket that was just being opened has not heard it the first time.
            self.gateway.shut_down(retry_within_ms(self.gateway.connection_count()));
            tokio::select! {
                () = &mut finished => break,
                () = tokio::time::sleep_until(deadline) => {
                    tracing::warn!(sockets = self.sockets.len(), "the grace time is over, what is left is cut off");
                    break;
                }
                () = tokio::time::sleep(ASK_EVERY) => {}
            }
        }
        self.background.stop();
        if let Some(store) = self.store {
            store.close().await;
        }
    }
}

/// How often sockets are asked to close.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// Over how long the comebacks are spread: a few people are back at once, ten thousand within half a minute. A handshake
/// takes a server well under 3 ms.
fn retry_within_ms(sockets: usize) -> u64 {
    u64::try_from(sockets).unwrap_or(u64::MAX).saturating_mul(3).clamp(250, 30_000)
}

/// The filter of a list of words.
fn word_filter(path: &std::path::Path) -> Result<Arc<dyn BodyFilter>, BuildError> {
    let list = std::fs::read_to_string(path);
    let list = list.map_err(|source| BuildError::Words { path: path.to_owned(), source })?;
    Ok(Arc::new(WordFilter::new(&list)))
}

/// Makes a directory that only its owner can look into. One that is there already stays as it is.
pub(crate) fn make_private(directory: &std::path::Path) -> Result<(), BuildError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(|source| BuildError::DataDirectory { path: directory.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comebacks_are_spread_as_widely_as_there_are_sockets() {
        let spread =
            [(0, 250), (10, 250), (83, 250), (84, 252), (1_000, 3_000), (10_000, 30_000), (usize::MAX, 30_000)];
        for (sockets, within) in spread {
            assert_eq!(retry_within_ms(sockets), within, "{sockets} sockets");
        }
    }
}
