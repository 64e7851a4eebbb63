//! What the memory store holds, and the few steps that several ports share.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::personal::Own;
use crate::ban::Ban;
use crate::conversation::{Conversation, Kind, Member, Pair};
use crate::ids::{ConversationId, FriendRequestId, MessageId, ReportId, Seq, SessionId, UserId};
use crate::invite::{Invite, InviteCode};
use crate::log::{Changed, LogEntry, UserEntry, UserNotice};
use crate::message::{FormerBody, Message, MessageState};
use crate::moderation::{AccountStanding, AuditEntry, Report};
use crate::ports::{NewSession, PasswordChange, PendingErasure, StoreError, Subject, Ticket};
use crate::reaction::Emoji;
use crate::receipt::{Company, Marks, ReceiptKind};
use crate::relation::{FriendRequest, Relation};
use crate::text::ClientId;
use crate::time::Timestamp;
use crate::user::{Email, User};

/// Everything.
#[derive(Default)]
pub(super) struct State {
    pub(super) users: BTreeMap<UserId, UserRow>,
    pub(super) names: HashMap<String, UserId>,
    pub(super) looks: HashSet<String>,
    pub(super) emails: HashMap<Email, UserId>,
    pub(super) subjects: HashMap<Subject, UserId>,
    pub(super) sessions: BTreeMap<SessionId, SessionRow>,
    pub(super) tickets: HashMap<Vec<u8>, Ticket>,
    pub(super) relations: BTreeMap<Pair, Relation>,
    pub(super) requests: BTreeMap<FriendRequestId, FriendRequest>,
    pub(super) conversations: BTreeMap<ConversationId, ConversationRow>,
    pub(super) directs: BTreeMap<Pair, ConversationId>,
    pub(super) messages: HashMap<MessageId, (ConversationId, Seq)>,
    pub(super) invites: BTreeMap<InviteCode, Invite>,
    pub(super) erasures: BTreeMap<UserId, PendingErasure>,
    pub(super) own_logs: HashMap<UserId, Vec<UserEntry>>,
    pub(super) reports: BTreeMap<ReportId, Report>,
    pub(super) audit: Vec<AuditEntry>,
    pub(super) last: LastIds,
}

/// The ids that were given out last. They are counted, not derived from what is there, so that nothing forgotten comes back.
#[derive(Default)]
pub(super) struct LastIds {
    pub(super) user: i64,
    pub(super) session: i64,
    pub(super) request: i64,
    pub(super) conversation: i64,
    pub(super) message: i64,
    pub(super) report: i64,
    pub(super) audit: i64,
}

/// A user with what nobody else sees.
pub(super) struct UserRow {
    pub(super) user: User,
    pub(super) folded: String,
    pub(super) password_hash: Option<String>,
    pub(super) standing: AccountStanding,
}

/// A session with the generation of its current refresh token.
pub(super) struct SessionRow {
    pub(super) session: NewSession,
    pub(super) generation: i64,
    pub(super) rotated_at: Option<Timestamp>,
    pub(super) ended: bool,
}

/// A conversation with its members and its log.
pub(super) struct ConversationRow {
    pub(super) conversation: Conversation,
    pub(super) members: BTreeMap<UserId, MemberRow>,
    pub(super) log: Vec<LogEntry>,
    pub(super) keys: HashMap<(UserId, ClientId), MessageId>,
    /// What was put on its messages.
    pub(super) annotations: HashMap<MessageId, Annotations>,
    /// Who is kept out, also those whose ban has ended.
    pub(super) bans: BTreeMap<UserId, Ban>,
    /// When who had to wait said something last.
    pub(super) spoke: HashMap<UserId, Timestamp>,
    pub(super) active_at: Timestamp,
}

/// What was put on one message.
#[derive(Default)]
pub(super) struct Annotations {
    /// Who put which emoji there, and the place in the log of each.
    pub(super) reactions: BTreeMap<Emoji, BTreeMap<UserId, Seq>>,
    /// What it said before, oldest first.
    pub(super) former: Vec<FormerBody>,
    /// The place in the log of its pin.
    pub(super) pinned: Option<Seq>,
}

/// A member with every rise of their marks, oldest first.
pub(super) struct MemberRow {
    pub(super) member: Member,
    pub(super) rises: Vec<Rise>,
    /// What they keep for themselves.
    pub(super) own: Own,
}

