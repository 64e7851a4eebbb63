//! Who may do what in a group: one table, and the few rules about ranks that a table cannot say.

use super::{may_see, may_send};
use crate::conversation::{GroupUpdate, Role};
use crate::error::ErrorCode;
use crate::ids::UserId;
use crate::ports::{Facts, Standing};

/// What a member may or may not do to a group and to what others did in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Its name, what it is about, its picture.
    EditGroup,
    /// What a newcomer may see of the past.
    SetHistory,
    /// Under which slug a room is found, and by whom.
    SetRoom,
    /// Bring somebody in.
    AddMembers,
    /// Take somebody out.
    RemoveMembers,
    /// Keep somebody out, and let them in again.
    BanMembers,
    /// Make invites, see them and take them back.
    Invite,
    /// Let somebody do more or less.
    SetRoles,
    /// Hold messages up.
    PinMessages,
    /// Delete what others said.
    DeleteMessages,
    /// Call everybody by `@all`.
    MentionAll,
}

impl Permission {
    /// All of them, each with the lowest role that has it: the one table of who may do what.
    pub const TABLE: [(Self, Role); 11] = [
        (Self::EditGroup, Role::Admin),
        (Self::SetHistory, Role::Owner),
        (Self::SetRoom, Role::Owner),
        (Self::AddMembers, Role::Admin),
        (Self::RemoveMembers, Role::Admin),
        (Self::BanMembers, Role::Admin),
        (Self::Invite, Role::Admin),
        (Self::SetRoles, Role::Owner),
        (Self::PinMessages, Role::Admin),
        (Self::DeleteMessages, Role::Admin),
        (Self::MentionAll, Role::Admin),
    ];

    /// Whether a role has it.
    #[must_use]
    pub fn is_of(self, role: Role) -> bool {
        Self::TABLE.iter().any(|(permission, lowest)| *permission == self && role >= *lowest)
    }
}

/// Whether a member of a group may do something.
pub fn may(facts: Option<&Facts>, permission: Permission) -> Result<(), ErrorCode> {
    let facts = may_see(facts)?;
    let is_allowed = facts.direct.is_none() && facts.role.is_some_and(|role| permission.is_of(role));
    if is_allowed { Ok(()) } else { Err(ErrorCode::Forbidden) }
}

/// Whether somebody may change a group so. Only a room has a slug and is found.
pub fn may_update(facts: Option<&Facts>, update: &GroupUpdate) -> Result<(), ErrorCode> {
    may(facts, Permission::EditGroup)?;
    if update.history.is_some() {
        may(facts, Permission::SetHistory)?;
    }
    if update.slug.is_some() || update.visibility.is_some() {
        may(facts, Permission::SetRoom)?;
        may_see(facts)?.room.ok_or(ErrorCode::Forbidden)?;
    }
    Ok(())
}

/// Whether somebody may take a member out: an owner anybody, others only those below them. Oneself is to leave, which
/// everybody may but the only owner while others are left.
pub fn may_remove(facts: Option<&Facts>, actor: UserId, user: UserId, standing: &Standing) -> Result<(), ErrorCode> {
    let facts = may_see(facts)?;
    if facts.direct.is_some() {
        return Err(ErrorCode::Forbidden);
    }
    if actor == user {
        let is_last_owner = facts.role == Some(Role::Owner) && standing.owners == 1 && standing.members > 1;
        return if is_last_owner { Err(ErrorCode::LastOwner) } else { Ok(()) };
    }
    may(Some(facts), Permission::RemoveMembers)?;
    let role = standing.role.ok_or(ErrorCode::NotFound)?;
    let is_above = facts.role == Some(Role::Owner) || facts.role > Some(role);
    if is_above { Ok(()) } else { Err(ErrorCode::Forbidden) }
}

/// Whether somebody may keep a user out: somebody of a lower role, or who is no member.
pub fn may_ban(facts: Option<&Facts>, actor: UserId, user: UserId, standing: &Standing) -> Result<(), ErrorCode> {
    may(facts, Permission::BanMembers)?;
    let is_above = actor != user && may_see(facts)?.role > standing.role;
    if is_above { Ok(()) } else { Err(ErrorCode::Forbidden) }
}

