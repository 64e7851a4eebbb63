//! Deleting accounts: what is left to do once an account is deleted, a piece at a time, so that a restart loses nothing of it.

use super::{Chat, MAX_STALE, kept_moving};
use crate::change::Act;
use crate::command::Actor;
use crate::conversation::{ConversationView, Kind, Member, Role};
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Event};
use crate::ids::{ConversationId, FriendRequestId, MessageId, UserId};
use crate::page::PageSize;
use crate::ports::{MessagesOfDeleted, PendingErasure, RequestQuery};
use crate::relation::Step;

impl Chat {
    /// Tells those who see the user's presence that the account is deleted. Others find it in the user object.
    pub async fn announce_deleted(&self, user: UserId) -> Result<(), ChatError> {
        let users = self.presence_circle(user).await?;
        let gone = self.user(user).await?;
        self.publish(Event::Profile(gone), Audience::Users { users, about: None }, None);
        Ok(())
    }

    /// Does a piece of what deleted accounts have left to do. True if there may be more.
    ///
    /// Friendships and requests end; direct conversations stay for the other one to read, behind a block; groups are left,
    /// and pass to somebody else where the deleted user was their last owner; messages go, where the account was deleted so.
    /// Each step looks at what is there, so that it does no harm to begin again.
    pub async fn erase(&self) -> Result<bool, ChatError> {
        let Some(pending) = self.stores.erasures.next().await? else { return Ok(false) };
        let actor = Actor::user(pending.user);
        if pending.done_up_to.is_none() {
            self.end_relations(&actor).await?;
            self.leave_conversations(&actor).await?;
        }
        let is_done = match pending.messages {
            MessagesOfDeleted::Keep => true,
            MessagesOfDeleted::Delete => self.delete_some_said(&actor, &pending).await?,
        };
        if is_done {
            self.stores.erasures.finish(pending.user).await?;
        }
        Ok(true)
    }

    /// Blocks everybody with whom there is a friendship or a request. A block ends both, and only what the others would see
    /// anyway is told to them.
    async fn end_relations(&self, actor: &Actor) -> Result<(), ChatError> {
        let mut after = None;
        loop {
            let friends = self.stores.relations.friends(actor.user, after, PageSize::default()).await?;
            for friend in &friends.items {
                self.fall_silent(actor, friend.id).await?;
            }
            after = friends.next.and_then(UserId::new);
            if after.is_none() {
                break;
            }
        }
        let mut after = None;
        loop {
            let query = RequestQuery { user: actor.user, direction: None, after, size: PageSize::default() };
            let requests = self.stores.relations.requests(&query).await?;
            for request in &requests.items {
                let other = if request.from == actor.user { request.to } else { request.from };
                self.fall_silent(actor, other).await?;
            }
            after = requests.next.and_then(FriendRequestId::new);
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn fall_silent(&self, actor: &Actor, other: UserId) -> Result<(), ChatError> {
        self.step(actor, other, Step::Block).await?;
        self.presence_may_have_changed(actor.user, other).await
    }

    async fn leave_conversations(&self, actor: &Actor) -> Result<(), ChatError> {
        let mut after = None;
        loop {
            let page = self.stores.conversations.list(actor.user, after, PageSize::default()).await?;
            for view in &page.items {
                match &view.conversation.kind {
                    Kind::Direct(pair) => {
                        if let Some(other) = pair.other(actor.user) {
                            self.fall_silent(actor, other).await?;
                        }
                    }
                    Kind::Group(_) => self.leave_for_good(actor, view).await?,
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Leaves a group. Whoever is its last owner hands it to the admin, else to the member, who has been in it longest.
    async fn leave_for_good(&self, actor: &Actor, view: &ConversationView) -> Result<(), ChatError> {
        let group = view.conversation.id;
        for _ in 0..MAX_STALE {
            let Err(refused) = self.remove_member(actor, group, actor.user).await else { return Ok(()) };
            let code = refused.code();
            if code == ErrorCode::LastOwner {
                self.hand_on(actor, group).await?;
            } else if code == ErrorCode::NotFound {
                // Somebody else was quicker.
                return Ok(());
            } else {
                return Err(refused);
            }
        }
        Err(kept_moving())
    }

    async fn hand_on(&self, owner: &Actor, group: ConversationId) -> Result<(), ChatError> {
        let Some(heir) = self.heir(group, owner.user).await? else { return Ok(()) };
        match self.set_role(owner, group, heir, Role::Owner).await {
            // An heir who went out meanwhile is followed by the next one.
            Err(refused) if refused.code() != ErrorCode::NotFound => Err(refused),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn heir(&self, group: ConversationId, owner: UserId) -> Result<Option<UserId>, ChatError> {
        let (mut after, mut heir) = (None, None::<Member>);
        loop {
            let page = self.stores.conversations.members(group, after, PageSize::default(), owner).await?;
            for member in page.items.into_iter().filter(|member| member.user != owner) {
                let rank = |member: &Member| (std::cmp::Reverse(member.role), member.joined_at, member.user);
                if heir.as_ref().is_none_or(|heir| rank(&member) < rank(heir)) {
                    heir = Some(member);
                }
            }
            after = page.next.and_then(UserId::new);
            if after.is_none() {
                return Ok(heir.map(|heir| heir.user));
            }
        }
    }

    /// Deletes what the user said within the next stretch of messages. True if there is nothing after it.
    async fn delete_some_said(&self, actor: &Actor, pending: &PendingErasure) -> Result<bool, ChatError> {
        let said = self.stores.erasures.said_by(actor.user, pending.done_up_to).await?;
        for (conversation, message) in said.messages {
            self.delete_for_good(actor, conversation, message).await?;
        }
        let Some(up_to) = said.up_to else { return Ok(true) };
        self.stores.erasures.note(actor.user, up_to).await?;
        Ok(false)
    }

    /// Deletes one's own message, in or out of its conversation.
    async fn delete_for_good(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<(), ChatError> {
        for _ in 0..MAX_STALE {
            let standing = self.stores.changes.standing(conversation, actor.user).await?.ok_or(ErrorCode::NotFound)?;
            match self.commit(actor, conversation, Act::Delete { message }, standing.version).await {
                Ok(Some(_)) => return Ok(()),
                Ok(None) => {}
                // It was deleted meanwhile.
                Err(refused) if refused.code() == ErrorCode::NotFound => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Err(kept_moving())
    }
}
