//! What is done to messages after they were said.

use chat_core::change::Change;
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::log::Changed;
use chat_core::message::{Content, Mentions, Message, MessageRef};
use chat_core::reaction::Emoji;
use chat_core::text::Body;

use super::Done;
use crate::codec::all;
use crate::error::Fault;
use crate::session::Session;
use crate::sql::changes as sql;
use crate::sql::mentions;
use crate::sql::search::terms;

pub(super) async fn edit<S: Session>(
    session: &mut S,
    change: &Change,
    seq: Seq,
    message: MessageId,
    body: &Body,
    mentions: &Mentions,
) -> Result<Option<Done>, Fault> {
    let Some(message) = living(session, change, message).await? else { return Ok(None) };
    let Content::Said { body: before, edited_at, .. } = &message.content else { return Ok(None) };
    if before == body {
        return Ok(Some(Done::default()));
    }
    let id = message.id.get().into();
    let written_at = edited_at.unwrap_or(message.created_at).micros();
    session.run(sql::KEEP_BODY, &[id, seq.get().into(), before.as_str().into(), written_at.into()]).await?;
    let called = mentions::show(mentions);
    let values = [id, body.as_str().into(), change.at.micros().into(), called.as_deref().into()];
    session.run(sql::SET_BODY, &values).await?;
    mentions::replace(session, place(&message), message.content.mentions(), mentions).await?;
    let found_by = terms(change.conversation, body.as_str());
    session.run(S::SET_TERMS, &[id, found_by.as_str().into()]).await?;
    let mentions = mentions.clone();
    let content = Content::Said { body: body.clone(), edited_at: Some(change.at), mentions, forwarded: None };
    Ok(Some(Done::one(Changed::Edited { message: message.reference(), content })))
}

pub(super) async fn delete<S: Session>(
    session: &mut S,
    change: &Change,
    message: MessageId,
) -> Result<Option<Done>, Fault> {
    let Some(message) = living(session, change, message).await? else { return Ok(None) };
    let id = message.id.get().into();
    mentions::replace(session, place(&message), message.content.mentions(), &Mentions::NOBODY).await?;
    for statement in [sql::FORGET_BODIES, sql::FORGET_REACTIONS, sql::FORGET_PIN] {
        session.run(statement, &[id]).await?;
    }
    session.run(S::SET_TERMS, &[id, "".into()]).await?;
    session.run(sql::DELETE, &[id, change.at.micros().into(), change.by.get().into()]).await?;
    Ok(Some(Done::one(Changed::Deleted { message: message.reference() })))
}

pub(super) async fn react<S: Session>(
    session: &mut S,
    change: &Change,
    seq: Seq,
    message: MessageId,
    emoji: &Emoji,
) -> Result<Option<Done>, Fault> {
    let Some(message) = named(session, change, message).await? else { return Ok(None) };
    let values = [message.id.get().into(), emoji.as_str().into(), change.by.get().into(), seq.get().into()];
    let is_new = session.run(sql::REACT, &values).await? > 0;
    Ok(Some(if is_new { Done::one(Changed::Reacted { message, emoji: emoji.clone() }) } else { Done::default() }))
}

pub(super) async fn unreact<S: Session>(
    session: &mut S,
    change: &Change,
    message: MessageId,
    emoji: &Emoji,
) -> Result<Option<Done>, Fault> {
    let Some(message) = named(session, change, message).await? else { return Ok(None) };
    let values = [message.id.get().into(), emoji.as_str().into(), change.by.get().into()];
    let was_there = session.run(sql::UNREACT, &values).await? > 0;
    Ok(Some(if was_there { Done::one(Changed::Unreacted { message, emoji: emoji.clone() }) } else { Done::default() }))
}

pub(super) async fn pin<S: Session>(
    session: &mut S,
    change: &Change,
    seq: Seq,
    message: MessageId,
) -> Result<Option<Done>, Fault> {
    let Some(message) = named(session, change, message).await? else { return Ok(None) };
    let values = [message.id.get().into(), change.conversation.get().into(), seq.get().into()];
    let is_new = session.run(sql::PIN, &values).await? > 0;
    Ok(Some(if is_new { Done::one(Changed::Pinned { message }) } else { Done::default() }))
}

pub(super) async fn unpin<S: Session>(
    session: &mut S,
    change: &Change,
    message: MessageId,
) -> Result<Option<Done>, Fault> {
    let Some(message) = named(session, change, message).await? else { return Ok(None) };
    let was_there = session.run(sql::FORGET_PIN, &[message.id.get().into()]).await? > 0;
    Ok(Some(if was_there { Done::one(Changed::Unpinned { message }) } else { Done::default() }))
}

/// Where a message stands, and who said it.
const fn place(message: &Message) -> (ConversationId, Seq, UserId) {
    (message.conversation, message.seq, message.sender)
}

/// A message of the conversation that still says something. Nobody can change it meanwhile: the conversation is locked.
async fn living<S: Session>(session: &mut S, change: &Change, id: MessageId) -> Result<Option<Message>, Fault> {
    let rows = session.rows(sql::LIVING, &[id.get().into(), change.conversation.get().into()]).await?;
    Ok(all(&rows, crate::sql::messages::message)?.pop())
}

async fn named<S: Session>(session: &mut S, change: &Change, id: MessageId) -> Result<Option<MessageRef>, Fault> {
    Ok(living(session, change, id).await?.map(|message| message.reference()))
}
