//! Conversations: direct ones between a pair, and groups of members.

use crate::ids::{ConversationId, Seq, UserId, Version};
use crate::message::Message;
use crate::pace::Pace;
use crate::personal::{Draft, Settings};
use crate::receipt::Marks;
use crate::room::{Room, Slug, Visibility};
use crate::text::{AvatarUrl, Description, Label};
use crate::time::Timestamp;

/// The two users of a direct conversation; the smaller id always comes first, so a pair has one form only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    low: UserId,
    high: UserId,
}

impl Pair {
    /// The pair of two different users; nobody is a pair with themselves.
    #[must_use]
    pub fn new(one: UserId, other: UserId) -> Option<Self> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Some(Self { low: one, high: other }),
            std::cmp::Ordering::Greater => Some(Self { low: other, high: one }),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// The user with the smaller id.
    #[must_use]
    pub const fn low(self) -> UserId {
        self.low
    }

    /// The user with the larger id.
    #[must_use]
    pub const fn high(self) -> UserId {
        self.high
    }

    /// The other one of the two; none for a user who is neither.
    #[must_use]
    pub fn other(self, user: UserId) -> Option<UserId> {
        if user == self.low {
            Some(self.high)
        } else if user == self.high {
            Some(self.low)
        } else {
            None
        }
    }
}

/// What kind of conversation it is, with what only that kind has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Between two users; exists at most once per pair.
    Direct(Pair),
    /// Members by invitation, with a name; or a room, which is a group that can be found.
    Group(Group),
}

/// What only a group has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Shown in the list of conversations.
    pub name: Label,
    /// What it is about.
    pub description: Option<Description>,
    /// Where its picture lies.
    pub avatar: Option<AvatarUrl>,
    /// What a newcomer may see of the past.
    pub history: HistoryVisibility,
    /// Who made it. What they may do follows from their role alone.
    pub maker: UserId,
    /// How long members wait between their messages.
    pub pace: Pace,
    /// What makes it a room; none for any other group.
    pub room: Option<Room>,
}

/// What a newcomer to a group may see of what was said before they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HistoryVisibility {
    /// Nothing: it is for those who were in it.
    #[default]
    Joined,
    /// Everything.
    Shared,
}

impl HistoryVisibility {
    /// Both, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Joined, Self::Shared];

    /// The name that frames and columns carry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Shared => "shared",
        }
    }

    /// The setting of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|history| history.as_str() == name)
    }

    /// The last seq that a newcomer may not see, where the log ends at `head` as they come in.
    #[must_use]
    pub const fn hidden_up_to(self, head: Seq) -> Seq {
        match self {
            Self::Joined => head,
            Self::Shared => Seq::ZERO,
        }
    }
}

/// What of a group changes; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupUpdate {
    /// Its name.
    pub name: Option<Label>,
    /// What it is about; `Some(None)` takes it away.
    pub description: Option<Option<Description>>,
    /// Where its picture lies; `Some(None)` takes it away.
    pub avatar: Option<Option<AvatarUrl>>,
    /// What a newcomer may see of the past.
    pub history: Option<HistoryVisibility>,
    /// How long members wait between their messages.
    pub pace: Option<Pace>,
    /// The name of a room in addresses. Only a room has one, and another group does not become one.
    pub slug: Option<Slug>,
    /// Who finds a room.
    pub visibility: Option<Visibility>,
}

impl GroupUpdate {
    /// Whether it changes nothing of any group.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Only that of it which is different in a group.
    #[must_use]
    pub fn beyond(self, group: &Group) -> Self {
        let room = group.room.as_ref();
        Self {
            name: self.name.filter(|name| *name != group.name),
            description: self.description.filter(|text| *text != group.description),
            avatar: self.avatar.filter(|avatar| *avatar != group.avatar),
            history: self.history.filter(|history| *history != group.history),
            pace: self.pace.filter(|pace| *pace != group.pace),
            slug: self.slug.filter(|slug| room.is_some_and(|room| *slug != room.slug)),
            visibility: self.visibility.filter(|visibility| room.is_some_and(|room| *visibility != room.visibility)),
        }
    }
}

