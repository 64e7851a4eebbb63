//! `chaos teeth`: a checker that has never found anything proves nothing. Here the server has a fault, built in on purpose
//! (`chat-server/examples/faulty.rs`), and the checker must say which promise is broken.

use std::path::Path;

use super::checker::Violation;
use super::crash::{self, Options};
use crate::failure::{Failure, Outcome};
use crate::{terminal, workspace};

/// A fault, and what the checker has to call it.
type Tooth = (&'static str, &'static str, fn(&Violation) -> bool);

const TEETH: &[Tooth] = &[
    ("acknowledges-first", "lost", |violation| matches!(violation, Violation::Lost { .. })),
    ("forgets-keys", "doubled", |violation| matches!(violation, Violation::Doubled { .. })),
];

/// The good server passes a course, and with any of the faults it does not.
pub(crate) fn run(options: &Options) -> Outcome {
    let mut options = options.clone();
    options.cycles.get_or_insert(3);
    crash::on_sqlite(&options).and_then(crash::judge)?;
    bite(&options, &workspace::build_faulty_server()?)
}

/// Every fault must be found out.
pub(crate) fn bite(options: &Options, faulty: &Path) -> Outcome {
    for (fault, word, is_it) in TEETH {
        let report = crash::on_sqlite(&options.clone().with_fault(faulty, fault))?;
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
