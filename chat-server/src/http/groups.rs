//! Groups: what they are called, who is in them, and what each may do.

use axum::Json;
use axum::http::StatusCode;
use chat_core::command::{ChangedReply, Opened};
use chat_core::conversation::{Member, Role};
use chat_core::ids::{ConversationId, UserId};
use chat_core::page::Page;
use chat_core::{Command, ErrorCode};
use chat_transport::wire::{ConversationView, GroupUpdateView, MemberView};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, Caller, Id, JsonBody, QueryOf};
use super::problem::Problem;
use super::views::ListView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(update))
        .routes(routes!(members, add))
        .routes(routes!(set_role, remove))
        .routes(routes!(leave))
}

/// Change a group itself: its name, what it is about, its picture (admins), what newcomers see of the past (owners).
#[utoipa::path(patch, path = "/conversations/{id}", tag = "groups", params(("id" = i64, Path)),
    request_body = GroupUpdateView, responses(
    (status = 200, description = "The group as it is now", body = ConversationView),
    (status = 403, description = "Not with this role, or a direct conversation"),
))]
async fn update(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    JsonBody(update): JsonBody<GroupUpdateView>,
) -> Result<Json<ConversationView>, Problem> {
    let command = Command::UpdateGroup { conversation, update: update.try_into()? };
    caller.ask::<ChangedReply>(command).await?;
    let opened: Opened = caller.ask(Command::GetConversation(conversation)).await?;
    Ok(Json((&opened.view).into()))
}

/// Its members.
#[utoipa::path(get, path = "/conversations/{id}/members", tag = "groups", params(("id" = i64, Path), After),
    responses((status = 200, body = ListView<MemberView>)))]
async fn members(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    QueryOf(page): QueryOf<After>,
) -> Result<Json<ListView<MemberView>>, Problem> {
    let command = Command::ListMembers { conversation, after: page.id(UserId::new)?, size: page.size() };
    let members: Page<Member> = caller.ask(command).await?;
    Ok(Json(members.into()))
}

/// Who comes in.
#[derive(Debug, Deserialize, ToSchema)]
struct NewMembers {
    /// At most 100 users; those who are in it already stay what they are.
    #[schema(max_items = 100)]
    user_ids: Vec<i64>,
}

/// Bring users into a group as members (admins).
#[utoipa::path(post, path = "/conversations/{id}/members", tag = "groups", params(("id" = i64, Path)),
    request_body = NewMembers, responses(
    (status = 200, description = "The group as it is now", body = ConversationView),
    (status = 403, description = "Not with this role, not with one of these users, or a direct conversation"),
    (status = 404, description = "No such user; nobody came in"),
    (status = 409, description = "The group is full; nobody came in"),
))]
async fn add(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    JsonBody(new): JsonBody<NewMembers>,
) -> Result<Json<ConversationView>, Problem> {
    let users: Option<Vec<_>> = new.user_ids.into_iter().map(UserId::new).collect();
    let users = users.ok_or(Problem::new(ErrorCode::NotFound))?;
    caller.ask::<ChangedReply>(Command::AddMembers { conversation, users }).await?;
    let opened: Opened = caller.ask(Command::GetConversation(conversation)).await?;
    Ok(Json((&opened.view).into()))
}

/// What a member is from now on.
#[derive(Debug, Deserialize, ToSchema)]
struct NewRole {
    /// `owner`, `admin` or `member`.
    role: String,
}

/// Let a member do more or less (owners). A group always has an owner.
#[utoipa::path(patch, path = "/conversations/{id}/members/{user_id}", tag = "groups",
    params(("id" = i64, Path), ("user_id" = i64, Path)), request_body = NewRole, responses(
    (status = 204, description = "Set"),
    (status = 403, description = "Not with this role, or a direct conversation"),
    (status = 409, description = "The only owner stays one"),
))]
async fn set_role(
    caller: Caller,
    Id((conversation, user)): Id<(ConversationId, UserId)>,
    JsonBody(new): JsonBody<NewRole>,
) -> Result<StatusCode, Problem> {
    let role = Role::parse(&new.role).ok_or(Problem::bad_request("A role is owner, admin or member."))?;
    caller.ask::<ChangedReply>(Command::SetRole { conversation, user, role }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a member out of a group: an owner anybody, an admin members. Oneself is to leave.
#[utoipa::path(delete, path = "/conversations/{id}/members/{user_id}", tag = "groups",
    params(("id" = i64, Path), ("user_id" = i64, Path)), responses(
    (status = 204, description = "Out"),
    (status = 403, description = "Not with this role, or a direct conversation"),
    (status = 409, description = "The only owner of a group with others in it"),
))]
async fn remove(caller: Caller, Id((conversation, user)): Id<(ConversationId, UserId)>) -> Result<StatusCode, Problem> {
    caller.ask::<ChangedReply>(Command::RemoveMember { conversation, user }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave a group.
#[utoipa::path(post, path = "/conversations/{id}/leave", tag = "groups", params(("id" = i64, Path)), responses(
    (status = 204, description = "Left"),
    (status = 403, description = "A direct conversation always has both"),
    (status = 409, description = "The only owner of a group with others in it"),
))]
async fn leave(caller: Caller, Id(conversation): Id<ConversationId>) -> Result<StatusCode, Problem> {
    let user = caller.identity().user;
    caller.ask::<ChangedReply>(Command::RemoveMember { conversation, user }).await?;
    Ok(StatusCode::NO_CONTENT)
}
