//! The users' own logs: shared statements, readers, and the numbering of new entries.

use std::collections::HashMap;

use chat_core::command::OwnChanges;
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::log::{UserEntry, UserNotice};
use chat_core::page::PageSize;
use chat_core::relation::RelationNotice;
use chat_core::time::Timestamp;

use super::relations::{REQUEST_WIDTH, request, request_columns};
use crate::codec::{Columns, Reader};
use crate::error::Corrupt;

const CONVERSATION_ADDED: &str = "conversation_added";
const CONVERSATION_REMOVED: &str = "conversation_removed";

/// The head and one part of the log in one statement, and so in one snapshot. A user without entries gives one row with
/// the head alone.
pub(crate) const CHANGES: &str = concat!(
    "SELECT u.log_head, e.seq, e.user_id, e.kind, e.other_id, e.conversation_id, e.conversation_head, \
    e.created_at, ",
    request_columns!(),
    " FROM users u LEFT JOIN (SELECT * FROM user_changes WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS e \
    ON e.user_id = u.id LEFT JOIN friend_requests q ON q.id = e.request_id WHERE u.id = $1 ORDER BY e.seq",
);

/// What the kind of an entry is called.
fn kind_of(notice: &UserNotice) -> &'static str {
    match notice {
        UserNotice::Relation { notice, .. } => notice.as_str(),
        UserNotice::ConversationAdded { .. } => CONVERSATION_ADDED,
        UserNotice::ConversationRemoved { .. } => CONVERSATION_REMOVED,
    }
}

/// A new entry as columns.
pub(crate) struct EntryColumns {
    pub(crate) user: i64,
    pub(crate) seq: i64,
    pub(crate) kind: &'static str,
    pub(crate) other: i64,
    pub(crate) request: Option<i64>,
    pub(crate) conversation: Option<i64>,
    pub(crate) head: Option<i64>,
    pub(crate) at: i64,
}

impl EntryColumns {
    pub(crate) fn of(entry: &UserEntry) -> Self {
        let (other, conversation, head) = match &entry.notice {
            UserNotice::Relation { other, .. } => (*other, None, None),
            UserNotice::ConversationAdded { conversation, by, head } => (*by, Some(conversation), Some(head.get())),
            UserNotice::ConversationRemoved { conversation, by } => (*by, Some(conversation), None),
        };
        Self {
            user: entry.user.get(),
            seq: entry.seq.get(),
            kind: kind_of(&entry.notice),
            other: other.get(),
            request: entry.notice.request_id().map(|id| id.get()),
            conversation: conversation.map(|id| id.get()),
            head,
            at: entry.at.micros(),
        }
    }
}

/// Gives each notice the next place in its user's log, in the order of the notices. The heads move along.
/// A user without a head does not exist and gets no entry.
pub(crate) fn number(
    heads: &mut HashMap<UserId, Seq>,
    notices: impl IntoIterator<Item = (UserId, UserNotice)>,
    at: Timestamp,
) -> Vec<UserEntry> {
    let mut entries = Vec::new();
    for (user, notice) in notices {
        if let Some(head) = heads.get_mut(&user) {
            *head = head.next();
            entries.push(UserEntry { user, seq: *head, notice, at });
        }
    }
    entries
}

pub(crate) fn head(row: &mut Reader<'_>) -> Result<(UserId, Seq), Corrupt> {
    row.table("users");
    Ok((row.id("id", UserId::new)?, row.seq("log_head")?))
}

/// The log that [`CHANGES`] returned; it is dense, or the store is broken.
pub(crate) fn changes<R: Columns>(rows: &[R], after: Seq, size: PageSize) -> Result<OwnChanges, Corrupt> {
    let mut changes = OwnChanges { items: Vec::new(), head: Seq::ZERO };
    let mut last = after;
    for row in rows {
        let mut row = Reader::new(row);
        changes.head = row.table("users").seq("log_head")?;
        let Some(seq) = row.table("user_changes").seq_if_any("seq")? else { continue };
        if seq != last.next() {
            return Err(row.corrupt("seq"));
        }
        changes.items.push(entry(&mut row, seq)?);
        last = seq;
    }
    if changes.items.len() < size.get() && last < changes.head {
        return Err(Corrupt { table: "users", column: "log_head" });
    }
    Ok(changes)
}

fn entry(row: &mut Reader<'_>, seq: Seq) -> Result<UserEntry, Corrupt> {
    let user = row.id("user_id", UserId::new)?;
    let kind = row.text("kind")?;
    let other = row.id("other_id", UserId::new)?;
    let conversation = row.id_if_any("conversation_id", ConversationId::new)?;
    let head = row.seq_if_any("conversation_head")?;
    let at = row.time("created_at")?;
    let request = row.group(REQUEST_WIDTH, request)?;
    row.table("user_changes");
    let notice = match (kind.as_str(), conversation, head) {
        (CONVERSATION_ADDED, Some(conversation), Some(head)) => {
            UserNotice::ConversationAdded { conversation, by: other, head }
        }
        (CONVERSATION_REMOVED, Some(conversation), None) => UserNotice::ConversationRemoved { conversation, by: other },
        (kind, ..) => {
            let notice = RelationNotice::parse(kind).ok_or_else(|| row.corrupt("kind"))?;
            UserNotice::Relation { notice, other, request }
        }
    };
    Ok(UserEntry { user, seq, notice, at })
}
