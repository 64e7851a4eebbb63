//! Decisions that a transaction takes between reading and writing. Pure, and the same for both databases.

pub(crate) mod append;
pub(crate) mod membership;
pub(crate) mod reach;
pub(crate) mod receipts;
pub(crate) mod relation;
pub(crate) mod rotation;
