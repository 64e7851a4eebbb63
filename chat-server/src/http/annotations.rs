//! What is done to messages after they were said: edits, deletion, emoji, pins; and reading all of that.

use axum::Json;
use axum::http::StatusCode;
use chat_core::ChatError;
use chat_core::Command;
use chat_core::command::{ChangedReply, MessageTarget, Profile, Receipts};
use chat_core::ids::{ConversationId, MessageId, UserId};
use chat_core::message::{FormerBody, MessageView as Dressed};
use chat_core::page::Page;
use chat_core::reaction::Emoji;
use chat_core::text::Body;
use chat_transport::wire::{FormerBodyView, MessageView, ReceiptsView, UserView};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, Caller, Id, JsonBody, QueryOf, seq};
use super::problem::Problem;
use super::views::ListView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(edit, delete))
        .routes(routes!(former_bodies))
        .routes(routes!(reactors, react, unreact))
        .routes(routes!(replies))
        .routes(routes!(receipts))
        .routes(routes!(pins))
        .routes(routes!(pin, unpin))
}

/// A message's new text.
#[derive(Debug, Deserialize, ToSchema)]
struct NewBody {
    /// What it says from now on: at most 8,000 characters, and something to see.
    #[schema(min_length = 1, max_length = 8000)]
    body: String,
}

/// Edit one's own message. What it said before stays in its history.
#[utoipa::path(patch, path = "/messages/{id}", tag = "messages", params(("id" = i64, Path)),
    request_body = NewBody, responses(
    (status = 200, description = "The message as it is now", body = MessageView),
    (status = 403, description = "Somebody else's, a block stands between, or it cannot be said here"),
    (status = 409, description = "It was deleted"),
))]
async fn edit(
    caller: Caller,
    Id(message): Id<MessageId>,
    JsonBody(new): JsonBody<NewBody>,
) -> Result<Json<MessageView>, Problem> {
    let body = Body::new(new.body).map_err(ChatError::from)?;
    caller.ask::<ChangedReply>(Command::EditMessage { message: message.into(), body }).await?;
    let message: Dressed = caller.ask(Command::GetMessage(message)).await?;
    Ok(Json((&message).into()))
}

/// Delete a message for everybody: one's own, or as an admin anybody's. Its text, its history and what was put on it are gone.
#[utoipa::path(delete, path = "/messages/{id}", tag = "messages", params(("id" = i64, Path)), responses(
    (status = 204, description = "Deleted"),
    (status = 403, description = "Somebody else's"),
))]
async fn delete(caller: Caller, Id(message): Id<MessageId>) -> Result<StatusCode, Problem> {
    caller.ask::<ChangedReply>(Command::DeleteMessage(message.into())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a message said before its edits, oldest first.
#[utoipa::path(get, path = "/messages/{id}/history", tag = "messages", params(("id" = i64, Path)),
    responses((status = 200, body = ListView<FormerBodyView>)))]
async fn former_bodies(caller: Caller, Id(message): Id<MessageId>) -> Result<Json<ListView<FormerBodyView>>, Problem> {
    let former: Vec<FormerBody> = caller.ask(Command::ListFormerBodies(message)).await?;
    Ok(Json(ListView::whole(former.iter().map(FormerBodyView::from).collect())))
}

/// Who put an emoji on a message.
#[utoipa::path(get, path = "/messages/{id}/reactions/{emoji}", tag = "messages",
    params(("id" = i64, Path), ("emoji" = String, Path), After), responses((status = 200, body = ListView<UserView>)))]
async fn reactors(
    caller: Caller,
    Id((message, emoji)): Id<(MessageId, Emoji)>,
    QueryOf(page): QueryOf<After>,
) -> Result<Json<ListView<UserView>>, Problem> {
    let command = Command::ListReactors { message, emoji, after: page.id(UserId::new)?, size: page.size() };
    let users: Page<Profile> = caller.ask(command).await?;
    Ok(Json(users.into()))
}

