//! Sessions and socket tickets in memory.

use std::collections::BTreeSet;
use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{SessionRow, State, next_id};
use crate::ids::{SessionId, UserId};
use crate::page::{Page, PageSize};
use crate::ports::{
    LiveSession, NewSession, PasswordChange, Rotated, Rotation, SessionStore, StoreError, Ticket, WhichSessions,
};
use crate::time::Timestamp;

impl SessionRow {
    fn is_live(&self, at: Timestamp) -> bool {
        !self.ended && at < self.session.expires_at
    }

    /// Whether the predecessor of the current token may still be repeated.
    fn grants_grace(&self, at: Timestamp, seconds: i64) -> bool {
        self.rotated_at.is_some_and(|rotated_at| at < rotated_at.plus_seconds(seconds))
    }
}

impl State {
    pub(super) fn end_sessions(&mut self, user: UserId, which: WhichSessions, at: Timestamp) -> Vec<SessionId> {
        let is_meant = |id: SessionId| match which {
            WhichSessions::Only(only) => id == only,
            WhichSessions::AllBut(kept) => Some(id) != kept,
        };
        let live = self.sessions.iter_mut().filter(|(_, row)| row.session.user == user && row.is_live(at));
        live.filter(|(id, _)| is_meant(**id))
            .map(|(id, row)| {
                row.ended = true;
                *id
            })
            .collect()
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn open(&self, new: &NewSession) -> Result<Option<SessionId>, StoreError> {
        let mut state = self.state();
        if !state.has_password(new.user, new.judged_on.as_ref()) {
            return Ok(None);
        }
        let id = next_id(&mut state.last.session, SessionId::new)?;
        let row = SessionRow { session: new.clone(), generation: 1, rotated_at: None, ended: false };
        state.sessions.insert(id, row);
        Ok(Some(id))
    }

    async fn change_password(
        &self,
        change: &PasswordChange,
        keep: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        let mut state = self.state();
        let is_changed = state.replace_password(change);
        Ok(is_changed.then(|| state.end_sessions(change.user, WhichSessions::AllBut(keep), at)))
    }

    async fn list(
        &self,
        user: UserId,
        after: Option<SessionId>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<LiveSession>, StoreError> {
        let state = self.state();
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = state
            .sessions
            .range((after, Bound::Unbounded))
            .filter(|(_, row)| row.session.user == user && row.is_live(at))
            .take(size.get() + 1);
        let rows = rows.map(|(id, row)| LiveSession {
            id: *id,
            created_at: row.session.at,
            refreshed_at: row.rotated_at,
            expires_at: row.session.expires_at,
        });
        Ok(Page::from_rows(rows.collect(), size, |session| session.id.get()))
    }

    async fn end_of(&self, user: UserId, which: WhichSessions, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        Ok(self.state().end_sessions(user, which, at))
    }

    async fn rotate(&self, rotation: &Rotation) -> Result<Rotated, StoreError> {
        let mut state = self.state();
        let row = state.sessions.get_mut(&rotation.session);
        let live = row.filter(|row| row.is_live(rotation.at) && row.session.nonce == rotation.nonce);
        // A generation outside of what was issued belongs to no token of this session.
        let Some(row) = live.filter(|row| (1..=row.generation).contains(&rotation.generation)) else {
            return Ok(Rotated::Gone);
        };
        let user = row.session.user;
        if rotation.generation == row.generation {
            row.generation += 1;
            row.rotated_at = Some(rotation.at);
        } else if rotation.generation + 1 < row.generation || !row.grants_grace(rotation.at, rotation.grace_seconds) {
            row.ended = true;
            return Ok(Rotated::Reused { user });
        }
        Ok(Rotated::Current { user, generation: row.generation })
    }

    async fn is_live(&self, session: SessionId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.state().sessions.get(&session).is_some_and(|row| row.is_live(at)))
    }

    async fn live(&self, sessions: &[SessionId], at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let state = self.state();
        let asked: BTreeSet<_> = sessions.iter().copied().collect();
        let is_live = |session: &SessionId| state.sessions.get(session).is_some_and(|row| row.is_live(at));
        Ok(asked.into_iter().filter(is_live).collect())
    }

    async fn end(&self, session: SessionId, at: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.state();
        let Some(row) = state.sessions.get_mut(&session) else { return Ok(false) };
        let was_live = row.is_live(at);
        row.ended = true;
        Ok(was_live)
    }

    async fn put_ticket(&self, ticket: &Ticket) -> Result<(), StoreError> {
        let mut state = self.state();
        state.require_users(&[ticket.user])?;
        state.tickets.insert(ticket.hash.clone(), ticket.clone());
        Ok(())
    }

    async fn take_ticket(&self, hash: &[u8], at: Timestamp) -> Result<Option<Ticket>, StoreError> {
        Ok(self.state().tickets.remove(hash).filter(|ticket| at < ticket.expires_at))
    }

    async fn purge(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut state = self.state();
        let held = state.sessions.len() + state.tickets.len();
        state.sessions.retain(|_, row| row.session.expires_at >= before);
        state.tickets.retain(|_, ticket| ticket.expires_at >= before);
        let kept = state.sessions.len() + state.tickets.len();
        Ok(u64::try_from(held - kept).unwrap_or(u64::MAX))
    }
}
