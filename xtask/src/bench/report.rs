//! Figures of a run: the median of rounds, a table for a person, one line of JSON for a program, and a picture of the
//! ratios.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::plot::{self, Bar};
use crate::terminal;

/// The middle one of some figures; of two middle ones the smaller.
pub(super) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

/// What a run measured, in the order in which it is told.
#[derive(Debug)]
pub(super) struct Figures {
    name: &'static str,
    rows: Vec<(String, String, Value)>,
    targets: Vec<(String, f64)>,
}

impl Figures {
    /// No figures yet.
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, rows: Vec::new(), targets: Vec::new() }
    }

    /// A figure: its key in JSON, what a person calls it, and its value.
    pub(super) fn add(&mut self, key: &str, words: &str, value: impl Into<Value>) {
        self.rows.push((key.to_owned(), words.to_owned(), value.into()));
    }

    /// A figure with so many digits behind the point.
    pub(super) fn add_rounded(&mut self, key: &str, words: &str, value: f64, digits: usize) {
        let written = format!("{value:.digits$}");
        let number = written.parse::<i64>().map_or_else(|_| json!(written.parse::<f64>().ok()), |whole| json!(whole));
        self.add(key, words, number);
    }

    /// A ratio, and the one that is aimed at. Its key begins with `ratio`.
    pub(super) fn add_ratio(&mut self, key: &str, words: &str, value: f64, target: f64) {
        self.targets.push((key.to_owned(), target));
        self.add_rounded(key, &format!("{words} (aim: {target})"), value, 2);
    }

    /// Prints the table and the line, and draws every figure whose key begins with `ratio` into a directory.
    pub(super) fn print(&self, pictures: &Path) {
        self.draw(pictures);
        let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|(_, words, value)| vec![words.clone(), cell(value)]).collect();
        terminal::heading(&format!("bench {}", self.name));
        terminal::table(&rows);
        let mut line = Map::from_iter([("bench".to_owned(), json!(self.name))]);
        line.extend(self.rows.iter().map(|(key, _, value)| (key.clone(), value.clone())));
        terminal::line(&Value::Object(line).to_string());
    }

    fn draw(&self, pictures: &Path) {
        let target = |key: &str| self.targets.iter().find(|(named, _)| named == key).map(|(_, target)| *target);
        let ratios = self.rows.iter().filter(|(key, _, _)| key.starts_with("ratio"));
        let bars: Vec<Bar> = ratios
            .filter_map(|(key, words, value)| {
                let label = words.split(" (aim").next().unwrap_or(words).trim().to_owned();
                Some(Bar { label, value: value.as_f64()?, target: target(key) })
            })
            .collect();
        if !bars.is_empty() {
            let note = "ratios inside one run; the red stroke is what is aimed at";
            picture(pictures, self.name, &plot::bars(&format!("cargo xtask bench {}", self.name), note, &bars));
        }
    }
}

/// Writes a picture into a directory. A run whose picture cannot be written still has its figures.
pub(super) fn picture(directory: &Path, name: &str, svg: &str) {
    let file = directory.join(format!("{name}.svg"));
    match std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&file, svg)) {
        Ok(()) => terminal::line(&format!("drawn: {}", file.display())),
        Err(error) => terminal::alarm(&format!("{} could not be written: {error}", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_an_outlier() {
        assert!((median(&[3.0, 1_000.0, 1.0, 2.0, 2.5]) - 2.5).abs() < f64::EPSILON);
        assert!((median(&[]) - 0.0).abs() < f64::EPSILON);
    }
}
