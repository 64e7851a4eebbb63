//! Searching messages in memory: every one of them is looked at.

use async_trait::async_trait;

use super::MemoryStore;
use crate::ids::{ConversationId, Seq, UserId};
use crate::log::LogEntry;
use crate::message::Message;
use crate::page::Page;
use crate::ports::{Find, SearchStore, StoreError};
use crate::search::WINDOW;
use crate::time::Timestamp;

#[async_trait]
impl SearchStore for MemoryStore {
    async fn find(&self, find: &Find, user: UserId) -> Result<Page<Message>, StoreError> {
        let state = self.state();
        let mut found = Vec::new();
        for row in state.conversations_of(user) {
            let joined = row.members.get(&user).map(|row| row.member.joined_seq).unwrap_or_default();
            let between = state.relation_in(row);
            let messages = row.messages_after(joined).filter(|message| {
                find.below.is_none_or(|below| message.id < below)
                    && find.filter.lets_through(message)
                    && message.body().and_then(|body| find.text.rank(body)).map(|rank| find.text.reach(rank))
                        == Some(find.reach)
            });
            found.extend(messages.map(|message| row.shown(message, between.as_ref(), Some(user))));
        }
        found.sort_by_key(|message| std::cmp::Reverse(message.id));
        let next = found.get(WINDOW - 1).filter(|_| found.len() > WINDOW).map(|last| last.id.get());
        found.truncate(WINDOW);
        Ok(Page { items: found, next })
    }

    async fn last_before(&self, conversation: ConversationId, at: Timestamp) -> Result<Seq, StoreError> {
        let state = self.state();
        let Some(row) = state.conversations.get(&conversation) else { return Ok(Seq::ZERO) };
        let written_at = |entry: &LogEntry| match entry {
            LogEntry::Message(message) => message.created_at,
            LogEntry::Change(change) => change.at,
        };
        let before = row.log.partition_point(|entry| written_at(entry) < at);
        Ok(before.checked_sub(1).and_then(|place| row.log.get(place)).map_or(Seq::ZERO, LogEntry::seq))
    }
}
