//! Sessions: staying signed in by rotating refresh tokens, socket tickets, and signing out everywhere at once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::{Accounts, Authenticator, Credential, Identity, RateKey, SignedIn};
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Envelope, Event};
use crate::ids::SessionId;
use crate::ports::{AccessClaims, NewSession, RefreshClaims, Rotated, Rotation, Ticket, Whose};
use crate::time::Timestamp;
use crate::user::User;

/// For how long the predecessor of a refresh token may come again, because the answer to it got lost.
const REFRESH_GRACE_SECONDS: i64 = 10;

/// For how long a session that was found live is believed to be; other nodes learn of its end within this time at the latest.
const BELIEVED_SECONDS: i64 = 5;

impl Accounts {
    /// Opens a session for a user who proved the password with this hash. None if they have another one by now.
    pub(super) async fn sign_in(&self, user: User, judged_on: Option<String>) -> Result<Option<SignedIn>, ChatError> {
        let at = self.clock.now();
        let nonce = self.nonce();
        let expires_at = at.plus_seconds(self.settings.session_seconds);
        let new = NewSession { user: user.id, judged_on, nonce, at, expires_at };
        let session = self.sessions.open(&new).await?;
        Ok(session.map(|session| self.tokens(user, RefreshClaims { session, nonce, generation: 1 }, at)))
    }

    /// The next pair of tokens. A refresh token works once; the one before it works for a few seconds more and gives the
    /// same successor. Any older one means that it was stolen, and ends the session.
    pub async fn refresh(&self, token: &str) -> Result<SignedIn, ChatError> {
        let refused = || ChatError::from(ErrorCode::Unauthenticated);
        let claims = self.signer.read_refresh(token).ok_or_else(refused)?;
        self.limit(RateKey::Refresh(claims.session), |rates| rates.refreshes)?;
        let at = self.clock.now();
        let rotation = Rotation {
            session: claims.session,
            nonce: claims.nonce,
            generation: claims.generation,
            at,
            grace_seconds: REFRESH_GRACE_SECONDS,
        };
        match self.sessions.rotate(&rotation).await? {
            Rotated::Current { user, generation } => {
                let user = self.users.get(&[user]).await?.pop().ok_or_else(refused)?;
                Ok(self.tokens(user, RefreshClaims { generation, ..claims }, at))
            }
            Rotated::Reused { .. } => {
                self.announce_end(claims.session);
                Err(refused())
            }
            Rotated::Gone => {
                let whose = Whose::Session { session: claims.session, nonce: claims.nonce };
                Err(self.refusal(whose, at).await?)
            }
        }
    }

    /// Ends a session: its tokens are refused and its sockets close.
    pub async fn logout(&self, session: SessionId) -> Result<(), ChatError> {
        self.sessions.end(session, self.clock.now()).await?;
        self.announce_end(session);
        Ok(())
    }

    /// A secret that opens one socket soon, for clients that cannot set headers. Returns it with its life in seconds.
    pub async fn ticket(&self, holder: &Identity) -> Result<(String, i64), ChatError> {
        self.limit(RateKey::Ticket(holder.user), |rates| rates.tickets)?;
        let secret = hex(&self.entropy.secret());
        let expires_at = self.clock.now().plus_seconds(self.settings.ticket_seconds);
        let ticket = Ticket { hash: digest(&secret), user: holder.user, session: holder.session, expires_at };
        self.sessions.put_ticket(&ticket).await?;
        Ok((secret, self.settings.ticket_seconds))
    }

    /// Forgets sessions and tickets that are over. Call it now and then.
    pub async fn purge(&self) -> Result<u64, ChatError> {
        Ok(self.sessions.purge(self.clock.now()).await?)
    }

    fn tokens(&self, user: User, refresh: RefreshClaims, at: Timestamp) -> SignedIn {
        let expires_in = self.settings.access_seconds;
        let expires_at = at.plus_seconds(expires_in);
        let access = AccessClaims { user: user.id, session: Some(refresh.session), expires_at };
        SignedIn {
            user,
            access_token: self.signer.access(&access, at),
            refresh_token: self.signer.refresh(&refresh),
            expires_in,
        }
    }

