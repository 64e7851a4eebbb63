//! What single members keep for themselves, in memory.

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{ConversationRow, State};
use crate::command::SettingsReply;
use crate::conversation::{ActivityCursor, ConversationView};
use crate::ids::{ConversationId, Seq, UserId};
use crate::page::{Page, PageSize};
use crate::personal::{Draft, Kept, Mute, Settings, comes_back};
use crate::ports::{PersonalStore, SettingsChange, StoreError};

/// What one member keeps.
#[derive(Default)]
pub(super) struct Own {
    pub(super) muted: Option<Mute>,
    /// Where the log ended as it was put away.
    pub(super) archived: Option<Seq>,
    pub(super) draft: Option<Draft>,
}

#[async_trait]
impl PersonalStore for MemoryStore {
    async fn update_settings(&self, change: &SettingsChange) -> Result<Option<SettingsReply>, StoreError> {
        let mut state = self.state();
        let Some(row) = state.conversations.get_mut(&change.conversation) else { return Ok(None) };
        let before = row.settings_of(change.user);
        let head = row.conversation.head;
        let Some(member) = row.members.get_mut(&change.user) else { return Ok(None) };
        let settings = before.changed(change.update);
        let fresh = settings != before;
        if fresh {
            member.own.muted = settings.muted;
            member.own.archived = settings.archived.then_some(head);
        }
        Ok(Some(SettingsReply { conversation: change.conversation, settings, fresh }))
    }

    async fn set_draft(
        &self,
        conversation: ConversationId,
        user: UserId,
        draft: Option<Draft>,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let row = state.conversations.get_mut(&conversation);
        let Some(member) = row.and_then(|row| row.members.get_mut(&user)) else { return Ok(false) };
        let is_kept = draft.is_some();
        let before = std::mem::replace(&mut member.own.draft, draft);
        Ok(is_kept || before.is_some())
    }

    async fn archived(
        &self,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Page<ConversationView, ActivityCursor>, StoreError> {
        Ok(self.state().listed(user, after, size, true))
    }

    async fn kept(&self, user: UserId) -> Result<Vec<Kept>, StoreError> {
        let state = self.state();
        let kept = |row: &ConversationRow| Kept {
            conversation: row.conversation.id,
            settings: row.settings_of(user),
            draft_at: row.draft_of(user).map(|draft| draft.at),
        };
        Ok(state.conversations_of(user).map(kept).filter(|kept| !kept.is_nothing()).collect())
    }
}

impl State {
    /// The conversations of a user that are put away, or those that are not, newest activity first.
    pub(super) fn listed(
        &self,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
        archived: bool,
    ) -> Page<ConversationView, ActivityCursor> {
        let mut rows: Vec<_> = self
            .conversations_of(user)
            .filter(|row| row.settings_of(user).archived == archived)
            .map(|row| (ActivityCursor { at: row.active_at, conversation: row.conversation.id }, row))
            .filter(|(cursor, _)| after.is_none_or(|after| *cursor < after))
            .filter_map(|(cursor, row)| Some((cursor, self.view_of(row, user)?)))
            .collect();
        rows.sort_by_key(|(cursor, _)| std::cmp::Reverse(*cursor));
        Page::from_rows(rows, size, |(cursor, _)| *cursor).map(|(_, view)| view)
    }
}

impl ConversationRow {
    /// What a member has set, as it stands now; nothing for who is none.
    pub(super) fn settings_of(&self, user: UserId) -> Settings {
        let Some(member) = self.members.get(&user) else { return Settings::default() };
        let muted = member.own.muted;
        let is_away = |archived| {
            let newest = self.messages_after(archived).rev().find(|message| message.sender != user);
            !comes_back(muted, newest.map(|message| message.created_at))
        };
        Settings { muted, archived: member.own.archived.is_some_and(is_away) }
    }

    /// What a member has begun to write.
    pub(super) fn draft_of(&self, user: UserId) -> Option<&Draft> {
        self.members.get(&user)?.own.draft.as_ref()
    }
}
