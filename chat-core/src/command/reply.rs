//! What is answered to a command.

use crate::ban::Ban;
use crate::chat::Delivery;
use crate::conversation::{ActivityCursor, ConversationView, Member};
use crate::ids::{ConversationId, MessageId, Seq};
use crate::invite::{Invite, InviteCode};
use crate::log::{LogEntry, UserEntry};
use crate::message::{FormerBody, Message, MessageView};
use crate::moderation::{AccountStanding, AuditEntry, Report};
use crate::page::Page;
use crate::personal::{Draft, Kept, Settings};
use crate::presence::Presence;
use crate::receipt::{Marks, MemberReceipt, ReceiptCounts};
use crate::relation::FriendRequest;
use crate::room::{Card, Slug};
use crate::search::SearchCursor;
use crate::user::User;

/// What a command is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Done, and nothing more to say.
    Done,
    /// The message that stands now.
    Sent(Sent),
    /// The marks that stand now.
    Marks(MarksReply),
    /// A change of a conversation.
    Changed(ChangedReply),
    /// What the asker has set of a conversation.
    Settings(SettingsReply),
    /// What the asker has begun to write there.
    Draft(DraftReply),
    /// A message.
    Message(MessageView),
    /// A conversation that was asked for, made or found.
    Conversation(Box<Opened>),
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
    /// A room from outside.
    Room(Box<Card>),
    /// A page of rooms from outside.
    Rooms(Page<Card, Slug>),
    /// An invite.
    Invite(Box<Invite>),
    /// A page of invites.
    Invites(Page<Invite, InviteCode>),
    /// What an invite leads to.
    Invited(Box<(Invite, Card)>),
    /// A page of bans.
    Bans(Page<Ban>),
    /// A page of members.
    Members(Page<Member>),
    /// A page of messages.
    Messages(Page<MessageView>),
    /// The messages around a place.
    Around(Surroundings),
    /// A page of messages that were found.
    Found(Page<MessageView, SearchCursor>),
    /// The texts that a message had, oldest first.
    FormerBodies(Vec<FormerBody>),
    /// How far a message got.
    Receipts(Receipts),
    /// Changes of a conversation.
    Changes(Changes),
    /// Changes of one's own log.
    OwnChanges(OwnChanges),
    /// A report that its reporter filed.
    Filed(FiledReport),
    /// A report as it stands now, for those who look after the server.
    Report(Box<Report>),
    /// A page of reports.
    Reports(Page<Report>),
    /// How somebody stands with the server; a sanction that is over is not told.
    Standing(AccountStanding),
    /// A page of the audit.
    Audit(Page<AuditEntry>),
}

/// Whether this very command changed something; if so, an event says what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedReply {
    /// False if it was so before; then no event says so.
    pub fresh: bool,
}

/// What somebody has set of a conversation, as it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingsReply {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// What is set.
    pub settings: Settings,
    /// False if it was so before; then no event says so.
    pub fresh: bool,
}

/// What somebody has begun to write, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftReply {
    /// The draft, if there is one.
    pub draft: Option<Draft>,
    /// False if there was none before either; then no event says so.
    pub fresh: bool,
}

/// A stored message, and whether this very command stored it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The message.
    pub message: Message,
    /// False for a repeat of its `client_id`.
    pub fresh: bool,
}

/// A report, and whether this very command filed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledReport {
    /// The report.
    pub report: Report,
    /// False if it was open already.
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

/// How far a message got, and a page of those who were to hear it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// With how many.
    pub counts: ReceiptCounts,
    /// With whom, by id.
    pub page: Page<MemberReceipt>,
}

/// A conversation, and whether this very command made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The conversation as the asker sees it.
    pub view: ConversationView,
    /// False if it was there before.
    pub fresh: bool,
}

impl From<Opened> for Reply {
    fn from(opened: Opened) -> Self {
        Self::Conversation(Box::new(opened))
    }
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

/// The messages around a place, oldest first, and where both ways go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The messages.
    pub items: Vec<MessageView>,
    /// Those before this seq are older than all of these; none if nothing is.
    pub before: Option<Seq>,
    /// Those after this seq are newer than all of these; none if nothing is.
    pub after: Option<Seq>,
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
    /// What the user keeps of their conversations for themselves.
    pub kept: Vec<Kept>,
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