    /// Announces the end of those of these sessions that are over: somebody may have ended them on another node, or beside
    /// all of them.
    pub async fn announce_ended(&self, sessions: &[SessionId]) -> Result<(), ChatError> {
        let live = self.sessions.live(sessions, self.clock.now()).await?;
        let over = sessions.iter().filter(|session| live.binary_search(session).is_err());
        self.announce_ends(over.copied());
        Ok(())
    }

    /// Announces the end of sessions.
    pub(super) fn announce_ends(&self, ended: impl IntoIterator<Item = SessionId>) {
        ended.into_iter().for_each(|session| self.announce_end(session));
    }

    fn announce_end(&self, session: SessionId) {
        self.live.forget(session);
        self.bus.publish(Envelope {
            event: Event::SessionEnded(session).into(),
            audience: Audience::Session(session),
            origin: None,
        });
    }

    /// Why somebody is refused who has a proof of a session that is over: they may be kept out. This is asked only where somebody
    /// is refused, so being let in costs nothing.
    async fn refusal(&self, whose: Whose, now: Timestamp) -> Result<ChatError, ChatError> {
        let standing = self.standings.standing_of(whose).await?.unwrap_or_default();
        Ok(standing.admits(now).err().unwrap_or_else(|| ErrorCode::Unauthenticated.into()))
    }

    /// Hears that a session was ended by somebody else than through here, as those who are kept out are: from now on its tokens
    /// are refused, however lately it was found live.
    pub fn hear_end(&self, session: SessionId) {
        self.live.forget(session);
    }

    fn nonce(&self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.entropy.secret();
        i64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    async fn is_live(&self, session: SessionId, now: Timestamp) -> Result<bool, ChatError> {
        if self.live.believed(session, now) {
            return Ok(true);
        }
        let live = self.sessions.is_live(session, now).await?;
        if live {
            self.live.remember(session, now);
        }
        Ok(live)
    }
}

#[async_trait]
impl Authenticator for Accounts {
    async fn authenticate(&self, credential: &Credential) -> Result<Identity, ChatError> {
        let refused = || ChatError::from(ErrorCode::Unauthenticated);
        let now = self.clock.now();
        match credential {
            Credential::Token(token) => {
                let claims = self.signer.read_access(token, now).ok_or_else(refused)?;
                if let Some(session) = claims.session
                    && !self.is_live(session, now).await?
                {
                    return Err(self.refusal(Whose::User(claims.user), now).await?);
                }
                let expires_at = Some(claims.expires_at);
                Ok(Identity { user: claims.user, session: claims.session, expires_at })
            }
            Credential::Ticket(secret) => {
                let ticket = self.sessions.take_ticket(&digest(secret), now).await?.ok_or_else(refused)?;
                if let Some(session) = ticket.session
                    && !self.is_live(session, now).await?
                {
                    return Err(self.refusal(Whose::User(ticket.user), now).await?);
                }
                let expires_at = Some(now.plus_seconds(self.settings.access_seconds));
                Ok(Identity { user: ticket.user, session: ticket.session, expires_at })
            }
        }
    }
}

/// Sessions that were found live a moment ago.
#[derive(Debug, Default)]
pub(super) struct LiveSessions(Mutex<HashMap<SessionId, Timestamp>>);

/// How many are remembered before the outdated ones are swept out.
const SWEEP_ABOVE: usize = 10_000;

impl LiveSessions {
    fn believed(&self, session: SessionId, now: Timestamp) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&session).is_some_and(|at| now < at.plus_seconds(BELIEVED_SECONDS))
    }

    fn remember(&self, session: SessionId, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > SWEEP_ABOVE {
            seen.retain(|_, at| now < at.plus_seconds(BELIEVED_SECONDS));
        }
        seen.insert(session, now);
    }

    fn forget(&self, session: SessionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&session);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| text + &format!("{byte:02x}"))
}

fn digest(secret: &str) -> Vec<u8> {
    use sha2::Digest as _;
    sha2::Sha256::digest(secret.as_bytes()).to_vec()
}
