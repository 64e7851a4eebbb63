//! Reports: filing them, and, for those who look after the server, what was reported and what becomes of it.

use axum::Json;
use axum::http::StatusCode;
use chat_core::command::{Decision, FileReport, FiledReport};
use chat_core::ids::{MessageId, ReportId, UserId};
use chat_core::moderation::{Report, ReportAction, ReportReason, ReportSubject};
use chat_core::page::Page;
use chat_core::ports::ReportQuery;
use chat_core::text::Description;
use chat_core::time::Timestamp;
use chat_core::{ChatError, Command, ErrorCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{After, Caller, Id, JsonBody, QueryOf};
use super::problem::Problem;
use super::views::ListView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(file)).routes(routes!(list)).routes(routes!(resolve))
}

/// What to report: exactly one of both.
#[derive(Debug, Deserialize, ToSchema)]
struct NewReport {
    /// What somebody else said.
    #[schema(minimum = 1, maximum = 9007199254740991_i64)]
    message_id: Option<i64>,
    /// Somebody else.
    #[schema(minimum = 1, maximum = 9007199254740991_i64)]
    user_id: Option<i64>,
    /// What is wrong with it.
    #[schema(pattern = "^(spam|harassment|hate|violence|sexual|illegal|other)$")]
    reason: String,
    /// What there is to say about it: at most 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    comment: Option<String>,
}

impl TryFrom<NewReport> for FileReport {
    type Error = Problem;

    fn try_from(new: NewReport) -> Result<Self, Problem> {
        let nothing = || Problem::new(ErrorCode::NotFound);
        let subject = match (new.message_id, new.user_id) {
            (Some(id), None) => ReportSubject::Message(MessageId::new(id).ok_or_else(nothing)?),
            (None, Some(id)) => ReportSubject::User(UserId::new(id).ok_or_else(nothing)?),
            (None, None) | (Some(_), Some(_)) => {
                return Err(Problem::bad_request("Give message_id or user_id, one of both."));
            }
        };
        let reasons = "A reason is spam, harassment, hate, violence, sexual, illegal or other.";
        let reason = ReportReason::parse(&new.reason).ok_or(Problem::bad_request(reasons))?;
        let comment = new.comment.as_deref().map(Description::new).transpose().map_err(ChatError::from)?;
        Ok(Self { subject, reason, comment })
    }
}

/// A report as whoever filed it sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnReport)]
struct OwnReportView {
    /// Identity.
    id: i64,
    /// The message that is reported; absent if it is a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message_id: Option<i64>,
    /// Who is reported: of a message its sender.
    user_id: i64,
    /// What is wrong with it.
    reason: &'static str,
    /// What was said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    comment: Option<String>,
    /// When.
    created_at: String,
}

impl From<&Report> for OwnReportView {
    fn from(report: &Report) -> Self {
        Self {
            id: report.id.get(),
            message_id: report.message.as_ref().map(|message| message.id.get()),
            user_id: report.user.get(),
            reason: report.reason.as_str(),
            comment: report.comment.as_ref().map(|comment| comment.as_str().to_owned()),
            created_at: report.created_at.to_string(),
        }
    }
}

/// A report as those see it who look after the server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Report)]
struct ReportView {
    #[serde(flatten)]
    report: OwnReportView,
    /// Who filed it.
    reporter_id: i64,
    /// What the reported user was called then.
    username: String,
    /// Where the message was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    conversation_id: Option<i64>,
    /// What the message said then, whatever became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    body: Option<String>,
    /// `open` or `resolved`.
    status: &'static str,
    /// What was done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    action: Option<&'static str>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    resolved_by: Option<i64>,
    /// What they said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<String>,
    /// When it was resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    resolved_at: Option<String>,
}

impl From<&Report> for ReportView {
    fn from(report: &Report) -> Self {
        let (message, outcome) = (report.message.as_ref(), report.outcome.as_ref());
        Self {
            report: report.into(),
            reporter_id: report.reporter.get(),
            username: report.username.as_str().to_owned(),
            conversation_id: message.map(|message| message.conversation.get()),
            body: message.map(|message| message.body.as_str().to_owned()),
            status: if outcome.is_some() { "resolved" } else { "open" },
            action: outcome.map(|outcome| outcome.action.as_str()),
            resolved_by: outcome.map(|outcome| outcome.by.get()),
            note: outcome.and_then(|outcome| Some(outcome.note.as_ref()?.as_str().to_owned())),
            resolved_at: outcome.map(|outcome| outcome.at.to_string()),
        }
    }
}

