//! What one keeps of a conversation for oneself alone: settings and a draft.

use axum::Json;
use axum::http::StatusCode;
use chat_core::Command;
use chat_core::command::{DraftReply, SettingsReply};
use chat_core::ids::ConversationId;
use chat_transport::wire::{DraftView, NewDraftView, SettingsUpdateView, SettingsView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Caller, Id, JsonBody};
use super::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(set)).routes(routes!(keep, forget))
}

/// Mute a conversation, or put it away. Nobody else hears of it; one's other devices do.
#[utoipa::path(patch, path = "/conversations/{id}/settings", tag = "conversations", params(("id" = i64, Path)),
    request_body = SettingsUpdateView,
    responses((status = 200, description = "The settings as they are now", body = SettingsView)))]
async fn set(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    JsonBody(update): JsonBody<SettingsUpdateView>,
) -> Result<Json<SettingsView>, Problem> {
    let command = Command::UpdateSettings { conversation, update: update.try_into()? };
    let settings: SettingsReply = caller.ask(command).await?;
    Ok(Json((&settings).into()))
}

/// Keep what one has begun to write, in place of what was kept before.
#[utoipa::path(put, path = "/conversations/{id}/draft", tag = "conversations", params(("id" = i64, Path)),
    request_body = NewDraftView, responses(
    (status = 200, description = "Kept", body = DraftView),
    (status = 409, description = "The message that it is going to answer was deleted"),
))]
async fn keep(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    JsonBody(new): JsonBody<NewDraftView>,
) -> Result<Json<Option<DraftView>>, Problem> {
    let command = Command::SetDraft { conversation, draft: Some(new.try_into()?) };
    let reply: DraftReply = caller.ask(command).await?;
    Ok(Json(reply.draft.as_ref().map(DraftView::from)))
}

/// Forget what one has begun to write.
#[utoipa::path(delete, path = "/conversations/{id}/draft", tag = "conversations", params(("id" = i64, Path)),
    responses((status = 204, description = "Forgotten, also if there was nothing")))]
async fn forget(caller: Caller, Id(conversation): Id<ConversationId>) -> Result<StatusCode, Problem> {
    caller.ask::<DraftReply>(Command::SetDraft { conversation, draft: None }).await?;
    Ok(StatusCode::NO_CONTENT)
}
