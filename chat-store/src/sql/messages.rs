//! Messages and the logs of conversations: shared statements and readers.

use chat_core::command::{Changes, History, HistoryStart};
use chat_core::ids::{ConversationId, ID_LIMIT, MessageId, Seq, UserId};
use chat_core::log::LogEntry;
use chat_core::message::{Content, Forwarded, Message, MessageState};
use chat_core::page::{Page, PageSize};
use chat_core::text::{Body, ClientId};
use chat_core::time::Timestamp;

use super::changes::{entry, entry_columns};
use super::mentions;
use super::receipts::kind_of;
use super::silence::{is_shown, join_relation, silent_since};
use crate::codec::{Columns, Reader};
use crate::error::Corrupt;
use crate::plan::append::{Key, LogHead};
use crate::plan::reach;
use crate::plan::receipts::Rise;

/// When the other user's mark first reached the message `m` of the direct conversation `c`, as the viewer sees it. In a
/// group there is no other user: the comparison with null finds nothing.
macro_rules! reached_at {
    ($kind:literal, $viewer:literal) => {
        concat!(
            "(SELECT w.created_at FROM receipts w WHERE w.conversation_id = m.conversation_id ",
            "AND w.user_id = CASE m.sender_id WHEN c.direct_low THEN c.direct_high ELSE c.direct_low END ",
            "AND w.kind = '",
            $kind,
            "' AND w.seq >= m.seq AND ",
            $crate::sql::silence::is_shown!($crate::sql::silence::silent_since!(), $viewer),
            " ORDER BY w.seq LIMIT 1)",
        )
    };
}
pub(crate) use reached_at;

/// What a message says.
macro_rules! content_columns {
    ($message:literal) => {
        concat!(
            $message,
            ".body, ",
            $message,
            ".edited_at, ",
            $message,
            ".deleted_at, ",
            $message,
            ".deleted_by, ",
            $message,
            ".mentions, ",
            $message,
            ".forwarded_id, ",
            $message,
            ".forwarded_sender",
        )
    };
}
pub(crate) use content_columns;

/// The columns of the message `m`, without its state.
macro_rules! said_columns {
    () => {
        concat!(
            "m.id, m.conversation_id, m.seq, m.sender_id, ",
            $crate::sql::messages::content_columns!("m"),
            ", m.client_id, m.reply_to, m.created_at",
        )
    };
}
pub(crate) use said_columns;

/// The columns of the message `m` in the conversation `c` with the relation `r`.
macro_rules! message_columns {
    ($viewer:literal) => {
        concat!(
            $crate::sql::messages::said_columns!(),
            ", ",
            $crate::sql::messages::reached_at!("delivered", $viewer),
            ", ",
            $crate::sql::messages::reached_at!("read", $viewer),
        )
    };
}
pub(crate) use message_columns;

/// How many columns it takes what a message says, a message without its state, and with it.
pub(crate) const CONTENT_WIDTH: usize = 7;
const SAID_WIDTH: usize = 7 + CONTENT_WIDTH;
pub(crate) const MESSAGE_WIDTH: usize = SAID_WIDTH + 2;

macro_rules! from_messages {
    () => {
        concat!(" FROM messages m JOIN conversations c ON c.id = m.conversation_id", join_relation!())
    };
}
pub(crate) use from_messages;

pub(crate) const GET: &str = concat!("SELECT ", message_columns!("$2"), from_messages!(), "WHERE m.id = $1");

pub(crate) const BY_CLIENT_ID: &str = concat!(
    "SELECT ",
    message_columns!("m.sender_id"),
    from_messages!(),
    "WHERE m.conversation_id = $1 AND m.sender_id = $2 AND m.client_id = $3",
);

/// A page, and all rises that say when its messages were reached: for each mark those on the page and the first one
/// behind it. A rise stands in the columns of a message without an id. Asking for each message by itself would cost ten
/// times as much, and more where there are more rises.
macro_rules! page {
    ($condition:literal, $order:literal) => {
        concat!(
            "WITH shown AS MATERIALIZED (SELECT ",
            said_columns!(),
            " FROM messages m WHERE m.conversation_id = $1 AND m.seq ",
            $condition,
            " $2 ORDER BY m.seq ",
            $order,
            " LIMIT $3), part AS MATERIALIZED (SELECT c.direct_low, c.direct_high, ",
            silent_since!(),
            " AS silent_since, (SELECT min(seq) FROM shown) AS first, (SELECT max(seq) FROM shown) AS last \
            FROM conversations c",
            join_relation!(),
            "WHERE c.id = $1), marks AS (\
            SELECT direct_low AS user_id, 'delivered' AS kind, silent_since, first, last FROM part \
            UNION ALL SELECT direct_low, 'read', silent_since, first, last FROM part \
            UNION ALL SELECT direct_high, 'delivered', silent_since, first, last FROM part \
            UNION ALL SELECT direct_high, 'read', silent_since, first, last FROM part) \
            SELECT * FROM shown UNION ALL \
            SELECT NULL, w.conversation_id, w.seq, w.user_id, w.kind, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, w.created_at \
            FROM marks k JOIN receipts w ON w.conversation_id = $1 AND w.user_id = k.user_id AND w.kind = k.kind \
            AND w.seq >= k.first AND w.seq <= COALESCE((SELECT min(n.seq) FROM receipts n \
            WHERE n.conversation_id = $1 AND n.user_id = k.user_id AND n.kind = k.kind AND n.seq >= k.last), k.last) AND ",
            is_shown!("k.silent_since", "$4"),
        )
    };
}

pub(crate) const PAGE_BEFORE: &str = page!("<", "DESC");

pub(crate) const PAGE_AFTER: &str = page!(">", "ASC");

