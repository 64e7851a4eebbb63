//! Invites: codes by which whoever has one comes into a group.

use axum::Json;
use axum::http::StatusCode;
use chat_core::Command;
use chat_core::command::{ChangedReply, NewInvite, Opened};
use chat_core::ids::ConversationId;
use chat_core::invite::{Invite, InviteCode};
use chat_core::page::Page;
use chat_core::room::Card;
use chat_transport::wire::{ConversationView, InvitePreviewView, InviteView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, BAD_CURSOR, Caller, Id, JsonBody, QueryOf};
use super::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(revoke))
        .routes(routes!(preview))
        .routes(routes!(join))
}

/// What an invite is good for.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewInvite)]
struct NewInviteView {
    /// For how many seconds it lets in; absent for ever.
    #[schema(minimum = 1, maximum = 315_360_000)]
    expires_in: Option<u32>,
    /// How many it lets in; absent for any number.
    #[schema(minimum = 1)]
    max_uses: Option<u32>,
}

/// Make an invite (admins). Whoever has its code comes in, other than the banned.
#[utoipa::path(post, path = "/conversations/{id}/invites", tag = "invites", params(("id" = i64, Path)),
    request_body = NewInviteView, responses(
    (status = 201, description = "Made", body = InviteView),
    (status = 403, description = "Not with this role, or a direct conversation"),
))]
async fn create(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    JsonBody(new): JsonBody<NewInviteView>,
) -> Result<(StatusCode, Json<InviteView>), Problem> {
    let NewInviteView { expires_in, max_uses } = new;
    let invite: Invite = caller.ask(Command::CreateInvite(NewInvite { conversation, expires_in, max_uses })).await?;
    Ok((StatusCode::CREATED, Json((&invite).into())))
}

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ByCode {
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

/// A page of invites.
#[derive(Debug, Serialize, ToSchema)]
struct InvitesView {
    /// The invites that still let somebody in, by their codes.
    items: Vec<InviteView>,
    /// Where the following page starts; null on the last one.
    next: Option<String>,
}

/// The invites that still let somebody in (admins).
#[utoipa::path(get, path = "/conversations/{id}/invites", tag = "invites", params(("id" = i64, Path), ByCode), responses(
    (status = 200, body = InvitesView),
    (status = 403, description = "Not with this role, or a direct conversation"),
))]
async fn list(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    QueryOf(part): QueryOf<ByCode>,
) -> Result<Json<InvitesView>, Problem> {
    let after = part.after.as_deref().map(|text| InviteCode::new(text).ok_or(BAD_CURSOR)).transpose()?;
    let size = After::new(None, part.limit).size();
    let page: Page<Invite, InviteCode> = caller.ask(Command::ListInvites { conversation, after, size }).await?;
    let items = page.items.iter().map(InviteView::from).collect();
    Ok(Json(InvitesView { items, next: page.next.map(|code| code.as_str().to_owned()) }))
}

/// Take an invite back (admins).
#[utoipa::path(delete, path = "/conversations/{id}/invites/{code}", tag = "invites",
    params(("id" = i64, Path), ("code" = String, Path)), responses(
    (status = 204, description = "It lets nobody in any more"),
    (status = 403, description = "Not with this role, or a direct conversation"),
))]
async fn revoke(
    caller: Caller,
    Id((conversation, code)): Id<(ConversationId, InviteCode)>,
) -> Result<StatusCode, Problem> {
    caller.ask::<ChangedReply>(Command::RevokeInvite { conversation, code }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an invite leads to. One that has ended, was used up or was taken back leads nowhere.
#[utoipa::path(get, path = "/invites/{code}", tag = "invites", params(("code" = String, Path)),
    responses((status = 200, body = InvitePreviewView)))]
async fn preview(caller: Caller, Id(code): Id<InviteCode>) -> Result<Json<InvitePreviewView>, Problem> {
    let found: (Invite, Card) = caller.ask(Command::GetInvite(code)).await?;
    Ok(Json((&found).into()))
}

/// Come in by an invite. Who is in it already stays what they are, and uses nothing up.
#[utoipa::path(post, path = "/invites/{code}/join", tag = "invites", params(("code" = String, Path)), responses(
    (status = 201, description = "The group, with the asker in it", body = ConversationView),
    (status = 200, description = "The asker was in it already", body = ConversationView),
    (status = 403, description = "Banned from a public room"),
    (status = 409, description = "The group is full"),
))]
async fn join(caller: Caller, Id(code): Id<InviteCode>) -> Result<(StatusCode, Json<ConversationView>), Problem> {
    let opened: Opened = caller.ask(Command::JoinByInvite(code)).await?;
    let status = if opened.fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json((&opened.view).into())))
}
