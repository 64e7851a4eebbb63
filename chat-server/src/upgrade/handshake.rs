//! The opening handshake of a WebSocket (RFC 6455, section 4.2), checked before anything else is looked at.

use axum::extract::Request;
use axum::http::header::{
    CONNECTION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chat_core::ErrorCode;
use serde_json::json;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::config::Origin;
use crate::http::{Problem, request_id};

/// A handshake that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadHandshake {
    /// A plain request, or another version of the protocol: the client is told what is spoken here.
    UpgradeRequired,
    /// A broken handshake.
    Broken(&'static str),
    /// A page of a foreign origin.
    ForeignOrigin,
}

impl IntoResponse for BadHandshake {
    fn into_response(self) -> Response {
        match self {
            Self::UpgradeRequired => {
                // The one refusal whose status is HTTP's own business and stands for no code of the chat.
                let headers = [
                    (UPGRADE, "websocket"),
                    (CONNECTION, "upgrade"),
                    (SEC_WEBSOCKET_VERSION, "13"),
                    (CONTENT_TYPE, "application/problem+json"),
                ];
                let body = json!({
                    "type": "/errors/bad_request",
                    "title": ErrorCode::BadRequest.message(),
                    "status": StatusCode::UPGRADE_REQUIRED.as_u16(),
                    "code": ErrorCode::BadRequest.as_str(),
                    "detail": "Open a WebSocket of version 13 here.",
                    "request_id": request_id::current(),
                });
                (StatusCode::UPGRADE_REQUIRED, headers, body.to_string()).into_response()
            }
            Self::Broken(expected) => Problem::bad_request(expected).into_response(),
            Self::ForeignOrigin => Problem::new(ErrorCode::Forbidden).into_response(),
        }
    }
}

/// Checks a handshake, and says what to answer it with once its sender is known.
pub(super) fn check(request: &Request, allowed: &[Origin]) -> Result<Response, BadHandshake> {
    let headers = request.headers();
    if !lists(headers, UPGRADE, "websocket") || only(headers, SEC_WEBSOCKET_VERSION) != Some("13") {
        return Err(BadHandshake::UpgradeRequired);
    }
    if request.version() != Version::HTTP_11 || !lists(headers, CONNECTION, "upgrade") {
        return Err(BadHandshake::Broken("A WebSocket opens with HTTP/1.1 and `Connection: Upgrade`."));
    }
    let key = only(headers, SEC_WEBSOCKET_KEY).filter(|key| is_key(key));
    let key = key.ok_or(BadHandshake::Broken("A WebSocket opens with one Sec-WebSocket-Key of 16 bytes in base64."))?;
    let host = only(headers, HOST).or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    if !is_welcome(headers, host.unwrap_or_default(), allowed) {
        return Err(BadHandshake::ForeignOrigin);
    }

    let switch = [
        (CONNECTION, HeaderValue::from_static("upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (SEC_WEBSOCKET_ACCEPT, HeaderValue::try_from(derive_accept_key(key.as_bytes())).unwrap_or(EMPTY)),
    ];
    Ok((StatusCode::SWITCHING_PROTOCOLS, HeaderMap::from_iter(switch)).into_response())
}

const EMPTY: HeaderValue = HeaderValue::from_static("");

/// The value of a header that stands there exactly once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok().map(str::trim)
}

/// Whether a list header names a word.
fn lists(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(word))
}

fn is_key(key: &str) -> bool {
    BASE64.decode(key).is_ok_and(|bytes| bytes.len() == 16)
}

/// Programs send no origin and are welcome. A browser says which page asks; pages of this host and of the named origins are
/// welcome, and nothing else is: not `null`, not a name that only ends or begins like a good one.
fn is_welcome(headers: &HeaderMap, host: &str, allowed: &[Origin]) -> bool {
    if !headers.contains_key(ORIGIN) {
        return true;
    }
    let Some(origin) = only(headers, ORIGIN) else { return false };
    allowed.iter().any(|one| one.matches(origin)) || is_same_host(origin, host)
}

/// Whether an origin is the very host that was asked. The scheme may differ, because a proxy may speak TLS for this server;
/// a port that is the scheme's own may be left out on either side.
fn is_same_host(origin: &str, host: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let own_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    let bare = |name: &str| name.strip_suffix(own_port).unwrap_or(name).to_ascii_lowercase();
    !authority.is_empty() && bare(authority) == bare(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;
    use axum::body::Body;

    const GOOD: [(&str, &str); 5] = [
        ("host", "chat.example.org"),
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    /// The good handshake with one header replaced, or left out where the value is empty.
    fn changed(name: &str, value: &str) -> Vec<(String, String)> {
        let kept = GOOD.iter().filter(|(known, _)| *known != name);
        let mut headers: Vec<_> = kept.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if !value.is_empty() {
            headers.push((name.to_owned(), value.to_owned()));
        }
        headers
    }

    fn checked(headers: &[(String, String)], allowed: &[Origin]) -> Result<StatusCode, BadHandshake> {
        let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(name, value));
        check(&request.body(Body::empty()).expect("a request"), allowed).map(|response| response.status())
    }

    fn verdict(name: &str, value: &str) -> Result<StatusCode, BadHandshake> {
        checked(&changed(name, value), &[])
    }

    #[test]
    fn the_example_of_the_rfc_gets_the_answer_of_the_rfc() {
        let headers = changed("", "");
        let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(name, value));
        let response = check(&request.body(Body::empty()).expect("a request"), &[]).expect("good");
        assert_eq!(response.headers()[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_plain_request_or_another_version_is_told_what_is_spoken_here() {
        for (name, value) in
            [("upgrade", ""), ("upgrade", "h2c"), ("sec-websocket-version", "8"), ("sec-websocket-version", "")]
        {
            assert_eq!(verdict(name, value), Err(BadHandshake::UpgradeRequired), "{name}: {value}");
        }
    }

    #[test]
    fn a_key_is_sixteen_bytes_in_base64_and_there_is_one() {
        for key in ["", "short", "dGhlIHNhbXBsZSBub25jZQ", "!!!!!!!!!!!!!!!!!!!!!!==", "dGhlIHNhbXBsZSBub25jZSE="] {
            assert!(matches!(verdict("sec-websocket-key", key), Err(BadHandshake::Broken(_))), "{key}");
        }
        let mut twice = changed("", "");
        twice.push(("sec-websocket-key".to_owned(), "dGhlIHNhbXBsZSBub25jZQ==".to_owned()));
        assert!(matches!(checked(&twice, &[]), Err(BadHandshake::Broken(_))));
    }

    #[test]
    fn a_connection_that_is_not_to_be_upgraded_is_broken() {
        assert!(matches!(verdict("connection", "keep-alive"), Err(BadHandshake::Broken(_))));
    }

    #[test]
    fn pages_of_this_host_and_programs_without_an_origin_are_welcome() {
        for origin in ["https://chat.example.org", "http://CHAT.example.org", "https://chat.example.org:443", ""] {
            assert_eq!(verdict("origin", origin), Ok(StatusCode::SWITCHING_PROTOCOLS), "{origin}");
        }
    }

    #[test]
    fn pages_of_other_origins_are_not() {
        for origin in [
            "null",
            "https://chat.example.org.evil.net",
            "https://evilchat.example.org",
            "https://example.org",
            "https://chat.example.org:8443",
            "http://chat.example.org:443",
            "file://chat.example.org",
            "chat.example.org",
            "https://",
        ] {
            assert_eq!(verdict("origin", origin), Err(BadHandshake::ForeignOrigin), "{origin}");
        }
    }

    #[test]
    fn a_named_origin_is_welcome_and_only_exactly_that_one() {
        let environment = vec![("CHAT_ALLOWED_ORIGINS".to_owned(), "https://app.example.net".to_owned())];
        let sources = Sources { environment, ..Sources::default() };
        let allowed = sources.load().expect("good").config.allowed_origins;
        let verdict = |origin| checked(&changed("origin", origin), &allowed);
        assert!(verdict("https://app.example.net").is_ok());
        for other in ["http://app.example.net", "https://app.example.net:8443", "https://app.example.net.evil.org"] {
            assert_eq!(verdict(other), Err(BadHandshake::ForeignOrigin), "{other}");
        }
    }
}
