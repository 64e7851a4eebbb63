//! Messages and the logs of conversations: shared statements and readers.

use chat_core::command::Changes;
use chat_core::conversation::Role;
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::log::{LogEntry, MembershipEntry, MembershipStep};
use chat_core::message::{Message, MessageState};
use chat_core::page::PageSize;
use chat_core::text::{Body, ClientId};

use crate::codec::{Columns, Reader};
use crate::error::Corrupt;
use crate::plan::append::{Key, LogHead};

/// When the other user's mark first reached the message `m` of the direct conversation `c`. In a group there is no
/// other user: the comparison with null finds nothing.
macro_rules! reached_at {
    ($kind:literal) => {
        concat!(
            "(SELECT w.created_at FROM receipts w WHERE w.conversation_id = m.conversation_id ",
            "AND w.user_id = CASE m.sender_id WHEN c.direct_low THEN c.direct_high ELSE c.direct_low END ",
            "AND w.kind = '",
            $kind,
            "' AND w.seq >= m.seq ORDER BY w.seq LIMIT 1)",
        )
    };
}
pub(crate) use reached_at;

/// The columns of the message `m` in the conversation `c`.
macro_rules! message_columns {
    () => {
        concat!(
            "m.id, m.conversation_id, m.seq, m.sender_id, m.body, m.client_id, m.reply_to, m.created_at, ",
            $crate::sql::messages::reached_at!("delivered"),
            ", ",
            $crate::sql::messages::reached_at!("read"),
        )
    };
}
pub(crate) use message_columns;

/// How many columns a message takes.
pub(crate) const MESSAGE_WIDTH: usize = 10;

macro_rules! from_messages {
    () => {
        " FROM messages m JOIN conversations c ON c.id = m.conversation_id "
    };
}

pub(crate) const GET: &str = concat!("SELECT ", message_columns!(), from_messages!(), "WHERE m.id = $1");

pub(crate) const BY_CLIENT_ID: &str = concat!(
    "SELECT ",
    message_columns!(),
    from_messages!(),
    "WHERE m.conversation_id = $1 AND m.sender_id = $2 AND m.client_id = $3",
);

pub(crate) const PAGE_BEFORE: &str = concat!(
    "SELECT ",
    message_columns!(),
    from_messages!(),
    "WHERE m.conversation_id = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3",
);

pub(crate) const PAGE_AFTER: &str = concat!(
    "SELECT ",
    message_columns!(),
    from_messages!(),
    "WHERE m.conversation_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3",
);

/// The head and one part of the log in one statement, and so in one snapshot: messages and changes merged by their
/// shared numbers. A conversation without entries gives one row with the head alone, one that does not exist gives
/// none.
pub(crate) const CHANGES: &str = concat!(
    "SELECT c.head, m.seq, m.kind, m.by_id, m.role, ",
    message_columns!(),
    " FROM conversations c LEFT JOIN (SELECT * FROM (\
    SELECT conversation_id, seq, 'message' AS kind, id, sender_id, body, client_id, reply_to, created_at, \
    CAST(NULL AS BIGINT) AS by_id, CAST(NULL AS TEXT) AS role \
    FROM messages WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS said \
    UNION ALL SELECT * FROM (\
    SELECT conversation_id, seq, kind, CAST(NULL AS BIGINT) AS id, user_id, CAST(NULL AS TEXT) AS body, \
    CAST(NULL AS TEXT) AS client_id, CAST(NULL AS BIGINT) AS reply_to, created_at, by_id, role \
    FROM conversation_changes WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS changed) AS m \
    ON m.conversation_id = c.id WHERE c.id = $1 ORDER BY m.seq LIMIT $3",
);

pub(crate) fn message(row: &mut Reader<'_>) -> Result<Message, Corrupt> {
    row.table("messages");
    Ok(Message {
        id: row.id("id", MessageId::new)?,
        conversation: row.id("conversation_id", ConversationId::new)?,
        seq: row.seq("seq")?,
        sender: row.id("sender_id", UserId::new)?,
        body: row.parsed("body", |text| Body::new(text).ok())?,
        client_id: row.parsed_if_any("client_id", |text| ClientId::new(text).ok())?,
        reply_to: row.id_if_any("reply_to", MessageId::new)?,
        created_at: row.time("created_at")?,
        state: {
            row.table("receipts");
            MessageState::of(row.time_if_any("created_at")?, row.time_if_any("created_at")?)
        },
    })
}

/// The log that [`CHANGES`] returned; it is dense, or the store is broken. None if there is no such conversation.
pub(crate) fn changes<R: Columns>(
    rows: &[R],
    conversation: ConversationId,
    after: Seq,
    size: PageSize,
) -> Result<Option<Changes>, Corrupt> {
    let Some(first) = rows.first() else { return Ok(None) };
    let head = Reader::new(first).table("conversations").seq("head")?;
    let mut items = Vec::with_capacity(rows.len());
    let mut last = after;
    for row in rows {
        let mut row = Reader::new(row);
        row.skip(1);
        let Some(seq) = row.table("messages").seq_if_any("seq")? else { continue };
        if seq != last.next() {
            return Err(row.corrupt("seq"));
        }
        items.push(entry(&mut row, seq)?);
        last = seq;
    }
    if items.len() < size.get() && last < head {
        return Err(Corrupt { table: "conversations", column: "head" });
    }
    Ok(Some(Changes { conversation, items, head }))
}

fn entry(row: &mut Reader<'_>, seq: Seq) -> Result<LogEntry, Corrupt> {
    row.table("conversation_changes");
    let kind = row.text("kind")?;
    let by = row.id_if_any("by_id", UserId::new)?;
    let role = row.parsed_if_any("role", Role::parse)?;
    if kind == "message" {
        return message(row).map(LogEntry::Message);
    }
    let change = match (kind.as_str(), role) {
        ("joined", Some(role)) => MembershipStep::Joined { role },
        ("left", None) => MembershipStep::Left,
        _ => return Err(row.corrupt("kind")),
    };
    let by = by.ok_or_else(|| row.corrupt("by_id"))?;
    row.skip(1);
    let conversation = row.id("conversation_id", ConversationId::new)?;
    row.skip(1);
    let user = row.id("user_id", UserId::new)?;
    row.skip(3);
    let at = row.time("created_at")?;
    Ok(LogEntry::Membership(MembershipEntry { conversation, seq, user, by, change, at }))
}

/// A conversation as an append sees it.
pub(crate) fn log_head(row: &mut Reader<'_>) -> Result<(ConversationId, LogHead), Corrupt> {
    row.table("conversations");
    let id = row.id("id", ConversationId::new)?;
    Ok((id, LogHead { head: row.seq("head")?, version: row.version("version")? }))
}

/// A message under its key, if it has one.
pub(crate) fn keyed(message: Message) -> Option<(Key, Message)> {
    let key = (message.conversation, message.sender, message.client_id.clone()?);
    Some((key, message))
}

/// Where a new message stands, and its id.
#[cfg(feature = "postgres")]
pub(crate) fn written(row: &mut Reader<'_>) -> Result<(ConversationId, Seq, MessageId), Corrupt> {
    row.table("messages");
    Ok((row.id("conversation_id", ConversationId::new)?, row.seq("seq")?, row.id("id", MessageId::new)?))
}
