//! Keeping the whole server in order: what a user may do about others, and what was done about a user.
//!
//! None of it has to do with roles in groups: whoever owns a group is a plain member of the server, and a moderator of the
//! server is a member like others in the groups that they are in.

mod audit;
mod report;

pub use audit::{AuditEntry, AuditKind, AuditRecord};
pub use report::{
    NewReport, Outcome, Remedy, Report, ReportAction, ReportReason, ReportSubject, ReportedMessage, Resolution,
};

use crate::error::{ChatError, ErrorCode};
use crate::ids::UserId;
use crate::text::Description;
use crate::time::Timestamp;

/// What a user is to the whole server. Each may do what those before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ServerRole {
    /// What everybody is.
    #[default]
    Member,
    /// Looks after reports, deletes what breaks the rules, and sanctions members.
    Moderator,
    /// Sanctions moderators too, and says who is what.
    Admin,
}

impl ServerRole {
    /// All of them, the lowest first.
    pub const ALL: [Self; 3] = [Self::Member, Self::Moderator, Self::Admin];

    /// The name that every face and every store shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// What keeps a user out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sanction {
    /// For a while.
    Suspended {
        /// Over at this very moment.
        until: Timestamp,
        /// Why, in the words of who did it.
        reason: Description,
    },
    /// For good.
    Banned {
        /// Why, in the words of who did it.
        reason: Description,
    },
}

impl Sanction {
    /// The name that every face and every store shows.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Suspended { .. } => "suspended",
            Self::Banned { .. } => "banned",
        }
    }

    /// Puts one together from its parts; none if they do not belong together.
    #[must_use]
    pub fn of(name: &str, until: Option<Timestamp>, reason: Description) -> Option<Self> {
        match (name, until) {
            ("suspended", Some(until)) => Some(Self::Suspended { until, reason }),
            ("banned", None) => Some(Self::Banned { reason }),
            _ => None,
        }
    }

    /// When it is over; none if never.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Suspended { until, .. } => Some(*until),
            Self::Banned { .. } => None,
        }
    }

    /// Why.
    #[must_use]
    pub const fn reason(&self) -> &Description {
        match self {
            Self::Suspended { reason, .. } | Self::Banned { reason } => reason,
        }
    }

    /// Whether it keeps its user out at a moment.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until().is_none_or(|until| now < until)
    }

    /// What its user is told.
    #[must_use]
    pub fn refusal(&self) -> ChatError {
        match self {
            Self::Suspended { until, .. } => ChatError::Suspended { until: *until },
            Self::Banned { .. } => ErrorCode::AccountBanned.into(),
        }
    }
}

/// How a user stands with the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountStanding {
    /// What they are to it.
    pub role: ServerRole,
    /// The last that was done about them, unless it was lifted; it may be over.
    pub sanction: Option<Sanction>,
}

impl AccountStanding {
    /// What keeps them out at a moment.
    #[must_use]
    pub fn sanction_at(&self, now: Timestamp) -> Option<&Sanction> {
        self.sanction.as_ref().filter(|sanction| sanction.holds(now))
    }

    /// Lets them in at a moment, or says why not.
    pub fn admits(&self, now: Timestamp) -> Result<(), ChatError> {
        self.sanction_at(now).map_or(Ok(()), |sanction| Err(sanction.refusal()))
    }
}

/// What is done about how a user stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StandingAct {
    /// They are this to the server from now on.
    SetRole(ServerRole),
    /// They are kept out, whatever was done about them before.
    Sanction(Sanction),
    /// They are not kept out any more.
    Lift,
}

impl StandingAct {
    /// How somebody stands after it.
    #[must_use]
    pub fn applied_to(&self, before: &AccountStanding) -> AccountStanding {
        let mut after = before.clone();
        match self {
            Self::SetRole(role) => after.role = *role,
            Self::Sanction(sanction) => after.sanction = Some(sanction.clone()),
            Self::Lift => after.sanction = None,
        }
        after
    }
}

/// Somebody who keeps the server in order, as the decision saw them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeper {
    /// Who.
    pub user: UserId,
    /// What they were to the server.
    pub role: ServerRole,
}

/// A change of how a user stands, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingChange {
    /// Whose.
    pub user: UserId,
    /// Who does it; none for an operator of the server, whom nobody has to let.
    pub by: Option<Keeper>,
    /// What.
    pub act: StandingAct,
    /// How the user stood when it was decided.
    pub judged_on: AccountStanding,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn reason() -> Description {
        Description::new("spam").expect("a text")
    }

    #[test]
    fn a_role_that_may_more_is_higher_and_is_read_as_it_is_shown() {
        assert!(ServerRole::ALL.is_sorted());
        for role in ServerRole::ALL {
            assert_eq!(ServerRole::parse(role.as_str()), Some(role));
        }
        assert_eq!(ServerRole::parse("owner"), None);
    }

    #[test]
    fn a_suspension_is_over_at_its_moment_and_a_ban_never() {
        let suspended = Sanction::Suspended { until: at(10), reason: reason() };
        assert!(suspended.holds(at(9)) && !suspended.holds(at(10)));
        assert!(Sanction::Banned { reason: reason() }.holds(at(i64::MAX)));
        let standing = AccountStanding { role: ServerRole::Member, sanction: Some(suspended) };
        assert_eq!(standing.admits(at(9)).map_err(|error| error.code()), Err(ErrorCode::AccountSuspended));
        assert!(standing.admits(at(10)).is_ok());
    }

    #[test]
    fn only_a_suspension_has_an_end() {
        assert_eq!(Sanction::of("suspended", None, reason()), None);
        assert_eq!(Sanction::of("banned", Some(at(1)), reason()), None);
        assert_eq!(Sanction::of("praised", None, reason()), None);
        for sanction in [Sanction::Banned { reason: reason() }, Sanction::Suspended { until: at(1), reason: reason() }]
        {
            assert_eq!(Sanction::of(sanction.as_str(), sanction.until(), reason()), Some(sanction));
        }
    }
}
