//! Bans: keeping somebody out of a group.

use axum::Json;
use axum::http::StatusCode;
use chat_core::ban::Ban;
use chat_core::command::{ChangedReply, NewBan};
use chat_core::ids::{ConversationId, UserId};
use chat_core::page::Page;
use chat_core::text::Label;
use chat_core::time::Timestamp;
use chat_core::{ChatError, Command};
use chat_transport::wire::BanView;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, Caller, Id, JsonBody, QueryOf};
use super::problem::Problem;
use super::views::ListView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(ban, unban))
}

/// Who may not be in a group, by their ids (admins).
#[utoipa::path(get, path = "/conversations/{id}/bans", tag = "groups", params(("id" = i64, Path), After), responses(
    (status = 200, body = ListView<BanView>),
    (status = 403, description = "Not with this role, or a direct conversation"),
))]
async fn list(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    QueryOf(page): QueryOf<After>,
) -> Result<Json<ListView<BanView>>, Problem> {
    let command = Command::ListBans { conversation, after: page.id(UserId::new)?, size: page.size() };
    let bans: Page<Ban> = caller.ask(command).await?;
    Ok(Json(bans.into()))
}

/// Why, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewBan)]
struct NewBanView {
    /// Why, for those who keep the group in order.
    #[schema(min_length = 1, max_length = 100)]
    reason: Option<String>,
    /// From when on it is over; absent for never.
    until: Option<String>,
}

/// Keep somebody out of a group (admins): who is in it is taken out, and who is not does not come in. Only somebody of a
/// lower role. A ban that is there already is replaced.
#[utoipa::path(put, path = "/conversations/{id}/bans/{user_id}", tag = "groups",
    params(("id" = i64, Path), ("user_id" = i64, Path)), request_body = NewBanView, responses(
    (status = 204, description = "Banned"),
    (status = 403, description = "Not with this role, not somebody of this role, or a direct conversation"),
))]
async fn ban(
    caller: Caller,
    Id((conversation, user)): Id<(ConversationId, UserId)>,
    JsonBody(new): JsonBody<NewBanView>,
) -> Result<StatusCode, Problem> {
    let reason = new.reason.as_deref().map(Label::new).transpose().map_err(ChatError::from)?;
    let moment =
        |text| Timestamp::parse(text).ok_or(Problem::bad_request("A ban ends at a moment to come, in RFC 3339."));
    let until = new.until.as_deref().map(moment).transpose()?;
    caller.ask::<ChangedReply>(Command::Ban(NewBan { conversation, user, reason, until })).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let somebody in again (admins), by themselves or by others.
#[utoipa::path(delete, path = "/conversations/{id}/bans/{user_id}", tag = "groups",
    params(("id" = i64, Path), ("user_id" = i64, Path)), responses(
    (status = 204, description = "Not banned any more"),
    (status = 403, description = "Not with this role, or a direct conversation"),
))]
async fn unban(caller: Caller, Id((conversation, user)): Id<(ConversationId, UserId)>) -> Result<StatusCode, Problem> {
    caller.ask::<ChangedReply>(Command::Unban { conversation, user }).await?;
    Ok(StatusCode::NO_CONTENT)
}
