//! The server's own way of proving who somebody is: passwords, access tokens and refresh tokens; and the tokens of
//! another issuer.

mod argon2;
mod issuer;
mod jwt;
mod keys;
mod refresh;

use chat_core::ports::{AccessClaims, RefreshClaims, TokenSigner};
use chat_core::time::Timestamp;

pub use self::argon2::{Argon2Hasher, BadCost, HashCost};
pub use self::issuer::{Issuer, IssuerSettings};
use self::jwt::AccessTokens;
pub use self::keys::BadKeys;
use self::refresh::RefreshTokens;
use crate::secret::Secret;

/// Makes and reads both kinds of tokens with one secret.
pub struct SecretSigner {
    access: AccessTokens,
    refresh: RefreshTokens,
}

impl SecretSigner {
    /// A signer with a secret, which should be random and at least 32 bytes long.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        let key = secret.reveal().as_bytes();
        Self { access: AccessTokens::new(key), refresh: RefreshTokens::new(key) }
    }
}

impl std::fmt::Debug for SecretSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretSigner").finish_non_exhaustive()
    }
}

impl TokenSigner for SecretSigner {
    fn access(&self, claims: &AccessClaims, issued_at: Timestamp) -> String {
        self.access.write(claims, issued_at)
    }

    fn read_access(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        self.access.read(token, now)
    }

    fn refresh(&self, claims: &RefreshClaims) -> String {
        self.refresh.write(claims)
    }

    fn read_refresh(&self, token: &str) -> Option<RefreshClaims> {
        self.refresh.read(token)
    }
}
