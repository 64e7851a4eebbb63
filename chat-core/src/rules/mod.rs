//! The rules: pure functions from facts to a verdict. What they need to know is loaded before, what they decide is written
//! after; both are somebody else's.

mod entrance;
mod group;
mod message;
mod moderation;

pub use entrance::*;
pub use group::*;
pub use message::*;
pub use moderation::*;

use crate::conversation::Role;
use crate::error::ErrorCode;
use crate::ids::{Seq, UserId};
use crate::pace::Pace;
use crate::ports::Facts;
use crate::relation::Relation;

/// Who may open a direct conversation with whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DirectPolicy {
    /// Anyone, unless one blocks the other.
    #[default]
    Anyone,
    /// Friends only.
    FriendsOnly,
}

/// Whether a user may see a conversation at all. Whoever is not in it is told that there is nothing.
pub fn may_see(facts: Option<&Facts>) -> Result<&Facts, ErrorCode> {
    facts.filter(|facts| facts.role.is_some()).ok_or(ErrorCode::NotFound)
}

/// Whether a user may write into a conversation.
pub fn may_send(facts: Option<&Facts>) -> Result<&Facts, ErrorCode> {
    let facts = may_see(facts)?;
    match facts.direct {
        Some(direct) if direct.blocks => Err(ErrorCode::BlockedByYou),
        Some(direct) if direct.blocked => Err(ErrorCode::CannotMessage),
        Some(_) | None => Ok(facts),
    }
}

/// How long a sender waits between two messages: a member as long as the group says, who keeps it in order not at all.
#[must_use]
pub fn pace_of(facts: &Facts) -> Pace {
    if facts.role == Some(Role::Member) { facts.pace } else { Pace::NONE }
}

/// Whether nothing passes between the two users of a direct conversation.
#[must_use]
pub fn is_silent(facts: &Facts) -> bool {
    facts.direct.is_some_and(|direct| direct.blocks || direct.blocked)
}

/// Whether an entry of a log is for a member who came in at a point: what was before is not.
#[must_use]
pub fn may_see_entry(facts: &Facts, seq: Seq) -> bool {
    facts.role.is_some() && seq > facts.joined_seq
}

/// Whether `actor` may open a direct conversation that does not exist yet. Somebody who is blocked hears the same as a
/// stranger where only friends may write.
pub fn may_open_direct(relation: &Relation, actor: UserId, policy: DirectPolicy) -> Result<(), ErrorCode> {
    if relation.blocks(actor) {
        return Err(ErrorCode::BlockedByYou);
    }
    let allowed = match policy {
        DirectPolicy::Anyone => true,
        DirectPolicy::FriendsOnly => relation.is_friends(),
    };
    if allowed && !relation.is_silent() { Ok(()) } else { Err(ErrorCode::CannotMessage) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::Pair;
    use crate::ids::{ConversationId, Version};
    use crate::ports::DirectFacts;
    use crate::relation::{BlockedBy, RelationState};
    use crate::time::Timestamp;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    fn pair() -> Pair {
        Pair::new(user(1), user(2)).expect("two users")
    }

    fn group(role: Option<Role>) -> Facts {
        let conversation = ConversationId::new(1).expect("an id");
        Facts {
            conversation,
            version: Version(1),
            role,
            joined_seq: Seq::ZERO,
            direct: None,
            room: None,
            pace: Pace::NONE,
        }
    }

    fn direct(blocks: bool, blocked: bool) -> Facts {
        Facts { direct: Some(DirectFacts { pair: pair(), blocks, blocked }), ..group(Some(Role::Member)) }
    }

    fn relation(state: RelationState) -> Relation {
        Relation { pair: pair(), version: Version(1), state }
    }

    #[test]
    fn a_stranger_is_told_that_there_is_nothing() {
        assert_eq!(may_send(Some(&group(None))).err(), Some(ErrorCode::NotFound));
        assert_eq!(may_send(None).err(), Some(ErrorCode::NotFound));
        assert_eq!(may_see(Some(&group(None))).err(), Some(ErrorCode::NotFound));
    }

    #[test]
    fn a_block_silences_both_sides_and_only_its_owner_is_told_why() {
        assert!(may_send(Some(&direct(false, false))).is_ok());
        assert_eq!(may_send(Some(&direct(true, false))).err(), Some(ErrorCode::BlockedByYou));
        assert_eq!(may_send(Some(&direct(false, true))).err(), Some(ErrorCode::CannotMessage));
        assert!(
            is_silent(&direct(false, true)) && is_silent(&direct(true, false)) && !is_silent(&direct(false, false))
        );
    }

    #[test]
    fn the_blocked_hear_what_strangers_hear_where_only_friends_may_write() {
        let blocked = relation(RelationState::Blocked { by: BlockedBy::Low(Timestamp::default()), unseen: None });
        let stranger = relation(RelationState::Strangers);
        let answer = |relation, actor, policy| may_open_direct(relation, user(actor), policy);
        assert_eq!(answer(&blocked, 2, DirectPolicy::Anyone), answer(&stranger, 2, DirectPolicy::FriendsOnly));
        assert_eq!(answer(&blocked, 1, DirectPolicy::Anyone), Err(ErrorCode::BlockedByYou));
        assert_eq!(answer(&stranger, 2, DirectPolicy::Anyone), Ok(()));
        let friends = relation(RelationState::Friends { since: Timestamp::default() });
        assert_eq!(answer(&friends, 2, DirectPolicy::FriendsOnly), Ok(()));
    }

    #[test]
    fn members_wait_and_who_keeps_a_group_in_order_does_not() {
        let pace = Pace::new(30).expect("a pace");
        let waits = |role| pace_of(&Facts { pace, ..group(Some(role)) });
        assert_eq!(Role::ALL.map(waits), [pace, Pace::NONE, Pace::NONE]);
    }

    #[test]
    fn what_was_said_before_somebody_came_is_not_theirs() {
        let late = Facts { joined_seq: Seq::ZERO.next(), ..group(Some(Role::Member)) };
        assert!(!may_see_entry(&late, Seq::ZERO.next()));
        assert!(may_see_entry(&late, Seq::ZERO.next().next()));
    }
}
