//! Strict JSON: what a lenient reader lets through is refused here, once, for REST and sockets alike.
//!
//! On top of serde_json (which refuses lone surrogates and numbers out of range) a document is refused if it is no object, if
//! a key comes twice in one object, or if it nests deeper than 32.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

/// How deep a document may nest.
pub const MAX_DEPTH: u8 = 32;

/// The document is not JSON, not strict, or not of the expected shape. The details would only help an attacker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the JSON that is expected here")]
pub struct JsonError;

/// Reads an object of a known shape.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    // serde would take an array for an object whose fields come in order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(JsonError);
    }
    check(bytes)?;
    serde_json::from_slice(bytes).map_err(|_| JsonError)
}

fn check(bytes: &[u8]) -> Result<(), JsonError> {
    let mut document = serde_json::Deserializer::from_slice(bytes);
    Strict { depth_left: MAX_DEPTH }.deserialize(&mut document).map_err(|_| JsonError)?;
    document.end().map_err(|_| JsonError)
}

/// Walks through a value without keeping it.
#[derive(Clone, Copy)]
struct Strict {
    depth_left: u8,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        Ok(Self { depth_left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut seen: Vec<Key<'de>> = Vec::new();
        let mut sorted: Option<std::collections::HashSet<String>> = None;
        while let Some(key) = entries.next_key::<Key<'de>>()? {
            // A handful of keys is compared one by one; a crowd of them goes into a set, or the check itself would be slow.
            let doubled = match &mut sorted {
                Some(set) => !set.insert(key.0.to_string()),
                None => seen.contains(&key),
            };
            if doubled {
                return Err(A::Error::custom("a key came twice"));
            }
            if sorted.is_none() {
                seen.push(key);
                if seen.len() > 16 {
                    sorted = Some(seen.drain(..).map(|key| key.0.into_owned()).collect());
                }
            }
            entries.next_value_seed(inner)?;
        }
        Ok(())
    }
}

/// A key, borrowed from the document where it holds no escapes.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn accepted(text: &str) -> bool {
        check(text.as_bytes()).is_ok()
    }

    #[test]
    fn only_an_object_is_read() {
        assert!(parse::<Value>(b" \n{}").is_ok());
        for text in ["[]", r#"["all", "fields"]"#, r#""text""#, "null", "1", ""] {
            assert_eq!(parse::<Value>(text.as_bytes()), Err(JsonError), "{text}");
        }
    }

    #[test]
    fn ordinary_documents_pass() {
        for text in [r#"{"a":1,"b":[true,null,"x",-1.5]}"#, "[]", r#""emoji \ud83d\ude00""#] {
            assert!(accepted(text), "{text}");
        }
    }

    #[test]
    fn what_lenient_readers_accept_is_refused() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(accepted(&deep(32)));
        let deeper = deep(33);
        let crowd: String = (0..40).map(|n| format!("\"k{n}\":1,")).collect();
        let crowd = format!("{{{crowd}\"k0\":2}}");
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"a":1}}"#,
            &crowd,
            &deeper,
            r#""\ud800""#,
            "1e400",
            "NaN",
            "{} {}",
            "",
            "{",
        ] {
            assert!(!accepted(text), "{text}");
        }
    }
}
