//! What a client says: one flat object per frame, decoded to a command.

use std::collections::BTreeMap;

use chat_core::command::{ForwardMessage, MessageTarget, ReadTarget, SendMessage};
use chat_core::conversation::{GroupUpdate, Role};
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::personal::SettingsUpdate;
use chat_core::presence::Status;
use chat_core::reaction::Emoji;
use chat_core::text::{Body, ClientId, Label};
use chat_core::{ChatError, Command, ErrorCode};
use serde::Deserialize;

use super::changes::{GroupUpdateView, given};
use super::json;
use super::personal::{NewDraftView, SettingsUpdateView};

/// The longest name that a client may give to a command, in bytes.
const MAX_REF_BYTES: usize = 64;

/// What a client can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFrame {
    /// Is anybody there?
    Ping,
    /// Here is my token: the first frame of a socket that was opened without one, or a newer one later.
    Auth {
        /// The token.
        token: String,
    },
    /// A command for the chat.
    Command(Command),
    /// What did I miss?
    Sync(SyncRequest),
}

/// What a client has, so that it can be told what it misses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncRequest {
    /// The life of the database that the cursors belong to.
    pub epoch: Option<String>,
    /// The last seq that the client applied, per conversation.
    pub cursors: BTreeMap<ConversationId, Seq>,
    /// The last seq of the user's own log that the client applied.
    pub user_cursor: Option<Seq>,
}

/// The largest number of conversations that one `sync` may name.
pub(crate) const MAX_CURSORS: usize = 500;

/// The fields of all frames together. One flat shape is read in one pass, without the detour that a tagged enum takes.
#[derive(Deserialize)]
struct Fields {
    r#type: String,
    r#ref: Option<String>,
    token: Option<String>,
    conversation_id: Option<i64>,
    message_id: Option<i64>,
    seq: Option<i64>,
    body: Option<String>,
    client_id: Option<String>,
    reply_to: Option<i64>,
    status: Option<String>,
    message: Option<String>,
    epoch: Option<String>,
    cursors: Option<BTreeMap<String, i64>>,
    user_cursor: Option<i64>,
    user_id: Option<i64>,
    user_ids: Option<Vec<i64>>,
    role: Option<String>,
    emoji: Option<String>,
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    avatar_url: Option<Option<String>>,
    history_visibility: Option<String>,
    slow_mode: Option<i64>,
    slug: Option<String>,
    visibility: Option<String>,
    #[serde(default, deserialize_with = "given")]
    muted_until: Option<Option<String>>,
    archived: Option<bool>,
}

/// The name alone, of a frame that cannot be read as a whole.
#[derive(Deserialize)]
struct Named {
    r#ref: Option<String>,
}

