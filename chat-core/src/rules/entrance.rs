//! Who may come in on their own account, and who sees a room from outside.

use crate::error::ErrorCode;
use crate::ports::Facts;
use crate::room::Visibility;

/// What decides whether somebody may come in, as it is at that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doorstep {
    /// Who finds the room; none where it is none.
    pub room: Option<Visibility>,
    /// How many members there are.
    pub members: u32,
    /// Whether they are banned.
    pub is_banned: bool,
    /// Whether the invite by which they come lets somebody in; none where they come without one.
    pub invite: Option<bool>,
}

/// Whether somebody who is not in it may come in. What they cannot find is not there for them, banned or not.
pub fn may_enter(doorstep: &Doorstep, most: usize) -> Result<(), ErrorCode> {
    let is_public = doorstep.room == Some(Visibility::Public);
    if !doorstep.invite.unwrap_or(is_public) {
        return Err(ErrorCode::NotFound);
    }
    if doorstep.is_banned {
        return Err(if is_public { ErrorCode::Banned } else { ErrorCode::NotFound });
    }
    let members = usize::try_from(doorstep.members).unwrap_or(usize::MAX);
    if members < most { Ok(()) } else { Err(ErrorCode::GroupFull) }
}

/// Whether a room is there for somebody who asks for it by its slug: a public one is for everybody.
pub fn may_find(facts: Option<&Facts>) -> Result<(), ErrorCode> {
    let is_there = facts.is_some_and(|facts| facts.room == Some(Visibility::Public) || facts.role.is_some());
    if is_there { Ok(()) } else { Err(ErrorCode::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_public_room_is_entered_without_being_asked() {
        let answer = |room| may_enter(&Doorstep { room, members: 3, is_banned: false, invite: None }, 10);
        assert_eq!(answer(Some(Visibility::Public)), Ok(()));
        assert_eq!(answer(Some(Visibility::Private)), Err(ErrorCode::NotFound));
        assert_eq!(answer(None), Err(ErrorCode::NotFound), "a group");
    }

    #[test]
    fn an_invite_that_is_open_lets_in_wherever_it_leads() {
        let answer = |room, invite| may_enter(&Doorstep { room, members: 3, is_banned: false, invite }, 10);
        for room in [None, Some(Visibility::Private), Some(Visibility::Public)] {
            assert_eq!(answer(room, Some(true)), Ok(()));
            assert_eq!(answer(room, Some(false)), Err(ErrorCode::NotFound));
        }
    }

    #[test]
    fn the_banned_are_told_so_only_where_everybody_sees_the_room() {
        let answer = |room| may_enter(&Doorstep { room, members: 3, is_banned: true, invite: Some(true) }, 10);
        assert_eq!(answer(Some(Visibility::Public)), Err(ErrorCode::Banned));
        assert_eq!(answer(Some(Visibility::Private)), Err(ErrorCode::NotFound));
    }

    #[test]
    fn a_full_room_takes_nobody_in() {
        let room = Some(Visibility::Public);
        let answer = |members| may_enter(&Doorstep { room, members, is_banned: false, invite: None }, 10);
        assert_eq!((answer(9), answer(10)), (Ok(()), Err(ErrorCode::GroupFull)));
    }
}
