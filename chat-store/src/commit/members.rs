//! What changes the members of a group, or the group itself.

use chat_core::change::Change;
use chat_core::conversation::{Conversation, GroupUpdate, Kind, Role};
use chat_core::ids::UserId;
use chat_core::log::Changed;

use super::Done;
use crate::codec::all;
use crate::error::Fault;
use crate::session::Session;
use crate::sql::changes as sql;

pub(super) async fn add<S: Session>(
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
    Ok((removed > 0).then(|| Done { changed: vec![Changed::Left { user }], members: -1 }))
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
    let values = [
        change.conversation.get().into(),
        group.name.as_str().into(),
        group.description.as_ref().map(|text| text.as_str()).into(),
        group.avatar.as_ref().map(|avatar| avatar.as_str()).into(),
        group.history.as_str().into(),
    ];
    session.run(sql::UPDATE_GROUP, &values).await?;
    Ok(Some(Done::one(Changed::Updated(news))))
}
