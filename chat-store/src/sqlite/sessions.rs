//! Sessions and tickets in SQLite.

use async_trait::async_trait;
use chat_core::ids::{SessionId, UserId};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{
    LiveSession, NewSession, PasswordChange, Rotated, Rotation, SessionStore, StoreError, Ticket, WhichSessions,
};
use chat_core::time::Timestamp;

use super::SqliteStore;
use super::arrays::ids;
use crate::codec::{all, at_most_one, big};
use crate::plan::rotation::{self, RotationWrite};
use crate::sql::accounts::REPLACE_PASSWORD;
use crate::sql::sessions as sql;

const INSERT: &str = sql::insert_session!("");
const BY_ID: &str = concat!("SELECT ", sql::session_columns!(), " FROM sessions WHERE id = $1");
pub(super) const IS_LIVE: &str =
    "SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > $2)";
const LIVE: &str = "SELECT id FROM sessions WHERE id IN (SELECT value FROM json_each($1)) \
    AND ended_at IS NULL AND expires_at > $2 ORDER BY id";

#[async_trait]
impl SessionStore for SqliteStore {
    async fn open(&self, new: &NewSession) -> Result<Option<SessionId>, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(INSERT).bind(new.user.get()).bind(new.nonce);
                let query = query.bind(new.at.micros()).bind(new.expires_at.micros()).bind(&new.judged_on);
                let mut tx = self.db.write().await?;
                let session = at_most_one(query.fetch_optional(&mut *tx).await?, sql::session_id)?;
                tx.commit().await?;
                Ok(session)
            })
            .await
    }

    async fn change_password(
        &self,
        change: &PasswordChange,
        keep: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        let user = change.user.get();
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let replace = sqlx::query(REPLACE_PASSWORD).bind(user).bind(&change.hash).bind(&change.judged_on);
                if replace.execute(&mut *tx).await?.rows_affected() == 0 {
                    return Ok(None);
                }
                let (statement, kept) = sql::ending(WhichSessions::AllBut(keep));
                let query = sqlx::query(statement).bind(user).bind(at.micros()).bind(kept);
                let rows = query.fetch_all(&mut *tx).await?;
                tx.commit().await?;
                Ok(Some(sql::in_order(&rows)?))
            })
            .await
    }

    async fn list(
        &self,
        user: UserId,
        after: Option<SessionId>,
        size: PageSize,
        at: Timestamp,
    ) -> Result<Page<LiveSession>, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::LIST).bind(user.get()).bind(after.map_or(0, SessionId::get));
                let query = query.bind(at.micros()).bind(big(size.get() + 1));
                let rows = query.fetch_all(self.db.reader()).await?;
                Ok(Page::from_rows(all(&rows, sql::live_session)?, size, |session| session.id.get()))
            })
            .await
    }

    async fn end_of(&self, user: UserId, which: WhichSessions, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        self.db
            .run(|| async move {
                let (statement, session) = sql::ending(which);
                let query = sqlx::query(statement).bind(user.get()).bind(at.micros()).bind(session);
                let mut tx = self.db.write().await?;
                let rows = query.fetch_all(&mut *tx).await?;
                tx.commit().await?;
                Ok(sql::in_order(&rows)?)
            })
            .await
    }

    async fn rotate(&self, rotation: &Rotation) -> Result<Rotated, StoreError> {
        self.db
            .run(|| async move {
                let id = rotation.session.get();
                let mut tx = self.db.write().await?;
                let row = sqlx::query(BY_ID).bind(id).fetch_optional(&mut *tx).await?;
                let session = at_most_one(row, sql::session)?;
                let (rotated, write) = rotation::judge(session.as_ref(), rotation);
                let at = rotation.at.micros();
                match write {
                    RotationWrite::Nothing => return Ok(rotated),
                    RotationWrite::Rotate { generation } => {
                        sqlx::query(sql::ROTATE).bind(id).bind(generation).bind(at).execute(&mut *tx).await?
                    }
                    RotationWrite::End => sqlx::query(sql::END).bind(id).bind(at).execute(&mut *tx).await?,
                };
                tx.commit().await?;
                Ok(rotated)
            })
            .await
    }

    async fn is_live(&self, session: SessionId, at: Timestamp) -> Result<bool, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query_scalar(IS_LIVE).bind(session.get()).bind(at.micros());
                Ok(query.fetch_one(self.db.reader()).await?)
            })
            .await
    }

    async fn live(&self, sessions: &[SessionId], at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(LIVE).bind(ids(sessions.iter().map(|id| id.get()))).bind(at.micros());
                Ok(all(&query.fetch_all(self.db.reader()).await?, sql::session_id)?)
            })
            .await
    }

    async fn end(&self, session: SessionId, at: Timestamp) -> Result<bool, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query_scalar(sql::END).bind(session.get()).bind(at.micros());
                let mut tx = self.db.write().await?;
                let was_live = query.fetch_optional(&mut *tx).await?.unwrap_or(false);
                tx.commit().await?;
                Ok(was_live)
            })
            .await
    }

    async fn put_ticket(&self, ticket: &Ticket) -> Result<(), StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::PUT_TICKET).bind(&ticket.hash).bind(ticket.user.get());
                let query = query.bind(ticket.session.map(SessionId::get)).bind(ticket.expires_at.micros());
                query.execute(self.db.writer()).await?;
                Ok(())
            })
            .await
    }

    async fn take_ticket(&self, hash: &[u8], at: Timestamp) -> Result<Option<Ticket>, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let row = sqlx::query(sql::TAKE_TICKET).bind(hash).fetch_optional(&mut *tx).await?;
                tx.commit().await?;
                Ok(at_most_one(row, sql::ticket)?.filter(|ticket| at < ticket.expires_at))
            })
            .await
    }

    async fn purge(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let mut forgotten = 0;
                for statement in [sql::PURGE_TICKETS, sql::PURGE_SESSIONS] {
                    forgotten += sqlx::query(statement).bind(before.micros()).execute(&mut *tx).await?.rows_affected();
                }
                tx.commit().await?;
                Ok(forgotten)
            })
            .await
    }
}
