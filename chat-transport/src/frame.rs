//! A frame on its way out: encoded once, shared by every connection that gets it.

use std::sync::{Arc, LazyLock};

use chat_core::event::{Audience, Envelope, Event};
use chat_core::ids::{ConnectionId, ConversationId, Seq, UserId};
use chat_core::log::{Changed, LogEntry};
use chat_core::registry::Scope;
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use crate::close::CloseReason;
use crate::outbox::Outbox;
use crate::wire::{EventView, encode, with_ref};

/// An encoded frame with what the way out needs to know about it.
#[derive(Debug)]
pub(crate) struct Frame {
    /// What goes over the wire. A server does not mask its frames, so it is the same for everybody.
    pub(crate) wire: Bytes,
    /// Where the payload begins.
    pub(crate) payload: usize,
    /// Its place in a conversation's log, if it is an entry of one.
    pub(crate) place: Option<(ConversationId, Seq)>,
    /// The author, if it is a message: whoever else gets it has received something.
    pub(crate) author: Option<UserId>,
    /// Whether nothing is lost if a slow reader never gets it.
    pub(crate) is_ephemeral: bool,
    /// Whether a client waits for it, even where it knows the entry itself already.
    pub(crate) is_answer: bool,
}

impl Frame {
    /// An answer or a note outside of any log.
    pub(crate) fn note(text: &str) -> Arc<Self> {
        Arc::new(Self::new(OpCode::Data(Data::Text), text))
    }

    /// Asks the client for a sign of life.
    pub(crate) fn ping() -> Arc<Self> {
        static PING: LazyLock<Arc<Frame>> = LazyLock::new(|| Arc::new(Frame::new(OpCode::Control(Control::Ping), "")));
        Arc::clone(&PING)
    }

    fn new(opcode: OpCode, payload: &str) -> Self {
        let header = FrameHeader { opcode, ..FrameHeader::default() };
        let length = payload.len() as u64;
        let mut wire = Vec::with_capacity(header.len(length) + payload.len());
        // Writing into memory does not fail.
        let _written = header.format(length, &mut wire);
        let start = wire.len();
        wire.extend_from_slice(payload.as_bytes());
        Self { wire: wire.into(), payload: start, place: None, author: None, is_ephemeral: false, is_answer: false }
    }

    /// The JSON.
    pub(crate) fn text(&self) -> &str {
        self.wire.get(self.payload..).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// An event; none for what clients never see.
    pub(crate) fn of(event: &Event) -> Option<Arc<Self>> {
        let text = encode(&EventView::of(event)?);
        let (place, author) = match event {
            Event::Entry(entry) => (Some((entry.conversation(), entry.seq())), author(entry)),
            Event::UserEntry(_)
            | Event::Receipt(_)
            | Event::Tally(_)
            | Event::Presence(_)
            | Event::Profile(_)
            | Event::Settings { .. }
            | Event::Draft { .. }
            | Event::Typing { .. }
            | Event::SessionEnded(_)
            | Event::Sanctioned { .. } => (None, None),
        };
        let is_ephemeral = matches!(event, Event::Typing { .. } | Event::Presence(_));
        Some(Arc::new(Self { place, author, is_ephemeral, ..Self::new(OpCode::Data(Data::Text), &text) }))
    }

    /// The same frame as the answer to a command.
    pub(crate) fn answering(&self, reference: &str) -> Arc<Self> {
        let text = with_ref(self.text(), reference);
        let answer = Self::new(OpCode::Data(Data::Text), &text);
        Arc::new(Self { place: self.place, author: self.author, is_answer: true, ..answer })
    }

    /// What it weighs in a queue.
    pub(crate) fn weight(&self) -> usize {
        self.wire.len()
    }
}

const fn author(entry: &LogEntry) -> Option<UserId> {
    match entry {
        LogEntry::Message(message) => Some(message.sender),
        LogEntry::Change(_) => None,
    }
}

/// An event with its encoded frame.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) envelope: Envelope,
    pub(crate) frame: Arc<Frame>,
}

impl Outgoing {
    /// Queues it for one connection of the audience. True if that is the one that waits for it as an answer.
    pub(crate) fn reach(&self, connection: ConnectionId, outbox: &Outbox) -> bool {
        if !self.is_for(outbox) {
            return false;
        }
        let origin = self.envelope.origin.as_ref().filter(|origin| origin.connection == connection);
        match origin {
            Some(origin) => outbox.push(self.frame.answering(&origin.reference)),
            None => outbox.push(Arc::clone(&self.frame)),
        }
        if self.ends(outbox) {
            outbox.close(CloseReason::NotAMember);
        }
        origin.is_some()
    }

    /// Whether it says that somebody left the only conversation of their connection.
    fn ends(&self, outbox: &Outbox) -> bool {
        let Event::Entry(LogEntry::Change(entry)) = self.envelope.event.as_ref() else { return false };
        entry.what == Changed::Left { user: outbox.user } && outbox.scope == Scope::Only(entry.conversation)
    }

    /// Whether it is the same to a connection as to everybody, and changes nothing about it.
    pub(crate) fn is_plain_to(&self, outbox: &Outbox) -> bool {
        self.is_for(outbox) && !self.ends(outbox)
    }

    /// Whether a connection that carries the conversation is meant too.
    pub(crate) fn is_for(&self, outbox: &Outbox) -> bool {
        match &self.envelope.audience {
            Audience::Conversation { except, .. } => *except != Some(outbox.user),
            Audience::ConversationBut { but, .. } => !but.contains(&outbox.user),
            Audience::Users { .. } | Audience::Session(_) => true,
        }
    }
}
