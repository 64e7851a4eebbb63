//! The same conformance cases run on every store: a case that one of them lacks is a hole that no test would show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::step;
use crate::terminal;

const STORES: &[&str] = &["memory", "sqlite", "postgres"];

/// Compares the names of the cases. Answers why nothing could be compared, if that is so.
pub(super) fn compare(messages: &str) -> Outcome<Option<String>> {
    let mut listed = String::new();
    for program in test_programs(messages) {
        listed.push_str(&step::capture(Command::new(program).arg("--list"))?);
    }
    let cases = by_store(&listed);
    if cases.values().all(BTreeSet::is_empty) {
        return Ok(Some("no store has conformance cases".to_owned()));
    }
    let differences = differences(&cases);
    if !differences.is_empty() {
        return Err(Failure::new(format!("the stores do not pass the same cases:\n{}", differences.join("\n"))));
    }
    let count = cases.values().next().map_or(0, BTreeSet::len);
    terminal::line(&format!("{} stores run the same {count} cases", cases.len()));
    Ok(None)
}

/// The test programs of the crates that hold stores.
fn test_programs(messages: &str) -> Vec<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = |message: Value| {
        let manifest = message.get("manifest_path")?.as_str()?;
        let holds_stores = ["chat-core/Cargo.toml", "chat-store/Cargo.toml"].iter().any(|end| manifest.ends_with(end));
        let is_test = message.pointer("/profile/test")?.as_bool()?;
        if holds_stores && is_test { message.get("executable")?.as_str().map(PathBuf::from) } else { None }
    };
    messages.filter_map(program).collect()
}

/// The cases of every store, from the lines `store::conformance::case: test`. What else a store tests is its own affair.
fn by_store(listed: &str) -> BTreeMap<&'static str, BTreeSet<String>> {
    let tests: Vec<&str> = listed.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    let cases = |store: &str| {
        let prefix = format!("{store}::conformance::");
        tests.iter().filter_map(|name| name.strip_prefix(&prefix)).map(str::to_owned).collect()
    };
    STORES.iter().map(|store| (*store, cases(store))).collect()
}

fn differences(cases: &BTreeMap<&'static str, BTreeSet<String>>) -> Vec<String> {
    let all: BTreeSet<&String> = cases.values().flatten().collect();
    let mut found = Vec::new();
    for case in all {
        for (store, names) in cases.iter().filter(|(_, names)| !names.contains(case)) {
            found.push(format!("{store} (of {} cases) does not run {case}", names.len()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_that_one_store_lacks_is_found() {
        let listed = "memory::conformance::a: test\nsqlite::conformance::a: test\npostgres::conformance::a: test\n\
                      memory::conformance::b: test\npostgres::conformance::b: test\nsqlite::own::c: test\n\n\
                      6 tests, 0 benchmarks\n";

        assert_eq!(differences(&by_store(listed)), ["sqlite (of 1 cases) does not run b"]);
    }
}
