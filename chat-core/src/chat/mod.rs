//! `Chat`: the one way in. Every face decodes to a [`Command`] and calls [`Chat::handle`]; permissions are decided here
//! and nowhere else.
//!
//! Every use case has the same four steps: load facts, decide by a rule, commit in one transaction that re-checks the
//! facts' version, publish. Only what was committed is published.

mod annotations;
mod bans;
mod changes;
mod connections;
mod conversations;
mod counting;
mod erasure;
mod facts;
mod filter;
mod forward;
mod groups;
mod invites;
mod jump;
mod mentions;
mod messages;
mod moderation;
mod personal;
mod presence;
mod receipts;
mod relations;
mod reports;
mod resume;
mod rooms;
mod search;
mod tallies;
mod typing;
mod users;

use std::sync::Arc;

use crate::change::Act;
use crate::command::{Actor, Command, Reply};
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Envelope, Event, Origin};
use crate::ids::UserId;
use crate::limits::{Rate, RateLimiter};
use crate::log::UserEntry;
use crate::ports::{BodyFilter, Clock, Entropy, EventBus, Stores};
use crate::rules::DirectPolicy;
use crate::time::Timestamp;

use facts::FactsCache;
use presence::PresenceBoard;
use tallies::Tallies;
use typing::TypingBoard;

pub use receipts::Delivery;
pub use resume::Gap;

/// How often a decision is made anew when what it was made on keeps moving.
const MAX_STALE: usize = 8;

/// How a chat behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatSettings {
    /// Who may open a direct conversation with whom.
    pub direct: DirectPolicy,
    /// How many members a group may have, its maker included.
    pub max_group_members: usize,
    /// How long a user without a connection still counts as online, in seconds; a reload of a page is not an absence.
    pub offline_grace_seconds: i64,
    /// How often; none switches every limit off.
    pub rates: Option<ChatRates>,
}

impl Default for ChatSettings {
    fn default() -> Self {
        Self {
            direct: DirectPolicy::Anyone,
            max_group_members: 1_000,
            offline_grace_seconds: 3,
            rates: Some(ChatRates::default()),
        }
    }
}

/// How often one user may do one kind of thing, over all of their devices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChatRates {
    /// Messages.
    pub messages: Rate,
    /// Edits, deletions, emoji and pins.
    pub edits: Rate,
    /// Receipts, typing and presence.
    pub signals: Rate,
    /// Everything else that changes something: conversations, members, blocks, answers to requests.
    pub changes: Rate,
    /// Friend requests.
    pub friend_requests: Rate,
    /// Reports.
    pub reports: Rate,
    /// Everything that only reads, but searches for messages.
    pub reads: Rate,
    /// Searches for messages, each of which reads much.
    pub searches: Rate,
}

impl Default for ChatRates {
    fn default() -> Self {
        Self {
            messages: Rate::new(200, 50.0),
            edits: Rate::new(200, 20.0),
            signals: Rate::new(400, 100.0),
            changes: Rate::new(200, 20.0),
            friend_requests: Rate::new(50, 0.1),
            reports: Rate::new(20, 0.05),
            reads: Rate::new(1_000, 200.0),
            searches: Rate::new(60, 5.0),
        }
    }
}

/// The kinds that limits are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Message,
    Edit,
    Signal,
    Change,
    FriendRequest,
    Report,
    Read,
    Search,
}

/// The use cases of the chat.
#[expect(missing_debug_implementations, reason = "the ports are trait objects without a text form")]
pub struct Chat {
    stores: Stores,
    bus: Arc<dyn EventBus>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: ChatSettings,
    filter: Option<Arc<dyn BodyFilter>>,
    facts: FactsCache,
    board: PresenceBoard,
    tallies: Tallies,
    typing: TypingBoard,
    limiter: RateLimiter<(UserId, Kind)>,
}

impl Chat {
    /// The use cases over these ports.
    #[must_use]
    pub fn new(
        stores: Stores,
        bus: Arc<dyn EventBus>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: ChatSettings,
    ) -> Self {
        Self {
            stores,
            bus,
            clock,
            entropy,
            settings,
            filter: None,
            facts: FactsCache::default(),
            board: PresenceBoard::default(),
            tallies: Tallies::default(),
            typing: TypingBoard::default(),
            limiter: RateLimiter::new(),
        }
    }

