//! `chaos crash`: clients send at full speed while the server and its database are killed; then everything is read in
//! every way and judged.

use std::path::Path;
use std::sync::Arc;

use super::report::Report;
use super::stage;
use super::trial::{Settings, Trial};
use crate::failure::Outcome;
use crate::fixture::postgres::{self, Postgres};
use crate::fixture::scratch::Scratch;
use crate::{runtime, terminal};

/// What a person can say to `cargo xtask chaos crash`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// On which database.
    #[arg(long, value_enum, default_value_t = Database::Both)]
    database: Database,
    /// How often the server is killed on each.
    #[arg(long, default_value_t = 100)]
    cycles: u32,
    #[command(flatten)]
    settings: Settings,
}

/// Which databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Both,
}

/// Runs on the databases that were asked for.
pub(crate) fn run(options: &Options) -> Outcome {
    let trial = options.settings.trial(options.cycles)?;
    let mut outcomes = Vec::new();
    if options.database != Database::Postgres {
        terminal::heading("chaos: crashes on SQLite");
        outcomes.push(on_sqlite(&trial).and_then(|report| report.judge()));
    }
    if options.database != Database::Sqlite {
        terminal::heading("chaos: crashes on Postgres");
        let report = postgres::ensure(true).and_then(|programs| on_postgres(&trial, &programs));
        outcomes.push(report.and_then(|report| report.judge()));
    }
    // Both are run before the first failure is told.
    outcomes.into_iter().collect()
}

/// A run on SQLite.
pub(super) fn on_sqlite(trial: &Trial) -> Outcome<Report> {
    let scratch = Arc::new(Scratch::new()?);
    let url = format!("sqlite://{}", scratch.path().join("chat.db").display());
    runtime::block_on(stage::perform(trial, "sqlite", url, &scratch, None))
}

/// A run on a Postgres of its own, durable as in production.
pub(super) fn on_postgres(trial: &Trial, programs: &Path) -> Outcome<Report> {
    let scratch = Arc::new(Scratch::new()?);
    let postgres = Postgres::launch(programs.to_path_buf(), &scratch, true)?;
    postgres.create_database("chat")?;
    runtime::block_on(stage::perform(trial, "postgres", postgres.url("chat"), &scratch, Some(&postgres)))
}
