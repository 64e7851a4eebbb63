//! `bench dm`: durable direct messages per second, end to end, against what single inserts reach in the same database
//! system.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::audit::{self, Acknowledged};
use super::clocks::{Clocks, micros_each};
use super::course::Seat;
use super::effort::Effort;
use super::line::{Dialect, Door};
use super::pgbench::Yardstick;
use super::quantiles::Quantiles;
use super::report::{Figures, median};
use super::talk::{Pace, Talked, talk};
use super::{crowd, disk, single};
use crate::client::rest::{Account, Rest};
use crate::failure::Outcome;
use crate::fixture::postgres::{self, Postgres};
use crate::fixture::scratch::Scratch;
use crate::server::Server;
use crate::{runtime, terminal};

/// What a person can say to `cargo xtask bench dm`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// On which database.
    #[arg(long, value_enum, default_value_t = Database::Postgres)]
    database: Database,
    /// How many pairs talk at the same time.
    #[arg(long, default_value_t = 64)]
    pairs: usize,
    /// How many messages each keeps on their way.
    #[arg(long, default_value_t = 16)]
    window: usize,
    /// With how many clients pgbench runs.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    clients: Vec<u32>,
    #[command(flatten)]
    effort: Effort,
}

/// Where messages are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Database {
    Postgres,
    Sqlite,
}

/// What one round measured.
#[derive(Debug)]
struct Round {
    talked: Talked,
    /// What single inserts did just before, by the number of clients.
    inserts_per_second: BTreeMap<u32, f64>,
    syncs_per_second: f64,
}

/// The server with everything around it.
struct Ground<'a> {
    options: &'a Options,
    postgres: Option<(&'a Postgres, Yardstick<'a>)>,
    scratch: &'a Arc<Scratch>,
    server: Server,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let binary = options.effort.setting.binary.path(true)?;
    let scratch = Arc::new(Scratch::new()?);
    let log = scratch.path().join("server.log");
    if options.database == Database::Sqlite {
        let url = format!("sqlite://{}", scratch.path().join("chat.db").display());
        let server = Server::new(&binary, url.clone(), &scratch, log)?;
        let ground = Ground { options, postgres: None, scratch: &scratch, server };
        return runtime::block_on(ground.measure(&url));
    }
    let postgres = Postgres::launch(postgres::ensure(true)?, &scratch, true)?;
    postgres.create_database("chat")?;
    let yardstick = Yardstick::new(&postgres)?;
    let server = Server::new(&binary, postgres.url("chat"), &scratch, log)?;
    let ground = Ground { options, postgres: Some((&postgres, yardstick)), scratch: &scratch, server };
    runtime::block_on(ground.measure(&postgres.url("chat")))
}

impl Ground<'_> {
    async fn measure(mut self, url: &str) -> Outcome {
        self.server.start().await?;
        let rest = Rest::new(&self.server.address())?;
        let crowd = crowd::register(&rest, self.options.pairs * 2).await?;
        let pairs: Vec<(usize, usize)> = (0..self.options.pairs).map(|pair| (pair * 2, pair * 2 + 1)).collect();
        let conversations = crowd::introduce(&rest, &crowd, &pairs).await?;
        let mut rounds = Vec::new();
        let mut acknowledged = Acknowledged::new();
        for number in 1..=self.options.effort.rounds {
            let syncs_per_second = tokio::task::block_in_place(|| disk::syncs_per_second(self.scratch.path()))?;
            let inserts_per_second = self.inserts(number).await?;
            let talked = self.talk(number, &crowd, &conversations).await?;
            for (conversation, count) in &talked.acknowledged {
                *acknowledged.entry(*conversation).or_default() += count;
            }
            let round = Round { talked, inserts_per_second, syncs_per_second };
            terminal::line(&round.line(number));
            rounds.push(round);
        }
        self.server.stop().await?;
        let stored = audit::check(url, &acknowledged).await?;
        report(self.options, &rounds, stored);
        Ok(())
    }

    async fn inserts(&self, number: u32) -> Outcome<BTreeMap<u32, f64>> {
        let Some((_, yardstick)) = &self.postgres else {
            let rate = single::inserts_per_second(self.scratch.path(), number, self.options.effort.time()).await?;
            return Ok([(1, rate)].into());
        };
        let mut inserts = BTreeMap::new();
        for clients in &self.options.clients {
            let rate =
                tokio::task::block_in_place(|| yardstick.inserts_per_second(*clients, self.options.effort.seconds))?;
            inserts.insert(*clients, rate);
        }
        Ok(inserts)
    }

    /// One of each pair talks, the other listens.
    async fn talk(&self, number: u32, crowd: &[Account], conversations: &[i64]) -> Outcome<Talked> {
        let door = Door { address: self.server.address(), dialect: Dialect::Ours };
        let mut seats = Vec::new();
        for (users, conversation) in crowd.chunks(2).zip(conversations) {
            for (index, user) in users.iter().enumerate() {
                let line = door.open(&user.token, seats.len()).await?;
                let conversations = if index == 0 { vec![*conversation] } else { Vec::new() };
                seats.push(Seat { line, name: format!("{number}u{}", user.id), conversations });
            }
        }
        let clocks = || Clocks::read(self.server.pid(), self.postgres.as_ref().map(|(postgres, _)| *postgres));
        let time = self.options.effort.time();
        talk(seats, Pace::Window(self.options.window), 1, time, clocks).await?.complete()
    }
}