    /// Does what an actor asks, or says why not.
    pub async fn handle(&self, actor: &Actor, command: Command) -> Result<Reply, ChatError> {
        self.limit(actor.user, kind_of(&command))?;
        match command {
            Command::SendMessage(send) => self.send(actor, send).await.map(Reply::Sent),
            Command::ForwardMessage(forward) => self.forward(actor, forward).await.map(Reply::Sent),
            Command::MarkRead(target) => self.mark_read(actor, target).await.map(Reply::Marks),
            Command::SetTyping { conversation, is_typing } => self.set_typing(actor, conversation, is_typing).await,
            Command::SetPresence { status, message } => self.set_presence(actor, status, message).await,
            Command::UpdateProfile(update) => self.update_profile(actor, update).await.map(Reply::User),
            Command::OpenDirect { user } => self.open_direct(actor, user).await.map(Reply::from),
            Command::CreateGroup { name, members } => self.create_group(actor, name, members).await.map(Reply::from),
            Command::CreateRoom(new) => self.create_room(actor, new).await.map(Reply::from),
            Command::Join(conversation) => self.join(actor, conversation).await,
            Command::UpdateGroup { conversation, update } => self.update_group(actor, conversation, update).await,
            Command::AddMembers { conversation, users } => self.add_members(actor, conversation, users).await,
            Command::RemoveMember { conversation, user } => self.remove_member(actor, conversation, user).await,
            Command::Ban(new) => self.ban(actor, new).await,
            Command::Unban { conversation, user } => self.unban(actor, conversation, user).await,
            Command::ListBans { conversation, after, size } => self.list_bans(actor, conversation, after, size).await,
            Command::CreateInvite(new) => self.create_invite(actor, new).await,
            Command::RevokeInvite { conversation, code } => self.revoke_invite(actor, conversation, &code).await,
            Command::JoinByInvite(code) => self.join_by_invite(actor, &code).await.map(Reply::from),
            Command::ListInvites { conversation, after, size } => {
                self.list_invites(actor, conversation, after, size).await
            }
            Command::GetInvite(code) => self.get_invite(actor, &code).await,
            Command::SetRole { conversation, user, role } => self.set_role(actor, conversation, user, role).await,
            Command::EditMessage { message, body } => self.edit_message(actor, message, body).await,
            Command::DeleteMessage(message) => self.delete_message(actor, message).await,
            Command::AddReaction(message, emoji) => {
                self.touch(actor, message, |message| Act::React { message, emoji }).await
            }
            Command::RemoveReaction(message, emoji) => {
                self.touch(actor, message, |message| Act::Unreact { message, emoji }).await
            }
            Command::PinMessage(message) => self.pin(actor, message, |message| Act::Pin { message }).await,
            Command::UnpinMessage(message) => self.pin(actor, message, |message| Act::Unpin { message }).await,
            Command::UpdateSettings { conversation, update } => {
                self.update_settings(actor, conversation, update).await.map(Reply::Settings)
            }
            Command::SetDraft { conversation, draft } => {
                self.set_draft(actor, conversation, draft).await.map(Reply::Draft)
            }
            Command::RequestFriend(user) => self.request_friend(actor, user).await.map(Reply::Request),
            Command::AcceptFriend(request) => self.accept_friend(actor, request).await.map(Reply::Request),
            Command::DeclineFriend(request) => self.decline_friend(actor, request).await.map(Reply::Request),
            Command::CancelFriend(request) => self.cancel_friend(actor, request).await.map(Reply::Request),
            Command::Unfriend(user) => self.unfriend(actor, user).await,
            Command::Block(user) => self.block(actor, user).await.map(Reply::User),
            Command::Unblock(user) => self.unblock(actor, user).await,
            Command::SetServerRole { user, role } => self.set_server_role(actor, user, role).await,
            Command::SetSanction { user, sanction } => self.set_sanction(actor, user, sanction).await,
            Command::FileReport(report) => self.file_report(actor, report).await,
            Command::ResolveReport { report, decision, note } => {
                self.resolve_report(actor, report, &decision, note).await
            }
            Command::ListReports(query) => self.list_reports(actor, &query).await,
            Command::GetStanding(user) => self.get_standing(actor, user).await,
            Command::ListAudit(query) => self.audit(actor, &query).await,
            Command::GetMe => self.me(actor.user).await.map(Reply::Me),
            Command::GetUser(user) => self.profile(actor, user).await.map(Reply::User),
            Command::FindUsers { query, after, size } => self.find_users(actor, &query, after, size).await,
            Command::ListOnline => self.list_online(actor).await.map(Reply::Online),
            Command::ListFriends(query) => self.list_friends(actor, query).await,
            Command::ListBlocks(query) => self.list_blocks(actor, query).await,
            Command::ListRequests { direction, after, size } => self.list_requests(actor, direction, after, size).await,
            Command::ListConversations { after, size } => self.list_conversations(actor, after, size).await,
            Command::ListArchived { after, size } => self.list_archived(actor, after, size).await,
            Command::GetConversation(conversation) => self.get_conversation(actor, conversation).await,
            Command::FindRooms(query) => self.find_rooms(query).await,
            Command::GetRoom(slug) => self.get_room(actor, &slug).await,
            Command::ListMembers { conversation, after, size } => {
                self.list_members(actor, conversation, after, size).await
            }
            Command::ListMessages(history) => self.list_messages(actor, history).await,
            Command::ListAround(around) => self.list_around(actor, around).await.map(Reply::Around),
            Command::SearchMessages(search) => self.search_messages(actor, search).await,
            Command::GetMessage(message) => self.get_message(actor, message).await.map(Reply::Message),
            Command::ListFormerBodies(message) => self.former_bodies(actor, message).await,
            Command::ListReactors { message, emoji, after, size } => {
                self.list_reactors(actor, message, &emoji, after, size).await
            }
            Command::ListReceipts { message, after, size } => {
                self.list_receipts(actor, message, after, size).await.map(Reply::Receipts)
            }
            Command::ListReplies { message, after, size } => self.list_replies(actor, message, after, size).await,
            Command::ListPins { conversation, before, size } => self.list_pins(actor, conversation, before, size).await,
            Command::ListChanges { conversation, after, size } => {
                self.list_changes(actor, conversation, after, size).await.map(Reply::Changes)
            }
            Command::ListOwnChanges { after, size } => self.list_own_changes(actor, after, size).await,
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn limit(&self, user: UserId, kind: Kind) -> Result<(), ChatError> {
        let Some(rates) = &self.settings.rates else { return Ok(()) };
        let rate = match kind {
            Kind::Message => rates.messages,
            Kind::Edit => rates.edits,
            Kind::Signal => rates.signals,
            Kind::Change => rates.changes,
            Kind::FriendRequest => rates.friend_requests,
            Kind::Report => rates.reports,
            Kind::Read => rates.reads,
            Kind::Search => rates.searches,
        };
        let checked = self.limiter.check((user, kind), rate, self.now());
        checked.map_err(|retry_after_ms| ChatError::RateLimited { retry_after_ms })
    }

    fn publish(&self, event: Event, audience: Audience, origin: Option<Origin>) {
        self.bus.publish(Envelope { event: Arc::new(event), audience, origin });
    }

    /// Tells users what their own logs gained.
    fn publish_own(&self, entries: Vec<UserEntry>) {
        for entry in entries {
            let audience = Audience::Users { users: vec![entry.user], about: None };
            self.publish(Event::UserEntry(entry), audience, None);
        }
    }
}

/// What a command counts as. Total, so that a new command has to say.
const fn kind_of(command: &Command) -> Kind {
    match command {
        Command::SendMessage(_) | Command::ForwardMessage(_) => Kind::Message,
        Command::EditMessage { .. }
        | Command::DeleteMessage(_)
        | Command::AddReaction(..)
        | Command::RemoveReaction(..)
        | Command::PinMessage(_)
        | Command::UnpinMessage(_) => Kind::Edit,
        Command::RequestFriend(_) => Kind::FriendRequest,
        Command::FileReport(_) => Kind::Report,
        Command::SearchMessages(_) => Kind::Search,
        Command::MarkRead(_) | Command::SetTyping { .. } | Command::SetPresence { .. } | Command::SetDraft { .. } => {
            Kind::Signal
        }
        Command::UpdateProfile(_)
        | Command::OpenDirect { .. }
        | Command::CreateGroup { .. }
        | Command::CreateRoom(_)
        | Command::Join(_)
        | Command::UpdateGroup { .. }
        | Command::UpdateSettings { .. }
        | Command::AddMembers { .. }
        | Command::RemoveMember { .. }
        | Command::CreateInvite(_)
        | Command::RevokeInvite { .. }
        | Command::JoinByInvite(_)
        | Command::Ban(_)
        | Command::Unban { .. }
        | Command::SetRole { .. }
        | Command::AcceptFriend(_)
        | Command::DeclineFriend(_)
        | Command::CancelFriend(_)
        | Command::Unfriend(_)
        | Command::Block(_)
        | Command::Unblock(_)
        | Command::SetServerRole { .. }
        | Command::SetSanction { .. }
        | Command::ResolveReport { .. } => Kind::Change,
        Command::GetMe
        | Command::GetUser(_)
        | Command::FindUsers { .. }
        | Command::ListOnline
        | Command::ListFriends(_)
        | Command::ListBlocks(_)
        | Command::ListRequests { .. }
        | Command::ListConversations { .. }
        | Command::ListArchived { .. }
        | Command::GetConversation(_)
        | Command::FindRooms(_)
        | Command::ListBans { .. }
        | Command::ListInvites { .. }
        | Command::GetInvite(_)
        | Command::GetRoom(_)
        | Command::ListMembers { .. }
        | Command::ListMessages(_)
        | Command::ListAround(_)
        | Command::GetMessage(_)
        | Command::ListFormerBodies(_)
        | Command::ListReactors { .. }
        | Command::ListReceipts { .. }
        | Command::ListReplies { .. }
        | Command::ListPins { .. }
        | Command::ListChanges { .. }
        | Command::ListReports(_)
        | Command::GetStanding(_)
        | Command::ListAudit(_)
        | Command::ListOwnChanges { .. } => Kind::Read,
    }
}

/// What moved under a decision too often is told to the asker as a collision.
const fn kept_moving() -> ChatError {
    ChatError::Refused(ErrorCode::Conflict)
}
