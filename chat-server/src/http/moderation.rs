//! Keeping the server in order: who is what to it, who is kept out, and what was done. All of it is for those who look after
//! the server; whoever does not is told `forbidden` and nothing else.

use axum::Json;
use axum::http::StatusCode;
use chat_core::command::ChangedReply;
use chat_core::ids::{AuditId, ConversationId, MessageId, ReportId, UserId};
use chat_core::moderation::{AccountStanding, AuditEntry, Sanction, ServerRole};
use chat_core::page::Page;
use chat_core::ports::AuditQuery;
use chat_core::text::Description;
use chat_core::time::Timestamp;
use chat_core::{ChatError, Command};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, Caller, Id, JsonBody, QueryOf};
use super::problem::Problem;
use super::views::ListView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_standing))
        .routes(routes!(set_role))
        .routes(routes!(sanction, lift))
        .routes(routes!(list_audit))
}

/// How a user stands with the server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Standing)]
struct StandingView {
    /// Who.
    user_id: i64,
    /// What they are to the server; it has nothing to do with roles in groups.
    #[schema(pattern = "^(member|moderator|admin)$")]
    server_role: &'static str,
    /// What keeps them out; absent if nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sanction: Option<SanctionView>,
}

/// What keeps a user out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sanction)]
struct SanctionView {
    /// `suspended` for a while, or `banned` for good.
    kind: &'static str,
    /// When it is over; absent if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    until: Option<String>,
    /// Why.
    reason: String,
}

impl StandingView {
    fn of(user: UserId, standing: &AccountStanding) -> Self {
        let view = |sanction: &Sanction| SanctionView {
            kind: sanction.as_str(),
            until: sanction.until().map(|until| until.to_string()),
            reason: sanction.reason().as_str().to_owned(),
        };
        Self {
            user_id: user.get(),
            server_role: standing.role.as_str(),
            sanction: standing.sanction.as_ref().map(view),
        }
    }
}

/// How a user stands with the server; everybody may ask it of themselves.
#[utoipa::path(get, path = "/moderation/users/{id}", tag = "moderation", params(("id" = i64, Path)), responses(
    (status = 200, body = StandingView),
    (status = 403, description = "For moderators of the server"),
))]
async fn get_standing(caller: Caller, Id(user): Id<UserId>) -> Result<Json<StandingView>, Problem> {
    let standing: AccountStanding = caller.ask(Command::GetStanding(user)).await?;
    Ok(Json(StandingView::of(user, &standing)))
}

/// What a user is from now on.
#[derive(Debug, Deserialize, ToSchema)]
struct NewServerRole {
    /// `member`, `moderator` or `admin`.
    #[schema(pattern = "^(member|moderator|admin)$")]
    server_role: String,
}

