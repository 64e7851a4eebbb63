//! Friends and blocks: the one state between two users, and every step that changes it.
//!
//! The steps are pure: from a [`Relation`] and a [`Step`] to the [`RelationChange`] that a store has to write, or a [`Refusal`].

use crate::conversation::Pair;
use crate::ids::{FriendRequestId, UserId, Version};
use crate::time::Timestamp;

/// What is between two users. Friendship and a block cannot hold at once: there is no value for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Between whom.
    pub pair: Pair,
    /// Raised by every change of the relation.
    pub version: Version,
    /// The state itself.
    pub state: RelationState,
}

/// The states of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationState {
    /// Nothing yet, or nothing any more.
    Strangers,
    /// One asked, the other has not answered.
    Requested(FriendRequest),
    /// Both agreed.
    Friends {
        /// When.
        since: Timestamp,
    },
    /// One or both block the other. A request that the blocked side makes meanwhile is kept but not shown to the blocker,
    /// so that the blocked side sees nothing unusual.
    Blocked {
        /// Who blocks.
        by: BlockedBy,
        /// A request from a blocked user, unseen.
        unseen: Option<FriendRequest>,
    },
}

/// Which side of the pair blocks, since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockedBy {
    /// The user with the smaller id.
    Low(Timestamp),
    /// The user with the larger id.
    High(Timestamp),
    /// Each the other.
    Both {
        /// Since when the smaller id blocks.
        low: Timestamp,
        /// Since when the larger id blocks.
        high: Timestamp,
    },
}

impl BlockedBy {
    /// From the two sides; none if neither blocks.
    #[must_use]
    pub const fn of(low: Option<Timestamp>, high: Option<Timestamp>) -> Option<Self> {
        match (low, high) {
            (None, None) => None,
            (Some(low), None) => Some(Self::Low(low)),
            (None, Some(high)) => Some(Self::High(high)),
            (Some(low), Some(high)) => Some(Self::Both { low, high }),
        }
    }

    /// Since when the smaller id blocks.
    #[must_use]
    pub const fn low(self) -> Option<Timestamp> {
        match self {
            Self::Low(at) | Self::Both { low: at, .. } => Some(at),
            Self::High(_) => None,
        }
    }

    /// Since when the larger id blocks.
    #[must_use]
    pub const fn high(self) -> Option<Timestamp> {
        match self {
            Self::High(at) | Self::Both { high: at, .. } => Some(at),
            Self::Low(_) => None,
        }
    }
}

/// A request to become friends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FriendRequest {
    /// Identity.
    pub id: FriendRequestId,
    /// Who asks.
    pub from: UserId,
    /// Who is asked.
    pub to: UserId,
    /// How it stands.
    pub status: RequestStatus,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How a request stands. Only `Pending` ever changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestStatus {
    /// Not answered yet.
    Pending,
    /// The asked one agreed.
    Accepted,
    /// The asked one refused.
    Declined,
    /// The asking one withdrew it, or a block ended it.
    Cancelled,
}

impl RequestStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Accepted, Self::Declined, Self::Cancelled];

    /// The name that frames and columns carry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// What a user wants to do about another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Ask to become friends; answers a crossing request with yes.
    Request,
    /// Say yes to the pending request.
    Accept,
    /// Say no to the pending request.
    Decline,
    /// Withdraw one's own pending request.
    Cancel,
    /// End the friendship.
    Unfriend,
    /// Block the other.
    Block,
    /// Lift one's own block.
    Unblock,
}

impl Step {
    /// Every step, for tests that go through all of them.
    pub const ALL: [Self; 7] =
        [Self::Request, Self::Accept, Self::Decline, Self::Cancel, Self::Unfriend, Self::Block, Self::Unblock];
}

/// Why a step is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// They are friends already.
    AlreadyFriends,
    /// The actor's own request is pending already.
    AlreadyRequested,
    /// There is no such pending request for the actor, or no friendship to end.
    Nothing,
    /// The actor blocks the other and must unblock first.
    BlockedByYou,
}

/// What a store has to write, all of it or nothing, if the relation still has the version it was judged on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationChange {
    /// Between whom.
    pub pair: Pair,
    /// Who did it.
    pub actor: UserId,
    /// The version that the decision saw.
    pub judged_on: Version,
    /// Friends from now on, since when.
    pub friends_since: Option<Timestamp>,
    /// Who blocks from now on.
    pub blocked_by: Option<BlockedBy>,
    /// What happens to the pending request.
    pub request: RequestChange,
    /// Whether a block came or went: then the direct conversation of the pair gets a new version too.
    pub moves_block: bool,
    /// Whose own log gets which entry.
    pub notices: Vec<(UserId, RelationNotice)>,
    /// When.
    pub at: Timestamp,
}

