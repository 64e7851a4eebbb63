//! Laws about the text of the sources: how a file begins, how long it is, and what must not stay in it.

use super::Report;
use super::house::{House, holds};

/// A file of more lines than this must be cut into its ideas.
const LONGEST: usize = 400;
/// A file of more lines than this should be.
const LONG: usize = 250;

/// What nobody leaves behind. Put together here, so that this file does not break its own law.
const LOOSE_ENDS: &[(&str, &str)] = &[
    (concat!("to", "do!"), "write it, or take the case out"),
    (concat!("unimple", "mented!"), "write it, or take the case out"),
    (concat!("#[", "ignore"), "mend the test or delete it"),
    (concat!("d", "bg!"), "take it out"),
    (concat!("FIX", "ME"), "mend it now, or write down in the documentation what is missing"),
];

/// Places that exist on one machine only.
const MACHINE_PATHS: &[&str] = &[concat!("/", "root"), concat!("/", "work"), concat!("/", "home/")];

/// Every Rust file says in its first line what it is, itself or through the document that it includes.
pub(super) fn open_with_a_sentence(house: &House, report: &mut Report) {
    let opens = |text: &str| text.starts_with("//! ") || text.starts_with("#![doc = include_str!(");
    for file in house.rust().filter(|file| !opens(&file.text)) {
        report.broken(format!("{}: begins without `//!`; say in one sentence what the file is", file.path));
    }
}

/// A file holds one idea, and one idea is short.
pub(super) fn stay_short(house: &House, report: &mut Report) {
    for file in house.with_extension(&["rs", "js", "css", "html", "sql", "sh"]) {
        let lines = file.text.lines().count();
        if lines > LONGEST {
            report.broken(format!("{}: {lines} lines, the limit is {LONGEST}; cut it into its ideas", file.path));
        } else if lines > LONG {
            report.warn(format!("{}: {lines} lines, more than {LONG}; does it hold two ideas?", file.path));
        }
    }
}

/// Nothing is left for later in the code.
pub(super) fn have_no_loose_ends(house: &House, report: &mut Report) {
    for file in house.with_extension(&["rs", "js", "html", "sql", "sh", "toml"]) {
        for (mark, mend) in LOOSE_ENDS {
            for (index, _) in file.text.lines().enumerate().filter(|(_, line)| holds(line, mark)) {
                report.broken(format!("{}:{}: `{mark}`; {mend}", file.path, index + 1));
            }
        }
    }
}

/// The repository works anywhere, so it names no directory of anybody's machine.
pub(super) fn name_no_machine(house: &House, report: &mut Report) {
    for file in &house.files {
        for (index, line) in file.text.lines().enumerate() {
            for path in MACHINE_PATHS.iter().filter(|path| names_path(line, path)) {
                let place = format!("{}:{}", file.path, index + 1);
                report.broken(format!("{place}: `{path}` is a place on one machine; use a relative path"));
            }
        }
    }
}

/// Whether a line holds a path that begins like this: not one inside of a longer path or an address.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, found)| {
        let before = line.get(..start).and_then(|left| left.chars().next_back());
        let after = line.get(start + found.len()..).and_then(|right| right.chars().next());
        let begins = before.is_none_or(|c| !(c.is_alphanumeric() || "/._-}>*".contains(c)));
        let name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let ends = if path.ends_with('/') { after.is_some_and(name) } else { !after.is_some_and(name) };
        begins && ends
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Law, Report};
    use super::*;

    fn broken(law: Law, path: &str, text: &str) -> usize {
        let mut report = Report::default();
        law(&House::of(&[(path, text)]), &mut report);
        report.broken.len()
    }

    #[test]
    fn a_rust_file_without_an_opening_sentence_is_found() {
        assert_eq!(broken(open_with_a_sentence, "a.rs", "//! What it is.\n"), 0);
        assert_eq!(broken(open_with_a_sentence, "a.rs", "use std::fmt;\n"), 1);
        assert_eq!(broken(open_with_a_sentence, "a.md", "# Title\n"), 0);
    }

    #[test]
    fn a_file_over_the_limit_is_found_and_a_long_one_is_a_warning() {
        let mut report = Report::default();
        stay_short(&House::of(&[("a.rs", &"\n".repeat(251)), ("b.rs", &"\n".repeat(401))]), &mut report);

        assert_eq!((report.warned.len(), report.broken.len()), (1, 1));
    }

    #[test]
    fn every_kind_of_loose_end_is_found() {
        for (mark, _) in LOOSE_ENDS {
            assert_eq!(broken(have_no_loose_ends, "a.rs", &format!("    {mark}(1)]\n")), 1, "{mark}");
        }
    }

    #[test]
    fn a_path_of_a_machine_is_found_and_a_path_of_an_address_is_not() {
        for path in MACHINE_PATHS {
            assert_eq!(broken(name_no_machine, "a.md", &format!("see {path}x/y and {path}/main")), 1, "{path}");
            assert_eq!(broken(name_no_machine, "a.md", &format!("GET https://host.example{path}")), 0, "{path}");
        }
    }
}
