//! `bench dm`: durable direct messages per second, end to end, against what pgbench does to the same Postgres.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use sqlx::postgres::PgPoolOptions;

use super::pair::{Course, Done, Pair};
use super::pgbench::Yardstick;
use super::report::{Figures, median};
use super::{crowd, disk};
use crate::client::rest::{Account, Rest};
use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::postgres::{self, Postgres};
use crate::fixture::scratch::Scratch;
use crate::server::Server;
use crate::{procfs, runtime, terminal, workspace};

/// What a person can say to `cargo xtask bench dm`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How many pairs talk at the same time.
    #[arg(long, default_value_t = 64)]
    pairs: usize,
    /// How many messages each keeps on their way.
    #[arg(long, default_value_t = 16)]
    window: usize,
    /// How long each part of a round lasts.
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// How often everything is measured, one after the other; the medians count.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// With how many clients pgbench runs.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    clients: Vec<u32>,
    /// Use this binary instead of building one.
    #[arg(long)]
    server_binary: Option<PathBuf>,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let binary = match &options.server_binary {
        Some(binary) => std::path::absolute(binary).doing("find the server")?,
        None => workspace::build_server(true)?,
    };
    let programs = postgres::ensure(true)?;
    let scratch = Arc::new(Scratch::new()?);
    let postgres = Postgres::launch(programs, &scratch, true)?;
    postgres.create_database("chat")?;
    let yardstick = Yardstick::new(&postgres)?;
    runtime::block_on(measure(options, &binary, &postgres, &yardstick, &scratch))
}

/// What one round measured.
#[derive(Debug, Default)]
struct Round {
    messages_per_second: f64,
    /// What pgbench did just before, by its number of clients.
    inserts_per_second: BTreeMap<u32, f64>,
    syncs_per_second: f64,
    server_micros: f64,
    postgres_micros: f64,
    generator_micros: f64,
    latencies: Vec<Duration>,
}

async fn measure(
    options: &Options,
    binary: &Path,
    postgres: &Postgres,
    yardstick: &Yardstick<'_>,
    scratch: &Arc<Scratch>,
) -> Outcome {
    let mut server = Server::new(binary, postgres.url("chat"), scratch, scratch.path().join("server.log"))?;
    server.start().await?;
    let rest = Rest::new(&server.address())?;
    let crowd = crowd::register(&rest, options.pairs * 2).await?;
    let pairs: Vec<(usize, usize)> = (0..options.pairs).map(|pair| (pair * 2, pair * 2 + 1)).collect();
    let conversations = crowd::introduce(&rest, &crowd, &pairs).await?;

    let mut rounds = Vec::new();
    let mut acknowledged = BTreeMap::<i64, u64>::new();
    for number in 1..=options.rounds {
        let syncs = tokio::task::block_in_place(|| disk::syncs_per_second(scratch.path()))?;
        let mut inserts = BTreeMap::new();
        for clients in &options.clients {
            let rate = tokio::task::block_in_place(|| yardstick.inserts_per_second(*clients, options.seconds))?;
            inserts.insert(*clients, rate);
        }
        let (mut round, done) = talk(options, number, &server, postgres, &crowd, &conversations).await?;
        for pair in &done {
            *acknowledged.entry(pair.conversation).or_default() += pair.acknowledged;
        }
        (round.inserts_per_second, round.syncs_per_second) = (inserts, syncs);
        terminal::line(&round.line(number));
        rounds.push(round);
    }
    server.stop().await?;
    let stored = check(&postgres.url("chat"), &acknowledged).await?;
    report(options, &rounds, stored);
    Ok(())
}

/// Everybody talks; what happens after the warm-up counts.
async fn talk(
    options: &Options,
    round: u32,
    server: &Server,
    postgres: &Postgres,
    crowd: &[Account],
    conversations: &[i64],
) -> Outcome<(Round, Vec<Done>)> {
    let address = server.address();
    let opening = crowd.chunks(2).zip(conversations).enumerate().filter_map(|(index, (users, conversation))| {
        let [sender, receiver] = users else { return None };
        let name = round as usize * options.pairs + index;
        Some(Pair::open(&address, name, sender, receiver, *conversation))
    });
    let pairs = try_join_all(opening).await?;
    let course = Arc::new(Course::default());
    let talking: Vec<_> =
        pairs.into_iter().map(|pair| tokio::spawn(pair.talk(options.window, Arc::clone(&course)))).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;

    let cost = |course: &Course| Cost::now(server, postgres, course);
    let before = cost(&course);
    tokio::time::sleep(Duration::from_secs(options.seconds.into())).await;
    let mut round = cost(&course).since(&before);
    course.is_over.store(true, Ordering::Relaxed);
    let mut done = Vec::new();
    for pair in talking {
        done.push(pair.await.doing("wait for a pair")??);
    }
    round.latencies = done.iter_mut().flat_map(|pair| std::mem::take(&mut pair.latencies)).collect();
    Ok((round, done))
}

