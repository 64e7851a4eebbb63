//! `bench peers`: the same work by small chat servers that were written with other tools, on the same Postgres.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::PgPool;

use super::audit::{self, Acknowledged};
use super::clocks::{Clocks, micros_each, per_second};
use super::line::Door;
use super::peer::{self, Peer, Running};
use super::report::{Figures, median};
use super::room::Room;
use super::stage::{Scene, Stage};
use super::talk::{Pace, Seat, talk};
use super::world;
use crate::failure::{Doing, Outcome};
use crate::{runtime, terminal};

/// What a person can say to `cargo xtask bench peers`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How many pairs talk at the same time.
    #[arg(long, default_value_t = 100)]
    pairs: usize,
    /// How many messages each keeps on their way. Peers may reorder them if there are several.
    #[arg(long, default_value_t = 1)]
    window: usize,
    /// How many listen in the room.
    #[arg(long, default_value_t = 1_000)]
    members: usize,
    /// How many messages are said at once in the second half of the room's part.
    #[arg(long, default_value_t = 16)]
    burst: u64,
    /// How long each part of a round lasts.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// How often everything is measured, one after the other; the medians count.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Use this binary instead of building one.
    #[arg(long)]
    server_binary: Option<PathBuf>,
}

const SCHEMA: &str = "
    CREATE TABLE conversations (id bigint PRIMARY KEY, head bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);
    CREATE TABLE members (user_id bigint, conversation_id bigint, PRIMARY KEY (user_id, conversation_id));
    CREATE TABLE messages (conversation_id bigint, seq bigint, id bigint GENERATED ALWAYS AS IDENTITY, sender_id bigint NOT NULL,
        body text NOT NULL, client_id text, created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (conversation_id, seq))";
const PAIRS: &str = "WITH made AS (INSERT INTO conversations SELECT n FROM generate_series(1, $1) n RETURNING id) \
     INSERT INTO members SELECT 2 * id - side, id FROM made, generate_series(0, 1) side";
const ROOM: &str = "WITH made AS (INSERT INTO conversations VALUES ($1 + 1) RETURNING id) \
     INSERT INTO members SELECT 2 * $1 + n, id FROM made, generate_series(1, $2) n";

/// What one round of one contender came to.
#[derive(Debug, Default)]
struct Round {
    messages_per_second: f64,
    message_server_micros: f64,
    message_postgres_micros: f64,
    p99: f64,
    single_per_second: f64,
    single_micros: f64,
    burst_per_second: f64,
    burst_micros: f64,
    /// Messages that came late or again, in both parts.
    disordered: u64,
    lost: u64,
}

/// Somebody who is measured: us (no peer), or a peer.
struct Contender {
    peer: Option<Peer>,
    acknowledged: Acknowledged,
    rounds: Vec<Round>,
}

/// Picks a figure out of a round.
type FigureOf = fn(&Round) -> f64;

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let peers = peer::install();
    let stage = Stage::build(options.server_binary.as_deref())?;
    runtime::block_on(measure(options, &stage, &peers))
}

async fn measure(options: &Options, stage: &Stage, peers: &[Peer]) -> Outcome {
    let mut scene = ours(options, stage).await?;
    for peer in peers {
        fill(options, stage, *peer).await?;
    }
    let all = std::iter::once(None).chain(peers.iter().copied().map(Some));
    let contender = |peer| Contender { peer, acknowledged: Acknowledged::new(), rounds: Vec::new() };
    let mut contenders: Vec<Contender> = all.map(contender).collect();
    for number in 1..=options.rounds {
        for contender in &mut contenders {
            let clocks = |pid| Clocks::read(pid, Some(&stage.postgres));
            if let Some(peer) = contender.peer {
                let running = Running::start(peer, &stage.postgres.url(peer.key()), &stage.scratch).await?;
                let pid = running.pid();
                contender.compete(options, number, &running.door, || clocks(pid)).await?;
                running.end().await;
            } else {
                scene.open().await?;
                contender.compete(options, number, &scene.door(), || scene.clocks()).await?;
                scene.close().await?;
            }
        }
    }
    for contender in &contenders {
        match contender.peer {
            None => scene.check(&contender.acknowledged).await?,
            Some(peer) => audit::check(&stage.postgres.url(peer.key()), &contender.acknowledged).await?,
        };
    }
    report(options, &contenders);
    Ok(())
}

async fn ours<'a>(options: &Options, stage: &'a Stage) -> Outcome<Scene<'a>> {
    let (scene, mut world) = stage.scene("ours").await?;
    for _ in 0..options.pairs {
        let users = world.users(2).await?;
        world.direct(users.start, users.start + 1).await?;
    }
    let members = world.users(options.members + 1).await?;
    world.groups(1, &members).await?;
    world.end().await?;
    Ok(scene)
}

async fn fill(options: &Options, stage: &Stage, peer: Peer) -> Outcome {
    tokio::task::block_in_place(|| stage.postgres.create_database(peer.key()))?;
    let pool = PgPool::connect(&stage.postgres.url(peer.key())).await.doing("open the database")?;
    sqlx::raw_sql(SCHEMA).execute(&pool).await.doing("make the peer's tables")?;
    sqlx::query(PAIRS).bind(id(options.pairs)).execute(&pool).await.doing(PAIRS)?;
    sqlx::query(ROOM).bind(id(options.pairs)).bind(id(options.members + 1)).execute(&pool).await.doing(ROOM)?;
    sqlx::query("VACUUM ANALYZE").execute(&pool).await.doing("analyse the peer's tables")?;
    pool.close().await;
    Ok(())
}

