//! Rooms: groups with a name in addresses, which strangers find and enter on their own account where they are public.

use crate::conversation::{Conversation, Group, Kind};
use crate::ids::ConversationId;
use crate::time::Timestamp;
use crate::user::fold;

/// The name of a room in addresses, unique over all rooms: 3 to 64 lower-case letters, digits and hyphens of ASCII. None of
/// them is reserved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

impl Slug {
    /// The shortest, in characters.
    pub const MIN_CHARS: usize = 3;
    /// The longest, in characters.
    pub const MAX_CHARS: usize = 64;

    /// Checks a slug; none if it is not exactly one, so that one room has one address.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (Self::MIN_CHARS..=Self::MAX_CHARS).contains(&text.len());
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (fits && text.bytes().all(is_plain)).then(|| Self(text.to_owned()))
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who finds a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Everybody finds it, and may come in.
    Public,
    /// Nobody finds it who is not in it; one comes in by invitation.
    Private,
}

impl Visibility {
    /// Both, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Public, Self::Private];

    /// The name that frames and columns carry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }

    /// The visibility of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|visibility| visibility.as_str() == name)
    }
}

/// What a room has beyond any other group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its name in addresses.
    pub slug: Slug,
    /// Who finds it.
    pub visibility: Visibility,
}

/// A group as somebody sees it who is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Which.
    pub id: ConversationId,
    /// What it is.
    pub group: Group,
    /// How many members it has now.
    pub member_count: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Card {
    /// The card of a conversation; a direct one has none.
    #[must_use]
    pub fn of(conversation: Conversation) -> Option<Self> {
        let Conversation { id, kind, member_count, created_at, .. } = conversation;
        match kind {
            Kind::Group(group) => Some(Self { id, group, member_count, created_at }),
            Kind::Direct(_) => None,
        }
    }
}

impl Group {
    /// The text in which a room is looked for: its slug, and its name in its folded form. None for a group that is no room.
    #[must_use]
    pub fn found_by(&self) -> Option<String> {
        let room = self.room.as_ref()?;
        Some(format!("{}\n{}", room.slug.as_str(), fold(self.name.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_plain_and_neither_short_nor_long() {
        for good in ["abc", "a-b", "---", "007", &"x".repeat(64)] {
            assert_eq!(Slug::new(good).as_ref().map(Slug::as_str), Some(good));
        }
        for bad in ["", "ab", "Abc", "a b", "a_b", "a.b", "äbc", "abc\n", "ab\0c", "٣٣٣", &"x".repeat(65)] {
            assert_eq!(Slug::new(bad), None, "{bad:?}");
        }
    }
}
