//! Who is in a new conversation, and who is told of it.

use std::collections::BTreeMap;

use chat_core::conversation::Role;
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::log::UserNotice;
use chat_core::ports::NewGroup;

/// The members of a new group in the order of their ids, each once.
pub(crate) fn group_members(new: &NewGroup) -> Vec<(UserId, Role)> {
    let mut members: BTreeMap<_, _> = new.members.iter().map(|member| (*member, Role::Member)).collect();
    members.insert(new.group.maker, Role::Owner);
    members.into_iter().collect()
}

/// The entries that the members of a new conversation get in their own logs.
pub(crate) fn told(members: &[(UserId, Role)], conversation: ConversationId, by: UserId) -> Vec<(UserId, UserNotice)> {
    members
        .iter()
        .map(|(user, _)| (*user, UserNotice::ConversationAdded { conversation, by, head: Seq::ZERO }))
        .collect()
}
