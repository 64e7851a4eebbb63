//! Conversations: opening, making and listing.

use axum::Json;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chat_core::command::Opened;
use chat_core::conversation::{ActivityCursor, ConversationView as CoreView};
use chat_core::ids::{ConversationId, UserId};
use chat_core::page::Page;
use chat_core::text::Label;
use chat_core::time::Timestamp;
use chat_core::{ChatError, Command, ErrorCode};
use chat_transport::wire::ConversationView;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, BAD_CURSOR, Caller, Id, JsonBody, QueryOf};
use super::problem::Problem;
use super::rooms::NewRoomView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, open)).routes(routes!(get))
}

/// What kind of conversation is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum NewConversation {
    /// The one with another user; it is made if there is none yet.
    Direct {
        /// The other user.
        #[schema(minimum = 1, maximum = 9007199254740991_i64)]
        user_id: i64,
    },
    /// A new group.
    Group {
        /// Its name.
        #[schema(min_length = 1, max_length = 100)]
        name: String,
        /// Who else is in it from the start.
        member_ids: Vec<i64>,
    },
    /// A new room, with the asker alone in it.
    Room(NewRoomView),
}

impl TryFrom<NewConversation> for Command {
    type Error = Problem;

    fn try_from(new: NewConversation) -> Result<Self, Problem> {
        let user = |id| UserId::new(id).ok_or(Problem::new(ErrorCode::NotFound));
        Ok(match new {
            NewConversation::Direct { user_id } => Self::OpenDirect { user: user(user_id)? },
            NewConversation::Room(new) => Self::CreateRoom(new.try_into()?),
            NewConversation::Group { name, member_ids } => Self::CreateGroup {
                name: Label::new(&name).map_err(ChatError::from)?,
                members: member_ids.into_iter().map(user).collect::<Result<_, _>>()?,
            },
        })
    }
}

/// Open the direct conversation with a user, or make a group or a room.
#[utoipa::path(post, path = "/conversations", tag = "conversations", request_body = NewConversation, responses(
    (status = 201, description = "Made", body = ConversationView),
    (status = 200, description = "The direct conversation was there already", body = ConversationView),
    (status = 403, description = "Not with this user"),
    (status = 404, description = "No such user"),
    (status = 409, description = "Another room has the slug"),
))]
async fn open(
    caller: Caller,
    JsonBody(new): JsonBody<NewConversation>,
) -> Result<(StatusCode, Json<ConversationView>), Problem> {
    let opened: Opened = caller.ask(new.try_into()?).await?;
    let status = if opened.fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json((&opened.view).into())))
}

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ByActivity {
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
    /// Those that one has put away, instead of those that one has not.
    #[param(default = false)]
    archived: Option<bool>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

/// A page of one's conversations.
#[derive(Debug, Serialize, ToSchema)]
struct ConversationsView {
    /// The conversations, newest activity first.
    items: Vec<ConversationView>,
    /// Where the following page starts; null on the last one.
    next: Option<String>,
}

/// One's conversations, newest activity first.
#[utoipa::path(get, path = "/conversations", tag = "conversations", params(ByActivity),
    responses((status = 200, body = ConversationsView)))]
async fn list(caller: Caller, QueryOf(part): QueryOf<ByActivity>) -> Result<Json<ConversationsView>, Problem> {
    let after = part.after.as_deref().map(|text| read_cursor(text).ok_or(BAD_CURSOR)).transpose()?;
    let size = After::new(None, part.limit).size();
    let command = if part.archived.unwrap_or_default() {
        Command::ListArchived { after, size }
    } else {
        Command::ListConversations { after, size }
    };
    let page: Page<CoreView, ActivityCursor> = caller.ask(command).await?;
    let items = page.items.iter().map(ConversationView::from).collect();
    Ok(Json(ConversationsView { items, next: page.next.as_ref().map(show_cursor) }))
}

/// A place in the list of conversations as a text that means nothing to clients, so that it can change.
fn show_cursor(cursor: &ActivityCursor) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{}.{}", cursor.at.micros(), cursor.conversation))
}

/// The place that a text of ours stands for; none for any other text.
fn read_cursor(text: &str) -> Option<ActivityCursor> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (at, conversation) = std::str::from_utf8(&bytes).ok()?.split_once('.')?;
    let at = Timestamp::from_micros(at.parse().ok()?);
    let cursor = ActivityCursor { at, conversation: ConversationId::new(conversation.parse().ok()?)? };
    (show_cursor(&cursor) == text).then_some(cursor)
}

/// One conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations", params(("id" = i64, Path)),
    responses((status = 200, body = ConversationView)))]
async fn get(caller: Caller, Id(conversation): Id<ConversationId>) -> Result<Json<ConversationView>, Problem> {
    let opened: Opened = caller.ask(Command::GetConversation(conversation)).await?;
    Ok(Json((&opened.view).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cursor_of_ours_is_a_cursor() {
        let conversation = ConversationId::new(7).expect("an id");
        let cursor = ActivityCursor { at: Timestamp::from_micros(1_700_000_000_000_001), conversation };
        let text = show_cursor(&cursor);
        assert_eq!(read_cursor(&text), Some(cursor));
        let forged = |inside: &str| BASE64_URL_SAFE_NO_PAD.encode(inside);
        for bad in [
            "",
            "7",
            &format!("{text}="),
            &forged("1"),
            &forged("1.0"),
            &forged("+1.7"),
            &forged("1.7.7"),
            &forged("a.b"),
        ] {
            assert_eq!(read_cursor(bad), None, "{bad}");
        }
    }
}
