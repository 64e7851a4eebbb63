//! The port for conversations and their members.

use async_trait::async_trait;

use super::StoreError;
use crate::command::Position;
use crate::conversation::{ActivityCursor, Conversation, ConversationView, Group, Member, Pair, Role};
use crate::ids::{ConversationId, Seq, UserId, Version};
use crate::log::UserEntry;
use crate::pace::Pace;
use crate::page::{Page, PageSize};
use crate::room::Visibility;
use crate::time::Timestamp;

/// What the rules need to know about one user in one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The version that these facts belong to.
    pub version: Version,
    /// What the user is in it; none for strangers and for those who left.
    pub role: Option<Role>,
    /// The first seq that the user may see is the one after this.
    pub joined_seq: Seq,
    /// For a direct conversation, the pair and what silences it.
    pub direct: Option<DirectFacts>,
    /// Who finds it, if it is a room.
    pub room: Option<Visibility>,
    /// How long members wait between their messages.
    pub pace: Pace,
}

/// What the rules need to know about a direct conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectFacts {
    /// The two users.
    pub pair: Pair,
    /// Whether the user that the facts are about blocks the other.
    pub blocks: bool,
    /// Whether the other blocks the user.
    pub blocked: bool,
}

/// A direct conversation to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDirect {
    /// Between whom.
    pub pair: Pair,
    /// Who opens it.
    pub by: UserId,
    /// The version of the relation between the two that the decision saw.
    pub judged_on: Version,
    /// When.
    pub at: Timestamp,
}

/// What came of opening a direct conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectOpened {
    /// There was one already.
    Existing(Conversation),
    /// Made, with one entry in each of the two users' own logs.
    Created(Conversation, Vec<UserEntry>),
    /// The relation between the two moved since it was judged.
    Stale,
    /// One of the users does not exist.
    UnknownUser,
}

/// A group to make, or a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// What it is; its maker is its first owner.
    pub group: Group,
    /// Everybody else who is in it from the start, each once, without the maker.
    pub members: Vec<UserId>,
    /// When.
    pub at: Timestamp,
}

/// What came of making a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupCreated {
    /// Made, with one entry in each member's own log. The log of the group itself begins empty.
    Created(Conversation, Vec<UserEntry>),
    /// One of the members does not exist; nothing was made.
    UnknownMember,
    /// Another room has the slug; nothing was made.
    SlugTaken,
}

/// Conversations and their members.
///
/// The marks of others are what the asker may see of them: [`Relation::shows`](crate::relation::Relation::shows).
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// Opens the one direct conversation of a pair: of two at once one makes it and both get the same.
    /// An existing one is found whatever the relation is.
    async fn open_direct(&self, new: &NewDirect) -> Result<DirectOpened, StoreError>;

    /// The direct conversation of a pair.
    async fn find_direct(&self, pair: Pair) -> Result<Option<ConversationId>, StoreError>;

    /// Makes a group.
    async fn create_group(&self, new: &NewGroup) -> Result<GroupCreated, StoreError>;

    /// What the rules need; none if there is no such conversation.
    async fn facts(&self, conversation: ConversationId, user: UserId) -> Result<Option<Facts>, StoreError>;

    /// A conversation as a member sees it; none if the user is not a member.
    async fn view(&self, conversation: ConversationId, user: UserId) -> Result<Option<ConversationView>, StoreError>;

    /// The conversations of a user without those that they have [put away](super::PersonalStore::archived), newest activity (last entry, or creation) first; of two at the same moment the larger id.
    async fn list(
        &self,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Page<ConversationView, ActivityCursor>, StoreError>;

    /// The members in the order of their ids, as one user sees them; none where there is no such conversation. The cursor is
    /// the id.
    async fn members(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Member>, StoreError>;

    /// The conversations of a user in the order of their ids: what a socket has to carry.
    async fn ids_of(&self, user: UserId) -> Result<Vec<ConversationId>, StoreError>;

    /// Where every conversation of a user stands, in the order of their ids.
    async fn positions(&self, user: UserId) -> Result<Vec<Position>, StoreError>;

    /// The last seqs of those of these conversations that exist, in the order of their ids.
    async fn heads(&self, conversations: &[ConversationId]) -> Result<Vec<(ConversationId, Seq)>, StoreError>;
}
