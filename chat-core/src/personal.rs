//! What one member keeps of a conversation for themselves alone: whether it makes noise, whether it is put away, and what they
//! have begun to write there.

use crate::ids::{ConversationId, MessageId};
use crate::text::Body;
use crate::time::Timestamp;

/// How long a conversation makes no noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mute {
    /// Up to a moment.
    Until(Timestamp),
    /// For good.
    Forever,
}

impl Mute {
    /// The end of what has none.
    const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

    /// When it ends; for good is the end of time.
    #[must_use]
    pub const fn end(self) -> Timestamp {
        match self {
            Self::Until(end) => end,
            Self::Forever => Self::NEVER,
        }
    }

    /// The inverse of [`end`](Self::end).
    #[must_use]
    pub fn ending(end: Timestamp) -> Self {
        if end == Self::NEVER { Self::Forever } else { Self::Until(end) }
    }

    /// Whether it is so at a moment.
    #[must_use]
    pub fn lasts_at(self, at: Timestamp) -> bool {
        at < self.end()
    }
}

/// What a member has set of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Settings {
    /// Whether it makes no noise, and until when. A moment that is past means nothing any more.
    pub muted: Option<Mute>,
    /// Whether it is put away: out of the ordinary list, until [`comes_back`] says otherwise.
    pub archived: bool,
}

/// What of a member's settings changes; what is absent stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SettingsUpdate {
    /// Mute until when; `Some(None)` lets it make noise again.
    pub muted: Option<Option<Mute>>,
    /// Put it away, or take it out again.
    pub archived: Option<bool>,
}

impl Settings {
    /// The settings after a change.
    #[must_use]
    pub fn changed(self, update: SettingsUpdate) -> Self {
        Self { muted: update.muted.unwrap_or(self.muted), archived: update.archived.unwrap_or(self.archived) }
    }
}

/// Whether a conversation that was put away is back in the ordinary list: somebody else said something since, at a moment when
/// it was not muted. `newest` is when the newest message was said that somebody else said since.
#[must_use]
pub fn comes_back(muted: Option<Mute>, newest: Option<Timestamp>) -> bool {
    newest.is_some_and(|at| muted.is_none_or(|mute| !mute.lasts_at(at)))
}

/// What a member has begun to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The text so far.
    pub body: Body,
    /// The message that it is going to answer, in the same conversation.
    pub reply_to: Option<MessageId>,
    /// When it was kept.
    pub at: Timestamp,
}

/// What a member keeps of a conversation, as a device needs to know it that was away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// What is set.
    pub settings: Settings,
    /// When the draft there was kept, if there is one. Its text is in the conversation's view.
    pub draft_at: Option<Timestamp>,
}

impl Kept {
    /// Whether it is what everybody has who never touched anything.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.settings == Settings::default() && self.draft_at.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn a_mute_lasts_up_to_its_end_and_not_at_it() {
        let mute = Mute::Until(at(10));
        assert!(mute.lasts_at(at(9)) && !mute.lasts_at(at(10)));
        assert!(Mute::Forever.lasts_at(at(i64::MAX - 1)));
        for mute in [mute, Mute::Forever] {
            assert_eq!(Mute::ending(mute.end()), mute);
        }
    }

    #[test]
    fn what_is_put_away_comes_back_by_what_others_say_unless_it_is_muted_then() {
        assert!(!comes_back(None, None), "nobody said anything");
        assert!(comes_back(None, Some(at(5))));
        assert!(!comes_back(Some(Mute::Forever), Some(at(5))));
        assert!(!comes_back(Some(Mute::Until(at(6))), Some(at(5))));
        assert!(comes_back(Some(Mute::Until(at(5))), Some(at(5))));
    }

    #[test]
    fn what_is_not_said_stays() {
        let before = Settings { muted: Some(Mute::Forever), archived: true };
        assert_eq!(before.changed(SettingsUpdate::default()), before);
        let loud = SettingsUpdate { muted: Some(None), archived: None };
        assert_eq!(before.changed(loud), Settings { muted: None, archived: true });
    }
}
