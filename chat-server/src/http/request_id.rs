//! A name for every request: in the problem that the client sees, in the logs, and in a header of the answer.
//!
//! The name is ours; one that a client sends is not taken over, so nobody can write into the logs or confuse two requests.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

/// The header that carries the name.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: u64;
}

/// The name of the request that is being answered right here; a fresh one outside of requests.
pub(crate) fn current() -> String {
    text(CURRENT.try_with(|id| *id).unwrap_or_else(|_| rand::random()))
}

fn text(id: u64) -> String {
    format!("{id:016x}")
}

/// Middleware: names every request that passes, and gives its answer the headers that keep browsers from guessing and
/// storing. A request that has its name already passes as it is, so a router inside another may have it too.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    if CURRENT.try_with(|_| ()).is_ok() {
        return next.run(request).await;
    }
    let id: u64 = rand::random();
    let name = text(id);
    // The name alone: what was asked for stands in the one line that tells how it went. On every level, so that errors have it
    // where nothing else is logged.
    let span = tracing::error_span!("request", request_id = %name);
    let mut response = CURRENT.scope(id, next.run(request)).instrument(span).await;

    let headers = response.headers_mut();
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(REQUEST_ID, name);
    }
    headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
