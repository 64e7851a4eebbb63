//! A session: the life of one socket, in one task.
//!
//! It reads a frame, decodes it, asks the chat, and writes what its outbox holds, all of it in one go. Answers that only this
//! client gets are written at once; events come through the outbox in the order of their logs.

mod faults;
mod registration;
mod write;

use std::sync::Arc;

use chat_core::command::{Actor, ChangedReply, DraftReply, MarksReply, SettingsReply};
use chat_core::error::ErrorCode;
use chat_core::event::Origin;
use chat_core::registry::Scope;
use chat_core::time::Timestamp;
use chat_core::{ChatError, Command, Identity, Reply};
use futures_util::future::OptionFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::{self, Message};

pub(crate) use self::faults::Faults;
pub(crate) use self::registration::Registration;
use crate::close::CloseReason;
use crate::gateway::Gateway;
use crate::goodbye::{GOODBYE, close, reason_of};
use crate::in_flight::{InFlight, Landed, is_at_hand};
use crate::outbox::Outbox;
use crate::socket::Socket;
use crate::wire::{ClientFrame, EventView, MessageView, ReceiptView, ServerFrame, TypingView, decode};

/// One socket that has proved whose it is.
pub(crate) struct Session<S> {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) socket: Socket<S>,
    pub(crate) identity: Identity,
    pub(crate) scope: Scope,
    pub(crate) registration: Registration,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) faults: Faults,
    pub(crate) in_flight: InFlight,
}

/// What a session acts on next.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for the length of a turn, and a box would be made for each frame"
)]
enum Turn {
    /// The client said something, or is gone.
    Heard(Option<Result<Message, tungstenite::Error>>),
    /// A message of the client arrived.
    Landed(Landed),
}

