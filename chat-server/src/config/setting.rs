//! The kinds of values that keys have: how each is written and read.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use chat_core::limits::Rate;
use chat_core::ports::MessagesOfDeleted;
use chat_core::rules::DirectPolicy;

use crate::secret::Secret;

/// A kind of value. What was written is never repeated in an error, because it may be a secret in the wrong place.
pub(crate) trait Setting: Sized {
    /// What such a value looks like: ends the sentence "... must be".
    const KIND: &'static str;

    /// Whether the value must not be shown; such a key can also be read from a file.
    const SECRET: bool = false;

    /// Reads a value.
    fn read(text: &str) -> Option<Self>;

    /// Writes a value as it is read.
    fn show(&self) -> String;
}

/// Where events travel between nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bus {
    /// Nowhere: this process is the only node.
    #[default]
    Local,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object per line.
    Json,
}

macro_rules! parsed {
    ($($type:ty: $kind:literal;)*) => {$(
        impl Setting for $type {
            const KIND: &'static str = $kind;

            fn read(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

parsed! {
    SocketAddr: "an address with a port, like `0.0.0.0:7722` or `[::]:7722`";
    u64: "a whole number";
    NonZeroU32: "a whole number above 0";
    NonZeroU64: "a whole number above 0";
    NonZeroUsize: "a whole number above 0";
}

macro_rules! words {
    ($($type:ty: $kind:literal, $($word:literal => $value:expr),+;)*) => {$(
        impl Setting for $type {
            const KIND: &'static str = $kind;

            fn read(text: &str) -> Option<Self> {
                match text { $($word => Some($value),)+ _ => None }
            }

            fn show(&self) -> String {
                // The first word of a value is the one it is shown by.
                [$(($word, $value)),+].iter().find(|(_, value)| value == self).map_or("", |(word, _)| word).to_owned()
            }
        }
    )*};
}

words! {
    bool: "`on` or `off`", "on" => true, "off" => false, "true" => true, "false" => false, "1" => true, "0" => false;
    Bus: "`local`: this version runs as one node and knows no other bus yet", "local" => Self::Local;
    LogFormat: "`auto`, `text` or `json`", "auto" => Self::Auto, "text" => Self::Text, "json" => Self::Json;
    DirectPolicy: "`anyone` or `friends`", "anyone" => Self::Anyone, "friends" => Self::FriendsOnly;
    MessagesOfDeleted: "`keep` or `delete`", "keep" => Self::Keep, "delete" => Self::Delete;
}

impl Setting for String {
    const KIND: &'static str = "a text";

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl Setting for PathBuf {
    const KIND: &'static str = "a path";

    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::from(text))
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Setting for Option<PathBuf> {
    const KIND: &'static str = "a path";

    fn read(text: &str) -> Option<Self> {
        Some((!text.is_empty()).then(|| PathBuf::from(text)))
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(String::new, Setting::show)
    }
}

impl Setting for Option<String> {
    const KIND: &'static str = "a text";

    fn read(text: &str) -> Option<Self> {
        Some((!text.is_empty()).then(|| text.to_owned()))
    }

    fn show(&self) -> String {
        self.clone().unwrap_or_default()
    }
}

impl Setting for Option<Secret> {
    const KIND: &'static str = "a text";
    const SECRET: bool = true;

    fn read(text: &str) -> Option<Self> {
        Some(Some(Secret::new(text.to_owned())))
    }

    fn show(&self) -> String {
        if self.is_some() { "(secret)".to_owned() } else { String::new() }
    }
}

impl Setting for Rate {
    const KIND: &'static str =
        "`BURST/PER_SECOND`, like `200/50`: so many at once, and so many per second in the long run";

    fn read(text: &str) -> Option<Self> {
        let (burst, per_second) = text.split_once('/')?;
        let rate = Self::new(burst.trim().parse().ok()?, per_second.trim().parse().ok()?);
        (rate.burst > 0 && rate.per_second > 0.0 && rate.per_second.is_finite()).then_some(rate)
    }

    fn show(&self) -> String {
        format!("{}/{}", self.burst, self.per_second)
    }
}

/// A list is written with commas between its items.
impl<T: Item> Setting for Vec<T> {
    const KIND: &'static str = T::KIND;

    fn read(text: &str) -> Option<Self> {
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(T::read).collect()
    }

    fn show(&self) -> String {
        self.iter().map(T::show).collect::<Vec<_>>().join(",")
    }
}

/// What a list is made of.
pub(crate) trait Item: Sized {
    /// What a list of such items looks like.
    const KIND: &'static str;

    /// Reads an item.
    fn read(text: &str) -> Option<Self>;

    /// Writes an item.
    fn show(&self) -> String;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_burst_and_a_pace() {
        assert_eq!(Rate::read("200/50"), Some(Rate::new(200, 50.0)));
        assert_eq!(Rate::read("10 / 0.2"), Some(Rate::new(10, 0.2)));
        assert_eq!(Rate::new(10, 0.2).show(), "10/0.2");
        for bad in ["", "200", "0/1", "1/0", "1/-1", "1/inf", "1/NaN", "-1/1", "1.5/1", "200/50/1"] {
            assert_eq!(Rate::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_value_is_shown_as_it_is_read() {
        for on in ["on", "true", "1"] {
            assert_eq!(bool::read(on).map(|on| on.show()).as_deref(), Some("on"));
        }
        assert_eq!(DirectPolicy::FriendsOnly.show(), "friends");
        assert_eq!(bool::read("yes"), None);
    }
}
