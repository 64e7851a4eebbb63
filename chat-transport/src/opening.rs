//! How a socket begins: who it is, what it carries, and where everything stands.
//!
//! The order matters. A connection is registered before anything is read about it, takes up what it has to carry before the
//! heads of that are read, and puts down what was left in between. So whatever is published meanwhile either reaches it or
//! lies at or below a head, and nobody hears what they are not in.

use std::collections::HashMap;
use std::sync::Arc;

use chat_core::accounts::Credential;
use chat_core::command::{Position, Welcome};
use chat_core::ids::{ConnectionId, ConversationId, Seq, UserId};
use chat_core::registry::Scope;
use chat_core::{Chat, ChatError, ErrorCode, Identity};
use futures_util::StreamExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::Message;

use crate::close::CloseReason;
use crate::gateway::Gateway;
use crate::hub::{Arrival, Hub};
use crate::outbox::Outbox;
use crate::session::{Faults, Session, Socket, reason_of};
use crate::wire::{ClientFrame, ReadyView, ServerFrame, decode};

impl Gateway {
    /// Waits for `{"type":"auth","token":...}`.
    pub(crate) async fn first_frame<S>(&self, socket: &mut Socket<S>) -> Result<Identity, CloseReason>
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
        self.authenticator.authenticate(&Credential::Token(token)).await.map_err(|error| match error.code() {
            ErrorCode::Unavailable => CloseReason::Unavailable,
            _ => CloseReason::BadToken,
        })
    }

    /// Registers the connection of a socket, unless it may not even begin.
    pub(crate) async fn begin<S>(
        self: &Arc<Self>,
        socket: Socket<S>,
        identity: Identity,
        scope: Scope,
    ) -> Result<Session<S>, (Socket<S>, CloseReason)>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if let Scope::Only(conversation) = scope
            && let Err(error) = self.chat.may_carry(identity.user, conversation).await
        {
            return Err((socket, refusal(&error)));
        }
        let outbox = Outbox::new(self.settings.outbox_bytes, self.clock.now());
        outbox.expire_at(identity.expires_at);
        let (user, session) = (identity.user, identity.session);
        let connection = self.hub.add(Arrival { user, session, scope, outbox: Arc::clone(&outbox) });
        let registration = Registration { hub: Arc::clone(&self.hub), connection };
        if let Some(reason) = self.going_away() {
            outbox.close(reason);
        }
        let gateway = Arc::clone(self);
        Ok(Session { gateway, socket, identity, scope, registration, outbox, faults: Faults::default() })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Session<S> {
    /// Lives from the registration to the end, and says why it ended if it was this side that ended it.
    pub(crate) async fn live(&mut self) -> Option<CloseReason> {
        // Beginnings are boxed: what they need is larger than what an idle socket keeps, and is given back afterwards.
        let carried = match Box::pin(self.take_up()).await {
            Ok(carried) => carried,
            Err(reason) => return Some(reason),
        };
        let gateway = Arc::clone(&self.gateway);
        let _attendance = Attendance { chat: &gateway.chat, user: self.identity.user };
        if let Err(reason) = Box::pin(self.welcome(carried)).await {
            return Some(reason);
        }
        self.run().await
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
            let position = gateway.chat.connected_to(user, conversation).await.map_err(|error| refusal(&error))?;
            let position = position.ok_or(CloseReason::NotAMember)?;
            self.start(&carried, &[position]);
            return Ok(());
        }
        let mut welcome = gateway.chat.connected(user).await.map_err(|error| refusal(&error))?;
        self.settle(&carried, &mut welcome);
        let heartbeat = gateway.settings.heartbeat.as_secs();
        self.say(&ServerFrame::Ready(Box::new(ReadyView::of(&welcome, heartbeat))), None).await
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

/// Why a socket cannot begin.
fn refusal(error: &ChatError) -> CloseReason {
    if error.code() == ErrorCode::NotFound {
        return CloseReason::NotAMember;
    }
    tracing::warn!(%error, "a socket could not begin");
    CloseReason::Unavailable
}

/// A connection's place in the hub. Whatever way a socket ends, it leaves nothing there.
pub(crate) struct Registration {
    hub: Arc<Hub>,
    pub(crate) connection: ConnectionId,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.hub.remove(self.connection);
    }
}

/// A user's being there by one connection. Whatever way a socket ends, its user is one connection poorer.
struct Attendance<'a> {
    chat: &'a Chat,
    user: UserId,
}

impl Drop for Attendance<'_> {
    fn drop(&mut self) {
        self.chat.disconnected(self.user);
    }
}