/// One rise of one mark.
pub(super) struct Rise {
    pub(super) kind: ReceiptKind,
    pub(super) to: Seq,
    pub(super) at: Timestamp,
}

/// Counts an identity up.
pub(super) fn next_id<T>(last: &mut i64, make: fn(i64) -> Option<T>) -> Result<T, StoreError> {
    let id = make(*last + 1).ok_or_else(|| unavailable("the ids are used up"))?;
    *last += 1;
    Ok(id)
}

/// The error for what a database would refuse by a constraint.
pub(super) fn unavailable(why: &'static str) -> StoreError {
    StoreError::Unavailable(why.into())
}

impl State {
    /// Refuses to write about a user who does not exist, as a foreign key would.
    pub(super) fn require_users(&self, users: &[UserId]) -> Result<(), StoreError> {
        if self.know_all(users) { Ok(()) } else { Err(unavailable("a row names a user who does not exist")) }
    }

    /// Whether all of these exist.
    pub(super) fn know_all(&self, users: &[UserId]) -> bool {
        users.iter().all(|user| self.users.contains_key(user))
    }

    /// A user who did not delete their account.
    pub(super) fn living(&mut self, user: UserId) -> Option<&mut UserRow> {
        self.users.get_mut(&user).filter(|row| row.user.deleted_at.is_none())
    }

    /// Whether this is the hash of a user's password.
    pub(super) fn has_password(&self, user: UserId, hash: Option<&String>) -> bool {
        let row = self.users.get(&user).filter(|row| row.user.deleted_at.is_none());
        row.is_some_and(|row| row.password_hash.as_ref() == hash)
    }

    /// Replaces a password, if it still is the one that was judged on.
    pub(super) fn replace_password(&mut self, change: &PasswordChange) -> bool {
        let row = self.living(change.user).filter(|row| row.password_hash == change.judged_on);
        row.map(|row| row.password_hash = Some(change.hash.clone())).is_some()
    }

    /// What is between two users.
    pub(super) fn relation(&self, pair: Pair) -> Relation {
        self.relations.get(&pair).cloned().unwrap_or_else(|| Relation::strangers(pair))
    }

    /// Writes the next entry of a user's own log.
    pub(super) fn notify(&mut self, user: UserId, notice: UserNotice, at: Timestamp) -> UserEntry {
        let log = self.own_logs.entry(user).or_default();
        let entry = UserEntry { user, seq: log.last().map_or(Seq::ZERO, |entry| entry.seq).next(), notice, at };
        log.push(entry.clone());
        entry
    }

    /// What is between the two of a direct conversation.
    pub(super) fn relation_in(&self, row: &ConversationRow) -> Option<Relation> {
        match row.conversation.kind {
            Kind::Direct(pair) => Some(self.relation(pair)),
            Kind::Group(_) => None,
        }
    }

    /// What is between a member of a conversation and somebody who looks at their marks. In a direct conversation it is what is between
    /// the two, also for who is neither.
    pub(super) fn relation_between(&self, row: &ConversationRow, member: UserId, viewer: UserId) -> Option<Relation> {
        match row.conversation.kind {
            Kind::Direct(pair) => Some(self.relation(pair)),
            Kind::Group(_) => Pair::new(member, viewer).map(|pair| self.relation(pair)),
        }
    }

    /// A message as it stands now for a viewer.
    pub(super) fn message(&self, id: MessageId, viewer: Option<UserId>) -> Option<Message> {
        let (conversation, seq) = self.messages.get(&id)?;
        let row = self.conversations.get(conversation)?;
        match row.log_after(Seq::ZERO).find(|entry| entry.seq() == *seq)? {
            LogEntry::Message(message) => Some(row.shown(message, self.relation_in(row).as_ref(), viewer)),
            LogEntry::Change(_) => None,
        }
    }

    /// The conversations of a user in the order of their ids.
    pub(super) fn conversations_of(&self, user: UserId) -> impl Iterator<Item = &ConversationRow> {
        self.conversations.values().filter(move |row| row.members.contains_key(&user))
    }
}

impl ConversationRow {
    /// Writes the next entry of the log.
    pub(super) fn push(&mut self, entry: LogEntry) {
        self.conversation.head = entry.seq();
        self.log.push(entry);
    }

