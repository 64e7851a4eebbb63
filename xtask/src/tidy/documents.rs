//! Laws about the documentation: links lead somewhere, the map shows every room, changes are told.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::Report;
use super::house::{House, holds};
use crate::workspace;

const MAP: &str = "docs/ARCHITECTURE.md";
const CRATES: &[&str] = &["chat-core", "chat-store", "chat-transport", "chat-server"];

/// A relative link of a document leads to a file or directory of the repository.
pub(super) fn links_lead_somewhere(house: &House, report: &mut Report) {
    for document in house.with_extension(&["md"]) {
        let directory = Path::new(&document.path).parent().unwrap_or(Path::new(""));
        for (line, target) in links(&document.text) {
            let path = normal(&directory.join(&target));
            let is_known = house.file(&path.to_string_lossy()).is_some() || workspace::root().join(&path).exists();
            if path.is_absolute() || !is_known {
                let place = format!("{}:{line}", document.path);
                report.broken(format!("{place}: the link to `{target}` leads nowhere; mend or remove it"));
            }
        }
    }
}

/// The relative targets of a document's links with their lines, without what stands behind `#`.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for (start, opening) in line.match_indices("](") {
            let Some((target, _)) = line.get(start + opening.len()..).and_then(|rest| rest.split_once(')')) else {
                continue;
            };
            let target = target.split(['#', ' ']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                found.push((index + 1, target.to_owned()));
            }
        }
    }
    found
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => plain.push(part),
        }
    }
    plain
}

/// Whoever looks for something finds its room on the map.
pub(super) fn architecture_names_every_module(house: &House, report: &mut Report) {
    let Some(map) = house.file(MAP) else { return };
    for package in CRATES {
        let sources = format!("{package}/src");
        let rooms: BTreeSet<&str> = house
            .below(&sources)
            .filter_map(|file| file.path.strip_prefix(&sources)?.trim_start_matches('/').split('/').next())
            .collect();
        for room in rooms {
            let name = room.strip_suffix(".rs").unwrap_or(room);
            if !matches!(name, "lib" | "main") && !holds(&map.text, name) {
                report.broken(format!("{MAP} does not name {sources}/{room}; say there in one line what it is"));
            }
        }
    }
}

/// Whoever upgrades reads what changed.
pub(super) fn changelog_is_kept(house: &House, report: &mut Report) {
    if house.file("CHANGELOG.md").is_none() {
        report.broken("there is no CHANGELOG.md; begin one with what the next version brings".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relative_links_outside_of_code_are_followed() {
        let text = "[a](x.md#part) [b](https://host.example/x)\n```\n[c](nowhere.md)\n```\n![d](pictures/y.png \"title\") [e](#here)";

        assert_eq!(links(text), [(1, "x.md".to_owned()), (5, "pictures/y.png".to_owned())]);
    }

    #[test]
    fn a_link_to_a_missing_file_is_found() {
        let mut report = Report::default();
        let house =
            House::of(&[("docs/a.md", "[good](b.md) [up](../README.md) [bad](no-such-file.md)"), ("docs/b.md", "")]);
        links_lead_somewhere(&house, &mut report);

        assert!(report.broken.iter().any(|message| message.contains("no-such-file.md")), "{:?}", report.broken);
        assert!(!report.broken.iter().any(|message| message.contains("`b.md`")), "{:?}", report.broken);
    }

    #[test]
    fn a_module_that_the_map_does_not_name_is_found() {
        let mut report = Report::default();
        let house = House::of(&[
            ("docs/ARCHITECTURE.md", "`registry` who is connected"),
            ("chat-core/src/lib.rs", ""),
            ("chat-core/src/registry.rs", ""),
            ("chat-core/src/ports/mod.rs", ""),
        ]);
        architecture_names_every_module(&house, &mut report);

        assert_eq!(report.broken.len(), 1, "{:?}", report.broken);
    }
}
