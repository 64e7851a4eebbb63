//! `chaos silent`: thousands of connections that say nothing, or too little, and never give up; and beside them somebody
//! who only wants to chat.

mod crowd;
mod honest;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::crowd::{Crowd, Kind, Tally};
use self::honest::{Honest, Times};
use crate::binary::Binary;
use crate::failure::{Failure, Outcome};
use crate::fixture::scratch::Scratch;
use crate::server::Server;
use crate::{runtime, terminal};

/// What a person can say to `cargo xtask chaos silent`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How many silent connections. Each takes a file of the server and one of this program.
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,
    /// How many connections the server has places for; the system decides unless said otherwise.
    #[arg(long)]
    places: Option<u64>,
    /// For how many seconds somebody chats beside them.
    #[arg(long, default_value_t = 25)]
    seconds: u64,
    /// Build the server with optimisation.
    #[arg(long)]
    release: bool,
    #[command(flatten)]
    binary: Binary,
}

/// A round of the honest every so often: more would be more sign-ins than the server allows one person.
const ROUND_EVERY: Duration = Duration::from_secs(3);
/// The crowd is there, or it never will be.
const GATHERED_WITHIN: Duration = Duration::from_secs(20);
/// Files that this program needs beside the connections.
const OTHER_FILES: usize = 100;

/// Fails if the honest cannot chat.
pub(crate) fn run(options: &Options) -> Outcome {
    let binary = options.binary.path(options.release)?;
    let files = open_files();
    if options.sockets + OTHER_FILES > files {
        return Err(Failure::new(format!("this program may open {files} files only: say fewer --sockets")));
    }
    runtime::block_on(besiege(options, binary))
}

async fn besiege(options: &Options, binary: PathBuf) -> Outcome {
    let scratch = Arc::new(Scratch::new()?);
    let url = format!("sqlite://{}", scratch.path().join("chat.db").display());
    let mut server = Server::new(&binary, url, &scratch, scratch.path().join("server.log"))?;
    // The limits are what this is about.
    server.set("CHAT_RATE_LIMITS", "on");
    if let Some(places) = options.places {
        server.set("CHAT_MAX_CONNECTIONS", &places.to_string());
    }
    server.start().await?;

    let mut calm = Times::default();
    let mut honest = Honest::enter(&server.address(), ["ann", "bob"], &mut calm).await?;
    honest.chat(&mut calm).await?;

    let crowd = Crowd::gather(&server.address(), options.sockets)?;
    let begun = Instant::now();
    while crowd.tally().tried() < options.sockets && begun.elapsed() < GATHERED_WITHIN {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    terminal::line(&format!("{} of {} are held, after {:?}", crowd.tally().held(), options.sockets, begun.elapsed()));

    let mut besieged = Times::default();
    let outcome = chat(options, &server.address(), honest, &mut besieged).await;
    report(options, crowd.tally(), &calm, &besieged);
    drop(crowd);
    server.stop().await?;
    outcome.map_err(|failure| Failure::new(format!("somebody honest was kept out by the silent: {failure}")))
}

/// Somebody who was there before, and somebody who comes only now, chat for a while.
async fn chat(options: &Options, address: &str, mut regular: Honest, times: &mut Times) -> Outcome {
    let begun = Instant::now();
    let mut newcomer = Honest::enter(address, ["newcomer", "friend"], times).await?;
    while begun.elapsed().as_secs() < options.seconds {
        regular.chat(times).await?;
        newcomer.chat(times).await?;
        tokio::time::sleep(ROUND_EVERY).await;
    }
    Ok(())
}

fn report(options: &Options, tally: &Tally, calm: &Times, besieged: &Times) {
    let row = |name: &str, count: usize| vec![name.to_owned(), count.to_string()];
    let mut rows = vec![
        row("silent connections that are tried at any time", options.sockets),
        row("held at once, at the most", tally.most_held()),
        row("held at the end", tally.held()),
    ];
    for kind in Kind::ALL {
        rows.push(row(&format!("closed by the server: {}", kind.spoken()), tally.closed(kind)));
    }
    rows.push(row("upgrades refused, because too many wait already", tally.refused()));
    rows.push(row("not connected at all", tally.failed()));
    terminal::table(&rows);
    let mut rows = vec![["somebody honest", "alone", "median", "worst", "times"].map(str::to_owned).to_vec()];
    for (step, alone) in calm.steps() {
        let (median, worst, count) = besieged.of(step);
        let spoken = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
        rows.push(vec![step.to_owned(), spoken(alone), spoken(median), spoken(worst), count.to_string()]);
    }
    terminal::table(&rows);
}

/// How many files this program may open; as many as the system allows.
fn open_files() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::Nofile).maximum;
        // What cannot be raised stays, and is looked at next.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX)
    }
    #[cfg(not(unix))]
    usize::MAX
}
