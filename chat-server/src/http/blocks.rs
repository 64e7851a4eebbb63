//! Blocks: whom one does not want to hear from.

use axum::Json;
use axum::http::StatusCode;
use chat_core::Command;
use chat_core::command::{Profile, UserPageQuery};
use chat_core::ids::UserId;
use chat_core::page::Page;
use chat_transport::wire::UserView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, Caller, Id, JsonBody, QueryOf};
use super::friends::ToUser;
use super::problem::Problem;
use super::views::ListView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(put, remove))
}

/// The users that one blocks.
#[utoipa::path(get, path = "/blocks", tag = "blocks", params(After), responses((status = 200, body = ListView<UserView>)))]
async fn list(caller: Caller, QueryOf(page): QueryOf<After>) -> Result<Json<ListView<UserView>>, Problem> {
    let query = UserPageQuery { after: page.id(UserId::new)?, size: page.size() };
    let blocked: Page<Profile> = caller.ask(Command::ListBlocks(query)).await?;
    Ok(Json(blocked.into()))
}

/// Block a user. It ends a friendship and pending requests; the other side is told nothing.
#[utoipa::path(post, path = "/blocks", tag = "blocks", request_body = ToUser, responses(
    (status = 201, description = "Blocked", body = UserView),
    (status = 404, description = "No such user"),
))]
async fn add(caller: Caller, JsonBody(whom): JsonBody<ToUser>) -> Result<(StatusCode, Json<UserView>), Problem> {
    let blocked: Profile = caller.ask(Command::Block(whom.user()?)).await?;
    Ok((StatusCode::CREATED, Json((&blocked).into())))
}

/// Block a user, by path.
#[utoipa::path(put, path = "/blocks/{user_id}", tag = "blocks", params(("user_id" = i64, Path)),
    responses((status = 204, description = "Blocked"), (status = 400, description = "Oneself")))]
async fn put(caller: Caller, Id(user): Id<UserId>) -> Result<StatusCode, Problem> {
    caller.ask::<Profile>(Command::Block(user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lift a block.
#[utoipa::path(delete, path = "/blocks/{user_id}", tag = "blocks", params(("user_id" = i64, Path)),
    responses((status = 204, description = "Not blocked any more"), (status = 400, description = "Oneself")))]
async fn remove(caller: Caller, Id(user): Id<UserId>) -> Result<StatusCode, Problem> {
    caller.ask::<()>(Command::Unblock(user)).await?;
    Ok(StatusCode::NO_CONTENT)
}
