//! Friends and blocks in SQLite.

use async_trait::async_trait;
use chat_core::command::Direction;
use chat_core::conversation::Pair;
use chat_core::ids::{ConversationId, FriendRequestId, UserId};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{RelationCommitted, RelationStore, RequestQuery, StoreError};
use chat_core::relation::{BlockedBy, FriendRequest, Relation, RelationChange, RequestChange};
use chat_core::user::User;
use sqlx::SqliteConnection;

use super::arrays::{table, texts};
use super::{SqliteStore, own_logs};
use crate::codec::{all, at_most_one, big, one};
use crate::error::Fault;
use crate::plan::relation::{RelationWrite, notices};
use crate::sql::mentions::mentionable;
use crate::sql::{accounts, relations as sql};

pub(super) const PRESENCE_CIRCLE: &str = sql::presence_circle!("$1");

pub(super) const SILENT: &str = concat!(
    "SELECT DISTINCT r.low_id, r.high_id FROM json_each($1) AS k \
    CROSS JOIN relations r ON r.low_id = k.value->>0 AND r.high_id = k.value->>1 ",
    sql::where_silent!(),
);
/// Who may be called by name.
pub(super) const MENTIONABLE: &str = mentionable!("IN (SELECT value FROM json_each($3))");

#[async_trait]
impl RelationStore for SqliteStore {
    async fn between(&self, pair: Pair) -> Result<Relation, StoreError> {
        self.db
            .run(|| async move {
                let mut reader = self.db.reader().acquire().await?;
                load(&mut reader, pair).await
            })
            .await
    }

    async fn commit(&self, change: &RelationChange) -> Result<RelationCommitted, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                let now = load(&mut tx, change.pair).await?;
                if now.version != change.judged_on {
                    return Ok(RelationCommitted::Stale);
                }
                let request = write_request(&mut tx, change).await?;
                let write = RelationWrite::of(change, &now, request);
                write_relation(&mut tx, change, &write.relation).await?;
                let heads = own_logs::heads(&mut tx, [change.pair.low(), change.pair.high()]).await?;
                let entries =
                    own_logs::push(&mut tx, heads, notices(change, write.request.as_ref()), change.at).await?;
                tx.commit().await?;
                Ok(RelationCommitted::Committed { relation: write.relation, request: write.request, entries })
            })
            .await
    }

    async fn request(&self, id: FriendRequestId) -> Result<Option<FriendRequest>, StoreError> {
        self.db
            .run(|| async move {
                let row = sqlx::query(sql::REQUEST).bind(id.get()).fetch_optional(self.db.reader()).await?;
                Ok(at_most_one(row, sql::request)?)
            })
            .await
    }

    async fn requests(&self, query: &RequestQuery) -> Result<Page<FriendRequest>, StoreError> {
        self.db
            .run(|| async move {
                let rows = sqlx::query(sql::REQUESTS)
                    .bind(query.user.get())
                    .bind(query.after.map_or(0, FriendRequestId::get))
                    .bind(big(query.size.get() + 1))
                    .bind(query.direction != Some(Direction::Incoming))
                    .bind(query.direction != Some(Direction::Outgoing))
                    .fetch_all(self.db.reader())
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
            .run(|| async move {
                let rows = sqlx::query(sql::SILENCED).bind(user.get()).fetch_all(self.db.reader()).await?;
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
            .run(|| async move {
                let query = sqlx::query(MENTIONABLE).bind(conversation.get()).bind(by.get()).bind(texts(keys));
                Ok(all(&query.fetch_all(self.db.reader()).await?, sql::user_id)?)
            })
            .await
    }

    async fn presence_circle(&self, user: UserId) -> Result<Vec<UserId>, StoreError> {
        self.db
            .run(|| async move {
                let rows = sqlx::query(PRESENCE_CIRCLE).bind(user.get()).fetch_all(self.db.reader()).await?;
                Ok(all(&rows, sql::user_id)?)
            })
            .await
    }

    async fn silent_among(&self, pairs: &[Pair]) -> Result<Vec<Pair>, StoreError> {
        self.db
            .run(|| async move {
                let list = table(pairs.iter().map(|pair| [pair.low().get().into(), pair.high().get().into()]));
                let rows = sqlx::query(SILENT).bind(list).fetch_all(self.db.reader()).await?;
                Ok(all(&rows, sql::pair)?)
            })
            .await
    }
}

impl SqliteStore {
    async fn related(
        &self,
        statement: &'static str,
        user: UserId,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Page<User>, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(statement).bind(user.get()).bind(after.map_or(0, UserId::get));
                let rows = query.bind(big(size.get() + 1)).fetch_all(self.db.reader()).await?;
                Ok(Page::from_rows(all(&rows, accounts::user)?, size, |user| user.id.get()))
            })
            .await
    }
}

/// The relation of a pair. Inside the write transaction nobody else can change it until that ends.
pub(crate) async fn load(connection: &mut SqliteConnection, pair: Pair) -> Result<Relation, Fault> {
    let query = sqlx::query(sql::BETWEEN).bind(pair.low().get()).bind(pair.high().get());
    let row = query.fetch_optional(connection).await?;
    Ok(at_most_one(row, sql::relation)?.unwrap_or_else(|| Relation::strangers(pair)))
}

/// Opens or closes the request of a change; gives the id of one that it opened.
async fn write_request(tx: &mut SqliteConnection, change: &RelationChange) -> Result<Option<FriendRequestId>, Fault> {
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

async fn write_relation(tx: &mut SqliteConnection, change: &RelationChange, relation: &Relation) -> Result<(), Fault> {
    let (low, high) = (change.pair.low().get(), change.pair.high().get());
    sqlx::query(sql::ENSURE).bind(low).bind(high).execute(&mut *tx).await?;
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
