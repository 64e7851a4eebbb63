//! Reports in memory.

use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{State, next_id};
use crate::ids::ReportId;
use crate::moderation::{NewReport, Remedy, Report, ReportSubject, ReportedMessage, Resolution};
use crate::page::Page;
use crate::ports::{Committed, ReportFiled, ReportQuery, ReportResolved, ReportStore, StandingSet, StoreError};

#[async_trait]
impl ReportStore for MemoryStore {
    async fn file(&self, new: &NewReport) -> Result<ReportFiled, StoreError> {
        let mut state = self.state();
        state.require_users(&[new.reporter])?;
        let is_same = |report: &&Report| {
            report.outcome.is_none() && report.reporter == new.reporter && report.subject() == new.subject
        };
        if let Some(open) = state.reports.values().find(is_same) {
            return Ok(ReportFiled::Open(open.clone()));
        }
        let (user, message) = match new.subject {
            ReportSubject::User(user) => (user, None),
            ReportSubject::Message(id) => {
                let message = state.message(id, None);
                let said = message.as_ref().and_then(|message| Some((message, message.body()?.clone())));
                let Some((message, body)) = said else { return Ok(ReportFiled::Missing) };
                (message.sender, Some(ReportedMessage { id, conversation: message.conversation, body }))
            }
        };
        let Some(username) = state.users.get(&user).map(|row| row.user.username.clone()) else {
            return Ok(ReportFiled::Missing);
        };
        let report = Report {
            id: next_id(&mut state.last.report, ReportId::new)?,
            reporter: new.reporter,
            user,
            username,
            message,
            reason: new.reason,
            comment: new.comment.clone(),
            created_at: new.at,
            outcome: None,
        };
        state.reports.insert(report.id, report.clone());
        Ok(ReportFiled::Filed(report))
    }

    async fn report(&self, id: ReportId) -> Result<Option<Report>, StoreError> {
        Ok(self.state().reports.get(&id).cloned())
    }

    async fn reports(&self, query: &ReportQuery) -> Result<Page<Report>, StoreError> {
        let state = self.state();
        let after = query.after.map_or(Bound::Unbounded, Bound::Excluded);
        let reports = state.reports.range((after, Bound::Unbounded)).map(|(_, report)| report);
        let meant = reports.filter(|report| report.outcome.is_some() == query.is_resolved);
        let rows = meant.take(query.size.get() + 1).cloned().collect();
        Ok(Page::from_rows(rows, query.size, |report: &Report| report.id.get()))
    }

    async fn resolve(&self, resolution: &Resolution) -> Result<ReportResolved, StoreError> {
        self.state().resolve(resolution)
    }
}

impl State {
    fn resolve(&mut self, resolution: &Resolution) -> Result<ReportResolved, StoreError> {
        let Some(report) = self.reports.get(&resolution.report).cloned() else { return Ok(ReportResolved::Missing) };
        if report.outcome.is_some() {
            return Ok(ReportResolved::Taken);
        }
        let keeper = self.users.get(&resolution.by.user);
        if keeper.is_none_or(|row| row.standing.role != resolution.by.role) {
            return Ok(ReportResolved::Stale);
        }
        let (mut entries, mut notices, mut ended) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(change) = resolution.standing_change(report.user) {
            match self.set_standing(&change)? {
                StandingSet::Set(sessions) => ended = sessions,
                StandingSet::Nothing => {}
                StandingSet::Stale => return Ok(ReportResolved::Stale),
                StandingSet::Missing => return Ok(ReportResolved::Missing),
            }
        }
        if let (Remedy::DeleteMessage, Some(message)) = (&resolution.remedy, &report.message) {
            let version = self.conversations.get(&message.conversation).map(|row| row.conversation.version);
            let change = resolution.deletion(message, version.unwrap_or_default());
            if let Committed::Written { entries: told, notices: own } = self.commit(&change)? {
                (entries, notices) = (told, own);
            }
        }
        self.write_audit(resolution.record(&report))?;
        let report = Report { outcome: Some(resolution.outcome()), ..report };
        self.reports.insert(report.id, report.clone());
        Ok(ReportResolved::Resolved { report: Box::new(report), entries, notices, ended })
    }
}
