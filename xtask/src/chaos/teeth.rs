//! `chaos teeth`: a checker that has never found anything proves nothing. Here the clients talk to a server that cheats,
//! and the checker must say which promise is broken.

use super::checker::Violation;
use super::crash::{self, Options};
use super::proxy::Cheat;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// A cheat, and what the checker has to call it.
type Tooth = (Cheat, &'static str, fn(&Violation) -> bool);

const TEETH: &[Tooth] = &[
    (Cheat::AcknowledgesFirst, "lost", |violation| matches!(violation, Violation::Lost { .. })),
    (Cheat::ForgetsKeys, "doubled", |violation| matches!(violation, Violation::Doubled { .. })),
];

/// Every cheat must be found out.
pub(crate) fn run(options: &Options) -> Outcome {
    let mut options = options.clone();
    options.cycles.get_or_insert(3);
    for (cheat, word, is_it) in TEETH {
        let report = crash::on_sqlite_with(&options, Some(*cheat))?;
        let count = report.violations.iter().filter(|violation| is_it(violation)).count();
        let acknowledged = report.scope.acknowledged;
        if count == 0 {
            return Err(Failure::new(format!(
                "the checker has no teeth: a server that {cheat:?} was not found out ({acknowledged} acknowledged, {} other findings)",
                report.violations.len()
            )));
        }
        terminal::line(&format!("a server that {cheat:?} is found out: {count} of {acknowledged} messages {word}"));
    }
    Ok(())
}
