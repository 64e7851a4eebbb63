//! Chaos: break the running server and its database on purpose, under load, and check from outside that every message
//! that was acknowledged is there once, in one order, for everybody.

mod cast;
mod checker;
mod crash;
mod database;
mod drafts;
mod history;
mod nemesis;
mod player;
mod poster;
mod readings;
mod report;
mod silent;
mod stage;
mod teeth;
mod trial;

use std::path::Path;

use self::trial::Trial;
use crate::failure::Outcome;
use crate::step::Journal;

/// What a person can say to `cargo xtask chaos`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Chore {
    /// Kill the server (and Postgres) again and again while clients send, then check every promise.
    Crash(crash::Options),
    /// The same with a server that has a fault, built in on purpose: the checker must notice, else it proves nothing.
    Teeth(teeth::Options),
    /// Hold thousands of connections that say nothing, and check that somebody honest still gets in and chats.
    Silent(silent::Options),
}

/// Runs one of them.
pub(crate) fn run(chore: Chore) -> Outcome {
    match chore {
        Chore::Crash(options) => crash::run(&options),
        Chore::Teeth(options) => teeth::run(&options),
        Chore::Silent(options) => silent::run(&options),
    }
}

/// The short forms, as a part of the tests.
pub(crate) fn quick(server: &Path, faulty: &Path, postgres: Option<&Path>, journal: &mut Journal) -> Outcome {
    let trial = Trial::quick(server, 5);
    journal.step("chaos: crashes on SQLite", || crash::on_sqlite(&trial)?.judge())?;
    match postgres {
        Some(programs) => {
            journal.step("chaos: crashes on Postgres", || crash::on_postgres(&trial, programs)?.judge())?;
        }
        None => journal.leave_out("chaos: crashes on Postgres"),
    }
    journal.step("chaos: the checker has teeth", || teeth::bite(&Trial::quick(server, 3), faulty))
}
