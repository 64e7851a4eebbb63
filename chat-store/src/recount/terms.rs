//! What messages are found by, made again from what they say.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chat_core::ids::MessageId;

use super::Recounted;
use crate::codec::{Reader, all};
use crate::error::Fault;
use crate::session::Session;
use crate::sql::search::unfolded;

/// How many messages are read at once.
const PART: i64 = 1_000;

const MESSAGES: &str = "SELECT id, conversation_id, body FROM messages WHERE id > $1 ORDER BY id LIMIT $2";

const FOLDED: &str = "SELECT folded_id FROM search_progress WHERE only_row = 1";

/// The terms of one message, told apart from others: how many, and their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Fingerprint {
    number: u32,
    sum: u64,
}

impl Fingerprint {
    /// One term more.
    pub(crate) fn add(&mut self, term: &str) {
        let mut hasher = DefaultHasher::new();
        term.hash(&mut hasher);
        self.number += 1;
        self.sum = self.sum.wrapping_add(hasher.finish());
    }

    /// The terms of a text, each once, as an index has them.
    fn of(terms: &str) -> Self {
        let mut fingerprint = Self::default();
        for term in terms.split(' ').filter(|term| !term.is_empty()).collect::<BTreeSet<_>>() {
            fingerprint.add(term);
        }
        fingerprint
    }
}

/// What the index holds of each message.
pub(crate) type Terms = HashMap<i64, Fingerprint>;

/// Compares the index with what messages say. What is newer than the index needs not be in it yet.
pub(super) async fn recount<S: Session>(session: &mut S, mut indexed: Terms, mend: bool) -> Result<Recounted, Fault> {
    let folded = all(&session.rows(FOLDED, &[]).await?, |row| row.table("search_progress").number("folded_id"))?;
    let folded = folded.first().copied().unwrap_or_default();
    let (mut last, mut compared, mut differing) = (0, 0, 0);
    loop {
        let read = |row: &mut Reader<'_>| unfolded(row);
        let messages: Vec<(MessageId, String)> =
            all(&session.rows(MESSAGES, &[last.into(), PART.into()]).await?, read)?;
        let Some((newest, _)) = messages.last() else { break };
        last = newest.get();
        for (id, terms) in &messages {
            let found = indexed.remove(&id.get());
            if found.is_none() && id.get() > folded {
                continue;
            }
            compared += 1;
            if found.unwrap_or_default() != Fingerprint::of(terms) {
                differing += 1;
                if mend {
                    session.run(S::SET_TERMS, &[id.get().into(), terms.as_str().into()]).await?;
                }
            }
        }
    }
    // What is left is of no message.
    for id in indexed.into_keys() {
        differing += 1;
        if mend {
            session.run(S::SET_TERMS, &[id.into(), "".into()]).await?;
        }
    }
    Ok(Recounted { what: "search index", compared, differing })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_told_apart_whatever_their_order_and_number() {
        let of = Fingerprint::of;
        assert_eq!(of("_7 tea cake"), of("cake _7 tea tea"));
        for other in ["", "_7", "_7 tea", "_7 tea cake s", "_7 teacake"] {
            assert_ne!(of("_7 tea cake"), of(other), "{other}");
        }
        assert_eq!(of(""), Fingerprint::default());
    }
}
