//! Invites: making them, taking them back, and coming in by one.

use super::{Chat, MAX_STALE, kept_moving};
use crate::change::Act;
use crate::command::{Actor, ChangedReply, NewInvite, Opened, Reply};
use crate::error::{ChatError, ErrorCode};
use crate::ids::{ConversationId, Version};
use crate::invite::{Invite, InviteCode};
use crate::page::PageSize;
use crate::ports;
use crate::room::Card;
use crate::rules::{self, Permission};

/// The longest time for which an invite may be made, in seconds: ten years. Beyond that it is without an end.
const LONGEST: u32 = 10 * 365 * 86_400;

impl Chat {
    pub(super) async fn create_invite(&self, actor: &Actor, new: NewInvite) -> Result<Reply, ChatError> {
        let NewInvite { conversation, expires_in, max_uses } = new;
        if expires_in.is_some_and(|seconds| seconds == 0 || seconds > LONGEST) || max_uses == Some(0) {
            return Err(ErrorCode::BadRequest.into());
        }
        let code = InviteCode::of(self.entropy.secret());
        for _ in 0..MAX_STALE {
            let facts = self.fresh_facts(conversation, actor.user).await?;
            rules::may(facts.as_deref(), Permission::Invite)?;
            let judged_on = rules::may_see(facts.as_deref())?.version;
            let at = self.now();
            let expires_at = expires_in.map(|seconds| at.plus_seconds(i64::from(seconds)));
            let invite = Invite { code: code.clone(), conversation, by: actor.user, at, expires_at, max_uses, uses: 0 };
            let new = ports::NewInvite { invite, judged_on };
            if self.stores.entrance.create_invite(&new).await? {
                return Ok(Reply::Invite(Box::new(new.invite)));
            }
        }
        Err(kept_moving())
    }

    pub(super) async fn list_invites(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        after: Option<InviteCode>,
        size: PageSize,
    ) -> Result<Reply, ChatError> {
        let facts = self.recent_facts(conversation, actor.user).await?;
        rules::may(facts.as_deref(), Permission::Invite)?;
        Ok(Reply::Invites(self.stores.entrance.invites(conversation, after, size, self.now()).await?))
    }

    /// Takes an invite back. One that is not there any more is taken back already.
    pub(super) async fn revoke_invite(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        code: &InviteCode,
    ) -> Result<Reply, ChatError> {
        let facts = self.fresh_facts(conversation, actor.user).await?;
        rules::may(facts.as_deref(), Permission::Invite)?;
        let fresh = self.stores.entrance.revoke_invite(conversation, code).await?;
        Ok(Reply::Changed(ChangedReply { fresh }))
    }

    /// What an invite leads to. Where it would let the asker in no more, it leads nowhere.
    pub(super) async fn get_invite(&self, actor: &Actor, code: &InviteCode) -> Result<Reply, ChatError> {
        let (invite, card) = self.open_invite(code).await?;
        let is_banned = self.stores.entrance.is_banned(card.id, actor.user, self.now()).await?;
        if is_banned {
            rules::may_find(self.recent_facts(card.id, actor.user).await?.as_deref())?;
        }
        Ok(Reply::Invited(Box::new((invite, card))))
    }

    /// Comes in by an invite. Who is in it already stays what they are, and uses nothing up.
    pub(super) async fn join_by_invite(&self, actor: &Actor, code: &InviteCode) -> Result<Opened, ChatError> {
        let (invite, _) = self.open_invite(code).await?;
        let act = Act::Enter { most: self.settings.max_group_members, invite: Some(code.clone()) };
        let written = self.commit(actor, invite.conversation, act, Version::default()).await?;
        let Some(Reply::Changed(ChangedReply { fresh })) = written else { return Err(ErrorCode::NotFound.into()) };
        Ok(Opened { view: self.view(invite.conversation, actor.user).await?, fresh })
    }

    async fn open_invite(&self, code: &InviteCode) -> Result<(Invite, Card), ChatError> {
        self.stores.entrance.invite(code, self.now()).await?.ok_or_else(|| ErrorCode::NotFound.into())
    }
}
