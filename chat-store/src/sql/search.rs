//! Searching messages, written once for both databases: an index of terms names messages that could match, and the core says which do.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chat_core::ids::{ConversationId, ID_LIMIT, MessageId, Seq, UserId};
use chat_core::message::Message;
use chat_core::page::Page;
use chat_core::ports::Find;
use chat_core::search::{Terms, WINDOW};
use chat_core::time::Timestamp;

use super::messages::message;
use crate::codec::{Reader, all, big};
use crate::error::{Corrupt, Fault};
use crate::session::{Session, Value};

/// The messages of a source that the user $1 sees, below $2, in the conversation $3, by $4, from $5 on, before $6.
macro_rules! seen {
    ($source:expr) => {
        concat!(
            "SELECT ",
            $crate::sql::messages::message_columns!("$1"),
            " FROM ",
            $source,
            " JOIN members b ON b.conversation_id = m.conversation_id AND b.user_id = $1 AND b.joined_seq < m.seq \
            JOIN conversations c ON c.id = m.conversation_id",
            $crate::sql::silence::join_relation!(),
            "WHERE m.deleted_at IS NULL AND m.id < $2 \
            AND (CAST($3 AS BIGINT) IS NULL OR m.conversation_id = $3) \
            AND (CAST($4 AS BIGINT) IS NULL OR m.sender_id = $4) AND m.created_at >= $5 AND m.created_at < $6",
        )
    };
}
pub(crate) use seen;

/// The newest $8 messages that an index finds for the expression $7.
macro_rules! found {
    ($hits:literal, $source:literal) => {
        concat!($hits, " ", $crate::sql::search::seen!($source), " ORDER BY h.message_id DESC LIMIT $8")
    };
}
pub(crate) use found;

/// The newest messages that are not in the index yet. Were there very many of them, the older ones would have to wait for it.
pub(crate) const FRESH: &str = seen!(
    "(SELECT * FROM messages WHERE id > (SELECT folded_id FROM search_progress WHERE only_row = 1) AND id < $2 \
    ORDER BY id DESC LIMIT 2000) AS m"
);

/// Where a time is passed in a log. Its entries are in the order of their times and their places are dense, so the place is found
/// by halving: each step tries whether one can go on by so many entries, and the index of the log finds the entry. A column for it
/// in an index would cost every message for what few ask.
pub(crate) const LAST_BEFORE: &str = "WITH RECURSIVE hunt (place, step) AS (\
    SELECT CAST(0 AS BIGINT), CAST(4503599627370496 AS BIGINT) UNION ALL \
    SELECT h.place + CASE WHEN COALESCE(\
    (SELECT m.created_at FROM messages m WHERE m.conversation_id = $1 AND m.seq = h.place + h.step), \
    (SELECT x.created_at FROM conversation_changes x WHERE x.conversation_id = $1 AND x.seq = h.place + h.step)) < $2 \
    THEN h.step ELSE 0 END, h.step / 2 FROM hunt h WHERE h.step > 0) SELECT max(place) FROM hunt";

/// The place that [`LAST_BEFORE`] found.
pub(crate) fn place_of(row: &mut Reader<'_>) -> Result<Seq, Corrupt> {
    row.table("messages").seq("seq")
}

pub(crate) const CONVERSATIONS: &str = "SELECT conversation_id FROM members WHERE user_id = $1 LIMIT $2";

/// Who is in more conversations than this is looked for in all that there are: naming so many would cost more.
const MAX_NAMED: usize = 256;

/// How an index of terms wants to be asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    pub(crate) and: &'static str,
    pub(crate) or: &'static str,
    pub(crate) quote: &'static str,
    /// What stands behind a term of which only the beginning is given.
    pub(crate) any_end: &'static str,
}

