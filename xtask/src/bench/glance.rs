//! What a load generator looks for in a frame, found without reading the rest: it must not be busier than the server.

/// The few things that count.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub(super) struct Glance<'a> {
    /// What it is.
    pub(super) kind: &'a str,
    /// Which command it answers.
    pub(super) reference: Option<&'a str>,
    /// In which conversation.
    pub(super) conversation: i64,
    /// Where in it.
    pub(super) seq: u64,
}

impl<'a> Glance<'a> {
    /// Looks at a frame. It must be written without spaces, and no text in it may hold a key in quotes; the generator's
    /// own texts do not.
    pub(super) fn at(frame: &'a str) -> Self {
        if let Some(reply) = frame.strip_prefix("{\"id\":") {
            return Self::at_reply(reply);
        }
        Self {
            kind: text(frame, "\"type\":\"").unwrap_or_default(),
            reference: text(frame, "\"ref\":\""),
            conversation: number(frame, "\"conversation_id\":").and_then(|id| i64::try_from(id).ok()).unwrap_or(0),
            seq: number(frame, "\"seq\":").unwrap_or(0),
        }
    }

    /// Looks at a reply of Centrifuge behind its first key: the command's number, then what was done, or an error.
    fn at_reply(reply: &'a str) -> Self {
        let (number, rest) = reply.split_once(',').unwrap_or_default();
        Self { kind: text(rest, "\"").unwrap_or_default(), reference: Some(number), ..Self::default() }
    }

    /// Whether it is a message.
    pub(super) fn is_message(&self) -> bool {
        self.kind == "message.new"
    }

    /// Whether it tells the sender of a message that it is stored: with the message, or without it.
    pub(super) fn is_acknowledgement(&self) -> bool {
        self.reference.is_some() && (self.is_message() || self.kind == "publish")
    }
}

fn text<'a>(frame: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = frame.split_once(key)?;
    rest.split_once('"').map(|(value, _)| value)
}

fn number(frame: &str, key: &str) -> Option<u64> {
    let (_, rest) = frame.split_once(key)?;
    let end = rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_few_things_that_count_are_found() {
        let frame = r#"{"type":"message.new","data":{"id":9,"conversation_id":12,"seq":345,"body":"x"},"ref":"r1"}"#;
        let found = Glance { kind: "message.new", reference: Some("r1"), conversation: 12, seq: 345 };

        assert_eq!(Glance::at(frame), found);
        assert!(found.is_message() && found.is_acknowledgement());
        assert_eq!(Glance::at(r#"{"type":"pong"}"#), Glance { kind: "pong", ..Glance::default() });
    }

    #[test]
    fn replies_and_pushes_of_centrifuge_are_understood() {
        let message = r#"{"type":"message.new","data":{"id":9,"conversation_id":12,"seq":345,"body":"x"}}"#;
        let push = format!(r#"{{"push":{{"channel":"12","pub":{{"data":{message}}}}}}}"#);
        let found = Glance { kind: "message.new", reference: None, conversation: 12, seq: 345 };
        let reply = |kind| Glance { kind, reference: Some("7"), ..Glance::default() };

        assert_eq!(Glance::at(&push), found);
        assert!(!found.is_acknowledgement());
        assert_eq!(Glance::at(r#"{"id":7,"publish":{}}"#), reply("publish"));
        assert!(reply("publish").is_acknowledgement() && !reply("publish").is_message());
        assert_eq!(Glance::at(r#"{"id":7,"error":{"code":103,"message":"permission denied"}}"#), reply("error"));
    }
}
