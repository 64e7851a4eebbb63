//! Conversations and their members in SQLite.

use async_trait::async_trait;
use chat_core::command::Position;
use chat_core::conversation::{ActivityCursor, Conversation, ConversationView, Kind, Member, Pair, Role};
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::page::{Page, PageSize};
use chat_core::ports::{ConversationStore, DirectOpened, Facts, GroupCreated, NewDirect, NewGroup, StoreError};
use chat_core::time::Timestamp;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::arrays::{ids, table};
use super::{SqliteStore, own_logs, relations};
use crate::codec::{all, at_most_one, big, one};
use crate::error::Fault;
use crate::plan::membership;
use crate::sql::{conversations as sql, members};

pub(super) const HEADS: &str =
    "SELECT id, head FROM conversations WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id";

const INSERT_MEMBERS: &str = "INSERT INTO members \
    (conversation_id, user_id, role, joined_seq, joined_at, delivered_seq, read_seq) \
    SELECT $1, value->>0, value->>1, 0, $2, 0, 0 FROM json_each($3)";

pub(super) const FACTS: &str =
    concat!("SELECT ", sql::fact_columns!(), " FROM conversations c ", sql::join_facts!("$2"), "WHERE c.id = $1",);

pub(super) const IDS_OF: &str = "SELECT conversation_id FROM members WHERE user_id = $1 ORDER BY conversation_id";

pub(super) const POSITIONS: &str = concat!(sql::select_positions!(""), "WHERE me.user_id = $1 ORDER BY c.id");

#[async_trait]
impl ConversationStore for SqliteStore {
    async fn open_direct(&self, new: &NewDirect) -> Result<DirectOpened, StoreError> {
        self.db
            .run(|| async move {
                let mut tx = self.db.write().await?;
                if let Some(existing) = by_pair(&mut tx, new.pair).await? {
                    return Ok(DirectOpened::Existing(existing));
                }
                let members = [(new.pair.low(), Role::Member), (new.pair.high(), Role::Member)];
                let heads = own_logs::heads(&mut tx, members.map(|(user, _)| user)).await?;
                if heads.len() < members.len() {
                    return Ok(DirectOpened::UnknownUser);
                }
                if relations::load(&mut tx, new.pair).await?.version != new.judged_on {
                    return Ok(DirectOpened::Stale);
                }
                let query = sqlx::query(sql::INSERT_DIRECT).bind(new.pair.low().get()).bind(new.pair.high().get());
                let row = query.bind(new.at.micros()).fetch_one(&mut *tx).await?;
                let conversation = one(&row, |row| sql::founded(row, &Kind::Direct(new.pair), members.len(), new.at))?;
                add_members(&mut tx, conversation.id, &members, new.at).await?;
                let added = membership::told(&members, conversation.id, new.by);
                let entries = own_logs::push(&mut tx, heads, added, new.at).await?;
                tx.commit().await?;
                Ok(DirectOpened::Created(conversation, entries))
            })
            .await
    }

    async fn find_direct(&self, pair: Pair) -> Result<Option<ConversationId>, StoreError> {
        self.db
            .run(|| async move {
                let mut reader = self.db.reader().acquire().await?;
                Ok(by_pair(&mut reader, pair).await?.map(|conversation| conversation.id))
            })
            .await
    }

    async fn create_group(&self, new: &NewGroup) -> Result<GroupCreated, StoreError> {
        self.db
            .run(|| async move {
                let members = membership::group_members(new);
                let mut tx = self.db.write().await?;
                let heads = own_logs::heads(&mut tx, members.iter().map(|(user, _)| *user)).await?;
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
        self.db
            .run(|| async move {
                let query = sqlx::query(FACTS).bind(conversation.get()).bind(user.get());
                let row = query.fetch_optional(self.db.reader()).await?;
                Ok(at_most_one(row, |row| sql::facts(row, user))?)
            })
            .await
    }

    async fn view(&self, conversation: ConversationId, user: UserId) -> Result<Option<ConversationView>, StoreError> {
        self.db
            .run(|| async move {
                let query = sqlx::query(sql::VIEW).bind(conversation.get()).bind(user.get());
                let row = query.fetch_optional(self.db.reader()).await?;
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
            .run(|| async move {
                let query = sqlx::query(members::MEMBERS).bind(conversation.get()).bind(after.map_or(0, UserId::get));
                let query = query.bind(big(size.get() + 1)).bind(viewer.get());
                let rows = query.fetch_all(self.db.reader()).await?;
                Ok(Page::from_rows(all(&rows, members::member)?, size, |member| member.user.get()))
            })
            .await
    }

    async fn ids_of(&self, user: UserId) -> Result<Vec<ConversationId>, StoreError> {
        self.db
            .run(|| async move {
                let rows = sqlx::query(IDS_OF).bind(user.get()).fetch_all(self.db.reader()).await?;
                Ok(all(&rows, sql::conversation_id)?)
            })
            .await
    }

    async fn positions(&self, user: UserId) -> Result<Vec<Position>, StoreError> {
        self.db
            .run(|| async move {
                let rows = sqlx::query(POSITIONS).bind(user.get()).fetch_all(self.db.reader()).await?;
                Ok(all(&rows, sql::position)?)
            })
            .await
    }

    async fn heads(&self, conversations: &[ConversationId]) -> Result<Vec<(ConversationId, Seq)>, StoreError> {
        self.db
            .run(|| async move {
                let list = ids(conversations.iter().map(|id| id.get()));
                let rows = sqlx::query(HEADS).bind(list).fetch_all(self.db.reader()).await?;
                Ok(all(&rows, sql::head)?)
            })
            .await
    }
}

impl SqliteStore {
    /// A page of one of the lists of conversations.
    pub(super) async fn listed(
        &self,
        statement: &'static str,
        user: UserId,
        after: Option<ActivityCursor>,
        size: PageSize,
    ) -> Result<Page<ConversationView, ActivityCursor>, StoreError> {
        self.db
            .run(|| async move {
                let (at, id) = after.map_or(sql::NEWEST, |after| (after.at.micros(), after.conversation.get()));
                let query = sqlx::query(statement).bind(user.get()).bind(at).bind(id);
                let rows = query.bind(big(size.get() + 1)).fetch_all(self.db.reader()).await?;
                Ok(Page::from_rows(all(&rows, sql::view)?, size, |(cursor, _)| *cursor).map(|(_, view)| view))
            })
            .await
    }
}

async fn by_pair(connection: &mut SqliteConnection, pair: Pair) -> Result<Option<Conversation>, Fault> {
    let query = sqlx::query(sql::BY_PAIR).bind(pair.low().get()).bind(pair.high().get());
    Ok(at_most_one(query.fetch_optional(connection).await?, sql::conversation)?)
}

async fn add_members(
    tx: &mut SqliteConnection,
    conversation: ConversationId,
    members: &[(UserId, Role)],
    at: Timestamp,
) -> Result<(), Fault> {
    let rows = table(members.iter().map(|(user, role)| [Value::from(user.get()), role.as_str().into()]));
    sqlx::query(INSERT_MEMBERS).bind(conversation.get()).bind(at.micros()).bind(rows).execute(tx).await?;
    Ok(())
}
