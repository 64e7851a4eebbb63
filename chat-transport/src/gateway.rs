//! The gateway: opens sockets, keeps them honest, and closes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chat_core::accounts::Authenticator;
use chat_core::event::{Audience, Envelope, Event};
use chat_core::ids::{ConversationId, Seq, SessionId};
use chat_core::log::LogEntry;
use chat_core::page::PageSize;
use chat_core::ports::{Clock, EventBus};
use chat_core::registry::Scope;
use chat_core::{Chat, Identity};
use futures_util::FutureExt;
use futures_util::future::OptionFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::close::CloseReason;
use crate::deliveries::Deliveries;
use crate::frame::Frame;
use crate::hub::Hub;
use crate::settings::SocketSettings;
use crate::tails::Tails;
use crate::wire::{ServerFrame, encode};

/// How often holes in lanes are looked for, and how old one has to be.
const REPAIR_EVERY: Duration = Duration::from_millis(200);
const REPAIR_AFTER_MICROS: i64 = 500_000;

/// How often the positions of all lanes are compared with the store.
const COMPARE_EVERY: Duration = Duration::from_secs(4);

/// How long a hint may be on its way from the commit to here.
const ARRIVAL: Duration = Duration::from_millis(500);

/// How many conversations one comparison asks for at once.
const COMPARE_BATCH: usize = 1_000;

/// How often silent, expired and departed ones are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// How often an author in a large group is told how far a message got.
const TALLY_EVERY: Duration = Duration::from_secs(1);

/// How long before its end a client is told that its token expires.
const WARN_SECONDS: i64 = 60;

/// What is known of a socket when it is upgraded.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// Who opened it; none if its first frame has to tell.
    pub identity: Option<Identity>,
    /// What it carries.
    pub scope: Scope,
}

/// Serves sockets.
#[expect(missing_debug_implementations, reason = "the ports are trait objects without a text form")]
pub struct Gateway {
    pub(crate) chat: Arc<Chat>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: SocketSettings,
    pub(crate) protocol: Arc<WebSocketConfig>,
    pub(crate) deliveries: Deliveries,
    pub(crate) tails: Tails,
    /// Above 0 once the server goes away: within how many milliseconds clients are asked to come back.
    going_away: AtomicU64,
}

impl Gateway {
    /// A gateway between a chat and its hub.
    #[must_use]
    pub fn new(
        chat: Arc<Chat>,
        hub: Arc<Hub>,
        authenticator: Arc<dyn Authenticator>,
        clock: Arc<dyn Clock>,
        settings: SocketSettings,
    ) -> Arc<Self> {
        Arc::new(Self {
            chat,
            hub,
            authenticator,
            clock,
            protocol: Arc::new(settings.websocket()),
            settings,
            deliveries: Deliveries::default(),
            tails: Tails::default(),
            going_away: AtomicU64::new(0),
        })
    }

