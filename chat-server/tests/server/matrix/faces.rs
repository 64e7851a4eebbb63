//! How each command that changes something is asked over REST and over a socket. Total: a command that is new has to be asked
//! here, and then has to stand in the table.

use chat_core::Command;
use chat_core::command::{MessageTarget, NewRoom, ReadTarget};
use chat_core::conversation::GroupUpdate;
use chat_core::ids::UserId;
use chat_core::moderation::{ReportSubject, Sanction};
use chat_core::personal::SettingsUpdate;
use chat_core::reaction::Emoji;
use chat_core::text::Description;
use reqwest::Method;
use serde_json::{Map, Value, json};

/// How many commands change something.
pub const CHANGING: usize = 38;

/// A request: the method, the path after `/api/v1/`, and the body.
pub type Request = (Method, String, Option<Value>);

fn fields(update: &GroupUpdate) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(name) = &update.name {
        fields.insert("name".to_owned(), json!(name.as_str()));
    }
    if let Some(description) = &update.description {
        fields.insert("description".to_owned(), json!(description.as_ref().map(Description::as_str)));
    }
    if let Some(history) = update.history {
        fields.insert("history_visibility".to_owned(), json!(history.as_str()));
    }
    if let Some(pace) = update.pace {
        fields.insert("slow_mode".to_owned(), json!(pace.seconds()));
    }
    if let Some(slug) = &update.slug {
        fields.insert("slug".to_owned(), json!(slug.as_str()));
    }
    if let Some(visibility) = update.visibility {
        fields.insert("visibility".to_owned(), json!(visibility.as_str()));
    }
    fields
}

fn settings(update: &SettingsUpdate) -> Value {
    let mut fields = Map::new();
    if let Some(muted) = &update.muted {
        fields.insert("muted_until".to_owned(), json!(muted.map(|_| "forever")));
    }
    if let Some(archived) = update.archived {
        fields.insert("archived".to_owned(), json!(archived));
    }
    Value::Object(fields)
}

fn ids(users: &[UserId]) -> Vec<i64> {
    users.iter().map(|user| user.get()).collect()
}

fn sanction_of(sanction: &Sanction) -> Value {
    let until = sanction.until().map(|until| until.to_string());
    json!({"kind": sanction.as_str(), "until": until, "reason": sanction.reason().as_str()})
}

fn reaction(target: &MessageTarget, emoji: &Emoji) -> String {
    let escaped: String = emoji.as_str().bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("messages/{}/reactions/{escaped}", target.id)
}

fn room_to_make(new: &NewRoom) -> Value {
    let (slug, visibility) = (new.room.slug.as_str(), new.room.visibility.as_str());
    json!({"kind": "room", "name": new.name.as_str(), "slug": slug, "visibility": visibility})
}

