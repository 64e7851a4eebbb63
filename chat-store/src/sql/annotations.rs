//! What was put on messages: statements, and reading them, written once for both databases.

use std::collections::HashMap;

use chat_core::ids::{ConversationId, ID_LIMIT, MessageId, Seq, UserId};
use chat_core::message::{FormerBody, Message, MessageView};
use chat_core::page::{Page, PageSize};
use chat_core::reaction::{Emoji, ReactionCount};
use chat_core::text::Body;

use super::messages::{from_messages, message, message_columns};
use super::silence::join_relation;
use crate::codec::{Reader, all, big};
use crate::error::{Corrupt, Fault};
use crate::session::{Session, Value};

/// What was put on the messages of a list: one row for each emoji, one for the answers, one for the pin.
macro_rules! put_on {
    ($among:literal) => {
        concat!(
            "SELECT r.message_id, r.emoji, count(*), max(CASE WHEN r.user_id = $2 THEN CAST(1 AS BIGINT) ELSE 0 END), min(r.seq) \
            FROM reactions r WHERE r.message_id ",
            $among,
            " GROUP BY r.message_id, r.emoji UNION ALL \
            SELECT q.reply_to, NULL, count(*), 0, 0 FROM messages q WHERE q.deleted_at IS NULL AND q.reply_to ",
            $among,
            " GROUP BY q.reply_to UNION ALL SELECT p.message_id, NULL, 0, 1, p.seq FROM pins p WHERE p.message_id ",
            $among,
        )
    };
}
pub(crate) use put_on;

pub(crate) const FORMER_BODIES: &str =
    "SELECT body, written_at FROM former_bodies WHERE message_id = $1 ORDER BY until_seq";

pub(crate) const REACTORS: &str =
    "SELECT user_id FROM reactions WHERE message_id = $1 AND emoji = $2 AND user_id > $3 ORDER BY user_id LIMIT $4";

pub(crate) const PINS: &str = concat!(
    "SELECT p.seq, ",
    message_columns!("$4"),
    " FROM pins p JOIN messages m ON m.id = p.message_id JOIN conversations c ON c.id = p.conversation_id",
    join_relation!(),
    "WHERE p.conversation_id = $1 AND p.seq < $2 ORDER BY p.seq DESC LIMIT $3",
);

pub(crate) const REPLIES: &str = concat!(
    "SELECT ",
    message_columns!("$4"),
    from_messages!(),
    "WHERE m.reply_to = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3",
);

/// One row of [`put_on`].
enum PutOn {
    Emoji { reaction: ReactionCount, first: Seq },
    Replies(u32),
    Pin,
}

fn put(row: &mut Reader<'_>) -> Result<(MessageId, PutOn), Corrupt> {
    row.table("reactions");
    let message = row.id("message_id", MessageId::new)?;
    let emoji = row.parsed_if_any("emoji", |text| Emoji::new(text).ok())?;
    let count = row.count("user_id")?;
    let mine = row.number("user_id")? > 0;
    let first = row.seq("seq")?;
    let put = match emoji {
        Some(emoji) => PutOn::Emoji { reaction: ReactionCount { emoji, count, mine }, first },
        None if mine => PutOn::Pin,
        None => PutOn::Replies(count),
    };
    Ok((message, put))
}

/// Messages with what was put on them, in the order given.
pub(crate) async fn dress<S: Session>(
    session: &mut S,
    messages: Vec<Message>,
    viewer: UserId,
) -> Result<Vec<MessageView>, Fault> {
    let ids: Vec<_> = messages.iter().map(|message| message.id.get()).collect();
    let rows = session.rows(S::PUT_ON, &[Value::Numbers(&ids), viewer.get().into()]).await?;
    let mut put: HashMap<_, Vec<_>> = HashMap::new();
    for (message, what) in all(&rows, self::put)? {
        put.entry(message).or_default().push(what);
    }
    Ok(messages.into_iter().map(|message| dressed(put.remove(&message.id).unwrap_or_default(), message)).collect())
}

fn dressed(put: Vec<PutOn>, message: Message) -> MessageView {
    let mut view = MessageView { message, reactions: Vec::new(), replies: 0, is_pinned: false, receipts: None };
    let mut reactions = Vec::new();
    for what in put {
        match what {
            PutOn::Emoji { reaction, first } => reactions.push((first, reaction)),
            PutOn::Replies(count) => view.replies = count,
            PutOn::Pin => view.is_pinned = true,
        }
    }
    reactions.sort_by_key(|(first, _)| *first);
    view.reactions = reactions.into_iter().map(|(_, reaction)| reaction).collect();
    view
}

pub(crate) async fn former_bodies<S: Session>(session: &mut S, message: MessageId) -> Result<Vec<FormerBody>, Fault> {
    let former = |row: &mut Reader<'_>| {
        row.table("former_bodies");
        let body = row.parsed("body", |text| Body::new(text).ok())?;
        Ok(FormerBody { body, written_at: row.time("written_at")? })
    };
    Ok(all(&session.rows(FORMER_BODIES, &[message.get().into()]).await?, former)?)
}

pub(crate) async fn reactors<S: Session>(
    session: &mut S,
    message: MessageId,
    emoji: &Emoji,
    after: Option<UserId>,
    size: PageSize,
) -> Result<Page<UserId>, Fault> {
    let after = after.map_or(0, UserId::get);
    let values = [message.get().into(), emoji.as_str().into(), after.into(), big(size.get() + 1).into()];
    let rows = session.rows(REACTORS, &values).await?;
    let users = all(&rows, |row| row.table("reactions").id("user_id", UserId::new))?;
    Ok(Page::from_rows(users, size, |user| user.get()))
}

pub(crate) async fn pins<S: Session>(
    session: &mut S,
    conversation: ConversationId,
    before: Option<Seq>,
    size: PageSize,
    viewer: UserId,
) -> Result<Page<Message>, Fault> {
    let before = before.map_or(ID_LIMIT, Seq::get);
    let values = [conversation.get().into(), before.into(), big(size.get() + 1).into(), viewer.get().into()];
    let rows = session.rows(PINS, &values).await?;
    let pin = |row: &mut Reader<'_>| Ok((row.table("pins").seq("seq")?, message(row)?));
    Ok(Page::from_rows(all(&rows, pin)?, size, |(seq, _)| seq.get()).map(|(_, message)| message))
}

pub(crate) async fn replies<S: Session>(
    session: &mut S,
    quoted: MessageId,
    after: Seq,
    size: PageSize,
    viewer: UserId,
) -> Result<Page<Message>, Fault> {
    let values = [quoted.get().into(), after.get().into(), big(size.get() + 1).into(), viewer.get().into()];
    let rows = session.rows(REPLIES, &values).await?;
    Ok(Page::from_rows(all(&rows, message)?, size, |message| message.seq.get()))
}
