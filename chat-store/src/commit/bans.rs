//! Keeping somebody out of a group, and letting them in again.

use chat_core::change::Change;
use chat_core::conversation::{Conversation, Kind};
use chat_core::ids::UserId;
use chat_core::text::Label;
use chat_core::time::Timestamp;

use super::{Done, members};
use crate::error::Fault;
use crate::session::{Session, Value};
use crate::sql::entrance as sql;

pub(super) async fn ban<S: Session>(
    session: &mut S,
    change: &Change,
    found: &Conversation,
    user: UserId,
    reason: Option<&Label>,
    until: Option<Timestamp>,
) -> Result<Option<Done>, Fault> {
    if matches!(found.kind, Kind::Direct(_)) || session.own_heads(&[user]).await?.is_empty() {
        return Ok(None);
    }
    let values = [
        change.conversation.get().into(),
        user.get().into(),
        change.by.get().into(),
        reason.map(Label::as_str).into(),
        until.map(Timestamp::micros).into(),
        change.at.micros().into(),
    ];
    session.run(sql::BAN, &values).await?;
    let done = members::remove(session, change, user).await?.unwrap_or_default();
    Ok(Some(Done { is_quiet: true, ..done }))
}

pub(super) async fn unban<S: Session>(session: &mut S, change: &Change, user: UserId) -> Result<Option<Done>, Fault> {
    let values = [change.conversation.get().into(), user.get().into(), change.at.micros().into()];
    let lifted = session.run(sql::UNBAN, &values).await?;
    Ok(Some(Done { is_quiet: lifted > 0, ..Done::default() }))
}

/// Whether one of these users is banned as the change is made.
pub(super) async fn is_any_banned<S: Session>(
    session: &mut S,
    change: &Change,
    users: &[UserId],
) -> Result<bool, Fault> {
    let users: Vec<_> = users.iter().map(|user| user.get()).collect();
    let values = [change.conversation.get().into(), Value::Numbers(&users), change.at.micros().into()];
    Ok(!session.rows(S::BANNED, &values).await?.is_empty())
}
