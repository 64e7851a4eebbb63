//! Reports: filing them, and deciding what becomes of them.

use super::{Chat, MAX_STALE, kept_moving};
use crate::command::{Actor, Decision, FileReport, FiledReport, Reply};
use crate::error::{ChatError, ErrorCode};
use crate::ids::ReportId;
use crate::moderation::{Keeper, NewReport, Remedy, Report, ReportSubject, Resolution, Sanction};
use crate::ports::{ReportFiled, ReportQuery, ReportResolved};
use crate::rules;
use crate::text::Description;

impl Chat {
    /// Files a report of something that the actor may see and that is not their own.
    pub(super) async fn file_report(&self, actor: &Actor, report: FileReport) -> Result<Reply, ChatError> {
        let FileReport { subject, reason, comment } = report;
        let user = match subject {
            ReportSubject::User(user) => user,
            ReportSubject::Message(id) => {
                let message = self.visible_message(actor.user, id).await?;
                if message.content.is_deleted() {
                    return Err(ErrorCode::MessageDeleted.into());
                }
                message.sender
            }
        };
        rules::may_report(actor.user, user)?;
        let new = NewReport { reporter: actor.user, subject, reason, comment, at: self.now() };
        match self.stores.reports.file(&new).await? {
            ReportFiled::Filed(report) => Ok(Reply::Filed(FiledReport { report, fresh: true })),
            ReportFiled::Open(report) => Ok(Reply::Filed(FiledReport { report, fresh: false })),
            ReportFiled::Missing => Err(ErrorCode::NotFound.into()),
        }
    }

    pub(super) async fn list_reports(&self, actor: &Actor, query: &ReportQuery) -> Result<Reply, ChatError> {
        self.keeper(actor).await?;
        Ok(Reply::Reports(self.stores.reports.reports(query).await?))
    }

    /// Does what somebody who looks after the server decides about a report. Of two at once one is carried out.
    pub(super) async fn resolve_report(
        &self,
        actor: &Actor,
        id: ReportId,
        decision: &Decision,
        note: Option<Description>,
    ) -> Result<Reply, ChatError> {
        for _ in 0..MAX_STALE {
            let by = self.keeper(actor).await?;
            let report = self.stores.reports.report(id).await?.ok_or(ErrorCode::NotFound)?;
            let remedy = self.remedy(by, &report, decision, note.as_ref()).await?;
            let resolution = Resolution { report: id, by, remedy, note: note.clone(), at: self.now() };
            match self.stores.reports.resolve(&resolution).await? {
                ReportResolved::Resolved { report, entries, notices, ended } => {
                    self.publish_own(notices);
                    self.publish_entries(actor, entries);
                    if let Remedy::ShutOut { sanction, .. } = &resolution.remedy {
                        self.shut_out(report.user, sanction, ended);
                    }
                    return Ok(Reply::Report(report));
                }
                ReportResolved::Taken => return Err(ErrorCode::Conflict.into()),
                ReportResolved::Missing => return Err(ErrorCode::NotFound.into()),
                ReportResolved::Stale => {}
            }
        }
        Err(kept_moving())
    }

    /// What a decision comes to, if it may be made about this report.
    async fn remedy(
        &self,
        by: Keeper,
        report: &Report,
        decision: &Decision,
        note: Option<&Description>,
    ) -> Result<Remedy, ChatError> {
        let until = match decision {
            Decision::Dismiss => return Ok(Remedy::Dismiss),
            Decision::DeleteMessage if report.message.is_some() => return Ok(Remedy::DeleteMessage),
            // There is no message to delete.
            Decision::DeleteMessage => return Err(ErrorCode::BadRequest.into()),
            Decision::SuspendUser { until } => Some(*until),
            Decision::BanUser => None,
        };
        // Who says nothing about it means what the reporter said.
        let named = || Description::new(report.reason.as_str()).ok();
        let reason = note.cloned().or_else(named).ok_or(ErrorCode::Internal)?;
        let sanction = match until {
            Some(until) => Sanction::Suspended { until, reason },
            None => Sanction::Banned { reason },
        };
        if !sanction.holds(self.now()) {
            return Err(ErrorCode::BadRequest.into());
        }
        let judged_on = self.standing_of(report.user).await?.ok_or(ErrorCode::NotFound)?;
        rules::may_sanction(by.user, by.role, report.user, judged_on.role)?;
        Ok(Remedy::ShutOut { sanction, judged_on })
    }
}
