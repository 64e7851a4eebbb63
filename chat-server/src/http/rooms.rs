//! Rooms: making them, finding them, and coming in.

use axum::Json;
use chat_core::command::{ChangedReply, NewRoom, Opened, RoomQuery};
use chat_core::ids::ConversationId;
use chat_core::page::Page;
use chat_core::room::{Card, Room, Slug, Visibility};
use chat_core::text::{AvatarUrl, Description, Label};
use chat_core::{ChatError, Command, ErrorCode};
use chat_transport::wire::{ConversationView, RoomView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, BAD_CURSOR, Caller, Id, QueryOf};
use super::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(find)).routes(routes!(get)).routes(routes!(join))
}

/// A room to make.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewRoom)]
pub(super) struct NewRoomView {
    /// Its name.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Its name in addresses, unique over all rooms.
    #[schema(pattern = "^[a-z0-9-]{3,64}$")]
    slug: String,
    /// Who finds it: `public` (everybody, who may come in too) or `private` (who is in it).
    visibility: String,
    /// What it is about.
    #[schema(min_length = 1, max_length = 500)]
    description: Option<String>,
    /// Where its picture lies: an https address, or a path of this server.
    #[schema(max_length = 500)]
    avatar_url: Option<String>,
}

impl TryFrom<NewRoomView> for NewRoom {
    type Error = Problem;

    fn try_from(new: NewRoomView) -> Result<Self, Problem> {
        let slug = Slug::new(&new.slug).ok_or(Problem::new(ErrorCode::InvalidSlug))?;
        let visibility = Visibility::parse(&new.visibility);
        let visibility = visibility.ok_or(Problem::bad_request("A room is public or private."))?;
        Ok(Self {
            name: Label::new(&new.name).map_err(ChatError::from)?,
            room: Room { slug, visibility },
            description: new.description.as_deref().map(Description::new).transpose().map_err(ChatError::from)?,
            avatar: new.avatar_url.as_deref().map(AvatarUrl::new).transpose().map_err(ChatError::from)?,
        })
    }
}

/// Which rooms.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// A part of the slug or of the name, in any capitals; absent for all.
    #[param(max_length = 64)]
    q: Option<String>,
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

/// A page of rooms.
#[derive(Debug, Serialize, ToSchema)]
struct RoomsView {
    /// The rooms, by their slugs.
    items: Vec<RoomView>,
    /// Where the following page starts; null on the last one.
    next: Option<String>,
}

/// Public rooms by a part of their slug or name.
#[utoipa::path(get, path = "/rooms", tag = "rooms", params(Wanted), responses((status = 200, body = RoomsView)))]
async fn find(caller: Caller, QueryOf(wanted): QueryOf<Wanted>) -> Result<Json<RoomsView>, Problem> {
    let after = wanted.after.as_deref().map(|text| Slug::new(text).ok_or(BAD_CURSOR)).transpose()?;
    let size = After::new(None, wanted.limit).size();
    let query = RoomQuery { text: wanted.q.unwrap_or_default(), after, size };
    let page: Page<Card, Slug> = caller.ask(Command::FindRooms(query)).await?;
    let items = page.items.iter().filter_map(RoomView::of).collect();
    Ok(Json(RoomsView { items, next: page.next.map(|slug| slug.as_str().to_owned()) }))
}

/// The room of a slug: a public one, or one that the asker is in.
#[utoipa::path(get, path = "/rooms/{slug}", tag = "rooms", params(("slug" = String, Path)),
    responses((status = 200, body = RoomView)))]
async fn get(caller: Caller, Id(slug): Id<Slug>) -> Result<Json<RoomView>, Problem> {
    let card: Card = caller.ask(Command::GetRoom(slug)).await?;
    Ok(Json(RoomView::of(&card).ok_or(Problem::new(ErrorCode::NotFound))?))
}

/// Come into a public room. Who is in it already stays what they are.
#[utoipa::path(post, path = "/conversations/{id}/join", tag = "rooms", params(("id" = i64, Path)), responses(
    (status = 200, description = "The room, with the asker in it", body = ConversationView),
    (status = 403, description = "Banned from it"),
    (status = 404, description = "No public room"),
    (status = 409, description = "The room is full"),
))]
async fn join(caller: Caller, Id(conversation): Id<ConversationId>) -> Result<Json<ConversationView>, Problem> {
    caller.ask::<ChangedReply>(Command::Join(conversation)).await?;
    let opened: Opened = caller.ask(Command::GetConversation(conversation)).await?;
    Ok(Json((&opened.view).into()))
}
