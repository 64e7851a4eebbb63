//! Who may do what to a message.

use super::{Permission, may, may_see, may_see_entry, may_send};
use crate::error::ErrorCode;
use crate::ids::UserId;
use crate::message::Message;
use crate::ports::Facts;

/// Whether somebody may see a message: a member, of what is not hidden from them.
pub fn may_see_message(facts: Option<&Facts>, message: &Message) -> Result<(), ErrorCode> {
    let facts = may_see(facts)?;
    if may_see_entry(facts, message.seq) { Ok(()) } else { Err(ErrorCode::NotFound) }
}

/// Whether somebody may let a message say something else: only its sender, where they may also write.
pub fn may_edit(facts: Option<&Facts>, actor: UserId, message: &Message) -> Result<(), ErrorCode> {
    may_see_message(facts, message)?;
    if message.sender != actor {
        return Err(ErrorCode::Forbidden);
    }
    may_touch(facts, message)
}

/// Whether somebody may delete a message: its sender always, even across a block; in a group also who keeps it in order.
pub fn may_delete(facts: Option<&Facts>, actor: UserId, message: &Message) -> Result<(), ErrorCode> {
    may_see_message(facts, message)?;
    if message.sender == actor { Ok(()) } else { may(facts, Permission::DeleteMessages) }
}

/// Whether somebody may put something on a message: who may write there, and while it is still there.
pub fn may_touch(facts: Option<&Facts>, message: &Message) -> Result<(), ErrorCode> {
    may_see_message(facts, message)?;
    may_send(facts)?;
    if message.content.is_deleted() { Err(ErrorCode::MessageDeleted) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Pair, Role};
    use crate::ids::{ConversationId, MessageId, Seq, Version};
    use crate::message::{Content, MessageState};
    use crate::ports::DirectFacts;
    use crate::text::Body;
    use crate::time::Timestamp;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    fn conversation() -> ConversationId {
        ConversationId::new(1).expect("an id")
    }

    fn group(role: Role) -> Facts {
        Facts {
            conversation: conversation(),
            version: Version(1),
            role: Some(role),
            joined_seq: Seq::ZERO,
            direct: None,
            room: None,
            pace: crate::pace::Pace::NONE,
        }
    }

    fn direct(blocked: bool) -> Facts {
        let pair = Pair::new(user(1), user(2)).expect("two users");
        Facts { direct: Some(DirectFacts { pair, blocks: false, blocked }), ..group(Role::Member) }
    }

    /// What user 1 said.
    fn message(content: Content) -> Message {
        Message {
            id: MessageId::new(1).expect("an id"),
            conversation: conversation(),
            seq: Seq::ZERO.next(),
            sender: user(1),
            content,
            client_id: None,
            reply_to: None,
            created_at: Timestamp::default(),
            state: MessageState::Sent,
        }
    }

    fn said() -> Message {
        message(Content::said(Body::new("hello").expect("a body")))
    }

    fn deleted() -> Message {
        message(Content::Deleted { by: user(1), at: Timestamp::default() })
    }

    #[test]
    fn only_its_sender_edits_a_message_whatever_their_role() {
        assert!(may_edit(Some(&group(Role::Member)), user(1), &said()).is_ok());
        assert_eq!(may_edit(Some(&group(Role::Owner)), user(2), &said()).err(), Some(ErrorCode::Forbidden));
        assert_eq!(may_edit(Some(&group(Role::Owner)), user(1), &deleted()).err(), Some(ErrorCode::MessageDeleted));
    }

    #[test]
    fn who_keeps_a_group_in_order_deletes_what_others_said() {
        assert!(may_delete(Some(&group(Role::Member)), user(1), &said()).is_ok());
        assert!(may_delete(Some(&group(Role::Admin)), user(2), &said()).is_ok());
        assert_eq!(may_delete(Some(&group(Role::Member)), user(2), &said()).err(), Some(ErrorCode::Forbidden));
        assert_eq!(may_delete(Some(&direct(false)), user(2), &said()).err(), Some(ErrorCode::Forbidden));
    }

    #[test]
    fn across_a_block_one_takes_back_what_one_said_and_changes_nothing_else() {
        assert!(may_delete(Some(&direct(true)), user(1), &said()).is_ok());
        assert_eq!(may_edit(Some(&direct(true)), user(1), &said()).err(), Some(ErrorCode::CannotMessage));
        assert_eq!(may_touch(Some(&direct(true)), &said()).err(), Some(ErrorCode::CannotMessage));
    }

    #[test]
    fn what_is_hidden_from_a_newcomer_cannot_be_touched() {
        let late = Facts { joined_seq: Seq::ZERO.next(), ..group(Role::Owner) };
        assert_eq!(may_delete(Some(&late), user(2), &said()).err(), Some(ErrorCode::NotFound));
        assert_eq!(may_touch(Some(&late), &said()).err(), Some(ErrorCode::NotFound));
    }
}