impl Group {
    /// A group as its maker first has it.
    #[must_use]
    pub const fn new(name: Label, maker: UserId) -> Self {
        Self {
            name,
            description: None,
            avatar: None,
            history: HistoryVisibility::Joined,
            maker,
            pace: Pace::NONE,
            room: None,
        }
    }

    /// A room as its maker first has it. What was said in a public one is for everybody who comes.
    #[must_use]
    pub const fn room(name: Label, maker: UserId, room: Room) -> Self {
        let history = match room.visibility {
            Visibility::Public => HistoryVisibility::Shared,
            Visibility::Private => HistoryVisibility::Joined,
        };
        Self { name, description: None, avatar: None, history, maker, pace: Pace::NONE, room: Some(room) }
    }

    /// Takes a change over.
    pub fn apply(&mut self, update: &GroupUpdate) {
        let update = update.clone();
        self.name = update.name.unwrap_or_else(|| self.name.clone());
        self.description = update.description.unwrap_or_else(|| self.description.clone());
        self.avatar = update.avatar.unwrap_or_else(|| self.avatar.clone());
        self.history = update.history.unwrap_or(self.history);
        self.pace = update.pace.unwrap_or(self.pace);
        if let Some(room) = &mut self.room {
            room.slug = update.slug.unwrap_or_else(|| room.slug.clone());
            room.visibility = update.visibility.unwrap_or(room.visibility);
        }
    }
}

/// A conversation: the head of its log and what all members share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Identity.
    pub id: ConversationId,
    /// Direct, group or room.
    pub kind: Kind,
    /// The last seq of the log.
    pub head: Seq,
    /// Raised by every change of membership or of a block inside the pair.
    pub version: Version,
    /// How many members it has now.
    pub member_count: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a member may do: the later, the more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Whoever is in it.
    Member,
    /// Keeps it in order.
    Admin,
    /// Decides about it.
    Owner,
}

impl Role {
    /// All of them, the lowest first.
    pub const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    /// The name that frames and columns carry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// One member of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// The first seq they may see is the one after this.
    pub joined_seq: Seq,
    /// When they came in.
    pub joined_at: Timestamp,
    /// How far they received and read.
    pub marks: Marks,
}

/// A conversation as one of its members sees it in their list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationView {
    /// The conversation.
    pub conversation: Conversation,
    /// The asking member's own place in it.
    pub me: Member,
    /// For a direct one, the other user's place in it.
    pub peer: Option<Member>,
    /// Messages of others after the read mark that still exist, counted among the newest
    /// [`UNREAD_WINDOW`](crate::message::UNREAD_WINDOW).
    pub unread: u32,
    /// How many messages of others after the read mark call the member, or everybody; at most
    /// [`MENTIONS_WINDOW`](crate::message::MENTIONS_WINDOW).
    pub unread_mentions: u32,
    /// The newest message that the member may see, also where nothing is left of it.
    pub last_message: Option<Message>,
    /// What the member has set of it.
    pub settings: Settings,
    /// What the member has begun to write there.
    pub draft: Option<Draft>,
}

/// Where a list of conversations, newest activity first, goes on: the time and id of the last one shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActivityCursor {
    /// When something last happened in it.
    pub at: Timestamp,
    /// Breaks ties.
    pub conversation: ConversationId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_has_one_form_and_two_sides() {
        let (one, two, three) = (user(1), user(2), user(3));
        assert_eq!(Pair::new(two, one), Pair::new(one, two));
        assert_eq!(Pair::new(one, one), None);
        let pair = Pair::new(two, one).expect("two users");
        assert_eq!((pair.other(one), pair.other(two), pair.other(three)), (Some(two), Some(one), None));
    }

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }
}
