//! Sessions and tickets in SQLite.

use async_trait::async_trait;
use chat_core::ids::SessionId;
use chat_core::ports::{NewSession, Rotated, Rotation, SessionStore, StoreError, Ticket};
use chat_core::time::Timestamp;

use super::SqliteStore;
use super::arrays::ids;
use crate::codec::{all, at_most_one, one};
use crate::plan::rotation::{self, RotationWrite};
use crate::sql::sessions as sql;

const BY_ID: &str = concat!("SELECT ", sql::session_columns!(), " FROM sessions WHERE id = $1");
pub(super) const IS_LIVE: &str =
    "SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > $2)";
const LIVE: &str = "SELECT id FROM sessions WHERE id IN (SELECT value FROM json_each($1)) \
    AND ended_at IS NULL AND expires_at > $2 ORDER BY id";

#[async_trait]
impl SessionStore for SqliteStore {
    async fn open(&self, new: &NewSession) -> Result<SessionId, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::INSERT).bind(new.user.get()).bind(new.nonce);
                let query = query.bind(new.at.micros()).bind(new.expires_at.micros());
                let mut tx = self.db.write().await?;
                let session = one(&query.fetch_one(&mut *tx).await?, sql::session_id)?;
                tx.commit().await?;
                Ok(session)
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