    /// How many sockets are open.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.hub.connection_count()
    }

    /// The sessions that have sockets here.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionId> {
        self.hub.sessions().into_iter().collect()
    }

    /// Serves one socket, from right after the upgrade to its end.
    pub fn serve<S>(self: Arc<Self>, stream: S, opening: Opening) -> impl Future<Output = ()> + Send + use<S>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // What opens is boxed and given back, because it is much larger than what serves.
        Box::pin(self.open(stream, opening, ())).then(OptionFuture::from).map(|_| ())
    }

    /// Opens one socket, right after the upgrade, up to where its client knows where everything stands. What it returns serves
    /// it to its end; none if it ended before. A socket may take a place as long as nobody knows whose it is: `door` is
    /// dropped when that is known, or when the socket ends before.
    ///
    /// What opens is much larger than what serves: let another task serve, and an idle socket keeps little.
    pub async fn open<S>(
        self: Arc<Self>,
        stream: S,
        opening: Opening,
        door: impl Send + 'static,
    ) -> Option<impl Future<Output = ()> + Send>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut session = self.admit(stream, opening, door).await?;
        Some(async move { session.live().await })
    }

    /// Keeps everything going, for ever: brings what many are to hear to all of them, repairs holes, compares positions, notes
    /// deliveries, tells authors in large groups, finds the silent and the departed. Run it once per gateway.
    pub async fn maintain(&self) {
        let deliveries = self.deliveries.record(&self.chat);
        tokio::join!(
            self.hub.make_rounds(&self.deliveries),
            deliveries,
            self.repair(),
            self.compare(),
            self.sweep(),
            self.see_off(),
            self.tally()
        );
    }

    /// Fills holes in lanes from the store.
    async fn repair(&self) {
        loop {
            tokio::time::sleep(REPAIR_EVERY).await;
            for (conversation, position, until) in self.hub.stuck(REPAIR_AFTER_MICROS) {
                self.fill(conversation, position, until).await;
            }
        }
    }

    /// Compares where the lanes stand with the store, so that even a hint that was lost altogether is made up for. Hints that
    /// are on their way get a moment to arrive.
    async fn compare(&self) {
        loop {
            tokio::time::sleep(COMPARE_EVERY).await;
            let behind = self.behind().await;
            tokio::time::sleep(ARRIVAL).await;
            for (conversation, head) in behind {
                if let Some(position) = self.hub.position(conversation).filter(|position| *position < head) {
                    self.fill(conversation, position, head).await;
                }
            }
        }
    }

    /// The lanes that stand before the heads of their logs.
    async fn behind(&self) -> Vec<(ConversationId, Seq)> {
        let positions = self.hub.positions();
        let ids: Vec<_> = positions.keys().copied().collect();
        let mut behind = Vec::new();
        for some in ids.chunks(COMPARE_BATCH) {
            match self.chat.heads(some).await {
                Ok(heads) => {
                    let is_behind = |(id, head): &(_, _)| positions.get(id).is_some_and(|position| position < head);
                    behind.extend(heads.into_iter().filter(is_behind));
                }
                Err(error) => tracing::warn!(%error, "positions could not be compared with the store"),
            }
        }
        behind
    }

    /// Publishes what the store has after one seq, up to another: not beyond, where hints are still on their way.
    async fn fill(&self, conversation: ConversationId, mut after: Seq, until: Seq) {
        while after < until {
            let items = match self.chat.log_after(conversation, after, PageSize::MAX).await {
                Ok(changes) => changes.items,
                Err(error) => {
                    tracing::warn!(%error, %conversation, "a hole could not be filled yet");
                    return;
                }
            };
            let Some(last) = items.last().map(LogEntry::seq) else { return };
            after = last;
            for entry in items.into_iter().filter(|entry| entry.seq() <= until) {
                self.hub.publish(Envelope {
                    event: Arc::new(Event::Entry(entry)),
                    audience: Audience::Conversation { id: conversation, except: None },
                    origin: None,
                });
            }
        }
    }

    /// Finds sockets that are silent or whose token expires.
    async fn sweep(&self) {
        let heartbeat = i64::try_from(self.settings.heartbeat.as_secs()).unwrap_or(i64::MAX).max(1);
        // Every second another part of the sockets is pinged, so that not all of them wake at once.
        let parts = heartbeat.unsigned_abs();
        for second in (0..parts).cycle() {
            tokio::time::sleep(SWEEP_EVERY).await;
            let now = self.clock.now();
            self.hub.each(|connection, outbox| {
                if now >= outbox.expires_at() {
                    outbox.close(CloseReason::TokenExpired);
                } else if now >= outbox.heard_at().plus_seconds(2 * heartbeat) {
                    outbox.close(CloseReason::Silent);
                } else {
                    if now.plus_seconds(WARN_SECONDS) >= outbox.expires_at() && outbox.warn_once() {
                        let expires_at = outbox.expires_at().to_string();
                        outbox.push(Frame::note(&encode(&ServerFrame::Expiring { expires_at })));
                    }
                    if connection.0 % parts == second {
                        outbox.ping();
                    }
                }
            });
        }
    }

    /// Finds users who are gone, and those who type no more. Apart from the sweep, which must not wait for a store.
    async fn see_off(&self) {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            if let Err(error) = self.chat.announce_departures().await {
                tracing::warn!(%error, "departures could not be announced");
            }
            if let Err(error) = self.chat.announce_silence().await {
                tracing::warn!(%error, "who stopped to type could not be announced");
            }
        }
    }

    /// Tells authors in large groups how far their messages got.
    async fn tally(&self) {
        loop {
            tokio::time::sleep(TALLY_EVERY).await;
            if let Err(error) = self.chat.tell_tallies().await {
                tracing::warn!(%error, "authors could not be told how far their messages got");
            }
        }
    }

    /// Asks every socket to send what it has and to close, with a hint to come back after a random part of the time given,
    /// so that not all come back at once. A socket that opens from now on is asked the same.
    pub fn shut_down(&self, retry_after_ms_max: u64) {
        self.going_away.store(retry_after_ms_max.max(1), Ordering::SeqCst);
        let mut chance = self.clock.now().micros().unsigned_abs();
        self.hub.each(|_, outbox| {
            chance = stirred(chance);
            outbox.close(CloseReason::GoingAway { retry_after_ms: chance % retry_after_ms_max.max(1) });
        });
    }

    /// Why a socket cannot stay that opens now. Ask after it was registered: before that, [`shut_down`](Self::shut_down) may
    /// have passed it by.
    pub(crate) fn going_away(&self) -> Option<CloseReason> {
        let retry_after_ms_max = self.going_away.load(Ordering::SeqCst);
        let chance = stirred(self.clock.now().micros().unsigned_abs());
        (retry_after_ms_max > 0).then(|| CloseReason::GoingAway { retry_after_ms: chance % retry_after_ms_max })
    }
}

/// A xorshift step: hints to come back only have to be spread, not secret.
const fn stirred(mut chance: u64) -> u64 {
    chance |= 1;
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^ (chance << 17)
}
