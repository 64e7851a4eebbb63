//! Who there is, and the conversation in which they try what they may: made anew whenever something in it has changed.

use std::sync::Arc;

use chat_core::command::{Actor, NewBan, NewInvite, NewRoom, SendMessage};
use chat_core::conversation::Role;
use chat_core::ids::{ConversationId, FriendRequestId, MessageId, UserId};
use chat_core::invite::InviteCode;
use chat_core::ports::{Clock as _, NewUser, Stores, SystemClock, UserCreated};
use chat_core::room::{Room, Slug, Visibility};
use chat_core::text::{Body, Label};
use chat_core::user::Username;
use chat_core::{Chat, Command, Reply};

use super::deeds::thumb;

/// Where something is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A group with two owners, two admins and several members.
    Group,
    /// A public room with the same people.
    Room,
    /// The direct conversation of the asker, if they have one, with the target.
    Direct,
    /// Between the asker and a target who have no conversation; the target has asked to be friends.
    Nowhere,
}

/// Who tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Owner,
    Admin,
    Member,
    /// In a group a member who blocks the target.
    Blocker,
    /// In a group a member whom the target blocks.
    Blocked,
    /// Somebody who was in it until a moment ago.
    Ex,
    /// Somebody who was in it until they were banned.
    Banned,
    Stranger,
    Anonymous,
}

impl Who {
    pub const ALL: [Self; 9] = [
        Self::Owner,
        Self::Admin,
        Self::Member,
        Self::Blocker,
        Self::Blocked,
        Self::Ex,
        Self::Banned,
        Self::Stranger,
        Self::Anonymous,
    ];
}

/// Everything that a deed can be about.
pub struct Stage {
    pub actor: UserId,
    pub target: UserId,
    pub other_owner: UserId,
    pub other_admin: UserId,
    pub bystander: UserId,
    pub newcomer: UserId,
    /// Who is banned from the group or room.
    pub banned: UserId,
    pub blocks_keepers: UserId,
    pub blocked_by_keepers: UserId,
    pub room: ConversationId,
    /// Into the group or room.
    pub invite: InviteCode,
    /// A slug that no room has.
    pub slug: Slug,
    /// What the asker said; if they never said anything there, what the target said.
    pub own: MessageId,
    pub own_deleted: MessageId,
    /// What the target said.
    pub others: MessageId,
    pub others_deleted: MessageId,
    /// What the target said, with the asker's emoji on it, and pinned.
    pub marked: MessageId,
    pub request: FriendRequestId,
}

/// The people, and the chat that they are in.
pub struct Cast {
    chat: Arc<Chat>,
    stores: Stores,
    /// The one who asks, in each of the roles.
    pub askers: [UserId; 8],
    target: UserId,
    others: [UserId; 6],
    made: std::cell::Cell<u32>,
}

impl Cast {
    /// Those who ask have accounts already, in the order of [`Who::ALL`].
    pub async fn new(chat: Arc<Chat>, stores: Stores, askers: [UserId; 8]) -> Self {
        let nobody = askers[0];
        let mut cast = Self { chat, stores, askers, target: nobody, others: [nobody; 6], made: 0.into() };
        cast.target = cast.user().await;
        for n in 0..cast.others.len() {
            cast.others[n] = cast.user().await;
        }
        let [.., blocks, blocked] = cast.others;
        for keeper in [Who::Owner, Who::Admin] {
            let keeper = cast.asker(keeper).unwrap();
            cast.done(blocks, Command::Block(keeper)).await;
            cast.done(keeper, Command::Block(blocked)).await;
        }
        cast
    }

    /// The user who asks; none for who does not say who they are.
    pub fn asker(&self, who: Who) -> Option<UserId> {
        let place = Who::ALL.iter().position(|one| *one == who)?;
        self.askers.get(place).copied()
    }

    /// Where `who` may try things.
    pub async fn stage(&self, place: Place, who: Who) -> Stage {
        let [other_owner, other_admin, bystander, newcomer, blocks_keepers, blocked_by_keepers] = self.others;
        let first = MessageId::new(1).unwrap();
        let slug = self.slug();
        let mut stage = Stage {
            // Who says nothing of themselves asks for what belongs to somebody else.
            actor: self.asker(who).unwrap_or(bystander),
            target: self.target,
            other_owner,
            other_admin,
            bystander,
            newcomer,
            banned: self.askers[6],
            blocks_keepers,
            blocked_by_keepers,
            room: ConversationId::new(1).unwrap(),
            invite: InviteCode::of([1; 32]),
            slug,
            own: first,
            own_deleted: first,
            others: first,
            others_deleted: first,
            marked: first,
            request: FriendRequestId::new(1).unwrap(),
        };
        match place {
            Place::Group => self.group(&mut stage, who, false).await,
            Place::Room => self.group(&mut stage, who, true).await,
            Place::Direct => self.direct(&mut stage, who).await,
            Place::Nowhere => self.strangers(&mut stage, who).await,
        }
        stage
    }

