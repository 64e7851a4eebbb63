//! Deleted accounts in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::ids::{ConversationId, MessageId, SessionId, UserId};
use crate::ports::{Erasure, ErasureStore, LeftBehind, PendingErasure, StoreError, WhichSessions};
use crate::presence::Status;
use crate::user::User;

/// How many messages of anybody one stretch has: few, so that small tests see several.
const STRETCH: usize = 4;

#[async_trait]
impl ErasureStore for MemoryStore {
    async fn begin(&self, erasure: &Erasure) -> Result<Option<Vec<SessionId>>, StoreError> {
        let mut state = self.state();
        let Erasure { user: id, messages, at, .. } = *erasure;
        let is_good = state.has_password(id, erasure.judged_on.as_ref());
        let Some(row) = state.users.get_mut(&id).filter(|row| is_good && row.user.deleted_at.is_none()) else {
            return Ok(None);
        };
        row.user = User {
            id,
            username: User::name_of_deleted(id),
            display_name: None,
            bio: None,
            avatar: None,
            status: Status::Offline,
            status_message: None,
            last_seen_at: None,
            created_at: row.user.created_at,
            deleted_at: Some(at),
        };
        row.password_hash = None;
        state.emails.retain(|_, user| *user != id);
        state.tickets.retain(|_, ticket| ticket.user != id);
        state.erasures.insert(id, PendingErasure { user: id, messages, done_up_to: None });
        Ok(Some(state.end_sessions(id, WhichSessions::AllBut(None), at)))
    }

    async fn next(&self) -> Result<Option<PendingErasure>, StoreError> {
        Ok(self.state().erasures.values().next().copied())
    }

    async fn said_by(&self, user: UserId, after: Option<MessageId>) -> Result<LeftBehind, StoreError> {
        let state = self.state();
        let mut all: Vec<(MessageId, ConversationId)> =
            state.messages.iter().map(|(id, (conversation, _))| (*id, *conversation)).collect();
        all.sort_unstable();
        let stretch = all.into_iter().filter(|(id, _)| after.is_none_or(|after| *id > after)).take(STRETCH);
        let stretch: Vec<_> = stretch.collect();
        let is_theirs = |id: &MessageId| {
            let message = state.message(*id, None);
            message.is_some_and(|message| message.sender == user && !message.content.is_deleted())
        };
        let theirs = stretch.iter().filter(|(id, _)| is_theirs(id));
        Ok(LeftBehind {
            messages: theirs.map(|(id, conversation)| (*conversation, *id)).collect(),
            up_to: stretch.last().map(|(id, _)| *id),
        })
    }

    async fn note(&self, user: UserId, up_to: MessageId) -> Result<(), StoreError> {
        if let Some(pending) = self.state().erasures.get_mut(&user) {
            pending.done_up_to = Some(up_to);
        }
        Ok(())
    }

    async fn finish(&self, user: UserId) -> Result<(), StoreError> {
        self.state().erasures.remove(&user);
        Ok(())
    }
}
