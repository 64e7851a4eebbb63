//! One connection, from the first byte to the last: hyper with a clock, so that silence ends it, and with a second look at
//! what hyper lets pass.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::uri::Authority;
use axum::http::{Request, Version};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::quiet::Attendance;
use crate::http::Problem;

/// The place that a connection takes. Whoever takes the connection over, as a socket does, keeps this as long.
#[derive(Debug, Clone)]
pub(crate) struct Place(#[expect(dead_code, reason = "it is held, never looked at")] Arc<OwnedSemaphorePermit>);

impl Place {
    pub(super) fn new(permit: OwnedSemaphorePermit) -> Self {
        Self(Arc::new(permit))
    }
}

/// What every connection is held to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Until the first request.
    pub(super) first_request: Duration,
    /// Between requests, and for the header of each.
    pub(super) keep_alive: Duration,
    /// The largest header.
    pub(super) max_header_bytes: usize,
}

/// How long a connection whose place is wanted may still take to read the answer that is under way: a reader that stands
/// still must not keep others out.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// hyper refuses to work with less.
const LEAST_HEADER_BYTES: usize = 8 * 1024;

/// Answers the requests of one connection until it ends, is too quiet, or `stop` says that it is enough.
pub(super) async fn drive(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    attendance: Arc<Attendance>,
    router: Router,
    patience: Patience,
    stop: CancellationToken,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let answering = attendance.request();
        let (router, place) = (router.clone(), place.clone());
        async move {
            let response = answer(router, request.map(Body::new), peer, place).await;
            drop(answering);
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.keep_alive)
        .max_buf_size(patience.max_header_bytes.max(LEAST_HEADER_BYTES))
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let mut too_long = pin!(tokio::time::sleep(patience.first_request));
    let (mut evicted, mut ending) = (false, false);

    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke");
                }
                return;
            }
            () = too_long.as_mut(), if evicted || !attendance.has_spoken() => return,
            () = attendance.evicted(), if !evicted => {
                (evicted, ending) = (true, true);
                too_long.as_mut().reset(Instant::now() + LAST_WORDS);
            }
            () = stop.cancelled(), if !ending => ending = true,
        }
        if ending {
            if !attendance.has_spoken() {
                return;
            }
            // Finishes the answer that is under way, if there is one, and takes no further request.
            connection.as_mut().graceful_shutdown();
        }
    }
}

async fn answer(router: Router, mut request: Request<Body>, peer: SocketAddr, place: Place) -> Response {
    if !is_sound(&request) {
        return Problem::bad_request("A request names one host, and says in one way how long its body is.")
            .into_response();
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(place);
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// What RFC 9112 tells servers to refuse and hyper does not: no host or several (section 3.2), and two ways at once to say
/// how long the body is (section 6.1), which is how requests are smuggled past proxies.
fn is_sound<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let mut hosts = headers.get_all(HOST).iter();
    let host_is_sound = match (hosts.next(), hosts.next()) {
        (Some(host), None) => {
            host.is_empty() || Authority::try_from(host.as_bytes()).is_ok_and(|host| !has_user(&host))
        }
        (None, _) => request.version() < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    let one_length = !(headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH));
    host_is_sound && one_length
}

fn has_user(host: &Authority) -> bool {
    host.as_str().contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(headers: &[(&str, &str)]) -> bool {
        let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        is_sound(&request.body(()).expect("a request"))
    }

    #[test]
    fn a_request_names_one_host() {
        for host in ["localhost", "127.0.0.1:7722", "[::1]:80", "chat.example.org"] {
            assert!(sound(&[("host", host)]), "{host}");
        }
        for bad in ["a b", "evil@host", "host/path", "ho\"st"] {
            assert!(!sound(&[("host", bad)]), "{bad}");
        }
        assert!(!sound(&[]));
        assert!(!sound(&[("host", "a"), ("host", "b")]));
    }

    #[test]
    fn a_body_has_one_length() {
        assert!(sound(&[("host", "a"), ("content-length", "1")]));
        assert!(!sound(&[("host", "a"), ("content-length", "1"), ("transfer-encoding", "chunked")]));
    }
}
