//! Conversations and their members in Postgres.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chat_core::command::Position;
use chat_core::conversation::{ActivityCursor, Conversation, ConversationView, Kind, Member, Pair, Role};
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{ConversationStore, DirectOpened, Facts, GroupCreated, NewDirect, NewGroup, StoreError};
use chat_core::time::Timestamp;
use sqlx::PgConnection;

use super::{PostgresStore, own_logs, relations};
use crate::codec::{Reader, all, at_most_one, big, one};
use crate::error::{Corrupt, Fault};
use crate::plan::membership;
use crate::sql::{conversations as sql, members};

pub(super) const HEADS: &str = "SELECT id, head FROM conversations WHERE id = ANY($1)";

pub(super) const FACTS: &str = concat!(
    "SELECT k.user_id, ",
    sql::fact_columns!(),
    " FROM UNNEST($1::BIGINT[], $2::BIGINT[]) AS k (conversation_id, user_id) \
    JOIN conversations c ON c.id = k.conversation_id",
    sql::join_facts!("k.user_id"),
);

pub(super) const IDS: &str =
    "SELECT user_id, conversation_id FROM members WHERE user_id = ANY($1) ORDER BY user_id, conversation_id";

pub(super) const POSITIONS: &str =
    concat!(sql::select_positions!("me.user_id, "), "WHERE me.user_id = ANY($1) ORDER BY me.user_id, c.id");

const INSERT_MEMBERS: &str = "INSERT INTO members \
    (conversation_id, user_id, role, joined_seq, joined_at, delivered_seq, read_seq) \
    SELECT $1, m.user_id, m.role, 0, $2, 0, 0 FROM UNNEST($3::BIGINT[], $4::TEXT[]) AS m (user_id, role)";

const KNOWN_USERS: &str = "SELECT id FROM users WHERE id IN ($1, $2)";

