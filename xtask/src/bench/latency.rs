//! `bench latency`: how long a durable message takes while the server is half busy, and while a large group is written to.

use std::time::Duration;

use tokio::runtime::Handle;

use super::audit::Acknowledged;
use super::course::Seat;
use super::effort::Effort;
use super::pgbench::Yardstick;
use super::plot::{self, Course};
use super::quantiles::Quantiles;
use super::report::{Figures, median, picture};
use super::room::Room;
use super::stage::{Scene, Stage};
use super::talk::{Pace, Talked, talk};
use super::world;
use crate::failure::{Doing as _, Failure, Outcome};
use crate::{runtime, terminal};

/// What a person can say to `cargo xtask bench latency`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How many pairs talk.
    #[arg(long, default_value_t = 64)]
    pairs: usize,
    /// At which share of the highest rate messages begin.
    #[arg(long, default_value_t = 0.5)]
    load: f64,
    /// Messages per second, instead of a share of the highest rate.
    #[arg(long)]
    rate: Option<f64>,
    /// How many sockets are open in the large group.
    #[arg(long, default_value_t = 2_000)]
    members: usize,
    /// Milliseconds from the moment when all of them have heard a message to the next one.
    #[arg(long, default_value_t = 1_000)]
    every: u64,
    #[command(flatten)]
    effort: Effort,
}

/// What a round measured.
struct Round {
    /// Mean time of an insert by one client, in milliseconds.
    insert: f64,
    quiet: Quantiles,
    busy: Quantiles,
}

/// Who talks where.
struct Cast<'a> {
    options: &'a Options,
    scene: &'a Scene<'a>,
    pairs: Vec<([i64; 2], i64)>,
    acknowledged: Acknowledged,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let stage = Stage::build(&options.effort.setting.binary)?;
    let yardstick = Yardstick::new(&stage.postgres)?;
    // The many listeners of the group have a thread of their own, so that the pairs do not wait behind them on this side.
    let crowd = runtime::apart()?;
    runtime::block_on(measure(options, &stage, &yardstick, crowd.handle()))
}

async fn measure(options: &Options, stage: &Stage, yardstick: &Yardstick<'_>, crowd: &Handle) -> Outcome {
    let (mut scene, mut world) = stage.scene("latency").await?;
    let mut pairs = Vec::new();
    for _ in 0..options.pairs {
        let users = world.users(2).await?;
        pairs.push(([users.start, users.start + 1], world.direct(users.start, users.start + 1).await?));
    }
    let members = world.users(options.members + 1).await?;
    let group = world.groups(1, &members).await?.start;
    world.end().await?;
    scene.open().await?;

    terminal::line(&format!("opening a group of {} ...", options.members));
    let passes = members.map(world::token).collect::<Outcome<Vec<_>>>()?;
    let (door, from) = (scene.door(), options.pairs * 2);
    let opening = crowd.spawn(async move { Room::open(&door, &passes, group, "speaker", from).await });
    let mut room = opening.await.doing("open the group")??;
    let mut cast = Cast { options, scene: &scene, pairs, acknowledged: Acknowledged::new() };
    let peak = cast.talk("peak", Pace::Window(16)).await?.rate();
    let rate = options.rate.unwrap_or(peak * options.load);
    terminal::line(&format!("at most {peak:.0} messages/s; measured at {rate:.0}"));
    let mut rounds = Vec::new();
    for number in 1..=options.effort.rounds {
        let inserts = tokio::task::block_in_place(|| yardstick.inserts_per_second(1, options.effort.seconds))?;
        let quiet = cast.talk(&format!("q{number}"), Pace::PerSecond(rate)).await?.latencies;
        let busy = cast.talk_beside(&format!("b{number}"), Pace::PerSecond(rate), &mut room).await?.latencies;
        let round = Round { insert: 1e3 / inserts.max(f64::EPSILON), quiet, busy };
        terminal::line(&format!(
            "round {number}: 99 % within {:.1} ms, {:.1} ms beside the group; an insert takes {:.2} ms",
            round.quiet.within(9_900),
            round.busy.within(9_900),
            round.insert
        ));
        rounds.push(round);
    }
    let mut acknowledged = cast.acknowledged;
    acknowledged.insert(group, room.finish()?);
    drop(room);
    scene.close().await?;
    let stored = scene.check(&acknowledged).await?;
    report(options, &rounds, peak, rate, stored);
    Ok(())
}

