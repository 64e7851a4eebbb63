//! `bench storm`: everybody comes back at once, each some messages behind, against bare sockets that are only accepted.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::audit::Acknowledged;
use super::clocks::{micros_each, per_second};
use super::comer::{Comer, Return};
use super::effort::Setting;
use super::faults::Faults;
use super::floor::{Upgrades, bare_upgrades};
use super::glance::Glance;
use super::letter::Letter;
use super::line::{Door, ROUND};
use super::report::{Figures, median};
use super::stage::{Scene, Stage};
use super::statements::Statements;
use super::world;
use crate::failure::{Doing, Failure, Outcome};
use crate::{runtime, terminal};

/// What a person can say to `cargo xtask bench storm`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How many come back. Each takes a file of the server and one of this program.
    #[arg(long, default_value_t = 10_000)]
    clients: usize,
    /// Over how many groups they are spread.
    #[arg(long, default_value_t = 100)]
    groups: usize,
    /// How many messages each group got in their absence.
    #[arg(long, default_value_t = 20)]
    behind: u64,
    /// How many are on their way in at a time, ours and bare; a listener's queue holds more.
    #[arg(long, default_value_t = 256)]
    at_once: usize,
    /// How often everything is measured, one after the other; the medians count.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    #[command(flatten)]
    setting: Setting,
}

/// What a round measured.
struct Round {
    resumes_per_second: f64,
    upgrades: Upgrades,
    all_back: Duration,
    /// From when one of each group spoke to when everybody had heard it.
    all_heard: Duration,
    server_micros: f64,
    postgres_micros: f64,
    statements: Option<i64>,
    faults: Faults,
}

/// A group and who is in it.
type Group = (i64, Range<i64>);

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let stage = Stage::build(&options.setting.binary)?;
    let counts = stage.postgres.preload("pg_stat_statements").is_ok();
    if !counts {
        terminal::alarm("LEFT OUT: pg_stat_statements is not on this machine, so no statements are counted");
    }
    runtime::block_on(measure(options, &stage, counts))
}