/// How a session goes on after one frame.
type Step = Result<(), CloseReason>;

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Session<S> {
    /// Serves the socket until it ends, and says why if it was this side that ended it.
    ///
    /// What only a frame or the end needs is boxed and given back afterwards, so that an idle socket keeps little.
    pub(crate) async fn live(&mut self) {
        let reason = self.talk().await;
        Box::pin(self.end(reason)).await;
    }

    async fn end(&mut self, reason: Option<CloseReason>) {
        // What is on its way is still stored, and others hear of it at once, whether or not this client is there.
        while self.in_flight.next().await.is_some() {}
        if let Some(reason) = reason {
            close(&mut self.socket, reason).await;
        }
    }

    async fn talk(&mut self) -> Option<CloseReason> {
        loop {
            let turn = self.turn().await;
            if let Some(Err(reason)) = OptionFuture::from(turn.map(|turn| Box::pin(self.take(turn)))).await {
                return reason;
            }
            if let Err(reason) = self.deliver().await {
                return reason;
            }
        }
    }

    /// Waits for what is next; none if it is the outbox that may hold something. This is all that an idle socket does.
    async fn turn(&mut self) -> Option<Turn> {
        let has_room = self.in_flight.has_room();
        tokio::select! {
            // Nobody is passed over: whatever the turn was, the outbox is looked at after it.
            biased;
            message = self.socket.next(), if has_room => Some(Turn::Heard(message)),
            Some(landed) = self.in_flight.next() => Some(Turn::Landed(landed)),
            () = self.outbox.ready() => None,
        }
    }

    async fn take(&mut self, turn: Turn) -> Result<(), Option<CloseReason>> {
        match turn {
            Turn::Heard(Some(Ok(Message::Close(_)))) => {
                // tungstenite has an answer ready, which goes out as the socket is read to its end.
                let rest = async { while let Some(Ok(_)) = self.socket.next().await {} };
                let _ended = tokio::time::timeout(GOODBYE, rest).await;
                Err(None)
            }
            Turn::Heard(Some(Ok(message))) => self.receive(message).await.map_err(Some),
            Turn::Heard(Some(Err(error))) => Err(reason_of(&error)),
            Turn::Heard(None) => Err(None),
            Turn::Landed(landed) => self.land(landed).await.map_err(Some),
        }
    }

    /// Waits for everything that is on its way.
    async fn land_all(&mut self) -> Step {
        while let Some(landed) = self.in_flight.next().await {
            self.land(landed).await?;
        }
        Ok(())
    }

    /// Answers a message that arrived, where its own event does not.
    async fn land(&mut self, landed: Landed) -> Step {
        let Landed { reference, outcome } = landed;
        match outcome {
            Ok(Reply::Sent(sent)) if !sent.fresh => {
                let event = EventView::MessageNew(MessageView::from(&sent.message));
                self.say_event(&event, reference.as_deref()).await
            }
            Ok(_) => Ok(()),
            Err(error) => self.refuse(&error, reference.as_deref()).await,
        }
    }

    async fn receive(&mut self, message: Message) -> Step {
        let now = self.gateway.clock.now();
        self.outbox.heard(now);
        match message {
            Message::Text(text) => self.read(text.as_str(), now).await,
            Message::Ping(_) => self.faults.ping(now, self.gateway.settings.max_pings_per_second),
            Message::Binary(_) => Err(CloseReason::Binary),
            // Whoever does no more than answer pings has nothing to say.
            Message::Pong(_) => {
                self.socket.rest();
                Ok(())
            }
            Message::Close(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn read(&mut self, text: &str, now: Timestamp) -> Step {
        let implied = match self.scope {
            Scope::Everything => None,
            Scope::Only(conversation) => Some(conversation),
        };
        let (reference, frame) = decode(text, implied);
        let frame = match frame {
            Ok(ClientFrame::Command(Command::SendMessage(send))) => {
                let actor = self.actor(reference.as_deref());
                if is_at_hand(&self.gateway.chat, &actor, &send) {
                    self.in_flight.push(&self.gateway.chat, actor, send, reference);
                    return Ok(());
                }
                Ok(ClientFrame::Command(Command::SendMessage(send)))
            }
            other => other,
        };
        // Whatever else is asked sees what was said before it.
        if !matches!(frame, Ok(ClientFrame::Ping)) {
            self.land_all().await?;
        }
        let reference = reference.as_deref();
        let outcome = match frame {
            Ok(ClientFrame::Ping) => {
                self.faults.ping(now, self.gateway.settings.max_pings_per_second)?;
                return self.say(&ServerFrame::Pong, reference).await;
            }
            Ok(ClientFrame::Auth { token }) => self.renew(token, reference).await,
            Ok(ClientFrame::Sync(request)) => self.sync(request, reference).await,
            Ok(ClientFrame::Command(command)) => self.command(command, reference).await,
            Err(error) => Err(Stop::Refused(error)),
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(Stop::Close(reason)) => Err(reason),
            Err(Stop::Refused(error)) => {
                self.refuse(&error, reference).await?;
                if error.code() == ErrorCode::BadRequest {
                    self.faults.misunderstood(now, self.gateway.settings.max_errors_per_minute)?;
                }
                Ok(())
            }
        }
    }

    async fn refuse(&mut self, error: &ChatError, reference: Option<&str>) -> Step {
        log_fault(error);
        self.say(&ServerFrame::from(error), reference).await
    }

    pub(crate) fn actor(&self, reference: Option<&str>) -> Actor {
        let connection = self.registration.connection;
        let origin = reference.map(|reference| Origin { connection, reference: reference.to_owned() });
        Actor { user: self.identity.user, session: self.identity.session, origin }
    }

    /// Carries out a command. What changed something is acknowledged by its own event, through the outbox, in order; what
    /// changed nothing is answered here.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other reply is told by the event that it caused")]
    async fn command(&mut self, command: Command, reference: Option<&str>) -> Result<(), Stop> {
        let typing = if let Command::SetTyping { conversation, is_typing } = command {
            Some(TypingView { conversation_id: conversation.get(), user_id: self.identity.user.get(), is_typing })
        } else {
            None
        };
        let reply = self.gateway.chat.handle(&self.actor(reference), command).await?;
        let answer = match reply {
            Reply::Sent(sent) if !sent.fresh => Some(EventView::MessageNew(MessageView::from(&sent.message))),
            Reply::Marks(marks) if !marks.fresh => Some(self.standing(&marks)),
            Reply::Changed(ChangedReply { fresh: false })
            | Reply::Settings(SettingsReply { fresh: false, .. })
            | Reply::Draft(DraftReply { fresh: false, .. }) => {
                self.say(&ServerFrame::Done {}, reference).await?;
                None
            }
            Reply::Done => typing.filter(|_| reference.is_some()).map(EventView::Typing),
            _ => None,
        };
        if let Some(event) = answer {
            self.say_event(&event, reference).await?;
        }
        Ok(())
    }

    /// A read mark that stands where it stood.
    fn standing(&self, reply: &MarksReply) -> EventView {
        EventView::MessageRead(ReceiptView {
            id: reply.message.map(chat_core::ids::MessageId::get),
            conversation_id: reply.conversation.get(),
            seq: reply.marks.read.get(),
            user_id: self.identity.user.get(),
            delivered_at: None,
            read_at: None,
        })
    }

    /// Takes a newer token, so that the socket can live on.
    async fn renew(&mut self, token: String, reference: Option<&str>) -> Result<(), Stop> {
        let credential = chat_core::accounts::Credential::Token(token);
        let identity = self.gateway.authenticator.authenticate(&credential).await?;
        if (identity.user, identity.session) != (self.identity.user, self.identity.session) {
            return Err(ChatError::from(ErrorCode::Unauthenticated).into());
        }
        self.outbox.expire_at(identity.expires_at);
        let expires_at = identity.expires_at.map(|at| at.to_string());
        Ok(self.say(&ServerFrame::Renewed { expires_at }, reference).await?)
    }
}

/// Why a frame was not carried out.
pub(crate) enum Stop {
    /// The client is told.
    Refused(ChatError),
    /// The socket ends.
    Close(CloseReason),
}

impl From<ChatError> for Stop {
    fn from(error: ChatError) -> Self {
        Self::Refused(error)
    }
}

impl From<CloseReason> for Stop {
    fn from(reason: CloseReason) -> Self {
        Self::Close(reason)
    }
}

fn log_fault(error: &ChatError) {
    if let ChatError::Store(cause) = error {
        tracing::error!(error = cause as &dyn std::error::Error, "a command failed in the store");
    }
}