    /// The message at a place in the log.
    pub(super) fn message_at(&mut self, seq: Seq) -> Option<&mut Message> {
        let place = usize::try_from(seq.get().checked_sub(1)?).ok()?;
        match self.log.get_mut(place)? {
            LogEntry::Message(message) => Some(message),
            LogEntry::Change(_) => None,
        }
    }

    /// Makes every decision stale that was judged before.
    pub(super) const fn bump(&mut self) {
        self.conversation.version.0 += 1;
    }

    /// The entries after a point, oldest first. The log is dense, so the place in the list follows from the seq.
    pub(super) fn log_after(&self, after: Seq) -> impl DoubleEndedIterator<Item = &LogEntry> {
        self.log.iter().skip(usize::try_from(after.get()).unwrap_or(usize::MAX))
    }

    /// The messages after a point, oldest first.
    pub(super) fn messages_after(&self, after: Seq) -> impl DoubleEndedIterator<Item = &Message> {
        self.log_after(after).filter_map(|entry| match entry {
            LogEntry::Message(message) => Some(message),
            LogEntry::Change(_) => None,
        })
    }

    /// The other member of a direct conversation.
    pub(super) fn peer_of(&self, user: UserId) -> Option<&MemberRow> {
        match &self.conversation.kind {
            Kind::Direct(pair) => self.members.get(&pair.other(user)?),
            Kind::Group(_) => None,
        }
    }

    /// A message with the state that the marks give it for a viewer.
    pub(super) fn shown(&self, message: &Message, between: Option<&Relation>, viewer: Option<UserId>) -> Message {
        let state = self.peer_of(message.sender).map_or(MessageState::Sent, |peer| {
            let reached_at = |kind| peer.rises_shown(kind, between, viewer).find(|rise| rise.to >= message.seq);
            let [delivered, read] = [ReceiptKind::Delivered, ReceiptKind::Read].map(reached_at);
            MessageState::of(delivered.map(|rise| rise.at), read.map(|rise| rise.at))
        });
        Message { state, ..message.clone() }
    }

    /// An entry as it stands now: a message with the state that the marks give it for a viewer, an
    /// edit with what the message says now.
    pub(super) fn shown_entry(&self, entry: &LogEntry, between: Option<&Relation>, viewer: Option<UserId>) -> LogEntry {
        match entry {
            LogEntry::Message(message) => LogEntry::Message(self.shown(message, between, viewer)),
            LogEntry::Change(entry) => {
                let mut entry = entry.clone();
                if let Changed::Edited { message, content } = &mut entry.what
                    && let Some(now) = self.messages_after(message.seq.previous()).next()
                {
                    content.clone_from(&now.content);
                }
                LogEntry::Change(entry)
            }
        }
    }
}

impl MemberRow {
    /// The rises of one mark that a viewer sees, oldest first.
    pub(super) fn rises_shown(
        &self,
        kind: ReceiptKind,
        between: Option<&Relation>,
        viewer: Option<UserId>,
    ) -> impl DoubleEndedIterator<Item = &Rise> {
        let is_shown = move |at| between.is_none_or(|between| between.shows(self.member.user, at, viewer));
        self.rises.iter().filter(move |rise| rise.kind == kind && is_shown(rise.at))
    }

    /// The member with the marks that a viewer sees.
    pub(super) fn shown(&self, between: Option<&Relation>, viewer: UserId) -> Member {
        // Only a silence needs the history. Whoever rose in it nowhere yet stands where they came in.
        if between.is_none_or(|between| !between.is_silent()) || self.member.user == viewer {
            return self.member.clone();
        }
        let came = self.member.joined_seq;
        let mark = |kind| self.rises_shown(kind, between, Some(viewer)).next_back().map_or(came, |rise| rise.to);
        let marks = Marks { delivered: mark(ReceiptKind::Delivered), read: mark(ReceiptKind::Read) };
        Member { marks, ..self.member.clone() }
    }

    /// Raises one mark; the caller has seen that it rises.
    pub(super) fn raise(&mut self, kind: ReceiptKind, to: Seq, at: Timestamp, company: Company) {
        let before = self.member.marks;
        let after = before.advanced(kind, to);
        let is_kept = company.is_small();
        if is_kept && after.delivered > before.delivered {
            self.rises.push(Rise { kind: ReceiptKind::Delivered, to: after.delivered, at });
        }
        if is_kept && after.read > before.read {
            self.rises.push(Rise { kind: ReceiptKind::Read, to: after.read, at });
        }
        self.member.marks = after;
    }
}
