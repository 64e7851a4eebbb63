//! What happens around every request: its address is found out, a panic in its handler becomes an answer, and one line of
//! the log tells how it went.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, OriginalUri, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use chat_core::ErrorCode;
use futures_util::FutureExt as _;

use crate::config::{Config, Network, seconds};
use crate::http::Problem;
use crate::request::{BodyLimits, ClientAddress};

/// A path that is longer is cut in the log.
const LOGGED_PATH_BYTES: usize = 256;

/// What is needed around every request.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    trusted: Arc<[Network]>,
    body: BodyLimits,
}

impl Access {
    pub(crate) fn new(config: &Config) -> Self {
        let body = BodyLimits { bytes: config.max_body_bytes.get(), time: seconds(config.body_timeout_seconds) };
        Self { trusted: config.trusted_proxies.clone().into(), body }
    }
}

/// The layer itself. It stands inside of the one that names the request.
pub(crate) async fn layer(State(access): State<Access>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = logged_path(&request);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let client = peer.map(|peer| client_address(peer, request.headers(), &access.trusted));
    if let Some(client) = client {
        request.extensions_mut().insert(ClientAddress(client));
    }
    request.extensions_mut().insert(access.body);

    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    // The panic hook has reported what and where; here it only must not take anything else down.
    let response = answered.unwrap_or_else(|_| Problem::new(ErrorCode::Internal).into_response());

    tracing::info!(
        target: "chat_server::access",
        %method,
        path,
        status = response.status().as_u16(),
        duration_ms = millis(started.elapsed()),
        client = client.map(tracing::field::display),
        "request"
    );
    response
}

/// The path that the client asked for, whatever this router is mounted under; never the query, which may hold a token.
fn logged_path(request: &Request) -> String {
    let original = request.extensions().get::<OriginalUri>();
    let path = original.map_or_else(|| request.uri().path(), |OriginalUri(uri)| uri.path());
    path.chars().take(LOGGED_PATH_BYTES).collect()
}

fn millis(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1e6).round() / 1e3
}

/// Where a request really came from. Each proxy appends the address that it saw, so the list is read from its end, and only
/// as long as who wrote it is trusted: what stands before may be invented.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer;
    let mut hops =
        headers.get_all("x-forwarded-for").iter().rev().flat_map(|line| line.to_str().unwrap_or("").rsplit(','));
    while is_trusted(client) {
        let Some(hop) = hops.next().and_then(parse_hop) else { break };
        client = hop;
    }
    client
}

/// An address, with or without a port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    fn seen_as(peer: &str, forwarded: &[&str]) -> String {
        let environment = vec![("CHAT_TRUSTED_PROXIES".to_owned(), "10.0.0.0/8".to_owned())];
        let config = Sources { environment, ..Sources::default() }.load().expect("good").config;
        let headers =
            forwarded.iter().map(|value| ("x-forwarded-for".parse().expect("a name"), value.parse().expect("ASCII")));
        let headers: HeaderMap = headers.fold(HeaderMap::new(), |mut all, (name, value)| {
            let name: axum::http::HeaderName = name;
            all.append(name, value);
            all
        });
        client_address(peer.parse().expect("an address"), &headers, &config.trusted_proxies).to_string()
    }

    #[test]
    fn a_stranger_cannot_name_another_address() {
        assert_eq!(seen_as("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_is_believed_up_to_the_first_address_that_is_not_its_own_kind() {
        assert_eq!(seen_as("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen_as("10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen_as("10.0.0.1", &["1.2.3.4", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen_as("10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(seen_as("10.0.0.1", &["[2001:db8::1]:4711"]), "2001:db8::1");
    }

    #[test]
    fn what_is_not_an_address_ends_the_list() {
        assert_eq!(seen_as("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen_as("10.0.0.1", &["1.2.3.4, unknown"]), "10.0.0.1");
        assert_eq!(seen_as("10.0.0.1", &["1.2.3.4, 10.0.0.2, garbage, 10.0.0.3"]), "10.0.0.3");
    }
}
