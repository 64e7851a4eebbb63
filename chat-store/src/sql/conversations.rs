//! Conversations and members: shared statements and readers.

use chat_core::command::Position;
use chat_core::conversation::{
    ActivityCursor, Conversation, ConversationView, Group, HistoryVisibility, Kind, Pair, Role,
};
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::pace::Pace;
use chat_core::ports::{DirectFacts, Facts};
use chat_core::room::{Room, Slug, Visibility};
use chat_core::text::{AvatarUrl, Description, Label};
use chat_core::time::Timestamp;

use super::members::{MEMBER_WIDTH, marks, member, member_columns, other_member_columns};
use super::mentions::unread_mentions;
use super::messages::{MESSAGE_WIDTH, message, reached_at, said_columns};
use super::personal::{archived, join_own, own, own_columns};
use super::silence::join_relation;
use crate::codec::Reader;
use crate::error::Corrupt;

/// The columns of the conversation `c`.
macro_rules! conversation_columns {
    () => {
        "c.id, c.kind, c.direct_low, c.direct_high, c.name, c.description, c.avatar, c.history, c.maker_id, c.pace, c.slug, c.visibility, c.head, c.version, \
        c.member_count, c.created_at"
    };
}

pub(crate) use conversation_columns;

/// The other one of the direct conversation `c`; in a group nobody.
macro_rules! join_peer {
    () => {
        " LEFT JOIN members p ON p.conversation_id = c.id \
        AND p.user_id = CASE me.user_id WHEN c.direct_low THEN c.direct_high ELSE c.direct_low END "
    };
}

pub(crate) use join_peer;

/// When the newest message reached its reader, who is `me` or `p`. It is looked for only where the reader's mark went so far.
macro_rules! last_reached_at {
    ($kind:literal) => {
        concat!(
            "CASE WHEN m.seq <= CASE m.sender_id WHEN me.user_id THEN p.",
            $kind,
            "_seq ELSE me.",
            $kind,
            "_seq END THEN ",
            reached_at!($kind, "me.user_id"),
            " END",
        )
    };
}

/// A view of the conversation `c` by its member `me`. What is counted for `unread` is one range of the log's index, no
/// longer than [`UNREAD_WINDOW`](chat_core::message::UNREAD_WINDOW).
macro_rules! view_columns {
    () => {
        concat!(
            "c.active_at, ",
            conversation_columns!(),
            ", ",
            member_columns!("me"),
            ", ",
            other_member_columns!("p"),
            ", CASE WHEN c.head > me.read_seq THEN (SELECT count(*) FROM (\
            SELECT n.sender_id, n.deleted_at FROM messages n WHERE n.conversation_id = c.id AND n.seq > me.read_seq \
            AND n.seq > me.joined_seq ORDER BY n.seq DESC LIMIT 1000) AS newest \
            WHERE newest.sender_id <> me.user_id AND newest.deleted_at IS NULL) ELSE 0 END, ",
            unread_mentions!(),
            ", ",
            own_columns!(),
            ", ",
            said_columns!(),
            ", ",
            last_reached_at!("delivered"),
            ", ",
            last_reached_at!("read"),
        )
    };
}

/// The newest message is almost always the head of the log; only where it is not, it is looked for.
macro_rules! join_view {
    () => {
        concat!(
            join_peer!(),
            join_own!("me"),
            join_relation!(),
            "LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq > me.joined_seq AND m.seq = COALESCE(\
            (SELECT h.seq FROM messages h WHERE h.conversation_id = c.id AND h.seq = c.head), \
            (SELECT max(l.seq) FROM messages l WHERE l.conversation_id = c.id)) ",
        )
    };
}

pub(crate) const VIEW: &str = concat!(
    "SELECT ",
    view_columns!(),
    " FROM conversations c JOIN members me ON me.conversation_id = c.id ",
    join_view!(),
    "WHERE c.id = $1 AND me.user_id = $2",
);

/// The conversations that are put away, or those that are not. The places are chosen first, so that only what is shown is looked
/// at closely.
macro_rules! list {
    ($archived:literal) => {
        concat!(
            "SELECT ",
            view_columns!(),
            " FROM (SELECT a.id FROM members b JOIN conversations a ON a.id = b.conversation_id",
            join_own!("b"),
            "WHERE b.user_id = $1 AND (a.active_at, a.id) < ($2, $3) AND ",
            archived!(),
            " = ",
            $archived,
            " ORDER BY a.active_at DESC, a.id DESC LIMIT $4) AS shown \
            JOIN conversations c ON c.id = shown.id JOIN members me ON me.conversation_id = c.id AND me.user_id = $1 ",
            join_view!(),
            "ORDER BY c.active_at DESC, c.id DESC",
        )
    };
}

