//! Sockets: the two paths that upgrade. Everything is checked before the 101, in the order handshake, holder, conversation;
//! after it the raw stream belongs to the gateway.

mod doors;
mod handshake;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts as _, Path, Query, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use chat_core::accounts::Credential;
use chat_core::ids::ConversationId;
use chat_core::registry::Scope;
use chat_core::{ChatError, ErrorCode};
use chat_transport::{Gateway, Opening};
use futures_util::FutureExt as _;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

use self::doors::{Doors, InTheDoor};
use crate::config::{Config, Origin, seconds};
use crate::http::Problem;
use crate::request::ClientAddress;
use crate::serve::Place;
use crate::state::AppState;

/// What the upgrade needs.
#[derive(Clone)]
pub(crate) struct Sockets {
    app: AppState,
    gateway: Arc<Gateway>,
    tracker: TaskTracker,
    doors: Arc<Doors>,
    origins: Arc<[Origin]>,
    token_in_url: bool,
    auth_timeout: Duration,
}

impl Sockets {
    pub(crate) fn new(app: AppState, gateway: Arc<Gateway>, tracker: TaskTracker, config: &Config) -> Self {
        let most = if config.rate_limits { config.max_unauthenticated_sockets_per_address.get() } else { usize::MAX };
        Self {
            app,
            gateway,
            tracker,
            doors: Doors::new(most),
            origins: config.allowed_origins.clone().into(),
            token_in_url: config.token_in_url,
            auth_timeout: seconds(config.socket_auth_seconds),
        }
    }

    /// The two paths.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/ws", get(everything))
            .route("/ws/conversations/{conversation_id}", get(one))
            .method_not_allowed_fallback(async || Problem::new(ErrorCode::MethodNotAllowed))
            .with_state(self)
    }
}

async fn everything(State(sockets): State<Sockets>, request: Request) -> Response {
    sockets.open(Scope::Everything, request).await.unwrap_or_else(|refusal| refusal)
}

/// The parameters of the path, by name, because a host may have put more of them before.
#[derive(Deserialize)]
struct Which {
    conversation_id: String,
}

async fn one(State(sockets): State<Sockets>, which: Result<Path<Which>, PathRejection>, request: Request) -> Response {
    let id = which.ok().and_then(|which| which.conversation_id.parse().ok()).and_then(ConversationId::new);
    let Some(id) = id else { return Problem::new(ErrorCode::NotFound).into_response() };
    sockets.open(Scope::Only(id), request).await.unwrap_or_else(|refusal| refusal)
}

impl Sockets {
    async fn open(self, scope: Scope, request: Request) -> Result<Response, Response> {
        let switch = handshake::check(&request, &self.origins).map_err(IntoResponse::into_response)?;
        let (mut parts, _) = request.into_parts();
        let refused = |error: ChatError| Problem::from(error).into_response();

        let credential = self.credential(&mut parts).await.map_err(IntoResponse::into_response)?;
        let identity = match credential {
            Some(credential) => {
                let Ok(ClientAddress(from)) = ClientAddress::from_request_parts(&mut parts, &()).await;
                let shown = self.app.authenticator.authenticate(&credential).await;
                Some(shown.map_err(|refusal| refused(self.app.bad_tokens.answer(refusal, from)))?)
            }
            None => None,
        };
        if let (Some(identity), Scope::Only(conversation)) = (identity, scope) {
            self.app.chat.may_carry(identity.user, conversation).await.map_err(refused)?;
        }
        let in_the_door = if identity.is_none() { Some(self.door(&mut parts).await.map_err(refused)?) } else { None };
        let upgrade = parts.extensions.remove::<OnUpgrade>().ok_or_else(|| {
            tracing::error!("the server that this router is mounted in cannot upgrade connections");
            Problem::new(ErrorCode::Internal).into_response()
        })?;

        let guest =
            Guest { opening: Opening { identity, scope }, in_the_door, place: parts.extensions.remove::<Place>() };
        let tracker = self.tracker.clone();
        tracker.spawn(async move {
            match upgrade.await {
                Ok(upgraded) => self.hand_over(upgraded, guest).await,
                Err(error) => tracing::debug!(%error, "a connection was gone before it was upgraded"),
            }
        });
        Ok(switch)
    }

    /// What the client shows: a header, a ticket or a token in the address, or nothing yet.
    async fn credential(&self, parts: &mut Parts) -> Result<Option<Credential>, Problem> {
        let refused = Problem::new(ErrorCode::Unauthenticated);
        let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
        if let Some(header) = headers.next() {
            let alone = headers.next().is_none();
            let token = header.to_str().ok().filter(|_| alone).and_then(bearer).ok_or(refused)?;
            return Ok(Some(Credential::Token(token)));
        }
        let bad = |_| Problem::bad_request("The query may hold one `ticket` or one `token`.");
        let Query(shown) = Query::<Shown>::from_request_parts(parts, &()).await.map_err(bad)?;
        match shown {
            Shown { ticket: Some(ticket), .. } => Ok(Some(Credential::Ticket(ticket))),
            Shown { token: Some(token), .. } if self.token_in_url => Ok(Some(Credential::Token(token))),
            Shown { token: Some(_), .. } => Err(refused),
            Shown { ticket: None, token: None } => Ok(None),
        }
    }

    async fn door(&self, parts: &mut Parts) -> Result<InTheDoor, ChatError> {
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, &()).await;
        let retry_after_ms = u64::try_from(self.auth_timeout.as_millis()).unwrap_or(u64::MAX);
        self.doors.enter(address).ok_or(ChatError::RateLimited { retry_after_ms })
    }

    /// Gives the stream to the gateway: the bare TCP stream where it is one, because it needs less memory.
    async fn hand_over(self, upgraded: Upgraded, guest: Guest) {
        match upgraded.downcast::<TokioIo<TcpStream>>() {
            Ok(parts) => {
                let (stream, read) = (parts.io.into_inner(), parts.read_buf);
                if read.is_empty() {
                    self.serve(stream, guest).await;
                } else {
                    self.serve(after(read, stream), guest).await;
                }
            }
            Err(upgraded) => self.serve(TokioIo::new(upgraded), guest).await,
        }
    }

    /// Opens the socket, and lets a task of its own serve it: this one needed room for the upgrade, which a socket that may be
    /// open and silent for hours should not keep.
    async fn serve<S>(self, stream: S, Guest { opening, in_the_door, place }: Guest)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let session = self.gateway.open(stream, opening, in_the_door).await;
        if let Some(session) = session {
            self.tracker.spawn(session.map(move |()| drop(place)));
        }
    }
}

/// Who comes with an upgrade, and what they hold.
struct Guest {
    opening: Opening,
    in_the_door: Option<InTheDoor>,
    place: Option<Place>,
}

/// What the query of a socket's address may hold.
#[derive(Deserialize)]
struct Shown {
    ticket: Option<String>,
    token: Option<String>,
}

fn bearer(header: &str) -> Option<String> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// A stream whose first bytes were read already, because the client did not wait for the 101.
fn after(read: Bytes, stream: TcpStream) -> impl AsyncRead + AsyncWrite + Unpin + Send + 'static {
    let (reader, writer) = stream.into_split();
    tokio::io::join(std::io::Cursor::new(read).chain(reader), writer)
}
