//! Accounts: how people register, sign in, stay signed in and sign out, and what they do about their own account.
//!
//! This is the system's own way of proving who somebody is. A host with its own users leaves it out and implements
//! [`Authenticator`] itself.

mod credentials;
mod own_sessions;
mod password;
mod session;

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;

use crate::error::{ChatError, ErrorCode};
use crate::ids::{SessionId, UserId};
use crate::limits::{Rate, RateLimiter, network};
use crate::ports::{
    Clock, Entropy, ErasureStore, EventBus, Login, MessagesOfDeleted, NewUser, PasswordHasher, SessionStore,
    StandingStore, Stores, TokenSigner, UserCreated, UserStore,
};
use crate::time::Timestamp;
use crate::user::{Email, User, Username};

pub use password::Password;
use session::LiveSessions;

/// Something that should prove who somebody is.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// An access token.
    Token(String),
    /// A ticket that opens one socket.
    Ticket(String),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(..)",
            Self::Ticket(_) => "Ticket(..)",
        })
    }
}

/// Somebody who proved to be a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user: UserId,
    /// The session that it was proved in, if there is one.
    pub session: Option<SessionId>,
    /// Until when the proof holds; a socket lives no longer without a new one. None if it does not end.
    pub expires_at: Option<Timestamp>,
}

/// Tells who holds a credential. Implement it to bring your own users and your own tokens.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The holder, or [`ErrorCode::Unauthenticated`] for whatever is not exactly good.
    async fn authenticate(&self, credential: &Credential) -> Result<Identity, ChatError>;
}

/// How accounts behave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AccountSettings {
    /// How long an access token is good, in seconds.
    pub access_seconds: i64,
    /// How long a session lasts at the most, in seconds.
    pub session_seconds: i64,
    /// How long a ticket is good, in seconds.
    pub ticket_seconds: i64,
    /// What becomes of the messages of somebody who deletes their account.
    pub messages_of_deleted: MessagesOfDeleted,
    /// How often; none switches every limit off.
    pub rates: Option<AccountRates>,
}

/// How often sign-ins may be tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AccountRates {
    /// Registrations from one address.
    pub register_per_address: Rate,
    /// Sign-ins from one address.
    pub login_per_address: Rate,
    /// Sign-ins to one account from one address, by whatever name.
    pub login_per_account: Rate,
    /// Refreshes of one session.
    pub refreshes: Rate,
    /// Socket tickets of one user.
    pub tickets: Rate,
}

impl Default for AccountRates {
    fn default() -> Self {
        Self {
            register_per_address: Rate::new(100, 1.0),
            login_per_address: Rate::new(100, 5.0),
            login_per_account: Rate::new(10, 0.2),
            refreshes: Rate::new(20, 0.1),
            tickets: Rate::new(100, 2.0),
        }
    }
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            access_seconds: 15 * 60,
            session_seconds: 30 * 24 * 3600,
            ticket_seconds: 30,
            messages_of_deleted: MessagesOfDeleted::Keep,
            rates: Some(AccountRates::default()),
        }
    }
}

/// What a sign-in gives.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// Opens everything, for a short time.
    pub access_token: String,
    /// Gets the next pair of tokens, once.
    pub refresh_token: String,
    /// How long the access token is good, in seconds.
    pub expires_in: i64,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("user", &self.user.id).finish_non_exhaustive()
    }
}

/// What the limits are counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum RateKey {
    Register(IpAddr),
    LoginFrom(IpAddr),
    LoginTo(IpAddr, Tried),
    Refresh(SessionId),
    Ticket(UserId),
}

/// Whose password is tried.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Tried {
    /// A user's, by whatever name they were called.
    User(UserId),
    /// That of somebody who does not exist.
    Nobody(String),
}

/// What accounts need from outside.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the ports are trait objects without a text form")]
pub struct AccountPorts {
    /// The stores.
    pub stores: Stores,
    /// Told when a session ends.
    pub bus: Arc<dyn EventBus>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Makes and reads tokens.
    pub signer: Arc<dyn TokenSigner>,
}

/// The use cases around accounts.
#[expect(missing_debug_implementations, reason = "the ports are trait objects without a text form")]
pub struct Accounts {
    users: Arc<dyn UserStore>,
    sessions: Arc<dyn SessionStore>,
    standings: Arc<dyn StandingStore>,
    erasures: Arc<dyn ErasureStore>,
    bus: Arc<dyn EventBus>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    hasher: Arc<dyn PasswordHasher>,
    signer: Arc<dyn TokenSigner>,
    settings: AccountSettings,
    limiter: RateLimiter<RateKey>,
    live: LiveSessions,
}

impl Accounts {
    /// The use cases over these ports.
    #[must_use]
    pub fn new(ports: AccountPorts, settings: AccountSettings) -> Self {
        Self {
            users: ports.stores.users,
            sessions: ports.stores.sessions,
            standings: ports.stores.standings,
            erasures: ports.stores.erasures,
            bus: ports.bus,
            clock: ports.clock,
            entropy: ports.entropy,
            hasher: ports.hasher,
            signer: ports.signer,
            settings,
            limiter: RateLimiter::new(),
            live: LiveSessions::default(),
        }
    }

    /// Makes an account and signs it in.
    pub async fn register(
        &self,
        username: Username,
        email: Email,
        password: &Password,
        from: IpAddr,
    ) -> Result<SignedIn, ChatError> {
        self.limit(RateKey::Register(network(from)), |rates| rates.register_per_address)?;
        let hash = self.hasher.hash(password.as_str()).await.map_err(|_| ErrorCode::Unavailable)?;
        let at = self.clock.now();
        let new = NewUser { username, email: Some(email), password_hash: Some(hash.clone()), at };

        match self.users.create(&new).await? {
            UserCreated::Created(user) => {
                // An operator may have given them another password already.
                self.sign_in(user, Some(hash)).await?.ok_or_else(|| ErrorCode::Unavailable.into())
            }
            UserCreated::NameTaken => Err(ErrorCode::NameTaken.into()),
            UserCreated::EmailTaken => Err(ErrorCode::EmailTaken.into()),
        }
    }

    /// A user that a host brings, as [`provision`] finds or makes them.
    pub async fn provision(&self, username: Username) -> Result<User, ChatError> {
        provision(&*self.users, username, self.clock.now()).await
    }

    fn limit(&self, key: RateKey, rate: impl Fn(&AccountRates) -> Rate) -> Result<(), ChatError> {
        let Some(rates) = &self.settings.rates else { return Ok(()) };
        let checked = self.limiter.check(key, rate(rates), self.clock.now());
        checked.map_err(|retry_after_ms| ChatError::RateLimited { retry_after_ms })
    }
}

/// A user that a host brings: found by name, or made without any way to sign in here. A name that only looks like the one
/// of another user, or that somebody registered with a password, is taken: nobody becomes somebody else by it.
pub async fn provision(users: &dyn UserStore, username: Username, at: Timestamp) -> Result<User, ChatError> {
    let login = Login::NameKey(username.key());
    let mut found = users.find_login(&login).await?;
    if found.is_none() {
        let new = NewUser { username: username.clone(), email: None, password_hash: None, at };
        match users.create(&new).await? {
            UserCreated::Created(user) => return Ok(user),
            // Somebody else was quicker.
            UserCreated::NameTaken | UserCreated::EmailTaken => found = users.find_login(&login).await?,
        }
    }
    let same = found.filter(|found| found.user.username == username && found.hash.is_none());
    same.map(|found| found.user).ok_or_else(|| ErrorCode::NameTaken.into())
}
