//! A client on a socket: it sends, follows its conversations by the rules of the protocol, and comes back whenever the
//! connection is lost, with the same drafts and the same cursors.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::drafts::{Draft, Drafts};
use super::history::{Fact, Key, Log, Phase, Record, Tally, Way};
use crate::client::follow::{Follower, Step};
use crate::client::frame::{self, Frame, Place};
use crate::client::rest::{Account, Rest};
use crate::client::socket::{Refusal, Socket};
use crate::failure::{Failure, Outcome};

/// What all clients are asked to do.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// Send as fast as answers come.
    Load,
    /// Think of nothing new, but get everything answered.
    Settle,
    /// Take in everything up to these heads, then end; give up at the time given.
    Finish { heads: Arc<BTreeMap<i64, u64>>, until: Instant },
}

/// What a client needs to play.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// Where the server is, as the clients see it.
    pub(crate) address: String,
    /// What to do.
    pub(crate) stage: watch::Receiver<Stage>,
    /// How many clients have drafts that are not answered.
    pub(crate) unsettled: Arc<AtomicUsize>,
    /// How many acknowledgements came so far.
    pub(crate) acknowledged: Arc<AtomicU64>,
}

/// An answer takes longer than this only if it never comes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client.
#[derive(Debug)]
pub(crate) struct Player {
    account: Account,
    around: Surroundings,
    rest: Rest,
    window: usize,
    drafts: Drafts,
    followers: BTreeMap<i64, Follower>,
    epoch: Option<String>,
    is_settled: bool,
    log: Log,
    tally: Tally,
}

impl Player {
    /// A client of a user that follows these conversations; it keeps `window` messages open at a time.
    pub(crate) fn new(
        account: Account,
        around: Surroundings,
        conversations: &[i64],
        drafts: Drafts,
        window: usize,
        log: Log,
    ) -> Outcome<Self> {
        around.unsettled.fetch_add(1, Ordering::SeqCst);
        let followers = conversations.iter().map(|id| (*id, Follower::default())).collect();
        let rest = Rest::new(&around.address)?;
        let (epoch, is_settled, tally) = (None, false, Tally::default());
        Ok(Self { account, around, rest, window, drafts, followers, epoch, is_settled, log, tally })
    }

