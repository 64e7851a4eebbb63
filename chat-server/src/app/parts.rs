//! What an app is put together from.

use std::sync::Arc;

use chat_core::accounts::Authenticator;
use chat_core::ports::{BodyFilter, Clock, Entropy, PasswordHasher, Stores, SystemClock, TokenSigner};

use crate::auth::{Argon2Hasher, BadCost, BadKeys, Issuer, IssuerSettings, SecretSigner};
use crate::config::Config;
use crate::secret::{SecretError, signing_secret};

/// What an app is put together from.
#[expect(missing_debug_implementations, reason = "the ports are trait objects without a text form")]
pub struct Parts {
    /// Where everything is kept.
    pub stores: Stores,
    /// Whose users they are.
    pub users: Users,
    /// Judges what people are about to say; without one everything may be said.
    pub filter: Option<Arc<dyn BodyFilter>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Whose users they are.
#[expect(missing_debug_implementations, reason = "the ports are trait objects without a text form")]
pub enum Users {
    /// They register and sign in here.
    Own {
        /// Hashes their passwords.
        hasher: Arc<dyn PasswordHasher>,
        /// Makes and reads their tokens.
        signer: Arc<dyn TokenSigner>,
        /// Makes what nobody may guess.
        entropy: Arc<dyn Entropy>,
    },
    /// The host has them and says who holds a credential. There are no routes to register or sign in, then.
    OfHost(Arc<dyn Authenticator>),
}

impl Parts {
    /// Parts with the machine's own clock.
    #[must_use]
    pub fn new(stores: Stores, users: Users) -> Self {
        Self { stores, users, filter: None, clock: Arc::new(SystemClock) }
    }
}

/// Why the server's own accounts cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// No secret to sign tokens with.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Passwords cannot be hashed like this.
    #[error(transparent)]
    Cost(#[from] BadCost),
    /// The keys of another issuer cannot be used.
    #[error(transparent)]
    Keys(#[from] BadKeys),
    /// Keys without anybody whose keys they are.
    #[error("`jwks_file` needs `jwt_issuer`: whose tokens are believed")]
    NoIssuer,
}

impl Users {
    /// The users that a configuration wants: the server's own, or those of another issuer.
    pub fn wanted(config: &Config, stores: &Stores) -> Result<Self, UsersError> {
        let Some(keys) = config.jwks_file.clone() else { return Self::own(config) };
        let issuer = config.jwt_issuer.clone().ok_or(UsersError::NoIssuer)?;
        let settings = IssuerSettings { keys, issuer, audience: config.jwt_audience.clone() };
        let issuer = Issuer::new(settings, Arc::clone(&stores.identities), Arc::new(SystemClock))?;
        Ok(Self::OfHost(Arc::new(issuer)))
    }

    /// The server's own accounts as a configuration wants them.
    pub fn own(config: &Config) -> Result<Self, UsersError> {
        let entropy = SystemEntropy;
        let secret = signing_secret(config.jwt_secret.as_ref(), &config.data_dir, entropy.secret())?;
        Ok(Self::Own {
            hasher: Arc::new(Argon2Hasher::new(config.hash_cost())?),
            signer: Arc::new(SecretSigner::new(&secret)),
            entropy: Arc::new(entropy),
        })
    }
}

/// The machine's own source of chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn secret(&self) -> [u8; 32] {
        rand::random()
    }
}
