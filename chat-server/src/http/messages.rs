//! Messages: sending, reading back, what changed, and what was read.

use axum::Json;
use axum::http::StatusCode;
use chat_core::command::{
    Around, Changes, ForwardMessage, History, HistoryStart, MarksReply, MessageTarget, Place, ReadTarget, SendMessage,
    Sent, Surroundings,
};
use chat_core::ids::{ConversationId, MessageId, Seq};
use chat_core::message::MessageView as Dressed;
use chat_core::page::Page;
use chat_core::text::{Body, ClientId};
use chat_core::time::Timestamp;
use chat_core::{ChatError, Command, ErrorCode};
use chat_transport::wire::{MarksView, MessageView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, Caller, Id, JsonBody, QueryOf, seq};
use super::problem::Problem;
use super::views::ChangesView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(history, send))
        .routes(routes!(changes))
        .routes(routes!(read))
        .routes(routes!(typing))
        .routes(routes!(get))
        .routes(routes!(forward))
}

/// What is no key.
const BAD_KEY: Problem = Problem::bad_request("A client_id is 1 to 64 visible ASCII characters.");

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
struct NewMessage {
    /// What to say: at most 8,000 characters, and something to see.
    #[schema(min_length = 1, max_length = 8000)]
    body: String,
    /// The sender's key for this attempt, 1 to 64 visible ASCII characters; a repeat with the same key is the same message.
    #[schema(min_length = 1, max_length = 64)]
    client_id: Option<String>,
    /// The message of the same conversation that it answers.
    #[schema(minimum = 1, maximum = 9007199254740991_i64)]
    reply_to: Option<i64>,
}

impl NewMessage {
    fn to(self, conversation: ConversationId) -> Result<Command, Problem> {
        Ok(Command::SendMessage(SendMessage {
            conversation,
            body: Body::new(self.body).map_err(ChatError::from)?,
            client_id: self.client_id.map(ClientId::new).transpose().map_err(|_| BAD_KEY)?,
            reply_to: self.reply_to.map(message_id).transpose()?,
        }))
    }
}

/// A message's id; what is no id is no message's.
fn message_id(id: i64) -> Result<MessageId, Problem> {
    MessageId::new(id).ok_or_else(|| ErrorCode::NotFound.into())
}

/// Send a message. A repeat of its `client_id` answers the first one and stores nothing.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "messages", params(("id" = i64, Path)),
    request_body = NewMessage, responses(
    (status = 201, description = "Stored", body = MessageView),
    (status = 200, description = "Stored before, under the same client_id", body = MessageView),
    (status = 403, description = "A block stands between, or it cannot be said here"),
    (status = 409, description = "The client_id belongs to another message"),
))]
async fn send(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    JsonBody(new): JsonBody<NewMessage>,
) -> Result<(StatusCode, Json<MessageView>), Problem> {
    let sent: Sent = caller.ask(new.to(conversation)?).await?;
    let status = if sent.fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json((&sent.message).into())))
}

/// Where to hand a message on.
#[derive(Debug, Deserialize, ToSchema)]
struct ForwardTo {
    /// The conversation to say it in.
    #[schema(minimum = 1, maximum = 9007199254740991_i64)]
    conversation_id: i64,
    /// The sender's key for this attempt, 1 to 64 visible ASCII characters; a repeat with the same key is the same message.
    #[schema(min_length = 1, max_length = 64)]
    client_id: Option<String>,
}

/// Say in one conversation what somebody said in another. The copy stays whatever becomes of its source.
#[utoipa::path(post, path = "/messages/{id}/forward", tag = "messages", params(("id" = i64, Path)),
    request_body = ForwardTo, responses(
    (status = 201, description = "Stored", body = MessageView),
    (status = 200, description = "Stored before, under the same client_id", body = MessageView),
    (status = 403, description = "A block stands between"),
    (status = 409, description = "The client_id belongs to another message, or this one was deleted"),
))]
async fn forward(
    caller: Caller,
    Id(message): Id<MessageId>,
    JsonBody(to): JsonBody<ForwardTo>,
) -> Result<(StatusCode, Json<MessageView>), Problem> {
    let conversation = ConversationId::new(to.conversation_id).ok_or(Problem::new(ErrorCode::NotFound))?;
    let client_id = to.client_id.map(ClientId::new).transpose().map_err(|_| BAD_KEY)?;
    let command = ForwardMessage { message: message.into(), conversation, client_id };
    let sent: Sent = caller.ask(Command::ForwardMessage(command)).await?;
    let status = if sent.fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json((&sent.message).into())))
}

/// Which part of the history.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Part {
    /// Only those before this seq, newest first.
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    before: Option<i64>,
    /// Only those after this seq, oldest first.
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    after: Option<i64>,
    /// Those around this seq, oldest first: the message there, or the next one, begins the newer half.
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    around: Option<i64>,
    /// Those around the first message at this time or after it, oldest first: RFC 3339, or a date.
    at: Option<String>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

