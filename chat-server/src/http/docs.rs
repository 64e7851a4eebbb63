//! The documentation over HTTP: the OpenAPI document, and a page to browse it that needs nothing from anywhere else.

use std::sync::Arc;

use axum::extract::RawPathParams;
use axum::http::header::{CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use chat_core::ErrorCode;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use super::problem::Problem;
use crate::app::AppState;

/// Scripts, style sheets and requests stay on this server; nothing can be framed or posted elsewhere. Icons come as data, and
/// the script of the page makes one style sheet at its start: that very one, by its hash.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/api/openapi.json`, and the page at `/api/docs/`. All links are relative, so they stay right under any prefix.
pub(crate) fn routes(document: OpenApi) -> Router<AppState> {
    let document = Arc::new(document);
    let config = Arc::new(Config::new(["../openapi.json"]).validator_url("none"));
    let page = move |params: RawPathParams| {
        let config = Arc::clone(&config);
        async move { file(params.iter().find(|(name, _)| *name == "file").map_or("", |(_, file)| file), config) }
    };
    Router::new()
        .route("/api/openapi.json", get(move || async move { Json(document) }))
        .route("/api/docs", get(|| async { Redirect::permanent("docs/") }))
        .route("/api/docs/", get(page.clone()))
        .route("/api/docs/{*file}", get(page))
}

fn file(name: &str, config: Arc<Config<'static>>) -> Result<Response, Problem> {
    let file = utoipa_swagger_ui::serve(name, config).map_err(|_| ErrorCode::Internal)?.ok_or(ErrorCode::NotFound)?;
    let headers = [(CONTENT_TYPE, file.content_type), (CONTENT_SECURITY_POLICY, POLICY.to_owned())];
    let encoding = file.gzpipped.then_some([(CONTENT_ENCODING, "gzip")]);
    Ok((headers, encoding, file.bytes.into_owned()).into_response())
}
