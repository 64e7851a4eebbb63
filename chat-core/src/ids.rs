//! The identities of the domain, each its own type so that no two kinds can be mixed up.
//!
//! All of them are positive integers below 2^53: every JSON reader, JavaScript's included, can hold them exactly.

use std::fmt;

/// The first integer that JavaScript cannot hold exactly; every identity stays below it.
pub const ID_LIMIT: i64 = 1 << 53;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Accepts `1..2^53` and nothing else.
            #[must_use]
            pub const fn new(value: i64) -> Option<Self> {
                if value >= 1 && value < ID_LIMIT { Some(Self(value)) } else { None }
            }

            /// The integer itself, for columns and frames.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A person (or program) that takes part in conversations.
    UserId
);
id!(
    /// A direct conversation, a group or a room.
    ConversationId
);
id!(
    /// A message, unique over all conversations. Order messages by [`Seq`], never by this.
    MessageId
);
id!(
    /// A request to become friends.
    FriendRequestId
);
id!(
    /// One signed-in device of a user; its tokens and sockets end with it.
    SessionId
);

id!(
    /// A report of something that breaks the rules.
    ReportId
);
id!(
    /// An entry of the audit.
    AuditId
);

/// A position in a log: dense from 1 within one conversation (or within one user's own log). 0 is "before everything".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seq(i64);

impl Seq {
    /// The position before the first entry.
    pub const ZERO: Self = Self(0);

    /// Accepts `0..2^53` and nothing else.
    #[must_use]
    pub const fn new(value: i64) -> Option<Self> {
        if value >= 0 && value < ID_LIMIT { Some(Self(value)) } else { None }
    }

    /// The integer itself, for columns and frames.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The position right after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The position right before this one; before the beginning there is none.
    #[must_use]
    pub const fn previous(self) -> Self {
        if self.0 > 0 { Self(self.0 - 1) } else { Self::ZERO }
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The version of a conversation's facts: raised by every change of membership, role, ban, or block between a direct pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(pub i64);

/// One live connection of this process. Never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_positive_integer_that_javascript_can_hold() {
        assert_eq!(UserId::new(0), None);
        assert_eq!(UserId::new(-1), None);
        assert_eq!(UserId::new(ID_LIMIT), None);
        assert_eq!(UserId::new(ID_LIMIT - 1).map(UserId::get), Some(ID_LIMIT - 1));
    }

    #[test]
    fn a_seq_may_be_zero_and_counts_up() {
        assert_eq!(Seq::new(0), Some(Seq::ZERO));
        assert_eq!(Seq::ZERO.next().get(), 1);
        assert_eq!(Seq::new(-1), None);
    }
}
