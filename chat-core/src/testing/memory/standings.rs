//! How users stand with the server, and the audit, in memory.

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{State, next_id};
use crate::ids::AuditId;
use crate::moderation::{AccountStanding, AuditEntry, AuditRecord, StandingAct, StandingChange};
use crate::page::Page;
use crate::ports::{AuditQuery, StandingSet, StandingStore, StoreError, WhichSessions, Whose};

#[async_trait]
impl StandingStore for MemoryStore {
    async fn standing_of(&self, whose: Whose) -> Result<Option<AccountStanding>, StoreError> {
        let state = self.state();
        let user = match whose {
            Whose::User(user) => Some(user),
            Whose::Session { session, nonce } => {
                let row = state.sessions.get(&session).filter(|row| row.session.nonce == nonce);
                row.map(|row| row.session.user)
            }
        };
        Ok(user.and_then(|user| state.users.get(&user)).map(|row| row.standing.clone()))
    }

    async fn set_standing(&self, change: &StandingChange) -> Result<StandingSet, StoreError> {
        self.state().set_standing(change)
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError> {
        let state = self.state();
        let is_meant = |entry: &&AuditEntry| {
            query.by.is_none_or(|by| entry.record.by == Some(by))
                && query.user.is_none_or(|user| entry.record.user == Some(user))
                && query.before.is_none_or(|before| entry.id < before)
        };
        let rows = state.audit.iter().rev().filter(is_meant).take(query.size.get() + 1).cloned().collect();
        Ok(Page::from_rows(rows, query.size, |entry: &AuditEntry| entry.id.get()))
    }
}

impl State {
    /// Changes how somebody stands, with all that belongs to it.
    pub(super) fn set_standing(&mut self, change: &StandingChange) -> Result<StandingSet, StoreError> {
        let Some(before) = self.users.get(&change.user).map(|row| &row.standing) else {
            return Ok(StandingSet::Missing);
        };
        let has_moved = change
            .by
            .is_some_and(|keeper| self.users.get(&keeper.user).is_none_or(|row| row.standing.role != keeper.role));
        if has_moved || *before != change.judged_on {
            return Ok(StandingSet::Stale);
        }
        let after = change.act.applied_to(before);
        if after == *before {
            return Ok(StandingSet::Nothing);
        }
        self.write_audit(AuditRecord::of_standing(change))?;
        if let Some(row) = self.users.get_mut(&change.user) {
            row.standing = after;
        }
        let is_kept_out = matches!(change.act, StandingAct::Sanction(_));
        let ended = is_kept_out.then(|| self.end_sessions(change.user, WhichSessions::AllBut(None), change.at));
        Ok(StandingSet::Set(ended.unwrap_or_default()))
    }

    /// Writes the next entry of the audit.
    pub(super) fn write_audit(&mut self, record: AuditRecord) -> Result<(), StoreError> {
        let id = next_id(&mut self.last.audit, AuditId::new)?;
        self.audit.push(AuditEntry { id, record });
        Ok(())
    }
}