#[async_trait]
impl ConversationStore for PostgresStore {
    async fn open_direct(&self, new: &NewDirect) -> Result<DirectOpened, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.begin().await?;
                if let Some(existing) = by_pair(&mut tx, new.pair).await? {
                    return Ok(DirectOpened::Existing(existing));
                }
                let members = [(new.pair.low(), Role::Member), (new.pair.high(), Role::Member)];
                let known = sqlx::query(KNOWN_USERS).bind(new.pair.low().get()).bind(new.pair.high().get());
                if known.fetch_all(&mut *tx).await?.len() < members.len() {
                    return Ok(DirectOpened::UnknownUser);
                }
                let relation = relations::lock(&mut tx, new.pair).await?;
                // Whoever held the lock before may have opened the conversation meanwhile.
                if let Some(existing) = by_pair(&mut tx, new.pair).await? {
                    return Ok(DirectOpened::Existing(existing));
                }
                if relation.version != new.judged_on {
                    return Ok(DirectOpened::Stale);
                }
                let query = sqlx::query(sql::INSERT_DIRECT).bind(new.pair.low().get()).bind(new.pair.high().get());
                let row = query.bind(new.at.micros()).fetch_one(&mut *tx).await?;
                let conversation = one(&row, |row| sql::founded(row, &Kind::Direct(new.pair), members.len(), new.at))?;
                add_members(&mut tx, conversation.id, &members, new.at).await?;
                let heads = own_logs::lock_heads(&mut tx, members.map(|(user, _)| user)).await?;
                let added = membership::told(&members, conversation.id, new.by);
                let entries = own_logs::push(&mut tx, heads, added, new.at).await?;
                tx.commit().await?;
                Ok(DirectOpened::Created(conversation, entries))
            })
            .await
    }

    async fn find_direct(&self, pair: Pair) -> Result<Option<ConversationId>, StoreError> {
        self.db
            .read(|| async move {
                let mut connection = self.db.pool().acquire().await?;
                Ok(by_pair(&mut connection, pair).await?.map(|conversation| conversation.id))
            })
            .await
    }

    async fn create_group(&self, new: &NewGroup) -> Result<GroupCreated, StoreError> {
        self.db
            .run(|| async move {
                let members = membership::group_members(new);
                let mut tx = self.db.begin().await?;
                let heads = own_logs::lock_heads(&mut tx, members.iter().map(|(user, _)| *user)).await?;
                if heads.len() < members.len() {
                    return Ok(GroupCreated::UnknownMember);
                }
                let columns = sql::GroupColumns::from(&new.group);
                let query = sqlx::query(sql::INSERT_GROUP).bind(new.group.name.as_str()).bind(new.group.maker.get());
                let query = query.bind(big(members.len())).bind(new.at.micros()).bind(columns.description);
                let query = query.bind(columns.avatar).bind(columns.history).bind(columns.slug);
                let query = query.bind(columns.visibility).bind(columns.found_by);
                let Some(row) = query.fetch_optional(&mut *tx).await? else { return Ok(GroupCreated::SlugTaken) };
                let kind = Kind::Group(new.group.clone());
                let conversation = one(&row, |row| sql::founded(row, &kind, members.len(), new.at))?;
                add_members(&mut tx, conversation.id, &members, new.at).await?;
                let added = membership::told(&members, conversation.id, new.group.maker);
                let entries = own_logs::push(&mut tx, heads, added, new.at).await?;
                tx.commit().await?;
                Ok(GroupCreated::Created(conversation, entries))
            })
            .await
    }

    async fn facts(&self, conversation: ConversationId, user: UserId) -> Result<Option<Facts>, StoreError> {
        Ok(self.reads.facts.of((conversation, user)).await?.pop())
    }

    async fn view(&self, conversation: ConversationId, user: UserId) -> Result<Option<ConversationView>, StoreError> {
        self.db
            .read(|| async move {
                let query = sqlx::query(sql::VIEW).bind(conversation.get()).bind(user.get());
                let row = query.fetch_optional(&self.db.pool()).await?;
                Ok(at_most_one(row, sql::view)?.map(|(_, view)| view))
            })
            .await
    }

    async fn list(
        &self,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Page<ConversationView, ActivityCursor>, StoreError> {
        self.listed(sql::LIST, user, after, size).await
    }

    async fn members(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Member>, StoreError> {
        self.db
            .read(|| async move {
                let query = sqlx::query(members::MEMBERS).bind(conversation.get()).bind(after.map_or(0, UserId::get));
                let query = query.bind(big(size.get() + 1)).bind(viewer.get());
                let rows = query.fetch_all(&self.db.pool()).await?;
                Ok(Page::from_rows(all(&rows, members::member)?, size, |member| member.user.get()))
            })
            .await
    }

    async fn ids_of(&self, user: UserId) -> Result<Vec<ConversationId>, StoreError> {
        self.reads.ids.of(user).await
    }

    async fn positions(&self, user: UserId) -> Result<Vec<Position>, StoreError> {
        self.reads.positions.of(user).await
    }

    async fn heads(&self, conversations: &[ConversationId]) -> Result<Vec<(ConversationId, Seq)>, StoreError> {
        let each_once: BTreeSet<_> = conversations.iter().copied().collect();
        self.reads.heads.of_all(each_once.into_iter().collect()).await
    }
}

impl PostgresStore {
    /// A page of one of the lists of conversations.
    pub(super) async fn listed(
        &self,
        statement: &'static str,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Page<ConversationView, ActivityCursor>, StoreError> {
        self.db
            .read(|| async move {
                let (at, id) = after.map_or(sql::NEWEST, |after| (after.at.micros(), after.conversation.get()));
                let query = sqlx::query(statement).bind(user.get()).bind(at).bind(id);
                let rows = query.bind(big(size.get() + 1)).fetch_all(&self.db.pool()).await?;
                Ok(Page::from_rows(all(&rows, sql::view)?, size, |(cursor, _)| *cursor).map(|(_, view)| view))
            })
            .await
    }
}

pub(super) fn head(row: &mut Reader<'_>) -> Result<(ConversationId, (ConversationId, Seq)), Corrupt> {
    let head = sql::head(row)?;
    Ok((head.0, head))
}

pub(super) fn id_of(row: &mut Reader<'_>) -> Result<(UserId, ConversationId), Corrupt> {
    Ok((user_id(row)?, sql::conversation_id(row)?))
}

pub(super) fn position_of(row: &mut Reader<'_>) -> Result<(UserId, Position), Corrupt> {
    Ok((user_id(row)?, sql::position(row)?))
}

pub(super) fn facts_of(row: &mut Reader<'_>) -> Result<((ConversationId, UserId), Facts), Corrupt> {
    let user = user_id(row)?;
    let facts = sql::facts(row, user)?;
    Ok(((facts.conversation, user), facts))
}

fn user_id(row: &mut Reader<'_>) -> Result<UserId, Corrupt> {
    row.table("members").id("user_id", UserId::new)
}

async fn by_pair(connection: &mut PgConnection, pair: Pair) -> Result<Option<Conversation>, Fault> {
    let query = sqlx::query(sql::BY_PAIR).bind(pair.low().get()).bind(pair.high().get());
    Ok(at_most_one(query.fetch_optional(connection).await?, sql::conversation)?)
}

async fn add_members(
    tx: &mut PgConnection,
    conversation: ConversationId,
    members: &[(UserId, Role)],
    at: Timestamp,
) -> Result<(), Fault> {
    let (users, roles): (Vec<_>, Vec<_>) = members.iter().map(|(user, role)| (user.get(), role.as_str())).unzip();
    let query = sqlx::query(INSERT_MEMBERS).bind(conversation.get()).bind(at.micros());
    query.bind(users).bind(roles).execute(tx).await?;
    Ok(())
}
