//! What every request handler can reach.

use std::sync::Arc;

use crate::bad_tokens::BadTokens;
use chat_core::accounts::{Accounts, Authenticator};
use chat_core::chat::Chat;
use chat_core::command::{Actor, Command, Reply};
use chat_core::error::{ChatError, ErrorCode};
use chat_core::ports::{Clock, Database};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

/// What every request handler can reach. Cloning is cheap.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the ports are trait objects without a text form")]
pub struct AppState {
    /// The use cases.
    pub chat: Arc<Chat>,
    /// The server's own accounts; none where the host brings its own users, and then there are no `auth` routes.
    pub accounts: Option<Arc<Accounts>>,
    /// Tells who holds a credential.
    pub authenticator: Arc<dyn Authenticator>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For the readiness check.
    pub database: Arc<dyn Database>,
    /// Counts bad tokens.
    pub bad_tokens: Arc<BadTokens>,
    /// Told when a deleted account has left something to do.
    pub left_to_do: Arc<Notify>,
    /// Work that must not be cut off: a shutdown waits for it.
    pub work: TaskTracker,
}

impl AppState {
    /// Carries out a command to its end, whether or not the client still waits for the answer: between the commit and the
    /// publishing nothing may be lost because somebody closed a browser tab.
    pub async fn handle(&self, actor: Actor, command: Command) -> Result<Reply, ChatError> {
        let chat = Arc::clone(&self.chat);
        self.carry_out(async move { chat.handle(&actor, command).await }).await
    }

    /// Carries out anything that changes something to its end, as [`handle`](Self::handle) does.
    pub async fn carry_out<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ChatError>> + Send + 'static,
    ) -> Result<T, ChatError> {
        self.work.spawn(work).await.unwrap_or_else(|failure| {
            // The panic itself was reported by the panic hook; the asker learns only that it was not their fault.
            tracing::error!(%failure, "a command ended without an answer");
            Err(ErrorCode::Internal.into())
        })
    }
}
