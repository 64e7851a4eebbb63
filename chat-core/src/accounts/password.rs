//! A password that somebody wants to have. It is never printed.

use crate::error::ErrorCode;

/// A password within the rules: at least 8 characters, at most 1,024 bytes, so that hashing cannot be made expensive.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The longest password, in bytes.
    pub const MAX_BYTES: usize = 1_024;
    /// The shortest password, in characters.
    pub const MIN_CHARS: usize = 8;

    /// Checks a password.
    pub fn new(text: String) -> Result<Self, ErrorCode> {
        if text.len() > Self::MAX_BYTES || text.chars().count() < Self::MIN_CHARS || text.contains('\0') {
            return Err(ErrorCode::InvalidPassword);
        }
        Ok(Self(text))
    }

    /// The password itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_neither_short_nor_huge_and_never_printed() {
        assert_eq!(Password::new("seven77".to_owned()), Err(ErrorCode::InvalidPassword));
        assert_eq!(Password::new("x".repeat(1_025)), Err(ErrorCode::InvalidPassword));
        let good = Password::new("pässwörd".to_owned()).expect("eight characters");
        assert_eq!(format!("{good:?}"), "Password(..)");
    }
}