impl Round {
    fn line(&self, number: u32) -> String {
        let inserts: Vec<String> =
            self.inserts_per_second.iter().map(|(clients, rate)| format!("{rate:.0} with {clients}")).collect();
        format!(
            "round {number}: {:.0} messages/s; single inserts {}; {:.0} syncs/s",
            self.talked.rate(),
            inserts.join(", "),
            self.syncs_per_second
        )
    }
}

fn report(options: &Options, rounds: &[Round], stored: u64) {
    let of = |figure: &dyn Fn(&Round) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
    let latencies = Quantiles::join(rounds.iter().map(|round| &round.talked.latencies));
    let (name, yardstick) = match options.database {
        Database::Postgres => ("dm", "pgbench"),
        Database::Sqlite => ("dm-sqlite", "single"),
    };
    let mut figures = Figures::new(name);
    figures.add("pairs", "pairs", options.pairs);
    figures.add("window", "messages on their way per pair", options.window);
    figures.add("rounds", "rounds (all figures below are medians)", options.effort.rounds);
    let rate = of(&|round| round.talked.rate());
    figures.add_rounded("messages_per_second", "messages/s, acknowledged and delivered", rate, 0);
    let clients = rounds
        .iter()
        .flat_map(|round| round.inserts_per_second.keys().copied())
        .collect::<std::collections::BTreeSet<_>>();
    for clients in clients {
        let inserts = |round: &Round| round.inserts_per_second.get(&clients).copied().unwrap_or(f64::NAN);
        let words = format!("{yardstick} inserts/s, {clients} clients");
        figures.add_rounded(&format!("{yardstick}_c{clients}"), &words, of(&inserts), 0);
        let ratio = of(&|round| round.talked.rate() / inserts(round));
        let aim = match (options.database, clients) {
            (Database::Sqlite, _) => 6.0,
            (Database::Postgres, 1) => 15.0,
            (Database::Postgres, 16) => 3.0,
            (Database::Postgres, _) => 2.0,
        };
        figures.add_ratio(
            &format!("ratio_c{clients}"),
            &format!("  messages / {yardstick} inserts, {clients} clients"),
            ratio,
            aim,
        );
    }
    figures.add_rounded("syncs_per_second", "syncs/s of the disk", of(&|round| round.syncs_per_second), 0);
    figures.add_rounded("ack_ms_p50", "send to acknowledgement, half of them within (ms)", latencies.within(5_000), 1);
    figures.add_rounded("ack_ms_p99", "send to acknowledgement, 99 % within (ms)", latencies.within(9_900), 1);
    let each = |part: fn(&Talked) -> Duration| of(&|round| micros_each(part(&round.talked), round.talked.messages));
    figures.add_rounded(
        "server_cpu_us",
        "processor time per message: server (us)",
        each(|talked| talked.spent.server),
        1,
    );
    if options.database == Database::Postgres {
        let postgres = each(|talked| talked.spent.database);
        figures.add_rounded("postgres_cpu_us", "processor time per message: Postgres (us)", postgres, 1);
    }
    let clients = each(|talked| talked.spent.clients);
    figures.add_rounded("generator_cpu_us", "processor time per message: clients (us)", clients, 1);
    figures.add(
        "repeated",
        "deliveries that came again",
        rounds.iter().map(|round| round.talked.faults.repeated).sum::<u64>(),
    );
    figures.add("stored", "messages checked in the database", stored);
    figures.print(&options.effort.setting.pictures());
}
