//! Steps of a chore: a heading, a program, the time that it took, and a table of all of them at the end.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Outcome};
use crate::terminal;

const FAILED: &str = "FAILED";

/// What was run, what was left out and how long it took.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    done: Vec<(String, Duration, &'static str)>,
    left_out: Vec<String>,
    skipped: Vec<String>,
}

impl Journal {
    /// Runs a piece of work under a heading and notes its time, also when it fails.
    pub(crate) fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        terminal::heading(name);
        let begun = Instant::now();
        let outcome = work();
        let took = begun.elapsed();
        let verdict = if outcome.is_ok() { "ok" } else { FAILED };
        terminal::line(&format!("--- {name}: {verdict} after {}", terminal::spoken(took)));
        self.done.push((name.to_owned(), took, verdict));
        outcome
    }

    /// Notes loudly what could not be run; it is named again at the end.
    pub(crate) fn leave_out(&mut self, what: impl Into<String>) {
        let what = what.into();
        terminal::alarm(&format!("LEFT OUT: {what}"));
        self.left_out.push(what);
    }

    /// Notes what is not run because its program is a convenience that a machine may lack.
    pub(crate) fn skip(&mut self, what: impl Into<String>) {
        let what = what.into();
        terminal::alarm(&format!("left out: {what}"));
        self.skipped.push(what);
    }

    /// Whether every test could be run.
    pub(crate) fn is_complete(&self) -> bool {
        self.left_out.is_empty()
    }

    /// Prints what ran, how long each took and what was left out.
    pub(crate) fn summary(&self, title: &str) {
        terminal::heading(title);
        let total = self.done.iter().map(|(_, took, _)| *took).sum();
        let mut rows: Vec<Vec<String>> = self
            .done
            .iter()
            .map(|(name, took, verdict)| vec![name.clone(), (*verdict).to_owned(), terminal::spoken(*took)])
            .collect();
        rows.push(vec!["total".to_owned(), String::new(), terminal::spoken(total)]);
        terminal::table(&rows);
        if self.done.iter().any(|(_, _, verdict)| *verdict == FAILED) {
            terminal::line("  stopped there: what comes after it did not run, and what was wrong is told above");
        } else if self.left_out.is_empty() && self.skipped.is_empty() {
            terminal::line("  nothing was left out");
        }
        for what in self.left_out.iter().chain(&self.skipped) {
            terminal::alarm(&format!("LEFT OUT: {what}"));
        }
    }
}

/// Runs a program to its end with its output shown.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let spoken = spell(command);
    let status = command.status().doing(&spoken)?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{spoken}: {status}")).with_code(status.code())) }
}

/// Runs a program to its end and returns what it printed; what it said on the error channel becomes the failure.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let spoken = spell(command);
    let output = command.output().doing(&spoken)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{spoken}: {}\n{}", output.status, said.trim())).with_code(output.status.code()))
}

fn spell(command: &Command) -> String {
    let words: Vec<_> =
        std::iter::once(command.get_program()).chain(command.get_args()).map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}
