//! The audit: every act by which somebody kept the server or a group in order, for ever, in the order in which it was done.

use super::{StandingAct, StandingChange};
use crate::ids::{AuditId, ConversationId, MessageId, ReportId, UserId};
use crate::log::{ChangeEntry, Changed};
use crate::moderation::{Sanction, ServerRole};
use crate::text::Description;
use crate::time::Timestamp;

/// What kind of act it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditKind {
    /// Somebody is something else to the server.
    RoleSet,
    /// Somebody was kept out for a while.
    Suspended,
    /// Somebody was kept out for good.
    Banned,
    /// Somebody is not kept out any more.
    Lifted,
    /// A message was deleted by somebody else than its sender.
    MessageDeleted,
    /// A member was taken out of a group by somebody else.
    MemberRemoved,
    /// A report was answered.
    ReportResolved,
}

impl AuditKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::RoleSet,
        Self::Suspended,
        Self::Banned,
        Self::Lifted,
        Self::MessageDeleted,
        Self::MemberRemoved,
        Self::ReportResolved,
    ];

    /// The name that every face and every store shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoleSet => "role_set",
            Self::Suspended => "suspended",
            Self::Banned => "banned",
            Self::Lifted => "lifted",
            Self::MessageDeleted => "message_deleted",
            Self::MemberRemoved => "member_removed",
            Self::ReportResolved => "report_resolved",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What is written of one act. It is never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// What kind of act.
    pub kind: AuditKind,
    /// Who did it; none for an operator of the server.
    pub by: Option<UserId>,
    /// Whom it was done to: of a message its sender.
    pub user: Option<UserId>,
    /// In which conversation.
    pub conversation: Option<ConversationId>,
    /// To which message.
    pub message: Option<MessageId>,
    /// About which report.
    pub report: Option<ReportId>,
    /// What somebody is to the server since.
    pub role: Option<ServerRole>,
    /// When it is over.
    pub until: Option<Timestamp>,
    /// What whoever did it said about it.
    pub note: Option<Description>,
    /// When.
    pub at: Timestamp,
}

impl AuditRecord {
    /// An act of which nothing else is known yet.
    #[must_use]
    pub const fn new(kind: AuditKind, by: Option<UserId>, at: Timestamp) -> Self {
        Self {
            kind,
            by,
            user: None,
            conversation: None,
            message: None,
            report: None,
            role: None,
            until: None,
            note: None,
            at,
        }
    }

    /// What a change of somebody's standing leaves.
    #[must_use]
    pub fn of_standing(change: &StandingChange) -> Self {
        let record =
            |kind| Self { user: Some(change.user), ..Self::new(kind, change.by.map(|keeper| keeper.user), change.at) };
        match &change.act {
            StandingAct::SetRole(role) => Self { role: Some(*role), ..record(AuditKind::RoleSet) },
            StandingAct::Sanction(Sanction::Suspended { until, reason }) => {
                Self { until: Some(*until), note: Some(reason.clone()), ..record(AuditKind::Suspended) }
            }
            StandingAct::Sanction(Sanction::Banned { reason }) => {
                Self { note: Some(reason.clone()), ..record(AuditKind::Banned) }
            }
            StandingAct::Lift => record(AuditKind::Lifted),
        }
    }

    /// What a change of a conversation leaves; none if nobody did it to anybody else.
    #[must_use]
    pub fn of_change(entry: &ChangeEntry) -> Option<Self> {
        let record = |kind, user| {
            let conversation = Some(entry.conversation);
            Self { user: Some(user), conversation, ..Self::new(kind, Some(entry.by), entry.at) }
        };
        if let Changed::Deleted { message } = &entry.what
            && message.sender != entry.by
        {
            return Some(Self { message: Some(message.id), ..record(AuditKind::MessageDeleted, message.sender) });
        }
        if let Changed::Left { user } = &entry.what
            && *user != entry.by
        {
            return Some(record(AuditKind::MemberRemoved, *user));
        }
        None
    }
}

/// An act at its place in the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Identity; a later act has a larger one, as far as one can be called later.
    pub id: AuditId,
    /// What was done.
    pub record: AuditRecord,
}
