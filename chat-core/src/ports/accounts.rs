//! The port for users.

use async_trait::async_trait;

use super::StoreError;
use crate::ids::{Seq, UserId};
use crate::moderation::Sanction;
use crate::page::{Page, PageSize};
use crate::presence::Status;
use crate::text::Label;
use crate::time::Timestamp;
use crate::user::{Email, ProfileUpdate, User, Username};

/// A user to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The name; its [`key`](Username::key) must be new.
    pub username: Username,
    /// The address, which must be new; none for users that a host brings.
    pub email: Option<Email>,
    /// The hash in PHC form; none for users that sign in elsewhere.
    pub password_hash: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What came of making a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserCreated {
    /// Made.
    Created(User),
    /// The name's key exists.
    NameTaken,
    /// The address exists.
    EmailTaken,
}

/// A user as their own devices need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The user.
    pub user: User,
    /// The last seq of the user's own log.
    pub log_head: Seq,
}

/// What a sign-in is checked against.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPassword {
    /// Who would be signed in.
    pub user: User,
    /// The hash in PHC form; none for users that sign in elsewhere.
    pub hash: Option<String>,
    /// What keeps them out, or did: it may be over.
    pub sanction: Option<Sanction>,
}

impl std::fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredPassword").field("user", &self.user.id).finish_non_exhaustive()
    }
}

/// Another hash for a user.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordChange {
    /// Whose.
    pub user: UserId,
    /// The hash that the change was judged on. Where another one is stored by now, nothing is changed.
    pub judged_on: Option<String>,
    /// The hash from now on, in PHC form.
    pub hash: String,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordChange").field("user", &self.user).finish_non_exhaustive()
    }
}

/// How a user names themselves when signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// By the key of a user name.
    NameKey(String),
    /// By an e-mail address.
    Email(Email),
    /// By who they are, where they prove it once more.
    Id(UserId),
}

/// A search for users by the beginning of their user name or display name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSearch {
    /// The beginning, [folded](crate::user::fold). Every character is meant literally. Empty finds everybody.
    pub prefix: String,
    /// After which id.
    pub after: Option<UserId>,
    /// How many.
    pub size: PageSize,
}

/// Users. Names are unique by key, addresses by their lower-case form.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Makes a user unless name or address exist; of two at once exactly one succeeds. Where both exist, the name is told.
    async fn create(&self, new: &NewUser) -> Result<UserCreated, StoreError>;

    /// The users of these ids that exist, in the order of their ids, each once.
    async fn get(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError>;

    /// A user, with where their own log stands.
    async fn account(&self, user: UserId) -> Result<Option<Account>, StoreError>;

    /// The user of a login with the password to check. Any text may be asked for, even one that no name can be (with NUL):
    /// nobody has it.
    async fn find_login(&self, login: &Login) -> Result<Option<StoredPassword>, StoreError>;

    /// Users by the beginning of their folded user name or display name, in the order of their ids, each once. The cursor is
    /// the id. As with a login, any text may be asked for.
    async fn search(&self, search: &UserSearch) -> Result<Page<User>, StoreError>;

    /// Changes what a user says of themselves; gives the user as they are from then on. None if they do not exist.
    async fn update_profile(&self, user: UserId, update: &ProfileUpdate) -> Result<Option<User>, StoreError>;

    /// What the user shows from now on. Like the one below, it passes over a user who does not exist.
    async fn set_status(&self, user: UserId, status: Status, message: Option<Label>) -> Result<(), StoreError>;

    /// When the last connection of the user ended; never moves back.
    async fn set_last_seen(&self, user: UserId, at: Timestamp) -> Result<(), StoreError>;

    /// Replaces the hash of a password that stays the same. True if it still was the one that was judged on.
    async fn rehash(&self, change: &PasswordChange) -> Result<bool, StoreError>;
}
