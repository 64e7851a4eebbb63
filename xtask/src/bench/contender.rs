//! One who is measured among others: what it does in a round, the same for everybody.

use std::time::Duration;

use super::audit::Acknowledged;
use super::clocks::{Clocks, micros_each, per_second};
use super::course::Seat;
use super::line::Door;
use super::peer::Peer;
use super::room::Room;
use super::talk::{Pace, talk};
use super::world;
use crate::failure::Outcome;
use crate::terminal;

/// The work that all of them do.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Work {
    /// How many pairs talk at the same time.
    #[arg(long, default_value_t = 100)]
    pub(super) pairs: usize,
    /// How many messages each keeps on their way. Peers may reorder them if there are several.
    #[arg(long, default_value_t = 1)]
    pub(super) window: usize,
    /// How many listen in the room.
    #[arg(long, default_value_t = 1_000)]
    pub(super) members: usize,
    /// How many messages are said at once in the second half of the room's part.
    #[arg(long, default_value_t = 16)]
    pub(super) burst: u64,
}

/// What one round of one contender came to.
#[derive(Debug, Default)]
pub(super) struct Round {
    pub(super) messages_per_second: f64,
    pub(super) message_server_micros: f64,
    pub(super) message_postgres_micros: f64,
    pub(super) p99: f64,
    pub(super) single_per_second: f64,
    pub(super) single_micros: f64,
    pub(super) burst_per_second: f64,
    pub(super) burst_micros: f64,
    /// Messages that came late or again, in both parts.
    pub(super) disordered: u64,
    pub(super) lost: u64,
}

/// Somebody who is measured: us (no peer), or a peer.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) peer: Option<Peer>,
    pub(super) acknowledged: Acknowledged,
    pub(super) rounds: Vec<Round>,
}

/// A count as an id.
pub(super) fn id(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(0)
}

impl Contender {
    /// Nothing measured yet.
    pub(super) fn new(peer: Option<Peer>) -> Self {
        Self { peer, acknowledged: Acknowledged::new(), rounds: Vec::new() }
    }

    /// What a person calls it.
    pub(super) fn name(&self) -> &'static str {
        self.peer.map_or("ours", Peer::name)
    }

    /// What it is called in JSON.
    pub(super) fn key(&self) -> &'static str {
        self.peer.map_or("ours", Peer::key)
    }

    /// A token for us; the peers ask for nothing but the user's id.
    fn pass(&self, user: usize) -> Outcome<String> {
        match self.peer {
            None => world::token(id(user)),
            Some(_) => Ok(user.to_string()),
        }
    }

    /// Takes part in a round.
    pub(super) async fn compete(
        &mut self,
        work: &Work,
        time: Duration,
        number: u32,
        door: &Door,
        clocks: impl Fn() -> Clocks,
    ) -> Outcome {
        let mut seats = Vec::new();
        for user in 1..=work.pairs * 2 {
            let line = door.open(&self.pass(user)?, user).await?;
            let conversations = if user % 2 == 1 { vec![id(user.div_ceil(2))] } else { Vec::new() };
            seats.push(Seat { line, name: format!("{number}u{user}"), conversations });
        }
        let talked = talk(seats, Pace::Window(work.window), 1, time, &clocks).await?;
        let first = work.pairs * 2 + 1;
        let passes = (first..=first + work.members).map(|user| self.pass(user)).collect::<Outcome<Vec<_>>>()?;
        let conversation = id(work.pairs + 1);
        let mut room = Room::open(door, &passes, conversation, &format!("{number}speaker"), first).await?;
        let single = room.speak(1, time, &clocks).await?;
        let burst = room.speak(work.burst, time, &clocks).await?;
        for (conversation, count) in talked.acknowledged.iter().chain([(&conversation, &room.said())]) {
            *self.acknowledged.entry(*conversation).or_default() += count;
        }
        let round = Round {
            messages_per_second: talked.rate(),
            message_server_micros: micros_each(talked.spent.server, talked.messages),
            message_postgres_micros: micros_each(talked.spent.database, talked.messages),
            p99: talked.latencies.within(9_900),
            single_per_second: per_second(single.deliveries, single.spent.wall),
            single_micros: micros_each(single.spent.server, single.deliveries),
            burst_per_second: per_second(burst.deliveries, burst.spent.wall),
            burst_micros: micros_each(burst.spent.server, burst.deliveries),
            disordered: talked.faults.repeated + talked.faults.late + room.faults(),
            lost: talked.faults.lost,
        };
        terminal::line(&format!(
            "round {number}, {}: {:.0} messages/s; deliveries/s {:.0}, in bursts {:.0}",
            self.name(),
            round.messages_per_second,
            round.single_per_second,
            round.burst_per_second
        ));
        self.rounds.push(round);
        Ok(())
    }
}