/// A page of the history.
#[derive(Debug, Serialize, ToSchema)]
struct HistoryView {
    /// The messages in the order that was asked for.
    items: Vec<MessageView>,
    /// Where the following page starts, in the direction that was asked for; around a place, the `after` of those that are newer.
    /// Null if nothing follows.
    next: Option<i64>,
    /// Around a place, the `before` of those that are older; null if nothing is. Absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, required = false)]
    previous: Option<Option<i64>>,
}

impl From<Surroundings> for HistoryView {
    fn from(around: Surroundings) -> Self {
        Self {
            items: around.items.iter().map(MessageView::from).collect(),
            next: around.after.map(Seq::get),
            previous: Some(around.before.map(Seq::get)),
        }
    }
}

/// The messages of a conversation: the newest first, from a seq back or on, or around a seq or a time.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "messages", params(("id" = i64, Path), Part),
    responses((status = 200, body = HistoryView)))]
async fn history(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    QueryOf(part): QueryOf<Part>,
) -> Result<Json<HistoryView>, Problem> {
    let size = After::new(None, part.limit).size();
    let around = |place| Command::ListAround(Around { conversation, place, size });
    let from = match (part.before, part.after, part.around, part.at) {
        (None, None, None, None) => HistoryStart::Newest,
        (Some(before), None, None, None) => HistoryStart::Before(seq(before)?),
        (None, Some(after), None, None) => HistoryStart::After(seq(after)?),
        (None, None, Some(place), None) => {
            return Ok(Json(caller.ask::<Surroundings>(around(Place::Seq(seq(place)?))).await?.into()));
        }
        (None, None, None, Some(at)) => {
            let at = Timestamp::parse(&at).ok_or(Problem::bad_request("A time is RFC 3339, or a date alone."))?;
            return Ok(Json(caller.ask::<Surroundings>(around(Place::Time(at))).await?.into()));
        }
        _ => return Err(Problem::bad_request("Give one of before, after, around and at.")),
    };
    let messages: Page<Dressed> = caller.ask(Command::ListMessages(History { conversation, from, size })).await?;
    let items = messages.items.iter().map(MessageView::from).collect();
    Ok(Json(HistoryView { items, next: messages.next, previous: None }))
}

/// Every change of a conversation after a seq: the very events that sockets send.
#[utoipa::path(get, path = "/conversations/{id}/changes", tag = "messages", params(("id" = i64, Path), After),
    responses((status = 200, body = ChangesView)))]
async fn changes(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    QueryOf(page): QueryOf<After>,
) -> Result<Json<ChangesView>, Problem> {
    let command = Command::ListChanges { conversation, after: page.seq()?, size: page.size() };
    let changes: Changes = caller.ask(command).await?;
    Ok(Json((&changes).into()))
}

/// Up to where a conversation was read: exactly one of both.
#[derive(Debug, Deserialize, ToSchema)]
struct ReadUpTo {
    /// Up to this place in the log.
    #[schema(minimum = 0, maximum = 9007199254740991_i64)]
    seq: Option<i64>,
    /// Up to this message.
    #[schema(minimum = 1, maximum = 9007199254740991_i64)]
    message_id: Option<i64>,
}

/// Say up to where one has read.
#[utoipa::path(post, path = "/conversations/{id}/read", tag = "messages", params(("id" = i64, Path)),
    request_body = ReadUpTo, responses((status = 200, body = MarksView)))]
async fn read(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    JsonBody(up_to): JsonBody<ReadUpTo>,
) -> Result<Json<MarksView>, Problem> {
    let target = match (up_to.seq, up_to.message_id) {
        (Some(place), None) => ReadTarget::Seq(conversation, seq(place)?),
        (None, Some(id)) => ReadTarget::Message(MessageTarget { id: message_id(id)?, within: Some(conversation) }),
        (None, None) | (Some(_), Some(_)) => return Err(Problem::bad_request("Give seq or message_id, one of both.")),
    };
    let marks: MarksReply = caller.ask(Command::MarkRead(target)).await?;
    Ok(Json((&marks).into()))
}

/// Whether one is typing.
#[derive(Debug, Deserialize, ToSchema)]
struct Typing {
    /// Started or stopped.
    is_typing: bool,
}

/// Show the others that one is typing, or stopped.
#[utoipa::path(post, path = "/conversations/{id}/typing", tag = "messages", params(("id" = i64, Path)),
    request_body = Typing, responses((status = 204, description = "Shown to those who are there")))]
async fn typing(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    JsonBody(typing): JsonBody<Typing>,
) -> Result<StatusCode, Problem> {
    caller.ask::<()>(Command::SetTyping { conversation, is_typing: typing.is_typing }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One message.
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", params(("id" = i64, Path)),
    responses((status = 200, body = MessageView)))]
async fn get(caller: Caller, Id(message): Id<MessageId>) -> Result<Json<MessageView>, Problem> {
    let message: Dressed = caller.ask(Command::GetMessage(message)).await?;
    Ok(Json((&message).into()))
}
