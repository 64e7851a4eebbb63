//! One's own sessions: where one is signed in, and ending that.

use super::{Accounts, Identity};
use crate::error::{ChatError, ErrorCode};
use crate::ids::SessionId;
use crate::page::{Page, PageSize};
use crate::ports::{LiveSession, WhichSessions};

impl Accounts {
    /// A page of the sessions in which a user is signed in, the oldest first.
    pub async fn sessions(
        &self,
        holder: &Identity,
        after: Option<SessionId>,
        size: PageSize,
    ) -> Result<Page<LiveSession>, ChatError> {
        Ok(self.sessions.list(holder.user, after, size, self.clock.now()).await?)
    }

    /// Ends one of a user's sessions. Somebody else's are not there.
    pub async fn end_session(&self, holder: &Identity, session: SessionId) -> Result<(), ChatError> {
        let ended = self.sessions.end_of(holder.user, WhichSessions::Only(session), self.clock.now()).await?;
        if ended.is_empty() {
            return Err(ErrorCode::NotFound.into());
        }
        self.announce_ends(ended);
        Ok(())
    }

    /// Ends all of a user's sessions but the one that asks.
    pub async fn end_other_sessions(&self, holder: &Identity) -> Result<(), ChatError> {
        let ended = self.sessions.end_of(holder.user, WhichSessions::AllBut(holder.session), self.clock.now()).await?;
        self.announce_ends(ended);
        Ok(())
    }
}
