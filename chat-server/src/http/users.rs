//! Users: one's own account, others, presence, and one's own log.

use axum::Json;
use chat_core::Command;
use chat_core::command::{Me, OwnChanges, Profile};
use chat_core::ids::UserId;
use chat_core::page::Page;
use chat_core::presence::{Presence, Status};
use chat_core::text::Label;
use chat_core::{ChatError, ErrorCode};
use chat_transport::wire::{PresenceView, ProfileUpdateView, UserView};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, Caller, Id, JsonBody, QueryOf};
use super::problem::Problem;
use super::views::{ChangesView, ListView};
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(find))
        .routes(routes!(me, update))
        .routes(routes!(own_changes))
        .routes(routes!(own_presence, set_presence))
        .routes(routes!(online))
        .routes(routes!(get))
}

/// One's own account.
#[utoipa::path(get, path = "/users/me", tag = "users", responses((status = 200, body = UserView)))]
async fn me(caller: Caller) -> Result<Json<UserView>, Problem> {
    let me: Me = caller.ask(Command::GetMe).await?;
    Ok(Json((&Profile { user: me.user, presence: me.presence }).into()))
}

/// Say something else of oneself: what one wants to be called, a few words, a picture.
#[utoipa::path(patch, path = "/users/me", tag = "users", request_body = ProfileUpdateView,
    responses((status = 200, description = "Oneself from now on", body = UserView)))]
async fn update(caller: Caller, JsonBody(update): JsonBody<ProfileUpdateView>) -> Result<Json<UserView>, Problem> {
    let profile: Profile = caller.ask(Command::UpdateProfile(update.try_into()?)).await?;
    Ok(Json((&profile).into()))
}

/// A user.
#[utoipa::path(get, path = "/users/{id}", tag = "users", params(("id" = i64, Path)), responses((status = 200, body = UserView)))]
async fn get(caller: Caller, Id(user): Id<UserId>) -> Result<Json<UserView>, Problem> {
    let profile: Profile = caller.ask(Command::GetUser(user)).await?;
    Ok(Json((&profile).into()))
}

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Search {
    /// The beginning of the user name or of the display name; capitals do not matter.
    #[serde(default)]
    q: String,
    /// The `next` of the page before; absent for the first page.
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    after: Option<i64>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

/// Users whose user name or display name begins with a text.
#[utoipa::path(get, path = "/users", tag = "users", params(Search), responses(
    (status = 200, body = ListView<UserView>),
    (status = 413, description = "The text is longer than any name"),
))]
async fn find(caller: Caller, QueryOf(search): QueryOf<Search>) -> Result<Json<ListView<UserView>>, Problem> {
    let page = After::new(search.after, search.limit);
    let command = Command::FindUsers { query: search.q, after: page.id(UserId::new)?, size: page.size() };
    let users: Page<Profile> = caller.ask(command).await?;
    Ok(Json(users.into()))
}

/// Those whose presence one may see and who are not offline.
#[utoipa::path(get, path = "/users/online", tag = "users", responses((status = 200, body = ListView<PresenceView>)))]
async fn online(caller: Caller) -> Result<Json<ListView<PresenceView>>, Problem> {
    let online: Vec<Presence> = caller.ask(Command::ListOnline).await?;
    Ok(Json(ListView::whole(online.iter().map(PresenceView::from).collect())))
}

/// What others see of oneself.
#[utoipa::path(get, path = "/users/me/presence", tag = "users", responses((status = 200, body = PresenceView)))]
async fn own_presence(caller: Caller) -> Result<Json<PresenceView>, Problem> {
    let me: Me = caller.ask(Command::GetMe).await?;
    Ok(Json((&me.presence).into()))
}

/// What others shall see of oneself while one is connected.
#[derive(Debug, Deserialize, ToSchema)]
struct NewPresence {
    /// `online`, `away`, `busy` or `offline` (connected, and shown to others as offline).
    #[schema(pattern = "^(online|away|busy|offline)$")]
    status: String,
    /// The line beside it; absent, null or blank removes it.
    #[schema(max_length = 100)]
    message: Option<String>,
}

/// Choose what others see.
#[utoipa::path(put, path = "/users/me/presence", tag = "users", request_body = NewPresence,
    responses((status = 200, body = PresenceView)))]
async fn set_presence(caller: Caller, JsonBody(new): JsonBody<NewPresence>) -> Result<Json<PresenceView>, Problem> {
    let status =
        Status::parse(&new.status).ok_or(Problem::bad_request("The status is online, away, busy or offline."))?;
    let message = new.message.as_deref().filter(|text| !text.trim().is_empty());
    let message = message.map(Label::new).transpose().map_err(ChatError::from)?;
    let presence: Vec<Presence> = caller.ask(Command::SetPresence { status, message }).await?;
    presence.first().map(|presence| Json(presence.into())).ok_or_else(|| ErrorCode::Internal.into())
}

/// Every change of one's own log after a point.
#[utoipa::path(get, path = "/users/me/changes", tag = "users", params(After), responses((status = 200, body = ChangesView)))]
async fn own_changes(caller: Caller, QueryOf(page): QueryOf<After>) -> Result<Json<ChangesView>, Problem> {
    let changes: OwnChanges = caller.ask(Command::ListOwnChanges { after: page.seq()?, size: page.size() }).await?;
    Ok(Json((&changes).into()))
}
