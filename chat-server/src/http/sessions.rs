//! One's own sessions: where one is signed in, and ending that. Only where the server keeps accounts itself.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chat_core::ids::SessionId;
use chat_core::ports::LiveSession;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::accounts;
use super::extract::{After, Caller, Id, QueryOf};
use super::problem::Problem;
use super::views::ListView;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_sessions, end_other_sessions)).routes(routes!(end_session))
}

/// Somewhere one is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct SessionView {
    /// Identity.
    id: i64,
    /// When one signed in.
    created_at: String,
    /// When its tokens were last refreshed; absent if they never were.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_used_at: Option<String>,
    /// When it ends at the latest.
    expires_at: String,
    /// Whether this very request came through it.
    is_current: bool,
}

impl SessionView {
    pub(super) fn of(session: &LiveSession, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.get(),
            created_at: session.created_at.to_string(),
            last_used_at: session.refreshed_at.map(|at| at.to_string()),
            expires_at: session.expires_at.to_string(),
            is_current: Some(session.id) == current,
        }
    }
}

/// Where one is signed in, the oldest session first.
#[utoipa::path(get, path = "/users/me/sessions", tag = "auth", params(After),
    responses((status = 200, body = ListView<SessionView>)))]
async fn list_sessions(
    caller: Caller,
    State(state): State<AppState>,
    QueryOf(page): QueryOf<After>,
) -> Result<Json<ListView<SessionView>>, Problem> {
    let holder = caller.identity();
    let sessions = accounts(&state)?.sessions(holder, page.id(SessionId::new)?, page.size()).await?;
    Ok(Json(ListView::of(sessions.map(|session| SessionView::of(&session, holder.session)))))
}

/// End every session but the one that asks.
#[utoipa::path(delete, path = "/users/me/sessions", tag = "auth", responses((status = 204, description = "Ended")))]
async fn end_other_sessions(caller: Caller, State(state): State<AppState>) -> Result<StatusCode, Problem> {
    let (accounts, holder) = (accounts(&state)?, *caller.identity());
    state.carry_out(async move { accounts.end_other_sessions(&holder).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a session: its tokens are refused and its sockets close.
#[utoipa::path(delete, path = "/users/me/sessions/{id}", tag = "auth", params(("id" = i64, Path)),
    responses((status = 204, description = "Ended")))]
async fn end_session(
    caller: Caller,
    State(state): State<AppState>,
    Id(session): Id<SessionId>,
) -> Result<StatusCode, Problem> {
    let (accounts, holder) = (accounts(&state)?, *caller.identity());
    state.carry_out(async move { accounts.end_session(&holder, session).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}
