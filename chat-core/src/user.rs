//! Users: who they are, and what a user name or an e-mail address may be.

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;
use unicode_security::mixed_script::MixedScript;

use crate::ids::UserId;
use crate::presence::Status;
use crate::text::{AvatarUrl, Description, Label, is_bidi_control, is_invisible};
use crate::time::Timestamp;

/// A user as other users may see them. Secrets (password hash, e-mail address) are not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// The name as its owner wrote it.
    pub username: Username,
    /// What they want to be called; unlike the user name, others may be called the same.
    pub display_name: Option<Label>,
    /// What they say of themselves.
    pub bio: Option<Description>,
    /// Where their picture lies.
    pub avatar: Option<AvatarUrl>,
    /// What the user chose to show while connected.
    pub status: Status,
    /// A line beside the status.
    pub status_message: Option<Label>,
    /// When the last connection ended; none while never connected.
    pub last_seen_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the account was deleted; then the name stands for nobody any more, and nothing else is left of what they said of
    /// themselves.
    pub deleted_at: Option<Timestamp>,
}

impl User {
    /// What a deleted user is called: their own name is gone, and the id stays.
    #[must_use]
    pub fn name_of_deleted(id: UserId) -> Username {
        Username(format!("deleted-{id}"))
    }
}

/// What a user says of themselves anew. What is not given stays as it is; what is given as none is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileUpdate {
    /// What they want to be called.
    pub display_name: Option<Option<Label>>,
    /// What they say of themselves.
    pub bio: Option<Option<Description>>,
    /// Where their picture lies.
    pub avatar: Option<Option<AvatarUrl>>,
}

/// Why a user name or an address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Fewer than 2 or more than 32 characters.
    #[error("a user name has 2 to 32 characters")]
    Length,
    /// A character outside letters, digits, `.`, `_` and `-`, or one of the marks at either end or beside another.
    #[error("a user name is made of letters and digits, with single dots, dashes and underscores between them")]
    Characters,
    /// Letters of several scripts, which is how look-alike names are made.
    #[error("a user name keeps to one script")]
    MixedScript,
    /// A name that only the service itself may carry.
    #[error("this user name is reserved")]
    Reserved,
    /// Not an e-mail address.
    #[error("this is not an e-mail address")]
    Email,
}

/// Names that would let their owner pose as the service.
const RESERVED: [&str; 14] = [
    "admin",
    "administrator",
    "all",
    "channel",
    "everyone",
    "here",
    "me",
    "moderator",
    "null",
    "root",
    "support",
    "system",
    "undefined",
    "online",
];

/// A user name: 2 to 32 letters and digits of one script, with single `.`, `_`, `-` between them.
///
/// Two names are the same to the system if their [`key`](Self::key)s are equal: case, compatibility forms and look-alike
/// letters do not tell users apart. Neither do two names live side by side that [`look`](Self::look) the same as they are
/// written: lower case would hide that `paypaI` ends in a capital.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Checks a name; it is kept in its normal form (NFC) with its own capitals.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let name: String = text.nfc().collect();
        let length = name.chars().count();
        if !(2..=32).contains(&length) || name.len() > 128 {
            return Err(NameError::Length);
        }
        let mark = |c: char| matches!(c, '.' | '_' | '-');
        let characters =
            name.chars().all(|c| mark(c) || (c.is_alphanumeric() && !is_invisible(c) && !is_bidi_control(c)));
        let between = name.split(mark).all(|part| !part.is_empty());
        if !characters || !between {
            return Err(NameError::Characters);
        }
        if !name.as_str().is_single_script() {
            return Err(NameError::MixedScript);
        }
        let name = Self(name);
        if RESERVED.iter().map(|reserved| Self::key_of(reserved)).any(|key| key == name.key() || key == name.look()) {
            return Err(NameError::Reserved);
        }
        Ok(name)
    }

    /// Restores a name that an earlier version of the rules accepted.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The name as its owner wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What must be unique, and what a name is found by: the look-alike skeleton of the case-folded name (Unicode TR 39,
    /// section 4).
    #[must_use]
    pub fn key(&self) -> String {
        Self::key_of(&self.0)
    }

    /// The key that any text would have as a name, for looking names up.
    #[must_use]
    pub fn key_of(text: &str) -> String {
        // Folding again after the skeleton catches capitals whose skeleton is a small letter of another shape.
        fold(&skeleton(&fold(text)).collect::<String>())
    }

    /// What must be unique beside the key: the skeleton of the name as it is written, capitals and all. A capital may look
    /// like what its small letter does not, as `I` looks like `l`.
    #[must_use]
    pub fn look(&self) -> String {
        let written: String = self.0.nfkc().collect();
        fold(&skeleton(&written).collect::<String>())
    }
}