/// The request that asks for it; none for what only reads. Where a pin is, its path says; `room` is where it is looked for.
#[expect(clippy::too_many_lines, reason = "one row for each command")]
pub fn request(command: &Command, room: i64) -> Option<Request> {
    let call = |method, path: String, body| Some((method, path, body));
    match command {
        Command::SendMessage(send) => {
            let body = json!({"body": send.body.as_str(), "reply_to": send.reply_to.map(|id| id.get())});
            call(Method::POST, format!("conversations/{}/messages", send.conversation), Some(body))
        }
        Command::ForwardMessage(forward) => {
            let body = json!({"conversation_id": forward.conversation.get()});
            call(Method::POST, format!("messages/{}/forward", forward.message.id), Some(body))
        }
        Command::MarkRead(ReadTarget::Seq(conversation, seq)) => {
            call(Method::POST, format!("conversations/{conversation}/read"), Some(json!({"seq": seq.get()})))
        }
        Command::MarkRead(ReadTarget::Message(target)) => {
            call(Method::POST, format!("conversations/{room}/read"), Some(json!({"message_id": target.id.get()})))
        }
        Command::SetTyping { conversation, is_typing } => {
            call(Method::POST, format!("conversations/{conversation}/typing"), Some(json!({"is_typing": is_typing})))
        }
        Command::SetPresence { status, .. } => {
            call(Method::PUT, "users/me/presence".to_owned(), Some(json!({"status": status.as_str()})))
        }
        Command::UpdateProfile(update) => {
            let bio = update.bio.as_ref().map(|bio| bio.as_ref().map(|text| text.as_str()));
            call(Method::PATCH, "users/me".to_owned(), Some(json!({"bio": bio})))
        }
        Command::OpenDirect { user } => {
            call(Method::POST, "conversations".to_owned(), Some(json!({"kind": "direct", "user_id": user.get()})))
        }
        Command::CreateGroup { name, members } => {
            let body = json!({"kind": "group", "name": name.as_str(), "member_ids": ids(members)});
            call(Method::POST, "conversations".to_owned(), Some(body))
        }
        Command::CreateRoom(new) => call(Method::POST, "conversations".to_owned(), Some(room_to_make(new))),
        Command::Join(conversation) => call(Method::POST, format!("conversations/{conversation}/join"), None),
        Command::UpdateGroup { conversation, update } => {
            call(Method::PATCH, format!("conversations/{conversation}"), Some(Value::Object(fields(update))))
        }
        Command::AddMembers { conversation, users } => {
            call(Method::POST, format!("conversations/{conversation}/members"), Some(json!({"user_ids": ids(users)})))
        }
        Command::RemoveMember { conversation, user } => {
            call(Method::DELETE, format!("conversations/{conversation}/members/{user}"), None)
        }
        Command::CreateInvite(new) => {
            call(Method::POST, format!("conversations/{}/invites", new.conversation), Some(json!({})))
        }
        Command::RevokeInvite { conversation, code } => {
            call(Method::DELETE, format!("conversations/{conversation}/invites/{}", code.as_str()), None)
        }
        Command::JoinByInvite(code) => call(Method::POST, format!("invites/{}/join", code.as_str()), None),
        Command::Ban(new) => {
            call(Method::PUT, format!("conversations/{}/bans/{}", new.conversation, new.user), Some(json!({})))
        }
        Command::Unban { conversation, user } => {
            call(Method::DELETE, format!("conversations/{conversation}/bans/{user}"), None)
        }
        Command::SetRole { conversation, user, role } => {
            let body = json!({"role": role.as_str()});
            call(Method::PATCH, format!("conversations/{conversation}/members/{user}"), Some(body))
        }
        Command::EditMessage { message, body } => {
            call(Method::PATCH, format!("messages/{}", message.id), Some(json!({"body": body.as_str()})))
        }
        Command::DeleteMessage(target) => call(Method::DELETE, format!("messages/{}", target.id), None),
        Command::AddReaction(target, emoji) => call(Method::PUT, reaction(target, emoji), None),
        Command::RemoveReaction(target, emoji) => call(Method::DELETE, reaction(target, emoji), None),
        Command::PinMessage(target) => call(Method::PUT, format!("conversations/{room}/pins/{}", target.id), None),
        Command::UnpinMessage(target) => call(Method::DELETE, format!("conversations/{room}/pins/{}", target.id), None),
        Command::UpdateSettings { conversation, update } => {
            call(Method::PATCH, format!("conversations/{conversation}/settings"), Some(settings(update)))
        }
        Command::SetDraft { conversation, draft: Some(draft) } => {
            let body = json!({"body": draft.body.as_str(), "reply_to": draft.reply_to.map(|id| id.get())});
            call(Method::PUT, format!("conversations/{conversation}/draft"), Some(body))
        }
        Command::SetDraft { conversation, draft: None } => {
            call(Method::DELETE, format!("conversations/{conversation}/draft"), None)
        }
        Command::RequestFriend(user) => {
            call(Method::POST, "friends/requests".to_owned(), Some(json!({"user_id": user.get()})))
        }
        Command::AcceptFriend(request) => call(Method::POST, format!("friends/requests/{request}/accept"), None),
        Command::DeclineFriend(request) => call(Method::POST, format!("friends/requests/{request}/decline"), None),
        Command::CancelFriend(request) => call(Method::DELETE, format!("friends/requests/{request}"), None),
        Command::Unfriend(user) => call(Method::DELETE, format!("friends/{user}"), None),
        Command::Block(user) => call(Method::PUT, format!("blocks/{user}"), None),
        Command::Unblock(user) => call(Method::DELETE, format!("blocks/{user}"), None),
        Command::SetServerRole { user, role } => {
            call(Method::PUT, format!("moderation/users/{user}/role"), Some(json!({"server_role": role.as_str()})))
        }
        Command::SetSanction { user, sanction } => {
            let method = if sanction.is_some() { Method::PUT } else { Method::DELETE };
            call(method, format!("moderation/users/{user}/sanction"), sanction.as_ref().map(sanction_of))
        }
        Command::FileReport(report) => {
            let (field, id) = match report.subject {
                ReportSubject::Message(id) => ("message_id", id.get()),
                ReportSubject::User(id) => ("user_id", id.get()),
            };
            call(Method::POST, "reports".to_owned(), Some(json!({field: id, "reason": report.reason.as_str()})))
        }
        // Only the one decision that the table asks for has a text here.
        Command::ResolveReport { report, .. } => {
            call(Method::POST, format!("moderation/reports/{report}/resolve"), Some(json!({"action": "dismiss"})))
        }
        Command::ListReports(_)
        | Command::GetStanding(_)
        | Command::ListAudit(_)
        | Command::GetMe
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
        | Command::SearchMessages(_)
        | Command::ListOwnChanges { .. } => None,
    }
}

