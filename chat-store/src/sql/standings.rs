//! How users stand with the server, and the audit: statements, readers, and what is done in one transaction, written once.

use chat_core::ids::{AuditId, ConversationId, MessageId, ReportId, SessionId, UserId};
use chat_core::moderation::{
    AccountStanding, AuditEntry, AuditKind, AuditRecord, Sanction, ServerRole, StandingAct, StandingChange,
};
use chat_core::page::Page;
use chat_core::ports::{AuditQuery, StandingSet, WhichSessions, Whose};
use chat_core::text::Description;

use super::sessions::{ending, in_order};
use crate::codec::{Reader, all, big};
use crate::error::{Corrupt, Fault};
use crate::session::Session;

macro_rules! sanction_columns {
    () => {
        "u.sanction, u.sanction_until, u.sanction_reason"
    };
}
pub(crate) use sanction_columns;

const OF_USER: &str = concat!("SELECT u.id, u.server_role, ", sanction_columns!(), " FROM users u WHERE u.id = $1");

const OF_SESSION: &str = concat!(
    "SELECT u.id, u.server_role, ",
    sanction_columns!(),
    " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND s.nonce = $2"
);

/// The standings of two users, which nobody else can change until the transaction ends.
macro_rules! lock_standings {
    ($lock:literal) => {
        concat!(
            "SELECT u.id, u.server_role, ",
            $crate::sql::standings::sanction_columns!(),
            " FROM users u WHERE u.id = $1 OR u.id = $2 ORDER BY u.id",
            $lock
        )
    };
}
pub(crate) use lock_standings;

const SET: &str =
    "UPDATE users SET server_role = $2, sanction = $3, sanction_until = $4, sanction_reason = $5 WHERE id = $1";

const WRITE_AUDIT: &str = "INSERT INTO audit \
    (kind, by_id, user_id, conversation_id, message_id, report_id, server_role, until_at, note, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

macro_rules! audit {
    ($which:literal) => {
        concat!(
            "SELECT a.id, a.kind, a.by_id, a.user_id, a.conversation_id, a.message_id, a.report_id, a.server_role, \
            a.until_at, a.note, a.created_at FROM audit a WHERE a.id < $1",
            $which,
            " ORDER BY a.id DESC LIMIT $2"
        )
    };
}

const AUDIT: &str = audit!("");
const AUDIT_BY: &str = audit!(" AND a.by_id = $3");
const AUDIT_OF: &str = audit!(" AND a.user_id = $3");
const AUDIT_BY_OF: &str = audit!(" AND a.by_id = $3 AND a.user_id = $4");

/// What kept a user out last, in the columns of [`sanction_columns`].
pub(crate) fn sanction(row: &mut Reader<'_>) -> Result<Option<Sanction>, Corrupt> {
    row.table("users");
    let name = row.text_if_any("sanction")?;
    let until = row.time_if_any("sanction_until")?;
    let reason = row.parsed_if_any("sanction_reason", |text| Description::new(text).ok())?;
    match (name, reason) {
        (None, None) => Ok(None),
        (Some(name), Some(reason)) => {
            Sanction::of(&name, until, reason).map(Some).ok_or_else(|| row.corrupt("sanction"))
        }
        (None, Some(_)) | (Some(_), None) => Err(row.corrupt("sanction_reason")),
    }
}

fn standing(row: &mut Reader<'_>) -> Result<(UserId, AccountStanding), Corrupt> {
    row.table("users");
    let user = row.id("id", UserId::new)?;
    let role = row.parsed("server_role", ServerRole::parse)?;
    Ok((user, AccountStanding { role, sanction: sanction(row)? }))
}

pub(crate) async fn standing_of<S: Session>(session: &mut S, whose: Whose) -> Result<Option<AccountStanding>, Fault> {
    let rows = match whose {
        Whose::User(user) => session.rows(OF_USER, &[user.get().into()]).await?,
        Whose::Session { session: id, nonce } => session.rows(OF_SESSION, &[id.get().into(), nonce.into()]).await?,
    };
    Ok(all(&rows, standing)?.pop().map(|(_, standing)| standing))
}

