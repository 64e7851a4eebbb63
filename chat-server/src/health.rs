//! Whether the server is alive, and whether it is ready for work.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use chat_core::ErrorCode;
use chat_core::ports::{Database, StoreError};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::http::Problem;
use crate::state::AppState;

/// A database that takes longer to answer than this is not one to send people to.
const PATIENCE: Duration = Duration::from_secs(2);

/// Anybody may ask whether the server is ready, so what a write came to is remembered for a moment.
const REMEMBERED: Duration = Duration::from_secs(5);

#[derive(Clone)]
struct Health {
    checks: Arc<Checks>,
    stopping: CancellationToken,
}

/// `/healthz` and `/readyz`. Neither tells more than yes or no.
pub(crate) fn router(app: &AppState, stopping: CancellationToken) -> Router {
    let checks = Arc::new(Checks { database: Arc::clone(&app.database), last_write: Mutex::new(None) });
    Router::new()
        .route("/healthz", get(async || Json(json!({ "status": "alive" }))))
        .route("/readyz", get(ready))
        .method_not_allowed_fallback(async || Problem::new(ErrorCode::MethodNotAllowed))
        .with_state(Health { checks, stopping })
}

async fn ready(State(health): State<Health>) -> Response {
    if !health.stopping.is_cancelled() && health.checks.pass().await {
        return Json(json!({ "status": "ready" })).into_response();
    }
    Problem::new(ErrorCode::Unavailable).into_response()
}

/// What is asked of the database: that it answers each time, and that it writes from time to time.
struct Checks {
    database: Arc<dyn Database>,
    last_write: Mutex<Option<(Instant, bool)>>,
}

impl Checks {
    async fn pass(&self) -> bool {
        in_time("answer", self.database.ping()).await && self.writes().await
    }

    /// Whether a write went through a moment ago. Whoever asks while one is on its way waits for that one.
    async fn writes(&self) -> bool {
        let mut last = self.last_write.lock().await;
        if let Some((_, written)) = last.filter(|(at, _)| at.elapsed() < REMEMBERED) {
            return written;
        }
        let written = in_time("write", self.database.write_nothing()).await;
        *last = Some((Instant::now(), written));
        written
    }
}

async fn in_time(what: &'static str, work: impl Future<Output = Result<(), StoreError>>) -> bool {
    match timeout(PATIENCE, work).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database does not {what}");
            false
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not {what} in time");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_core::ports::MockDatabase;

    fn checks(database: MockDatabase) -> Checks {
        Checks { database: Arc::new(database), last_write: Mutex::new(None) }
    }

    /// A database that can be read from, and written to on some of the attempts.
    fn writing(attempts: &'static [bool]) -> MockDatabase {
        let mut database = MockDatabase::new();
        database.expect_ping().returning(|| Ok(()));
        let mut attempts = attempts.iter();
        let times = attempts.len();
        let full = || StoreError::Unavailable("the disk is full".into());
        let write = move || if attempts.next().is_some_and(|goes_well| *goes_well) { Ok(()) } else { Err(full()) };
        database.expect_write_nothing().times(times).returning(write);
        database
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_cannot_be_written_to_is_not_ready_until_it_can_be_again() {
        let checks = checks(writing(&[true, false, true]));
        for expected in [true, false, true] {
            assert_eq!(checks.pass().await, expected);
            tokio::time::advance(REMEMBERED).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_who_ask_at_once_cost_one_write() {
        let checks = checks(writing(&[true]));
        assert_eq!(tokio::join!(checks.pass(), checks.pass(), checks.pass()), (true, true, true));
        assert!(checks.pass().await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_does_not_answer_is_not_ready() {
        let mut database = MockDatabase::new();
        database.expect_ping().returning(|| Err(StoreError::Unavailable("gone".into())));
        assert!(!checks(database).pass().await);
    }
}
