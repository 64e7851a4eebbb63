//! What an actor can ask, and what is answered. Every face of the system decodes to these and to nothing else.

mod messages;
mod moderation;
mod reply;
mod rooms;

pub use messages::*;
pub use moderation::*;
pub use reply::*;
pub use rooms::*;

use crate::conversation::{ActivityCursor, GroupUpdate, Role};
use crate::ids::{ConnectionId, ConversationId, FriendRequestId, MessageId, ReportId, Seq, SessionId, UserId};
use crate::invite::InviteCode;
use crate::moderation::{Sanction, ServerRole};
use crate::page::PageSize;
use crate::personal::SettingsUpdate;
use crate::ports::{AuditQuery, ReportQuery};
use crate::presence::Status;
use crate::reaction::Emoji;
use crate::room::Slug;
use crate::search::MessageSearch;
use crate::text::{Body, Description, Label};
use crate::user::ProfileUpdate;

/// Who asks: a user who proved to be one, and through what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user: UserId,
    /// The session whose token proved it; none where the host brings its own users.
    pub session: Option<SessionId>,
    /// The socket that the command came through, and the name that the client gave to the command.
    pub origin: Option<crate::event::Origin>,
}

impl Actor {
    /// A user outside any session or socket: what embedding code and tests need.
    #[must_use]
    pub const fn user(user: UserId) -> Self {
        Self { user, session: None, origin: None }
    }

    /// The same actor, asking through a socket with a name for the command.
    #[must_use]
    pub fn through(mut self, connection: ConnectionId, reference: String) -> Self {
        self.origin = Some(crate::event::Origin { connection, reference });
        self
    }
}

