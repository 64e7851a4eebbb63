//! What a text is found by: its words without capitals and accents, and what stands in scripts that put no spaces between words.
//!
//! Every store searches with this and with nothing else, so all of them find the same.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How much of a word counts, in characters; nobody types more of it.
const MAX_WORD_CHARS: usize = 40;

/// What a text is found by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Words with something between them.
    pub(super) words: Vec<String>,
    /// Stretches in which nothing stands between words: Chinese, Japanese, Thai and their like, and emoji.
    pub(super) runs: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Gap,
    Word,
    Run,
}

impl Terms {
    /// The terms of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut terms = Self::default();
        let mut before = Part::Gap;
        for c in folded(text) {
            let part = part(c, before);
            let list = match part {
                Part::Gap => None,
                Part::Word => Some(&mut terms.words),
                Part::Run => Some(&mut terms.runs),
            };
            if let Some(list) = list {
                if part != before {
                    list.push(String::new());
                }
                if let Some(last) = list.last_mut() {
                    last.push(c);
                }
            }
            before = part;
        }
        for word in &mut terms.words {
            if let Some((end, _)) = word.char_indices().nth(MAX_WORD_CHARS) {
                word.truncate(end);
            }
        }
        terms
    }

    /// What an index of texts holds of this one: its words, and of its runs every two neighbours and the last one alone.
    /// Nothing in a key is white space, punctuation or an ASCII capital.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<String> {
        let mut keys: BTreeSet<_> = self.words.iter().cloned().collect();
        for run in &self.runs {
            keys.extend(pairs(run));
            keys.extend(run.chars().next_back().map(String::from));
        }
        keys
    }
}

/// Every two neighbours of a run.
pub(super) fn pairs(run: &str) -> impl Iterator<Item = String> {
    run.chars().zip(run.chars().skip(1)).map(|(one, next)| String::from_iter([one, next]))
}

/// A text in its compatibility form without capitals, accents and what nobody sees.
fn folded(text: &str) -> impl Iterator<Item = char> {
    let letters = text.nfkd().flat_map(char::to_lowercase).filter(|c| !is_accent(*c) && !is_unseen(*c));
    letters.map(|c| if c == 'ς' { 'σ' } else { c }).nfc()
}

/// Marks that people leave out when they type: the accents of European scripts, and the vowels of Hebrew and Arabic. In
/// other scripts marks are letters.
const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{670}')
}

/// Characters that only say how others are to be shown: joiners, variations, colours of skin.
const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{1F3FB}'..='\u{1F3FF}')
}

fn part(c: char, before: Part) -> Part {
    match c {
        _ if is_unspaced(c) => Part::Run,
        _ if is_combining_mark(c) => before,
        _ if c.is_alphanumeric() => Part::Word,
        _ => Part::Gap,
    }
}

const fn is_unspaced(c: char) -> bool {
    matches!(c,
        // Thai and Lao, Myanmar, Khmer.
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        // Han with its radicals, kana, bopomofo.
        | '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{312F}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'
        // Emoji and other pictures.
        | '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        Terms::of(text).keys().into_iter().collect()
    }

    #[test]
    fn words_lose_capitals_accents_and_what_stands_between_them() {
        assert_eq!(keys("Crème BRÛLÉE, (créme)!"), ["brulee", "creme"]);
        assert_eq!(keys("ΣΊΣΥΦΟΣ Ёлка"), ["σισυφοσ", "елка"]);
        assert_eq!(keys("a-b_c'd\"e%f"), ["a", "b", "c", "d", "e", "f"]);
    }

    #[test]
    fn scripts_without_spaces_are_held_by_two_neighbours() {
        assert_eq!(keys("今天天气"), ["今天", "天天", "天气", "气"]);
        assert_eq!(keys("see 東京!"), ["see", "京", "東京"]);
        assert_eq!(keys("ガ"), keys("ｶﾞ"), "half-width letters are the same letters");
        assert_eq!(keys("👍🏽"), ["👍"]);
    }

    #[test]
    fn marks_that_are_letters_stay() {
        assert_eq!(keys("हिन्दी"), ["हिन्दी"]);
        assert_eq!(keys("กำ").len(), 3);
        assert_ne!(keys("か"), keys("が"));
    }

    #[test]
    fn what_shows_no_letter_has_no_keys() {
        for nothing in ["", " ... ", "\u{200B}", "\"'*()-+~^:", "\u{301}"] {
            assert_eq!(keys(nothing), [""; 0], "{nothing:?}");
        }
    }

    #[test]
    fn of_a_very_long_word_the_beginning_counts() {
        assert_eq!(keys(&"é".repeat(1_000)), ["e".repeat(MAX_WORD_CHARS)]);
    }
}
