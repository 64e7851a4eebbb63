//! What came of a trial, and the verdict on it.

use std::path::PathBuf;
use std::time::Duration;

use super::checker::{Scope, Violation};
use super::history::Tally;
use super::nemesis::Damage;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// What came of it.
#[derive(Debug)]
pub(super) struct Report {
    /// On what, for the heading.
    pub(super) title: String,
    /// What was broken.
    pub(super) damage: Damage,
    /// What was counted.
    pub(super) tally: Tally,
    /// What was checked.
    pub(super) scope: Scope,
    /// What is wrong.
    pub(super) violations: Vec<Violation>,
    /// Where the histories are.
    pub(super) histories: PathBuf,
    /// How long it took.
    pub(super) took: Duration,
}

impl Report {
    /// Prints what was done and found, and fails if something is wrong or if nothing was proved.
    pub(super) fn judge(&self) -> Outcome {
        self.print();
        if !self.violations.is_empty() {
            let (count, path) = (self.violations.len(), self.histories.display());
            return Err(Failure::new(format!(
                "{}: {count} promises are broken; the histories are in {path}",
                self.title
            )));
        }
        if self.scope.acknowledged < 2 * self.damage.server_kills as usize {
            return Err(Failure::new(format!("{}: too little was sent to prove anything", self.title)));
        }
        Ok(())
    }

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
