//! A JSON body: declared as JSON, bounded in bytes and in time, read strictly.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use bytes::Bytes;
use chat_core::ErrorCode;
use chat_transport::wire::json;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::http::problem::Problem;
use crate::request::BodyLimits;

/// The body of a request as an object of the documented shape.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let declared = declared_as_json(request.headers())?;
        let limits: BodyLimits = request.extensions().get().copied().unwrap_or_default();
        if declared_length(request.headers()).is_some_and(|length| length > limits.bytes) {
            return Err(ErrorCode::TooLarge.into());
        }
        let bytes = read(request, limits).await?;
        if bytes.is_empty() {
            return Err(Problem::bad_request("This call needs a body."));
        }
        if !declared {
            return Err(ErrorCode::UnsupportedMediaType.into());
        }
        let body = json::parse(&bytes);
        body.map(Self)
            .map_err(|_| Problem::bad_request("The body must be the JSON object that is documented for this call."))
    }
}

async fn read(request: Request, limits: BodyLimits) -> Result<Bytes, Problem> {
    let body = Limited::new(request.into_body(), limits.bytes);
    let read = tokio::time::timeout(limits.time, body.collect()).await.map_err(|_| ErrorCode::RequestTimeout)?;
    let collected = read.map_err(|error| {
        let code = if error.is::<LengthLimitError>() { ErrorCode::TooLarge } else { ErrorCode::BadRequest };
        Problem::new(code)
    })?;
    Ok(collected.to_bytes())
}

/// Whether the body is declared as JSON. Without any declaration it may still turn out to be empty, which has its own answer.
fn declared_as_json(headers: &HeaderMap) -> Result<bool, Problem> {
    let refused = Problem::new(ErrorCode::UnsupportedMediaType);
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(refused);
    }
    let mut declared = headers.get_all(CONTENT_TYPE).iter();
    match (declared.next(), declared.next()) {
        (None, _) => Ok(false),
        (Some(only), None) if only.to_str().is_ok_and(is_json) => Ok(true),
        (Some(_), _) => Err(refused),
    }
}

/// `application/json`, in any case, with no other charset than UTF-8.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_declared_in_any_case_and_in_utf_8_only() {
        for good in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
        ] {
            assert!(is_json(good), "{good}");
        }
        for bad in
            ["", "text/json", "application/jsonp", "application/json; charset=utf-16", "text/plain, application/json"]
        {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
