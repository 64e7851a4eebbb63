//! How a socket begins: who it is, what it carries, and where everything stands.
//!
//! The order matters. A connection is registered before anything is read about it, takes up what it has to carry before the
//! heads of that are read, and puts down what was left in between. So whatever is published meanwhile either reaches it or
//! lies at or below a head, and nobody hears what they are not in.

use std::collections::HashMap;
use std::sync::Arc;

use chat_core::accounts::Credential;
use chat_core::command::{Position, Welcome};
use chat_core::ids::{ConversationId, Seq};
use chat_core::registry::Scope;
use chat_core::{ChatError, ErrorCode, Identity};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::Message;

use crate::close::CloseReason;
use crate::gateway::{Gateway, Opening};
use crate::goodbye::{close, reason_of};
use crate::guard::Guarded;
use crate::hub::Arrival;
use crate::in_flight::InFlight;
use crate::outbox::Outbox;
use crate::session::{Faults, Registration, Session};
use crate::socket::Socket;
use crate::wire::{ClientFrame, ReadyView, ServerFrame, decode};

impl Gateway {
    /// Takes a socket from right after the upgrade to where its client knows where everything stands. None if it ended before.
    /// It stands in the `door` until it is known whose it is.
    pub(crate) async fn admit<S>(self: Arc<Self>, stream: S, opening: Opening, door: impl Send) -> Option<Session<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = Guarded::new(stream, self.settings.max_fragments);
        let mut socket = Socket::new(stream, Arc::clone(&self.protocol));
        let identity = match opening.identity {
            Some(identity) => Ok(identity),
            None => self.first_frame(&mut socket).await,
        };
        let admitted = match identity {
            Ok(identity) => self.may_begin(&identity, opening.scope).await.map(|()| identity),
            Err(reason) => Err(reason),
        };
        let identity = match admitted {
            Ok(identity) => identity,
            Err(reason) => {
                close(&mut socket, reason).await;
                return None;
            }
        };
        drop(door);
        let mut session = self.register(socket, identity, opening.scope);
        match session.begin().await {
            Ok(()) => {
                session.socket.rest();
                Some(session)
            }
            Err(reason) => {
                close(&mut session.socket, reason).await;
                None
            }
        }
    }

    /// Waits for `{"type":"auth","token":...}`.
    async fn first_frame<S>(&self, socket: &mut Socket<S>) -> Result<Identity, CloseReason>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let first = async {
            loop {
                match socket.next().await {
                    Some(Ok(Message::Text(text))) => return Ok(text),
                    Some(Ok(Message::Binary(_))) => return Err(CloseReason::Binary),
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                    Some(Ok(Message::Close(_))) | None => return Err(CloseReason::AuthTimeout),
                    Some(Err(error)) => return Err(reason_of(&error).unwrap_or(CloseReason::AuthTimeout)),
                }
            }
        };
        let text = tokio::time::timeout(self.settings.auth_timeout, first).await;
        let text = text.map_err(|_| CloseReason::AuthTimeout)??;
        let (_, Ok(ClientFrame::Auth { token })) = decode(text.as_str(), None) else {
            return Err(CloseReason::BadToken);
        };
        let shown = self.authenticator.authenticate(&Credential::Token(token)).await;
        shown.map_err(|error| not_let_in(error.code()))
    }

    /// Nobody takes every place alone, and a socket of one conversation is for those who are in it.
    async fn may_begin(&self, identity: &Identity, scope: Scope) -> Result<(), CloseReason> {
        let open = u32::try_from(self.hub.connections_of(identity.user)).unwrap_or(u32::MAX);
        if open >= self.settings.max_sockets_per_user {
            return Err(CloseReason::TooManySockets);
        }
        match scope {
            Scope::Everything => Ok(()),
            Scope::Only(conversation) => {
                let allowed = self.chat.may_carry(identity.user, conversation).await;
                allowed.map_err(|error| refusal(&error))
            }
        }
    }

    fn register<S>(self: &Arc<Self>, socket: Socket<S>, identity: Identity, scope: Scope) -> Session<S>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (user, session) = (identity.user, identity.session);
        let outbox = Outbox::new(user, scope, socket.shortcut(), self.settings.outbox_bytes, self.clock.now());
        outbox.expire_at(identity.expires_at);
        let connection = self.hub.add(Arrival { session, outbox: Arc::clone(&outbox) });
        let registration = Registration::new(Arc::clone(self), connection, user);
        if let Some(reason) = self.going_away() {
            outbox.close(reason);
        }
        let gateway = Arc::clone(self);
        let (faults, in_flight) = (Faults::default(), InFlight::default());
        Session { gateway, socket, identity, scope, registration, outbox, faults, in_flight }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Session<S> {
    async fn begin(&mut self) -> Result<(), CloseReason> {
        let carried = self.take_up().await?;
        self.registration.attend();
        self.welcome(carried).await
    }

    /// Takes up what there is to carry.
    async fn take_up(&mut self) -> Result<Vec<ConversationId>, CloseReason> {
        let conversations = match self.scope {
            Scope::Everything => {
                let carried = self.gateway.chat.carried_by(self.identity.user).await;
                carried.map_err(|error| refusal(&error))?
            }
            Scope::Only(conversation) => vec![conversation],
        };
        self.gateway.hub.carry(self.registration.connection, &conversations);
        Ok(conversations)
    }

    /// Learns where everything stands, and tells the client. What waits in the outbox at or below that is covered by it.
    async fn welcome(&mut self, carried: Vec<ConversationId>) -> Result<(), CloseReason> {
        let gateway = Arc::clone(&self.gateway);
        let user = self.identity.user;
        if let Scope::Only(conversation) = self.scope {
            let connected = gateway.chat.connected_to(user, conversation).await;
            let (position, waiting) = connected.map_err(|error| refusal(&error))?;
            let position = position.ok_or(CloseReason::NotAMember)?;
            self.start(&carried, &[position]);
            gateway.deliveries.note_all(waiting);
            return Ok(());
        }
        let mut welcome = gateway.chat.connected(user).await.map_err(|error| refusal(&error))?;
        self.settle(&carried, &mut welcome);
        let heartbeat = gateway.settings.heartbeat.as_secs();
        self.say(&ServerFrame::Ready(Box::new(ReadyView::of(&welcome, heartbeat))), None).await?;
        gateway.deliveries.note_all(welcome.waiting);
        Ok(())
    }

    /// Lets the first frame tell what the connection really follows on.
    fn settle(&self, carried: &[ConversationId], welcome: &mut Welcome) {
        let covered = self.start(carried, &welcome.positions);
        for position in &mut welcome.positions {
            position.head = covered.get(&position.conversation).copied().unwrap_or(position.head);
        }
        self.gateway.hub.cover(&self.outbox, &covered);
    }

    fn start(&self, carried: &[ConversationId], positions: &[Position]) -> HashMap<ConversationId, Seq> {
        let heads: Vec<_> = positions.iter().map(|position| (position.conversation, position.head)).collect();
        self.gateway.hub.started(self.registration.connection, carried, &heads)
    }
}

/// Why whoever shows a token in the first frame is not let in.
fn not_let_in(code: ErrorCode) -> CloseReason {
    if code == ErrorCode::AccountSuspended {
        CloseReason::Suspended
    } else if code == ErrorCode::AccountBanned {
        CloseReason::Banned
    } else if code.is_retryable() {
        CloseReason::Unavailable
    } else {
        CloseReason::BadToken
    }
}

/// Why a socket cannot begin.
fn refusal(error: &ChatError) -> CloseReason {
    if error.code() == ErrorCode::NotFound {
        return CloseReason::NotAMember;
    }
    tracing::warn!(%error, "a socket could not begin");
    CloseReason::Unavailable
}