/// Whether somebody may give a member a role. A group always has an owner.
pub fn may_set_role(facts: Option<&Facts>, role: Role, standing: &Standing) -> Result<(), ErrorCode> {
    may(facts, Permission::SetRoles)?;
    let now = standing.role.ok_or(ErrorCode::NotFound)?;
    let is_last_owner = now == Role::Owner && standing.owners == 1;
    if is_last_owner && role != Role::Owner { Err(ErrorCode::LastOwner) } else { Ok(()) }
}

/// Whether a group has room for so many more.
pub fn has_room(standing: &Standing, more: usize, most: usize) -> Result<(), ErrorCode> {
    let members = usize::try_from(standing.members).unwrap_or(usize::MAX);
    if members.saturating_add(more) <= most { Ok(()) } else { Err(ErrorCode::GroupFull) }
}

/// Whether somebody may pin: in a direct conversation both, as long as they may write.
pub fn may_pin(facts: Option<&Facts>) -> Result<(), ErrorCode> {
    let facts = may_send(facts)?;
    if facts.direct.is_some() { Ok(()) } else { may(Some(facts), Permission::PinMessages) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ConversationId, Seq, Version};

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    fn facts(role: Role) -> Facts {
        let conversation = ConversationId::new(1).expect("an id");
        Facts {
            conversation,
            version: Version(1),
            role: Some(role),
            joined_seq: Seq::ZERO,
            direct: None,
            room: None,
            pace: crate::pace::Pace::NONE,
        }
    }

    const fn standing(role: Role, members: u32, owners: u32) -> Standing {
        Standing { version: Version(1), role: Some(role), members, owners }
    }

    #[test]
    fn every_permission_stands_in_the_table_once_and_a_higher_role_has_what_a_lower_one_has() {
        for (at, (permission, _)) in Permission::TABLE.iter().enumerate() {
            assert_eq!(Permission::TABLE.iter().position(|(other, _)| other == permission), Some(at));
            let roles = Role::ALL.map(|role| permission.is_of(role));
            assert!(roles.is_sorted(), "{permission:?}: {roles:?}");
            assert!(permission.is_of(Role::Owner), "{permission:?}");
        }
    }

    #[test]
    fn an_admin_takes_out_members_and_an_owner_anybody() {
        let answer =
            |actor: Role, target: Role| may_remove(Some(&facts(actor)), user(1), user(2), &standing(target, 5, 2));
        for target in Role::ALL {
            assert_eq!(answer(Role::Owner, target), Ok(()));
            assert_eq!(answer(Role::Member, target), Err(ErrorCode::Forbidden));
        }
        assert_eq!(answer(Role::Admin, Role::Member), Ok(()));
        assert_eq!(answer(Role::Admin, Role::Admin), Err(ErrorCode::Forbidden));
        assert_eq!(answer(Role::Admin, Role::Owner), Err(ErrorCode::Forbidden));
    }

    #[test]
    fn a_ban_hits_those_below_and_strangers() {
        let answer = |actor: Role, role: Option<Role>| {
            let standing = Standing { role, ..standing(Role::Member, 5, 2) };
            may_ban(Some(&facts(actor)), user(1), user(2), &standing).is_ok()
        };
        for actor in Role::ALL {
            assert_eq!(answer(actor, None), actor >= Role::Admin);
            for target in Role::ALL {
                assert_eq!(answer(actor, Some(target)), actor >= Role::Admin && actor > target, "{actor:?} {target:?}");
            }
        }
    }

    #[test]
    fn the_only_owner_stays_while_others_are_left() {
        let leave =
            |role, members, owners| may_remove(Some(&facts(role)), user(1), user(1), &standing(role, members, owners));
        assert_eq!(leave(Role::Owner, 3, 1), Err(ErrorCode::LastOwner));
        assert_eq!(leave(Role::Owner, 3, 2), Ok(()));
        assert_eq!(leave(Role::Owner, 1, 1), Ok(()), "nobody is left behind");
        assert_eq!(leave(Role::Member, 3, 1), Ok(()));
        let step_down =
            |owners| may_set_role(Some(&facts(Role::Owner)), Role::Admin, &standing(Role::Owner, 3, owners));
        assert_eq!(step_down(1), Err(ErrorCode::LastOwner));
        assert_eq!(step_down(2), Ok(()));
    }

    #[test]
    fn a_group_grows_up_to_its_limit() {
        assert_eq!(has_room(&standing(Role::Owner, 8, 1), 2, 10), Ok(()));
        assert_eq!(has_room(&standing(Role::Owner, 8, 1), 3, 10), Err(ErrorCode::GroupFull));
    }
}
