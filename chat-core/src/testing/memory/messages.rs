//! Messages and logs in memory.

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{State, next_id, unavailable};
use crate::command::{Changes, History, HistoryStart, OwnChanges};
use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::log::{LogEntry, UserEntry, UserNotice};
use crate::message::Message;
use crate::page::{Page, PageSize};
use crate::ports::{Appended, MessageStore, NewMessage, StoreError};
use crate::text::ClientId;

#[async_trait]
impl MessageStore for MemoryStore {
    async fn append(&self, new: &NewMessage) -> Result<Appended, StoreError> {
        let mut state = self.state();
        if let Some(before) = new.client_id.as_ref().and_then(|key| state.keyed(new.conversation, new.sender, key)) {
            return Ok(if new.repeats(&before) { Appended::Repeated(before) } else { Appended::Conflict });
        }
        let row = state.conversations.get(&new.conversation);
        let Some(row) = row.filter(|row| row.conversation.version == new.judged_on) else {
            return Ok(Appended::Stale);
        };
        if let Some(until) = row.spoke.get(&new.sender).and_then(|last| new.pace.too_soon(*last, new.at)) {
            return Ok(Appended::TooSoon { until });
        }
        state.require_users(&[new.sender])?;
        if new.reply_to.is_some_and(|message| !state.messages.contains_key(&message)) {
            return Err(unavailable("a row names a message that does not exist"));
        }
        let state = &mut *state;
        let Some(row) = state.conversations.get_mut(&new.conversation) else { return Ok(Appended::Stale) };
        let id = next_id(&mut state.last.message, MessageId::new)?;
        let message = new.stored(id, row.conversation.head.next());
        row.push(LogEntry::Message(message.clone()));
        row.active_at = new.at;
        if !new.pace.is_none() {
            row.spoke.insert(new.sender, new.at);
        }
        if let Some(key) = &new.client_id {
            row.keys.insert((new.sender, key.clone()), message.id);
        }
        state.messages.insert(message.id, (message.conversation, message.seq));
        Ok(Appended::Stored(message))
    }

    async fn find_by_client_id(
        &self,
        conversation: ConversationId,
        sender: UserId,
        client_id: &ClientId,
    ) -> Result<Option<Message>, StoreError> {
        Ok(self.state().keyed(conversation, sender, client_id))
    }

    async fn get(&self, id: MessageId, viewer: UserId) -> Result<Option<Message>, StoreError> {
        Ok(self.state().message(id, Some(viewer)))
    }

    async fn page(&self, history: &History, viewer: UserId) -> Result<Page<Message>, StoreError> {
        let state = self.state();
        let Some(row) = state.conversations.get(&history.conversation) else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let enough = history.size.get() + 1;
        let rows: Vec<_> = match history.from {
            HistoryStart::Newest => row.messages_after(Seq::ZERO).rev().take(enough).collect(),
            HistoryStart::Before(seq) => {
                row.messages_after(Seq::ZERO).rev().filter(|message| message.seq < seq).take(enough).collect()
            }
            HistoryStart::After(seq) => row.messages_after(seq).take(enough).collect(),
        };
        let between = state.relation_in(row);
        let rows = rows.into_iter().map(|message| row.shown(message, between.as_ref(), Some(viewer))).collect();
        Ok(Page::from_rows(rows, history.size, |message: &Message| message.seq.get()))
    }

    async fn changes(
        &self,
        conversation: ConversationId,
        after: Seq,
        size: PageSize,
        viewer: Option<UserId>,
    ) -> Result<Option<Changes>, StoreError> {
        let state = self.state();
        let Some(row) = state.conversations.get(&conversation) else { return Ok(None) };
        let between = state.relation_in(row);
        let entries = row.log_after(after).take(size.get());
        let items = entries.map(|entry| row.shown_entry(entry, between.as_ref(), viewer)).collect();
        Ok(Some(Changes { conversation, items, head: row.conversation.head }))
    }

    async fn own_changes(&self, user: UserId, after: Seq, size: PageSize) -> Result<OwnChanges, StoreError> {
        let state = self.state();
        let Some(log) = state.own_logs.get(&user) else { return Ok(OwnChanges { items: Vec::new(), head: Seq::ZERO }) };
        let items =
            log.iter().filter(|entry| entry.seq > after).take(size.get()).map(|entry| state.as_it_stands(entry));
        Ok(OwnChanges { items: items.collect(), head: log.last().map_or(Seq::ZERO, |entry| entry.seq) })
    }
}

impl State {
    /// The message that a sender stored under a key.
    fn keyed(&self, conversation: ConversationId, sender: UserId, key: &ClientId) -> Option<Message> {
        let id = self.conversations.get(&conversation)?.keys.get(&(sender, key.clone()))?;
        self.message(*id, Some(sender))
    }

    /// An entry of a user's own log; the request that it names is shown as it stands now.
    fn as_it_stands(&self, entry: &UserEntry) -> UserEntry {
        let mut entry = entry.clone();
        if let UserNotice::Relation { request: Some(request), .. } = &mut entry.notice
            && let Some(now) = self.requests.get(&request.id)
        {
            *request = now.clone();
        }
        entry
    }
}
