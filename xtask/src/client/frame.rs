//! The frames that a server sends, as far as these chores look into them.

use serde_json::Value;

use crate::failure::{Doing, Outcome};

/// What stands at one place of a conversation's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Which log.
    pub(crate) conversation: i64,
    /// Where in it, from 1.
    pub(crate) seq: u64,
    /// The message's id; none for what is no message.
    pub(crate) id: Option<i64>,
}

/// A frame from the server.
#[derive(Debug)]
pub(crate) enum Frame {
    /// The socket is open: the epoch, and the head of every conversation.
    Ready { epoch: String, heads: Vec<(i64, u64)> },
    /// Something that stands in a log. With a `ref`, it answers a command of this socket.
    Entry { place: Place, reference: Option<String> },
    /// A piece of a log that was asked for.
    Page { conversation: i64, places: Vec<Place> },
    /// All pieces have come.
    Done,
    /// The server cannot or will not close a gap: fetch by REST. None means everything.
    Resync { conversation: Option<i64> },
    /// A command was refused.
    Refused { reference: Option<String>, code: String, is_retryable: bool, retry_after_ms: u64 },
    /// Anything else: receipts, presence, typing.
    Other,
}

impl Frame {
    /// Reads a frame.
    pub(crate) fn read(text: &str) -> Outcome<Self> {
        let frame: Value = serde_json::from_str(text).doing("read a frame as JSON")?;
        Ok(Self::decode(&frame))
    }

    fn decode(frame: &Value) -> Self {
        let kind = frame.get("type").and_then(Value::as_str).unwrap_or_default();
        let data = frame.get("data").unwrap_or(&Value::Null);
        let reference = frame.get("ref").and_then(Value::as_str).map(str::to_owned);
        let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let conversation = data.get("conversation_id").and_then(Value::as_i64);
        match kind {
            "session.ready" => Self::Ready { epoch: text("epoch"), heads: heads(data) },
            // The user's own log has pages too, without a conversation.
            "sync.page" => match conversation {
                Some(conversation) => Self::Page { conversation, places: places(data) },
                None => Self::Other,
            },
            "sync.done" => Self::Done,
            "resync" => Self::Resync { conversation },
            "error" => Self::Refused {
                reference,
                code: text("code"),
                is_retryable: data.get("retryable").and_then(Value::as_bool).unwrap_or(false),
                retry_after_ms: number(data, "retry_after_ms"),
            },
            _ => match place(frame) {
                Some(place) => Self::Entry { place, reference },
                None => Self::Other,
            },
        }
    }
}

/// The entries of a list of changes, `{items: [{type, data}]}`.
pub(crate) fn places(list: &Value) -> Vec<Place> {
    list.get("items").and_then(Value::as_array).into_iter().flatten().filter_map(place).collect()
}

/// The place of an event in a log. Receipts have a seq too, but it is that of the message they are about.
fn place(event: &Value) -> Option<Place> {
    let kind = event.get("type")?.as_str()?;
    if matches!(kind, "message.read" | "message.delivered" | "message.receipts") {
        return None;
    }
    let data = event.get("data")?;
    let id = if kind == "message.new" { data.get("id").and_then(Value::as_i64) } else { None };
    Some(Place { conversation: data.get("conversation_id")?.as_i64()?, seq: data.get("seq")?.as_u64()?, id })
}

fn heads(ready: &Value) -> Vec<(i64, u64)> {
    let conversations = ready.get("conversations").and_then(Value::as_array).into_iter().flatten();
    let head =
        |conversation: &Value| Some((conversation.get("conversation_id")?.as_i64()?, number(conversation, "head")));
    conversations.filter_map(head).collect()
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_no_entry_of_a_log_although_it_has_a_seq() {
        let receipt = r#"{"type":"message.read","data":{"id":9,"conversation_id":1,"seq":4,"user_id":2}}"#;
        let message = r#"{"type":"message.new","ref":"r","data":{"id":9,"conversation_id":1,"seq":4}}"#;

        assert!(matches!(Frame::read(receipt).unwrap(), Frame::Other));
        let Frame::Entry { place, reference } = Frame::read(message).unwrap() else { panic!("no entry") };
        assert_eq!((place.seq, place.id, reference.as_deref()), (4, Some(9), Some("r")));
    }
}
