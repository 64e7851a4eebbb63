//! Friends and blocks: each step is judged by the relation itself and committed on its version.

use super::{Chat, MAX_STALE, kept_moving};
use crate::command::{Actor, Direction, Profile, Reply, UserPageQuery};
use crate::conversation::Pair;
use crate::error::{ChatError, ErrorCode};
use crate::ids::{FriendRequestId, UserId};
use crate::page::PageSize;
use crate::ports::{RelationCommitted, RequestQuery};
use crate::relation::{FriendRequest, Step, Verdict};
use crate::user::User;

impl Chat {
    pub(super) async fn request_friend(&self, actor: &Actor, other: UserId) -> Result<FriendRequest, ChatError> {
        self.step(actor, other, Step::Request).await?.ok_or_else(kept_moving)
    }

    pub(super) async fn accept_friend(&self, actor: &Actor, id: FriendRequestId) -> Result<FriendRequest, ChatError> {
        self.answer(actor, id, Step::Accept).await
    }

    pub(super) async fn decline_friend(&self, actor: &Actor, id: FriendRequestId) -> Result<FriendRequest, ChatError> {
        self.answer(actor, id, Step::Decline).await
    }

    pub(super) async fn cancel_friend(&self, actor: &Actor, id: FriendRequestId) -> Result<FriendRequest, ChatError> {
        self.answer(actor, id, Step::Cancel).await
    }

    pub(super) async fn unfriend(&self, actor: &Actor, other: UserId) -> Result<Reply, ChatError> {
        self.step(actor, other, Step::Unfriend).await?;
        self.presence_may_have_changed(actor.user, other).await?;
        Ok(Reply::Done)
    }

    pub(super) async fn block(&self, actor: &Actor, other: UserId) -> Result<Profile, ChatError> {
        self.step(actor, other, Step::Block).await?;
        self.presence_may_have_changed(actor.user, other).await?;
        self.profile(actor, other).await
    }

    pub(super) async fn unblock(&self, actor: &Actor, other: UserId) -> Result<Reply, ChatError> {
        self.step(actor, other, Step::Unblock).await?;
        self.presence_may_have_changed(actor.user, other).await?;
        Ok(Reply::Done)
    }

    /// Answers one particular request; another one between the same two does not count.
    async fn answer(&self, actor: &Actor, id: FriendRequestId, step: Step) -> Result<FriendRequest, ChatError> {
        let request = self.stores.relations.request(id).await?.ok_or(ErrorCode::NotFound)?;
        let other = match (request.from == actor.user, request.to == actor.user) {
            (true, _) => request.to,
            (_, true) => request.from,
            (false, false) => return Err(ErrorCode::NotFound.into()),
        };
        let pair = Pair::new(actor.user, other).ok_or(ErrorCode::NotFound)?;
        let relation = self.stores.relations.between(pair).await?;
        if relation.pending().is_none_or(|pending| pending.id != id) {
            return Err(ErrorCode::NotFound.into());
        }
        self.step(actor, other, step).await?.ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// Takes one step: load, judge, commit, publish. Returns the request that it opened or closed.
    pub(super) async fn step(
        &self,
        actor: &Actor,
        other: UserId,
        step: Step,
    ) -> Result<Option<FriendRequest>, ChatError> {
        let pair = Pair::new(actor.user, other).ok_or(ErrorCode::BadRequest)?;
        // What is between them and a deleted user can be ended, but nothing begins there.
        let begins = matches!(step, Step::Request | Step::Block);
        let is_there = |user: &User| !begins || user.deleted_at.is_none();
        if !self.stores.users.get(&[other]).await?.iter().any(is_there) {
            return Err(ErrorCode::NotFound.into());
        }
        for _ in 0..MAX_STALE {
            let relation = self.stores.relations.between(pair).await?;
            let Verdict::Change(change) = relation.judge(actor.user, step, self.now())? else { return Ok(None) };

            match self.stores.relations.commit(&change).await? {
                RelationCommitted::Committed { request, entries, relation } => {
                    if change.moves_block
                        && let Some(direct) = self.stores.conversations.find_direct(pair).await?
                    {
                        self.forget_facts(direct, pair.low());
                        self.forget_facts(direct, pair.high());
                    }
                    self.publish_own(entries);
                    if relation.is_friends() {
                        self.presence_may_have_changed(actor.user, other).await?;
                    }
                    return Ok(request);
                }
                RelationCommitted::Stale => {}
            }
        }
        Err(kept_moving())
    }

    pub(super) async fn list_friends(&self, actor: &Actor, query: UserPageQuery) -> Result<Reply, ChatError> {
        let page = self.stores.relations.friends(actor.user, query.after, query.size).await?;
        self.with_presence(actor, page).await.map(Reply::Users)
    }

    pub(super) async fn list_blocks(&self, actor: &Actor, query: UserPageQuery) -> Result<Reply, ChatError> {
        let page = self.stores.relations.blocks(actor.user, query.after, query.size).await?;
        self.with_presence(actor, page).await.map(Reply::Users)
    }

    pub(super) async fn list_requests(
        &self,
        actor: &Actor,
        direction: Option<Direction>,
        after: Option<FriendRequestId>,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        let query = RequestQuery { user: actor.user, direction, after, size };
        Ok(Reply::Requests(self.stores.relations.requests(&query).await?))
    }
}
