//! Friends and blocks in memory.

use std::collections::BTreeSet;
use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{State, next_id};
use crate::command::Direction;
use crate::conversation::Pair;
use crate::ids::{ConversationId, FriendRequestId, UserId};
use crate::log::UserNotice;
use crate::page::{Page, PageSize};
use crate::ports::{RelationCommitted, RelationStore, RequestQuery, StoreError};
use crate::relation::{
    FriendRequest, Relation, RelationChange, RelationNotice, RequestChange, RequestStatus, after as relation_after,
};
use crate::user::User;

#[async_trait]
impl RelationStore for MemoryStore {
    async fn between(&self, pair: Pair) -> Result<Relation, StoreError> {
        Ok(self.state().relation(pair))
    }

    async fn commit(&self, change: &RelationChange) -> Result<RelationCommitted, StoreError> {
        let mut state = self.state();
        let now = state.relation(change.pair);
        if now.version != change.judged_on {
            return Ok(RelationCommitted::Stale);
        }
        state.require_users(&[change.pair.low(), change.pair.high()])?;
        let request = state.write_request(change)?;
        let pending = match &change.request {
            RequestChange::Keep => now.pending().cloned(),
            RequestChange::Open { .. } => request.clone(),
            RequestChange::Close(..) => None,
        };
        let relation = relation_after(change, pending);
        state.relations.insert(change.pair, relation.clone());
        if change.moves_block {
            state.bump_direct(change.pair);
        }
        let mut entries = Vec::with_capacity(change.notices.len());
        for (user, notice) in &change.notices {
            let Some(other) = change.pair.other(*user) else { continue };
            let request = request.clone().filter(|_| concerns_request(*notice));
            entries.push(state.notify(*user, UserNotice::Relation { notice: *notice, other, request }, change.at));
        }
        Ok(RelationCommitted::Committed { relation, request, entries })
    }

    async fn request(&self, id: FriendRequestId) -> Result<Option<FriendRequest>, StoreError> {
        Ok(self.state().requests.get(&id).cloned())
    }

    async fn requests(&self, query: &RequestQuery) -> Result<Page<FriendRequest>, StoreError> {
        let state = self.state();
        let after = query.after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = state
            .requests
            .range((after, Bound::Unbounded))
            .map(|(_, request)| request)
            .filter(|request| request.status == RequestStatus::Pending && state.shows(request, query))
            .take(query.size.get() + 1)
            .cloned()
            .collect();
        Ok(Page::from_rows(rows, query.size, |request: &FriendRequest| request.id.get()))
    }

    async fn friends(&self, user: UserId, after: Option<UserId>, size: PageSize) -> Result<Page<User>, StoreError> {
        Ok(self.state().related(user, after, size, |relation, _| relation.is_friends()))
    }

    async fn blocks(&self, user: UserId, after: Option<UserId>, size: PageSize) -> Result<Page<User>, StoreError> {
        Ok(self.state().related(user, after, size, |relation, user| relation.blocks(user)))
    }

    async fn silenced(&self, user: UserId) -> Result<Vec<UserId>, StoreError> {
        let state = self.state();
        let silent = state.relations.values().filter(|relation| relation.is_silent());
        let others: BTreeSet<_> = silent.filter_map(|relation| relation.pair.other(user)).collect();
        Ok(others.into_iter().collect())
    }

    async fn mentionable(
        &self,
        conversation: ConversationId,
        by: UserId,
        keys: &[String],
    ) -> Result<Vec<UserId>, StoreError> {
        let state = self.state();
        let Some(row) = state.conversations.get(&conversation) else { return Ok(Vec::new()) };
        let is_meant = |user: &UserId| {
            let name = state.users.get(user).map(|row| row.user.username.key());
            let between = Pair::new(by, *user).map(|pair| state.relation(pair));
            name.is_some_and(|name| keys.contains(&name)) && between.is_some_and(|between| !between.is_silent())
        };
        Ok(row.members.keys().copied().filter(is_meant).collect())
    }

    async fn presence_circle(&self, user: UserId) -> Result<Vec<UserId>, StoreError> {
        let state = self.state();
        let friends = state.relations.values().filter(|relation| relation.is_friends()).map(|relation| relation.pair);
        let pairs = friends.chain(state.directs.keys().copied()).filter(|pair| !state.relation(*pair).is_silent());
        let others: BTreeSet<_> = pairs.filter_map(|pair| pair.other(user)).collect();
        Ok(others.into_iter().collect())
    }

    async fn silent_among(&self, pairs: &[Pair]) -> Result<Vec<Pair>, StoreError> {
        let state = self.state();
        let each_once: BTreeSet<_> = pairs.iter().copied().collect();
        Ok(each_once.into_iter().filter(|pair| state.relation(*pair).is_silent()).collect())
    }
}

/// Whether an entry in a user's log is about a request. One about a block is not, even where the block ended a request:
/// the blocker may never have seen it.
const fn concerns_request(notice: RelationNotice) -> bool {
    match notice {
        RelationNotice::Requested | RelationNotice::Accepted | RelationNotice::Declined | RelationNotice::Cancelled => {
            true
        }
        RelationNotice::Removed | RelationNotice::Blocked | RelationNotice::Unblocked => false,
    }
}

impl State {
    /// Opens or closes the request of a change and gives it as it is then.
    fn write_request(&mut self, change: &RelationChange) -> Result<Option<FriendRequest>, StoreError> {
        let request = match &change.request {
            RequestChange::Keep => return Ok(None),
            RequestChange::Open { from, to } => FriendRequest {
                id: next_id(&mut self.last.request, FriendRequestId::new)?,
                from: *from,
                to: *to,
                status: RequestStatus::Pending,
                created_at: change.at,
            },
            RequestChange::Close(request, status) => FriendRequest { status: *status, ..request.clone() },
        };
        self.requests.insert(request.id, request.clone());
        Ok(Some(request))
    }

    /// A block that comes or goes makes everything stale that was judged in the pair's direct conversation.
    fn bump_direct(&mut self, pair: Pair) {
        let direct = self.directs.get(&pair);
        if let Some(row) = direct.and_then(|id| self.conversations.get_mut(id)) {
            row.bump();
        }
    }

    /// Whether a pending request belongs to a query.
    fn shows(&self, request: &FriendRequest, query: &RequestQuery) -> bool {
        let outgoing = request.from == query.user && query.direction != Some(Direction::Incoming);
        let incoming = request.to == query.user && query.direction != Some(Direction::Outgoing);
        let hidden = || Pair::new(request.from, request.to).is_some_and(|pair| self.relation(pair).blocks(query.user));
        outgoing || (incoming && !hidden())
    }

    /// One page of the users who have a certain relation with `user`.
    fn related(
        &self,
        user: UserId,
        after: Option<UserId>,
        size: PageSize,
        holds: impl Fn(&Relation, UserId) -> bool,
    ) -> Page<User> {
        let related = self.relations.values().filter(|relation| holds(relation, user));
        let others: BTreeSet<_> = related.filter_map(|relation| relation.pair.other(user)).collect();
        let rows = others
            .into_iter()
            .filter(|other| after.is_none_or(|after| *other > after))
            .filter_map(|other| self.users.get(&other))
            .map(|row| row.user.clone())
            .take(size.get() + 1)
            .collect();
        Page::from_rows(rows, size, |user: &User| user.id.get())
    }
}
