//! Bans: who may not be in a group, why, and until when.

use crate::ids::UserId;
use crate::text::Label;
use crate::time::Timestamp;

/// A ban from a group. One that has ended is as if it had never been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Who may not be in it.
    pub user: UserId,
    /// Who said so last.
    pub by: UserId,
    /// Why, for those who keep the group in order.
    pub reason: Option<Label>,
    /// From when on it is over; none for never.
    pub until: Option<Timestamp>,
    /// When it was said last.
    pub at: Timestamp,
}

impl Ban {
    /// Whether it still counts at a moment.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_is_over_from_the_moment_that_it_names() {
        let user = UserId::new(1).expect("an id");
        let (at, until) = (Timestamp::default(), Timestamp::from_micros(5));
        let ban = Ban { user, by: user, reason: None, until: Some(until), at };
        assert!(ban.holds(Timestamp::from_micros(4)) && !ban.holds(until));
        assert!(Ban { until: None, ..ban }.holds(Timestamp::from_micros(i64::MAX)));
    }
}