/// The frame that asks for it; none for what is only asked over REST.
pub fn frame(command: &Command) -> Option<Value> {
    let about = |kind: &str, target: &MessageTarget| json!({"type": kind, "message_id": target.id.get()});
    Some(match command {
        Command::SendMessage(send) => json!({
            "type": "message.send", "conversation_id": send.conversation.get(), "body": send.body.as_str(),
            "reply_to": send.reply_to.map(|id| id.get()),
        }),
        Command::ForwardMessage(forward) => {
            let mut frame = about("message.forward", &forward.message);
            frame["conversation_id"] = json!(forward.conversation.get());
            frame
        }
        Command::MarkRead(ReadTarget::Seq(conversation, seq)) => {
            json!({"type": "message.read", "conversation_id": conversation.get(), "seq": seq.get()})
        }
        Command::MarkRead(ReadTarget::Message(target)) => about("message.read", target),
        Command::SetTyping { conversation, is_typing } => {
            let kind = if *is_typing { "typing.start" } else { "typing.stop" };
            json!({"type": kind, "conversation_id": conversation.get()})
        }
        Command::SetPresence { status, .. } => json!({"type": "presence.set", "status": status.as_str()}),
        Command::UpdateGroup { conversation, update } => {
            let mut frame = fields(update);
            frame.insert("type".to_owned(), json!("conversation.update"));
            frame.insert("conversation_id".to_owned(), json!(conversation.get()));
            Value::Object(frame)
        }
        Command::Join(conversation) => json!({"type": "conversation.join", "conversation_id": conversation.get()}),
        Command::AddMembers { conversation, users } => {
            json!({"type": "member.add", "conversation_id": conversation.get(), "user_ids": ids(users)})
        }
        Command::RemoveMember { conversation, user } => {
            json!({"type": "member.remove", "conversation_id": conversation.get(), "user_id": user.get()})
        }
        Command::SetRole { conversation, user, role } => json!({
            "type": "member.set_role", "conversation_id": conversation.get(), "user_id": user.get(), "role": role.as_str(),
        }),
        Command::EditMessage { message, body } => {
            json!({"type": "message.edit", "message_id": message.id.get(), "body": body.as_str()})
        }
        Command::DeleteMessage(target) => about("message.delete", target),
        Command::AddReaction(target, emoji) => {
            json!({"type": "reaction.add", "message_id": target.id.get(), "emoji": emoji.as_str()})
        }
        Command::RemoveReaction(target, emoji) => {
            json!({"type": "reaction.remove", "message_id": target.id.get(), "emoji": emoji.as_str()})
        }
        Command::UpdateSettings { conversation, update } => {
            let mut frame = settings(update);
            frame["type"] = json!("settings.set");
            frame["conversation_id"] = json!(conversation.get());
            frame
        }
        Command::SetDraft { conversation, draft: Some(draft) } => json!({
            "type": "draft.set", "conversation_id": conversation.get(), "body": draft.body.as_str(),
            "reply_to": draft.reply_to.map(|id| id.get()),
        }),
        Command::SetDraft { conversation, draft: None } => {
            json!({"type": "draft.clear", "conversation_id": conversation.get()})
        }
        Command::PinMessage(target) => about("message.pin", target),
        Command::UnpinMessage(target) => about("message.unpin", target),
        Command::UpdateProfile(_)
        | Command::OpenDirect { .. }
        | Command::CreateGroup { .. }
        | Command::CreateRoom(_)
        | Command::CreateInvite(_)
        | Command::RevokeInvite { .. }
        | Command::JoinByInvite(_)
        | Command::Ban(_)
        | Command::Unban { .. }
        | Command::RequestFriend(_)
        | Command::AcceptFriend(_)
        | Command::DeclineFriend(_)
        | Command::CancelFriend(_)
        | Command::Unfriend(_)
        | Command::Block(_)
        | Command::Unblock(_)
        | Command::SetServerRole { .. }
        | Command::SetSanction { .. }
        | Command::FileReport(_)
        | Command::ResolveReport { .. }
        | Command::ListReports(_)
        | Command::GetStanding(_)
        | Command::ListAudit(_)
        | Command::GetMe
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
        | Command::SearchMessages(_)
        | Command::ListOwnChanges { .. } => return None,
    })
}