    async fn group(&self, stage: &mut Stage, who: Who, is_room: bool) {
        self.part(who, stage).await;
        let [owner, admin, member, blocker, blocked, ex, banned, _] = self.askers;
        let [other_owner, other_admin, bystander, ..] = self.others;
        let members =
            vec![admin, member, blocker, blocked, ex, banned, self.target, other_owner, other_admin, bystander];
        let name = Label::new("Tea").unwrap();
        if is_room {
            let room = Room { slug: self.slug(), visibility: Visibility::Public };
            let new = NewRoom { name, room, description: None, avatar: None };
            stage.room = self.opened(owner, Command::CreateRoom(new)).await;
            self.done(owner, Command::AddMembers { conversation: stage.room, users: members }).await;
        } else {
            stage.room = self.opened(owner, Command::CreateGroup { name, members }).await;
        }
        let conversation = stage.room;
        for (user, role) in [(admin, Role::Admin), (other_admin, Role::Admin), (other_owner, Role::Owner)] {
            self.done(owner, Command::SetRole { conversation, user, role }).await;
        }
        let is_in = !matches!(who, Who::Stranger | Who::Anonymous);
        self.fill(stage, if is_in { stage.actor } else { self.target }, owner).await;
        self.done(owner, Command::RemoveMember { conversation, user: ex }).await;
        let ban = NewBan { conversation, user: banned, reason: None, until: None };
        self.done(owner, Command::Ban(ban)).await;
        let invite = NewInvite { conversation, expires_in: None, max_uses: None };
        let Reply::Invite(invite) = self.done(owner, Command::CreateInvite(invite)).await else { panic!("an invite") };
        stage.invite = invite.code;
        self.meet(who, stage).await;
    }

    async fn direct(&self, stage: &mut Stage, who: Who) {
        let is_in = !matches!(who, Who::Stranger | Who::Anonymous);
        let partner = if is_in { stage.actor } else { self.askers[2] };
        self.part(who, stage).await;
        stage.room = self.opened(partner, Command::OpenDirect { user: stage.target }).await;
        self.fill(stage, if is_in { partner } else { stage.target }, partner).await;
        self.meet(who, stage).await;
    }

    async fn strangers(&self, stage: &mut Stage, who: Who) {
        stage.target = self.user().await;
        let request = Command::RequestFriend(stage.actor);
        let Reply::Request(request) = self.done(stage.target, request).await else { panic!("a request") };
        stage.request = request.id;
        self.meet(who, stage).await;
    }

    /// What there is in every conversation.
    async fn fill(&self, stage: &mut Stage, speaker: UserId, keeper: UserId) {
        stage.own = self.say(speaker, stage.room).await;
        stage.own_deleted = self.say(speaker, stage.room).await;
        stage.others = self.say(stage.target, stage.room).await;
        stage.others_deleted = self.say(stage.target, stage.room).await;
        stage.marked = self.say(stage.target, stage.room).await;
        self.done(speaker, Command::DeleteMessage(stage.own_deleted.into())).await;
        self.done(stage.target, Command::DeleteMessage(stage.others_deleted.into())).await;
        self.done(speaker, Command::AddReaction(stage.marked.into(), thumb())).await;
        self.done(keeper, Command::PinMessage(stage.marked.into())).await;
    }

    /// Puts the block up that is part of the scene.
    async fn meet(&self, who: Who, stage: &Stage) {
        match who {
            Who::Blocker => drop(self.done(stage.actor, Command::Block(stage.target)).await),
            Who::Blocked => drop(self.done(stage.target, Command::Block(stage.actor)).await),
            Who::Owner | Who::Admin | Who::Member | Who::Ex | Who::Banned | Who::Stranger | Who::Anonymous => {}
        }
    }

    /// Takes it down, so that the scene can be set.
    async fn part(&self, who: Who, stage: &Stage) {
        match who {
            Who::Blocker => drop(self.done(stage.actor, Command::Unblock(stage.target)).await),
            Who::Blocked => drop(self.done(stage.target, Command::Unblock(stage.actor)).await),
            Who::Owner | Who::Admin | Who::Member | Who::Ex | Who::Banned | Who::Stranger | Who::Anonymous => {}
        }
    }

    fn number(&self) -> u32 {
        self.made.set(self.made.get() + 1);
        self.made.get()
    }

    /// A slug that no room has.
    pub fn slug(&self) -> Slug {
        Slug::new(&format!("room-{}", self.number())).unwrap()
    }

    async fn user(&self) -> UserId {
        let number = self.number();
        let username = Username::new(&format!("somebody{number}")).unwrap();
        let new = NewUser { username, email: None, password_hash: None, at: SystemClock.now() };
        match self.stores.users.create(&new).await.unwrap() {
            UserCreated::Created(user) => user.id,
            refused @ (UserCreated::NameTaken | UserCreated::EmailTaken) => panic!("{refused:?}"),
        }
    }

    async fn done(&self, user: UserId, command: Command) -> Reply {
        self.chat.handle(&Actor::user(user), command).await.unwrap()
    }

    async fn opened(&self, user: UserId, command: Command) -> ConversationId {
        let Reply::Conversation(opened) = self.done(user, command).await else { panic!("a conversation") };
        opened.view.conversation.id
    }

    async fn say(&self, user: UserId, conversation: ConversationId) -> MessageId {
        let body = Body::new("something").unwrap();
        let send = SendMessage { conversation, body, client_id: None, reply_to: None };
        let Reply::Sent(sent) = self.done(user, Command::SendMessage(send)).await else { panic!("a message") };
        sent.message.id
    }
}
