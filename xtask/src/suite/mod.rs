//! `cargo xtask test`: every test of the repository, with all that it needs started first and removed afterwards.

mod names;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::chaos;
use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::chromium::Chromium;
use crate::fixture::postgres::{self, Postgres};
use crate::fixture::{on_ci, scratch::Scratch};
use crate::step::{self, Journal};
use crate::{terminal, workspace};

/// What a person can say to `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Run only the tests whose names contain one of these, and nothing besides.
    filter: Vec<String>,
    /// Install nothing: leave out what needs a program that is not there.
    #[arg(long)]
    no_install: bool,
}

impl Arguments {
    /// Everything.
    pub(crate) fn all() -> Self {
        Self { filter: Vec::new(), no_install: false }
    }
}

/// Runs the tests and says at the end what ran and what was left out.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut journal = Journal::default();
    let outcome = run_noting(arguments, &mut journal);
    journal.summary("tests: what ran");
    outcome?;
    if on_ci() && !journal.is_complete() {
        return Err(Failure::new("on a build machine nothing may be left out"));
    }
    Ok(())
}

/// The same, with the steps noted in the caller's journal.
pub(crate) fn run_noting(arguments: &Arguments, journal: &mut Journal) -> Outcome {
    let surroundings = Surroundings::start(!arguments.no_install, journal);
    let build = journal.step("build the tests", build)?;
    journal.step("cargo test", || {
        let mut tests = workspace::cargo();
        tests.args(["test", "--workspace", "--no-fail-fast"]);
        surroundings.describe_to(&mut tests);
        if !arguments.filter.is_empty() {
            tests.arg("--").args(&arguments.filter);
        }
        step::run(&mut tests)
    })?;
    if !arguments.filter.is_empty() {
        return Ok(());
    }
    if let Some(reason) = journal.step("the stores pass the same cases", || names::compare(&build))? {
        journal.leave_out(reason);
    }
    let server = match workspace::executable(&build, "chat-server") {
        Some(server) => server,
        None => workspace::build_server(false)?,
    };
    let faulty = match workspace::executable(&build, workspace::FAULTY_SERVER) {
        Some(faulty) => faulty,
        None => workspace::build_faulty_server()?,
    };
    chaos::quick(&server, &faulty, surroundings.postgres_programs.as_deref(), journal)
}

/// Compiles all tests once. Cargo's messages name what came of it: the server, for the chaos, and the test programs.
fn build() -> Outcome<String> {
    let mut command = workspace::cargo();
    command.args(["test", "--workspace", "--no-run", "--message-format=json-render-diagnostics"]);
    let output = command.stderr(Stdio::inherit()).output().doing("build the tests")?;
    if !output.status.success() {
        return Err(Failure::new("the tests do not build").with_code(output.status.code()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the tests find around them.
struct Surroundings {
    // The cluster before the scratch that it lives in: fields are dropped in this order.
    postgres: Option<Postgres>,
    postgres_programs: Option<PathBuf>,
    chromium: Option<Chromium>,
    is_complete: bool,
}

impl Surroundings {
    fn start(may_install: bool, journal: &mut Journal) -> Self {
        terminal::heading("start what the tests need");
        let postgres_programs = note(postgres::ensure(may_install), "the tests on Postgres", journal);
        let postgres = postgres_programs.clone().and_then(|programs| {
            let launched = Scratch::new().and_then(|scratch| Postgres::launch(programs, &Arc::new(scratch), false));
            note(launched, "the tests on Postgres", journal)
        });
        let chromium = note(Chromium::ensure(may_install), "the tests of the page in a browser", journal);
        if let Some(postgres) = &postgres {
            terminal::line(&format!("Postgres on port {}", postgres.port()));
        }
        if let Some(chromium) = &chromium {
            terminal::line(&format!(
                "Chromium at {}, driver at {}",
                chromium.browser.display(),
                chromium.driver.display()
            ));
        }
        let is_complete = postgres.is_some() && chromium.is_some();
        Self { postgres, postgres_programs, chromium, is_complete }
    }

    /// Tells the tests through variables; what is not there is not set, and its tests say that they are left out.
    fn describe_to(&self, tests: &mut Command) {
        for variable in ["POSTGRES_URL", "CHROMEDRIVER", "CHROMIUM", "REQUIRE_ALL"] {
            tests.env_remove(format!("CHAT_TEST_{variable}"));
        }
        if let Some(postgres) = &self.postgres {
            tests.env("CHAT_TEST_POSTGRES_URL", postgres.url("postgres"));
        }
        if let Some(chromium) = &self.chromium {
            tests.env("CHAT_TEST_CHROMEDRIVER", &chromium.driver).env("CHAT_TEST_CHROMIUM", &chromium.browser);
        }
        if self.is_complete || on_ci() {
            tests.env("CHAT_TEST_REQUIRE_ALL", "1");
        }
    }
}

fn note<T>(found: Outcome<T>, what: &str, journal: &mut Journal) -> Option<T> {
    found.map_err(|failure| journal.leave_out(format!("{what}: {failure}"))).ok()
}
