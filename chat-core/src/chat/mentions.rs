//! Whom a message calls by name.

use super::Chat;
use crate::error::ChatError;
use crate::ids::UserId;
use crate::mention;
use crate::message::Mentions;
use crate::ports::Facts;
use crate::rules::{self, Permission};
use crate::text::Body;

impl Chat {
    /// Whom a text calls if this user says it: other members without a block between, and everybody where the user may do that.
    /// Whatever else looks like a call is only text. A text that calls nobody asks nobody anything.
    pub(super) async fn mentions(&self, facts: &Facts, by: UserId, body: &Body) -> Result<Mentions, ChatError> {
        let called = mention::called(body.as_str());
        let all = called.all && rules::may(Some(facts), Permission::MentionAll).is_ok();
        let users = if called.keys.is_empty() {
            Vec::new()
        } else {
            self.stores.relations.mentionable(facts.conversation, by, &called.keys).await?
        };
        Ok(Mentions { users, all })
    }

    /// Whether it has to be looked up whom a text calls.
    #[must_use]
    pub fn may_call(body: &Body) -> bool {
        mention::may_call(body.as_str())
    }
}
