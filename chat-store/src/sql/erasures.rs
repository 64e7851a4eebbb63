//! Deleted accounts: statements and readers.

use chat_core::ids::{ConversationId, MessageId, SessionId, UserId};
use chat_core::ports::{Erasure, LeftBehind, MessagesOfDeleted, PendingErasure, WhichSessions};
use chat_core::user::User;

use super::sessions::{ending, in_order};
use crate::codec::{Reader, all};
use crate::error::{Corrupt, Fault};
use crate::session::Session;

/// How many messages of anybody one stretch has at most: a fraction of a second, on a cold disk too.
const STRETCH: i64 = 10_000;

/// The key and the look of the name stay, so that nobody else gets it; what names are searched by does not.
const ERASE: &str = "UPDATE users SET username = $4, name_fold = '', email = NULL, password_hash = NULL, \
    display_name = NULL, display_fold = NULL, bio = NULL, avatar = NULL, status = 'offline', status_message = NULL, \
    last_seen_at = NULL, deleted_at = $2 \
    WHERE id = $1 AND deleted_at IS NULL AND password_hash IS NOT DISTINCT FROM $3";

const FORGET_TICKETS: &str = "DELETE FROM tickets WHERE user_id = $1";

const LEAVE_TO_DO: &str = "INSERT INTO erasures (user_id, messages) VALUES ($1, $2)";

pub(crate) const NEXT: &str = "SELECT user_id, messages, done_up_to FROM erasures ORDER BY user_id LIMIT 1";

pub(crate) const NOTE: &str = "UPDATE erasures SET done_up_to = $2 WHERE user_id = $1";

pub(crate) const FINISH: &str = "DELETE FROM erasures WHERE user_id = $1";

/// The last message of a stretch.
const STRETCH_END: &str =
    "SELECT id FROM (SELECT id FROM messages WHERE id > $1 ORDER BY id LIMIT $2) AS s ORDER BY id DESC LIMIT 1";

const SAID: &str = "SELECT conversation_id, id FROM messages \
    WHERE id > $1 AND id <= $2 AND sender_id = $3 AND deleted_at IS NULL ORDER BY id";

/// Deletes the account itself and notes the rest, within a transaction.
pub(crate) async fn begin<S: Session>(session: &mut S, erasure: &Erasure) -> Result<Option<Vec<SessionId>>, Fault> {
    let user = erasure.user.get().into();
    let name = User::name_of_deleted(erasure.user);
    let at = erasure.at.micros().into();
    let values = [user, at, erasure.judged_on.as_deref().into(), name.as_str().into()];
    if session.run(ERASE, &values).await? == 0 {
        return Ok(None);
    }
    let (end, none) = ending(WhichSessions::AllBut(None));
    let ended = in_order(&session.rows(end, &[user, at, none.into()]).await?)?;
    session.run(FORGET_TICKETS, &[user]).await?;
    session.run(LEAVE_TO_DO, &[user, erasure.messages.as_str().into()]).await?;
    Ok(Some(ended))
}

/// What a user said within the stretch after a message.
pub(crate) async fn said<S: Session>(
    session: &mut S,
    user: UserId,
    after: Option<MessageId>,
) -> Result<LeftBehind, Fault> {
    let after = after.map_or(0, MessageId::get);
    let ends = session.rows(STRETCH_END, &[after.into(), STRETCH.into()]).await?;
    let Some(up_to) = all(&ends, message_id)?.pop() else {
        return Ok(LeftBehind { messages: Vec::new(), up_to: None });
    };
    let rows = session.rows(SAID, &[after.into(), up_to.get().into(), user.get().into()]).await?;
    Ok(LeftBehind { messages: all(&rows, place)?, up_to: Some(up_to) })
}

fn message_id(row: &mut Reader<'_>) -> Result<MessageId, Corrupt> {
    row.table("messages").id("id", MessageId::new)
}

fn place(row: &mut Reader<'_>) -> Result<(ConversationId, MessageId), Corrupt> {
    row.table("messages");
    Ok((row.id("conversation_id", ConversationId::new)?, row.id("id", MessageId::new)?))
}

pub(crate) fn pending(row: &mut Reader<'_>) -> Result<PendingErasure, Corrupt> {
    row.table("erasures");
    Ok(PendingErasure {
        user: row.id("user_id", UserId::new)?,
        messages: row.parsed("messages", MessagesOfDeleted::parse)?,
        done_up_to: row.id_if_any("done_up_to", MessageId::new)?,
    })
}
