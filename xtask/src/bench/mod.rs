//! Measurements. A number is worth something beside another one that was measured in the same run on the same machine,
//! so each of these measures its own yardstick too.

mod audit;
mod bare;
mod bare_writes;
mod book;
mod clocks;
mod comer;
mod contender;
mod course;
mod crowd;
mod disk;
mod dm;
mod effort;
mod fanout;
mod faults;
mod floor;
mod glance;
mod history;
mod hold;
mod hot;
mod idle;
mod latency;
mod letter;
mod line;
mod packages;
mod peer;
mod peers;
mod pgbench;
mod plot;
mod quantiles;
mod replies;
mod report;
mod room;
mod single;
mod stage;
mod statements;
mod storm;
mod talk;
mod talker;
mod world;

use std::process::Command;

use self::effort::Setting;
use crate::failure::{Doing, Failure, Outcome};
use crate::{step, terminal, workspace};

/// Everything in its short form: some ten minutes all together.
const SHORT: &[&str] = &[
    "dm --seconds 3 --rounds 3",
    "dm --database sqlite --seconds 3 --rounds 3",
    "fanout --seconds 2 --sizes 10,3000",
    "hot --seconds 3 --spread 2000 --conversations 20000 --warm-up 10",
    "latency --seconds 3",
    "storm --clients 3000 --groups 30",
    "history --large 300000 --seconds 2",
    "peers --seconds 2",
    "idle --connections 2000",
];

/// What a person can say to `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to measure; without it everything, for a short time each.
    #[command(subcommand)]
    chore: Option<Chore>,
    #[command(flatten)]
    setting: Setting,
}

/// The measurements.
#[derive(Debug, clap::Subcommand)]
enum Chore {
    /// Memory of the server per idle, authenticated connection, against a bare task that waits on a socket.
    Idle(idle::Options),
    /// Very many silent connections at once, over several servers, and what a million would take.
    Hold(hold::Options),
    /// Durable direct messages per second, from the send to the delivery, against single-row inserts by pgbench.
    Dm(dm::Options),
    /// Deliveries per second in one large room, against a bare loop of writes.
    Fanout(fanout::Options),
    /// Messages per second into one conversation against many, and into a hundred against very many.
    Hot(hot::Options),
    /// Times from the send to the acknowledgement at half of the highest rate, and beside a large group.
    Latency(latency::Options),
    /// Resumes per second when everybody comes back at once, against bare upgrades.
    Storm(storm::Options),
    /// A page of history and the list of conversations, where there are few messages and where there are many.
    History(history::Options),
    /// The same work by small chat servers written with other tools.
    Peers(peers::Options),
    /// The yardstick of `idle`, as a process of its own.
    #[command(hide = true)]
    BareListener,
    /// The other ends of `hold`, as a process of its own.
    #[command(hide = true)]
    Holder,
    /// The yardstick of `fanout`, as a process of its own.
    #[command(hide = true)]
    FloorWriter,
    /// The yardstick of `storm`, as a process of its own.
    #[command(hide = true)]
    FloorAcceptor,
}

/// Runs one of them. A client that was built without optimisation would measure itself, so such a one hands over to one
/// that was built with it.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if cfg!(debug_assertions) {
        terminal::line("this program was built without optimisation: building and running it with ...");
        let mut optimised = workspace::cargo();
        optimised.args(["run", "--quiet", "--release", "--package", "xtask", "--"]);
        return step::run(optimised.args(std::env::args_os().skip(1)));
    }
    let Some(chore) = &arguments.chore else { return everything(&arguments.setting) };
    match chore {
        Chore::Idle(options) => idle::run(options),
        Chore::Hold(options) => hold::run(options),
        Chore::Dm(options) => dm::run(options),
        Chore::Fanout(options) => fanout::run(options),
        Chore::Hot(options) => hot::run(options),
        Chore::Latency(options) => latency::run(options),
        Chore::Storm(options) => storm::run(options),
        Chore::History(options) => history::run(options),
        Chore::Peers(options) => peers::run(options),
        Chore::BareListener => bare::listen(),
        Chore::Holder => hold::holder(),
        Chore::FloorWriter => floor::write(),
        Chore::FloorAcceptor => floor::accept(),
    }
}

/// Runs all of them, each as a process of its own, so that none pays for what another left behind. One that fails does
/// not keep the others from running.
fn everything(setting: &Setting) -> Outcome {
    let binary = setting.binary.path(true)?;
    let own = std::env::current_exe().doing("find this program")?;
    let mut failed = Vec::new();
    for line in SHORT {
        let mut measurement = Command::new(&own);
        measurement.arg("bench").args(line.split_whitespace()).arg("--server-binary").arg(&binary);
        measurement.args(setting.keep_pictures.then_some("--keep-pictures"));
        if let Err(failure) = step::run(&mut measurement) {
            terminal::alarm(&failure.to_string());
            failed.push(*line);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("these failed: {}", failed.join("; "))))
}
