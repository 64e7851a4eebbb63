//! The port for reports.

use async_trait::async_trait;

use super::StoreError;
use crate::ids::{ReportId, SessionId};
use crate::log::{LogEntry, UserEntry};
use crate::moderation::{NewReport, Report, Resolution};
use crate::page::{Page, PageSize};

/// What came of filing a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportFiled {
    /// Filed.
    Filed(Report),
    /// The same reporter has an open report of the same thing: that one, as it stands. Nothing was written.
    Open(Report),
    /// What is reported does not exist, or was deleted. Nothing was written.
    Missing,
}

/// Which reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReportQuery {
    /// Those about which something was decided, or those that are open.
    pub is_resolved: bool,
    /// After which id.
    pub after: Option<ReportId>,
    /// How many.
    pub size: PageSize,
}

/// What came of resolving a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportResolved {
    /// It is resolved, and what was decided is done.
    Resolved {
        /// The report as it stands now.
        report: Box<Report>,
        /// What every member of the conversation sees of it.
        entries: Vec<LogEntry>,
        /// What single users see of it.
        notices: Vec<UserEntry>,
        /// The sessions that were ended, in the order of their ids.
        ended: Vec<SessionId>,
    },
    /// Somebody else was quicker. Nothing was written.
    Taken,
    /// The user, or the one who decided, stands otherwise than when it was decided. Nothing was written.
    Stale,
    /// There is no such report.
    Missing,
}

/// Reports.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait ReportStore: Send + Sync {
    /// Files a report, with what is reported as it is at this moment. Of two at once by one reporter about one thing, one is filed
    /// and both get it.
    async fn file(&self, new: &NewReport) -> Result<ReportFiled, StoreError>;

    /// A report.
    async fn report(&self, id: ReportId) -> Result<Option<Report>, StoreError>;

    /// Reports in the order of their ids. The cursor is the id.
    async fn reports(&self, query: &ReportQuery) -> Result<Page<Report>, StoreError>;

    /// Resolves an open report, does what was decided, and writes both into the audit, all in one transaction: of two at once one
    /// is carried out. A message that is deleted already, and a user who stands like that already, are as they should be.
    async fn resolve(&self, resolution: &Resolution) -> Result<ReportResolved, StoreError>;
}
