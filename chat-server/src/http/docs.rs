//! The documentation over HTTP: the OpenAPI and the AsyncAPI document, and a page to browse it that needs nothing from anywhere else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::RawPathParams;
use axum::http::header::{CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use chat_core::ErrorCode;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use super::asyncapi;
use super::problem::Problem;
use crate::state::AppState;

/// Scripts, style sheets and requests stay on this server; nothing can be framed or posted elsewhere. Icons come as data, and
/// the script of the page makes one style sheet at its start: that very one, by its hash.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/api/openapi.json`, `/api/asyncapi.json`, and the page at `/api/docs/`. All links are relative, so they stay right under any prefix.
pub(crate) fn routes(document: OpenApi) -> Router<AppState> {
    let (document, sockets) = (Arc::new(document), Arc::new(asyncapi::document()));
    let files = Arc::new(Files::new());
    let page = move |params: RawPathParams| {
        let files = Arc::clone(&files);
        async move { files.answer(params.iter().find(|(name, _)| *name == "file").map_or("", |(_, file)| file)) }
    };
    Router::new()
        .route("/api/openapi.json", get(move || async move { Json(document) }))
        .route("/api/asyncapi.json", get(move || async move { Json(sockets) }))
        .route("/api/docs", get(|| async { Redirect::permanent("docs/") }))
        .route("/api/docs/", get(page.clone()))
        .route("/api/docs/{*file}", get(page))
}

/// The files of the page, each unpacked once: they are large, and however many ask for them at once share the bytes.
struct Files {
    config: Arc<Config<'static>>,
    unpacked: Mutex<HashMap<String, File>>,
}

#[derive(Clone)]
struct File {
    content_type: String,
    is_packed: bool,
    bytes: Bytes,
}

impl Files {
    fn new() -> Self {
        Self { config: Arc::new(Config::new(["../openapi.json"]).validator_url("none")), unpacked: Mutex::default() }
    }

    fn answer(&self, name: &str) -> Result<Response, Problem> {
        let File { content_type, is_packed, bytes } = self.get(name)?;
        let headers = [(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, POLICY.to_owned())];
        let encoding = is_packed.then_some([(CONTENT_ENCODING, "gzip")]);
        Ok((headers, encoding, bytes).into_response())
    }

    fn get(&self, name: &str) -> Result<File, ErrorCode> {
        let mut unpacked = self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = unpacked.get(name) {
            return Ok(file.clone());
        }
        let found = utoipa_swagger_ui::serve(name, Arc::clone(&self.config)).map_err(|_| ErrorCode::Internal)?;
        let found = found.ok_or(ErrorCode::NotFound)?;
        let bytes = Bytes::from(found.bytes.into_owned());
        let file = File { content_type: found.content_type, is_packed: found.gzpipped, bytes };
        unpacked.insert(name.to_owned(), file.clone());
        Ok(file)
    }
}