/// What happens to the pending request of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestChange {
    /// The pending one, if any, stays.
    Keep,
    /// A new one.
    Open {
        /// Who asks.
        from: UserId,
        /// Who is asked.
        to: UserId,
    },
    /// The pending one ends like this.
    Close(FriendRequest, RequestStatus),
}

/// What a user's own log says about a relation. The other user of the pair is the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelationNotice {
    /// A request was made, by or to the user.
    Requested,
    /// A request was accepted; they are friends now.
    Accepted,
    /// A request was declined.
    Declined,
    /// A request was withdrawn.
    Cancelled,
    /// The friendship ended.
    Removed,
    /// The user blocked the subject. Only the blocker's own log says so.
    Blocked,
    /// The user lifted the block. Only the blocker's own log says so.
    Unblocked,
}

impl RelationNotice {
    /// Every notice.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Accepted,
        Self::Declined,
        Self::Cancelled,
        Self::Removed,
        Self::Blocked,
        Self::Unblocked,
    ];

    /// The name that columns carry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Removed => "removed",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
        }
    }

    /// The notice of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == name)
    }
}

/// The verdict on a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Write this.
    Change(Box<RelationChange>),
    /// It is so already; answer as if it had just been done.
    Unchanged,
}

impl Relation {
    /// Two users who have nothing to do with each other yet.
    #[must_use]
    pub const fn strangers(pair: Pair) -> Self {
        Self { pair, version: Version(0), state: RelationState::Strangers }
    }

    /// Whether `user` blocks the other one of the pair.
    #[must_use]
    pub fn blocks(&self, user: UserId) -> bool {
        match self.state {
            RelationState::Blocked { by, .. } if user == self.pair.low() => by.low().is_some(),
            RelationState::Blocked { by, .. } => user == self.pair.high() && by.high().is_some(),
            RelationState::Strangers | RelationState::Requested(_) | RelationState::Friends { .. } => false,
        }
    }