/// Changes how somebody stands. The caller commits the transaction if it is set, and lets it go otherwise.
pub(crate) async fn set<S: Session>(session: &mut S, change: &StandingChange) -> Result<StandingSet, Fault> {
    let keeper = change.by.map_or(0, |keeper| keeper.user.get());
    let rows = session.rows(S::LOCK_STANDINGS, &[change.user.get().into(), keeper.into()]).await?;
    let found = all(&rows, standing)?;
    let of = |user: UserId| found.iter().find(|(id, _)| *id == user).map(|(_, standing)| standing);
    let Some(before) = of(change.user) else { return Ok(StandingSet::Missing) };
    let has_moved = change.by.is_some_and(|keeper| of(keeper.user).is_none_or(|now| now.role != keeper.role));
    if has_moved || *before != change.judged_on {
        return Ok(StandingSet::Stale);
    }
    let after = change.act.applied_to(before);
    if after == *before {
        return Ok(StandingSet::Nothing);
    }
    let sanction = after.sanction.as_ref();
    let values = [
        change.user.get().into(),
        after.role.as_str().into(),
        sanction.map(Sanction::as_str).into(),
        sanction.and_then(Sanction::until).map(|until| until.micros()).into(),
        sanction.map(|sanction| sanction.reason().as_str()).into(),
    ];
    session.run(SET, &values).await?;
    write_audit(session, &AuditRecord::of_standing(change)).await?;
    if !matches!(change.act, StandingAct::Sanction(_)) {
        return Ok(StandingSet::Set(Vec::new()));
    }
    let (statement, kept) = ending(WhichSessions::AllBut(None));
    let rows = session.rows(statement, &[change.user.get().into(), change.at.micros().into(), kept.into()]).await?;
    let ended: Vec<SessionId> = in_order(&rows)?;
    Ok(StandingSet::Set(ended))
}

/// Writes the next entry of the audit.
pub(crate) async fn write_audit<S: Session>(session: &mut S, record: &AuditRecord) -> Result<(), Fault> {
    let values = [
        record.kind.as_str().into(),
        record.by.map(UserId::get).into(),
        record.user.map(UserId::get).into(),
        record.conversation.map(ConversationId::get).into(),
        record.message.map(MessageId::get).into(),
        record.report.map(ReportId::get).into(),
        record.role.map(ServerRole::as_str).into(),
        record.until.map(|until| until.micros()).into(),
        record.note.as_ref().map(Description::as_str).into(),
        record.at.micros().into(),
    ];
    session.run(WRITE_AUDIT, &values).await?;
    Ok(())
}

fn audit_entry(row: &mut Reader<'_>) -> Result<AuditEntry, Corrupt> {
    row.table("audit");
    let id = row.id("id", AuditId::new)?;
    let record = AuditRecord {
        kind: row.parsed("kind", AuditKind::parse)?,
        by: row.id_if_any("by_id", UserId::new)?,
        user: row.id_if_any("user_id", UserId::new)?,
        conversation: row.id_if_any("conversation_id", ConversationId::new)?,
        message: row.id_if_any("message_id", MessageId::new)?,
        report: row.id_if_any("report_id", ReportId::new)?,
        role: row.parsed_if_any("server_role", ServerRole::parse)?,
        until: row.time_if_any("until_at")?,
        note: row.parsed_if_any("note", |text| Description::new(text).ok())?,
        at: row.time("created_at")?,
    };
    Ok(AuditEntry { id, record })
}

pub(crate) async fn audit<S: Session>(session: &mut S, query: &AuditQuery) -> Result<Page<AuditEntry>, Fault> {
    let before = query.before.map_or(i64::MAX, AuditId::get).into();
    let limit = big(query.size.get() + 1).into();
    let rows = match (query.by, query.user) {
        (None, None) => session.rows(AUDIT, &[before, limit]).await?,
        (Some(by), None) => session.rows(AUDIT_BY, &[before, limit, by.get().into()]).await?,
        (None, Some(user)) => session.rows(AUDIT_OF, &[before, limit, user.get().into()]).await?,
        (Some(by), Some(user)) => {
            session.rows(AUDIT_BY_OF, &[before, limit, by.get().into(), user.get().into()]).await?
        }
    };
    Ok(Page::from_rows(all(&rows, audit_entry)?, query.size, |entry| entry.id.get()))
}