fn id(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(0)
}

impl Contender {
    fn name(&self) -> &'static str {
        self.peer.map_or("ours", Peer::name)
    }

    fn key(&self) -> &'static str {
        self.peer.map_or("ours", Peer::key)
    }

    /// A token for us; the peers ask for nothing but the user's id.
    fn pass(&self, user: usize) -> Outcome<String> {
        match self.peer {
            None => world::token(id(user)),
            Some(_) => Ok(user.to_string()),
        }
    }

    async fn compete(&mut self, options: &Options, number: u32, door: &Door, clocks: impl Fn() -> Clocks) -> Outcome {
        let time = Duration::from_secs(options.seconds);
        let mut seats = Vec::new();
        for user in 1..=options.pairs * 2 {
            let line = door.open(&self.pass(user)?, user).await?;
            let conversations = if user % 2 == 1 { vec![id(user.div_ceil(2))] } else { Vec::new() };
            seats.push(Seat { line, name: format!("{number}u{user}"), conversations });
        }
        let talked = talk(seats, Pace::Window(options.window), 1, time, &clocks).await?;
        let first = options.pairs * 2 + 1;
        let passes = (first..=first + options.members).map(|user| self.pass(user)).collect::<Outcome<Vec<_>>>()?;
        let conversation = id(options.pairs + 1);
        let mut room = Room::open(door, &passes, conversation, &format!("{number}speaker"), first).await?;
        let single = room.speak(1, time, &clocks).await?;
        let burst = room.speak(options.burst, time, &clocks).await?;
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
            disordered: talked.doubled + room.faults(),
            lost: talked.lost,
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

fn report(options: &Options, contenders: &[Contender]) {
    let Some((ours, peers)) = contenders.split_first() else { return };
    let mut figures = Figures::new("peers");
    figures.add("pairs", "pairs", options.pairs);
    figures.add("window", "messages on their way per pair", options.window);
    figures.add("members", "sockets that listen in the room", options.members);
    figures.add("rounds", "rounds (all figures below are medians)", options.rounds);
    let of = |contender: &Contender, figure: FigureOf| median(&contender.rounds.iter().map(figure).collect::<Vec<_>>());
    let parts: [(&str, &str, FigureOf, usize); 8] = [
        ("messages_per_second", "durable messages/s", |round| round.messages_per_second, 0),
        (
            "message_server_cpu_us",
            "  processor time of the server for each (us)",
            |round| round.message_server_micros,
            1,
        ),
        (
            "message_postgres_cpu_us",
            "  processor time of Postgres for each (us)",
            |round| round.message_postgres_micros,
            1,
        ),
        ("ack_ms_p99", "  99 % acknowledged within (ms)", |round| round.p99, 1),
        ("single_per_second", "deliveries/s, one message at a time", |round| round.single_per_second, 0),
        ("single_cpu_us", "  processor time of the server for each (us)", |round| round.single_micros, 2),
        ("burst_per_second", "deliveries/s, in bursts", |round| round.burst_per_second, 0),
        ("burst_cpu_us", "  processor time of the server for each (us)", |round| round.burst_micros, 2),
    ];
    for contender in contenders {
        for (key, words, figure, digits) in parts {
            let words = format!("{}: {words}", contender.name());
            figures.add_rounded(&format!("{}_{key}", contender.key()), &words, of(contender, figure), digits);
        }
        let sum = |part: fn(&Round) -> u64| contender.rounds.iter().map(part).sum::<u64>();
        figures.add(
            &format!("{}_lost", contender.key()),
            &format!("{}:   lost", contender.name()),
            sum(|round| round.lost),
        );
        let words = format!("{}:   late or doubled", contender.name());
        figures.add(&format!("{}_disordered", contender.key()), &words, sum(|round| round.disordered));
    }
    for theirs in peers {
        let quotient = |figure: FigureOf, turned: bool| {
            let rounds = ours.rounds.iter().zip(&theirs.rounds);
            let ratios = rounds.map(
                |(ours, theirs)| if turned { figure(theirs) / figure(ours) } else { figure(ours) / figure(theirs) },
            );
            median(&ratios.collect::<Vec<_>>())
        };
        let (single, burst) = if theirs.peer == Some(Peer::FastApi) { (15.0, 15.0) } else { (3.0, 10.0) };
        let (key, name) = (theirs.key(), theirs.name().split(',').next().unwrap_or_default());
        figures.add_ratio(
            &format!("ratio_messages_{key}"),
            &format!("messages/s, ours / {name}"),
            quotient(|round| round.messages_per_second, false),
            2.0,
        );
        figures.add_ratio(
            &format!("ratio_single_{key}"),
            &format!("cost of a delivery, {name} / ours"),
            quotient(|round| round.single_micros, true),
            single,
        );
        figures.add_ratio(
            &format!("ratio_burst_{key}"),
            &format!("in bursts, {name} / ours"),
            quotient(|round| round.burst_micros, true),
            burst,
        );
    }
    figures.print();
}
