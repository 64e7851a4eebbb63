//! Who is kept out of groups and who is let in, in memory.

use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{ConversationRow, State};
use crate::ban::Ban;
use crate::change::{Act, Change};
use crate::error::ErrorCode;
use crate::ids::{ConversationId, UserId};
use crate::invite::{Invite, InviteCode};
use crate::page::{Page, PageSize};
use crate::ports::{EntranceStore, NewInvite, StoreError};
use crate::room::Card;
use crate::rules::{Doorstep, may_enter};
use crate::time::Timestamp;

#[async_trait]
impl EntranceStore for MemoryStore {
    async fn bans(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<Ban>, StoreError> {
        let state = self.state();
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let bans = state.conversations.get(&conversation).into_iter();
        let bans = bans.flat_map(|row| row.bans.range((after, Bound::Unbounded))).map(|(_, ban)| ban);
        let rows = bans.filter(|ban| ban.holds(at)).take(size.get() + 1).cloned().collect();
        Ok(Page::from_rows(rows, size, |ban: &Ban| ban.user.get()))
    }

    async fn is_banned(&self, conversation: ConversationId, user: UserId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.state().conversations.get(&conversation).is_some_and(|row| row.is_banned(user, at)))
    }

    async fn create_invite(&self, new: &NewInvite) -> Result<bool, StoreError> {
        let mut state = self.state();
        let row = state.conversations.get(&new.invite.conversation);
        if row.is_none_or(|row| row.conversation.version != new.judged_on) {
            return Ok(false);
        }
        state.require_users(&[new.invite.by])?;
        state.invites.insert(new.invite.code.clone(), new.invite.clone());
        Ok(true)
    }

    async fn invite(&self, code: &InviteCode, at: Timestamp) -> Result<Option<(Invite, Card)>, StoreError> {
        let state = self.state();
        let Some(invite) = state.invites.get(code).filter(|invite| invite.is_open(at)) else { return Ok(None) };
        let card = state.conversations.get(&invite.conversation).and_then(|row| Card::of(row.conversation.clone()));
        Ok(card.map(|card| (invite.clone(), card)))
    }

    async fn invites(
        &self,
        conversation: ConversationId,
        after: Option<InviteCode>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<Invite, InviteCode>, StoreError> {
        let state = self.state();
        let invites = state.invites.values().filter(|invite| invite.conversation == conversation && invite.is_open(at));
        let invites = invites.filter(|invite| after.as_ref().is_none_or(|after| invite.code > *after));
        let rows = invites.take(size.get() + 1).cloned().collect();
        Ok(Page::from_rows(rows, size, |invite: &Invite| invite.code.clone()))
    }

    async fn revoke_invite(&self, conversation: ConversationId, code: &InviteCode) -> Result<bool, StoreError> {
        let mut state = self.state();
        if state.invites.get(code).is_none_or(|invite| invite.conversation != conversation) {
            return Ok(false);
        }
        Ok(state.invites.remove(code).is_some())
    }
}

impl State {
    /// Whether whoever asks may come in as things are now.
    pub(super) fn judge_entrance(
        &self,
        row: &ConversationRow,
        change: &Change,
        most: usize,
        invite: Option<&InviteCode>,
    ) -> Result<(), ErrorCode> {
        if row.members.contains_key(&change.by) {
            return Ok(());
        }
        let is_open = |code| {
            let invite = self.invites.get(code).filter(|invite| invite.conversation == change.conversation);
            invite.is_some_and(|invite| invite.is_open(change.at))
        };
        let doorstep = Doorstep {
            room: row.room().map(|room| room.visibility),
            members: row.conversation.member_count,
            is_banned: row.is_banned(change.by, change.at),
            invite: invite.map(is_open),
        };
        may_enter(&doorstep, most)
    }

    /// Counts somebody who came in by an invite.
    pub(super) fn use_up(&mut self, change: &Change) {
        if let Act::Enter { invite: Some(code), .. } = &change.act
            && let Some(invite) = self.invites.get_mut(code)
        {
            invite.uses += 1;
        }
    }
}

impl ConversationRow {
    /// Whether somebody may not be in it at a moment.
    pub(super) fn is_banned(&self, user: UserId, at: Timestamp) -> bool {
        self.bans.get(&user).is_some_and(|ban| ban.holds(at))
    }

    /// Whether a change is one without leaving an entry in the log.
    pub(super) fn changes_quietly(&self, change: &Change) -> bool {
        if let Act::Unban { user } = change.act {
            return self.is_banned(user, change.at);
        }
        matches!(change.act, Act::Ban { .. })
    }
}
