//! A run from its beginning to its end: everybody plays while the enemy rages, then the wounds heal, then all is read.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::cast::Cast;
use super::checker::{self, Evidence};
use super::drafts::Drafts;
use super::history::{Log, Record, Tally};
use super::nemesis::Nemesis;
use super::player::{Player, Stage, Surroundings};
use super::poster::Poster;
use super::report::Report;
use super::trial::Trial;
use super::{database, readings};
use crate::client::rest::{Account, Rest};
use crate::failure::{Doing, Outcome};
use crate::fixture::postgres::Postgres;
use crate::fixture::scratch::Scratch;
use crate::server::Server;
use crate::{terminal, workspace};

/// How many messages a client keeps open.
const WINDOW: usize = 8;
const LISTENERS: usize = 2;
const LEAVERS: usize = 6;
/// Everything is answered and taken in long before, or never.
const HEALING: Duration = Duration::from_secs(60);

type Played = JoinHandle<(Vec<Record>, Tally)>;

/// One run. The server is built by now: what is timed is what is done to it.
pub(super) async fn perform(
    trial: &Trial,
    name: &str,
    url: String,
    scratch: &Arc<Scratch>,
    postgres: Option<&Postgres>,
) -> Outcome<Report> {
    let (begun, seed) = (Instant::now(), trial.seed);
    let histories = histories(name, trial.fault)?;
    let mut server = Server::new(&trial.server, url.clone(), scratch, histories.join("server.log"))?;
    if let Some(fault) = trial.fault {
        server.set("FAULT", fault);
    }
    server.start().await?;
    let rest = Rest::new(&server.address())?;
    let cast = Cast::assemble(&rest, trial.senders, LISTENERS, LEAVERS).await?;
    let address = server.address();
    terminal::line(&format!(
        "{name}, seed {seed}: {} senders, {} users",
        trial.senders,
        trial.senders + LISTENERS + LEAVERS
    ));

    let (stage, watched) = watch::channel(Stage::Load);
    let around = Surroundings { address, stage: watched, unsettled: Arc::default(), acknowledged: Arc::default() };
    let played = enter(&cast, &around, seed, &histories, begun)?;
    let departures = tokio::spawn(depart(Arc::clone(&cast), rest.clone()));
    let nemesis = Nemesis::new(seed, Arc::clone(&around.acknowledged));
    let damage = nemesis.rage(trial.cycles, &mut server, postgres).await?;

    departures.await.doing("wait for those who leave")?;
    stage.send_replace(Stage::Settle);
    settle(&around.unsettled).await;
    let heads = Arc::new(readings::heads(&cast, &rest).await?);
    stage.send_replace(Stage::Finish { heads, until: Instant::now() + HEALING });
    let (mut records, mut tally) = (Vec::new(), Tally::default());
    for client in played {
        let (written, counted) = client.await.doing("wait for a client")?;
        records.extend(written);
        tally.add(counted);
    }
    let readings = readings::read_everything(&cast, &rest, &server.address()).await?;
    server.stop().await?;
    let truth = database::read(&url).await?;
    let (scope, violations) = checker::check(&Evidence { records, truth, followers: cast.followers(), readings });
    let title = format!("{name}, seed {seed}");
    Ok(Report { title, damage, tally, scope, violations, histories, took: begun.elapsed() })
}

/// An empty directory for the histories, which stay there until the next run.
fn histories(name: &str, fault: Option<&str>) -> Outcome<PathBuf> {
    let name = fault.map_or_else(|| name.to_owned(), |fault| format!("{name}-{fault}"));
    let directory = workspace::root().join("target").join("chaos").join(name);
    if directory.exists() {
        std::fs::remove_dir_all(&directory).doing("remove old histories")?;
    }
    std::fs::create_dir_all(&directory).doing("make a directory for histories")?;
    Ok(directory)
}

/// Everybody begins to play.
fn enter(
    cast: &Cast,
    around: &Surroundings,
    seed: u64,
    histories: &std::path::Path,
    begun: Instant,
) -> Outcome<Vec<Played>> {
    let mut played = Vec::new();
    let everybody =
        cast.senders.iter().map(|account| (account, WINDOW)).chain(cast.listeners.iter().map(|account| (account, 0)));
    let mut number = 0;
    let mut drafts = |account: &Account| {
        number += 1;
        Drafts::new(number, cast.conversations_of(account.id), seed)
    };
    for (index, (account, window)) in everybody.enumerate() {
        let log = Log::new(histories, &account.name, account.id, begun)?;
        let conversations = cast.conversations_of(account.id);
        let player = Player::new(account.clone(), around.clone(), &conversations, drafts(account), window, log)?;
        played.push(tokio::spawn(player.play()));
        if window > 0 && index % 2 == 0 {
            let log = Log::new(histories, &format!("{}-rest", account.name), account.id, begun)?;
            let poster = Poster::new(account.clone(), around.clone(), drafts(account), log)?;
            played.push(tokio::spawn(poster.play()));
        }
    }
    Ok(played)
}

/// One after the other leaves the group, each repeating it until the server agrees that they are gone.
async fn depart(cast: Arc<Cast>, rest: Rest) {
    for leaver in &cast.leavers {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let path = format!("conversations/{}/leave", cast.group);
        loop {
            match rest.call(Method::POST, &path, Some(&leaver.token), None).await {
                // Whoever left in an attempt whose answer was lost is a stranger now.
                Ok(answer) if answer.status.is_success() || matches!(answer.status.as_u16(), 403 | 404) => break,
                Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

async fn settle(unsettled: &AtomicUsize) {
    let begun = Instant::now();
    while unsettled.load(Ordering::SeqCst) > 0 && begun.elapsed() < HEALING {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
