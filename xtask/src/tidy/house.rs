//! The repository as the laws see it: its text files, read once. Tests make houses by hand.

use std::path::{Path, PathBuf};

use crate::failure::Outcome;
use crate::workspace;

/// All text files of the repository.
#[derive(Debug)]
pub(super) struct House {
    /// In the order of their paths.
    pub(super) files: Vec<File>,
}

/// A text file.
#[derive(Debug)]
pub(super) struct File {
    /// From the root of the repository, with `/` between the parts.
    pub(super) path: String,
    /// All of it.
    pub(super) text: String,
}

impl House {
    /// Reads the repository. What is not UTF-8 is no text.
    pub(super) fn load() -> Outcome<Self> {
        let read = |path: PathBuf| {
            let text = std::fs::read_to_string(workspace::root().join(&path)).ok()?;
            Some(File { path: path.to_string_lossy().replace('\\', "/"), text })
        };
        Ok(Self { files: workspace::files()?.into_iter().filter_map(read).collect() })
    }

    /// The files with one of these extensions.
    pub(super) fn with_extension<'a>(&'a self, extensions: &'a [&str]) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| extensions.contains(&file.extension()))
    }

    /// The Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.with_extension(&["rs"])
    }

    /// The files below a directory.
    pub(super) fn below<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.is_below(directory))
    }

    /// A file by its path.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        Self { files: files.iter().map(file).collect() }
    }
}

impl File {
    /// What stands behind the last dot.
    pub(super) fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
    }

    /// Whether it lies below a directory.
    pub(super) fn is_below(&self, directory: &str) -> bool {
        self.path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether it only tests: it is never part of what is shipped.
    pub(super) fn is_test(&self) -> bool {
        self.path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "benches"))
    }

    /// The numbered lines that are code and no comment.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The lines of code that hold a word, as `path:line`.
    pub(super) fn places(&self, word: &str) -> Vec<String> {
        let hits = self.code().filter(|(_, line)| holds(line, word));
        hits.map(|(number, _)| format!("{}:{number}", self.path)).collect()
    }
}

/// Whether a text holds another that does not continue an identifier to its left or right.
pub(super) fn holds(text: &str, word: &str) -> bool {
    let continues = |neighbour: Option<char>, edge: Option<char>| {
        let is_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        is_name(neighbour) && is_name(edge)
    };
    text.match_indices(word).any(|(start, found)| {
        let before = text.get(..start).and_then(|left| left.chars().next_back());
        let after = text.get(start + found.len()..).and_then(|right| right.chars().next());
        !continues(before, found.chars().next()) && !continues(after, found.chars().next_back())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_only_where_it_stands_alone() {
        assert!(holds("use other::Request;", "other::"));
        assert!(!holds("use not_other::Request;", "other::"));
        assert!(!holds("use other_util::rt;", "other"));
        assert!(holds("a SELECT 1", "SELECT "));
    }

    #[test]
    fn comments_are_no_code() {
        let house = House::of(&[("a.rs", "//! other::Router\nlet x = 1; // other::Router\n    // other::Router\n")]);

        assert_eq!(house.files[0].places("other::"), ["a.rs:2"]);
    }
}
