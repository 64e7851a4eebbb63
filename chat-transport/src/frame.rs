//! A frame on its way out: encoded once, shared by every connection that gets it.

use std::sync::Arc;

use chat_core::event::{Envelope, Event};
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::log::LogEntry;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::wire::{EventView, encode, with_ref};

/// An encoded frame with what the way out needs to know about it.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The JSON.
    pub(crate) text: Utf8Bytes,
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
    pub(crate) fn note(text: String) -> Arc<Self> {
        Arc::new(Self { text: text.into(), place: None, author: None, is_ephemeral: false, is_answer: false })
    }

    /// An event; none for what clients never see.
    pub(crate) fn of(event: &Event) -> Option<Arc<Self>> {
        let text = encode(&EventView::of(event)?).into();
        let (place, author) = match event {
            Event::Entry(entry) => (Some((entry.conversation(), entry.seq())), author(entry)),
            Event::UserEntry(_)
            | Event::Receipt(_)
            | Event::Presence(_)
            | Event::Typing { .. }
            | Event::SessionEnded(_) => (None, None),
        };
        let is_ephemeral = matches!(event, Event::Typing { .. } | Event::Presence(_));
        Some(Arc::new(Self { text, place, author, is_ephemeral, is_answer: false }))
    }

    /// The same frame as the answer to a command.
    pub(crate) fn answering(&self, reference: &str) -> Arc<Self> {
        let text = with_ref(&self.text, reference).into();
        Arc::new(Self { text, place: self.place, author: self.author, is_ephemeral: false, is_answer: true })
    }

    /// What it weighs in a queue.
    pub(crate) fn weight(&self) -> usize {
        self.text.len()
    }
}

const fn author(entry: &LogEntry) -> Option<UserId> {
    match entry {
        LogEntry::Message(message) => Some(message.sender),
        LogEntry::Membership(_) => None,
    }
}

/// An event with its encoded frame.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) envelope: Envelope,
    pub(crate) frame: Arc<Frame>,
}
