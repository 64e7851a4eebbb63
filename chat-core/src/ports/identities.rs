//! The port for users that another issuer knows by a name of its own.

use async_trait::async_trait;

use super::{NewUser, StoreError};
use crate::ids::UserId;

/// Somebody as their issuer names them. It never changes, unlike what they are called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// Who says so.
    pub issuer: String,
    /// Who it is to the issuer.
    pub subject: String,
}

/// What came of making a user for a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// This is the subject's user from now on, or was already.
    User(UserId),
    /// The subject has no user, and the name or the address is somebody else's. Nothing was written.
    NameTaken,
}

/// Which users the subjects of issuers are. Each subject has one for good.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait IdentityStore: Send + Sync {
    /// The user of a subject, if it has one.
    async fn find(&self, subject: &Subject) -> Result<Option<UserId>, StoreError>;

    /// Makes the user of a subject, in one transaction. A subject that has one keeps it, and then nothing is made; of two at
    /// once with the same subject both get the same user.
    async fn link(&self, subject: &Subject, new: &NewUser) -> Result<Linked, StoreError>;
}
