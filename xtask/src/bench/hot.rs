//! `bench hot`: the same users say the same into one conversation, into many, and into very many. The first should be the
//! cheapest, and a million should cost no more than a hundred.

use std::time::Duration;

use super::audit::Acknowledged;
use super::clocks::micros_each;
use super::course::Seat;
use super::effort::Effort;
use super::report::{Figures, median};
use super::stage::{Scene, Stage};
use super::talk::{Pace, Talked, talk};
use super::world;
use crate::failure::Outcome;
use crate::{runtime, terminal};

/// What a person can say to `cargo xtask bench hot`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Over how many conversations of the same two users the messages are spread, against one.
    #[arg(long, default_value_t = 10_000)]
    spread: usize,
    /// How many pairs of users talk where the number of conversations is compared.
    #[arg(long, default_value_t = 100)]
    pairs: usize,
    /// How many conversations those have together, against one for each pair.
    #[arg(long, default_value_t = 100_000)]
    conversations: usize,
    /// How many messages are on their way at a time, all together.
    #[arg(long, default_value_t = 128)]
    window: usize,
    /// How long everybody talks before that, so that the server has met its conversations.
    #[arg(long, default_value_t = 20)]
    warm_up: u64,
    #[command(flatten)]
    effort: Effort,
}

/// Pairs of users with conversations of their own, in a database of their own.
struct Case<'a> {
    scene: Scene<'a>,
    pairs: Vec<[i64; 2]>,
    /// The conversations of each pair.
    conversations: Vec<std::ops::Range<i64>>,
    acknowledged: Acknowledged,
    repeated: u64,
    /// Messages per second while the server met its conversations.
    first_rate: f64,
    rates: Vec<f64>,
    server_micros: Vec<f64>,
    postgres_micros: Vec<f64>,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let stage = Stage::build(&options.effort.setting.binary)?;
    runtime::block_on(measure(options, &stage))
}

async fn measure(options: &Options, stage: &Stage) -> Outcome {
    let each = options.conversations / options.pairs.max(1);
    let mut cases = Vec::new();
    for (name, pairs, conversations) in
        [("hot", 1, 1), ("spread", 1, options.spread), ("few", options.pairs, 1), ("many", options.pairs, each)]
    {
        terminal::line(&format!("filling a database with {} conversations ...", pairs * conversations));
        cases.push(Case::fill(stage, name, pairs, conversations).await?);
    }
    for case in &mut cases {
        case.begin(options).await?;
    }
    for number in 1..=options.effort.rounds {
        for case in &mut cases {
            case.round(options, number).await?;
        }
        let rates: Vec<String> =
            cases.iter().map(|case| format!("{:.0}", case.rates.last().copied().unwrap_or(0.0))).collect();
        terminal::line(&format!(
            "round {number}: messages/s {} (one, spread, few, many conversations)",
            rates.join(", ")
        ));
    }
    let mut stored = 0;
    for case in &mut cases {
        case.scene.close().await?;
        stored += case.scene.check(&case.acknowledged).await?;
    }
    report(options, &cases, stored);
    Ok(())
}

impl<'a> Case<'a> {
    async fn fill(stage: &'a Stage, name: &str, pairs: usize, conversations: usize) -> Outcome<Self> {
        let (scene, mut world) = stage.scene(name).await?;
        let (mut users, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..pairs {
            let pair = world.users(2).await?;
            theirs.push(world.groups(conversations, &pair).await?);
            users.push([pair.start, pair.start + 1]);
        }
        world.end().await?;
        let (acknowledged, rates) = (Acknowledged::new(), Vec::new());
        Ok(Self {
            scene,
            pairs: users,
            conversations: theirs,
            acknowledged,
            repeated: 0,
            first_rate: 0.0,
            rates,
            server_micros: Vec::new(),
            postgres_micros: Vec::new(),
        })
    }

    /// Starts the server and talks for a while: what it knows of a conversation it reads at the first message.
    async fn begin(&mut self, options: &Options) -> Outcome {
        self.scene.open().await?;
        let talked = self.talk(options, "first", Duration::from_secs(options.warm_up)).await?;
        self.first_rate = talked.rate();
        Ok(())
    }

    async fn round(&mut self, options: &Options, number: u32) -> Outcome {
        let talked = self.talk(options, &number.to_string(), options.effort.time()).await?;
        self.rates.push(talked.rate());
        self.server_micros.push(micros_each(talked.spent.server, talked.messages));
        self.postgres_micros.push(micros_each(talked.spent.database, talked.messages));
        Ok(())
    }

    async fn talk(&mut self, options: &Options, round: &str, time: Duration) -> Outcome<Talked> {
        let door = self.scene.door();
        let mut seats = Vec::new();
        for (pair, conversations) in self.pairs.iter().zip(&self.conversations) {
            for user in pair {
                let line = door.open(&world::token(*user)?, seats.len()).await?;
                // Near ones far apart, and the two of a pair elsewhere.
                let count = conversations.end - conversations.start;
                let conversations = (0..count).map(|n| conversations.start + (n * 7_919 + user) % count).collect();
                seats.push(Seat { line, name: format!("{round}u{user}"), conversations });
            }
        }
        let window = (options.window / seats.len().max(1)).max(1);
        let scene = &self.scene;
        let talked = talk(seats, Pace::Window(window), 1, time, || scene.clocks()).await?;
        for (conversation, count) in &talked.acknowledged {
            *self.acknowledged.entry(*conversation).or_default() += count;
        }
        self.repeated += talked.faults.repeated;
        talked.complete()
    }
}

fn report(options: &Options, cases: &[Case<'_>], stored: u64) {
    let [hot, spread, few, many] = cases else { return };
    let mut figures = Figures::new("hot");
    figures.add("window", "messages on their way", options.window);
    figures.add("rounds", "rounds (all figures below are medians)", options.effort.rounds);
    let spreads = format!("two users, {} conversations", options.spread);
    let fews = format!("{} users, {} conversations", options.pairs * 2, options.pairs);
    let manys = format!("{} users, {} conversations", options.pairs * 2, options.conversations);
    let named = [
        ("hot", "two users, one conversation", hot),
        ("spread", &spreads, spread),
        ("few", &fews, few),
        ("many", &manys, many),
    ];
    for (key, words, case) in named {
        figures.add_rounded(&format!("{key}_per_second"), &format!("messages/s, {words}"), median(&case.rates), 0);
        figures.add_rounded(
            &format!("{key}_server_cpu_us"),
            "  processor time of the server for each (us)",
            median(&case.server_micros),
            1,
        );
        figures.add_rounded(
            &format!("{key}_postgres_cpu_us"),
            "  processor time of Postgres for each (us)",
            median(&case.postgres_micros),
            1,
        );
    }
    let words = format!("messages/s: one conversation / {}", options.spread);
    figures.add_ratio("ratio_hot", &words, quotient(&hot.rates, &spread.rates), 1.0);
    let words = format!("server's cost of a message: {} / {} conversations", options.conversations, options.pairs);
    figures.add_ratio("ratio_conversations", &words, quotient(&many.server_micros, &few.server_micros), 1.2);
    figures.add("repeated", "deliveries that came again", cases.iter().map(|case| case.repeated).sum::<u64>());
    figures.add("stored", "messages checked in the database", stored);
    figures.print(&options.effort.setting.pictures());
}

/// The median of the quotients of each round.
fn quotient(above: &[f64], below: &[f64]) -> f64 {
    median(&above.iter().zip(below).map(|(above, below)| above / below).collect::<Vec<_>>())
}
