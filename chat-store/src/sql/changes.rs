//! Changes of conversations: statements, and the columns of an entry of the log.

use chat_core::conversation::Role;
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::log::{ChangeEntry, Changed};
use chat_core::message::{Content, MessageRef};
use chat_core::ports::Standing;
use chat_core::reaction::Emoji;
use chat_core::time::Timestamp;

use super::messages::said_columns;
use crate::codec::Reader;
use crate::commit::{read_update, show_update};
use crate::error::{Corrupt, Fault};
use crate::session::Session;

/// A conversation by its id.
macro_rules! found_conversation {
    () => {
        concat!("SELECT ", $crate::sql::conversations::conversation_columns!(), " FROM conversations c WHERE c.id = $1")
    };
}
pub(crate) use found_conversation;

pub(crate) const STANDING: &str = "SELECT c.version, (SELECT m.role FROM members m WHERE m.conversation_id = c.id \
    AND m.user_id = $2), c.member_count, (SELECT count(*) FROM members o WHERE o.conversation_id = c.id \
    AND o.role = 'owner') FROM conversations c WHERE c.id = $1";

pub(crate) const MOVE_ON: &str = "UPDATE conversations SET head = $2, version = version + $3, \
    member_count = member_count + $4, active_at = COALESCE($5, active_at) WHERE id = $1";

pub(crate) const ADD_MEMBER: &str = "INSERT INTO members \
    (conversation_id, user_id, role, joined_seq, joined_at, delivered_seq, read_seq) VALUES ($1, $2, $3, $4, $5, $6, $6) \
    ON CONFLICT DO NOTHING";

pub(crate) const REMOVE_MEMBER: &str = "DELETE FROM members WHERE conversation_id = $1 AND user_id = $2";

pub(crate) const ROLE_OF: &str = "SELECT role FROM members WHERE conversation_id = $1 AND user_id = $2";

pub(crate) const SET_ROLE: &str = "UPDATE members SET role = $3 WHERE conversation_id = $1 AND user_id = $2";

pub(crate) const UPDATE_GROUP: &str = "UPDATE conversations SET name = $2, description = $3, avatar = $4, history = $5, slug = $6, visibility = $7, \
    found_by = $8, pace = $9 WHERE id = $1";

/// A message of a conversation that still says something; its state does not matter here.
pub(crate) const LIVING: &str = concat!(
    "SELECT ",
    said_columns!(),
    ", CAST(NULL AS BIGINT), CAST(NULL AS BIGINT) FROM messages m \
    WHERE m.id = $1 AND m.conversation_id = $2 AND m.deleted_at IS NULL"
);

pub(crate) const KEEP_BODY: &str =
    "INSERT INTO former_bodies (message_id, until_seq, body, written_at) VALUES ($1, $2, $3, $4)";

pub(crate) const SET_BODY: &str = "UPDATE messages SET body = $2, edited_at = $3, mentions = $4, \
    forwarded_id = NULL, forwarded_sender = NULL WHERE id = $1";

pub(crate) const FORGET_BODIES: &str = "DELETE FROM former_bodies WHERE message_id = $1";

pub(crate) const FORGET_REACTIONS: &str = "DELETE FROM reactions WHERE message_id = $1";

pub(crate) const FORGET_PIN: &str = "DELETE FROM pins WHERE message_id = $1";

pub(crate) const DELETE: &str = "UPDATE messages SET body = '', edited_at = NULL, mentions = NULL, forwarded_id = NULL, forwarded_sender = NULL, \
    deleted_at = $2, deleted_by = $3 WHERE id = $1";

pub(crate) const REACT: &str =
    "INSERT INTO reactions (message_id, emoji, user_id, seq) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

pub(crate) const UNREACT: &str = "DELETE FROM reactions WHERE message_id = $1 AND emoji = $2 AND user_id = $3";

pub(crate) const PIN: &str =
    "INSERT INTO pins (message_id, conversation_id, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

const INSERT: &str = "INSERT INTO conversation_changes \
    (conversation_id, seq, kind, user_id, by_id, role, message_id, detail, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Writes an entry of the log.
pub(crate) async fn insert<S: Session>(session: &mut S, entry: &ChangeEntry) -> Result<(), Fault> {
    let mut columns = EntryColumns::default();
    columns.fill(&entry.what);
    let values = [
        entry.conversation.get().into(),
        entry.seq.get().into(),
        columns.kind.into(),
        columns.user.map(UserId::get).into(),
        entry.by.get().into(),
        columns.role.map(Role::as_str).into(),
        columns.message.map(MessageId::get).into(),
        columns.detail.as_deref().into(),
        entry.at.micros().into(),
    ];
    session.run(INSERT, &values).await?;
    Ok(())
}