pub(crate) const LIST: &str = list!("0");

pub(crate) const ARCHIVED: &str = list!("1");

pub(crate) const BY_PAIR: &str =
    concat!("SELECT ", conversation_columns!(), " FROM conversations c WHERE c.direct_low = $1 AND c.direct_high = $2");

/// What the rules need to know of a user in the conversation `c`.
macro_rules! fact_columns {
    () => {
        "c.id, c.version, me.role, me.joined_seq, c.direct_low, c.direct_high, r.low_blocks_since, r.high_blocks_since, \
        c.visibility, c.pace"
    };
}
pub(crate) use fact_columns;

/// What [`fact_columns`] takes beside the conversation `c`, of one user.
macro_rules! join_facts {
    ($user:literal) => {
        concat!(
            " LEFT JOIN members me ON me.conversation_id = c.id AND me.user_id = ",
            $user,
            " LEFT JOIN relations r ON r.low_id = c.direct_low AND r.high_id = c.direct_high ",
        )
    };
}
pub(crate) use join_facts;

/// Where the conversations of the member `me` stand.
macro_rules! select_positions {
    ($columns_before:literal) => {
        concat!(
            "SELECT ",
            $columns_before,
            "c.id, c.head, me.delivered_seq, me.read_seq, ",
            $crate::sql::silence::shown_mark!("p", "delivered"),
            ", ",
            $crate::sql::silence::shown_mark!("p", "read"),
            " FROM members me JOIN conversations c ON c.id = me.conversation_id",
            $crate::sql::conversations::join_peer!(),
            $crate::sql::silence::join_relation!(),
        )
    };
}
pub(crate) use select_positions;

pub(crate) const INSERT_DIRECT: &str = concat!(
    "INSERT INTO conversations (kind, direct_low, direct_high, member_count, created_at, active_at) ",
    "VALUES ('direct', $1, $2, 2, $3, $3) RETURNING id, version",
);

pub(crate) const INSERT_GROUP: &str = "INSERT INTO conversations \
    (kind, name, maker_id, member_count, created_at, active_at, description, avatar, history, slug, visibility, found_by) \
    VALUES ('group', $1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING id, version";

/// A list without a cursor starts after this one, which comes before every other.
pub(crate) const NEWEST: (i64, i64) = (i64::MAX, i64::MAX);

pub(crate) fn conversation(row: &mut Reader<'_>) -> Result<Conversation, Corrupt> {
    row.table("conversations");
    let id = row.id("id", ConversationId::new)?;
    let kind = row.text("kind")?;
    let low = row.id_if_any("direct_low", UserId::new)?;
    let high = row.id_if_any("direct_high", UserId::new)?;
    let name = row.parsed_if_any("name", |text| Label::new(text).ok())?;
    let description = row.parsed_if_any("description", |text| Description::new(text).ok())?;
    let avatar = row.parsed_if_any("avatar", |text| AvatarUrl::new(text).ok())?;
    let history = row.parsed("history", HistoryVisibility::parse)?;
    let maker = row.id_if_any("maker_id", UserId::new)?;
    let pace = row.id("pace", Pace::new)?;
    let slug = row.parsed_if_any("slug", Slug::new)?;
    let visibility = row.parsed_if_any("visibility", Visibility::parse)?;
    let room = slug.zip(visibility).map(|(slug, visibility)| Room { slug, visibility });
    let kind = match (kind.as_str(), pair(low, high), name, maker) {
        ("direct", Some(pair), None, None) => Kind::Direct(pair),
        ("group", None, Some(name), Some(maker)) => {
            Kind::Group(Group { name, description, avatar, history, maker, pace, room })
        }
        _ => return Err(row.corrupt("kind")),
    };
    Ok(Conversation {
        id,
        kind,
        head: row.seq("head")?,
        version: row.version("version")?,
        member_count: row.count("member_count")?,
        created_at: row.time("created_at")?,
    })
}

fn pair(low: Option<UserId>, high: Option<UserId>) -> Option<Pair> {
    Pair::new(low?, high?)
}