    /// Whether either blocks the other.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        matches!(self.state, RelationState::Blocked { .. })
    }

    /// Whether they are friends.
    #[must_use]
    pub const fn is_friends(&self) -> bool {
        matches!(self.state, RelationState::Friends { .. })
    }

    /// The pending request, shown or not.
    #[must_use]
    pub const fn pending(&self) -> Option<&FriendRequest> {
        match &self.state {
            RelationState::Requested(request) | RelationState::Blocked { unseen: Some(request), .. } => Some(request),
            RelationState::Strangers | RelationState::Friends { .. } | RelationState::Blocked { unseen: None, .. } => {
                None
            }
        }
    }

    /// Judges a step of `actor`, who is one of the pair, towards the other one.
    pub fn judge(&self, actor: UserId, step: Step, at: Timestamp) -> Result<Verdict, Refusal> {
        let Some(other) = self.pair.other(actor) else { return Err(Refusal::Nothing) };
        match step {
            Step::Request => self.request(actor, other, at),
            Step::Accept => self.close(actor, other, other, RequestStatus::Accepted, RelationNotice::Accepted, at),
            Step::Decline => self.close(actor, other, other, RequestStatus::Declined, RelationNotice::Declined, at),
            Step::Cancel => self.close(actor, other, actor, RequestStatus::Cancelled, RelationNotice::Cancelled, at),
            Step::Unfriend => self.unfriend(actor, other, at),
            Step::Block => Ok(self.block(actor, other, at)),
            Step::Unblock => Ok(self.unblock(actor, at)),
        }
    }

    fn request(&self, actor: UserId, other: UserId, at: Timestamp) -> Result<Verdict, Refusal> {
        if self.blocks(actor) {
            return Err(Refusal::BlockedByYou);
        }
        match &self.state {
            RelationState::Friends { .. } => Err(Refusal::AlreadyFriends),
            RelationState::Requested(crossing) if crossing.from == other => self.judge(actor, Step::Accept, at),
            RelationState::Requested(_) | RelationState::Blocked { unseen: Some(_), .. } => {
                Err(Refusal::AlreadyRequested)
            }
            RelationState::Strangers | RelationState::Blocked { unseen: None, .. } => {
                let mut change = self.unchanged(actor, at);
                change.request = RequestChange::Open { from: actor, to: other };
                change.notices = self.told(actor, other, RelationNotice::Requested);
                Ok(Verdict::Change(Box::new(change)))
            }
        }
    }

    /// Ends the pending request that `asker` made.
    fn close(
        &self,
        actor: UserId,
        other: UserId,
        asker: UserId,
        status: RequestStatus,
        notice: RelationNotice,
        at: Timestamp,
    ) -> Result<Verdict, Refusal> {
        // A request that a block hides can be withdrawn by its author, but not answered by the blocker, who never saw it.
        let request = self.pending().filter(|request| request.from == asker && (asker == actor || !self.is_silent()));
        let request = request.ok_or(Refusal::Nothing)?;
        let mut change = self.unchanged(actor, at);
        change.request = RequestChange::Close(request.clone(), status);
        change.notices = self.told(actor, other, notice);
        if status == RequestStatus::Accepted {
            change.friends_since = Some(at);
        }
        Ok(Verdict::Change(Box::new(change)))
    }

    fn unfriend(&self, actor: UserId, other: UserId, at: Timestamp) -> Result<Verdict, Refusal> {
        if !self.is_friends() {
            return Err(Refusal::Nothing);
        }
        let mut change = self.unchanged(actor, at);
        change.friends_since = None;
        change.notices = self.told(actor, other, RelationNotice::Removed);
        Ok(Verdict::Change(Box::new(change)))
    }

    fn block(&self, actor: UserId, other: UserId, at: Timestamp) -> Verdict {
        if self.blocks(actor) {
            return Verdict::Unchanged;
        }
        let mut change = self.unchanged(actor, at);
        change.blocked_by = self.with_block_of(actor, Some(at));
        change.moves_block = true;
        change.notices = vec![(actor, RelationNotice::Blocked)];
        if change.friends_since.take().is_some() {
            // The other side sees the friendship end, which it would see anyway, and not why.
            change.notices.push((other, RelationNotice::Removed));
        }
        if let Some(request) = self.pending() {
            change.request = RequestChange::Close(request.clone(), RequestStatus::Cancelled);
            // Withdrawing one's own request is an ordinary thing to see; that the other side's request ended is not told.
            if request.from == actor && !self.is_silent() {
                change.notices.push((other, RelationNotice::Cancelled));
            }
        }
        Verdict::Change(Box::new(change))
    }

    fn unblock(&self, actor: UserId, at: Timestamp) -> Verdict {
        if !self.blocks(actor) {
            return Verdict::Unchanged;
        }
        let mut change = self.unchanged(actor, at);
        change.blocked_by = self.with_block_of(actor, None);
        change.moves_block = true;
        change.notices = vec![(actor, RelationNotice::Unblocked)];
        Verdict::Change(Box::new(change))
    }

    /// A change that writes everything as it stands.
    fn unchanged(&self, actor: UserId, at: Timestamp) -> RelationChange {
        let friends_since = if let RelationState::Friends { since } = self.state { Some(since) } else { None };
        RelationChange {
            pair: self.pair,
            actor,
            judged_on: self.version,
            friends_since,
            blocked_by: self.blocked_by(),
            request: RequestChange::Keep,
            moves_block: false,
            notices: Vec::new(),
            at,
        }
    }

    const fn blocked_by(&self) -> Option<BlockedBy> {
        if let RelationState::Blocked { by, .. } = self.state { Some(by) } else { None }
    }

    fn with_block_of(&self, actor: UserId, at: Option<Timestamp>) -> Option<BlockedBy> {
        let now = self.blocked_by();
        let (low, high) = (now.and_then(BlockedBy::low), now.and_then(BlockedBy::high));
        if actor == self.pair.low() { BlockedBy::of(at, high) } else { BlockedBy::of(low, at) }
    }

    /// Who is told: both, unless a block stands between them; then only the actor's own devices are.
    fn told(&self, actor: UserId, other: UserId, notice: RelationNotice) -> Vec<(UserId, RelationNotice)> {
        if self.is_silent() { vec![(actor, notice)] } else { vec![(actor, notice), (other, notice)] }
    }
}