impl Syntax {
    /// What finds every message that could match. Terms hold no quotes, so nothing in them is ever read as anything else.
    fn expression(&self, find: &Find, conversations: &[ConversationId]) -> String {
        let Self { and, or, quote, any_end } = self;
        let beginning = |term: &String| format!("{quote}{term}{quote}{any_end}");
        let list = |terms: &Vec<String>| format!("({})", terms.iter().map(beginning).collect::<Vec<_>>().join(and));
        let words = find.text.beginnings(find.reach).iter().map(list).collect::<Vec<_>>().join(or);
        let place = |conversation: &ConversationId| format!("{quote}{}{quote}", place(*conversation));
        let places = conversations.iter().map(place).collect::<Vec<_>>().join(or);
        if places.is_empty() { words } else { format!("({places}){and}({words})") }
    }
}

/// The term of all messages of a conversation.
fn place(conversation: ConversationId) -> String {
    format!("_{conversation}")
}

/// What a message is found by, as one text.
pub(crate) fn terms(conversation: ConversationId, body: &str) -> String {
    let keys = Terms::of(body).keys();
    keys.into_iter().fold(place(conversation), |text, key| text + " " + &key)
}

/// A message that is not in the index yet, with what it is found by; a deleted one by nothing.
pub(crate) fn unfolded(row: &mut Reader<'_>) -> Result<(MessageId, String), Corrupt> {
    row.table("messages");
    let id = row.id("id", MessageId::new)?;
    let conversation = row.id("conversation_id", ConversationId::new)?;
    let body = row.text("body")?;
    Ok((id, if body.is_empty() { String::new() } else { terms(conversation, &body) }))
}

/// What is not in the index is read first: what moves into it meanwhile is then found twice, and not missed.
pub(crate) async fn find<S: Session>(session: &mut S, find: &Find, user: UserId) -> Result<Page<Message>, Fault> {
    let filter = &find.filter;
    let mut values: Vec<Value<'_>> = vec![
        user.get().into(),
        find.below.map_or(ID_LIMIT, MessageId::get).into(),
        filter.conversation.map(ConversationId::get).into(),
        filter.author.map(UserId::get).into(),
        filter.since.map_or(i64::MIN, Timestamp::micros).into(),
        filter.until.map_or(i64::MAX, Timestamp::micros).into(),
    ];
    let fresh = all(&session.rows(FRESH, &values).await?, message)?;

    let expression = S::SYNTAX.expression(find, &named(session, find, user).await?);
    values.extend([Value::from(expression.as_str()), Value::from(big(WINDOW + 1))]);
    let indexed = all(&session.rows(S::FOUND, &values).await?, message)?;
    Ok(window(find, fresh, indexed))
}

/// The conversations to look in; none in particular if there are too many to name.
async fn named<S: Session>(session: &mut S, find: &Find, user: UserId) -> Result<Vec<ConversationId>, Fault> {
    if let Some(conversation) = find.filter.conversation {
        return Ok(vec![conversation]);
    }
    let rows = session.rows(CONVERSATIONS, &[user.get().into(), big(MAX_NAMED + 1).into()]).await?;
    let all = all(&rows, |row| row.table("members").id("conversation_id", ConversationId::new))?;
    Ok(if all.len() > MAX_NAMED { Vec::new() } else { all })
}

/// What of both matches indeed, down to where all is known.
fn window(find: &Find, fresh: Vec<Message>, indexed: Vec<Message>) -> Page<Message> {
    let floor = indexed.get(WINDOW - 1).filter(|_| indexed.len() > WINDOW).map(|last| last.id);
    let matches = |message: &Message| {
        let rank = message.body().and_then(|body| find.text.rank(body));
        rank.is_some_and(|rank| find.text.reach(rank) == find.reach)
    };
    let found: BTreeMap<_, _> = fresh
        .into_iter()
        .chain(indexed)
        .filter(|message| floor.is_none_or(|floor| message.id >= floor) && matches(message))
        .map(|message| (Reverse(message.id), message))
        .collect();
    let mut items: Vec<_> = found.into_values().collect();
    let end = items.get(WINDOW - 1).filter(|_| items.len() > WINDOW).map(|last| last.id);
    items.truncate(WINDOW);
    Page { items, next: end.or(floor).map(MessageId::get) }
}
