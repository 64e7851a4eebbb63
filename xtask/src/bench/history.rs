//! `bench history`: what a page of history and the list of conversations cost when there is little and when there is much.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::Value;
use tokio::task::JoinSet;

use super::clocks::{micros_each, per_second};
use super::effort::Effort;
use super::quantiles::Quantiles;
use super::report::{Figures, median};
use super::stage::{Scene, Stage};
use super::world;
use crate::client::rest::Rest;
use crate::failure::{Doing, Failure, Outcome};
use crate::{runtime, terminal};

/// What a person can say to `cargo xtask bench history`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How many messages there are where there are many.
    #[arg(long, default_value_t = 1_000_000)]
    large: i64,
    /// How many there are where there are few.
    #[arg(long, default_value_t = 10_000)]
    small: i64,
    /// Over how many direct conversations of one user they are spread.
    #[arg(long, default_value_t = 100)]
    conversations: i64,
    /// How many ask at a time.
    #[arg(long, default_value_t = 8)]
    clients: usize,
    #[command(flatten)]
    effort: Effort,
}

/// Messages on a page.
const PAGE: i64 = 50;
/// The last messages of each conversation are not read, however many there are.
const UNREAD: i64 = 20;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// The newest messages of a conversation, as when somebody opens it.
    Newest,
    /// A page from anywhere, as when somebody looks for something old.
    Page,
    /// The list of conversations.
    List,
}

/// What some asking came to.
#[derive(Debug, Default)]
struct Asked {
    per_second: f64,
    server_micros: f64,
    postgres_micros: f64,
    p99: f64,
}

/// A database with so many messages in each conversation.
struct Case<'a> {
    scene: Scene<'a>,
    conversations: std::ops::Range<i64>,
    each: i64,
    newest: Vec<Asked>,
    pages: Vec<Asked>,
    lists: Vec<Asked>,
}

/// Picks the rounds of one question.
type AskedOf = for<'a> fn(&'a Case<'_>) -> &'a [Asked];

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let stage = Stage::build(&options.effort.setting.binary)?;
    runtime::block_on(measure(options, &stage))
}

async fn measure(options: &Options, stage: &Stage) -> Outcome {
    let mut cases = Vec::new();
    for (name, messages) in [("small", options.small), ("large", options.large)] {
        terminal::line(&format!("filling a database with {messages} messages ..."));
        cases.push(Case::fill(stage, name, options, messages).await?);
    }
    for case in &mut cases {
        case.scene.open().await?;
        // Warm, as a server is that has been up for a while.
        for ask in [Ask::Newest, Ask::Page, Ask::List] {
            case.ask(ask, options).await?;
        }
    }
    for number in 1..=options.effort.rounds {
        for case in &mut cases {
            let newest = case.ask(Ask::Newest, options).await?;
            let (page, list) = (case.ask(Ask::Page, options).await?, case.ask(Ask::List, options).await?);
            terminal::line(&format!(
                "round {number}: of {} messages: pages within {:.2} ms, lists within {:.2} ms (99 %)",
                case.each * options.conversations,
                page.p99,
                list.p99
            ));
            case.newest.push(newest);
            case.pages.push(page);
            case.lists.push(list);
        }
    }
    let mut stored = 0;
    for case in &mut cases {
        case.scene.close().await?;
        let each = u64::try_from(case.each).unwrap_or(0);
        let expected = case.conversations.clone().map(|conversation| (conversation, each)).collect();
        stored += case.scene.check(&expected).await?;
    }
    report(options, &cases, stored);
    Ok(())
}

impl<'a> Case<'a> {
    async fn fill(stage: &'a Stage, name: &str, options: &Options, messages: i64) -> Outcome<Self> {
        let (scene, mut world) = stage.scene(name).await?;
        let asker = world.users(1).await?.start;
        let others = world.users(usize::try_from(options.conversations).unwrap_or(0)).await?;
        let mut conversations = 1..1;
        for other in others {
            conversations.end = world.direct(asker, other).await? + 1;
        }
        let each = messages / options.conversations.max(1);
        world.messages(&conversations, each, UNREAD).await?;
        world.end().await?;
        Ok(Self { scene, conversations, each, newest: Vec::new(), pages: Vec::new(), lists: Vec::new() })
    }

