//! What is asked in the matrix, and the command that each deed is.

use chat_core::Command;
use chat_core::command::{
    Decision, FileReport, ForwardMessage, NewBan, NewDraft, NewInvite, NewRoom, ReadTarget, SendMessage,
};
use chat_core::conversation::{GroupUpdate, HistoryVisibility, Role};
use chat_core::ids::{MessageId, ReportId, Seq, UserId};
use chat_core::invite::InviteCode;
use chat_core::moderation::{ReportReason, ReportSubject, Sanction};
use chat_core::pace::Pace;
use chat_core::personal::{Mute, SettingsUpdate};
use chat_core::presence::Status;
use chat_core::reaction::Emoji;
use chat_core::room::{Room, Visibility};
use chat_core::text::{Body, Description, Label};
use chat_core::time::Timestamp;
use chat_core::user::ProfileUpdate;

use super::stage::Stage;

/// Something that somebody tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Send,
    Answer,
    AnswerDeleted,
    EditOwn,
    EditOthers,
    EditOwnDeleted,
    EditOthersDeleted,
    DeleteOwn,
    DeleteOthers,
    DeleteOwnDeleted,
    DeleteOthersDeleted,
    ReactToOwn,
    ReactToOthers,
    ReactAgain,
    ReactToDeleted,
    Unreact,
    UnreactNothing,
    UnreactDeleted,
    PinOwn,
    PinOthers,
    PinPinned,
    PinDeleted,
    UnpinPinned,
    UnpinOthers,
    UnpinDeleted,
    Rename,
    Describe,
    UpdateNothing,
    SlowDown,
    ShareHistory,
    RenameAndShare,
    AddNewcomer,
    AddMember,
    AddNobody,
    AddBlocker,
    AddBlocked,
    RemoveMember,
    RemoveAdmin,
    RemoveOwner,
    RemoveStranger,
    Leave,
    BanMember,
    BanAdmin,
    BanOwner,
    BanStranger,
    BanOneself,
    BanNobody,
    UnbanBanned,
    UnbanMember,
    AddBanned,
    CreateInvite,
    RevokeInvite,
    JoinByInvite,
    JoinByNoInvite,
    Join,
    MoveRoom,
    HideRoom,
    Promote,
    DemoteOwner,
    SameRole,
    RoleOfStranger,
    OwnRole,
    ReadSeq,
    ReadMessage,
    StartTyping,
    StopTyping,
    OpenDirect,
    CreateGroup,
    CreateRoom,
    RequestFriend,
    AcceptFriend,
    DeclineFriend,
    CancelOthersRequest,
    Unfriend,
    Block,
    Unblock,
    SetPresence,
    DescribeOneself,
    MakeModerator,
    Suspend,
    Ban,
    Pardon,
    ReportOthers,
    ReportOwn,
    ReportDeleted,
    ReportUser,
    ReportOneself,
    ResolveReport,
    Forward,
    ForwardDeleted,
    Mute,
    Archive,
    SetNothing,
    Draft,
    DraftAnswerToDeleted,
    ForgetDraft,
}

/// An emoji that is on nothing yet.
fn heart() -> Emoji {
    Emoji::new("❤️").unwrap()
}

/// The emoji that the asker has put on a message.
pub fn thumb() -> Emoji {
    Emoji::new("👍").unwrap()
}

fn new_room(stage: &Stage) -> Command {
    let room = Room { slug: stage.slug.clone(), visibility: Visibility::Public };
    Command::CreateRoom(NewRoom { name: Label::new("Us").unwrap(), room, description: None, avatar: None })
}

