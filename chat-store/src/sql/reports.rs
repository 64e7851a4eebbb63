//! Reports: statements, readers, and what is done in one transaction, written once.

use chat_core::ids::{ConversationId, MessageId, ReportId, UserId};
use chat_core::moderation::{
    NewReport, Outcome, Remedy, Report, ReportAction, ReportReason, ReportSubject, ReportedMessage, Resolution,
};
use chat_core::page::Page;
use chat_core::ports::{Committed, ReportFiled, ReportQuery, ReportResolved, StandingSet, Whose};
use chat_core::text::{Body, Description};
use chat_core::user::Username;

use super::conversations::conversation;
use super::standings::{self, write_audit};
use crate::codec::{Reader, all, big};
use crate::commit;
use crate::error::{Corrupt, Fault};
use crate::session::{Session, Value};

macro_rules! report_columns {
    () => {
        "id, reporter_id, user_id, username, message_id, conversation_id, body, reason, comment, created_at, \
        resolved_at, resolved_by, action, note"
    };
}

macro_rules! file {
    ($what:literal) => {
        concat!(
            "INSERT INTO reports (reporter_id, user_id, username, message_id, conversation_id, body, reason, comment, \
            created_at) SELECT $1, ",
            $what,
            " ON CONFLICT DO NOTHING RETURNING ",
            report_columns!()
        )
    };
}

/// Takes down what a message says at this moment.
const FILE_MESSAGE: &str = file!(
    "u.id, u.username, m.id, m.conversation_id, m.body, $3, $4, $5 FROM messages m JOIN users u ON u.id = m.sender_id \
    WHERE m.id = $2 AND m.deleted_at IS NULL"
);
const FILE_USER: &str = file!("u.id, u.username, NULL, NULL, NULL, $3, $4, $5 FROM users u WHERE u.id = $2");

const OPEN_MESSAGE: &str = concat!(
    "SELECT ",
    report_columns!(),
    " FROM reports WHERE reporter_id = $1 AND message_id = $2 AND resolved_at IS NULL"
);
const OPEN_USER: &str = concat!(
    "SELECT ",
    report_columns!(),
    " FROM reports WHERE reporter_id = $1 AND user_id = $2 AND message_id IS NULL AND resolved_at IS NULL"
);

const BY_ID: &str = concat!("SELECT ", report_columns!(), " FROM reports WHERE id = $1");

const LIST_OPEN: &str =
    concat!("SELECT ", report_columns!(), " FROM reports WHERE resolved_at IS NULL AND id > $1 ORDER BY id LIMIT $2");
const LIST_RESOLVED: &str = concat!(
    "SELECT ",
    report_columns!(),
    " FROM reports WHERE resolved_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2"
);

/// Whoever comes second waits for the first, and then finds it resolved.
const RESOLVE: &str = concat!(
    "UPDATE reports SET resolved_at = $2, resolved_by = $3, action = $4, note = $5 \
    WHERE id = $1 AND resolved_at IS NULL RETURNING ",
    report_columns!()
);

/// How often it is looked again where an open report was resolved between two statements.
const TRIES: usize = 3;

fn report(row: &mut Reader<'_>) -> Result<Report, Corrupt> {
    row.table("reports");
    let id = row.id("id", ReportId::new)?;
    let reporter = row.id("reporter_id", UserId::new)?;
    let user = row.id("user_id", UserId::new)?;
    let username = Username::stored(row.text("username")?);
    let message = row.id_if_any("message_id", MessageId::new)?;
    let conversation = row.id_if_any("conversation_id", ConversationId::new)?;
    let body = row.parsed_if_any("body", |text| Body::new(text).ok())?;
    let reason = row.parsed("reason", ReportReason::parse)?;
    let comment = row.parsed_if_any("comment", |text| Description::new(text).ok())?;
    let created_at = row.time("created_at")?;
    let resolved_at = row.time_if_any("resolved_at")?;
    let resolved_by = row.id_if_any("resolved_by", UserId::new)?;
    let action = row.parsed_if_any("action", ReportAction::parse)?;
    let note = row.parsed_if_any("note", |text| Description::new(text).ok())?;
    let message = match (message, conversation, body) {
        (Some(id), Some(conversation), Some(body)) => Some(ReportedMessage { id, conversation, body }),
        _ => None,
    };
    let outcome = match (resolved_at, resolved_by, action) {
        (Some(at), Some(by), Some(action)) => Some(Outcome { action, by, note, at }),
        _ => None,
    };
    Ok(Report { id, reporter, user, username, message, reason, comment, created_at, outcome })
}

