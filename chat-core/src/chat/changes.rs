//! The one way in which a conversation changes, other than by a new message: judge, commit, publish.

use super::{Chat, MAX_STALE, kept_moving};
use crate::change::{Act, Change};
use crate::command::{Actor, ChangedReply, Reply};
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Event};
use crate::ids::{ConversationId, Version};
use crate::log::{Changed, LogEntry};
use crate::ports::{Committed, Facts};
use crate::rules;

impl Chat {
    /// Writes a change that a rule over the actor's own facts allows. Where what it was judged on moved meanwhile, it is judged
    /// anew; where remembered facts refuse it, only those of now count.
    pub(super) async fn change(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        act: Act,
        rule: impl Fn(Option<&Facts>) -> Result<(), ErrorCode>,
    ) -> Result<Reply, ChatError> {
        let mut facts = self.facts_to_write_on(conversation, actor.user).await?;
        for _ in 0..MAX_STALE {
            if rule(facts.as_deref()).is_err() {
                facts = self.fresh_facts(conversation, actor.user).await?;
            }
            rule(facts.as_deref())?;
            let judged_on = rules::may_see(facts.as_deref())?.version;
            if let Some(reply) = self.commit(actor, conversation, act.clone(), judged_on).await? {
                return Ok(reply);
            }
            facts = self.fresh_facts(conversation, actor.user).await?;
        }
        Err(kept_moving())
    }

    /// Commits a change that was judged, and publishes what came of it. None if what it was judged on has moved.
    pub(super) async fn commit(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        act: Act,
        judged_on: Version,
    ) -> Result<Option<Reply>, ChatError> {
        let change = Change { conversation, by: actor.user, act, judged_on, at: self.now() };
        match self.stores.changes.commit(&change).await? {
            Committed::Written { entries, notices } => {
                // Whoever comes in carries the conversation before its log goes on, and so sees their own coming.
                self.publish_own(notices);
                self.publish_entries(actor, entries);
                Ok(Some(Reply::Changed(ChangedReply { fresh: true })))
            }
            Committed::Nothing => Ok(Some(Reply::Changed(ChangedReply { fresh: false }))),
            Committed::Refused(code) => Err(code.into()),
            Committed::Missing => missing(&change.act).map(Some),
            Committed::Stale => Ok(None),
        }
    }

    /// Tells the members. The last of several entries is the answer to the one who asked.
    pub(super) fn publish_entries(&self, actor: &Actor, entries: Vec<LogEntry>) {
        let last = entries.last().map(LogEntry::seq);
        for entry in entries {
            if let LogEntry::Change(change) = &entry
                && let Changed::Left { user } | Changed::RoleSet { user, .. } | Changed::Joined { user, .. } =
                    change.what
            {
                self.forget_facts(change.conversation, user);
            }
            let origin = actor.origin.clone().filter(|_| last == Some(entry.seq()));
            let audience = Audience::Conversation { id: entry.conversation(), except: None };
            self.publish(Event::Entry(entry), audience, origin);
        }
    }
}

/// What is answered where something was not there any more as it was to be changed. No message ever goes, and the one that is
/// meant was seen before: it was deleted in between, which is what whoever wants to delete it asks for.
fn missing(act: &Act) -> Result<Reply, ChatError> {
    match act {
        Act::Delete { .. } => Ok(Reply::Changed(ChangedReply { fresh: false })),
        act if act.message().is_some() => Err(ErrorCode::MessageDeleted.into()),
        _ => Err(ErrorCode::NotFound.into()),
    }
}