/// Reads a frame. On a socket that carries one conversation, `implied` is that one.
///
/// The name that the client gave to its command comes back even where the rest is refused, so that the refusal can carry it.
pub fn decode(text: &str, implied: Option<ConversationId>) -> (Option<String>, Result<ClientFrame, ChatError>) {
    let refused = |name| (name, Err(ErrorCode::BadRequest.into()));
    let fits = |name: &String| name.len() <= MAX_REF_BYTES;
    let Ok(mut fields) = json::parse::<Fields>(text.as_bytes()) else {
        // A field of the wrong type hides what was asked, but not the name of it.
        let named = json::parse::<Named>(text.as_bytes()).ok();
        return refused(named.and_then(|named| named.r#ref).filter(fits));
    };
    match fields.r#ref.take() {
        Some(name) if !fits(&name) => refused(None),
        reference => (reference, fields.read(implied)),
    }
}

impl Fields {
    fn read(self, implied: Option<ConversationId>) -> Result<ClientFrame, ChatError> {
        let command = match self.r#type.as_str() {
            "ping" => return Ok(ClientFrame::Ping),
            "auth" => return Ok(ClientFrame::Auth { token: self.token.ok_or(ErrorCode::BadRequest)? }),
            "sync" => return self.sync(implied).map(ClientFrame::Sync),
            "message.send" => Command::SendMessage(self.send(implied)?),
            "message.forward" => Command::ForwardMessage(self.forward(implied)?),
            "message.read" => Command::MarkRead(self.read_target(implied)?),
            "typing.start" => Command::SetTyping { conversation: self.conversation(implied)?, is_typing: true },
            "typing.stop" => Command::SetTyping { conversation: self.conversation(implied)?, is_typing: false },
            "presence.set" => self.presence()?,
            "message.edit" => Command::EditMessage {
                message: self.message(implied)?,
                body: Body::new(self.body.ok_or(ErrorCode::BadRequest)?)?,
            },
            "message.delete" => Command::DeleteMessage(self.message(implied)?),
            "message.pin" => Command::PinMessage(self.message(implied)?),
            "message.unpin" => Command::UnpinMessage(self.message(implied)?),
            "reaction.add" => Command::AddReaction(self.message(implied)?, self.emoji()?),
            "reaction.remove" => Command::RemoveReaction(self.message(implied)?, self.emoji()?),
            "conversation.update" => {
                Command::UpdateGroup { conversation: self.conversation(implied)?, update: self.update()? }
            }
            "conversation.join" => Command::Join(self.conversation(implied)?),
            "settings.set" => {
                Command::UpdateSettings { conversation: self.conversation(implied)?, update: self.settings()? }
            }
            "draft.set" => self.draft(implied)?,
            "draft.clear" => Command::SetDraft { conversation: self.conversation(implied)?, draft: None },
            "member.add" => Command::AddMembers { conversation: self.conversation(implied)?, users: self.users()? },
            "member.remove" => Command::RemoveMember { conversation: self.conversation(implied)?, user: self.user()? },
            "member.set_role" => Command::SetRole {
                conversation: self.conversation(implied)?,
                user: self.user()?,
                role: self.role.as_deref().and_then(Role::parse).ok_or(ErrorCode::BadRequest)?,
            },
            _ => return Err(ErrorCode::BadRequest.into()),
        };
        Ok(ClientFrame::Command(command))
    }

    /// The conversation that is meant. One that is named must be the one that the socket carries, if it carries only one.
    fn conversation(&self, implied: Option<ConversationId>) -> Result<ConversationId, ChatError> {
        let named = match self.conversation_id {
            Some(id) => Some(ConversationId::new(id).ok_or(ErrorCode::NotFound)?),
            None => None,
        };
        match (named, implied) {
            (Some(named), Some(implied)) if named != implied => Err(ErrorCode::NotFound.into()),
            (named, implied) => named.or(implied).ok_or_else(|| ErrorCode::BadRequest.into()),
        }
    }

    /// The message that is meant. On a socket of one conversation, others are not there.
    fn message(&self, implied: Option<ConversationId>) -> Result<MessageTarget, ChatError> {
        let id = MessageId::new(self.message_id.ok_or(ErrorCode::BadRequest)?).ok_or(ErrorCode::NotFound)?;
        Ok(MessageTarget { id, within: implied })
    }

    fn emoji(&self) -> Result<Emoji, ChatError> {
        Ok(Emoji::new(self.emoji.as_deref().ok_or(ErrorCode::BadRequest)?)?)
    }

    fn user(&self) -> Result<UserId, ChatError> {
        Ok(UserId::new(self.user_id.ok_or(ErrorCode::BadRequest)?).ok_or(ErrorCode::NotFound)?)
    }

    fn users(&self) -> Result<Vec<UserId>, ChatError> {
        let ids = self.user_ids.as_deref().ok_or(ErrorCode::BadRequest)?;
        let users: Option<Vec<_>> = ids.iter().copied().map(UserId::new).collect();
        users.ok_or_else(|| ErrorCode::NotFound.into())
    }

    fn update(self) -> Result<GroupUpdate, ChatError> {
        let Self { name, description, avatar_url, history_visibility, slow_mode, slug, visibility, .. } = self;
        GroupUpdateView { name, description, avatar_url, history_visibility, slow_mode, slug, visibility }.try_into()
    }

    fn settings(self) -> Result<SettingsUpdate, ChatError> {
        SettingsUpdateView { muted_until: self.muted_until, archived: self.archived }.try_into()
    }

    fn draft(self, implied: Option<ConversationId>) -> Result<Command, ChatError> {
        let conversation = self.conversation(implied)?;
        let view = NewDraftView { body: self.body.ok_or(ErrorCode::BadRequest)?, reply_to: self.reply_to };
        Ok(Command::SetDraft { conversation, draft: Some(view.try_into()?) })
    }

    fn send(self, implied: Option<ConversationId>) -> Result<SendMessage, ChatError> {
        let conversation = self.conversation(implied)?;
        let reply_to = match self.reply_to {
            Some(id) => Some(MessageId::new(id).ok_or(ErrorCode::NotFound)?),
            None => None,
        };
        Ok(SendMessage {
            conversation,
            body: Body::new(self.body.ok_or(ErrorCode::BadRequest)?)?,
            // An empty or overlong key is a fault of the client, not of the text that somebody wrote.
            client_id: self.client_id.map(ClientId::new).transpose().map_err(|_| ErrorCode::BadRequest)?,
            reply_to,
        })
    }

    fn forward(self, implied: Option<ConversationId>) -> Result<ForwardMessage, ChatError> {
        Ok(ForwardMessage {
            message: self.message(implied)?,
            conversation: self.conversation(implied)?,
            client_id: self.client_id.map(ClientId::new).transpose().map_err(|_| ErrorCode::BadRequest)?,
        })
    }

    fn read_target(&self, implied: Option<ConversationId>) -> Result<ReadTarget, ChatError> {
        match (self.message_id, self.seq) {
            (Some(_), None) => self.message(implied).map(ReadTarget::Message),
            (None, Some(seq)) => {
                let seq = Seq::new(seq).ok_or(ErrorCode::BadRequest)?;
                Ok(ReadTarget::Seq(self.conversation(implied)?, seq))
            }
            (Some(_), Some(_)) | (None, None) => Err(ErrorCode::BadRequest.into()),
        }
    }

    fn presence(&self) -> Result<Command, ChatError> {
        let status = self.status.as_deref().and_then(Status::parse).ok_or(ErrorCode::BadRequest)?;
        let message = self.message.as_deref().filter(|text| !text.trim().is_empty());
        Ok(Command::SetPresence { status, message: message.map(Label::new).transpose()? })
    }

    fn sync(self, implied: Option<ConversationId>) -> Result<SyncRequest, ChatError> {
        let cursors = self.cursors.unwrap_or_default();
        if cursors.len() > MAX_CURSORS {
            return Err(ErrorCode::BadRequest.into());
        }
        let mut request = SyncRequest { epoch: self.epoch, ..SyncRequest::default() };
        request.user_cursor = self.user_cursor.map(|seq| Seq::new(seq).ok_or(ErrorCode::BadRequest)).transpose()?;
        for (id, seq) in cursors {
            let id = id.parse().ok().and_then(ConversationId::new).ok_or(ErrorCode::BadRequest)?;
            let seq = Seq::new(seq).ok_or(ErrorCode::BadRequest)?;
            if implied.is_some_and(|implied| implied != id) {
                return Err(ErrorCode::NotFound.into());
            }
            request.cursors.insert(id, seq);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<ErrorCode> {
        decode(text, None).1.err().map(|error| error.code())
    }

    #[test]
    fn a_message_is_sent_where_it_says_or_where_the_socket_is() {
        let room = ConversationId::new(7);
        let (reference, frame) = decode(r#"{"type":"message.send","ref":"r","body":"hi","extra":1}"#, room);
        assert_eq!(reference.as_deref(), Some("r"));
        let Ok(ClientFrame::Command(Command::SendMessage(send))) = frame else { panic!("a message") };
        assert_eq!(Some(send.conversation), room);
        assert_eq!(code(r#"{"type":"message.send","body":"hi"}"#), Some(ErrorCode::BadRequest));
    }

    #[test]
    fn a_socket_of_one_conversation_does_not_reach_another() {
        let room = ConversationId::new(7);
        let (_, frame) = decode(r#"{"type":"typing.start","conversation_id":8}"#, room);
        assert_eq!(frame.err().map(|error| error.code()), Some(ErrorCode::NotFound));
    }

    #[test]
    fn each_kind_of_nonsense_has_its_code_and_keeps_its_ref() {
        for (text, expected) in [
            ("", ErrorCode::BadRequest),
            ("[]", ErrorCode::BadRequest),
            (r#"{"type":"nope"}"#, ErrorCode::BadRequest),
            (r#"{"type":5}"#, ErrorCode::BadRequest),
            (r#"{"type":"message.send","conversation_id":1}"#, ErrorCode::BadRequest),
            (r#"{"type":"message.send","conversation_id":"1","body":"x"}"#, ErrorCode::BadRequest),
            (r#"{"type":"message.send","conversation_id":1,"body":" "}"#, ErrorCode::EmptyMessage),
            (r#"{"type":"message.send","conversation_id":1,"body":"a\u0000"}"#, ErrorCode::InvalidText),
            (r#"{"type":"message.send","conversation_id":-1,"body":"x"}"#, ErrorCode::NotFound),
            (r#"{"type":"message.send","conversation_id":9007199254740992,"body":"x"}"#, ErrorCode::NotFound),
            (r#"{"type":"message.send","conversation_id":9223372036854775808,"body":"x"}"#, ErrorCode::BadRequest),
            (r#"{"type":"message.read"}"#, ErrorCode::BadRequest),
            (r#"{"type":"presence.set","status":"asleep"}"#, ErrorCode::BadRequest),
            (r#"{"type":"sync","cursors":{"x":1}}"#, ErrorCode::BadRequest),
            (r#"{"type":"sync","cursors":{"1":-1}}"#, ErrorCode::BadRequest),
        ] {
            assert_eq!(code(text), Some(expected), "{text}");
        }
        let in_order = format!(r#"["ping"{}]"#, ",null".repeat(13));
        assert_eq!(code(&in_order), Some(ErrorCode::BadRequest), "a list of all fields in order");
        assert_eq!(decode(r#"["mine"]"#, None).0, None, "nothing in a list has a name");
        assert_eq!(decode(r#"{"type":"nope","ref":"mine"}"#, None).0.as_deref(), Some("mine"));
        let long = format!(r#"{{"type":"ping","ref":"{}"}}"#, "x".repeat(65));
        assert_eq!(code(&long), Some(ErrorCode::BadRequest));
    }
}
