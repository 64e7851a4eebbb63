//! What a person types: `cargo xtask test`, `ci`, `tidy`, `chaos`, `fuzz-api`, `bench`. This file only dispatches.

mod bench;
mod binary;
mod chaos;
mod ci;
mod client;
mod failure;
mod fixture;
mod fuzz;
mod procfs;
mod runtime;
mod server;
mod step;
mod suite;
mod terminal;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The chores of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Run every test, with all that the tests need started on free ports and removed again.
    Test(suite::Arguments),
    /// Run what a change must pass: format, lints, documentation, laws of the house, licences, tests.
    Ci(ci::Arguments),
    /// Check the laws of the house.
    Tidy,
    /// Break the running server on purpose and check that no message is lost, doubled or reordered.
    #[command(subcommand)]
    Chaos(chaos::Chore),
    /// Ask the server thousands of things that its documentation allows or forbids, and hold every answer against it.
    FuzzApi(fuzz::Arguments),
    /// Measure.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Test(arguments) => suite::run(&arguments),
        Chore::Ci(arguments) => ci::run(&arguments),
        Chore::Tidy => tidy::run(),
        Chore::Chaos(chore) => chaos::run(chore),
        Chore::FuzzApi(arguments) => fuzz::run(&arguments),
        Chore::Bench(arguments) => bench::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::alarm(&failure.to_string());
            failure.exit_code()
        }
    }
}
