//! `chaos crash`: clients send at full speed while the server and its database are killed; then everything is read in
//! every way and judged.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;

use super::checker::{Scope, Violation};
use super::history::Tally;
use super::nemesis::Damage;
use super::stage;
use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::postgres::{self, Postgres};
use crate::fixture::scratch::Scratch;
use crate::{runtime, terminal, workspace};

/// What a person can say to `cargo xtask chaos crash` and `teeth`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// On which database.
    #[arg(long, value_enum, default_value_t = Database::Both)]
    database: Database,
    /// How often the server is killed on each: 100, or 3 for `teeth`, unless said otherwise.
    #[arg(long)]
    pub(crate) cycles: Option<u32>,
    /// The same seed sends the same messages and breaks the same things at the same moments.
    #[arg(long)]
    seed: Option<u64>,
    /// How many clients send on a socket; every other one sends over REST as well.
    #[arg(long, default_value_t = 8)]
    pub(crate) senders: usize,
    /// Build the server with optimisation.
    #[arg(long)]
    release: bool,
    /// Use this binary instead of building one, for example one that was broken on purpose.
    #[arg(long)]
    server_binary: Option<PathBuf>,
    /// What that binary does wrong, if it can be told to.
    #[arg(skip)]
    pub(crate) fault: Option<&'static str>,
}

/// Which databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Both,
}

impl Options {
    /// A short run on a binary that is there.
    pub(crate) fn quick(server: &Path, cycles: u32) -> Self {
        Self {
            database: Database::Both,
            cycles: Some(cycles),
            seed: None,
            senders: 4,
            release: false,
            server_binary: Some(server.to_path_buf()),
            fault: None,
        }
    }

    /// The same run on a server with a fault.
    pub(crate) fn with_fault(self, faulty: &Path, fault: &'static str) -> Self {
        Self { server_binary: Some(faulty.to_path_buf()), fault: Some(fault), ..self }
    }

    /// The seed that was given, or a fresh one.
    pub(crate) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| u64::from(rand::rng().random::<u32>()))
    }

    /// The binary that was given, or a fresh one.
    pub(crate) fn server(&self) -> Outcome<PathBuf> {
        match &self.server_binary {
            Some(binary) => std::path::absolute(binary).doing("find the server"),
            None => workspace::build_server(self.release),
        }
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Report {
    /// On what, for the heading.
    pub(crate) title: String,
    /// What was broken.
    pub(crate) damage: Damage,
    /// What was counted.
    pub(crate) tally: Tally,
    /// What was checked.
    pub(crate) scope: Scope,
    /// What is wrong.
    pub(crate) violations: Vec<Violation>,
    /// Where the histories are.
    pub(crate) histories: PathBuf,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Runs on the databases that were asked for.
pub(crate) fn run(options: &Options) -> Outcome {
    let options = Options { server_binary: Some(options.server()?), ..options.clone() };
    let mut outcomes = Vec::new();
    if options.database != Database::Postgres {
        terminal::heading("chaos: crashes on SQLite");
        outcomes.push(on_sqlite(&options).and_then(judge));
    }
    if options.database != Database::Sqlite {
        terminal::heading("chaos: crashes on Postgres");
        outcomes.push(postgres::ensure(true).and_then(|programs| on_postgres(&options, &programs)).and_then(judge));
    }
    // Both are run before the first failure is told.
    outcomes.into_iter().collect()
}

/// A run on SQLite.
pub(crate) fn on_sqlite(options: &Options) -> Outcome<Report> {
    let scratch = Arc::new(Scratch::new()?);
    let url = format!("sqlite://{}", scratch.path().join("chat.db").display());
    runtime::block_on(stage::perform(options, "sqlite", url, &scratch, None))
}

/// A run on a Postgres of its own, durable as in production.
pub(crate) fn on_postgres(options: &Options, programs: &Path) -> Outcome<Report> {
    let scratch = Arc::new(Scratch::new()?);
    let postgres = Postgres::launch(programs.to_path_buf(), &scratch, true)?;
    postgres.create_database("chat")?;
    runtime::block_on(stage::perform(options, "postgres", postgres.url("chat"), &scratch, Some(&postgres)))
}

/// Prints what was done and found, and fails if something is wrong or if nothing was proved.
pub(crate) fn judge(report: Report) -> Outcome {
    report.print();
    if !report.violations.is_empty() {
        let (count, path) = (report.violations.len(), report.histories.display());
        return Err(Failure::new(format!(
            "{}: {count} promises are broken; the histories are in {path}",
            report.title
        )));
    }
    if report.scope.acknowledged < 2 * report.damage.server_kills as usize {
        return Err(Failure::new(format!("{}: too little was sent to prove anything", report.title)));
    }
    Ok(())
}

impl Report {
    fn print(&self) {
        let (damage, tally, scope) = (&self.damage, &self.tally, &self.scope);
        let row = |name: &str, count: u64| vec![name.to_owned(), count.to_string()];
        terminal::line(&format!("{}, {}:", self.title, terminal::spoken(self.took)));
        terminal::table(&[
            row("cycles (kill -9 of the server)", damage.server_kills.into()),
            row("kill -9 of a Postgres process", damage.backend_kills.into()),
            row("immediate stops of Postgres", damage.immediate_stops.into()),
            row("starts that had to be repeated", damage.failed_starts.into()),
            row("messages sent", scope.sends as u64),
            row("acknowledged", scope.acknowledged as u64),
            row("attempts with unknown outcome", scope.unknown as u64),
            row("sent again", tally.resent),
            row("repeats answered with the first", tally.repeats_answered),
            row("messages in the database", scope.messages as u64),
            row("other entries in the logs", scope.changes as u64),
            row("sockets opened", tally.resumes),
            row("events taken in", scope.applied as u64),
            row("events that were known", tally.known),
            row("gaps noticed and closed", tally.gaps),
            row("resyncs by REST", tally.resyncs),
            row("lists compared with the database", scope.lists as u64),
            row("VIOLATIONS", self.violations.len() as u64),
        ]);
        for violation in self.violations.iter().take(10) {
            terminal::line(&format!("  {violation}"));
        }
    }
}
