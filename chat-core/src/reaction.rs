//! Reactions: an emoji that somebody puts on a message.

use crate::text::{TextError, is_invisible};

/// One emoji, as its characters. Which emoji exist changes every year, so anything that looks like one passes: no letters,
/// no spaces, and something that ASCII does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Emoji(String);

impl Emoji {
    /// The longest, in characters: a family of four with skin tones has eleven.
    pub const MAX_CHARS: usize = 16;

    /// Letters of alphabets lie below this; the letters that emoji are made of lie above.
    const FIRST_SYMBOL: char = '\u{2000}';

    /// Checks an emoji.
    pub fn new(text: &str) -> Result<Self, TextError> {
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(TextError::TooLong);
        }
        let is_letter = |c: char| c.is_alphabetic() && (c < Self::FIRST_SYMBOL || is_ideograph(c));
        let is_refused =
            |c: char| c.is_control() || c.is_whitespace() || is_letter(c) || crate::text::is_bidi_control(c);
        let shows = |c: char| !c.is_ascii() && !is_invisible(c);
        if text.chars().any(is_refused) || !text.chars().any(shows) {
            return Err(TextError::Forbidden);
        }
        Ok(Self(text.to_owned()))
    }

    /// Its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The scripts of East Asia lie among the symbols.
const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2C00}'..='\u{2FFF}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3096}' | '\u{309D}'..='\u{31FF}'
        | '\u{3400}'..='\u{D7FF}' | '\u{F900}'..='\u{FDFF}' | '\u{FE70}'..='\u{FFEF}' | '\u{10000}'..='\u{1EFFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// How many put one emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionCount {
    /// Which.
    pub emoji: Emoji,
    /// How many users.
    pub count: u32,
    /// Whether the asker is one of them.
    pub mine: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_of_every_build_pass() {
        for emoji in ["👍", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏽‍❤️‍💋‍👨🏿", "🇩🇪", "🅰️", "ℹ️", "Ⓜ️", "©️", "㊗️", "✔"]
        {
            assert!(Emoji::new(emoji).is_ok(), "{emoji}");
        }
    }

    #[test]
    fn text_does_not_pass_for_an_emoji() {
        for text in
            ["a", ":)", "né", "да", "漢", "か", "한", "👍a", "👍 ", "1", "\u{200D}", "\u{FE0F}", "<b>", "\u{202E}👍"]
        {
            assert_eq!(Emoji::new(text), Err(TextError::Forbidden), "{text:?}");
        }
        assert_eq!(Emoji::new(""), Err(TextError::Empty));
        assert_eq!(Emoji::new(&"👍".repeat(17)), Err(TextError::TooLong));
    }
}
