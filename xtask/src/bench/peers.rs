//! `bench peers`: the same work by small chat servers that were written with other tools, on the same Postgres.

use sqlx::PgPool;

use super::audit;
use super::clocks::Clocks;
use super::contender::{Contender, Round, Work, id};
use super::effort::Effort;
use super::peer::{self, Peer, Running};
use super::report::{Figures, median};
use super::stage::{Scene, Stage};
use crate::failure::{Doing, Outcome};
use crate::runtime;

/// What a person can say to `cargo xtask bench peers`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    effort: Effort,
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

/// Picks a figure out of a round.
type FigureOf = fn(&Round) -> f64;

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Outcome {
    let peers = peer::install();
    let stage = Stage::build(&options.effort.setting.binary)?;
    runtime::block_on(measure(options, &stage, &peers))
}

async fn measure(options: &Options, stage: &Stage, peers: &[Peer]) -> Outcome {
    let mut scene = ours(options, stage).await?;
    for peer in peers {
        fill(options, stage, *peer).await?;
    }
    let all = std::iter::once(None).chain(peers.iter().copied().map(Some));
    let mut contenders: Vec<Contender> = all.map(Contender::new).collect();
    for number in 1..=options.effort.rounds {
        for contender in &mut contenders {
            let clocks = |pid| Clocks::read(pid, Some(&stage.postgres));
            if let Some(peer) = contender.peer {
                let running = Running::start(peer, &stage.postgres.url(peer.key()), &stage.scratch).await?;
                let pid = running.pid();
                contender.compete(&options.work, options.effort.time(), number, &running.door, || clocks(pid)).await?;
                running.end().await;
            } else {
                scene.open().await?;
                contender
                    .compete(&options.work, options.effort.time(), number, &scene.door(), || scene.clocks())
                    .await?;
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
    for _ in 0..options.work.pairs {
        let users = world.users(2).await?;
        world.direct(users.start, users.start + 1).await?;
    }
    let members = world.users(options.work.members + 1).await?;
    world.groups(1, &members).await?;
    world.end().await?;
    Ok(scene)
}

async fn fill(options: &Options, stage: &Stage, peer: Peer) -> Outcome {
    tokio::task::block_in_place(|| stage.postgres.create_database(peer.key()))?;
    let pool = PgPool::connect(&stage.postgres.url(peer.key())).await.doing("open the database")?;
    sqlx::raw_sql(SCHEMA).execute(&pool).await.doing("make the peer's tables")?;
    sqlx::query(PAIRS).bind(id(options.work.pairs)).execute(&pool).await.doing(PAIRS)?;
    sqlx::query(ROOM)
        .bind(id(options.work.pairs))
        .bind(id(options.work.members + 1))
        .execute(&pool)
        .await
        .doing(ROOM)?;
    sqlx::query("VACUUM ANALYZE").execute(&pool).await.doing("analyse the peer's tables")?;
    pool.close().await;
    Ok(())
}

fn report(options: &Options, contenders: &[Contender]) {
    let Some((ours, peers)) = contenders.split_first() else { return };
    let mut figures = Figures::new("peers");
    figures.add("pairs", "pairs", options.work.pairs);
    figures.add("window", "messages on their way per pair", options.work.window);
    figures.add("members", "sockets that listen in the room", options.work.members);
    figures.add("rounds", "rounds (all figures below are medians)", options.effort.rounds);
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
        let (single, burst) = match theirs.peer {
            Some(Peer::FastApi) => (15.0, 15.0),
            Some(Peer::Ws | Peer::SocketIo) => (3.0, 10.0),
            // It is made for nothing but deliveries: to be as cheap is enough.
            Some(Peer::Centrifuge) | None => (1.0, 1.0),
        };
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
    figures.print(&options.effort.setting.pictures());
}