async fn measure(options: &Options, stage: &Stage, counts: bool) -> Outcome {
    let (mut scene, mut world) = stage.scene("storm").await?;
    let mut groups: Vec<Group> = Vec::new();
    for _ in 0..options.groups {
        let users = world.users((options.clients / options.groups.max(1)).max(1)).await?;
        groups.push((world.groups(1, &users).await?.start, users));
    }
    world.end().await?;
    scene.open().await?;
    let clients = groups.iter().map(|(_, users)| users.clone().count()).sum();
    let statements = if counts { Some(Statements::open(&stage.postgres.url("postgres")).await?) } else { None };
    let mut rounds = Vec::new();
    let mut heads = 0;
    for number in 1..=options.rounds {
        let first = usize::try_from(number).unwrap_or(0) * 2 * ROUND;
        let upgrades = bare_upgrades(first, clients, options.at_once, &stage.scratch).await?;
        for (group, users) in &groups {
            miss(&scene.door(), *group, users.start, number, options.behind).await?;
        }
        heads += options.behind;
        // The one who wrote has to be gone for long enough to be announced.
        tokio::time::sleep(Duration::from_secs(4)).await;
        let comers = comers(options, &groups, heads, number, first + ROUND)?;
        let round = storm(comers, options.at_once, &scene, statements.as_ref(), upgrades).await?;
        heads += 1;
        terminal::line(&format!(
            "round {number}: {:.0} resumes/s, bare upgrades {:.0}/s",
            round.resumes_per_second, round.upgrades.per_second
        ));
        rounds.push(round);
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    scene.close().await?;
    let acknowledged: Acknowledged = groups.iter().map(|(group, _)| (*group, heads)).collect();
    let stored = scene.check(&acknowledged).await?;
    let mut faults = Faults::default();
    for round in &mut rounds {
        faults.add(std::mem::take(&mut round.faults));
    }
    report(options, clients, &rounds, &faults, stored);
    faults.check()
}

/// Somebody writes while the others are away.
async fn miss(door: &Door, group: i64, user: i64, round: u32, count: u64) -> Outcome {
    let mut line = door.open(&world::token(user)?, 0).await?;
    let name = format!("{round}away{group}");
    for number in 1..=count {
        line.feed(Letter { conversation: group, name: &name, number }).await?;
    }
    line.flush().await?;
    let mut acknowledged = 0;
    while acknowledged < count {
        acknowledged += u64::from(Glance::at(line.next().await?.as_str()).is_acknowledgement());
    }
    Ok(())
}

/// All who come back, in the order in which they queue.
fn comers(options: &Options, groups: &[Group], head: u64, round: u32, first: usize) -> Outcome<Vec<Comer>> {
    let mut comers = Vec::new();
    let longest = groups.iter().map(|(_, users)| users.end - users.start).max().unwrap_or(0);
    // Neighbours in the queue are of different groups.
    for place in 0..longest {
        for (group, users) in groups.iter().filter(|(_, users)| users.start + place < users.end) {
            let token = world::token(users.start + place)?;
            comers.push(Comer {
                token,
                group: *group,
                cursor: head - options.behind,
                head,
                index: first + comers.len(),
                speaks: place == 0,
                round,
            });
        }
    }
    Ok(comers)
}

/// Everybody comes back; then each group gets one more message, which everybody has to hear.
async fn storm(
    comers: Vec<Comer>,
    at_once: usize,
    scene: &Scene<'_>,
    statements: Option<&Statements>,
    upgrades: Upgrades,
) -> Outcome<Round> {
    let count = comers.len();
    let gate = Arc::new(Semaphore::new(at_once));
    let back = Arc::new(Return::new(count));
    let calls = calls_of(statements).await?;
    let (before, begun) = (scene.clocks(), Instant::now());
    let mut coming = JoinSet::new();
    for comer in comers {
        coming.spawn(comer.come(scene.door(), Arc::clone(&gate), Arc::clone(&back)));
    }
    // Either all are back, or somebody fails.
    let resumed = tokio::select! {
        () = back.complete() => begun.elapsed(),
        Some(ended) = coming.join_next() => {
            ended.doing("wait for a client")??;
            return Err(Failure::new("somebody left before all were back"));
        }
    };
    let spent = scene.clocks().since(&before);
    let calls = calls_of(statements).await?.zip(calls).map(|(after, before)| after - before);
    back.speak();
    let spoken = Instant::now();
    let mut faults = Faults::default();
    while let Some(ended) = coming.join_next().await {
        faults.add(ended.doing("wait for a client")??);
    }
    Ok(Round {
        resumes_per_second: per_second(count as u64, resumed),
        upgrades,
        all_back: resumed,
        all_heard: spoken.elapsed(),
        server_micros: micros_each(spent.server, count as u64),
        postgres_micros: micros_each(spent.database, count as u64),
        statements: calls,
        faults,
    })
}

async fn calls_of(statements: Option<&Statements>) -> Outcome<Option<i64>> {
    match statements {
        Some(statements) => statements.calls("storm").await.map(Some),
        None => Ok(None),
    }
}

fn report(options: &Options, clients: usize, rounds: &[Round], faults: &Faults, stored: u64) {
    let of = |figure: &dyn Fn(&Round) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
    let mut figures = Figures::new("storm");
    figures.add("clients", "clients that come back", clients);
    figures.add("groups", "groups that they are in", options.groups);
    figures.add("behind", "messages that each missed", options.behind);
    figures.add("rounds", "rounds (all figures below are medians)", options.rounds);
    figures.add_rounded("resumes_per_second", "authenticated resumes/s", of(&|round| round.resumes_per_second), 0);
    figures.add_rounded("upgrades_per_second", "bare accepted upgrades/s", of(&|round| round.upgrades.per_second), 0);
    figures.add_rounded("all_back_s", "until all are back (s)", of(&|round| round.all_back.as_secs_f64()), 2);
    figures.add_rounded(
        "all_heard_s",
        "from a word in each group until all members heard it (s)",
        of(&|round| round.all_heard.as_secs_f64()),
        2,
    );
    figures.add_rounded(
        "server_cpu_us",
        "processor time of the server for each (us)",
        of(&|round| round.server_micros),
        1,
    );
    figures.add_rounded(
        "postgres_cpu_us",
        "processor time of Postgres for each (us)",
        of(&|round| round.postgres_micros),
        1,
    );
    figures.add_rounded("bare_cpu_us", "processor time of a bare upgrade (us)", of(&|round| round.upgrades.micros), 1);
    let ratio = of(&|round| round.resumes_per_second / round.upgrades.per_second);
    figures.add_ratio("ratio_resumes", "resumes / bare upgrades", ratio, 0.6);
    if rounds.iter().all(|round| round.statements.is_some()) {
        #[expect(clippy::cast_precision_loss, reason = "a storm has far fewer than 2^52 statements")]
        let statements = of(&|round| round.statements.unwrap_or(0) as f64);
        figures.add_rounded("statements", "statements that Postgres ran", statements, 0);
        #[expect(clippy::cast_precision_loss, reason = "few clients")]
        figures.add_ratio("ratio_statements", "statements for each client", statements / clients.max(1) as f64, 0.01);
    }
    figures.add("lost", "deliveries that never came", faults.lost);
    figures.add("late", "deliveries that came late", faults.late);
    figures.add("repeated", "deliveries that came again", faults.repeated);
    figures.add("stored", "messages checked in the database", stored);
    figures.print(&options.setting.pictures());
}
