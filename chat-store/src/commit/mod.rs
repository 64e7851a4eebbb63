//! A change of a conversation as one transaction, written once for both databases: lock the conversation, compare the
//! version, do what is asked, number what came of it.

mod bans;
mod detail;
mod entrance;
mod members;
mod messages;

use chat_core::change::{Act, Change};
use chat_core::conversation::Conversation;
use chat_core::error::ErrorCode;
use chat_core::log::{ChangeEntry, Changed, LogEntry};
use chat_core::moderation::AuditRecord;
use chat_core::ports::Committed;

pub(crate) use detail::{read_update, show_update};

use crate::codec::all;
use crate::error::Fault;
use crate::session::Session;
use crate::sql::changes as sql;
use crate::sql::conversations::conversation;
use crate::sql::standings::write_audit;

/// What an act did to its conversation.
#[derive(Debug, Default)]
struct Done {
    /// The entries of the log, in their order. Nothing, if it was so before.
    changed: Vec<Changed>,
    /// How many members more there are.
    members: i64,
    /// Whether it is written though the log says nothing of it.
    is_quiet: bool,
    /// Why nothing may be written after all.
    refused: Option<ErrorCode>,
}

impl Done {
    fn one(changed: Changed) -> Self {
        Self { changed: vec![changed], ..Self::default() }
    }

    fn refused(code: ErrorCode) -> Self {
        Self { refused: Some(code), ..Self::default() }
    }
}

/// Writes a change. The caller commits the transaction if something was written, and lets it go otherwise.
pub(crate) async fn write<S: Session>(session: &mut S, change: &Change) -> Result<Committed, Fault> {
    let found = session.rows(S::LOCK_CONVERSATION, &[change.conversation.get().into()]).await?;
    let is_judged = |found: &Conversation| change.act.is_judged_in_place() || found.version == change.judged_on;
    let Some(found) = all(&found, conversation)?.pop().filter(is_judged) else {
        return Ok(Committed::Stale);
    };
    let Some(done) = act(session, change, &found).await? else { return Ok(Committed::Missing) };
    if let Some(code) = done.refused {
        return Ok(Committed::Refused(code));
    }
    if done.changed.is_empty() && !done.is_quiet {
        return Ok(Committed::Nothing);
    }
    let mut head = found.head;
    let mut entries = Vec::with_capacity(done.changed.len());
    for what in done.changed {
        head = head.next();
        let entry = ChangeEntry { conversation: found.id, seq: head, by: change.by, at: change.at, what };
        sql::insert(session, &entry).await?;
        entries.push(entry);
    }
    for record in entries.iter().filter_map(AuditRecord::of_change) {
        write_audit(session, &record).await?;
    }
    let active_at = (change.act.is_activity() && !entries.is_empty()).then_some(change.at.micros());
    let moved = i64::from(change.act.moves_version());
    let values = [found.id.get().into(), head.get().into(), moved.into(), done.members.into(), active_at.into()];
    session.run(sql::MOVE_ON, &values).await?;

    let told: Vec<_> = entries.iter().filter_map(ChangeEntry::notice).collect();
    let users: Vec<_> = told.iter().map(|(user, _)| *user).collect();
    let mut notices = Vec::new();
    if !users.is_empty() {
        let heads = session.own_heads(&users).await?;
        notices = session.push_own(heads, told, change.at).await?;
    }
    Ok(Committed::Written { entries: entries.into_iter().map(LogEntry::Change).collect(), notices })
}

/// Does what is asked; none if what it is about is not there.
async fn act<S: Session>(session: &mut S, change: &Change, found: &Conversation) -> Result<Option<Done>, Fault> {
    match &change.act {
        Act::Add { users } => members::add(session, change, found, users).await,
        Act::Enter { most, invite } => entrance::enter(session, change, found, *most, invite.as_ref()).await,
        Act::Ban { user, reason, until } => bans::ban(session, change, found, *user, reason.as_ref(), *until).await,
        Act::Unban { user } => bans::unban(session, change, *user).await,
        Act::Remove { user } => members::remove(session, change, *user).await,
        Act::SetRole { user, role } => members::set_role(session, change, *user, *role).await,
        Act::Update(update) => members::update_group(session, change, found, update).await,
        Act::Edit { message, body, mentions } => {
            messages::edit(session, change, found.head.next(), *message, body, mentions).await
        }
        Act::Delete { message } => messages::delete(session, change, *message).await,
        Act::React { message, emoji } => messages::react(session, change, found.head.next(), *message, emoji).await,
        Act::Unreact { message, emoji } => messages::unreact(session, change, *message, emoji).await,
        Act::Pin { message } => messages::pin(session, change, found.head.next(), *message).await,
        Act::Unpin { message } => messages::unpin(session, change, *message).await,
    }
}
