//! The one table of who may do what, as the protocol's documentation says it, and the command that each deed is.

use chat_core::Command;
use chat_core::command::{ForwardMessage, NewDraft, ReadTarget, SendMessage};
use chat_core::conversation::{GroupUpdate, HistoryVisibility, Role};
use chat_core::ids::{MessageId, Seq, UserId};
use chat_core::personal::{Mute, SettingsUpdate};
use chat_core::presence::Status;
use chat_core::reaction::Emoji;
use chat_core::text::{Body, Description, Label};
use chat_core::user::ProfileUpdate;

use super::stage::{Place, Stage};

/// It is done.
pub const OK: &str = "ok";
const NO: &str = "forbidden";
const GONE: &str = "message_deleted";
const NONE: &str = "not_found";

/// All three alike.
const fn all(answer: &'static str) -> [&'static str; 3] {
    [answer; 3]
}

/// The answers to three askers: in a group an owner, an admin and a member; in a direct conversation, and where two have none
/// yet, one without a block between them, one who blocks and one who is blocked.
pub type Row = (Place, Deed, [&'static str; 3]);

const KEEPERS: [&str; 3] = [OK, OK, NO];
const OWNERS: [&str; 3] = [OK, NO, NO];
const UNLESS_BLOCKED: [&str; 3] = [OK, "blocked_by_you", "cannot_message"];
const GONE_UNLESS_BLOCKED: [&str; 3] = [GONE, "blocked_by_you", "cannot_message"];

/// Who may do what. Whoever is in a conversation no more, or never was, finds nothing there; who does not say who they are is
/// told to.
pub const TABLE: &[Row] = &[
    (Place::Group, Deed::Send, all(OK)),
    (Place::Group, Deed::Answer, all(OK)),
    (Place::Group, Deed::AnswerDeleted, all(GONE)),
    (Place::Group, Deed::EditOwn, all(OK)),
    (Place::Group, Deed::EditOthers, all(NO)),
    (Place::Group, Deed::EditOwnDeleted, all(GONE)),
    (Place::Group, Deed::EditOthersDeleted, all(NO)),
    (Place::Group, Deed::DeleteOwn, all(OK)),
    (Place::Group, Deed::DeleteOthers, KEEPERS),
    (Place::Group, Deed::DeleteOwnDeleted, all(OK)),
    (Place::Group, Deed::DeleteOthersDeleted, KEEPERS),
    (Place::Group, Deed::ReactToOwn, all(OK)),
    (Place::Group, Deed::ReactToOthers, all(OK)),
    (Place::Group, Deed::ReactAgain, all(OK)),
    (Place::Group, Deed::ReactToDeleted, all(GONE)),
    (Place::Group, Deed::Unreact, all(OK)),
    (Place::Group, Deed::UnreactNothing, all(OK)),
    (Place::Group, Deed::UnreactDeleted, all(GONE)),
    (Place::Group, Deed::PinOwn, KEEPERS),
    (Place::Group, Deed::PinOthers, KEEPERS),
    (Place::Group, Deed::PinPinned, KEEPERS),
    (Place::Group, Deed::PinDeleted, all(GONE)),
    (Place::Group, Deed::UnpinPinned, KEEPERS),
    (Place::Group, Deed::UnpinOthers, KEEPERS),
    (Place::Group, Deed::UnpinDeleted, all(GONE)),
    (Place::Group, Deed::Rename, KEEPERS),
    (Place::Group, Deed::Describe, KEEPERS),
    (Place::Group, Deed::UpdateNothing, KEEPERS),
    (Place::Group, Deed::ShareHistory, OWNERS),
    (Place::Group, Deed::RenameAndShare, OWNERS),
    (Place::Group, Deed::AddNewcomer, KEEPERS),
    (Place::Group, Deed::AddMember, KEEPERS),
    (Place::Group, Deed::AddNobody, [NONE, NONE, NO]),
    (Place::Group, Deed::AddBlocker, ["cannot_message", "cannot_message", NO]),
    (Place::Group, Deed::AddBlocked, ["blocked_by_you", "blocked_by_you", NO]),
    (Place::Group, Deed::RemoveMember, KEEPERS),
    (Place::Group, Deed::RemoveAdmin, OWNERS),
    (Place::Group, Deed::RemoveOwner, OWNERS),
    (Place::Group, Deed::RemoveStranger, [NONE, NONE, NO]),
    (Place::Group, Deed::Leave, all(OK)),
    (Place::Group, Deed::Promote, OWNERS),
    (Place::Group, Deed::DemoteOwner, OWNERS),
    (Place::Group, Deed::SameRole, OWNERS),
    (Place::Group, Deed::RoleOfStranger, [NONE, NO, NO]),
    (Place::Group, Deed::OwnRole, OWNERS),
    (Place::Group, Deed::ReadSeq, all(OK)),
    (Place::Group, Deed::ReadMessage, all(OK)),
    (Place::Group, Deed::StartTyping, all(OK)),
    (Place::Group, Deed::StopTyping, all(OK)),
    (Place::Direct, Deed::Send, UNLESS_BLOCKED),
    (Place::Direct, Deed::Answer, UNLESS_BLOCKED),
    (Place::Direct, Deed::AnswerDeleted, GONE_UNLESS_BLOCKED),
    (Place::Direct, Deed::EditOwn, UNLESS_BLOCKED),
    (Place::Direct, Deed::EditOthers, all(NO)),
    (Place::Direct, Deed::EditOwnDeleted, GONE_UNLESS_BLOCKED),
    (Place::Direct, Deed::EditOthersDeleted, all(NO)),
    (Place::Direct, Deed::DeleteOwn, all(OK)),
    (Place::Direct, Deed::DeleteOthers, all(NO)),
    (Place::Direct, Deed::DeleteOwnDeleted, all(OK)),
    (Place::Direct, Deed::DeleteOthersDeleted, all(NO)),
    (Place::Direct, Deed::ReactToOwn, UNLESS_BLOCKED),
    (Place::Direct, Deed::ReactToOthers, UNLESS_BLOCKED),
    (Place::Direct, Deed::ReactAgain, UNLESS_BLOCKED),
    (Place::Direct, Deed::ReactToDeleted, GONE_UNLESS_BLOCKED),
    (Place::Direct, Deed::Unreact, UNLESS_BLOCKED),
    (Place::Direct, Deed::UnreactNothing, UNLESS_BLOCKED),
    (Place::Direct, Deed::UnreactDeleted, GONE_UNLESS_BLOCKED),
    (Place::Direct, Deed::PinOwn, UNLESS_BLOCKED),
    (Place::Direct, Deed::PinOthers, UNLESS_BLOCKED),
    (Place::Direct, Deed::PinPinned, UNLESS_BLOCKED),
    (Place::Direct, Deed::PinDeleted, GONE_UNLESS_BLOCKED),
    (Place::Direct, Deed::UnpinPinned, UNLESS_BLOCKED),
    (Place::Direct, Deed::UnpinOthers, UNLESS_BLOCKED),
    (Place::Direct, Deed::UnpinDeleted, GONE_UNLESS_BLOCKED),
    (Place::Direct, Deed::Rename, all(NO)),
    (Place::Direct, Deed::Describe, all(NO)),
    (Place::Direct, Deed::UpdateNothing, all(NO)),
    (Place::Direct, Deed::ShareHistory, all(NO)),
    (Place::Direct, Deed::RenameAndShare, all(NO)),
    (Place::Direct, Deed::AddNewcomer, all(NO)),
    (Place::Direct, Deed::AddMember, all(NO)),
    (Place::Direct, Deed::AddNobody, all(NO)),
    (Place::Direct, Deed::AddBlocker, all(NO)),
    (Place::Direct, Deed::AddBlocked, all(NO)),
    (Place::Direct, Deed::RemoveMember, all(NO)),
    (Place::Direct, Deed::RemoveStranger, all(NO)),
    (Place::Direct, Deed::Leave, all(NO)),
    (Place::Direct, Deed::Promote, all(NO)),
    (Place::Direct, Deed::SameRole, all(NO)),
    (Place::Direct, Deed::RoleOfStranger, all(NO)),
    (Place::Direct, Deed::OwnRole, all(NO)),
    (Place::Direct, Deed::ReadSeq, all(OK)),
    (Place::Direct, Deed::ReadMessage, all(OK)),
    (Place::Direct, Deed::StartTyping, all(OK)),
    (Place::Direct, Deed::StopTyping, all(OK)),
    (Place::Group, Deed::Mute, all(OK)),
    (Place::Group, Deed::Archive, all(OK)),
    (Place::Group, Deed::SetNothing, all(OK)),
    (Place::Group, Deed::Draft, all(OK)),
    (Place::Group, Deed::DraftAnswerToDeleted, all(GONE)),
    (Place::Group, Deed::ForgetDraft, all(OK)),
    (Place::Direct, Deed::Mute, all(OK)),
    (Place::Direct, Deed::Archive, all(OK)),
    (Place::Direct, Deed::SetNothing, all(OK)),
    (Place::Direct, Deed::Draft, all(OK)),
    (Place::Direct, Deed::DraftAnswerToDeleted, all(GONE)),
    (Place::Direct, Deed::ForgetDraft, all(OK)),
    (Place::Group, Deed::Forward, all(OK)),
    (Place::Group, Deed::ForwardDeleted, all(GONE)),
    (Place::Direct, Deed::Forward, UNLESS_BLOCKED),
    (Place::Direct, Deed::ForwardDeleted, all(GONE)),
    (Place::Direct, Deed::OpenDirect, all(OK)),
    (Place::Nowhere, Deed::OpenDirect, UNLESS_BLOCKED),
    (Place::Nowhere, Deed::CreateGroup, UNLESS_BLOCKED),
    // The blocked see an ordinary request go out; the blocker never sees it.
    (Place::Nowhere, Deed::RequestFriend, [OK, "blocked_by_you", OK]),
    (Place::Nowhere, Deed::AcceptFriend, [OK, NONE, NONE]),
    (Place::Nowhere, Deed::DeclineFriend, [OK, NONE, NONE]),
    (Place::Nowhere, Deed::CancelOthersRequest, all(NONE)),
    (Place::Nowhere, Deed::Unfriend, all(NONE)),
    (Place::Nowhere, Deed::Block, all(OK)),
    (Place::Nowhere, Deed::Unblock, all(OK)),
    (Place::Nowhere, Deed::SetPresence, all(OK)),
    (Place::Nowhere, Deed::DescribeOneself, all(OK)),
];

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
    Promote,
    DemoteOwner,
    SameRole,
    RoleOfStranger,
    OwnRole,
    ReadSeq,
    ReadMessage,
    StartTyping,
    StopTyping,
    Forward,
    ForwardDeleted,
    Mute,
    Archive,
    SetNothing,
    Draft,
    DraftAnswerToDeleted,
    ForgetDraft,
    OpenDirect,
    CreateGroup,
    RequestFriend,
    AcceptFriend,
    DeclineFriend,
    CancelOthersRequest,
    Unfriend,
    Block,
    Unblock,
    SetPresence,
    DescribeOneself,
}

/// An emoji that is on nothing yet.
fn heart() -> Emoji {
    Emoji::new("❤️").unwrap()
}

/// The emoji that the asker has put on a message.
pub fn thumb() -> Emoji {
    Emoji::new("👍").unwrap()
}

impl Deed {
    /// What is asked.
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
        let set_role = |user, role| Command::SetRole { conversation, user, role };
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
            Self::Promote => set_role(stage.target, Role::Admin),
            Self::DemoteOwner => set_role(stage.other_owner, Role::Member),
            Self::SameRole => set_role(stage.target, Role::Member),
            Self::RoleOfStranger => set_role(stage.newcomer, Role::Admin),
            Self::OwnRole => set_role(stage.actor, Role::Admin),
            Self::ReadSeq => Command::MarkRead(ReadTarget::Seq(conversation, Seq::new(1).unwrap())),
            Self::ReadMessage => Command::MarkRead(ReadTarget::Message(stage.others.into())),
            Self::StartTyping => Command::SetTyping { conversation, is_typing: true },
            Self::StopTyping => Command::SetTyping { conversation, is_typing: false },
            Self::Forward => forward(stage.others),
            Self::ForwardDeleted => forward(stage.others_deleted),
            Self::Mute => set(SettingsUpdate { muted: Some(Some(Mute::Forever)), archived: None }),
            Self::Archive => set(SettingsUpdate { muted: None, archived: Some(true) }),
            Self::SetNothing => set(SettingsUpdate::default()),
            Self::Draft => begin(Some(stage.others)),
            Self::DraftAnswerToDeleted => begin(Some(stage.others_deleted)),
            Self::ForgetDraft => Command::SetDraft { conversation, draft: None },
            Self::OpenDirect => Command::OpenDirect { user: stage.target },
            Self::CreateGroup => Command::CreateGroup { name: Label::new("Us").unwrap(), members: vec![stage.target] },
            Self::RequestFriend => Command::RequestFriend(stage.target),
            Self::AcceptFriend => Command::AcceptFriend(stage.request),
            Self::DeclineFriend => Command::DeclineFriend(stage.request),
            Self::CancelOthersRequest => Command::CancelFriend(stage.request),
            Self::Unfriend => Command::Unfriend(stage.target),
            Self::Block => Command::Block(stage.target),
            Self::Unblock => Command::Unblock(stage.target),
            Self::SetPresence => Command::SetPresence { status: Status::Away, message: None },
            Self::DescribeOneself => {
                let bio = Description::new("likes tea").ok();
                Command::UpdateProfile(ProfileUpdate { bio: Some(bio), ..ProfileUpdate::default() })
            }
        }
    }
}
