//! Invites: codes by which whoever has one comes into a group.

use crate::ids::{ConversationId, UserId};
use crate::time::Timestamp;

/// The code of an invite: 32 characters of 5 bits each, none of which is easily taken for another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InviteCode(String);

impl InviteCode {
    const ALPHABET: [u8; 32] = *b"abcdefghijkmnpqrstuvwxyz23456789";
    const CHARS: usize = 32;

    /// A code that nobody can guess, out of bytes that nobody can guess.
    #[must_use]
    pub fn of(secret: [u8; Self::CHARS]) -> Self {
        let letter = |byte: u8| Self::ALPHABET.get(usize::from(byte % 32)).copied().map(char::from);
        Self(secret.into_iter().filter_map(letter).collect())
    }

    /// Reads a code; none if the text is none.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = text.len() == Self::CHARS && text.bytes().all(|byte| Self::ALPHABET.contains(&byte));
        fits.then(|| Self(text.to_owned()))
    }

    /// The code itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An invite into a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// What lets in.
    pub code: InviteCode,
    /// Where.
    pub conversation: ConversationId,
    /// Who made it.
    pub by: UserId,
    /// When it was made.
    pub at: Timestamp,
    /// From when on it lets nobody in; none for never.
    pub expires_at: Option<Timestamp>,
    /// How many it lets in; none for any number.
    pub max_uses: Option<u32>,
    /// How many it has let in. Who was in already is not counted.
    pub uses: u32,
}

impl Invite {
    /// Whether it lets somebody in at a moment.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| at < end) && self.max_uses.is_none_or(|most| self.uses < most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_keeps_five_bits_of_each_byte() {
        let mut secret = [0; 32];
        for (byte, n) in secret.iter_mut().zip(0..) {
            *byte = n;
        }
        let code = InviteCode::of(secret);
        assert_eq!(code.as_str(), "abcdefghijkmnpqrstuvwxyz23456789");
        assert_eq!(InviteCode::new(code.as_str()), Some(code));
    }

    #[test]
    fn only_a_code_of_ours_is_a_code() {
        for bad in ["", "a", &"a".repeat(31), &"a".repeat(33), &"A".repeat(32), &"l".repeat(32), &"\0".repeat(32)] {
            assert_eq!(InviteCode::new(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_invite_is_open_until_its_end_and_until_it_is_used_up() {
        let (conversation, by) = (ConversationId::new(1).expect("an id"), UserId::new(1).expect("an id"));
        let (at, code) = (Timestamp::default(), InviteCode::of([7; 32]));
        let plain = Invite { code, conversation, by, at, expires_at: None, max_uses: None, uses: 9 };
        assert!(plain.is_open(Timestamp::from_micros(i64::MAX)));
        let ends = Invite { expires_at: Some(Timestamp::from_micros(5)), ..plain.clone() };
        assert!(ends.is_open(Timestamp::from_micros(4)) && !ends.is_open(Timestamp::from_micros(5)));
        let bounded = |most| Invite { max_uses: Some(most), ..plain.clone() }.is_open(at);
        assert!(bounded(10) && !bounded(9));
    }
}
