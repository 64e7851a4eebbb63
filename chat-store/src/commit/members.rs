//! What changes the members of a group, or the group itself.

use chat_core::change::Change;
use chat_core::conversation::{Conversation, GroupUpdate, Kind, Role};
use chat_core::error::ErrorCode;
use chat_core::ids::UserId;
use chat_core::log::Changed;

use super::{Done, bans};
use crate::codec::all;
use crate::error::Fault;
use crate::session::Session;
use crate::sql::changes as sql;
use crate::sql::conversations::GroupColumns;

pub(super) async fn add<S: Session>(
    session: &mut S,
    change: &Change,
    found: &Conversation,
    users: &[UserId],
) -> Result<Option<Done>, Fault> {
    if bans::is_any_banned(session, change, users).await? {
        return Ok(Some(Done::refused(ErrorCode::Banned)));
    }
    bring_in(session, change, found, users).await
}

/// The same, of whom nobody is banned.
pub(super) async fn bring_in<S: Session>(
    session: &mut S,
    change: &Change,
    found: &Conversation,
    users: &[UserId],
) -> Result<Option<Done>, Fault> {
    let Kind::Group(group) = &found.kind else { return Ok(None) };
    // Locked in the order of their ids, after the conversation, as everywhere.
    if session.own_heads(users).await?.len() < users.len() {
        return Ok(None);
    }
    let hidden = group.history.hidden_up_to(found.head);
    let mut done = Done::default();
    for user in users {
        let values = [
            change.conversation.get().into(),
            user.get().into(),
            Role::Member.as_str().into(),
            hidden.get().into(),
            change.at.micros().into(),
            found.head.get().into(),
        ];
        if session.run(sql::ADD_MEMBER, &values).await? > 0 {
            done.changed.push(Changed::Joined { user: *user, role: Role::Member });
            done.members += 1;
        }
    }
    Ok(Some(done))
}

pub(super) async fn remove<S: Session>(session: &mut S, change: &Change, user: UserId) -> Result<Option<Done>, Fault> {
    let values = [change.conversation.get().into(), user.get().into()];
    let removed = session.run(sql::REMOVE_MEMBER, &values).await?;
    Ok((removed > 0).then(|| Done { members: -1, ..Done::one(Changed::Left { user }) }))
}

pub(super) async fn set_role<S: Session>(
    session: &mut S,
    change: &Change,
    user: UserId,
    role: Role,
) -> Result<Option<Done>, Fault> {
    let place = [change.conversation.get().into(), user.get().into()];
    let rows = session.rows(sql::ROLE_OF, &place).await?;
    let Some(before) = all(&rows, sql::role)?.pop() else { return Ok(None) };
    if before == role {
        return Ok(Some(Done::default()));
    }
    session.run(sql::SET_ROLE, &[place[0], place[1], role.as_str().into()]).await?;
    Ok(Some(Done::one(Changed::RoleSet { user, role })))
}

pub(super) async fn update_group<S: Session>(
    session: &mut S,
    change: &Change,
    found: &Conversation,
    update: &GroupUpdate,
) -> Result<Option<Done>, Fault> {
    let Kind::Group(group) = &found.kind else { return Ok(None) };
    let news = update.clone().beyond(group);
    if news.is_empty() {
        return Ok(Some(Done::default()));
    }
    let mut group = group.clone();
    group.apply(&news);
    let columns = GroupColumns::from(&group);
    let values = [
        change.conversation.get().into(),
        group.name.as_str().into(),
        columns.description.into(),
        columns.avatar.into(),
        columns.history.into(),
        columns.slug.into(),
        columns.visibility.into(),
        columns.found_by.as_deref().into(),
        i64::from(group.pace.seconds()).into(),
    ];
    match session.run(sql::UPDATE_GROUP, &values).await {
        Ok(_) => Ok(Some(Done::one(Changed::Updated(news)))),
        // Of all that these columns can collide with, only the slug is not the group's own.
        Err(fault) if news.slug.is_some() && fault.is_refusal() => Ok(Some(Done::refused(ErrorCode::SlugTaken))),
        Err(fault) => Err(fault),
    }
}