/// The relation that a stored change leads to; stores and tests share this one reading of a change.
#[must_use]
pub fn after(change: &RelationChange, pending: Option<FriendRequest>) -> Relation {
    let state = match (change.blocked_by, change.friends_since, pending) {
        (Some(by), _, unseen) => RelationState::Blocked { by, unseen },
        (None, Some(since), _) => RelationState::Friends { since },
        (None, None, Some(request)) => RelationState::Requested(request),
        (None, None, None) => RelationState::Strangers,
    };
    Relation { pair: change.pair, version: Version(change.judged_on.0 + 1), state }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    fn pair() -> Pair {
        Pair::new(user(1), user(2)).expect("two users")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    /// Plays one step as a store would, and gives the relation that follows.
    fn play(relation: &Relation, actor: UserId, step: Step, now: i64) -> Result<Relation, Refusal> {
        let Verdict::Change(change) = relation.judge(actor, step, at(now))? else { return Ok(relation.clone()) };
        let pending = match &change.request {
            RequestChange::Keep => relation.pending().cloned(),
            RequestChange::Close(..) => None,
            RequestChange::Open { from, to } => Some(FriendRequest {
                id: FriendRequestId::new(now + 1).expect("an id"),
                from: *from,
                to: *to,
                status: RequestStatus::Pending,
                created_at: change.at,
            }),
        };
        Ok(after(&change, pending))
    }

    fn story(steps: &[(i64, Step)]) -> Relation {
        let start = Relation::strangers(pair());
        (0..)
            .zip(steps)
            .fold(start, |relation, (now, (actor, step))| play(&relation, user(*actor), *step, now).unwrap_or(relation))
    }

    #[test]
    fn a_crossing_request_is_a_yes() {
        assert!(story(&[(1, Step::Request), (2, Step::Request)]).is_friends());
    }

    #[test]
    fn nobody_answers_their_own_request() {
        let asked = story(&[(1, Step::Request)]);
        assert_eq!(play(&asked, user(1), Step::Accept, 9), Err(Refusal::Nothing));
        assert_eq!(play(&asked, user(2), Step::Cancel, 9), Err(Refusal::Nothing));
    }

    #[test]
    fn a_block_ends_friendship_and_request_and_tells_only_what_shows_anyway() {
        let friends = story(&[(1, Step::Request), (2, Step::Accept)]);
        let Ok(Verdict::Change(change)) = friends.judge(user(1), Step::Block, at(9)) else { panic!("a change") };
        assert_eq!(change.friends_since, None);
        assert_eq!(change.notices, [(user(1), RelationNotice::Blocked), (user(2), RelationNotice::Removed)]);

        let asked = story(&[(2, Step::Request)]);
        let Ok(Verdict::Change(change)) = asked.judge(user(1), Step::Block, at(9)) else { panic!("a change") };
        assert!(matches!(change.request, RequestChange::Close(_, RequestStatus::Cancelled)));
        assert_eq!(change.notices, [(user(1), RelationNotice::Blocked)]);
    }

    #[test]
    fn the_blocked_side_asks_as_if_nothing_were_and_the_blocker_sees_nothing() {
        let blocked = story(&[(1, Step::Block)]);
        let Ok(Verdict::Change(change)) = blocked.judge(user(2), Step::Request, at(9)) else { panic!("a change") };
        assert_eq!(change.notices, [(user(2), RelationNotice::Requested)]);

        let asked = story(&[(1, Step::Block), (2, Step::Request)]);
        assert_eq!(play(&asked, user(1), Step::Accept, 9), Err(Refusal::Nothing));
        assert_eq!(play(&asked, user(1), Step::Request, 9), Err(Refusal::BlockedByYou));
        assert!(play(&asked, user(2), Step::Cancel, 9).is_ok());
    }

    #[test]
    fn a_block_is_lifted_by_its_owner_alone() {
        let blocked = story(&[(1, Step::Block), (2, Step::Unblock)]);
        assert!(blocked.blocks(user(1)) && !blocked.blocks(user(2)));
        assert!(!story(&[(1, Step::Block), (2, Step::Block), (1, Step::Unblock), (2, Step::Unblock)]).is_silent());
    }

    proptest! {
        /// Whatever two people do in whatever order, a change only ever concerns them, a request is answered by the one who
        /// was asked, a notice never crosses a block, and doing a settled thing again changes nothing.
        #[test]
        fn steps_are_closed(steps in prop::collection::vec((1_i64..=2, 0_usize..7), 0..30)) {
            let mut relation = Relation::strangers(pair());
            for (now, (actor, step)) in (0..).zip(steps) {
                let (actor, step) = (user(actor), Step::ALL[step]);
                let other = pair().other(actor).expect("the other");
                if let Ok(Verdict::Change(change)) = relation.judge(actor, step, at(now)) {
                    prop_assert_eq!(change.judged_on, relation.version);
                    prop_assert!(!(change.friends_since.is_some() && change.blocked_by.is_some()));
                    if relation.is_silent() {
                        prop_assert!(change.notices.iter().all(|(told, _)| *told != other));
                    }
                }
                if let Ok(next) = play(&relation, actor, step, now) {
                    if let Some(request) = next.pending() {
                        prop_assert!(request.from != request.to);
                    }
                    prop_assert!(next.version >= relation.version);
                    relation = next;
                }
            }
            prop_assert_eq!(relation.blocks(user(1)) || relation.blocks(user(2)), relation.is_silent());
        }
    }
}
