//! Statements whose text is the same for both databases, each beside the code that reads what it returns.
//!
//! The order of the columns in a text is the order in which its reader reads them.

pub(crate) mod accounts;
pub(crate) mod annotations;
pub(crate) mod changes;
pub(crate) mod conversations;
pub(crate) mod database;
pub(crate) mod entrance;
pub(crate) mod erasures;
pub(crate) mod identities;
pub(crate) mod members;
pub(crate) mod mentions;
pub(crate) mod messages;
pub(crate) mod personal;
pub(crate) mod receipts;
pub(crate) mod relations;
pub(crate) mod reports;
pub(crate) mod rooms;
pub(crate) mod search;
pub(crate) mod sessions;
pub(crate) mod silence;
pub(crate) mod standings;
pub(crate) mod user_changes;