    /// Plays until it is finished.
    pub(crate) async fn play(mut self) -> (Vec<Record>, Tally) {
        while self.session().await.is_err() {
            for (key, draft) in self.drafts.disconnected(Instant::now()) {
                self.write_send(key, &draft, Phase::Info, None);
            }
            for follower in self.followers.values_mut() {
                follower.disconnected();
            }
            if self.is_finished() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        (self.log.into_records(), self.tally)
    }

    /// One connection, from its opening to its end. An error means that it was lost.
    async fn session(&mut self) -> Outcome {
        let mut socket = match Socket::open(&self.around.address, &self.account.token, Ipv4Addr::LOCALHOST).await {
            Ok(socket) => socket,
            Err(Refusal::Token) => {
                self.account = self.rest.login(&self.account.name).await?;
                return Err(Failure::new("the token had expired"));
            }
            Err(Refusal::Other(failure)) => return Err(failure),
        };
        let frame = tokio::time::timeout(PATIENCE, socket.next()).await;
        let Ok(Ok(Frame::Ready { epoch, heads })) = frame else {
            return Err(Failure::new("the socket did not get ready"));
        };
        self.tally.resumes += 1;
        self.resume(epoch, &heads, &mut socket).await?;
        while !self.is_finished() {
            self.send_due(&mut socket).await?;
            tokio::select! {
                frame = socket.next() => self.hear(frame?, &mut socket).await?,
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
        }
        Ok(())
    }

    /// Asks for what was missed.
    async fn resume(&mut self, epoch: String, heads: &[(i64, u64)], socket: &mut Socket) -> Outcome {
        if self.epoch.as_ref().is_some_and(|known| *known != epoch) {
            self.log.write(Fact::NewEpoch);
        }
        self.epoch = Some(epoch);
        let mut cursors = BTreeMap::new();
        for (conversation, head) in heads {
            if let Some(follower) = self.followers.get_mut(conversation)
                && follower.cursor() < *head
            {
                follower.syncing();
                cursors.insert(*conversation, follower.cursor());
            }
        }
        if cursors.is_empty() { Ok(()) } else { socket.send(&sync(self.epoch.as_deref(), &cursors)).await }
    }

    /// Sends what is to be sent, in one write.
    async fn send_due(&mut self, socket: &mut Socket) -> Outcome {
        let now = Instant::now();
        if matches!(*self.around.stage.borrow(), Stage::Load) {
            self.drafts.fill(self.window, now);
        } else if self.drafts.is_empty() && !self.is_settled {
            self.is_settled = true;
            self.around.unsettled.fetch_sub(1, Ordering::SeqCst);
        }
        if self.drafts.is_stuck(now, PATIENCE) {
            return Err(Failure::new("an answer does not come"));
        }
        let due = self.drafts.take_due(now);
        for (key, draft) in &due {
            self.tally.resent += u64::from(draft.was_sent());
            self.write_send(*key, draft, Phase::Invoke, None);
            let (key, conversation) = (key.to_string(), draft.conversation);
            let send = json!({"type": "message.send", "ref": key, "conversation_id": conversation, "body": draft.body, "client_id": key});
            socket.feed(&send).await?;
        }
        if due.is_empty() { Ok(()) } else { socket.flush().await }
    }

    async fn hear(&mut self, frame: Frame, socket: &mut Socket) -> Outcome {
        match frame {
            Frame::Entry { place, reference } => {
                if let Some(key) = reference.as_deref().and_then(Key::read) {
                    self.acknowledged(key, place);
                }
                self.take(place, Way::Live, socket).await
            }
            Frame::Page { places, .. } => {
                for place in places {
                    self.take(place, Way::Resumed, socket).await?;
                }
                Ok(())
            }
            Frame::Done => {
                let again: BTreeMap<i64, u64> = self
                    .followers
                    .iter_mut()
                    .filter_map(|(id, follower)| follower.synced().map(|cursor| (*id, cursor)))
                    .collect();
                if again.is_empty() { Ok(()) } else { socket.send(&sync(self.epoch.as_deref(), &again)).await }
            }
            Frame::Resync { conversation } => {
                self.tally.resyncs += 1;
                self.fetch(conversation).await
            }
            Frame::Refused { reference, code, is_retryable, retry_after_ms } => {
                self.refused(reference.as_deref(), &code, is_retryable, retry_after_ms);
                Ok(())
            }
            Frame::Ready { .. } | Frame::Other => Ok(()),
        }
    }

    fn acknowledged(&mut self, key: Key, place: Place) {
        let Some(draft) = self.drafts.answered(key, Instant::now()) else { return };
        let is_old = self.followers.get(&place.conversation).is_some_and(|follower| follower.cursor() >= place.seq);
        self.tally.repeats_answered += u64::from(is_old);
        self.around.acknowledged.fetch_add(1, Ordering::SeqCst);
        self.write_send(key, &draft, Phase::Ok, place.id.map(|id| (place.seq, id)));
    }

    fn refused(&mut self, reference: Option<&str>, code: &str, is_retryable: bool, retry_after_ms: u64) {
        let Some(key) = reference.and_then(Key::read) else { return };
        if is_retryable {
            let until = Instant::now() + Duration::from_millis(retry_after_ms.clamp(20, 1_000));
            if let Some(draft) = self.drafts.postpone(key, until).cloned() {
                self.write_send(key, &draft, Phase::Info, None);
            }
        } else if let Some(draft) = self.drafts.refused(key) {
            crate::terminal::line(&format!("{} was refused {key}: {code}", self.account.name));
            self.write_send(key, &draft, Phase::Fail, None);
        }
    }

    /// Takes an event in, and asks for what is missing before it.
    async fn take(&mut self, place: Place, way: Way, socket: &mut Socket) -> Outcome {
        let Some(follower) = self.followers.get_mut(&place.conversation) else { return Ok(()) };
        match follower.take(place) {
            Step::Applied(places) => {
                for place in places {
                    self.log.write(Fact::Applied { place, way });
                }
            }
            Step::Known => self.tally.known += 1,
            Step::Contradicted { had } => self.log.write(Fact::Contradicted { place, had }),
            Step::Gap { ask_from: None } => {}
            Step::Gap { ask_from: Some(cursor) } => {
                self.tally.gaps += 1;
                let cursors = BTreeMap::from([(place.conversation, cursor)]);
                socket.send(&sync(self.epoch.as_deref(), &cursors)).await?;
            }
        }
        Ok(())
    }

    /// Reads what is missing by REST: of one conversation, or of all.
    async fn fetch(&mut self, conversation: Option<i64>) -> Outcome {
        let (rest, token, log) = (&self.rest, &self.account.token, &mut self.log);
        let wanted = |id: i64| conversation.is_none_or(|one| one == id);
        for (id, follower) in self.followers.iter_mut().filter(|(id, _)| wanted(**id)) {
            loop {
                let path = format!("conversations/{id}/changes?limit=100&after={}", follower.cursor());
                let places = frame::places(&rest.get(&path, token).await?);
                if places.is_empty() {
                    break;
                }
                for place in places {
                    if let Step::Applied(places) = follower.take(place) {
                        places.into_iter().for_each(|place| log.write(Fact::Applied { place, way: Way::Rest }));
                    }
                }
            }
            follower.synced();
        }
        Ok(())
    }

    fn is_finished(&self) -> bool {
        match &*self.around.stage.borrow() {
            Stage::Load | Stage::Settle => false,
            Stage::Finish { heads, until } => {
                let has_all =
                    |(id, follower): (&i64, &Follower)| heads.get(id).is_none_or(|head| follower.cursor() >= *head);
                Instant::now() > *until || self.followers.iter().all(has_all)
            }
        }
    }

    fn write_send(&mut self, key: Key, draft: &Draft, phase: Phase, place: Option<(u64, i64)>) {
        let (conversation, body) = (draft.conversation, draft.fingerprint());
        self.log.write(Fact::Send { key, conversation, body, way: Way::Live, phase, place });
    }
}

fn sync(epoch: Option<&str>, cursors: &BTreeMap<i64, u64>) -> Value {
    let cursors: serde_json::Map<String, Value> =
        cursors.iter().map(|(id, seq)| (id.to_string(), json!(seq))).collect();
    json!({"type": "sync", "epoch": epoch, "cursors": cursors})
}
