//! `chaos teeth`: a checker that has never found anything proves nothing. Here the server has a fault, built in on purpose
//! (`chat-server/examples/faulty.rs`), and the checker must say which promise is broken.

use std::path::Path;

use super::checker::Violation;
use super::crash;
use super::trial::{Settings, Trial};
use crate::failure::{Failure, Outcome};
use crate::{terminal, workspace};

/// What a person can say to `cargo xtask chaos teeth`. It runs on SQLite: no fault is one of a database.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// How often each server is killed.
    #[arg(long, default_value_t = 3)]
    cycles: u32,
    #[command(flatten)]
    settings: Settings,
}

/// A fault, and what the checker has to call it.
type Tooth = (&'static str, &'static str, fn(&Violation) -> bool);

const TEETH: &[Tooth] = &[
    ("acknowledges-first", "lost", |violation| matches!(violation, Violation::Lost { .. })),
    ("forgets-keys", "doubled", |violation| matches!(violation, Violation::Doubled { .. })),
];

/// The good server passes a course, and with any of the faults it does not.
pub(crate) fn run(options: &Options) -> Outcome {
    let trial = options.settings.trial(options.cycles)?;
    crash::on_sqlite(&trial)?.judge()?;
    bite(&trial, &workspace::build_faulty_server()?)
}

/// Every fault must be found out.
pub(super) fn bite(trial: &Trial, faulty: &Path) -> Outcome {
    for (fault, word, is_it) in TEETH {
        let report = crash::on_sqlite(&trial.with_fault(faulty, fault))?;
        let count = report.violations.iter().filter(|violation| is_it(violation)).count();
        let acknowledged = report.scope.acknowledged;
        if count == 0 {
            return Err(Failure::new(format!(
                "the checker has no teeth: a server that {fault} was not found out ({acknowledged} acknowledged, {} other findings)",
                report.violations.len()
            )));
        }
        terminal::line(&format!("a server that {fault} is found out: {count} of {acknowledged} messages {word}"));
    }
    Ok(())
}