/// Let a user be something else to the server (admins, and not of themselves).
#[utoipa::path(put, path = "/moderation/users/{id}/role", tag = "moderation", params(("id" = i64, Path)),
    request_body = NewServerRole, responses(
    (status = 204, description = "Set"),
    (status = 403, description = "For admins of the server, and not about themselves"),
))]
async fn set_role(
    caller: Caller,
    Id(user): Id<UserId>,
    JsonBody(new): JsonBody<NewServerRole>,
) -> Result<StatusCode, Problem> {
    let role = ServerRole::parse(&new.server_role);
    let role = role.ok_or(Problem::bad_request("A server_role is member, moderator or admin."))?;
    caller.ask::<ChangedReply>(Command::SetServerRole { user, role }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What keeps a user out from now on.
#[derive(Debug, Deserialize, ToSchema)]
struct NewSanction {
    /// `suspended` for a while, or `banned` for good.
    #[schema(pattern = "^(suspended|banned)$")]
    kind: String,
    /// When a suspension is over, as RFC 3339 or a date; it lies ahead.
    until: Option<String>,
    /// Why: at most 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// A suspension has an end that lies ahead, and nothing else has one.
pub(super) const BAD_SANCTION: Problem =
    Problem::bad_request("A sanction is suspended with an until that lies ahead, or banned without one.");

impl TryFrom<NewSanction> for Sanction {
    type Error = Problem;

    fn try_from(new: NewSanction) -> Result<Self, Problem> {
        let reason = Description::new(&new.reason).map_err(ChatError::from)?;
        let until = new.until.map(|until| Timestamp::parse(&until).ok_or(BAD_SANCTION)).transpose()?;
        Self::of(&new.kind, until, reason).ok_or(BAD_SANCTION)
    }
}

/// Keep a user out: moderators members, admins moderators too. Their sessions end, their sockets close, what they said stays.
#[utoipa::path(put, path = "/moderation/users/{id}/sanction", tag = "moderation", params(("id" = i64, Path)),
    request_body = NewSanction, responses(
    (status = 204, description = "They are kept out, whatever was done about them before"),
    (status = 403, description = "For those above them in the server"),
))]
async fn sanction(
    caller: Caller,
    Id(user): Id<UserId>,
    JsonBody(new): JsonBody<NewSanction>,
) -> Result<StatusCode, Problem> {
    let sanction = Some(new.try_into()?);
    caller.ask::<ChangedReply>(Command::SetSanction { user, sanction }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a user in again. They have to sign in anew.
#[utoipa::path(delete, path = "/moderation/users/{id}/sanction", tag = "moderation", params(("id" = i64, Path)),
    responses(
    (status = 204, description = "Nothing keeps them out"),
    (status = 403, description = "For those above them in the server"),
))]
async fn lift(caller: Caller, Id(user): Id<UserId>) -> Result<StatusCode, Problem> {
    caller.ask::<ChangedReply>(Command::SetSanction { user, sanction: None }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which part of the audit.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditPart {
    /// Only what this user did.
    #[param(minimum = 1, maximum = 9007199254740991_i64)]
    actor_id: Option<i64>,
    /// Only what was done to this user.
    #[param(minimum = 1, maximum = 9007199254740991_i64)]
    user_id: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    after: Option<i64>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

/// An act by which somebody kept the server or a group in order. What it was not about is absent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
struct AuditEntryView {
    /// Identity.
    id: i64,
    /// `role_set`, `suspended`, `banned`, `lifted`, `message_deleted`, `member_removed` or `report_resolved`.
    kind: &'static str,
    /// Who did it; absent if it was an operator of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    actor_id: Option<i64>,
    /// Whom it was done to: of a message its sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user_id: Option<i64>,
    /// In which conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    conversation_id: Option<i64>,
    /// To which message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message_id: Option<i64>,
    /// About which report.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    report_id: Option<i64>,
    /// What they are to the server since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    server_role: Option<&'static str>,
    /// When it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    until: Option<String>,
    /// What whoever did it said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<String>,
    /// When.
    at: String,
}

impl From<&AuditEntry> for AuditEntryView {
    fn from(entry: &AuditEntry) -> Self {
        let record = &entry.record;
        Self {
            id: entry.id.get(),
            kind: record.kind.as_str(),
            actor_id: record.by.map(UserId::get),
            user_id: record.user.map(UserId::get),
            conversation_id: record.conversation.map(ConversationId::get),
            message_id: record.message.map(MessageId::get),
            report_id: record.report.map(ReportId::get),
            server_role: record.role.map(ServerRole::as_str),
            until: record.until.map(|until| until.to_string()),
            note: record.note.as_ref().map(|note| note.as_str().to_owned()),
            at: record.at.to_string(),
        }
    }
}

/// A user that a filter names.
const BAD_USER: Problem = Problem::bad_request("A user's id is a whole number above 0.");

/// What was done to keep the server and its groups in order, the newest first.
#[utoipa::path(get, path = "/moderation/audit", tag = "moderation", params(AuditPart), responses(
    (status = 200, body = ListView<AuditEntryView>),
    (status = 403, description = "For moderators of the server"),
))]
async fn list_audit(
    caller: Caller,
    QueryOf(part): QueryOf<AuditPart>,
) -> Result<Json<ListView<AuditEntryView>>, Problem> {
    let page = After::new(part.after, part.limit);
    let user = |id: Option<i64>| id.map(|id| UserId::new(id).ok_or(BAD_USER)).transpose();
    let (by, of) = (user(part.actor_id)?, user(part.user_id)?);
    let query = AuditQuery { by, user: of, before: page.id(AuditId::new)?, size: page.size() };
    let audit: Page<AuditEntry> = caller.ask(Command::ListAudit(query)).await?;
    Ok(Json(audit.into()))
}
