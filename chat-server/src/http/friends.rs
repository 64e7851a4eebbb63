//! Friends, and the requests to become friends.

use axum::Json;
use axum::http::StatusCode;
use chat_core::command::{Direction, Profile, UserPageQuery};
use chat_core::ids::{FriendRequestId, UserId};
use chat_core::page::Page;
use chat_core::relation::{FriendRequest, RequestStatus};
use chat_core::{Command, ErrorCode};
use chat_transport::wire::{FriendRequestView, UserView};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, Caller, Id, JsonBody, QueryOf};
use super::problem::Problem;
use super::views::ListView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(unfriend))
        .routes(routes!(requests, request))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(withdraw))
}

/// A user who is meant.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ToUser {
    /// Who.
    #[schema(minimum = 1, maximum = 9007199254740991_i64)]
    user_id: i64,
}

impl ToUser {
    /// Who; what is no id is nobody's.
    pub(crate) fn user(&self) -> Result<UserId, Problem> {
        UserId::new(self.user_id).ok_or_else(|| ErrorCode::NotFound.into())
    }
}

/// One's friends.
#[utoipa::path(get, path = "/friends", tag = "friends", params(After), responses((status = 200, body = ListView<UserView>)))]
async fn list(caller: Caller, QueryOf(page): QueryOf<After>) -> Result<Json<ListView<UserView>>, Problem> {
    let query = UserPageQuery { after: page.id(UserId::new)?, size: page.size() };
    let friends: Page<Profile> = caller.ask(Command::ListFriends(query)).await?;
    Ok(Json(friends.into()))
}

/// End a friendship.
#[utoipa::path(delete, path = "/friends/{user_id}", tag = "friends", params(("user_id" = i64, Path)),
    responses((status = 204, description = "No friends any more"), (status = 400, description = "Oneself")))]
async fn unfriend(caller: Caller, Id(user): Id<UserId>) -> Result<StatusCode, Problem> {
    caller.ask::<()>(Command::Unfriend(user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask a user to become friends. If they asked already, it is their request that is accepted.
#[utoipa::path(post, path = "/friends/requests", tag = "friends", request_body = ToUser, responses(
    (status = 201, description = "Asked", body = FriendRequestView),
    (status = 200, description = "They had asked already: friends now", body = FriendRequestView),
    (status = 403, description = "The caller blocks this user"),
    (status = 404, description = "No such user"),
    (status = 409, description = "Asked before, or friends already"),
))]
async fn request(
    caller: Caller,
    JsonBody(to): JsonBody<ToUser>,
) -> Result<(StatusCode, Json<FriendRequestView>), Problem> {
    let request: FriendRequest = caller.ask(Command::RequestFriend(to.user()?)).await?;
    let status = if request.status == RequestStatus::Pending { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json((&request).into())))
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those to oneself, or only those from oneself.
    #[param(inline)]
    direction: Option<DirectionName>,
    /// The `next` of the page before; absent for the first page.
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    after: Option<i64>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DirectionName {
    Incoming,
    Outgoing,
}

/// Pending requests to and from oneself.
#[utoipa::path(get, path = "/friends/requests", tag = "friends", params(Which),
    responses((status = 200, body = ListView<FriendRequestView>)))]
async fn requests(
    caller: Caller,
    QueryOf(which): QueryOf<Which>,
) -> Result<Json<ListView<FriendRequestView>>, Problem> {
    let page = After::new(which.after, which.limit);
    let direction = which.direction.map(|direction| match direction {
        DirectionName::Incoming => Direction::Incoming,
        DirectionName::Outgoing => Direction::Outgoing,
    });
    let command = Command::ListRequests { direction, after: page.id(FriendRequestId::new)?, size: page.size() };
    let requests: Page<FriendRequest> = caller.ask(command).await?;
    Ok(Json(requests.into()))
}

/// Say yes to a request.
#[utoipa::path(post, path = "/friends/requests/{id}/accept", tag = "friends", params(("id" = i64, Path)),
    responses((status = 200, body = FriendRequestView)))]
async fn accept(caller: Caller, Id(request): Id<FriendRequestId>) -> Result<Json<FriendRequestView>, Problem> {
    let request: FriendRequest = caller.ask(Command::AcceptFriend(request)).await?;
    Ok(Json((&request).into()))
}

/// Say no to a request.
#[utoipa::path(post, path = "/friends/requests/{id}/decline", tag = "friends", params(("id" = i64, Path)),
    responses((status = 200, body = FriendRequestView)))]
async fn decline(caller: Caller, Id(request): Id<FriendRequestId>) -> Result<Json<FriendRequestView>, Problem> {
    let request: FriendRequest = caller.ask(Command::DeclineFriend(request)).await?;
    Ok(Json((&request).into()))
}

/// Withdraw one's own request.
#[utoipa::path(delete, path = "/friends/requests/{id}", tag = "friends", params(("id" = i64, Path)),
    responses((status = 204, description = "Withdrawn")))]
async fn withdraw(caller: Caller, Id(request): Id<FriendRequestId>) -> Result<StatusCode, Problem> {
    caller.ask::<FriendRequest>(Command::CancelFriend(request)).await?;
    Ok(StatusCode::NO_CONTENT)
}