/// What an entry holds besides its place.
#[derive(Default)]
struct EntryColumns {
    kind: &'static str,
    user: Option<UserId>,
    role: Option<Role>,
    message: Option<MessageId>,
    detail: Option<String>,
}

impl EntryColumns {
    fn fill(&mut self, what: &Changed) {
        match what {
            Changed::Joined { user, role } => (self.kind, self.user, self.role) = ("joined", Some(*user), Some(*role)),
            Changed::Left { user } => (self.kind, self.user) = ("left", Some(*user)),
            Changed::RoleSet { user, role } => {
                (self.kind, self.user, self.role) = ("role_set", Some(*user), Some(*role));
            }
            Changed::Updated(update) => (self.kind, self.detail) = ("updated", Some(show_update(update))),
            Changed::Edited { message, .. } => (self.kind, self.message) = ("edited", Some(message.id)),
            Changed::Deleted { message } => (self.kind, self.message) = ("deleted", Some(message.id)),
            Changed::Reacted { message, emoji } => {
                (self.kind, self.message, self.detail) = ("reacted", Some(message.id), Some(emoji.as_str().to_owned()));
            }
            Changed::Unreacted { message, emoji } => {
                (self.kind, self.message, self.detail) =
                    ("unreacted", Some(message.id), Some(emoji.as_str().to_owned()));
            }
            Changed::Pinned { message } => (self.kind, self.message) = ("pinned", Some(message.id)),
            Changed::Unpinned { message } => (self.kind, self.message) = ("unpinned", Some(message.id)),
        }
    }
}

/// The columns of the entry `x` of a log, with the message `t` that it is about.
macro_rules! entry_columns {
    () => {
        concat!(
            "x.kind, x.user_id, x.by_id, x.role, x.detail, x.created_at, t.id, t.seq, t.sender_id, ",
            $crate::sql::messages::content_columns!("t"),
        )
    };
}
pub(crate) use entry_columns;

/// An entry in such columns, at its place. The message that it is about is shown as it stands now.
pub(crate) fn entry(row: &mut Reader<'_>, conversation: ConversationId, seq: Seq) -> Result<ChangeEntry, Corrupt> {
    row.table("conversation_changes");
    let kind = row.text("kind")?;
    let user = row.id_if_any("user_id", UserId::new)?;
    let by = row.id("by_id", UserId::new)?;
    let role = row.parsed_if_any("role", Role::parse)?;
    let detail = row.text_if_any("detail")?;
    let at: Timestamp = row.time("created_at")?;
    let about = row.group(ABOUT_WIDTH, about)?;
    row.table("conversation_changes");
    let message = about.as_ref().map(|(message, _)| *message);
    let emoji = || Emoji::new(detail.as_deref()?).ok();
    let what = match kind.as_str() {
        "joined" => user.zip(role).map(|(user, role)| Changed::Joined { user, role }),
        "left" => user.map(|user| Changed::Left { user }),
        "role_set" => user.zip(role).map(|(user, role)| Changed::RoleSet { user, role }),
        "updated" => detail.as_deref().and_then(read_update).map(Changed::Updated),
        "edited" => about.map(|(message, content)| Changed::Edited { message, content }),
        "deleted" => message.map(|message| Changed::Deleted { message }),
        "reacted" => message.zip(emoji()).map(|(message, emoji)| Changed::Reacted { message, emoji }),
        "unreacted" => message.zip(emoji()).map(|(message, emoji)| Changed::Unreacted { message, emoji }),
        "pinned" => message.map(|message| Changed::Pinned { message }),
        "unpinned" => message.map(|message| Changed::Unpinned { message }),
        _ => None,
    };
    let what = what.ok_or_else(|| row.corrupt("kind"))?;
    Ok(ChangeEntry { conversation, seq, by, at, what })
}

/// How many columns the message takes that an entry is about.
const ABOUT_WIDTH: usize = 3 + super::messages::CONTENT_WIDTH;

fn about(row: &mut Reader<'_>) -> Result<(MessageRef, Content), Corrupt> {
    row.table("messages");
    let id = row.id("id", MessageId::new)?;
    let seq = row.seq("seq")?;
    let sender = row.id("sender_id", UserId::new)?;
    Ok((MessageRef { id, seq, sender }, super::messages::content(row)?))
}

pub(crate) fn role(row: &mut Reader<'_>) -> Result<Role, Corrupt> {
    row.table("members").parsed("role", Role::parse)
}

pub(crate) fn standing(row: &mut Reader<'_>) -> Result<Standing, Corrupt> {
    row.table("conversations");
    let version = row.version("version")?;
    let role = row.table("members").parsed_if_any("role", Role::parse)?;
    let members = row.table("conversations").count("member_count")?;
    Ok(Standing { version, role, members, owners: row.table("members").count("role")? })
}
