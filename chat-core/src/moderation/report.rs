//! Reports: somebody says that something breaks the rules, and somebody who looks after the server decides what becomes of it.

use super::{AccountStanding, AuditKind, AuditRecord, Keeper, Sanction, StandingAct, StandingChange};
use crate::change::{Act, Change};
use crate::ids::{ConversationId, MessageId, ReportId, UserId, Version};
use crate::text::{Body, Description};
use crate::time::Timestamp;
use crate::user::Username;

macro_rules! names {
    ($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $variant:ident => $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$about])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that every face and every store shows.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// What has a name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }
        }
    };
}

names! {
    /// What is wrong with it.
    ReportReason {
        /// Advertising, or the same again and again.
        Spam => "spam",
        /// Somebody is insulted, threatened or followed about.
        Harassment => "harassment",
        /// Against people for what they are.
        Hate => "hate",
        /// Violence, or a call for it.
        Violence => "violence",
        /// Sexual, where it has no place.
        Sexual => "sexual",
        /// Against the law.
        Illegal => "illegal",
        /// Something else, as the comment says.
        Other => "other",
    }
}

names! {
    /// What was done about a report.
    ReportAction {
        /// Nothing.
        Dismiss => "dismiss",
        /// The message was deleted.
        DeleteMessage => "delete_message",
        /// The user is kept out for a while.
        SuspendUser => "suspend_user",
        /// The user is kept out for good.
        BanUser => "ban_user",
    }
}

/// What somebody reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportSubject {
    /// What somebody said.
    Message(MessageId),
    /// Somebody.
    User(UserId),
}

/// A report, with what was reported as it was then: only those who look after the server ever see that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Identity.
    pub id: ReportId,
    /// Who reported it.
    pub reporter: UserId,
    /// Who is reported: of a message its sender.
    pub user: UserId,
    /// What they were called.
    pub username: Username,
    /// What they said, if that is what was reported.
    pub message: Option<ReportedMessage>,
    /// What is wrong with it.
    pub reason: ReportReason,
    /// What the reporter said about it.
    pub comment: Option<Description>,
    /// When.
    pub created_at: Timestamp,
    /// What became of it; none while it is open.
    pub outcome: Option<Outcome>,
}

/// A message as it was when it was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedMessage {
    /// Which.
    pub id: MessageId,
    /// Where it was said.
    pub conversation: ConversationId,
    /// What it said then.
    pub body: Body,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was done.
    pub action: ReportAction,
    /// By whom.
    pub by: UserId,
    /// What they said about it.
    pub note: Option<Description>,
    /// When.
    pub at: Timestamp,
}

impl Report {
    /// What was reported.
    #[must_use]
    pub fn subject(&self) -> ReportSubject {
        self.message.as_ref().map_or(ReportSubject::User(self.user), |message| ReportSubject::Message(message.id))
    }
}

/// A report to be filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// By whom.
    pub reporter: UserId,
    /// Of what.
    pub subject: ReportSubject,
    /// What is wrong with it.
    pub reason: ReportReason,
    /// What the reporter says about it.
    pub comment: Option<Description>,
    /// When.
    pub at: Timestamp,
}

/// What is to be done about a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing.
    Dismiss,
    /// The message goes.
    DeleteMessage,
    /// The user is kept out.
    ShutOut {
        /// How, and why.
        sanction: Sanction,
        /// How the user stood when it was decided.
        judged_on: AccountStanding,
    },
}

impl Remedy {
    /// What it is called.
    #[must_use]
    pub const fn action(&self) -> ReportAction {
        match self {
            Self::Dismiss => ReportAction::Dismiss,
            Self::DeleteMessage => ReportAction::DeleteMessage,
            Self::ShutOut { sanction: Sanction::Suspended { .. }, .. } => ReportAction::SuspendUser,
            Self::ShutOut { sanction: Sanction::Banned { .. }, .. } => ReportAction::BanUser,
        }
    }
}

/// A decision about a report, to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// About which.
    pub report: ReportId,
    /// Whose.
    pub by: Keeper,
    /// What is to be done.
    pub remedy: Remedy,
    /// What they say about it.
    pub note: Option<Description>,
    /// When.
    pub at: Timestamp,
}

impl Resolution {
    /// What becomes of the report.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        Outcome { action: self.remedy.action(), by: self.by.user, note: self.note.clone(), at: self.at }
    }

    /// The change of the conversation that belongs to it.
    #[must_use]
    pub const fn deletion(&self, message: &ReportedMessage, judged_on: Version) -> Change {
        let act = Act::Delete { message: message.id };
        Change { conversation: message.conversation, by: self.by.user, act, judged_on, at: self.at }
    }

    /// The change of how the reported user stands that belongs to it.
    #[must_use]
    pub fn standing_change(&self, user: UserId) -> Option<StandingChange> {
        let Remedy::ShutOut { sanction, judged_on } = &self.remedy else { return None };
        let act = StandingAct::Sanction(sanction.clone());
        Some(StandingChange { user, by: Some(self.by), act, judged_on: judged_on.clone(), at: self.at })
    }

    /// What it leaves in the audit, beside what its remedy does.
    #[must_use]
    pub fn record(&self, report: &Report) -> AuditRecord {
        AuditRecord {
            user: Some(report.user),
            conversation: report.message.as_ref().map(|message| message.conversation),
            message: report.message.as_ref().map(|message| message.id),
            report: Some(report.id),
            note: self.note.clone(),
            ..AuditRecord::new(AuditKind::ReportResolved, Some(self.by.user), self.at)
        }
    }
}
