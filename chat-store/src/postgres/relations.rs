//! Friends and blocks in Postgres.

use async_trait::async_trait;
use chat_core::command::Direction;
use chat_core::conversation::Pair;
use chat_core::ids::{ConversationId, FriendRequestId, UserId};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{RelationCommitted, RelationStore, RequestQuery, StoreError};
use chat_core::relation::{BlockedBy, FriendRequest, Relation, RelationChange, RequestChange};
use chat_core::user::User;
use sqlx::PgConnection;

use super::{PostgresStore, own_logs};
use crate::codec::{Reader, all, at_most_one, big, one};
use crate::error::{Corrupt, Fault};
use crate::plan::relation::{RelationWrite, notices};
use crate::sql::mentions::mentionable;
use crate::sql::{accounts, relations as sql};

const LOCK: &str = "SELECT 1 FROM relations WHERE low_id = $1 AND high_id = $2 FOR NO KEY UPDATE";

/// The presence circles of many users.
pub(super) const CIRCLES: &str = concat!(
    "SELECT k.id, circle.id FROM UNNEST($1::BIGINT[]) AS k (id) CROSS JOIN LATERAL (",
    sql::presence_circle!("k.id"),
    ") AS circle ORDER BY k.id, circle.id",
);

const SILENT: &str = concat!(
    "SELECT DISTINCT r.low_id, r.high_id FROM UNNEST($1::BIGINT[], $2::BIGINT[]) AS k (low_id, high_id) \
    JOIN relations r ON r.low_id = k.low_id AND r.high_id = k.high_id ",
    sql::where_silent!(),
);

pub(super) fn in_circle(row: &mut Reader<'_>) -> Result<(UserId, UserId), Corrupt> {
    Ok((sql::user_id(row)?, sql::user_id(row)?))
}

/// Who may be called by name.
pub(super) const MENTIONABLE: &str = mentionable!("= ANY($3)");

#[async_trait]
impl RelationStore for PostgresStore {
    async fn between(&self, pair: Pair) -> Result<Relation, StoreError> {
        self.db
            .read(|| async move {
                let mut connection = self.db.pool().acquire().await?;
                load(&mut connection, pair).await
            })
            .await
    }

    async fn commit(&self, change: &RelationChange) -> Result<RelationCommitted, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.begin().await?;
                let now = lock(&mut tx, change.pair).await?;
                if now.version != change.judged_on {
                    return Ok(RelationCommitted::Stale);
                }
                let request = write_request(&mut tx, change).await?;
                let write = RelationWrite::of(change, &now, request);
                write_relation(&mut tx, change, &write.relation).await?;
                let heads = own_logs::lock_heads(&mut tx, [change.pair.low(), change.pair.high()]).await?;
                let entries =
                    own_logs::push(&mut tx, heads, notices(change, write.request.as_ref()), change.at).await?;
                tx.commit().await?;
                Ok(RelationCommitted::Committed { relation: write.relation, request: write.request, entries })
            })
            .await
    }

    async fn request(&self, id: FriendRequestId) -> Result<Option<FriendRequest>, StoreError> {
        self.db
            .read(|| async move {
                let row = sqlx::query(sql::REQUEST).bind(id.get()).fetch_optional(&self.db.pool()).await?;
                Ok(at_most_one(row, sql::request)?)
            })
            .await
    }

    async fn requests(&self, query: &RequestQuery) -> Result<Page<FriendRequest>, StoreError> {
        self.db
            .read(|| async move {
                let rows = sqlx::query(sql::REQUESTS)
                    .bind(query.user.get())
                    .bind(query.after.map_or(0, FriendRequestId::get))
                    .bind(big(query.size.get() + 1))
                    .bind(query.direction != Some(Direction::Incoming))
                    .bind(query.direction != Some(Direction::Outgoing))
                    .fetch_all(&self.db.pool())
                    .await?;
                Ok(Page::from_rows(all(&rows, sql::request)?, query.size, |request| request.id.get()))
            })
            .await
    }

    async fn friends(&self, user: UserId, after: Option<UserId>, size: PageSize) -> Result<Page<User>, StoreError> {
        self.related(sql::FRIENDS, user, after, size).await
    }

    async fn blocks(&self, user: UserId, after: Option<UserId>, size: PageSize) -> Result<Page<User>, StoreError> {
        self.related(sql::BLOCKS, user, after, size).await
    }

    async fn silenced(&self, user: UserId) -> Result<Vec<UserId>, StoreError> {
        self.db
            .read(|| async move {
                let rows = sqlx::query(sql::SILENCED).bind(user.get()).fetch_all(&self.db.pool()).await?;
                Ok(all(&rows, sql::user_id)?)
            })
            .await
    }

    async fn mentionable(
        &self,
        conversation: ConversationId,
        by: UserId,
        keys: &[String],
    ) -> Result<Vec<UserId>, StoreError> {
        self.db
            .read(|| async move {
                let query = sqlx::query(MENTIONABLE).bind(conversation.get()).bind(by.get()).bind(keys);
                Ok(all(&query.fetch_all(&self.db.pool()).await?, sql::user_id)?)
            })
            .await
    }

    async fn presence_circle(&self, user: UserId) -> Result<Vec<UserId>, StoreError> {
        self.reads.circles.of(user).await
    }

    async fn silent_among(&self, pairs: &[Pair]) -> Result<Vec<Pair>, StoreError> {
        self.db
            .read(|| async move {
                let (low, high): (Vec<_>, Vec<_>) =
                    pairs.iter().map(|pair| (pair.low().get(), pair.high().get())).unzip();
                let rows = sqlx::query(SILENT).bind(low).bind(high).fetch_all(&self.db.pool()).await?;
                Ok(all(&rows, sql::pair)?)
            })
            .await
    }
}

