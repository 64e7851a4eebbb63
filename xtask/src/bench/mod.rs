//! Measurements. A number is worth something beside another one that was measured in the same run on the same machine,
//! so each of these measures its own yardstick too.

mod bare;
mod crowd;
mod disk;
mod dm;
mod idle;
mod pair;
mod pgbench;
mod report;

use crate::failure::Outcome;
use crate::{step, workspace};

/// What a person can say to `cargo xtask bench`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Chore {
    /// Memory of the server per idle, authenticated connection, against a bare task that waits on a socket.
    Idle(idle::Options),
    /// Durable direct messages per second, from the send to the delivery, against single-row inserts by pgbench.
    Dm(dm::Options),
    /// The yardstick of `idle`, as a process of its own.
    #[command(hide = true)]
    BareListener,
}

/// Runs one of them. A client that was built without optimisation would measure itself, so such a one hands over to one
/// that was built with it.
pub(crate) fn run(chore: Chore) -> Outcome {
    if cfg!(debug_assertions) {
        let mut optimised = workspace::cargo();
        optimised.args(["run", "--quiet", "--release", "--package", "xtask", "--"]);
        return step::run(optimised.args(std::env::args_os().skip(1)));
    }
    match chore {
        Chore::Idle(options) => idle::run(&options),
        Chore::Dm(options) => dm::run(&options),
        Chore::BareListener => bare::listen(),
    }
}