/// Everything that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Say something.
    SendMessage(SendMessage),
    /// Say in one conversation what somebody said in another.
    ForwardMessage(ForwardMessage),
    /// Declare everything up to a point read.
    MarkRead(ReadTarget),
    /// Start or stop to type.
    SetTyping {
        /// Where.
        conversation: ConversationId,
        /// Start or stop.
        is_typing: bool,
    },
    /// Choose what others see.
    SetPresence {
        /// The status.
        status: Status,
        /// The line beside it; absent removes it.
        message: Option<Label>,
    },
    /// Say something else of oneself.
    UpdateProfile(ProfileUpdate),
    /// Open the direct conversation with a user, making it if there is none.
    OpenDirect {
        /// The other user.
        user: UserId,
    },
    /// Make a group.
    CreateGroup {
        /// Its name.
        name: Label,
        /// Who else is in it from the start.
        members: Vec<UserId>,
    },
    /// Make a room.
    CreateRoom(NewRoom),
    /// Come into a public room.
    Join(ConversationId),
    /// Change a group itself.
    UpdateGroup {
        /// Which.
        conversation: ConversationId,
        /// What of it.
        update: GroupUpdate,
    },
    /// Bring users into a group.
    AddMembers {
        /// Which.
        conversation: ConversationId,
        /// Who.
        users: Vec<UserId>,
    },
    /// Take a member out of a group; oneself is to leave.
    RemoveMember {
        /// Which.
        conversation: ConversationId,
        /// Who.
        user: UserId,
    },
    /// Keep somebody out of a group.
    Ban(NewBan),
    /// Let somebody into a group again.
    Unban {
        /// Which.
        conversation: ConversationId,
        /// Who.
        user: UserId,
    },
    /// Make an invite into a group.
    CreateInvite(NewInvite),
    /// Take an invite back.
    RevokeInvite {
        /// Into which group.
        conversation: ConversationId,
        /// Which.
        code: InviteCode,
    },
    /// Come into a group by an invite.
    JoinByInvite(InviteCode),
    /// Let a member of a group do more or less.
    SetRole {
        /// Which.
        conversation: ConversationId,
        /// Who.
        user: UserId,
        /// What they are from now on.
        role: Role,
    },
    /// Let one's message say something else.
    EditMessage {
        /// Which.
        message: MessageTarget,
        /// What it says from now on.
        body: Body,
    },
    /// Delete a message for everybody.
    DeleteMessage(MessageTarget),
    /// Put an emoji on a message.
    AddReaction(MessageTarget, Emoji),
    /// Take one's emoji back.
    RemoveReaction(MessageTarget, Emoji),
    /// Hold a message up for everybody to find.
    PinMessage(MessageTarget),
    /// Do not hold it up any more.
    UnpinMessage(MessageTarget),
    /// Mute a conversation or put it away, for oneself alone.
    UpdateSettings {
        /// Which.
        conversation: ConversationId,
        /// What of one's settings.
        update: SettingsUpdate,
    },
    /// Keep what one has begun to write; none forgets it.
    SetDraft {
        /// Where.
        conversation: ConversationId,
        /// What.
        draft: Option<NewDraft>,
    },
    /// Ask a user to become friends.
    RequestFriend(UserId),
    /// Say yes to a request.
    AcceptFriend(FriendRequestId),
    /// Say no to a request.
    DeclineFriend(FriendRequestId),
    /// Withdraw one's own request.
    CancelFriend(FriendRequestId),
    /// End a friendship.
    Unfriend(UserId),
    /// Block a user.
    Block(UserId),
    /// Lift a block.
    Unblock(UserId),
    /// Let a user be something else to the whole server.
    SetServerRole {
        /// Who.
        user: UserId,
        /// What they are from now on.
        role: ServerRole,
    },
    /// Keep a user out, or, without a sanction, let them in again.
    SetSanction {
        /// Whom.
        user: UserId,
        /// How, and why.
        sanction: Option<Sanction>,
    },
    /// Report something that breaks the rules.
    FileReport(FileReport),
    /// Decide about a report, and carry it out.
    ResolveReport {
        /// About which.
        report: ReportId,
        /// What.
        decision: Decision,
        /// What there is to say about it.
        note: Option<Description>,
    },
    /// Reports, in the order in which they were filed.
    ListReports(ReportQuery),
    /// How a user stands with the server.
    GetStanding(UserId),
    /// What was done to keep the server in order, the newest first.
    ListAudit(AuditQuery),
    /// One's own account.
    GetMe,
    /// A user.
    GetUser(UserId),
    /// Users whose name begins with a text.
    FindUsers {
        /// The beginning of the name.
        query: String,
        /// After which id.
        after: Option<UserId>,
        /// How many.
        size: PageSize,
    },
    /// Which of the users that the asker knows are online.
    ListOnline,
    /// One's friends.
    ListFriends(UserPageQuery),
    /// The users that one blocks.
    ListBlocks(UserPageQuery),
    /// Pending requests from and to the asker.
    ListRequests {
        /// Only those to the asker, or only those from the asker.
        direction: Option<Direction>,
        /// After which id.
        after: Option<FriendRequestId>,
        /// How many.
        size: PageSize,
    },
    /// One's conversations without those that one has put away, newest activity first.
    ListConversations {
        /// After which one.
        after: Option<ActivityCursor>,
        /// How many.
        size: PageSize,
    },
    /// The conversations that one has put away, newest activity first.
    ListArchived {
        /// After which one.
        after: Option<ActivityCursor>,
        /// How many.
        size: PageSize,
    },
    /// One conversation.
    GetConversation(ConversationId),
    /// Public rooms by a part of their slug or name.
    FindRooms(RoomQuery),
    /// The room of a slug.
    GetRoom(Slug),
    /// Its members.
    ListMembers {
        /// Of which conversation.
        conversation: ConversationId,
        /// After which user.
        after: Option<UserId>,
        /// How many.
        size: PageSize,
    },
    /// Who is kept out of a group.
    ListBans {
        /// Of which.
        conversation: ConversationId,
        /// After which user.
        after: Option<UserId>,
        /// How many.
        size: PageSize,
    },
    /// The invites into a group that still let somebody in.
    ListInvites {
        /// Into which.
        conversation: ConversationId,
        /// After which code.
        after: Option<InviteCode>,
        /// How many.
        size: PageSize,
    },
    /// What an invite leads to.
    GetInvite(InviteCode),
    /// A page of messages.
    ListMessages(History),
    /// The messages around a place.
    ListAround(Around),
    /// Messages that were found by their words, the best first.
    SearchMessages(MessageSearch),
    /// One message.
    GetMessage(MessageId),
    /// What a message said before its edits.
    ListFormerBodies(MessageId),
    /// Who put an emoji on a message.
    ListReactors {
        /// On which.
        message: MessageId,
        /// What.
        emoji: Emoji,
        /// After which user.
        after: Option<UserId>,
        /// How many.
        size: PageSize,
    },
    /// How far a message got, and with whom.
    ListReceipts {
        /// Which.
        message: MessageId,
        /// After which user.
        after: Option<UserId>,
        /// How many.
        size: PageSize,
    },
    /// The messages that answer a message.
    ListReplies {
        /// Which.
        message: MessageId,
        /// After which seq.
        after: Seq,
        /// How many.
        size: PageSize,
    },
    /// The pinned messages of a conversation, the latest pin first.
    ListPins {
        /// Of which conversation.
        conversation: ConversationId,
        /// Before which pin: the seq of its entry.
        before: Option<Seq>,
        /// How many.
        size: PageSize,
    },
    /// Every change of a conversation after a point.
    ListChanges {
        /// Of which conversation.
        conversation: ConversationId,
        /// After which seq.
        after: Seq,
        /// How many.
        size: PageSize,
    },
    /// Every change of one's own log after a point.
    ListOwnChanges {
        /// After which seq.
        after: Seq,
        /// How many.
        size: PageSize,
    },
}

/// A page of users, by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserPageQuery {
    /// After which id.
    pub after: Option<UserId>,
    /// How many.
    pub size: PageSize,
}

/// Which way a request went, seen from the asker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the asker.
    Incoming,
    /// From the asker.
    Outgoing,
}
