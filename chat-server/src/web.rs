//! The web page: static files that are part of the program.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chat_core::ErrorCode;
use sha2::{Digest as _, Sha256};

use crate::http::Problem;

/// Every file of `web/`: its path below it, with slashes, and its bytes.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// The page loads its own files, talks to its own server, and does nothing else; nobody can put it into a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// A file, ready to be sent.
struct Asset {
    bytes: &'static [u8],
    content_type: &'static str,
    etag: String,
}

type Assets = Arc<HashMap<&'static str, Asset>>;

/// The page at `/` and its files at `/assets/...`.
pub(crate) fn router() -> Router {
    let assets: HashMap<_, _> = FILES.iter().map(|(path, bytes)| (*path, Asset::new(path, bytes))).collect();
    Router::new()
        .route("/", get(async |State(assets): State<Assets>, headers: HeaderMap| send(&assets, "index.html", &headers)))
        .route("/assets/{*path}", get(asset))
        .method_not_allowed_fallback(async || Problem::new(ErrorCode::MethodNotAllowed))
        .with_state(Arc::new(assets))
}

async fn asset(
    State(assets): State<Assets>,
    path: Result<Path<HashMap<String, String>>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    // A path that is no text names nothing.
    let path = path.as_ref().ok().and_then(|Path(path)| path.get("path")).map_or("", String::as_str);
    send(&assets, path, &headers)
}

fn send(assets: &Assets, path: &str, headers: &HeaderMap) -> Response {
    let Some(asset) = assets.get(path) else { return Problem::new(ErrorCode::NotFound).into_response() };
    let fixed = [
        (ETAG, asset.etag.as_str()),
        // Asked for every time, sent only when it changed: a new version of the server is a new page at once.
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    if is_known(headers, &asset.etag) {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    (fixed, [(CONTENT_TYPE, asset.content_type)], asset.bytes).into_response()
}

/// Whether the browser has this very version already (RFC 9110, section 13.1.2).
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag
    })
}

impl Asset {
    fn new(path: &str, bytes: &'static [u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { bytes, content_type: content_type(path), etag: format!("\"{hex}\"") }
    }
}

/// By the end of the name. What is not known is offered for saving rather than guessed at.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_part_of_the_program() {
        assert!(FILES.iter().any(|(path, bytes)| *path == "index.html" && !bytes.is_empty()));
    }

    #[test]
    fn every_file_of_the_page_has_a_known_type() {
        for (path, _) in FILES {
            assert_ne!(content_type(path), "application/octet-stream", "{path}");
        }
    }

    #[test]
    fn a_browser_that_has_the_file_is_not_sent_it_again() {
        let headers = |value: &str| HeaderMap::from_iter([(IF_NONE_MATCH, value.parse().expect("a value"))]);
        for same in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(is_known(&headers(same), "\"a\""), "{same}");
        }
        assert!(!is_known(&headers("\"b\""), "\"a\"") && !is_known(&HeaderMap::new(), "\"a\""));
    }
}
