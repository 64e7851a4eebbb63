//! `cargo xtask ci`: everything that a change must pass, in the order in which it is cheapest to fail.

use crate::failure::{Failure, Outcome};
use crate::fixture::{on_ci, programs};
use crate::step::{self, Journal};
use crate::{suite, tidy, workspace};

/// What a person can say to `cargo xtask ci`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Everything but the tests.
    #[arg(long)]
    no_test: bool,
}

/// Runs the steps, stops at the first that fails, and prints what each took.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut journal = Journal::default();
    let outcome = steps(arguments, &mut journal);
    journal.summary("ci: what ran");
    outcome?;
    if on_ci() && !journal.is_complete() {
        return Err(Failure::new("on a build machine no test may be left out"));
    }
    Ok(())
}

fn steps(arguments: &Arguments, journal: &mut Journal) -> Outcome {
    journal.step("format", || step::run(workspace::cargo().args(["fmt", "--all", "--check"])))?;
    journal.step("tidy", tidy::run)?;
    journal.step("lints", lints)?;
    journal.step("lints, features of chat-store one by one", feature_lints)?;
    journal.step("documentation", documentation)?;
    if programs::find("cargo-deny").is_some() {
        let arguments = ["deny", "check", "bans", "licenses", "sources"];
        journal.step("licences and sources", || step::run(workspace::cargo().args(arguments)))?;
    } else {
        journal.skip("licences and sources: cargo-deny is not on this machine (cargo install --locked cargo-deny)");
    }
    if arguments.no_test { Ok(()) } else { suite::run_noting(&suite::Arguments::all(), journal) }
}

/// All targets with all features: the build of the dependencies is shared with the documentation.
fn lints() -> Outcome {
    let arguments = ["clippy", "--workspace", "--all-targets", "--all-features", "--quiet", "--", "-D", "warnings"];
    step::run(workspace::cargo().args(arguments))
}

/// A store is built with one backend alone by whoever wants just that one.
fn feature_lints() -> Outcome {
    for feature in workspace::features("chat-store")? {
        let mut clippy = workspace::cargo();
        clippy.args(["clippy", "--package", "chat-store", "--no-default-features", "--features", &feature, "--quiet"]);
        step::run(clippy.args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn documentation() -> Outcome {
    let mut doc = workspace::cargo();
    doc.args(["doc", "--workspace", "--all-features", "--no-deps", "--quiet"]);
    step::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}
