//! Whether the server is alive, and whether it is ready for work.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use chat_core::ErrorCode;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::http::Problem;
use crate::state::AppState;

/// A database that takes longer to answer than this is not one to send people to.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Health {
    app: AppState,
    stopping: CancellationToken,
}

/// `/healthz` and `/readyz`. Neither tells more than yes or no.
pub(crate) fn router(app: AppState, stopping: CancellationToken) -> Router {
    Router::new()
        .route("/healthz", get(async || Json(json!({ "status": "alive" }))))
        .route("/readyz", get(ready))
        .method_not_allowed_fallback(async || Problem::new(ErrorCode::MethodNotAllowed))
        .with_state(Health { app, stopping })
}

async fn ready(State(health): State<Health>) -> Response {
    let unavailable = || Problem::new(ErrorCode::Unavailable).into_response();
    if health.stopping.is_cancelled() {
        return unavailable();
    }
    match tokio::time::timeout(PING_TIMEOUT, health.app.database.ping()).await {
        Ok(Ok(())) => Json(json!({ "status": "ready" })).into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            unavailable()
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer in time");
            unavailable()
        }
    }
}
