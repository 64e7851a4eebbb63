//! Typing: shown to the others for a few seconds, never stored, and not more often than anybody can follow.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Chat;
use crate::command::{Actor, Reply};
use crate::error::ChatError;
use crate::event::{Audience, Event};
use crate::ids::{ConversationId, UserId};
use crate::ports::Facts;
use crate::rules;
use crate::time::Timestamp;

/// The others are told at most so often that somebody types.
const TOLD_EVERY_SECONDS: i64 = 2;

/// Who does not say again that they type has stopped after so long.
const LASTS_SECONDS: i64 = 5;

type Key = (ConversationId, UserId);

/// Who types where, as the others were told. Whoever says nothing falls out by themselves.
#[derive(Debug, Default)]
pub(super) struct TypingBoard(Mutex<HashMap<Key, Told>>);

#[derive(Debug, Clone, Copy)]
struct Told {
    /// When the others were last told that it began.
    at: Timestamp,
    /// When it ends; none once they were told that it did.
    until: Option<Timestamp>,
}

impl TypingBoard {
    fn board(&self) -> MutexGuard<'_, HashMap<Key, Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that somebody types. True if the others have to be told.
    fn start(&self, key: Key, now: Timestamp) -> bool {
        let until = Some(now.plus_seconds(LASTS_SECONDS));
        let mut board = self.board();
        match board.get_mut(&key).filter(|told| now < told.at.plus_seconds(TOLD_EVERY_SECONDS)) {
            Some(told) => {
                // Who stopped a moment ago and goes on is shown with the next start that comes through.
                told.until = told.until.and(until);
                false
            }
            None => {
                board.insert(key, Told { at: now, until });
                true
            }
        }
    }

    /// Notes that somebody stopped. True if the others have to be told.
    fn stop(&self, key: Key) -> bool {
        self.board().get_mut(&key).is_some_and(|told| told.until.take().is_some())
    }

    /// Takes out those who said nothing for too long, and forgets who stopped a while ago.
    fn take_over(&self, now: Timestamp) -> Vec<Key> {
        let mut over = Vec::new();
        self.board().retain(|key, told| match told.until {
            Some(until) if until <= now => {
                over.push(*key);
                false
            }
            Some(_) => true,
            None => now < told.at.plus_seconds(TOLD_EVERY_SECONDS),
        });
        over
    }
}

impl Chat {
    pub(super) async fn set_typing(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        is_typing: bool,
    ) -> Result<Reply, ChatError> {
        let facts = self.recent_facts(conversation, actor.user).await?;
        let facts = rules::may_see(facts.as_deref())?;
        let key = (conversation, actor.user);
        let is_news = if is_typing { self.typing.start(key, self.now()) } else { self.typing.stop(key) };
        if is_news {
            self.show_typing(facts, actor.user, is_typing).await?;
        }
        Ok(Reply::Done)
    }

    /// Tells the others of those who have typed nothing for a while that they stopped. Call it about once a second.
    pub async fn announce_silence(&self) -> Result<(), ChatError> {
        let mut outcome = Ok(());
        for key in self.typing.take_over(self.now()) {
            // One that cannot be told keeps nobody else waiting; those who hear nothing give up by themselves.
            outcome = self.end_typing(key).await.and(outcome);
        }
        outcome
    }

    async fn end_typing(&self, (conversation, user): Key) -> Result<(), ChatError> {
        let facts = self.recent_facts(conversation, user).await?;
        // Who is out by now has been seen to go.
        let Ok(facts) = rules::may_see(facts.as_deref()) else { return Ok(()) };
        self.show_typing(facts, user, false).await
    }

    /// Shows it to those with whom there is no block. Across one it looks as if it had been shown.
    async fn show_typing(&self, facts: &Facts, user: UserId, is_typing: bool) -> Result<(), ChatError> {
        if rules::is_silent(facts) {
            return Ok(());
        }
        let conversation = facts.conversation;
        // In a direct conversation the facts have said it already.
        let mut but = match facts.direct {
            Some(_) => Vec::new(),
            None => self.stores.relations.silenced(user).await?,
        };
        let audience = if but.is_empty() {
            Audience::Conversation { id: conversation, except: Some(user) }
        } else {
            but.push(user);
            Audience::ConversationBut { id: conversation, but }
        };
        self.publish(Event::Typing { conversation, user, is_typing }, audience, None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        (ConversationId::new(1).expect("an id"), UserId::new(1).expect("an id"))
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(millis * 1_000)
    }

    #[test]
    fn a_start_is_told_at_most_every_two_seconds_and_each_makes_it_last() {
        let board = TypingBoard::default();
        let told: Vec<_> = [0, 500, 1_999, 2_000, 3_000].map(|millis| board.start(key(), at(millis))).into();
        assert_eq!(told, [true, false, false, true, false]);
        assert_eq!(board.take_over(at(7_999)), []);
        assert_eq!(board.take_over(at(8_000)), [key()]);
        assert_eq!(board.take_over(at(8_000)), [], "told once");
        assert!(!board.stop(key()), "it was told already");
    }

    #[test]
    fn to_stop_and_start_again_does_not_tell_more_often() {
        let board = TypingBoard::default();
        assert!(board.start(key(), at(0)) && board.stop(key()));
        assert!(!board.stop(key()) && !board.start(key(), at(100)) && !board.stop(key()));
        assert!(board.start(key(), at(2_000)) && board.stop(key()));
        assert_eq!(board.take_over(at(60_000)), []);
        assert!(board.board().is_empty(), "nothing stays");
    }
}
