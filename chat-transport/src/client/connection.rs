//! The client's life over all of its connections: connects, comes back after a pause, and knows when not to.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};

use super::link::{Link, Socket};
use super::sends::Sends;
use super::{ClientSettings, Cursors, Notice, Request};

/// How many requests are taken in while there is no connection.
const BACKLOG: usize = 1_024;

pub(super) struct Connection {
    pub(super) settings: ClientSettings,
    requests: mpsc::Receiver<Request>,
    /// What was asked while there was no connection.
    backlog: VecDeque<Request>,
    notices: mpsc::Sender<Notice>,
    pub(super) cursors: Cursors,
    pub(super) epoch: Option<String>,
    pub(super) sends: Sends,
    pause: Duration,
}

/// Why a connection ended.
pub(super) enum End {
    /// It broke, or the server wants the client to come back, after a while if it says so.
    Broken { retry_after: Option<Duration> },
    /// The server does not want this client any more.
    Refused(u16),
    /// Nobody holds the client any more.
    Abandoned,
}

impl End {
    pub(super) const fn broken() -> Self {
        Self::Broken { retry_after: None }
    }
}

impl Connection {
    pub(super) fn new(
        settings: ClientSettings,
        requests: mpsc::Receiver<Request>,
        notices: mpsc::Sender<Notice>,
    ) -> Self {
        let pause = settings.min_pause;
        let (backlog, cursors, sends) = (VecDeque::new(), Cursors::new(), Sends::default());
        Self { settings, requests, backlog, notices, cursors, epoch: None, sends, pause }
    }

    pub(super) async fn run(mut self) {
        loop {
            let end = match self.live().await {
                Ok(never) => match never {},
                Err(end) => end,
            };
            let wait = match end {
                End::Abandoned => return,
                End::Refused(code) => {
                    let _ = self.notices.send(Notice::Ended(code)).await;
                    return;
                }
                End::Broken { retry_after } => retry_after.unwrap_or_else(|| self.next_pause()),
            };
            if self.tell(Notice::Offline).await.is_err() || self.rest(wait).await.is_err() {
                return;
            }
        }
    }

    /// One connection from its beginning to its end.
    async fn live(&mut self) -> Result<std::convert::Infallible, End> {
        let opened = timeout(self.settings.patience, self.open()).await;
        let socket = opened.unwrap_or_else(|_| Err(End::broken()))?;
        Link::new(self, socket).serve().await
    }

    async fn open(&self) -> Result<Socket, End> {
        let token = self.settings.tokens.token().await.ok_or(End::Refused(4502))?;
        let url = format!("ws://{}{}", self.settings.address, self.settings.path);
        let mut request = url.into_client_request().map_err(|_| End::Refused(1002))?;
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| End::Refused(4502))?;
        request.headers_mut().insert("authorization", bearer);
        let stream = TcpStream::connect(&self.settings.address).await.map_err(|_| End::broken())?;
        let _ = stream.set_nodelay(true);
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(response)) if is_final(response.status()) => Err(End::Refused(4502)),
            Err(_) => Err(End::broken()),
        }
    }

    /// The next thing that is asked; none if nobody is there any more to ask.
    pub(super) async fn request(&mut self) -> Option<Request> {
        match self.backlog.pop_front() {
            Some(request) => Some(request),
            None => self.requests.recv().await,
        }
    }

    /// Waits before coming back, and takes in what is asked meanwhile.
    async fn rest(&mut self, time: Duration) -> Result<(), End> {
        let until = Instant::now() + time;
        loop {
            let has_room = self.backlog.len() < BACKLOG;
            tokio::select! {
                () = sleep_until(until) => return Ok(()),
                request = self.requests.recv(), if has_room => match request {
                    Some(request) => self.backlog.push_back(request),
                    None => return Err(End::Abandoned),
                },
            }
        }
    }

    /// The server let the client in: the next pause is a short one again.
    pub(super) fn is_welcome(&mut self) {
        self.pause = self.settings.min_pause;
    }

    /// Doubles with every call, less a random part of up to a half, so that not all clients come back at once.
    fn next_pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(self.settings.max_pause);
        let chance = RandomState::new().hash_one(()) % 1_024;
        pause - pause * u32::try_from(chance).unwrap_or_default() / 2_048
    }

    pub(super) async fn tell(&self, notice: Notice) -> Result<(), End> {
        self.notices.send(notice).await.map_err(|_| End::Abandoned)
    }
}

/// Whether the answer to an upgrade says not to come back: a bad token, a wrong path; but not a crowd or a slow moment.
fn is_final(status: StatusCode) -> bool {
    status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT && status != StatusCode::TOO_MANY_REQUESTS
}
