//! What an actor can ask, and what is answered. Every face of the system decodes to these and to nothing else.

use crate::chat::Delivery;
use crate::conversation::{ActivityCursor, ConversationView, Member};
use crate::ids::{ConnectionId, ConversationId, FriendRequestId, MessageId, Seq, SessionId, UserId};
use crate::log::{LogEntry, UserEntry};
use crate::message::Message;
use crate::page::{Page, PageSize};
use crate::presence::{Presence, Status};
use crate::receipt::Marks;
use crate::relation::FriendRequest;
use crate::text::{Body, ClientId, Label};
use crate::user::User;

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
    /// Leave a group.
    LeaveConversation(ConversationId),
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
    /// One's conversations, newest activity first.
    ListConversations {
        /// After which one.
        after: Option<ActivityCursor>,
        /// How many.
        size: PageSize,
    },
    /// One conversation.
    GetConversation(ConversationId),
    /// Its members.
    ListMembers {
        /// Of which conversation.
        conversation: ConversationId,
        /// After which user.
        after: Option<UserId>,
        /// How many.
        size: PageSize,
    },
    /// A page of messages.
    ListMessages(History),
    /// One message.
    GetMessage(MessageId),
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

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMessage {
    /// Where.
    pub conversation: ConversationId,
    /// What.
    pub body: Body,
    /// The sender's key for this attempt; repeats with the same key are the same message.
    pub client_id: Option<ClientId>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
}

/// Up to where something was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadTarget {
    /// Up to this message.
    Message(MessageId),
    /// Up to this place in a conversation.
    Seq(ConversationId, Seq),
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

/// A page of a conversation's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// From where, and which way.
    pub from: HistoryStart,
    /// How many.
    pub size: PageSize,
}

/// Where a page of messages starts. Pages are stable: what is written meanwhile never shifts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryStart {
    /// The newest, going back.
    Newest,
    /// Those before a seq, going back: newest first.
    Before(Seq),
    /// Those after a seq, going on: oldest first.
    After(Seq),
}

/// What a command is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Done, and nothing more to say.
    Done,
    /// The message that stands now.
    Sent(Sent),
    /// The marks that stand now.
    Marks(MarksReply),
    /// A message.
    Message(Message),
    /// A conversation that was asked for, made or found.
    Conversation(Opened),
    /// A friend request as it stands now.
    Request(FriendRequest),
    /// A user, as others see them.
    User(Profile),
    /// One's own account.
    Me(Me),
    /// A page of users.
    Users(Page<Profile>),
    /// Who is online.
    Online(Vec<Presence>),
    /// A page of requests.
    Requests(Page<FriendRequest>),
    /// A page of conversations.
    Conversations(Page<ConversationView, ActivityCursor>),
    /// A page of members.
    Members(Page<Member>),
    /// A page of messages.
    Messages(Page<Message>),
    /// Changes of a conversation.
    Changes(Changes),
    /// Changes of one's own log.
    OwnChanges(OwnChanges),
}

/// A stored message, and whether this very command stored it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The message.
    pub message: Message,
    /// False for a repeat of its `client_id`.
    pub fresh: bool,
}

/// One's own marks in a conversation after saying what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarksReply {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The marks as they stand.
    pub marks: Marks,
    /// The message that was named, if one was.
    pub message: Option<MessageId>,
    /// False if they stood there already; then no event says so.
    pub fresh: bool,
}

/// A conversation, and whether this very command made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The conversation as the asker sees it.
    pub view: ConversationView,
    /// False if it was there before.
    pub fresh: bool,
}

/// A user as the asker sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The user.
    pub user: User,
    /// Their presence; offline and without a time for an asker who may not see it.
    pub presence: Presence,
}

/// One's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// The user.
    pub user: User,
    /// What others see now.
    pub presence: Presence,
    /// The last seq of one's own log.
    pub log_head: Seq,
}

/// A part of a conversation's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The entries, oldest first, without a gap.
    pub items: Vec<LogEntry>,
    /// The last seq of the log at that moment.
    pub head: Seq,
}

/// A part of a user's own log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnChanges {
    /// The entries, oldest first, without a gap.
    pub items: Vec<UserEntry>,
    /// The last seq of the log at that moment.
    pub head: Seq,
}

/// What a socket needs to begin: everything after the registration of the connection, so that nothing falls in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// The user.
    pub me: Me,
    /// Where each conversation stands.
    pub positions: Vec<Position>,
    /// Those whose presence the user may see and who are not offline.
    pub online: Vec<Presence>,
    /// Changes when the database was restored from a backup: cursors of another epoch mean nothing.
    pub epoch: String,
    /// What reaches the user with this: to be noted as [`delivered`](crate::Chat::delivered) when it has.
    pub waiting: Vec<Delivery>,
}

/// Where one conversation stands for one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The last seq of its log.
    pub head: Seq,
    /// The member's own marks.
    pub marks: Marks,
    /// In a direct conversation, the other one's marks.
    pub peer: Option<Marks>,
}
