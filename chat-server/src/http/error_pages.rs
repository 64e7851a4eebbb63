//! A short text for every code: what the `type` of a problem leads to.

use axum::Router;
use axum::extract::RawPathParams;
use axum::routing::get;
use chat_core::ErrorCode;

use super::problem::{Problem, status_of};
use crate::state::AppState;

/// `/errors/<code>`.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/errors/{code}", get(page))
}

async fn page(params: RawPathParams) -> Result<String, Problem> {
    // Those before belong to the host that we are nested in.
    let name = params.iter().last().map_or("", |(_, name)| name);
    let code = ErrorCode::ALL.iter().find(|code| code.as_str() == name).ok_or(ErrorCode::NotFound)?;
    let again = if code.is_retryable() { "can succeed later" } else { "will not succeed later either" };
    let (status, sentence) = (status_of(*code).as_u16(), code.message());
    Ok(format!("{name}\n\n{sentence}\n\nAnswered with HTTP {status}. The very same request {again}.\n"))
}
