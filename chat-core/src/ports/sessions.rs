//! The port for sessions: one per signed-in device, with its refresh token's generation, and socket tickets.

use async_trait::async_trait;

use super::StoreError;
use crate::ids::{SessionId, UserId};
use crate::time::Timestamp;

/// A session to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Whose.
    pub user: UserId,
    /// A random number that its refresh tokens carry, so that a restored backup cannot revive an old token.
    pub nonce: i64,
    /// When.
    pub at: Timestamp,
    /// When it ends at the latest, however often it is refreshed.
    pub expires_at: Timestamp,
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
    /// Opens a session; its first refresh token has generation 1.
    async fn open(&self, new: &NewSession) -> Result<SessionId, StoreError>;

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
