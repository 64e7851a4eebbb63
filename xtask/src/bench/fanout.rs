//! `bench fanout`: what one message costs that many hear, against a bare loop of writes of the same bytes.

use std::sync::Arc;
use std::time::Duration;

use super::audit::Acknowledged;
use super::bare_writes::{self, Written};
use super::clocks::{micros_each, per_second};
use super::effort::Effort;
use super::report::{Figures, median};
use super::room::{Room, Spoken};
use super::stage::{Scene, Stage};
use super::world;
use crate::failure::{Failure, Outcome};
use crate::fixture::scratch::Scratch;
use crate::{runtime, terminal};

/// What a person can say to `cargo xtask bench fanout`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How many listen in the room. Each takes a file of the server and one of this program.
    #[arg(long, default_value_t = 1_000)]
    members: usize,
    /// Rooms of these sizes are measured too: the cost of a delivery should not depend on it.
    #[arg(long, value_delimiter = ',', default_value = "10,10000")]
    sizes: Vec<usize>,
    /// How many messages are said at once in the second half.
    #[arg(long, default_value_t = 16)]
    burst: u64,
    #[command(flatten)]
    effort: Effort,
}

/// What a part of a round came to.
#[derive(Debug, Clone, Copy)]
struct Part {
    per_second: f64,
    server_micros: f64,
    postgres_micros: f64,
}

/// What a round measured.
#[derive(Debug)]
struct Round {
    single: Part,
    burst: Part,
    floor: Part,
    /// One message at a time, in the rooms of other sizes.
    others: Vec<Part>,
}

/// Picks a part out of a round.
type PartOf = fn(&Round) -> Part;

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let stage = Stage::build(&options.effort.setting.binary)?;
    runtime::block_on(measure(options, &stage))
}

async fn measure(options: &Options, stage: &Stage) -> Outcome {
    let (mut scene, mut world) = stage.scene("fanout").await?;
    let mut rooms = Vec::new();
    for size in std::iter::once(&options.members).chain(&options.sizes) {
        let users = world.users(size + 1).await?;
        rooms.push((world.groups(1, &users).await?.start, users));
    }
    world.end().await?;
    scene.open().await?;
    let mut open = Vec::new();
    for (conversation, users) in rooms {
        terminal::line(&format!("opening a room of {} ...", users.end - users.start));
        let passes = users.clone().map(world::token).collect::<Outcome<Vec<_>>>()?;
        let from = usize::try_from(users.start).unwrap_or(0);
        open.push((conversation, Room::open(&scene.door(), &passes, conversation, "speaker", from).await?));
    }
    // Whoever arrives is announced and counted; that is no part of a delivery.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut rounds = Vec::new();
    for number in 1..=options.effort.rounds {
        let round = one(options, &scene, &mut open, &stage.scratch).await?;
        terminal::line(&format!(
            "round {number}: {:.0} deliveries/s one at a time, {:.0} in bursts; bare writes {:.0}/s",
            round.single.per_second, round.burst.per_second, round.floor.per_second
        ));
        rounds.push(round);
    }
    let mut acknowledged = Acknowledged::new();
    for (conversation, room) in &open {
        acknowledged.insert(*conversation, room.finish()?);
    }
    drop(open);
    scene.close().await?;
    let stored = scene.check(&acknowledged).await?;
    report(options, &rounds, stored);
    Ok(())
}

async fn one(
    options: &Options,
    scene: &Scene<'_>,
    rooms: &mut [(i64, Room)],
    scratch: &Arc<Scratch>,
) -> Outcome<Round> {
    let time = options.effort.time();
    let mut parts = Vec::new();
    let mut burst = None;
    for (index, (_, room)) in rooms.iter_mut().enumerate() {
        parts.push(Part::of(&room.speak(1, time, || scene.clocks()).await?));
        if index == 0 {
            burst = Some(Part::of(&room.speak(options.burst, time, || scene.clocks()).await?));
        }
    }
    let frame = rooms.first().and_then(|(_, room)| room.frame()).unwrap_or_default();
    let floor = Part::of_bare(&bare_writes::measure(options.members, &frame, time, scratch).await?);
    let others = parts.split_off(1.min(parts.len()));
    let nothing = || Failure::new("there is no room");
    let single = parts.pop().ok_or_else(nothing)?;
    Ok(Round { single, burst: burst.ok_or_else(nothing)?, floor, others })
}

impl Part {
    fn of_bare(written: &Written) -> Self {
        Self {
            per_second: per_second(written.frames, written.elapsed),
            server_micros: micros_each(written.cpu, written.frames),
            postgres_micros: 0.0,
        }
    }

    fn of(spoken: &Spoken) -> Self {
        Self {
            per_second: per_second(spoken.deliveries, spoken.spent.wall),
            server_micros: micros_each(spoken.spent.server, spoken.deliveries),
            postgres_micros: micros_each(spoken.spent.database, spoken.deliveries),
        }
    }
}

fn report(options: &Options, rounds: &[Round], stored: u64) {
    let of = |figure: &dyn Fn(&Round) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
    let mut figures = Figures::new("fanout");
    figures.add("members", "sockets that listen", options.members);
    figures.add("rounds", "rounds (all figures below are medians)", options.effort.rounds);
    let parts: [(&str, &str, PartOf); 3] = [
        ("single", "one message at a time", |round| round.single),
        ("burst", "in bursts", |round| round.burst),
        ("floor", "bare writes", |round| round.floor),
    ];
    for (key, words, part) in parts {
        figures.add_rounded(
            &format!("{key}_per_second"),
            &format!("deliveries/s, {words}"),
            of(&|r| part(r).per_second),
            0,
        );
        let micros = of(&|round| part(round).server_micros);
        figures.add_rounded(
            &format!("{key}_cpu_us"),
            &format!("processor time of the writer for each, {words} (us)"),
            micros,
            2,
        );
    }
    let postgres = of(&|round| round.single.postgres_micros);
    figures.add_rounded(
        "single_postgres_cpu_us",
        "processor time of Postgres for each, one message at a time (us)",
        postgres,
        2,
    );
    let ratio = of(&|round| round.single.per_second / round.floor.per_second);
    figures.add_ratio("ratio_single", "one message at a time / bare writes", ratio, 0.85);
    let ratio = of(&|round| round.burst.per_second / round.floor.per_second);
    figures.add_ratio("ratio_burst", &format!("bursts of {} / bare writes", options.burst), ratio, 4.0);
    for (index, size) in options.sizes.iter().enumerate() {
        let micros = of(&|round| round.others.get(index).map_or(f64::NAN, |part| part.server_micros));
        figures.add_rounded(
            &format!("cpu_us_{size}"),
            &format!("processor time of the server for each, {size} listeners (us)"),
            micros,
            2,
        );
    }
    if let (Some(first), Some(last)) = (options.sizes.first(), options.sizes.last())
        && first != last
    {
        let growth = |round: &Round| match (round.others.first(), round.others.last()) {
            (Some(small), Some(large)) => large.server_micros / small.server_micros,
            (_, _) => f64::NAN,
        };
        figures.add_ratio(
            "ratio_growth",
            &format!("cost of a delivery: room of {last} / of {first}"),
            of(&growth),
            1.1,
        );
    }
    figures.add("stored", "messages checked in the database", stored);
    figures.print(&options.effort.setting.pictures());
}