/// Where the counters stand.
struct Cost {
    at: Instant,
    complete: u64,
    server: Duration,
    postgres: Duration,
    generator: Duration,
}

impl Cost {
    fn now(server: &Server, postgres: &Postgres, course: &Course) -> Self {
        let cpu = |process: u32| procfs::cpu_time(process).unwrap_or_default();
        Self {
            at: Instant::now(),
            complete: course.complete.load(Ordering::Relaxed),
            server: server.pid().map(cpu).unwrap_or_default(),
            postgres: postgres.family().into_iter().map(cpu).sum(),
            generator: cpu(std::process::id()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of messages is far below 2^52")]
    fn since(&self, before: &Self) -> Round {
        let messages = (self.complete - before.complete) as f64;
        let each = |now: Duration, then: Duration| now.saturating_sub(then).as_secs_f64() * 1e6 / messages.max(1.0);
        Round {
            messages_per_second: messages / self.at.duration_since(before.at).as_secs_f64(),
            server_micros: each(self.server, before.server),
            postgres_micros: each(self.postgres, before.postgres),
            generator_micros: each(self.generator, before.generator),
            ..Round::default()
        }
    }
}

/// A rate means nothing if a message is missing: everything acknowledged is in the database once, densely numbered.
async fn check(url: &str, acknowledged: &BTreeMap<i64, u64>) -> Outcome<u64> {
    const STORED: &str =
        "SELECT conversation_id, count(*), count(DISTINCT client_id), max(seq) FROM messages GROUP BY 1";
    let pool = PgPoolOptions::new().max_connections(1).connect(url).await.doing("open the database")?;
    let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(STORED).fetch_all(&pool).await.doing(STORED)?;
    pool.close().await;
    let stored: BTreeMap<i64, [u64; 3]> = rows
        .into_iter()
        .map(|(id, rows, keys, last)| (id, [rows, keys, last].map(|count| u64::try_from(count).unwrap_or(0))))
        .collect();
    for (conversation, count) in acknowledged {
        let found = stored.get(conversation).copied().unwrap_or_default();
        if found != [*count; 3] {
            return Err(Failure::new(format!(
                "conversation {conversation}: {count} acknowledged, but rows, keys and last seq are {found:?}"
            )));
        }
    }
    Ok(acknowledged.values().sum())
}

impl Round {
    fn line(&self, number: u32) -> String {
        let inserts: Vec<String> =
            self.inserts_per_second.iter().map(|(clients, rate)| format!("{rate:.0} with {clients}")).collect();
        format!(
            "round {number}: {:.0} messages/s; pgbench {}; {:.0} syncs/s",
            self.messages_per_second,
            inserts.join(", "),
            self.syncs_per_second
        )
    }
}

fn report(options: &Options, rounds: &[Round], stored: u64) {
    let of = |figure: &dyn Fn(&Round) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
    let mut latencies: Vec<Duration> = rounds.iter().flat_map(|round| round.latencies.iter().copied()).collect();
    latencies.sort();
    let quantile = |per_mille: usize| {
        let index = latencies.len().saturating_sub(1) * per_mille / 1_000;
        latencies.get(index).copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    let mut figures = Figures::new("dm");
    figures.add("pairs", "pairs", options.pairs);
    figures.add("window", "messages on their way per pair", options.window);
    figures.add("rounds", "rounds (all figures below are medians)", options.rounds);
    let rate = of(&|round| round.messages_per_second);
    figures.add_rounded("messages_per_second", "messages/s, acknowledged and delivered", rate, 0);
    for clients in &options.clients {
        let inserts = |round: &Round| round.inserts_per_second.get(clients).copied().unwrap_or(f64::NAN);
        let words = format!("pgbench inserts/s, {clients} clients");
        figures.add_rounded(&format!("pgbench_c{clients}"), &words, of(&inserts), 0);
        let ratio = of(&|round| round.messages_per_second / inserts(round));
        figures.add_rounded(&format!("ratio_c{clients}"), "  ours / pgbench in the same round", ratio, 2);
    }
    figures.add_rounded("syncs_per_second", "syncs/s of the disk", of(&|round| round.syncs_per_second), 0);
    figures.add_rounded("ack_ms_p50", "send to acknowledgement, half of them within (ms)", quantile(500), 1);
    figures.add_rounded("ack_ms_p99", "send to acknowledgement, 99 % within (ms)", quantile(990), 1);
    let server = of(&|round| round.server_micros);
    figures.add_rounded("server_cpu_us", "processor time per message: server (us)", server, 1);
    let postgres = of(&|round| round.postgres_micros);
    figures.add_rounded("postgres_cpu_us", "processor time per message: Postgres (us)", postgres, 1);
    let clients = of(&|round| round.generator_micros);
    figures.add_rounded("generator_cpu_us", "processor time per message: clients (us)", clients, 1);
    figures.add("stored", "messages checked in the database", stored);
    figures.print();
}
