//! Passwords: proving one to sign in, and changing it.

use std::net::IpAddr;

use super::{Accounts, Identity, Password, RateKey, SignedIn, Tried};
use crate::error::{ChatError, ErrorCode};
use crate::limits::network;
use crate::moderation::Sanction;
use crate::ports::{Erasure, Login, PasswordChange, StoredPassword, Verified};
use crate::user::{Email, User, Username};

/// How often a password is proved anew when it is changed at that very moment.
const MAX_MOVED: usize = 4;

/// Somebody who proved their password.
struct Proven {
    user: User,
    /// The hash that it was proved against.
    hash: Option<String>,
    is_outdated: bool,
    sanction: Option<Sanction>,
}

impl Accounts {
    /// Signs in by user name or e-mail address. An unknown user and a wrong password cannot be told apart.
    pub async fn login(&self, login: &str, password: &str, from: IpAddr) -> Result<SignedIn, ChatError> {
        let from = network(from);
        self.limit(RateKey::LoginFrom(from), |rates| rates.login_per_address)?;
        let name = Username::key_of(login);
        if login.len() > 320 || login.contains('\0') {
            return Err(ErrorCode::InvalidCredentials.into());
        }
        let login = match Email::new(login) {
            Ok(email) => Login::Email(email),
            Err(_) => Login::NameKey(Username::key_of(login)),
        };
        for _ in 0..MAX_MOVED {
            let Proven { user, hash, is_outdated, sanction } = self.prove(&login, &name, password, from).await?;
            // Only who proves to be the one is told that they are kept out.
            if let Some(sanction) = sanction.filter(|sanction| sanction.holds(self.clock.now())) {
                return Err(sanction.refusal());
            }
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
        let (from, name) = (network(from), user.username.key());
        self.limit(RateKey::LoginFrom(from), |rates| rates.login_per_address)?;
        for _ in 0..MAX_MOVED {
            let Proven { hash: judged_on, .. } = self.prove(&Login::Id(user.id), &name, old, from).await?;
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
        let (from, name) = (network(from), user.username.key());
        self.limit(RateKey::LoginFrom(from), |rates| rates.login_per_address)?;
        for _ in 0..MAX_MOVED {
            let Proven { hash: judged_on, .. } = self.prove(&Login::Id(user.id), &name, password, from).await?;
            let messages = self.settings.messages_of_deleted;
            let erasure = Erasure { user: user.id, judged_on, messages, at: self.clock.now() };
            if let Some(ended) = self.erasures.begin(&erasure).await? {
                self.announce_ends(ended);
                return Ok(());
            }
        }
        Err(ErrorCode::Unavailable.into())
    }

    /// Checks a password. It takes the same time whether or not there is such a user. Every attempt counts for the user, by
    /// whatever name they are called: whoever is signed in guesses no faster than whoever is not.
    async fn prove(&self, login: &Login, name: &str, password: &str, from: IpAddr) -> Result<Proven, ChatError> {
        let refused = || ChatError::from(ErrorCode::InvalidCredentials);
        let stored = self.users.find_login(login).await?;
        let nobody = || Tried::Nobody(name.to_owned());
        let tried = stored.as_ref().map_or_else(nobody, |stored| Tried::User(stored.user.id));
        self.limit(RateKey::LoginTo(from, tried), |rates| rates.login_per_account)?;
        if password.len() > Password::MAX_BYTES {
            return Err(refused());
        }
        let hash = stored.as_ref().and_then(|stored| stored.hash.clone());
        let verified = self.hasher.verify(password, hash.clone()).await.map_err(|_| ErrorCode::Unavailable)?;
        let StoredPassword { user, sanction, .. } = stored.filter(|_| verified != Verified::No).ok_or_else(refused)?;
        Ok(Proven { user, hash, is_outdated: verified == Verified::YesButOutdated, sanction })
    }
}