/// Compatibility form in lower case: what case-insensitive comparison looks at.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// An e-mail address, kept in lower case: it identifies an account, nobody else sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Checks the shape only (something, `@`, a dotted domain, no spaces): whether it exists, only a mail can tell.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let address = fold(text.trim());
        let (local, domain) = address.rsplit_once('@').ok_or(NameError::Email)?;
        let clean = |part: &str| !part.is_empty() && !part.chars().any(|c| c == '@' || is_invisible(c));
        let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
        if address.len() > 254 || local.len() > 64 || !clean(local) || !clean(domain) || !dotted {
            return Err(NameError::Email);
        }
        Ok(Self(address))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_one_script_are_welcome() {
        for name in ["bob", "Ann-Lee", "a.b_c", "жанна", "张伟", "さくら", "josé", "user42"] {
            assert!(Username::new(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn each_bad_name_gets_its_own_reason() {
        assert_eq!(Username::new("a"), Err(NameError::Length));
        assert_eq!(Username::new(&"a".repeat(33)), Err(NameError::Length));
        for name in ["two words", ".ann", "ann.", "a..b", "a._b", "a\0b", "ann\u{202E}", "zero\u{200B}width", "a@b.c"] {
            assert_eq!(Username::new(name), Err(NameError::Characters), "{name:?}");
        }
        assert_eq!(Username::new("\u{0430}dmin"), Err(NameError::MixedScript));
        for name in ["ADMIN", "r00t", "aII", "nuIl"] {
            assert_eq!(Username::new(name), Err(NameError::Reserved), "{name}");
        }
    }

    #[test]
    fn look_alikes_share_one_key() {
        let key = |name: &str| Username::key_of(name);
        assert_eq!(key("Bob"), key("bob"));
        assert_eq!(key("\u{FF42}ob"), key("bob"), "full-width letters");
        assert_eq!(key("рор"), key("pop"), "Cyrillic er, o, er");
        assert_eq!(key("paypa1"), key("paypal"), "digit one and letter l");
        assert_ne!(key("bob"), key("rob"));
    }

    #[test]
    fn a_capital_that_looks_like_another_small_letter_gives_the_same_look() {
        let look = |name: &str| Username::new(name).unwrap().look();
        assert_eq!(look("paypaI"), look("paypal"), "capital i and small L");
        assert_eq!(look("PAYPAI"), look("paypal"));
        assert_eq!(look("ΑΝΝΑ"), look("ANNA"), "Greek capitals");
        assert_eq!(look("СОРА"), look("copa"), "Cyrillic capitals");
        for (one, other) in [("kari", "karl"), ("bill", "biil"), ("Kari", "Karl"), ("rob", "bob")] {
            assert_ne!(look(one), look(other), "{one}, {other}");
        }
    }

    #[test]
    fn an_address_needs_two_sides_and_a_dotted_domain() {
        assert_eq!(Email::new(" Ann@Example.ORG ").map(|e| e.as_str().to_owned()), Ok("ann@example.org".to_owned()));
        for bad in ["", "ann", "@x.org", "ann@", "ann@localhost", "a b@x.org", "a@b@x.org", "ann@x..org", "a\0@x.org"] {
            assert_eq!(Email::new(bad), Err(NameError::Email), "{bad:?}");
        }
    }
}
