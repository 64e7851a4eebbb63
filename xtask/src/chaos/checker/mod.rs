//! The judge: joins what the clients saw with what the database holds, and names every broken promise. Pure.

mod logs;
mod sends;
#[cfg(test)]
mod tests;
mod violation;

pub(crate) use violation::Violation;

use super::database::Truth;
use super::history::{Fact, Phase, Record};
use super::readings::Reading;

/// All that is known at the end of a run.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// The histories of all clients.
    pub(crate) records: Vec<Record>,
    /// The database.
    pub(crate) truth: Truth,
    /// Who followed which conversation on a socket. Whoever took in nothing at all appears in no history.
    pub(crate) followers: Vec<(i64, i64)>,
    /// What was read at the end.
    pub(crate) readings: Vec<Reading>,
}

/// How much was looked at.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Scope {
    /// Messages that somebody tried to send.
    pub(crate) sends: usize,
    /// Messages that were acknowledged.
    pub(crate) acknowledged: usize,
    /// Attempts of which nobody knew the outcome.
    pub(crate) unknown: usize,
    /// Messages in the database.
    pub(crate) messages: usize,
    /// Other entries of logs in the database.
    pub(crate) changes: usize,
    /// Events that clients took in.
    pub(crate) applied: usize,
    /// Lists that were compared with the database.
    pub(crate) lists: usize,
}

/// Judges.
pub(crate) fn check(evidence: &Evidence) -> (Scope, Vec<Violation>) {
    let sends = sends::gather(&evidence.records);
    let applied = logs::applied(&evidence.followers, &evidence.records);
    let mut found: Vec<Violation> = Vec::new();
    found.extend(evidence.truth.corruption.iter().cloned().map(Violation::Corrupt));
    found.extend(sends::check(&sends, &evidence.truth));
    found.extend(logs::dense(&evidence.truth));
    found.extend(logs::readings_agree(&evidence.readings, &evidence.truth));
    found.extend(logs::followers_agree(&applied, &evidence.truth));
    found.extend(logs::told(&evidence.records));

    let entries = || evidence.truth.logs.values().flat_map(|log| &log.entries);
    let count = |wanted: fn(&Fact) -> bool| evidence.records.iter().filter(|record| wanted(&record.fact)).count();
    let scope = Scope {
        sends: sends.len(),
        acknowledged: sends.values().filter(|send| send.acknowledged().is_some()).count(),
        unknown: count(|fact| matches!(fact, Fact::Send { phase: Phase::Info, .. })),
        messages: entries().filter(|entry| entry.message.is_some()).count(),
        changes: entries().filter(|entry| entry.message.is_none()).count(),
        applied: count(|fact| matches!(fact, Fact::Applied { .. })),
        lists: evidence.readings.len() + applied.len(),
    };
    (scope, found)
}
