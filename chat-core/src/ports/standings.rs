//! The ports for keeping the server in order: how users stand, and the audit of what was done.

use async_trait::async_trait;

use super::StoreError;
use crate::ids::{AuditId, SessionId, UserId};
use crate::moderation::{AccountStanding, AuditEntry, StandingChange};
use crate::page::{Page, PageSize};

/// Whose standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A user's.
    User(UserId),
    /// That of the user of a session, over or not, that has this random number.
    Session {
        /// Which.
        session: SessionId,
        /// Its random number, as a refresh token has it.
        nonce: i64,
    },
}

/// What came of changing how somebody stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StandingSet {
    /// Written. Whoever is kept out from now on is signed in nowhere: these sessions were ended, in the order of their ids.
    Set(Vec<SessionId>),
    /// They stand like that already; nothing was written.
    Nothing,
    /// They, or the one who decided, stand otherwise than when it was decided. Nothing was written.
    Stale,
    /// There is no such user.
    Missing,
}

/// Which part of the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Only what this user did.
    pub by: Option<UserId>,
    /// Only what was done to this user.
    pub user: Option<UserId>,
    /// Only what is before this entry.
    pub before: Option<AuditId>,
    /// How many.
    pub size: PageSize,
}

/// How users stand with the server, and what was done about it.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait StandingStore: Send + Sync {
    /// How somebody stands; none if there is no such user or session.
    async fn standing_of(&self, whose: Whose) -> Result<Option<AccountStanding>, StoreError>;

    /// Changes how somebody stands, ends their sessions if they are kept out from now on, and writes it into the audit, all in
    /// one transaction. A session is opened wholly before it, and is ended, or after it, and is not opened.
    async fn set_standing(&self, change: &StandingChange) -> Result<StandingSet, StoreError>;

    /// A part of the audit, the newest entry first. The cursor is the id.
    async fn audit(&self, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError>;
}
