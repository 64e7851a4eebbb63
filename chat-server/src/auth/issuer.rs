//! Tokens of another issuer: read with the public keys that it publishes (JWKS, RFC 7517), and the users that they are about.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use chat_core::accounts::{Authenticator, Credential, Identity};
use chat_core::ids::UserId;
use chat_core::ports::{Clock, IdentityStore, Linked, NewUser, Subject};
use chat_core::time::Timestamp;
use chat_core::user::Username;
use chat_core::{ChatError, ErrorCode};
use serde::Deserialize;
use sha2::Digest as _;

use super::keys::{BadKeys, Keys};

/// How often the file is looked at, in seconds: an issuer's new key is good within that time.
const LOOK_EVERY_SECONDS: i64 = 1;

/// How many subjects are remembered before all are looked up anew.
const MAX_KNOWN: usize = 50_000;

/// By how many seconds the issuer's clock may be ahead.
const LEEWAY_SECONDS: i64 = 30;

/// Seconds beyond which a time in a token is nonsense: the year 9999.
const MAX_SECONDS: i64 = 253_402_300_799;

/// Whose tokens are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerSettings {
    /// The file with the public keys. It is read again when it changes.
    pub keys: PathBuf,
    /// What `iss` must be.
    pub issuer: String,
    /// What must be among `aud`; without it a token that names an audience is refused.
    pub audience: Option<String>,
}

/// Tells who holds a token of an issuer, and makes a user of whoever comes for the first time.
pub struct Issuer {
    settings: IssuerSettings,
    identities: Arc<dyn IdentityStore>,
    clock: Arc<dyn Clock>,
    keys: Mutex<Read>,
    known: Mutex<HashMap<String, UserId>>,
}

/// The keys as they were last read.
struct Read {
    keys: Arc<Keys>,
    written_at: Option<SystemTime>,
    looked_at: Timestamp,
}

/// What stands in a token that is looked at here.
#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    preferred_username: Option<String>,
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Issuer {
    /// Reads the keys for the first time; without any that can be used there would be nobody to let in.
    pub fn new(
        settings: IssuerSettings,
        identities: Arc<dyn IdentityStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BadKeys> {
        let (keys, written_at) = Keys::read(&settings)?;
        let keys = Mutex::new(Read { keys: Arc::new(keys), written_at, looked_at: clock.now() });
        Ok(Self { settings, identities, clock, keys, known: Mutex::default() })
    }

    /// The keys of now. Where the file cannot be used any more, those of before stay good.
    fn keys(&self, now: Timestamp) -> Arc<Keys> {
        let mut read = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= read.looked_at.plus_seconds(LOOK_EVERY_SECONDS) {
            read.looked_at = now;
            let written_at = std::fs::metadata(&self.settings.keys).and_then(|file| file.modified()).ok();
            if written_at.is_some() && written_at != read.written_at {
                match Keys::read(&self.settings) {
                    Ok((keys, written_at)) => (read.keys, read.written_at) = (Arc::new(keys), written_at),
                    Err(error) => tracing::warn!(%error, "the keys of before stay good"),
                }
            }
        }
        Arc::clone(&read.keys)
    }

    async fn user(&self, claims: &Claims, now: Timestamp) -> Result<UserId, ChatError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&claims.sub).copied();
        if let Some(user) = known {
            return Ok(user);
        }
        let subject = Subject { issuer: self.settings.issuer.clone(), subject: claims.sub.clone() };
        let user = match self.identities.find(&subject).await? {
            Some(user) => user,
            None => self.make(&subject, claims, now).await?,
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(claims.sub.clone(), user);
        Ok(user)
    }

    /// Makes a user with the name that the token wants, or one that nobody has.
    async fn make(&self, subject: &Subject, claims: &Claims, at: Timestamp) -> Result<UserId, ChatError> {
        for username in names(subject, claims.preferred_username.as_deref()) {
            let new = NewUser { username, email: None, password_hash: None, at };
            match self.identities.link(subject, &new).await? {
                Linked::User(user) => return Ok(user),
                Linked::NameTaken => {}
            }
        }
        Err(ErrorCode::NameTaken.into())
    }
}

/// The names that a user may get, the nicest first: as the token says, with a few digits behind, and one made of digits alone.
fn names(subject: &Subject, preferred: Option<&str>) -> Vec<Username> {
    let digest = sha2::Sha256::digest(format!("{}\n{}", subject.issuer, subject.subject));
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let wanted = preferred.map_or(subject.subject.as_str(), |name| name.split('@').next().unwrap_or(name));
    let plain = plain(wanted);
    let with = |count: usize| format!("{}-{}", plain.chars().take(20).collect::<String>(), &digits[..count]);
    let all = [
        wanted.to_owned(),
        plain.clone(),
        with(4),
        with(8),
        format!("user-{}", &digits[..12]),
        format!("u-{}", &digits[..30]),
    ];
    all.iter().filter_map(|name| Username::new(name).ok()).collect()
}

/// The letters and digits of a text, with a dash wherever there is something else.
fn plain(text: &str) -> String {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let joined = parts.collect::<Vec<_>>().join("-");
    joined.chars().take(32).collect::<String>().trim_end_matches('-').to_owned()
}

#[async_trait]
impl Authenticator for Issuer {
    async fn authenticate(&self, credential: &Credential) -> Result<Identity, ChatError> {
        let refused = || ChatError::from(ErrorCode::Unauthenticated);
        let Credential::Token(token) = credential else { return Err(refused()) };
        let now = self.clock.now();
        let claims: Claims = self.keys(now).open(token).ok_or_else(refused)?;
        let starts = claims.nbf.unwrap_or(0);
        let in_time = now.seconds() < claims.exp
            && claims.exp <= MAX_SECONDS
            && starts <= now.seconds().saturating_add(LEEWAY_SECONDS);
        let is_named = (1..=255).contains(&claims.sub.len()) && !claims.sub.contains('\0');
        if !in_time || !is_named {
            return Err(refused());
        }
        let user = self.user(&claims, now).await?;
        let expires_at = Some(Timestamp::default().plus_seconds(claims.exp));
        Ok(Identity { user, session: None, expires_at })
    }
}
