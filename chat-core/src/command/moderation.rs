//! What is asked of those who look after the server.

use crate::moderation::{ReportReason, ReportSubject};
use crate::text::Description;
use crate::time::Timestamp;

/// A report to file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// Of what.
    pub subject: ReportSubject,
    /// What is wrong with it.
    pub reason: ReportReason,
    /// What there is to say about it.
    pub comment: Option<Description>,
}

/// What somebody who looks after the server decides about a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is done.
    Dismiss,
    /// The message goes.
    DeleteMessage,
    /// The user is kept out for a while.
    SuspendUser {
        /// Until when.
        until: Timestamp,
    },
    /// The user is kept out for good.
    BanUser,
}
