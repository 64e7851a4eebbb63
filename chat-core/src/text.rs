//! What text may be: the bodies people write and the short labels they choose.
//!
//! Everything is checked here, before any store sees it, so that all stores accept exactly the same.

use std::fmt;

/// The longest message, in characters.
pub const MAX_BODY_CHARS: usize = 8_000;
/// The longest message, in bytes of UTF-8; it leaves room in a frame of 64 KiB for JSON's escapes.
pub const MAX_BODY_BYTES: usize = 32 * 1024;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing that a reader could see.
    #[error("the text is empty")]
    Empty,
    /// More characters or bytes than allowed.
    #[error("the text is too long")]
    TooLong,
    /// A character that no text may hold, such as NUL.
    #[error("the text holds a character that is not allowed")]
    Forbidden,
}

/// The body of a message: visible, bounded, without NUL, otherwise exactly as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Body(String);

impl Body {
    /// Checks a body; the text itself is never changed.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if text.contains('\0') {
            return Err(TextError::Forbidden);
        }
        if text.len() > MAX_BODY_BYTES || text.chars().count() > MAX_BODY_CHARS {
            return Err(TextError::TooLong);
        }
        if text.chars().all(is_invisible) {
            return Err(TextError::Empty);
        }
        Ok(Self(text))
    }

    /// The text as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as it was sent.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The key by which a client names one attempt to send, so that a repeat is recognised: 1 to 64 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// Checks a key.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        match text.len() {
            0 => Err(TextError::Empty),
            1..=64 if text.bytes().all(|b| b.is_ascii_graphic()) => Ok(Self(text)),
            1..=64 => Err(TextError::Forbidden),
            _ => Err(TextError::TooLong),
        }
    }

    /// The key itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A short line that people choose: the name of a group, what somebody wants to be called, or a status message. Trimmed, one line, at most 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label(String);

impl Label {
    /// The longest label, in characters.
    pub const MAX_CHARS: usize = 100;

    /// Trims and checks a label.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() || is_bidi_control(c)) {
            return Err(TextError::Forbidden);
        }
        if text.chars().count() > Self::MAX_CHARS || text.len() > 4 * Self::MAX_CHARS {
            return Err(TextError::TooLong);
        }
        if text.chars().all(is_invisible) {
            return Err(TextError::Empty);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a group or a user says of itself: visible, at most 500 characters, lines as they were written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Description(String);

impl Description {
    /// The longest, in characters.
    pub const MAX_CHARS: usize = 500;

    /// Trims and checks a text.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(TextError::Forbidden);
        }
        if text.chars().count() > Self::MAX_CHARS || text.len() > 4 * Self::MAX_CHARS {
            return Err(TextError::TooLong);
        }
        if text.chars().all(is_invisible) {
            return Err(TextError::Empty);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a picture lies: an `https` address (or a path of this very server) of at most 500 bytes, which clients show and
/// nobody here fetches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AvatarUrl(String);

impl AvatarUrl {
    /// The longest, in bytes.
    pub const MAX_BYTES: usize = 500;

    /// Checks an address. Only what can be an address is let through, so that no page that shows it runs anything.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let is_ours = text.starts_with('/') && !text.starts_with("//");
        let is_https = text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
        let is_plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`');
        if text.len() > Self::MAX_BYTES {
            return Err(TextError::TooLong);
        }
        if (is_ours || is_https) && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::Forbidden)
        }
    }

    /// The address itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// White space, controls and the zero-width characters: a text of these alone shows nothing.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || is_bidi_control(c)
        || matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}'
            | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Characters that reorder the text around them; in a name they can fake another name.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_must_show_something() {
        for nothing in ["", "  \n\t ", "\u{200B}\u{FEFF}", "\u{2800}"] {
            assert_eq!(Body::new(nothing), Err(TextError::Empty), "{nothing:?}");
        }
        assert!(Body::new("👩‍👩‍👧").is_ok());
    }

    #[test]
    fn a_body_is_kept_to_the_letter() {
        let text = "  two\nlines \u{202E}reversed\u{202C} ";
        assert_eq!(Body::new(text).map(Body::into_string), Ok(text.to_owned()));
    }

    #[test]
    fn a_body_is_bounded_in_characters_and_in_bytes() {
        assert!(Body::new("a".repeat(MAX_BODY_CHARS)).is_ok());
        assert_eq!(Body::new("a".repeat(MAX_BODY_CHARS + 1)), Err(TextError::TooLong));
        let heavy = format!("e{}", "\u{0301}".repeat(MAX_BODY_CHARS));
        assert_eq!(Body::new(heavy), Err(TextError::TooLong));
    }

    #[test]
    fn nul_is_refused_before_any_store_sees_it() {
        assert_eq!(Body::new("a\0b"), Err(TextError::Forbidden));
        assert_eq!(Label::new("a\0b"), Err(TextError::Forbidden));
        assert_eq!(ClientId::new("a\0b"), Err(TextError::Forbidden));
    }

    #[test]
    fn an_avatar_lies_at_an_address_that_runs_nothing() {
        for good in ["https://example.org/a.png?x=1", "/avatars/7.webp"] {
            assert_eq!(AvatarUrl::new(good).map(|url| url.as_str().to_owned()), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "javascript:alert(1)",
            "http://example.org/a",
            "//example.org/a",
            "https://",
            "https:///a",
            "/a b",
            "/a\"onerror=",
            "data:image/png;base64,AA==",
        ] {
            assert_eq!(AvatarUrl::new(bad), Err(TextError::Forbidden), "{bad}");
        }
    }

    #[test]
    fn what_a_group_is_about_may_have_lines_and_nothing_else_that_is_not_shown() {
        assert_eq!(Description::new(" two\nlines ").map(|text| text.as_str().to_owned()), Ok("two\nlines".to_owned()));
        assert_eq!(Description::new("a\u{7}"), Err(TextError::Forbidden));
        assert_eq!(Description::new(&"a".repeat(501)), Err(TextError::TooLong));
    }

    #[test]
    fn a_label_is_one_trimmed_line_without_reordering() {
        assert_eq!(Label::new("  Team  ").map(|l| l.as_str().to_owned()), Ok("Team".to_owned()));
        assert_eq!(Label::new("a\nb"), Err(TextError::Forbidden));
        assert_eq!(Label::new("exe\u{202E}gpj"), Err(TextError::Forbidden));
        assert_eq!(Label::new(" \u{200B} "), Err(TextError::Empty));
    }
}