    async fn ask(&self, ask: Ask, options: &Options) -> Outcome<Asked> {
        let token = world::token(1)?;
        let is_over = Arc::new(AtomicBool::new(false));
        let rest = Rest::new(&self.scene.door().address)?;
        let mut asking = JoinSet::new();
        let (before, begun) = (self.scene.clocks(), Instant::now());
        for _ in 0..options.clients {
            let (rest, token, is_over) = (rest.clone(), token.clone(), Arc::clone(&is_over));
            let (conversations, each) = (self.conversations.clone(), self.each);
            asking.spawn(async move {
                let mut times = Vec::new();
                while !is_over.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    match ask {
                        Ask::Newest => page(&rest, &token, &conversations, each + 1).await?,
                        Ask::Page => page(&rest, &token, &conversations, from_anywhere(each)).await?,
                        Ask::List => list(&rest, &token).await?,
                    }
                    times.push(begun.elapsed());
                }
                Outcome::Ok(times)
            });
        }
        tokio::time::sleep(options.effort.time()).await;
        is_over.store(true, Ordering::Relaxed);
        let mut times = Vec::new();
        while let Some(asked) = asking.join_next().await {
            times.extend(asked.doing("wait for an asker")??);
        }
        let (elapsed, spent, count) = (begun.elapsed(), self.scene.clocks().since(&before), times.len() as u64);
        Ok(Asked {
            per_second: per_second(count, elapsed),
            server_micros: micros_each(spent.server, count),
            postgres_micros: micros_each(spent.database, count),
            p99: Quantiles::of(times).within(9_900),
        })
    }
}

/// Where a page begins that may be anywhere among so many messages.
fn from_anywhere(each: i64) -> i64 {
    rand::random_range(PAGE + 1..=each.max(PAGE + 1))
}

/// The messages before a seq of any conversation.
async fn page(rest: &Rest, token: &str, conversations: &std::ops::Range<i64>, before: i64) -> Outcome {
    let conversation = rand::random_range(conversations.clone());
    let path = format!("conversations/{conversation}/messages?limit={PAGE}&before={before}");
    let answer = rest.get(&path, token).await?;
    let items = answer.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let seqs: Vec<i64> = items.iter().filter_map(|item| item.get("seq")?.as_i64()).collect();
    if seqs.iter().copied().eq((before - PAGE..before).rev()) {
        return Ok(());
    }
    Err(Failure::new(format!("the page before {before} of conversation {conversation} holds {seqs:?}")))
}

/// The newest conversations.
async fn list(rest: &Rest, token: &str) -> Outcome {
    let answer = rest.get(&format!("conversations?limit={PAGE}"), token).await?;
    let items = answer.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let unread = |item: &Value| item.get("unread_count").and_then(Value::as_i64);
    if !items.is_empty() && items.iter().all(|item| unread(item).is_some_and(|count| count > 0 && count <= UNREAD)) {
        return Ok(());
    }
    Err(Failure::new(format!("the list of conversations is wrong: {answer}")))
}

fn report(options: &Options, cases: &[Case<'_>], stored: u64) {
    let [small, large] = cases else { return };
    let mut figures = Figures::new("history");
    figures.add("conversations", "conversations of the one who asks", options.conversations);
    figures.add("rounds", "rounds (all figures below are medians)", options.effort.rounds);
    let parts: [(&str, &str, AskedOf, f64); 3] = [
        ("newest", "the newest page of history", |case| &case.newest, 1.15),
        ("page", "a page from anywhere", |case| &case.pages, 1.15),
        ("list", "the list of conversations", |case| &case.lists, 1.3),
    ];
    for (key, words, asked, aim) in parts {
        let of =
            |case: &Case<'_>, figure: fn(&Asked) -> f64| median(&asked(case).iter().map(figure).collect::<Vec<_>>());
        for (size, count, case) in [("small", options.small, small), ("large", options.large, large)] {
            let words = format!("{words} of {count} messages");
            figures.add_rounded(
                &format!("{key}_{size}_per_second"),
                &format!("{words}: answers/s"),
                of(case, |asked| asked.per_second),
                0,
            );
            figures.add_rounded(&format!("{key}_{size}_p99_ms"), "  99 % within (ms)", of(case, |asked| asked.p99), 2);
            figures.add_rounded(
                &format!("{key}_{size}_server_cpu_us"),
                "  processor time of the server for each (us)",
                of(case, |asked| asked.server_micros),
                1,
            );
            figures.add_rounded(
                &format!("{key}_{size}_postgres_cpu_us"),
                "  processor time of Postgres for each (us)",
                of(case, |asked| asked.postgres_micros),
                1,
            );
        }
        let growth = |figure: fn(&Asked) -> f64| {
            let rounds = asked(large).iter().zip(asked(small));
            median(&rounds.map(|(large, small)| figure(large) / figure(small)).collect::<Vec<_>>())
        };
        let cpu = growth(|asked| asked.server_micros + asked.postgres_micros);
        figures.add_ratio(&format!("ratio_{key}_cpu"), &format!("{words}, much / little: processor time"), cpu, aim);
        figures.add_ratio(
            &format!("ratio_{key}_p99"),
            &format!("{words}, much / little: 99 %"),
            growth(|asked| asked.p99),
            aim,
        );
    }
    figures.add("stored", "messages checked in the databases", stored);
    figures.print(&options.effort.setting.pictures());
}
