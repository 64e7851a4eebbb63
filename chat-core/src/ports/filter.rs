//! The port for what may not be said at all.

use crate::ids::{ConversationId, UserId};
use crate::text::Body;

/// What somebody is about to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'s> {
    /// Where.
    pub conversation: ConversationId,
    /// Who.
    pub sender: UserId,
    /// What.
    pub body: &'s Body,
    /// Whether it takes the place of what they said before.
    pub is_edit: bool,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is said.
    Allow,
    /// It is not said.
    Refuse,
    /// This is said instead.
    Replace(Body),
}

/// Judges what people are about to say, after the rules let them say something there and before it is stored. It is asked for
/// every message, so it must be quick, and it must judge the same text in the same way: a repeat of a `client_id` is judged again.
pub trait BodyFilter: Send + Sync {
    /// The verdict.
    fn judge(&self, said: &Said<'_>) -> Verdict;
}
