//! What a client misses that was away: how far behind it is in each conversation, in two questions for all of them.

use std::collections::{BTreeMap, HashMap};

use futures_util::future::{try_join, try_join_all};

use super::{Chat, Kind};
use crate::command::Actor;
use crate::error::ChatError;
use crate::ids::{ConversationId, Seq};
use crate::ports::Facts;
use crate::rules;

/// What a member may see of a conversation's log and does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The first entry that is missing is the one after this.
    pub after: Seq,
    /// The last one: where the log ended when it was asked for. At or before `after` if nothing is missing.
    pub head: Seq,
    /// Whether every member is shown the same entries for ever, so that one reading serves many. The two of a direct
    /// conversation see the ticks of their messages change.
    pub is_same_for_all: bool,
}

impl Chat {
    /// What an actor misses behind a cursor in each of these conversations; none where they are no member.
    pub async fn gaps(
        &self,
        actor: &Actor,
        cursors: &BTreeMap<ConversationId, Seq>,
    ) -> Result<Vec<(ConversationId, Option<Gap>)>, ChatError> {
        for _ in cursors {
            self.limit(actor.user, Kind::Read)?;
        }
        let conversations: Vec<_> = cursors.keys().copied().collect();
        let facts = conversations.iter().map(|conversation| self.recent_facts(*conversation, actor.user));
        let (facts, heads) = try_join(try_join_all(facts), self.heads(&conversations)).await?;
        let heads: HashMap<_, _> = heads.into_iter().collect();
        let gaps = cursors.iter().zip(facts).map(|((conversation, cursor), facts)| {
            let head = heads.get(conversation).copied();
            (*conversation, head.and_then(|head| gap(facts.as_deref(), *cursor, head)))
        });
        Ok(gaps.collect())
    }
}

fn gap(facts: Option<&Facts>, cursor: Seq, head: Seq) -> Option<Gap> {
    let facts = rules::may_see(facts).ok()?;
    let after = cursor.max(facts.joined_seq);
    Some(Gap { conversation: facts.conversation, after, head, is_same_for_all: facts.direct.is_none() })
}
