//! Messages that were given to the client and are not answered yet: each is repeated under its key until it is.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::ClientError;
use crate::wire::{MessageView, encode};

/// Whom to tell what came of a message.
pub(super) type Answer = oneshot::Sender<Result<MessageView, ClientError>>;

/// How long to wait before repeating what was refused for the moment, where the server does not say.
const PAUSE: Duration = Duration::from_millis(500);

/// A message as it goes over the wire.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SendFrame {
    r#type: &'static str,
    r#ref: String,
    conversation_id: i64,
    body: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<i64>,
}

impl SendFrame {
    /// A message under a number that no other message of this client has.
    pub(super) fn new(device: &str, number: u64, conversation_id: i64, body: String, reply_to: Option<i64>) -> Self {
        let client_id = format!("{device}-{number}");
        Self { r#type: "message.send", r#ref: format!("s{number}"), conversation_id, body, client_id, reply_to }
    }
}

/// What is not answered yet, in the order in which it was asked.
#[derive(Debug, Default)]
pub(super) struct Sends {
    pending: BTreeMap<u64, Pending>,
}

#[derive(Debug)]
struct Pending {
    frame: SendFrame,
    answer: Answer,
    /// When to say it again, if the server asked to wait.
    again_at: Option<Instant>,
}

impl Sends {
    /// Takes a message in, and gives its text.
    pub(super) fn add(&mut self, number: u64, frame: SendFrame, answer: Answer) -> String {
        let text = encode(&frame);
        self.pending.insert(number, Pending { frame, answer, again_at: None });
        text
    }

    /// Answers whoever waits for a message, if the reference is one of ours.
    pub(super) fn settle(&mut self, reference: &str, outcome: Result<MessageView, ClientError>) {
        if let Some(pending) = number(reference).and_then(|number| self.pending.remove(&number)) {
            // Whoever does not wait any more does not want to know.
            let _ = pending.answer.send(outcome);
        }
    }

    /// The server asks to say this one again later.
    pub(super) fn delay(&mut self, reference: &str, by: Option<Duration>) {
        if let Some(pending) = number(reference).and_then(|number| self.pending.get_mut(&number)) {
            pending.again_at = Some(Instant::now() + by.unwrap_or(PAUSE));
        }
    }

    /// When the next one is to be said again.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.pending.values().filter_map(|pending| pending.again_at).min()
    }

    /// What is to be said again now.
    pub(super) fn due(&mut self) -> Vec<String> {
        let now = Instant::now();
        let due = self.pending.values_mut().filter(|pending| pending.again_at.is_some_and(|at| at <= now));
        due.map(|pending| {
            pending.again_at = None;
            encode(&pending.frame)
        })
        .collect()
    }

    /// Everything, to be said again on a new connection.
    pub(super) fn all(&mut self) -> Vec<String> {
        let all = self.pending.values_mut();
        all.map(|pending| {
            pending.again_at = None;
            encode(&pending.frame)
        })
        .collect()
    }
}

/// The number of a message by the name that it went under.
fn number(reference: &str) -> Option<u64> {
    reference.strip_prefix('s')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(sends: &mut Sends, number: u64) -> oneshot::Receiver<Result<MessageView, ClientError>> {
        let (answer, answered) = oneshot::channel();
        sends.add(number, SendFrame::new("desk", number, 7, "tea".to_owned(), None), answer);
        answered
    }

    #[test]
    fn a_message_says_where_what_and_under_which_key() {
        let (answer, _answered) = oneshot::channel();
        let text = Sends::default().add(3, SendFrame::new("desk", 3, 7, "tea".to_owned(), Some(9)), answer);
        let expected =
            r#"{"type":"message.send","ref":"s3","conversation_id":7,"body":"tea","client_id":"desk-3","reply_to":9}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn an_answer_finds_whoever_waits_for_it_and_a_second_one_nobody() {
        let mut sends = Sends::default();
        let (mut first, mut second) = (asked(&mut sends, 1), asked(&mut sends, 2));
        for reference in ["s2", "s2", "sync", "2", ""] {
            sends.settle(reference, Err(ClientError::Refused("too_long".to_owned())));
        }
        assert_eq!(second.try_recv(), Ok(Err(ClientError::Refused("too_long".to_owned()))));
        assert!(first.try_recv().is_err());
        assert_eq!(sends.all().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_refused_for_the_moment_is_due_when_the_moment_is_over() {
        let mut sends = Sends::default();
        let _answered = (asked(&mut sends, 1), asked(&mut sends, 2));
        sends.delay("s1", Some(Duration::from_secs(3)));
        assert_eq!((sends.due().len(), sends.next_due()), (0, Some(Instant::now() + Duration::from_secs(3))));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(sends.due().len(), 1);
        assert_eq!((sends.due().len(), sends.next_due()), (0, None));
    }
}