impl PostgresStore {
    async fn related(
        &self,
        statement: &'static str,
        user: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Page<User>, StoreError> {
        self.db
            .read(|| async move {
                let query = sqlx::query(statement).bind(user.get()).bind(after.map_or(0, UserId::get));
                let rows = query.bind(big(size.get() + 1)).fetch_all(&self.db.pool()).await?;
                Ok(Page::from_rows(all(&rows, accounts::user)?, size, |user| user.id.get()))
            })
            .await
    }
}

/// The relation of a pair, which nobody else can change until the transaction ends.
pub(crate) async fn lock(tx: &mut PgConnection, pair: Pair) -> Result<Relation, Fault> {
    let (low, high) = (pair.low().get(), pair.high().get());
    sqlx::query(sql::ENSURE).bind(low).bind(high).execute(&mut *tx).await?;
    sqlx::query(LOCK).bind(low).bind(high).execute(&mut *tx).await?;
    load(tx, pair).await
}

async fn load(connection: &mut PgConnection, pair: Pair) -> Result<Relation, Fault> {
    let query = sqlx::query(sql::BETWEEN).bind(pair.low().get()).bind(pair.high().get());
    let row = query.fetch_optional(connection).await?;
    Ok(at_most_one(row, sql::relation)?.unwrap_or_else(|| Relation::strangers(pair)))
}

/// Opens or closes the request of a change; gives the id of one that it opened.
async fn write_request(tx: &mut PgConnection, change: &RelationChange) -> Result<Option<FriendRequestId>, Fault> {
    match &change.request {
        RequestChange::Keep => Ok(None),
        RequestChange::Open { from, to } => {
            let query = sqlx::query(sql::OPEN_REQUEST).bind(from.get()).bind(to.get()).bind(change.at.micros());
            Ok(Some(one(&query.fetch_one(tx).await?, sql::request_id)?))
        }
        RequestChange::Close(request, status) => {
            sqlx::query(sql::CLOSE_REQUEST).bind(request.id.get()).bind(status.as_str()).execute(tx).await?;
            Ok(None)
        }
    }
}

async fn write_relation(tx: &mut PgConnection, change: &RelationChange, relation: &Relation) -> Result<(), Fault> {
    let (low, high) = (change.pair.low().get(), change.pair.high().get());
    sqlx::query(sql::UPDATE)
        .bind(low)
        .bind(high)
        .bind(relation.version.0)
        .bind(change.friends_since.map(|at| at.micros()))
        .bind(change.blocked_by.and_then(BlockedBy::low).map(|at| at.micros()))
        .bind(change.blocked_by.and_then(BlockedBy::high).map(|at| at.micros()))
        .bind(relation.pending().map(|request| request.id.get()))
        .execute(&mut *tx)
        .await?;
    if change.moves_block {
        sqlx::query(sql::BUMP_DIRECT).bind(low).bind(high).execute(tx).await?;
    }
    Ok(())
}
