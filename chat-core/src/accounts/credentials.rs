//! Passwords: proving one to sign in, and changing it.

use std::net::IpAddr;

use super::{Accounts, Identity, Password, RateKey, SignedIn, network};
use crate::error::{ChatError, ErrorCode};
use crate::ports::{Erasure, Login, PasswordChange, Verified};
use crate::user::{Email, User, Username};

/// How often a password is proved anew when it is changed at that very moment.
const MAX_MOVED: usize = 4;

/// Somebody who proved their password.
struct Proven {
    user: User,
    /// The hash that it was proved against.
    hash: Option<String>,
    is_outdated: bool,
}

impl Accounts {
    /// Signs in by user name or e-mail address. An unknown user and a wrong password cannot be told apart.
    pub async fn login(&self, login: &str, password: &str, from: IpAddr) -> Result<SignedIn, ChatError> {
        self.limit_proofs(Username::key_of(login), from)?;
        if login.len() > 320 || login.contains('\0') {
            return Err(ErrorCode::InvalidCredentials.into());
        }
        let login = match Email::new(login) {
            Ok(email) => Login::Email(email),
            Err(_) => Login::NameKey(Username::key_of(login)),
        };
        for _ in 0..MAX_MOVED {
            let Proven { user, hash, is_outdated } = self.prove(&login, password).await?;
            // It may have been changed while it was being verified, and then what was proved counts no more.
            let Some(signed_in) = self.sign_in(user, hash.clone()).await? else { continue };
            if is_outdated && let Ok(anew) = self.hasher.hash(password).await {
                let change = PasswordChange { user: signed_in.user.id, judged_on: hash, hash: anew };
                self.users.rehash(&change).await?;
            }
            return Ok(signed_in);
        }
        Err(ErrorCode::Unavailable.into())
    }

    /// Replaces the password of a user who proves the old one, and ends all their sessions but the one that asks.
    pub async fn change_password(
        &self,
        holder: &Identity,
        old: &str,
        new: &Password,
        from: IpAddr,
    ) -> Result<(), ChatError> {
        let user = self.users.get(&[holder.user]).await?.pop().ok_or(ErrorCode::Unauthenticated)?;
        self.limit_proofs(user.username.key(), from)?;
        for _ in 0..MAX_MOVED {
            let Proven { hash: judged_on, .. } = self.prove(&Login::Id(user.id), old).await?;
            let hash = self.hasher.hash(new.as_str()).await.map_err(|_| ErrorCode::Unavailable)?;
            let change = PasswordChange { user: user.id, judged_on, hash };
            let ended = self.sessions.change_password(&change, holder.session, self.clock.now()).await?;
            if let Some(ended) = ended {
                self.announce_ends(ended);
                return Ok(());
            }
        }
        Err(ErrorCode::Unavailable.into())
    }

    /// Deletes the account of a user who proves their password, and ends all their sessions. What else there is to end is done
    /// a little later, by [`Chat::erase`](crate::Chat::erase).
    pub async fn delete_account(&self, holder: &Identity, password: &str, from: IpAddr) -> Result<(), ChatError> {
        let user = self.users.get(&[holder.user]).await?.pop().ok_or(ErrorCode::Unauthenticated)?;
        self.limit_proofs(user.username.key(), from)?;
        for _ in 0..MAX_MOVED {
            let Proven { hash: judged_on, .. } = self.prove(&Login::Id(user.id), password).await?;
            let messages = self.settings.messages_of_deleted;
            let erasure = Erasure { user: user.id, judged_on, messages, at: self.clock.now() };
            if let Some(ended) = self.erasures.begin(&erasure).await? {
                self.announce_ends(ended);
                return Ok(());
            }
        }
        Err(ErrorCode::Unavailable.into())
    }

    /// Counts an attempt to prove a password. Whoever is signed in guesses no faster than whoever is not.
    fn limit_proofs(&self, name: String, from: IpAddr) -> Result<(), ChatError> {
        let from = network(from);
        self.limit(RateKey::LoginFrom(from), |rates| rates.login_per_address)?;
        self.limit(RateKey::LoginTo(from, name), |rates| rates.login_per_account)
    }

    /// Checks a password. It takes the same time whether or not there is such a user.
    async fn prove(&self, login: &Login, password: &str) -> Result<Proven, ChatError> {
        let refused = || ChatError::from(ErrorCode::InvalidCredentials);
        if password.len() > Password::MAX_BYTES {
            return Err(refused());
        }
        let stored = self.users.find_login(login).await?;
        let hash = stored.as_ref().and_then(|stored| stored.hash.clone());
        let verified = self.hasher.verify(password, hash.clone()).await.map_err(|_| ErrorCode::Unavailable)?;
        let user = stored.map(|stored| stored.user).filter(|_| verified != Verified::No).ok_or_else(refused)?;
        Ok(Proven { user, hash, is_outdated: verified == Verified::YesButOutdated })
    }
}
