//! Keeping the server in order: who is what, who is kept out, and the audit of all that.

use super::{Chat, MAX_STALE, kept_moving};
use crate::command::{Actor, ChangedReply, Reply};
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Event};
use crate::ids::{SessionId, UserId};
use crate::moderation::{AccountStanding, Keeper, Sanction, ServerRole, StandingAct, StandingChange};
use crate::ports::{AuditQuery, StandingSet, Whose};
use crate::rules;

impl Chat {
    /// How a user stands; who does not exist is a plain member, who finds nothing.
    pub(super) async fn standing_of(&self, user: UserId) -> Result<Option<AccountStanding>, ChatError> {
        Ok(self.stores.standings.standing_of(Whose::User(user)).await?)
    }

    /// What the actor is to the server, if they look after it.
    pub(super) async fn keeper(&self, actor: &Actor) -> Result<Keeper, ChatError> {
        let standing = self.standing_of(actor.user).await?.unwrap_or_default();
        standing.admits(self.now())?;
        rules::may_moderate(standing.role)?;
        Ok(Keeper { user: actor.user, role: standing.role })
    }

    /// Lets an embedding host ask what its own authenticator should refuse.
    pub async fn admits(&self, user: UserId) -> Result<(), ChatError> {
        self.standing_of(user).await?.unwrap_or_default().admits(self.now())
    }

    /// How somebody stands: for those who look after the server, and for everybody of themselves.
    pub(super) async fn get_standing(&self, actor: &Actor, user: UserId) -> Result<Reply, ChatError> {
        if actor.user != user {
            self.keeper(actor).await?;
        }
        let mut standing = self.standing_of(user).await?.ok_or(ErrorCode::NotFound)?;
        let now = self.now();
        standing.sanction.take_if(|sanction| !sanction.holds(now));
        Ok(Reply::Standing(standing))
    }

    pub(super) async fn set_server_role(
        &self,
        actor: &Actor,
        user: UserId,
        role: ServerRole,
    ) -> Result<Reply, ChatError> {
        self.change_standing_of(actor, user, StandingAct::SetRole(role)).await
    }

    /// Keeps somebody out, or lets them in again.
    pub(super) async fn set_sanction(
        &self,
        actor: &Actor,
        user: UserId,
        sanction: Option<Sanction>,
    ) -> Result<Reply, ChatError> {
        if sanction.as_ref().is_some_and(|sanction| !sanction.holds(self.now())) {
            return Err(ErrorCode::BadRequest.into());
        }
        self.change_standing_of(actor, user, sanction.map_or(StandingAct::Lift, StandingAct::Sanction)).await
    }

    async fn change_standing_of(&self, actor: &Actor, user: UserId, act: StandingAct) -> Result<Reply, ChatError> {
        for _ in 0..MAX_STALE {
            let keeper = self.keeper(actor).await?;
            if matches!(act, StandingAct::SetRole(_)) {
                rules::may_set_server_role(keeper.user, keeper.role, user)?;
            }
            let judged_on = self.standing_of(user).await?.ok_or(ErrorCode::NotFound)?;
            if !matches!(act, StandingAct::SetRole(_)) {
                rules::may_sanction(keeper.user, keeper.role, user, judged_on.role)?;
            }
            let change = StandingChange { user, by: Some(keeper), act: act.clone(), judged_on, at: self.now() };
            match self.stores.standings.set_standing(&change).await? {
                StandingSet::Set(ended) => {
                    if let StandingAct::Sanction(sanction) = &act {
                        self.shut_out(user, sanction, ended);
                    }
                    return Ok(Reply::Changed(ChangedReply { fresh: true }));
                }
                StandingSet::Nothing => return Ok(Reply::Changed(ChangedReply { fresh: false })),
                StandingSet::Missing => return Err(ErrorCode::NotFound.into()),
                StandingSet::Stale => {}
            }
        }
        Err(kept_moving())
    }

    /// Closes every socket of somebody who is kept out, whatever proved who they are, and tells that their sessions ended.
    pub(super) fn shut_out(&self, user: UserId, sanction: &Sanction, ended: Vec<SessionId>) {
        let is_for_good = sanction.until().is_none();
        // Before the sessions, because the first reason that a socket hears is the one that its client is told.
        let audience = Audience::Users { users: vec![user], about: None };
        self.publish(Event::Sanctioned { user, is_for_good }, audience, None);
        for session in ended {
            self.publish(Event::SessionEnded(session), Audience::Session(session), None);
        }
    }

    pub(super) async fn audit(&self, actor: &Actor, query: &AuditQuery) -> Result<Reply, ChatError> {
        self.keeper(actor).await?;
        Ok(Reply::Audit(self.stores.standings.audit(query).await?))
    }
}
