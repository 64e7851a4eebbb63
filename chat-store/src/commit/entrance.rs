//! Somebody comes in on their own account: judged by the core's rule on what is so under the lock of the conversation.

use chat_core::change::Change;
use chat_core::conversation::{Conversation, Kind};
use chat_core::error::ErrorCode;
use chat_core::invite::InviteCode;
use chat_core::rules::{Doorstep, may_enter};

use super::{Done, bans, members};
use crate::error::Fault;
use crate::session::{Session, Value};
use crate::sql::{changes as sql, entrance};

pub(super) async fn enter<S: Session>(
    session: &mut S,
    change: &Change,
    found: &Conversation,
    most: usize,
    invite: Option<&InviteCode>,
) -> Result<Option<Done>, Fault> {
    let place = [change.conversation.get().into(), change.by.get().into()];
    if !session.rows(sql::ROLE_OF, &place).await?.is_empty() {
        return Ok(Some(Done::default()));
    }
    let room = match &found.kind {
        Kind::Group(group) => group.room.as_ref().map(|room| room.visibility),
        Kind::Direct(_) => None,
    };
    let is_banned = bans::is_any_banned(session, change, &[change.by]).await?;
    let is_open = match invite {
        Some(code) => Some(!session.rows(entrance::IS_OPEN, &by_invite(change, code)).await?.is_empty()),
        None => None,
    };
    let doorstep = Doorstep { room, members: found.member_count, is_banned, invite: is_open };
    if let Err(code) = may_enter(&doorstep, most) {
        return Ok(Some(Done::refused(code)));
    }
    // Taken back since it was looked at, which the lock of the conversation does not stop.
    if let Some(code) = invite
        && session.run(entrance::USE_UP, &by_invite(change, code)).await? == 0
    {
        return Ok(Some(Done::refused(ErrorCode::NotFound)));
    }
    members::bring_in(session, change, found, &[change.by]).await
}

/// What the statements about an invite ask for: which one, when, and where it leads.
fn by_invite<'v>(change: &Change, code: &'v InviteCode) -> [Value<'v>; 3] {
    [code.as_str().into(), change.at.micros().into(), change.conversation.get().into()]
}
