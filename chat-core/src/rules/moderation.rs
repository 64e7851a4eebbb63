//! Who may keep the whole server in order, and against whom.

use crate::error::ErrorCode;
use crate::ids::UserId;
use crate::moderation::ServerRole;

/// Whether somebody looks after the server at all. Asked before anything else is looked up, so that nobody else learns anything.
pub fn may_moderate(role: ServerRole) -> Result<(), ErrorCode> {
    if role >= ServerRole::Moderator { Ok(()) } else { Err(ErrorCode::Forbidden) }
}

/// Whether somebody may keep a user out, or let them in again: those above, and nobody themselves.
pub fn may_sanction(actor: UserId, role: ServerRole, user: UserId, of_user: ServerRole) -> Result<(), ErrorCode> {
    may_moderate(role)?;
    if actor != user && role > of_user { Ok(()) } else { Err(ErrorCode::Forbidden) }
}

/// Whether somebody may say what a user is to the server: admins, and not of themselves, so that the last one stays.
pub fn may_set_server_role(actor: UserId, role: ServerRole, user: UserId) -> Result<(), ErrorCode> {
    if role == ServerRole::Admin && actor != user { Ok(()) } else { Err(ErrorCode::Forbidden) }
}

/// Whether somebody may report what a user said, or is: others.
pub fn may_report(actor: UserId, user: UserId) -> Result<(), ErrorCode> {
    if actor == user { Err(ErrorCode::Forbidden) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    #[test]
    fn one_is_kept_out_by_those_above_and_by_nobody_else() {
        use ServerRole::{Admin, Member, Moderator};
        for (role, of_user, answer) in [
            (Member, Member, Err(ErrorCode::Forbidden)),
            (Moderator, Member, Ok(())),
            (Moderator, Moderator, Err(ErrorCode::Forbidden)),
            (Moderator, Admin, Err(ErrorCode::Forbidden)),
            (Admin, Moderator, Ok(())),
            (Admin, Admin, Err(ErrorCode::Forbidden)),
        ] {
            assert_eq!(may_sanction(user(1), role, user(2), of_user), answer, "{role:?} {of_user:?}");
        }
        assert_eq!(may_sanction(user(1), Admin, user(1), Member), Err(ErrorCode::Forbidden));
    }

    #[test]
    fn only_admins_say_who_is_what_and_not_of_themselves() {
        assert_eq!(may_set_server_role(user(1), ServerRole::Admin, user(2)), Ok(()));
        assert_eq!(may_set_server_role(user(1), ServerRole::Admin, user(1)), Err(ErrorCode::Forbidden));
        assert_eq!(may_set_server_role(user(1), ServerRole::Moderator, user(2)), Err(ErrorCode::Forbidden));
    }
}