/// The head and one part of the log in one statement, and so in one snapshot: messages and changes merged by their
/// shared numbers. A conversation without entries gives one row with the head alone, one that does not exist gives
/// none.
pub(crate) const CHANGES: &str = concat!(
    "SELECT c.head, l.seq, ",
    message_columns!("$4"),
    ", ",
    entry_columns!(),
    " FROM conversations c",
    join_relation!(),
    "LEFT JOIN (SELECT seq FROM (SELECT seq FROM messages WHERE conversation_id = $1 AND seq > $2 \
    ORDER BY seq LIMIT $3) AS said UNION ALL SELECT seq FROM (SELECT seq FROM conversation_changes \
    WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS changed) AS l ON c.id = $1 \
    LEFT JOIN messages m ON m.conversation_id = $1 AND m.seq = l.seq \
    LEFT JOIN conversation_changes x ON x.conversation_id = $1 AND x.seq = l.seq \
    LEFT JOIN messages t ON t.id = x.message_id WHERE c.id = $1 ORDER BY l.seq LIMIT $3",
);

pub(crate) fn message(row: &mut Reader<'_>) -> Result<Message, Corrupt> {
    let said = said(row)?;
    row.table("receipts");
    let state = MessageState::of(row.time_if_any("created_at")?, row.time_if_any("created_at")?);
    Ok(Message { state, ..said })
}

/// A message before its state is known.
fn said(row: &mut Reader<'_>) -> Result<Message, Corrupt> {
    row.table("messages");
    Ok(Message {
        id: row.id("id", MessageId::new)?,
        conversation: row.id("conversation_id", ConversationId::new)?,
        seq: row.seq("seq")?,
        sender: row.id("sender_id", UserId::new)?,
        content: content(row)?,
        client_id: row.parsed_if_any("client_id", |text| ClientId::new(text).ok())?,
        reply_to: row.id_if_any("reply_to", MessageId::new)?,
        created_at: row.time("created_at")?,
        state: MessageState::Sent,
    })
}

/// What a message says: a deleted one nothing.
pub(crate) fn content(row: &mut Reader<'_>) -> Result<Content, Corrupt> {
    let text = row.text("body")?;
    let edited_at = row.time_if_any("edited_at")?;
    let deleted_at = row.time_if_any("deleted_at")?;
    let deleted_by = row.id_if_any("deleted_by", UserId::new)?;
    let mentions = row.parsed_if_any("mentions", mentions::read)?.unwrap_or_default();
    let forwarded = row.id_if_any("forwarded_id", MessageId::new)?.zip(row.id_if_any("forwarded_sender", UserId::new)?);
    if let Some((at, by)) = deleted_at.zip(deleted_by) {
        return Ok(Content::Deleted { by, at });
    }
    let body = Body::new(text).map_err(|_| row.corrupt("body"))?;
    let forwarded = forwarded.map(|(message, sender)| Forwarded { message, sender });
    Ok(Content::Said { body, edited_at, mentions, forwarded })
}

/// A rise, in the columns of a message without an id.
fn rise(row: &mut Reader<'_>) -> Result<Rise, Corrupt> {
    row.table("receipts").skip(1);
    let conversation = row.id("conversation_id", ConversationId::new)?;
    let to = row.seq("seq")?;
    let user = row.id("user_id", UserId::new)?;
    let kind = row.parsed("kind", kind_of)?;
    row.skip(CONTENT_WIDTH + 1);
    Ok(Rise { member: (conversation, user), kind, to, at: row.time("created_at")? })
}

/// The statement for a page, and the place that it starts from.
pub(crate) const fn page_from(start: HistoryStart) -> (&'static str, i64) {
    match start {
        HistoryStart::Newest => (PAGE_BEFORE, ID_LIMIT),
        HistoryStart::Before(seq) => (PAGE_BEFORE, seq.get()),
        HistoryStart::After(seq) => (PAGE_AFTER, seq.get()),
    }
}

/// The page that such a statement returned, each message as it stands.
pub(crate) fn page<R: Columns>(rows: &[R], history: &History) -> Result<Page<Message>, Corrupt> {
    let (mut messages, mut rises) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match Reader::new(row).group(SAID_WIDTH, said)? {
            Some(said) => messages.push(said),
            None => rises.push(rise(&mut Reader::new(row))?),
        }
    }
    reach::settle(&mut messages, rises);
    // The two halves of the statement promise no order.
    messages.sort_unstable_by_key(|message| message.seq);
    if !matches!(history.from, HistoryStart::After(_)) {
        messages.reverse();
    }
    Ok(Page::from_rows(messages, history.size, |message| message.seq.get()))
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
        items.push(match row.group(MESSAGE_WIDTH, message)? {
            Some(message) => LogEntry::Message(message),
            None => LogEntry::Change(entry(&mut row, conversation, seq)?),
        });
        last = seq;
    }
    if items.len() < size.get() && last < head {
        return Err(Corrupt { table: "conversations", column: "head" });
    }
    Ok(Some(Changes { conversation, items, head }))
}

/// A conversation as an append sees it.
pub(crate) fn log_head(row: &mut Reader<'_>) -> Result<(ConversationId, LogHead), Corrupt> {
    row.table("conversations");
    let id = row.id("id", ConversationId::new)?;
    Ok((id, LogHead { head: row.seq("head")?, version: row.version("version")? }))
}

/// When somebody who has to wait spoke last.
pub(crate) fn spoke(row: &mut Reader<'_>) -> Result<((ConversationId, UserId), Timestamp), Corrupt> {
    row.table("paces");
    let who = (row.id("conversation_id", ConversationId::new)?, row.id("user_id", UserId::new)?);
    Ok((who, row.time("spoke_at")?))
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
