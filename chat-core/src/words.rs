//! A filter that refuses words: a ready [`BodyFilter`] for whoever has a list of them.

use std::collections::HashMap;

use crate::ports::{BodyFilter, Said, Verdict};
use crate::text::is_invisible;
use crate::user::fold;

/// Refuses what holds one of its words, or several in a row where they stand on one line of the list. Words are compared whole
/// and without capitals, compatibility forms or invisible characters; what stands between them does not count. In scripts
/// without spaces a word is only found where it stands alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordFilter {
    /// By their first words; each is the rest of a line.
    lines: HashMap<String, Vec<Vec<String>>>,
}

impl WordFilter {
    /// The words of a list, one or several in a row on each line. Empty lines and those that begin with `#` mean nothing.
    #[must_use]
    pub fn new(list: &str) -> Self {
        let mut lines: HashMap<String, Vec<Vec<String>>> = HashMap::new();
        for line in list.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let mut words = words(line);
            if !words.is_empty() {
                let first = words.remove(0);
                lines.entry(first).or_default().push(words);
            }
        }
        Self { lines }
    }

    /// Whether a text holds what is on the list.
    #[must_use]
    pub fn finds(&self, text: &str) -> bool {
        if self.lines.is_empty() {
            return false;
        }
        let words = words(text);
        let begins = |(at, word): (usize, &String)| {
            let rest = words.get(at + 1..).unwrap_or_default();
            self.lines.get(word).is_some_and(|lines| lines.iter().any(|line| rest.starts_with(line)))
        };
        words.iter().enumerate().any(begins)
    }
}

impl BodyFilter for WordFilter {
    fn judge(&self, said: &Said<'_>) -> Verdict {
        if self.finds(said.body.as_str()) { Verdict::Refuse } else { Verdict::Allow }
    }
}

/// The words of a text as they are compared.
fn words(text: &str) -> Vec<String> {
    let shown: String = text.chars().filter(|c| c.is_whitespace() || !is_invisible(*c)).collect();
    let folded = fold(&shown);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_found_in_any_capitals_and_behind_any_tricks() {
        let filter = WordFilter::new("# not allowed here\nsnark\n\n  Größe  \n");
        for found in
            ["snark", "SNARK!", "a (snark)", "s\u{200B}nark", "ｓｎａｒｋ", "die GRÖSSE... größe", "x\nsnark\ny"]
        {
            assert!(filter.finds(found), "{found}");
        }
        for other in ["", "snarks", "unsnark", "not allowed here", "s n a r k", "groß"] {
            assert!(!filter.finds(other), "{other}");
        }
    }

    #[test]
    fn words_on_one_line_are_found_in_a_row_only() {
        let filter = WordFilter::new("buy now\nbuy my house");
        for found in ["Buy now!", "buy -- now", "please buy, my... house"] {
            assert!(filter.finds(found), "{found}");
        }
        for other in ["buy it now", "now buy", "buy my", "buy"] {
            assert!(!filter.finds(other), "{other}");
        }
    }

    #[test]
    fn an_empty_list_finds_nothing() {
        assert!(!WordFilter::new("").finds("anything") && !WordFilter::new("#a\n ").finds("a"));
    }
}