pub(crate) fn view(row: &mut Reader<'_>) -> Result<(ActivityCursor, ConversationView), Corrupt> {
    let at = row.table("conversations").time("active_at")?;
    let conversation = conversation(row)?;
    let cursor = ActivityCursor { at, conversation: conversation.id };
    let me = member(row)?;
    let peer = row.group(MEMBER_WIDTH, member)?;
    let unread = row.table("messages").count("seq")?;
    let unread_mentions = row.table("mentions").count("seq")?;
    let (settings, draft) = own(row)?;
    let last_message = row.group(MESSAGE_WIDTH, message)?;
    Ok((cursor, ConversationView { conversation, me, peer, unread, unread_mentions, last_message, settings, draft }))
}

pub(crate) fn facts(row: &mut Reader<'_>, user: UserId) -> Result<Facts, Corrupt> {
    row.table("conversations");
    let conversation = row.id("id", ConversationId::new)?;
    let version = row.version("version")?;
    row.table("members");
    let role = row.parsed_if_any("role", Role::parse)?;
    let joined_seq = row.seq_if_any("joined_seq")?.unwrap_or_default();
    row.table("conversations");
    let low = row.id_if_any("direct_low", UserId::new)?;
    let high = row.id_if_any("direct_high", UserId::new)?;
    row.table("relations");
    let low_blocks = row.time_if_any("low_blocks_since")?;
    let high_blocks = row.time_if_any("high_blocks_since")?;
    let direct = pair(low, high).map(|pair| direct_facts(pair, user, low_blocks, high_blocks));
    let room = row.table("conversations").parsed_if_any("visibility", Visibility::parse)?;
    let pace = row.id("pace", Pace::new)?;
    Ok(Facts { conversation, version, role, joined_seq, direct, room, pace })
}

fn direct_facts(pair: Pair, user: UserId, low: Option<Timestamp>, high: Option<Timestamp>) -> DirectFacts {
    let (is_low, is_high) = (user == pair.low(), user == pair.high());
    let blocks = (is_low && low.is_some()) || (is_high && high.is_some());
    let blocked = (is_low && high.is_some()) || (is_high && low.is_some());
    DirectFacts { pair, blocks, blocked }
}

pub(crate) fn conversation_id(row: &mut Reader<'_>) -> Result<ConversationId, Corrupt> {
    row.table("conversations").id("id", ConversationId::new)
}

/// A conversation that was just made.
pub(crate) fn founded(
    row: &mut Reader<'_>,
    kind: &Kind,
    member_count: usize,
    at: Timestamp,
) -> Result<Conversation, Corrupt> {
    row.table("conversations");
    Ok(Conversation {
        id: row.id("id", ConversationId::new)?,
        kind: kind.clone(),
        head: Seq::ZERO,
        version: row.version("version")?,
        member_count: u32::try_from(member_count).unwrap_or(u32::MAX),
        created_at: at,
    })
}

/// What a group is made of, in the order of [`INSERT_GROUP`] after its times.
pub(crate) struct GroupColumns<'g> {
    pub(crate) description: Option<&'g str>,
    pub(crate) avatar: Option<&'g str>,
    pub(crate) history: &'static str,
    pub(crate) slug: Option<&'g str>,
    pub(crate) visibility: Option<&'static str>,
    pub(crate) found_by: Option<String>,
}

impl<'g> From<&'g Group> for GroupColumns<'g> {
    fn from(group: &'g Group) -> Self {
        let room = group.room.as_ref();
        Self {
            description: group.description.as_ref().map(Description::as_str),
            avatar: group.avatar.as_ref().map(AvatarUrl::as_str),
            history: group.history.as_str(),
            slug: room.map(|room| room.slug.as_str()),
            visibility: room.map(|room| room.visibility.as_str()),
            found_by: group.found_by(),
        }
    }
}

pub(crate) fn position(row: &mut Reader<'_>) -> Result<Position, Corrupt> {
    row.table("conversations");
    let conversation = row.id("id", ConversationId::new)?;
    let head = row.seq("head")?;
    Ok(Position { conversation, head, marks: marks(row)?, peer: row.group(2, marks)? })
}

pub(crate) fn head(row: &mut Reader<'_>) -> Result<(ConversationId, Seq), Corrupt> {
    row.table("conversations");
    Ok((row.id("id", ConversationId::new)?, row.seq("head")?))
}