impl Deed {
    /// What is asked.
    #[expect(clippy::too_many_lines, reason = "one row for each deed")]
    pub fn command(self, stage: &Stage) -> Command {
        let conversation = stage.room;
        let body = || Body::new("something else").unwrap();
        let send =
            |reply_to| Command::SendMessage(SendMessage { conversation, body: body(), client_id: None, reply_to });
        let edit = |message: MessageId| Command::EditMessage { message: message.into(), body: body() };
        let none = GroupUpdate::default();
        let update = |update| Command::UpdateGroup { conversation, update };
        let name = Some(Label::new("Another name").unwrap());
        let history = Some(HistoryVisibility::Shared);
        let add = |user| Command::AddMembers { conversation, users: vec![user] };
        let remove = |user| Command::RemoveMember { conversation, user };
        let ban = |user| Command::Ban(NewBan { conversation, user, reason: None, until: None });
        let set_role = |user, role| Command::SetRole { conversation, user, role };
        let sanction = |sanction| Command::SetSanction { user: stage.target, sanction };
        let reason = || Description::new("spam").unwrap();
        let report = |subject| Command::FileReport(FileReport { subject, reason: ReportReason::Spam, comment: None });
        let forward = |message: MessageId| {
            Command::ForwardMessage(ForwardMessage { message: message.into(), conversation, client_id: None })
        };
        let set = |update| Command::UpdateSettings { conversation, update };
        let begin = |reply_to| Command::SetDraft { conversation, draft: Some(NewDraft { body: body(), reply_to }) };
        match self {
            Self::Send => send(None),
            Self::Answer => send(Some(stage.others)),
            Self::AnswerDeleted => send(Some(stage.others_deleted)),
            Self::EditOwn => edit(stage.own),
            Self::EditOthers => edit(stage.others),
            Self::EditOwnDeleted => edit(stage.own_deleted),
            Self::EditOthersDeleted => edit(stage.others_deleted),
            Self::DeleteOwn => Command::DeleteMessage(stage.own.into()),
            Self::DeleteOthers => Command::DeleteMessage(stage.others.into()),
            Self::DeleteOwnDeleted => Command::DeleteMessage(stage.own_deleted.into()),
            Self::DeleteOthersDeleted => Command::DeleteMessage(stage.others_deleted.into()),
            Self::ReactToOwn => Command::AddReaction(stage.own.into(), heart()),
            Self::ReactToOthers => Command::AddReaction(stage.others.into(), heart()),
            Self::ReactAgain => Command::AddReaction(stage.marked.into(), thumb()),
            Self::ReactToDeleted => Command::AddReaction(stage.others_deleted.into(), heart()),
            Self::Unreact => Command::RemoveReaction(stage.marked.into(), thumb()),
            Self::UnreactNothing => Command::RemoveReaction(stage.marked.into(), heart()),
            Self::UnreactDeleted => Command::RemoveReaction(stage.others_deleted.into(), heart()),
            Self::PinOwn => Command::PinMessage(stage.own.into()),
            Self::PinOthers => Command::PinMessage(stage.others.into()),
            Self::PinPinned => Command::PinMessage(stage.marked.into()),
            Self::PinDeleted => Command::PinMessage(stage.others_deleted.into()),
            Self::UnpinPinned => Command::UnpinMessage(stage.marked.into()),
            Self::UnpinOthers => Command::UnpinMessage(stage.others.into()),
            Self::UnpinDeleted => Command::UnpinMessage(stage.others_deleted.into()),
            Self::Rename => update(GroupUpdate { name, ..none }),
            Self::Describe => {
                update(GroupUpdate { description: Some(Some(Description::new("Leaves").unwrap())), ..none })
            }
            Self::UpdateNothing => update(none),
            Self::SlowDown => update(GroupUpdate { pace: Pace::new(5), ..none }),
            Self::ShareHistory => update(GroupUpdate { history, ..none }),
            Self::RenameAndShare => update(GroupUpdate { name, history, ..none }),
            Self::AddNewcomer => add(stage.newcomer),
            Self::AddMember => add(stage.bystander),
            Self::AddNobody => add(UserId::new(4_000_000).unwrap()),
            Self::AddBlocker => add(stage.blocks_keepers),
            Self::AddBlocked => add(stage.blocked_by_keepers),
            Self::RemoveMember => remove(stage.target),
            Self::RemoveAdmin => remove(stage.other_admin),
            Self::RemoveOwner => remove(stage.other_owner),
            Self::RemoveStranger => remove(stage.newcomer),
            Self::Leave => remove(stage.actor),
            Self::BanMember => ban(stage.target),
            Self::BanAdmin => ban(stage.other_admin),
            Self::BanOwner => ban(stage.other_owner),
            Self::BanStranger => ban(stage.newcomer),
            Self::BanOneself => ban(stage.actor),
            Self::BanNobody => ban(UserId::new(4_000_000).unwrap()),
            Self::UnbanBanned => Command::Unban { conversation, user: stage.banned },
            Self::UnbanMember => Command::Unban { conversation, user: stage.target },
            Self::AddBanned => add(stage.banned),
            Self::CreateInvite => Command::CreateInvite(NewInvite { conversation, expires_in: None, max_uses: None }),
            Self::RevokeInvite => Command::RevokeInvite { conversation, code: stage.invite.clone() },
            Self::JoinByInvite => Command::JoinByInvite(stage.invite.clone()),
            Self::JoinByNoInvite => Command::JoinByInvite(InviteCode::of([0; 32])),
            Self::Join => Command::Join(conversation),
            Self::MoveRoom => update(GroupUpdate { slug: Some(stage.slug.clone()), ..none }),
            Self::HideRoom => update(GroupUpdate { visibility: Some(Visibility::Private), ..none }),
            Self::Promote => set_role(stage.target, Role::Admin),
            Self::DemoteOwner => set_role(stage.other_owner, Role::Member),
            Self::SameRole => set_role(stage.target, Role::Member),
            Self::RoleOfStranger => set_role(stage.newcomer, Role::Admin),
            Self::OwnRole => set_role(stage.actor, Role::Admin),
            Self::ReadSeq => Command::MarkRead(ReadTarget::Seq(conversation, Seq::new(1).unwrap())),
            Self::ReadMessage => Command::MarkRead(ReadTarget::Message(stage.others.into())),
            Self::StartTyping => Command::SetTyping { conversation, is_typing: true },
            Self::StopTyping => Command::SetTyping { conversation, is_typing: false },
            Self::OpenDirect => Command::OpenDirect { user: stage.target },
            Self::CreateGroup => Command::CreateGroup { name: Label::new("Us").unwrap(), members: vec![stage.target] },
            Self::CreateRoom => new_room(stage),
            Self::RequestFriend => Command::RequestFriend(stage.target),
            Self::AcceptFriend => Command::AcceptFriend(stage.request),
            Self::DeclineFriend => Command::DeclineFriend(stage.request),
            Self::CancelOthersRequest => Command::CancelFriend(stage.request),
            Self::Unfriend => Command::Unfriend(stage.target),
            Self::Block => Command::Block(stage.target),
            Self::Unblock => Command::Unblock(stage.target),
            Self::SetPresence => Command::SetPresence { status: Status::Away, message: None },
            Self::MakeModerator => {
                Command::SetServerRole { user: stage.target, role: chat_core::moderation::ServerRole::Moderator }
            }
            Self::Suspend => {
                let until = Timestamp::parse("2999-01-01").unwrap();
                sanction(Some(Sanction::Suspended { until, reason: reason() }))
            }
            Self::Ban => sanction(Some(Sanction::Banned { reason: reason() })),
            Self::Pardon => sanction(None),
            Self::ReportOthers => report(ReportSubject::Message(stage.others)),
            Self::ReportOwn => report(ReportSubject::Message(stage.own)),
            Self::ReportDeleted => report(ReportSubject::Message(stage.others_deleted)),
            Self::ReportUser => report(ReportSubject::User(stage.target)),
            Self::ReportOneself => report(ReportSubject::User(stage.actor)),
            Self::ResolveReport => {
                Command::ResolveReport { report: ReportId::new(1).unwrap(), decision: Decision::Dismiss, note: None }
            }
            Self::DescribeOneself => {
                let bio = Description::new("likes tea").ok();
                Command::UpdateProfile(ProfileUpdate { bio: Some(bio), ..ProfileUpdate::default() })
            }
            Self::Forward => forward(stage.others),
            Self::ForwardDeleted => forward(stage.others_deleted),
            Self::Mute => set(SettingsUpdate { muted: Some(Some(Mute::Forever)), archived: None }),
            Self::Archive => set(SettingsUpdate { muted: None, archived: Some(true) }),
            Self::SetNothing => set(SettingsUpdate::default()),
            Self::Draft => begin(Some(stage.others)),
            Self::DraftAnswerToDeleted => begin(Some(stage.others_deleted)),
            Self::ForgetDraft => Command::SetDraft { conversation, draft: None },
        }
    }
}