/// Report something that breaks the rules: what somebody else said and one can see, or somebody else.
#[utoipa::path(post, path = "/reports", tag = "moderation", request_body = NewReport, responses(
    (status = 201, description = "Filed", body = OwnReportView),
    (status = 200, description = "One's open report of the same thing", body = OwnReportView),
    (status = 403, description = "One's own"),
    (status = 404, description = "Not there, or nothing that the caller may know of"),
    (status = 409, description = "The message was deleted"),
))]
async fn file(
    caller: Caller,
    JsonBody(new): JsonBody<NewReport>,
) -> Result<(StatusCode, Json<OwnReportView>), Problem> {
    let filed: FiledReport = caller.ask(Command::FileReport(new.try_into()?)).await?;
    let status = if filed.fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json((&filed.report).into())))
}

/// Which reports.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `open` (without it) or `resolved`.
    #[param(pattern = "^(open|resolved)$")]
    status: Option<String>,
    /// The `next` of the page before; absent for the first page.
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    after: Option<i64>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

/// Reports, the oldest first.
#[utoipa::path(get, path = "/moderation/reports", tag = "moderation", params(Which), responses(
    (status = 200, body = ListView<ReportView>),
    (status = 403, description = "For moderators of the server"),
))]
async fn list(caller: Caller, QueryOf(which): QueryOf<Which>) -> Result<Json<ListView<ReportView>>, Problem> {
    let is_resolved = match which.status.as_deref() {
        None | Some("open") => false,
        Some("resolved") => true,
        Some(_) => return Err(Problem::bad_request("A status is open or resolved.")),
    };
    let page = After::new(which.after, which.limit);
    let query = ReportQuery { is_resolved, after: page.id(ReportId::new)?, size: page.size() };
    let reports: Page<Report> = caller.ask(Command::ListReports(query)).await?;
    Ok(Json(reports.into()))
}

/// What is to be done about a report.
#[derive(Debug, Deserialize, ToSchema)]
struct NewResolution {
    /// Nothing, the message goes, or the user does.
    #[schema(pattern = "^(dismiss|delete_message|suspend_user|ban_user)$")]
    action: String,
    /// When a suspension is over, as RFC 3339 or a date; it lies ahead.
    until: Option<String>,
    /// What there is to say about it: at most 500 characters. It is the reason of a suspension or ban, too.
    #[schema(min_length = 1, max_length = 500)]
    note: Option<String>,
}

impl NewResolution {
    fn decision(&self) -> Result<Decision, Problem> {
        let bad = Problem::bad_request(
            "An action is dismiss, delete_message, ban_user, or suspend_user with an until that lies ahead.",
        );
        let until = self.until.as_deref().map(|until| Timestamp::parse(until).ok_or(bad)).transpose()?;
        match (ReportAction::parse(&self.action), until) {
            (Some(ReportAction::Dismiss), None) => Ok(Decision::Dismiss),
            (Some(ReportAction::DeleteMessage), None) => Ok(Decision::DeleteMessage),
            (Some(ReportAction::BanUser), None) => Ok(Decision::BanUser),
            (Some(ReportAction::SuspendUser), Some(until)) => Ok(Decision::SuspendUser { until }),
            (Some(_), _) | (None, _) => Err(bad),
        }
    }
}

/// Decide about a report, and carry it out. Of two at once one is carried out, the other hears `conflict`.
#[utoipa::path(post, path = "/moderation/reports/{id}/resolve", tag = "moderation", params(("id" = i64, Path)),
    request_body = NewResolution, responses(
    (status = 200, description = "The report as it stands now", body = ReportView),
    (status = 403, description = "For moderators of the server, and against a user only for those above them"),
    (status = 409, description = "It was resolved already"),
))]
async fn resolve(
    caller: Caller,
    Id(report): Id<ReportId>,
    JsonBody(new): JsonBody<NewResolution>,
) -> Result<Json<ReportView>, Problem> {
    let note = new.note.as_deref().map(Description::new).transpose().map_err(ChatError::from)?;
    let report: Box<Report> = caller.ask(Command::ResolveReport { report, decision: new.decision()?, note }).await?;
    Ok(Json((&*report).into()))
}