/// Put an emoji on a message.
#[utoipa::path(put, path = "/messages/{id}/reactions/{emoji}", tag = "messages",
    params(("id" = i64, Path), ("emoji" = String, Path)), responses(
    (status = 204, description = "It is there"),
    (status = 403, description = "A block stands between"),
    (status = 409, description = "The message was deleted"),
))]
async fn react(caller: Caller, Id((message, emoji)): Id<(MessageId, Emoji)>) -> Result<StatusCode, Problem> {
    caller.ask::<ChangedReply>(Command::AddReaction(message.into(), emoji)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take one's emoji back.
#[utoipa::path(delete, path = "/messages/{id}/reactions/{emoji}", tag = "messages",
    params(("id" = i64, Path), ("emoji" = String, Path)), responses(
    (status = 204, description = "It is not there"),
    (status = 403, description = "A block stands between"),
    (status = 409, description = "The message was deleted"),
))]
async fn unreact(caller: Caller, Id((message, emoji)): Id<(MessageId, Emoji)>) -> Result<StatusCode, Problem> {
    caller.ask::<ChangedReply>(Command::RemoveReaction(message.into(), emoji)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The messages that answer a message, oldest first.
#[utoipa::path(get, path = "/messages/{id}/replies", tag = "messages", params(("id" = i64, Path), After),
    responses((status = 200, body = ListView<MessageView>)))]
async fn replies(
    caller: Caller,
    Id(message): Id<MessageId>,
    QueryOf(page): QueryOf<After>,
) -> Result<Json<ListView<MessageView>>, Problem> {
    let command = Command::ListReplies { message, after: page.seq()?, size: page.size() };
    let replies: Page<Dressed> = caller.ask(command).await?;
    Ok(Json(replies.into()))
}

/// How far a message got: with how many, and with whom. Everybody who sees the message may know.
#[utoipa::path(get, path = "/messages/{id}/receipts", tag = "messages", params(("id" = i64, Path), After),
    responses((status = 200, body = ReceiptsView)))]
async fn receipts(
    caller: Caller,
    Id(message): Id<MessageId>,
    QueryOf(page): QueryOf<After>,
) -> Result<Json<ReceiptsView>, Problem> {
    let command = Command::ListReceipts { message, after: page.id(UserId::new)?, size: page.size() };
    let receipts: Receipts = caller.ask(command).await?;
    Ok(Json((&receipts).into()))
}

/// Which part of the pins.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BeforePin {
    /// The `next` of the page before; absent for the first page.
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    before: Option<i64>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

/// The pinned messages of a conversation, the latest pin first.
#[utoipa::path(get, path = "/conversations/{id}/pins", tag = "messages", params(("id" = i64, Path), BeforePin),
    responses((status = 200, body = ListView<MessageView>)))]
async fn pins(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    QueryOf(part): QueryOf<BeforePin>,
) -> Result<Json<ListView<MessageView>>, Problem> {
    let size = After::new(None, part.limit).size();
    let before = part.before.map(seq).transpose()?;
    let pins: Page<Dressed> = caller.ask(Command::ListPins { conversation, before, size }).await?;
    Ok(Json(pins.into()))
}

/// Pin a message: in a group as an admin, in a direct conversation both.
#[utoipa::path(put, path = "/conversations/{id}/pins/{message_id}", tag = "messages",
    params(("id" = i64, Path), ("message_id" = i64, Path)), responses(
    (status = 204, description = "It is pinned"),
    (status = 403, description = "Not with this role, or a block stands between"),
    (status = 409, description = "The message was deleted"),
))]
async fn pin(
    caller: Caller,
    Id((conversation, message)): Id<(ConversationId, MessageId)>,
) -> Result<StatusCode, Problem> {
    let target = MessageTarget { id: message, within: Some(conversation) };
    caller.ask::<ChangedReply>(Command::PinMessage(target)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a pin off.
#[utoipa::path(delete, path = "/conversations/{id}/pins/{message_id}", tag = "messages",
    params(("id" = i64, Path), ("message_id" = i64, Path)), responses(
    (status = 204, description = "It is not pinned"),
    (status = 403, description = "Not with this role, or a block stands between"),
    (status = 409, description = "The message was deleted"),
))]
async fn unpin(
    caller: Caller,
    Id((conversation, message)): Id<(ConversationId, MessageId)>,
) -> Result<StatusCode, Problem> {
    let target = MessageTarget { id: message, within: Some(conversation) };
    caller.ask::<ChangedReply>(Command::UnpinMessage(target)).await?;
    Ok(StatusCode::NO_CONTENT)
}
