//! The port for sessions: one per signed-in device, with its refresh token's generation, and socket tickets.

use async_trait::async_trait;

use super::{PasswordChange, StoreError};
use crate::ids::{SessionId, UserId};
use crate::page::{Page, PageSize};
use crate::time::Timestamp;

/// A session to be opened.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Whose.
    pub user: UserId,
    /// The hash of the password that was proved. Where another one is stored by now, no session is opened.
    pub judged_on: Option<String>,
    /// A random number that its refresh tokens carry, so that a restored backup cannot revive an old token.
    pub nonce: i64,
    /// When.
    pub at: Timestamp,
    /// When it ends at the latest, however often it is refreshed.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A session that is neither ended nor expired, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// Identity.
    pub id: SessionId,
    /// When somebody signed in.
    pub created_at: Timestamp,
    /// When it was last refreshed, if ever.
    pub refreshed_at: Option<Timestamp>,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// Which of a user's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichSessions {
    /// This one.
    Only(SessionId),
    /// All, but this one if one is given.
    AllBut(Option<SessionId>),
}

/// A refresh token that was presented and whose signature is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// The session it names.
    pub session: SessionId,
    /// The session's random number as the token has it.
    pub nonce: i64,
    /// The token's generation.
    pub generation: i64,
    /// When.
    pub at: Timestamp,
    /// For how many seconds after a rotation its predecessor may be repeated, because an answer can get lost. The moment at
    /// which they are over is not among them, so 0 allows no repeat.
    pub grace_seconds: i64,
}

/// What came of presenting a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotated {
    /// It was the current one, or its predecessor within the grace time: this generation is the current one now.
    Current {
        /// Whose session.
        user: UserId,
        /// The generation of the token to hand out.
        generation: i64,
    },
    /// An old one came again: somebody else has it. The session has been ended.
    Reused {
        /// Whose session.
        user: UserId,
    },
    /// No such live session, another nonce, or a generation that was never issued. Nothing was changed.
    Gone,
}

/// A short-lived secret that opens one socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The hash of the secret; the secret itself is never stored.
    pub hash: Vec<u8>,
    /// For whom.
    pub user: UserId,
    /// In which session.
    pub session: Option<SessionId>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Sessions and tickets. Whatever carries an `expires_at` is expired from that very moment on.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Opens a session; its first refresh token has generation 1. None if the user has another password by now, is kept out, or
    /// does not exist.
    async fn open(&self, new: &NewSession) -> Result<Option<SessionId>, StoreError>;

    /// Replaces a password, and ends all sessions of the user but one, in one transaction; gives those that it ended, in the
    /// order of their ids. None, and nothing changed, if the password is not the one that was judged on. A session is
    /// opened wholly before it, and is ended, or after it, and is judged on the new password.
    async fn change_password(
        &self,
        change: &PasswordChange,
        keep: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, StoreError>;

    /// A user's sessions that are neither ended nor expired, in the order of their ids. The cursor is the id.
    async fn list(
        &self,
        user: UserId,
        after: Option<SessionId>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<LiveSession>, StoreError>;

    /// Ends those of a user's sessions that are neither ended nor expired, and gives them in the order of their ids.
    async fn end_of(&self, user: UserId, which: WhichSessions, at: Timestamp) -> Result<Vec<SessionId>, StoreError>;

    /// Rotates the refresh token of a session, atomically: of two at once with the same token both get the same successor.
    async fn rotate(&self, rotation: &Rotation) -> Result<Rotated, StoreError>;

    /// Whether a session is neither ended nor expired.
    async fn is_live(&self, session: SessionId, at: Timestamp) -> Result<bool, StoreError>;

    /// Those of these sessions that are neither ended nor expired, in the order of their ids, each once.
    async fn live(&self, sessions: &[SessionId], at: Timestamp) -> Result<Vec<SessionId>, StoreError>;

    /// Ends a session. True if it was live.
    async fn end(&self, session: SessionId, at: Timestamp) -> Result<bool, StoreError>;

    /// Keeps a ticket.
    async fn put_ticket(&self, ticket: &Ticket) -> Result<(), StoreError>;

    /// Takes a ticket out; of two at once exactly one gets it. None if unknown, used or expired.
    async fn take_ticket(&self, hash: &[u8], at: Timestamp) -> Result<Option<Ticket>, StoreError>;

    /// Forgets sessions and tickets whose `expires_at` lies before a point; returns how many. Their ids are never used again.
    async fn purge(&self, before: Timestamp) -> Result<u64, StoreError>;
}