impl Cast<'_> {
    async fn talk(&mut self, name: &str, pace: Pace) -> Outcome<Talked> {
        let door = self.scene.door();
        let mut seats = Vec::new();
        for (users, conversation) in &self.pairs {
            for (index, user) in users.iter().enumerate() {
                let line = door.open(&world::token(*user)?, seats.len()).await?;
                let conversations = if index == 0 { vec![*conversation] } else { Vec::new() };
                seats.push(Seat { line, name: format!("{name}u{user}"), conversations });
            }
        }
        let time = self.options.effort.time();
        let talked = talk(seats, pace, 1, time, || self.scene.clocks()).await?;
        for (conversation, count) in &talked.acknowledged {
            *self.acknowledged.entry(*conversation).or_default() += count;
        }
        talked.complete()
    }

    async fn talk_beside(&mut self, name: &str, pace: Pace, room: &mut Room) -> Outcome<Talked> {
        let every = Duration::from_millis(self.options.every);
        tokio::select! {
            talked = self.talk(name, pace) => talked,
            failure = room.speak_every(every) => Err(failure.err().unwrap_or_else(|| Failure::new("the group fell silent"))),
        }
    }
}

/// Shares of all messages, by the number of nines, with a label for some of them.
fn shares() -> Vec<(f64, usize)> {
    let share = |tenths: u32| {
        let nines = f64::from(tenths) / 10.0;
        (nines, 10_000.0 * (1.0 - 10_f64.powf(-nines)))
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 10,000")]
    (1..=35).map(share).map(|(nines, share)| (nines, share.round() as usize)).collect()
}

fn report(options: &Options, rounds: &[Round], peak: f64, rate: f64, stored: u64) {
    let of = |figure: &dyn Fn(&Round) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
    let quiet = Quantiles::join(rounds.iter().map(|round| &round.quiet));
    let busy = Quantiles::join(rounds.iter().map(|round| &round.busy));
    let mut figures = Figures::new("latency");
    figures.add("pairs", "pairs", options.pairs);
    figures.add("members", "sockets in the large group", options.members);
    figures.add("rounds", "rounds (all figures below are medians)", options.effort.rounds);
    figures.add_rounded("peak_per_second", "messages/s at most", peak, 0);
    figures.add_rounded("rate_per_second", "messages/s while times are taken", rate, 0);
    figures.add("times", "times taken", quiet.count() + busy.count());
    figures.add_rounded(
        "insert_ms",
        "mean time of one insert by one client of pgbench (ms)",
        of(&|round| round.insert),
        2,
    );
    for (key, words, share) in [("p50", "half", 5_000), ("p99", "99 %", 9_900), ("p999", "99.9 %", 9_990)] {
        figures.add_rounded(
            &format!("ack_ms_{key}"),
            &format!("due to acknowledged, {words} within (ms)"),
            of(&|round| round.quiet.within(share)),
            2,
        );
        figures.add_rounded(
            &format!("busy_ack_ms_{key}"),
            "  while the group is written to",
            of(&|round| round.busy.within(share)),
            2,
        );
    }
    figures.add_ratio(
        "ratio_p99",
        "99 % within / mean insert",
        of(&|round| round.quiet.within(9_900) / round.insert),
        4.0,
    );
    figures.add_ratio(
        "ratio_tail",
        "99.9 % within / half within",
        of(&|round| round.quiet.within(9_990) / round.quiet.within(5_000)),
        10.0,
    );
    let beside = of(&|round| round.busy.within(9_900) / round.quiet.within(9_900));
    figures.add_ratio("ratio_beside", "99 % within: group written to / silent", beside, 2.0);
    figures.add("stored", "messages checked in the database", stored);
    figures.print(&options.effort.setting.pictures());

    let course = |label: &str, times: &Quantiles| Course {
        label: label.to_owned(),
        points: shares().into_iter().map(|(nines, share)| (nines, times.within(share))).collect(),
    };
    let across = [(0.301, "50 %"), (1.0, "90 %"), (2.0, "99 %"), (3.0, "99.9 %"), (3.5, "")];
    let drawn = [course("nobody writes to the large group", &quiet), course("a large group is written to", &busy)];
    let note = format!("milliseconds within which a share of messages is acknowledged, at {rate:.0} messages/s");
    picture(
        &options.effort.setting.pictures(),
        "latency-course",
        &plot::courses("From due to acknowledged", &note, &across, &drawn),
    );
}
