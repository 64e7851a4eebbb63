//! Who is kept out of groups and who is let in: statements and readers.

use chat_core::ban::Ban;
use chat_core::ids::{ConversationId, UserId};
use chat_core::invite::{Invite, InviteCode};
use chat_core::page::{Page, PageSize};
use chat_core::ports::NewInvite;
use chat_core::room::Card;
use chat_core::text::Label;
use chat_core::time::Timestamp;

use crate::codec::{Reader, all, big};
use crate::error::{Corrupt, Fault};
use crate::session::Session;
use crate::sql::conversations::{conversation, conversation_columns};

pub(crate) const BAN: &str = "INSERT INTO bans (conversation_id, user_id, by_id, reason, ends_at, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (conversation_id, user_id) DO UPDATE SET by_id = EXCLUDED.by_id, \
    reason = EXCLUDED.reason, ends_at = EXCLUDED.ends_at, created_at = EXCLUDED.created_at";

pub(crate) const UNBAN: &str =
    "DELETE FROM bans WHERE conversation_id = $1 AND user_id = $2 AND (ends_at IS NULL OR ends_at > $3)";

/// Those of a list of users who are banned at a moment.
macro_rules! banned {
    ($among:literal) => {
        concat!(
            "SELECT user_id FROM bans WHERE conversation_id = $1 AND user_id ",
            $among,
            " AND (ends_at IS NULL OR ends_at > $3)",
        )
    };
}
pub(crate) use banned;

pub(crate) const BANS: &str = "SELECT user_id, by_id, reason, ends_at, created_at FROM bans WHERE conversation_id = $1 \
    AND user_id > $2 AND (ends_at IS NULL OR ends_at > $3) ORDER BY user_id LIMIT $4";

pub(crate) async fn bans<S: Session>(
    session: &mut S,
    conversation: ConversationId,
    after: Option<UserId>,
    size: PageSize,
    at: Timestamp,
) -> Result<Page<Ban>, Fault> {
    let after = after.map_or(0, UserId::get);
    let values = [conversation.get().into(), after.into(), at.micros().into(), big(size.get() + 1).into()];
    let rows = session.rows(BANS, &values).await?;
    Ok(Page::from_rows(all(&rows, ban)?, size, |ban| ban.user.get()))
}

fn ban(row: &mut Reader<'_>) -> Result<Ban, Corrupt> {
    row.table("bans");
    Ok(Ban {
        user: row.id("user_id", UserId::new)?,
        by: row.id("by_id", UserId::new)?,
        reason: row.parsed_if_any("reason", |text| Label::new(text).ok())?,
        until: row.time_if_any("ends_at")?,
        at: row.time("created_at")?,
    })
}

pub(crate) const IS_BANNED: &str = banned!("= $2");

pub(crate) async fn is_banned<S: Session>(
    session: &mut S,
    conversation: ConversationId,
    user: UserId,
    at: Timestamp,
) -> Result<bool, Fault> {
    let values = [conversation.get().into(), user.get().into(), at.micros().into()];
    Ok(!session.rows(IS_BANNED, &values).await?.is_empty())
}

pub(crate) const CREATE_INVITE: &str = "INSERT INTO invites \
    (code, conversation_id, by_id, created_at, expires_at, max_uses, uses) SELECT $1, c.id, $3, $4, $5, $6, 0 \
    FROM conversations c WHERE c.id = $2 AND c.version = $7";

/// Makes an invite, if the conversation is as it was judged.
pub(crate) async fn create_invite<S: Session>(session: &mut S, new: &NewInvite) -> Result<bool, Fault> {
    let NewInvite { invite, judged_on } = new;
    let values = [
        invite.code.as_str().into(),
        invite.conversation.get().into(),
        invite.by.get().into(),
        invite.at.micros().into(),
        invite.expires_at.map(Timestamp::micros).into(),
        invite.max_uses.map(i64::from).into(),
        judged_on.0.into(),
    ];
    Ok(session.run(CREATE_INVITE, &values).await? > 0)
}

/// The columns of the invite `i`.
macro_rules! invite_columns {
    () => {
        "i.code, i.conversation_id, i.by_id, i.created_at, i.expires_at, i.max_uses, i.uses"
    };
}

/// Whether the invite `i` lets somebody in at the moment `$2`.
macro_rules! is_open {
    () => {
        "(i.expires_at IS NULL OR i.expires_at > $2) AND (i.max_uses IS NULL OR i.uses < i.max_uses)"
    };
}

pub(crate) const INVITE: &str = concat!(
    "SELECT ",
    invite_columns!(),
    ", ",
    conversation_columns!(),
    " FROM invites i JOIN conversations c ON c.id = i.conversation_id WHERE i.code = $1 AND ",
    is_open!(),
);

pub(crate) const INVITES: &str = concat!(
    "SELECT ",
    invite_columns!(),
    " FROM invites i WHERE i.conversation_id = $1 AND i.code > $3 AND ",
    is_open!(),
    " ORDER BY i.code LIMIT $4",
);

pub(crate) const USE_UP: &str =
    concat!("UPDATE invites AS i SET uses = uses + 1 WHERE i.code = $1 AND i.conversation_id = $3 AND ", is_open!());

pub(crate) const IS_OPEN: &str =
    concat!("SELECT i.code FROM invites i WHERE i.code = $1 AND i.conversation_id = $3 AND ", is_open!());

pub(crate) const REVOKE: &str = "DELETE FROM invites WHERE code = $1 AND conversation_id = $2";

pub(crate) async fn invite<S: Session>(
    session: &mut S,
    code: &InviteCode,
    at: Timestamp,
) -> Result<Option<(Invite, Card)>, Fault> {
    let rows = session.rows(INVITE, &[code.as_str().into(), at.micros().into()]).await?;
    let found = all(&rows, |row| Ok((read_invite(row)?, conversation(row)?)))?.pop();
    Ok(found.and_then(|(invite, conversation)| Some((invite, Card::of(conversation)?))))
}

pub(crate) async fn invites<S: Session>(
    session: &mut S,
    conversation: ConversationId,
    after: Option<InviteCode>,
    size: PageSize,
    at: Timestamp,
) -> Result<Page<Invite, InviteCode>, Fault> {
    let after = after.as_ref().map_or("", InviteCode::as_str);
    let values = [conversation.get().into(), at.micros().into(), after.into(), big(size.get() + 1).into()];
    let rows = session.rows(INVITES, &values).await?;
    Ok(Page::from_rows(all(&rows, read_invite)?, size, |invite| invite.code.clone()))
}

pub(crate) async fn revoke<S: Session>(
    session: &mut S,
    conversation: ConversationId,
    code: &InviteCode,
) -> Result<bool, Fault> {
    Ok(session.run(REVOKE, &[code.as_str().into(), conversation.get().into()]).await? > 0)
}

fn read_invite(row: &mut Reader<'_>) -> Result<Invite, Corrupt> {
    row.table("invites");
    Ok(Invite {
        code: row.parsed("code", InviteCode::new)?,
        conversation: row.id("conversation_id", ConversationId::new)?,
        by: row.id("by_id", UserId::new)?,
        at: row.time("created_at")?,
        expires_at: row.time_if_any("expires_at")?,
        max_uses: row.count_if_any("max_uses")?,
        uses: row.count("uses")?,
    })
}
