//! The steps: from a [`Relation`] and a [`Step`] to the [`RelationChange`] that a store has to write, or a [`Refusal`]. Pure.

use super::{BlockedBy, Relation, RelationChange, RelationNotice, RelationState, RequestChange, RequestStatus};
use crate::ids::UserId;
use crate::time::Timestamp;

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

/// The verdict on a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Write this.
    Change(Box<RelationChange>),
    /// It is so already; answer as if it had just been done.
    Unchanged,
}

impl Relation {
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
