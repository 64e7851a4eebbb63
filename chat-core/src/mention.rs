//! Who is called by name in a text: `@name` and `@all`.
//!
//! Only the text is looked at here; whom a name means, and whether they may be called, is decided elsewhere.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::user::{Username, fold};

/// How many different names of one text are looked at; those after them are only text.
pub const MAX_NAMES: usize = 50;

/// The names that a text calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Called {
    /// The [keys](Username::key) of the user names, each once, in the order of the text.
    pub keys: Vec<String>,
    /// Whether `@all` is among them.
    pub all: bool,
}

/// Whether a text can call anybody at all. It costs nothing beside sending it.
#[must_use]
pub fn may_call(text: &str) -> bool {
    text.contains('@')
}

/// Everybody whom a text calls. A name goes as far as a user name can go, in any capitals. An `@` inside a word, an address or a
/// path calls nobody.
#[must_use]
pub fn called(text: &str) -> Called {
    static ALL: LazyLock<String> = LazyLock::new(|| fold("all"));
    let mut called = Called::default();
    if !may_call(text) {
        return called;
    }
    // User names are kept in this form, in which an accent is part of its letter.
    let text: String = text.nfc().collect();
    let mut before = None;
    for (at, sign) in text.char_indices() {
        let is_call = sign == '@' && before.is_none_or(|before| !is_inside(before));
        before = Some(sign);
        let Some(rest) = text.get(at + sign.len_utf8()..).filter(|_| is_call) else { continue };
        let name = name_at_start(rest);
        if name.is_empty() || rest.get(name.len()..).is_some_and(|rest| rest.starts_with('@')) {
            continue;
        }
        if fold(name) == *ALL {
            called.all = true;
        } else if (2..=32).contains(&name.chars().count()) {
            let key = Username::key_of(name);
            if !called.keys.contains(&key) {
                called.keys.push(key);
            }
        }
        if called.keys.len() >= MAX_NAMES {
            break;
        }
    }
    called
}

/// What an `@` that calls somebody does not follow: the inside of a word, of an address or of a path.
fn is_inside(before: char) -> bool {
    before.is_alphanumeric() || matches!(before, '.' | '_' | '-' | '+' | '/' | '@')
}

/// Letters and digits, with single marks between them.
fn name_at_start(text: &str) -> &str {
    let mut end = 0;
    let mut mark = false;
    for (at, sign) in text.char_indices() {
        if sign.is_alphanumeric() {
            end = at + sign.len_utf8();
            mark = false;
        } else if matches!(sign, '.' | '_' | '-') && !mark && end > 0 {
            mark = true;
        } else {
            break;
        }
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(text: &str) -> Vec<String> {
        called(text).keys
    }

    fn key(name: &str) -> String {
        Username::key_of(name)
    }

    #[test]
    fn a_name_is_called_wherever_it_stands_alone() {
        for text in [
            "@bob",
            "hi @bob!",
            "(@bob)",
            "@bob, @bob",
            "@BOB",
            "\u{00BF}@bob?",
            "@bob's tea",
            "@bob.",
            "'@bob-'",
            "a:@bob…",
        ] {
            assert_eq!(keys(text), [key("bob")], "{text}");
        }
        assert_eq!(
            keys("@ann @Bob-Lee @a.b_c @жанна @jose\u{301}"),
            ["ann", "Bob-Lee", "a.b_c", "жанна", "josé"].map(key)
        );
    }

    #[test]
    fn an_address_a_path_and_a_word_call_nobody() {
        for text in [
            "bob",
            "ann@bob.org",
            "a.@bob",
            "a_@bob",
            "a+@bob",
            "https://example.org/@bob",
            "@bob@example.org",
            "@@bob",
            "@",
            "@ bob",
            "@b",
            "@.bob",
            "@-bob",
            "@0123456789012345678901234567890123",
        ] {
            assert_eq!(called(text), Called::default(), "{text}");
        }
    }

    #[test]
    fn everybody_is_called_by_all_and_by_nothing_else() {
        for text in ["@all", "hey @ALL!", "@All: tea", "(@all)"] {
            assert_eq!(called(text), Called { keys: Vec::new(), all: true }, "{text}");
        }
        for text in ["all", "@all-of-us", "x@all", "@everyone", "@aII"] {
            assert!(!called(text).all, "{text}");
        }
    }

    #[test]
    fn of_very_many_names_the_first_are_looked_at() {
        let text: String = (0..MAX_NAMES + 10).map(|n| format!("@user{n}x ")).collect();
        assert_eq!(keys(&text).len(), MAX_NAMES);
        assert_eq!(keys(&text).first(), Some(&key("user0x")));
    }

    fn texts() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[@ a-zA-Z0-9._+/-]{0,12}",
            Just("@bob".to_owned()),
            Just("@all".to_owned()),
            Just("ann@example.org".to_owned()),
            any::<char>().prop_map(|sign| sign.to_string()),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_text_without_the_sign_calls_nobody(text in texts()) {
            prop_assert_eq!(called(&text.replace('@', " ")), Called::default());
        }

        #[test]
        fn every_good_name_is_called_between_spaces_and_not_as_an_address(name in "[a-z][a-z0-9]{1,9}([._-][a-z0-9]{1,9})?") {
            prop_assume!(name != "all");
            prop_assert_eq!(keys(&format!("so @{name} said")), [key(&name)]);
            prop_assert_eq!(keys(&format!("so @{} said", name.to_uppercase())), [key(&name.to_uppercase())]);
            prop_assert_eq!(keys(&format!("so ann@{name} said")), [] as [String; 0]);
        }

        #[test]
        fn two_texts_with_a_space_between_call_whom_each_calls(one in texts(), other in texts()) {
            let (first, second) = (called(&one), called(&other));
            let both = called(&format!("{one} {other}"));
            let mut keys = first.keys;
            for key in second.keys {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            prop_assert_eq!(both, Called { keys, all: first.all || second.all });
        }

        #[test]
        fn capitals_change_nothing(text in "[@ a-z.]{0,24}") {
            prop_assert_eq!(called(&text).all, called(&text.to_uppercase()).all);
            prop_assert_eq!(called(&text).keys.len(), called(&text).keys.iter().collect::<std::collections::HashSet<_>>().len());
        }
    }
}
