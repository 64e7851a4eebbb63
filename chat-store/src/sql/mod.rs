//! Statements whose text is the same for both databases, each beside the code that reads what it returns.
//!
//! The order of the columns in a text is the order in which its reader reads them.

pub(crate) mod accounts;
pub(crate) mod annotations;
pub(crate) mod changes;
pub(crate) mod conversations;
pub(crate) mod database;
pub(crate) mod members;
pub(crate) mod mentions;
pub(crate) mod messages;
pub(crate) mod personal;
pub(crate) mod receipts;
pub(crate) mod relations;
pub(crate) mod search;
pub(crate) mod sessions;
pub(crate) mod silence;
pub(crate) mod user_changes;
