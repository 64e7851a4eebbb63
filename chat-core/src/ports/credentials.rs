//! The ports for proving who somebody is.

use async_trait::async_trait;

use crate::ids::{SessionId, UserId};
use crate::time::Timestamp;

/// Hashes passwords, slowly on purpose. Implementations keep that off the threads that serve sockets and bound their queue.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// A salted hash in PHC form.
    async fn hash(&self, password: &str) -> Result<String, HasherBusy>;

    /// Whether the password belongs to the hash. Without a hash it takes the same time and says no, so that nobody learns
    /// from the time which users exist.
    async fn verify(&self, password: &str, hash: Option<String>) -> Result<Verified, HasherBusy>;
}

/// The queue of the hasher is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many sign-ins at once")]
pub struct HasherBusy;

/// The answer of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It does not belong to it.
    No,
    /// It does.
    Yes,
    /// It does, but the hash was made with weaker settings than today's and should be made anew.
    YesButOutdated,
}

/// What an access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessClaims {
    /// Who.
    pub user: UserId,
    /// In which session; none for tokens of a foreign issuer.
    pub session: Option<SessionId>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What a refresh token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshClaims {
    /// The session it continues.
    pub session: SessionId,
    /// The session's random number.
    pub nonce: i64,
    /// Which token of the session it is.
    pub generation: i64,
}

/// Makes and reads tokens. Reading is total: whatever is not exactly a good token is `None`.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait TokenSigner: Send + Sync {
    /// An access token.
    fn access(&self, claims: &AccessClaims, issued_at: Timestamp) -> String;

    /// The claims of a good access token that has not expired.
    fn read_access(&self, token: &str, now: Timestamp) -> Option<AccessClaims>;

    /// A refresh token. The same claims always give the same token, so a lost answer can be repeated.
    fn refresh(&self, claims: &RefreshClaims) -> String;

    /// The claims of a good refresh token.
    fn read_refresh(&self, token: &str) -> Option<RefreshClaims>;
}
