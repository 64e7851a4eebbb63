//! Refusals over HTTP: problem+json (RFC 9457) with a stable code, and never anything from the inside.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chat_core::time::Timestamp;
use chat_core::{ChatError, ErrorCode};
use serde::Serialize;

use super::request_id;

/// The media type of every refusal.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// How long to wait where the service itself does not know, in milliseconds.
const DEFAULT_WAIT_MS: u64 = 1_000;

/// Why a request was refused. Its texts are ours alone, so nothing that a client sent can come back in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    code: ErrorCode,
    detail: Option<&'static str>,
    retry_after_ms: Option<u64>,
    until: Option<Timestamp>,
}

impl Problem {
    /// A refusal that its code says all about.
    pub(crate) const fn new(code: ErrorCode) -> Self {
        Self { code, detail: None, retry_after_ms: None, until: None }
    }

    /// A request that could not be understood, with a word on what was expected.
    pub(crate) const fn bad_request(expected: &'static str) -> Self {
        Self { code: ErrorCode::BadRequest, detail: Some(expected), retry_after_ms: None, until: None }
    }

    /// The status that goes with the code.
    pub(crate) const fn status(&self) -> StatusCode {
        status_of(self.code)
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let status = self.status();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            let seconds = self.retry_after_ms.unwrap_or(DEFAULT_WAIT_MS).div_ceil(1_000).max(1);
            headers.insert(RETRY_AFTER, seconds.into());
        }
        headers
    }
}

/// The HTTP status of every code. Total, so that a new code has to say.
pub(crate) const fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::BadRequest
        | ErrorCode::InvalidText
        | ErrorCode::EmptyMessage
        | ErrorCode::InvalidUsername
        | ErrorCode::ReservedUsername
        | ErrorCode::InvalidEmail
        | ErrorCode::InvalidSlug
        | ErrorCode::InvalidPassword => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthenticated | ErrorCode::InvalidCredentials => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden
        | ErrorCode::Banned
        | ErrorCode::CannotMessage
        | ErrorCode::BlockedByYou
        | ErrorCode::MessageRefused
        | ErrorCode::AccountSuspended
        | ErrorCode::AccountBanned => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        ErrorCode::NameTaken
        | ErrorCode::EmailTaken
        | ErrorCode::SlugTaken
        | ErrorCode::Conflict
        | ErrorCode::AlreadyFriends
        | ErrorCode::AlreadyRequested
        | ErrorCode::LastOwner
        | ErrorCode::MessageDeleted
        | ErrorCode::GroupFull
        | ErrorCode::ClientIdReused => StatusCode::CONFLICT,
        ErrorCode::TooLong | ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorCode::RateLimited | ErrorCode::SlowMode => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl From<ErrorCode> for Problem {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

/// What failed behind the service goes to the log with the name of the request, and only its code goes out.
impl From<ChatError> for Problem {
    fn from(error: ChatError) -> Self {
        let code = error.code();
        if status_of(code).is_server_error() {
            tracing::error!(code = code.as_str(), cause = %chain(&error), "failed");
        }
        Self { code, detail: None, retry_after_ms: error.retry_after_ms(), until: error.until() }
    }
}

/// An error and everything that caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// How a refusal looks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemView {
    /// A name for the kind of problem, relative to the service.
    #[schema(format = "uri-reference", example = "/errors/not_found")]
    r#type: String,
    /// The same sentence for every problem of the kind.
    title: &'static str,
    /// The HTTP status once more.
    status: u16,
    /// The stable code; programs decide by it.
    #[schema(schema_with = code_schema)]
    code: &'static str,
    /// What was expected, where that helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    /// After how many milliseconds the same request makes sense, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retry_after_ms: Option<u64>,
    /// Until when it stays refused, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    until: Option<String>,
    /// The name of the request in the logs of the service.
    request_id: String,
}

/// A string out of the list of codes.
fn code_schema() -> utoipa::openapi::schema::Object {
    let codes = ErrorCode::ALL.iter().map(|code| code.as_str());
    utoipa::openapi::schema::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .enum_values(Some(codes))
        .build()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let view = ProblemView {
            r#type: format!("/errors/{}", self.code.as_str()),
            title: self.code.message(),
            status: self.status().as_u16(),
            code: self.code.as_str(),
            detail: self.detail,
            retry_after_ms: self.retry_after_ms,
            until: self.until.map(|until| until.to_string()),
            request_id: request_id::current(),
        };
        let mut response = (self.status(), self.headers(), Json(view)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_core::ports::StoreError;

    fn header(problem: Problem, name: axum::http::HeaderName) -> Option<String> {
        let response = problem.into_response();
        response.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned())
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_as_zero() {
        let limited = |retry_after_ms| Problem::from(ChatError::RateLimited { retry_after_ms });
        assert_eq!(header(limited(0), RETRY_AFTER).as_deref(), Some("1"));
        assert_eq!(header(limited(1_001), RETRY_AFTER).as_deref(), Some("2"));
        assert_eq!(header(Problem::new(ErrorCode::Unavailable), RETRY_AFTER).as_deref(), Some("1"));
        assert_eq!(header(Problem::new(ErrorCode::NotFound), RETRY_AFTER), None);
    }

    #[test]
    fn whoever_is_not_signed_in_is_told_how_to() {
        let challenge = header(Problem::new(ErrorCode::Unauthenticated), WWW_AUTHENTICATE);
        assert_eq!(challenge.as_deref(), Some("Bearer"));
        assert_eq!(header(Problem::new(ErrorCode::Forbidden), WWW_AUTHENTICATE), None);
    }

    #[tokio::test]
    async fn the_cause_of_a_failure_stays_inside() {
        let cause = std::io::Error::other("password of the database");
        let problem = Problem::from(ChatError::Store(StoreError::Unavailable(cause.into())));
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
        let text = String::from_utf8(body.to_vec()).expect("UTF-8");
        assert!(text.contains(r#""code":"unavailable""#) && !text.contains("password"), "{text}");
    }
}