/// Files a report. The caller commits the transaction if it is filed, and lets it go otherwise.
pub(crate) async fn file<S: Session>(session: &mut S, new: &NewReport) -> Result<ReportFiled, Fault> {
    let (file, open, subject) = match new.subject {
        ReportSubject::Message(message) => (FILE_MESSAGE, OPEN_MESSAGE, message.get()),
        ReportSubject::User(user) => (FILE_USER, OPEN_USER, user.get()),
    };
    let reporter = Value::Number(new.reporter.get());
    let comment = new.comment.as_ref().map(Description::as_str);
    let values = [reporter, subject.into(), new.reason.as_str().into(), comment.into(), new.at.micros().into()];
    for _ in 0..TRIES {
        if let Some(filed) = all(&session.rows(file, &values).await?, report)?.pop() {
            return Ok(ReportFiled::Filed(filed));
        }
        if let Some(open) = all(&session.rows(open, &[reporter, subject.into()]).await?, report)?.pop() {
            return Ok(ReportFiled::Open(open));
        }
    }
    Ok(ReportFiled::Missing)
}

pub(crate) async fn find<S: Session>(session: &mut S, id: ReportId) -> Result<Option<Report>, Fault> {
    Ok(all(&session.rows(BY_ID, &[id.get().into()]).await?, report)?.pop())
}

pub(crate) async fn list<S: Session>(session: &mut S, query: &ReportQuery) -> Result<Page<Report>, Fault> {
    let statement = if query.is_resolved { LIST_RESOLVED } else { LIST_OPEN };
    let values = [query.after.map_or(0, ReportId::get).into(), big(query.size.get() + 1).into()];
    let rows = session.rows(statement, &values).await?;
    Ok(Page::from_rows(all(&rows, report)?, query.size, |report| report.id.get()))
}

/// Resolves a report, and does what was decided. The caller commits the transaction if it is resolved, and lets it go otherwise.
pub(crate) async fn resolve<S: Session>(session: &mut S, resolution: &Resolution) -> Result<ReportResolved, Fault> {
    let values = [
        resolution.report.get().into(),
        resolution.at.micros().into(),
        resolution.by.user.get().into(),
        resolution.remedy.action().as_str().into(),
        resolution.note.as_ref().map(Description::as_str).into(),
    ];
    let Some(report) = all(&session.rows(RESOLVE, &values).await?, report)?.pop() else {
        let is_there = find(session, resolution.report).await?.is_some();
        return Ok(if is_there { ReportResolved::Taken } else { ReportResolved::Missing });
    };
    let keeper = standings::standing_of(session, Whose::User(resolution.by.user)).await?;
    if keeper.is_none_or(|keeper| keeper.role != resolution.by.role) {
        return Ok(ReportResolved::Stale);
    }
    let (mut entries, mut notices, mut ended) = (Vec::new(), Vec::new(), Vec::new());
    if let (Remedy::DeleteMessage, Some(message)) = (&resolution.remedy, &report.message) {
        let found = session.rows(S::LOCK_CONVERSATION, &[message.conversation.get().into()]).await?;
        let version = all(&found, conversation)?.pop().map(|found| found.version);
        let deletion = resolution.deletion(message, version.unwrap_or_default());
        if let Committed::Written { entries: told, notices: own } = commit::write(session, &deletion).await? {
            (entries, notices) = (told, own);
        }
    }
    if let Some(change) = resolution.standing_change(report.user) {
        match standings::set(session, &change).await? {
            StandingSet::Set(sessions) => ended = sessions,
            StandingSet::Nothing => {}
            StandingSet::Stale => return Ok(ReportResolved::Stale),
            StandingSet::Missing => return Ok(ReportResolved::Missing),
        }
    }
    write_audit(session, &resolution.record(&report)).await?;
    Ok(ReportResolved::Resolved { report: Box::new(report), entries, notices, ended })
}
