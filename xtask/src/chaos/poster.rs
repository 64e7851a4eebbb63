//! A client that sends over REST alone, one message at a time, and repeats each until it is answered.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::drafts::{Draft, Drafts};
use super::history::{Fact, Key, Log, Phase, Record, Tally, Way};
use super::player::{Stage, Surroundings};
use crate::client::rest::{Account, Answer, Rest};
use crate::failure::Outcome;

/// A client.
#[derive(Debug)]
pub(crate) struct Poster {
    account: Account,
    around: Surroundings,
    rest: Rest,
    drafts: Drafts,
    log: Log,
    tally: Tally,
}

impl Poster {
    /// A client of a user.
    pub(crate) fn new(account: Account, around: Surroundings, drafts: Drafts, log: Log) -> Outcome<Self> {
        around.unsettled.fetch_add(1, Ordering::SeqCst);
        let rest = Rest::new(&around.address)?;
        Ok(Self { account, around, rest, drafts, log, tally: Tally::default() })
    }

    /// Sends until it is to settle and everything is answered, or it is told to end.
    pub(crate) async fn play(mut self) -> (Vec<Record>, Tally) {
        loop {
            let stage = self.around.stage.borrow().clone();
            match stage {
                Stage::Load => self.drafts.fill(1, Instant::now()),
                Stage::Settle if self.drafts.is_empty() => break,
                Stage::Settle => {}
                Stage::Finish { .. } => break,
            }
            let due = self.drafts.take_due(Instant::now());
            if due.is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            for (key, draft) in due {
                self.send(key, &draft).await;
            }
        }
        self.around.unsettled.fetch_sub(1, Ordering::SeqCst);
        (self.log.into_records(), self.tally)
    }

    async fn send(&mut self, key: Key, draft: &Draft) {
        self.tally.resent += u64::from(draft.was_sent());
        self.write(key, draft, Phase::Invoke, None);
        let sent = self.rest.send(&self.account.token, draft.conversation, &draft.body, &key.to_string()).await;
        match sent {
            Ok(answer) if answer.status.is_success() => {
                self.tally.repeats_answered += u64::from(answer.status.as_u16() == 200);
                self.around.acknowledged.fetch_add(1, Ordering::SeqCst);
                self.drafts.answered(key, Instant::now());
                self.write(key, draft, Phase::Ok, place(&answer));
            }
            Ok(answer) if answer.status.as_u16() == 401 => {
                self.write(key, draft, Phase::Info, None);
                if let Ok(account) = self.rest.login(&self.account.name).await {
                    self.account = account;
                }
                self.again(key);
            }
            Ok(answer) if answer.status.is_client_error() && answer.status.as_u16() != 429 => {
                crate::terminal::line(&format!(
                    "{} was refused {key}: {} {}",
                    self.account.name, answer.status, answer.body
                ));
                self.drafts.refused(key);
                self.write(key, draft, Phase::Fail, None);
            }
            Ok(_) | Err(_) => {
                self.write(key, draft, Phase::Info, None);
                self.again(key);
            }
        }
    }

    fn again(&mut self, key: Key) {
        self.drafts.postpone(key, Instant::now() + Duration::from_millis(20));
    }

    fn write(&mut self, key: Key, draft: &Draft, phase: Phase, place: Option<(u64, i64)>) {
        let (conversation, body) = (draft.conversation, draft.fingerprint());
        self.log.write(Fact::Send { key, conversation, body, way: Way::Rest, phase, place });
    }
}

fn place(answer: &Answer) -> Option<(u64, i64)> {
    Some((answer.body.get("seq").and_then(Value::as_u64)?, answer.body.get("id").and_then(Value::as_i64)?))
}
