//! What single members keep for themselves: statements, and reading them, written once for both databases.

use chat_core::command::SettingsReply;
use chat_core::ids::{ConversationId, MessageId, UserId};
use chat_core::personal::{Draft, Kept, Mute, Settings};
use chat_core::ports::SettingsChange;
use chat_core::text::Body;

use crate::codec::{Reader, all};
use crate::error::{Corrupt, Fault};
use crate::session::{Session, Value};

/// Whether the conversation is put away of which somebody keeps the row `own`, as a number: what
/// [`comes_back`](chat_core::personal::comes_back) says, once more for the databases.
macro_rules! archived {
    () => {
        "CASE WHEN own.archived_seq IS NULL THEN CAST(0 AS BIGINT) \
        WHEN (SELECT n.created_at FROM messages n WHERE n.conversation_id = own.conversation_id \
        AND n.seq > own.archived_seq AND n.sender_id <> own.user_id ORDER BY n.seq DESC LIMIT 1) \
        >= COALESCE(own.muted_until, 0) THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END"
    };
}
pub(crate) use archived;

/// What is set in the row `own`, and the draft there.
macro_rules! own_columns {
    () => {
        concat!(
            "own.muted_until, ",
            $crate::sql::personal::archived!(),
            ", own.draft, own.draft_reply_to, own.draft_at",
        )
    };
}
pub(crate) use own_columns;

/// What the member of a conversation keeps, if they ever touched anything.
macro_rules! join_own {
    ($member:literal) => {
        concat!(
            " LEFT JOIN member_settings own ON own.user_id = ",
            $member,
            ".user_id AND own.conversation_id = ",
            $member,
            ".conversation_id ",
        )
    };
}
pub(crate) use join_own;

/// What users keep of their conversations.
macro_rules! select_kept {
    ($columns_before:literal, $users:literal) => {
        concat!(
            "SELECT ",
            $columns_before,
            "own.conversation_id, own.muted_until, ",
            $crate::sql::personal::archived!(),
            ", own.draft_at FROM member_settings own WHERE own.user_id ",
            $users,
            " ORDER BY own.user_id, own.conversation_id",
        )
    };
}
pub(crate) use select_kept;

/// Makes the row of a member, or takes hold of the one that is there, until the transaction ends.
pub(crate) const HOLD: &str = "INSERT INTO member_settings (user_id, conversation_id) \
    SELECT m.user_id, m.conversation_id FROM members m WHERE m.conversation_id = $1 AND m.user_id = $2 \
    ON CONFLICT (user_id, conversation_id) DO UPDATE SET draft_at = member_settings.draft_at";

pub(crate) const HELD: &str = concat!(
    "SELECT own.muted_until, ",
    archived!(),
    ", c.head FROM member_settings own JOIN conversations c ON c.id = own.conversation_id \
    WHERE own.conversation_id = $1 AND own.user_id = $2",
);

pub(crate) const SET: &str =
    "UPDATE member_settings SET muted_until = $3, archived_seq = $4 WHERE conversation_id = $1 AND user_id = $2";

pub(crate) const SET_DRAFT: &str = "INSERT INTO member_settings (user_id, conversation_id, draft, draft_reply_to, draft_at) \
    SELECT m.user_id, m.conversation_id, $3, $4, $5 FROM members m WHERE m.conversation_id = $1 AND m.user_id = $2 \
    ON CONFLICT (user_id, conversation_id) DO UPDATE \
    SET draft = EXCLUDED.draft, draft_reply_to = EXCLUDED.draft_reply_to, draft_at = EXCLUDED.draft_at";

pub(crate) const FORGET_DRAFT: &str = "UPDATE member_settings SET draft = NULL, draft_reply_to = NULL, draft_at = NULL \
    WHERE conversation_id = $1 AND user_id = $2 AND draft IS NOT NULL";

/// Changes what a member has set. The caller commits the transaction if something was written, and lets it go otherwise.
pub(crate) async fn update_settings<S: Session>(
    session: &mut S,
    change: &SettingsChange,
) -> Result<Option<SettingsReply>, Fault> {
    let SettingsChange { conversation, user, update } = *change;
    let place: [Value<'_>; 2] = [conversation.get().into(), user.get().into()];
    if session.run(HOLD, &place).await? == 0 {
        return Ok(None);
    }
    let held = |row: &mut Reader<'_>| Ok((settings(row)?, row.table("conversations").seq("head")?));
    let Some((before, head)) = all(&session.rows(HELD, &place).await?, held)?.pop() else { return Ok(None) };
    let settings = before.changed(update);
    let fresh = settings != before;
    if fresh {
        let muted_until = settings.muted.map(|mute| mute.end().micros());
        let archived = settings.archived.then_some(head.get());
        session.run(SET, &[place[0], place[1], muted_until.into(), archived.into()]).await?;
    }
    Ok(Some(SettingsReply { conversation, settings, fresh }))
}

/// Keeps a draft, or forgets it; false if there was nothing to do.
pub(crate) async fn set_draft<S: Session>(
    session: &mut S,
    conversation: ConversationId,
    user: UserId,
    draft: Option<&Draft>,
) -> Result<bool, Fault> {
    let (conversation, user) = (conversation.get().into(), user.get().into());
    let changed = match draft {
        None => session.run(FORGET_DRAFT, &[conversation, user]).await?,
        Some(Draft { body, reply_to, at }) => {
            let reply_to = reply_to.map(MessageId::get).into();
            session.run(SET_DRAFT, &[conversation, user, body.as_str().into(), reply_to, at.micros().into()]).await?
        }
    };
    Ok(changed > 0)
}

fn settings(row: &mut Reader<'_>) -> Result<Settings, Corrupt> {
    row.table("member_settings");
    let muted = row.time_if_any("muted_until")?.map(Mute::ending);
    Ok(Settings { muted, archived: row.number("archived_seq")? > 0 })
}

/// What [`own_columns`] hold.
pub(crate) fn own(row: &mut Reader<'_>) -> Result<(Settings, Option<Draft>), Corrupt> {
    let settings = settings(row)?;
    let body = row.parsed_if_any("draft", |text| Body::new(text).ok())?;
    let reply_to = row.id_if_any("draft_reply_to", MessageId::new)?;
    let at = row.time_if_any("draft_at")?;
    Ok((settings, body.zip(at).map(|(body, at)| Draft { body, reply_to, at })))
}

pub(crate) fn kept(row: &mut Reader<'_>) -> Result<Kept, Corrupt> {
    let conversation = row.table("member_settings").id("conversation_id", ConversationId::new)?;
    Ok(Kept { conversation, settings: settings(row)?, draft_at: row.time_if_any("draft_at")? })
}
