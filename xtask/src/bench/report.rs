//! Figures of a run: the median of rounds, a table for a person and one line of JSON for a program.

use serde_json::{Map, Value, json};

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
}

impl Figures {
    /// No figures yet.
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, rows: Vec::new() }
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

    /// Prints the table and the line.
    pub(super) fn print(&self) {
        let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|(_, words, value)| vec![words.clone(), cell(value)]).collect();
        terminal::heading(&format!("bench {}", self.name));
        terminal::table(&rows);
        let mut line = Map::from_iter([("bench".to_owned(), json!(self.name))]);
        line.extend(self.rows.iter().map(|(key, _, value)| (key.clone(), value.clone())));
        terminal::line(&Value::Object(line).to_string());
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
