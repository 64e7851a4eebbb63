//! Presence: what others see of a user's being there.

use crate::ids::UserId;
use crate::text::Label;
use crate::time::Timestamp;

/// What a user shows while connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Status {
    /// Here.
    #[default]
    Online,
    /// Connected, but not looking.
    Away,
    /// Connected, and not to be disturbed.
    Busy,
    /// Connected, and shown to others as offline.
    Offline,
}

impl Status {
    /// Every status, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Online, Self::Away, Self::Busy, Self::Offline];

    /// The name that frames and columns carry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Busy => "busy",
            Self::Offline => "offline",
        }
    }

    /// The status of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// One user's presence as others see it at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Whose.
    pub user: UserId,
    /// Offline unless at least one connection lives.
    pub status: Status,
    /// The line beside it.
    pub message: Option<Label>,
    /// When the last connection ended; none while connected or never seen.
    pub last_seen_at: Option<Timestamp>,
}
