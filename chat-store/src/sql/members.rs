//! Members of conversations: shared statements and readers.

use chat_core::conversation::{Member, Role};
use chat_core::ids::UserId;
use chat_core::receipt::Marks;

use super::silence::join_relation_with;
use crate::codec::Reader;
use crate::error::Corrupt;

macro_rules! member_columns {
    ($alias:literal) => {
        concat!(
            $alias,
            ".user_id, ",
            $alias,
            ".role, ",
            $alias,
            ".joined_seq, ",
            $alias,
            ".joined_at, ",
            $alias,
            ".delivered_seq, ",
            $alias,
            ".read_seq",
        )
    };
}

pub(crate) use member_columns;

/// A member as somebody else sees them, with the relation `r` between the two.
macro_rules! other_member_columns {
    ($alias:literal) => {
        concat!(
            $alias,
            ".user_id, ",
            $alias,
            ".role, ",
            $alias,
            ".joined_seq, ",
            $alias,
            ".joined_at, ",
            $crate::sql::silence::shown_mark!($alias, "delivered"),
            ", ",
            $crate::sql::silence::shown_mark!($alias, "read"),
        )
    };
}

pub(crate) use other_member_columns;

/// How many columns a member takes.
pub(crate) const MEMBER_WIDTH: usize = 6;

pub(crate) const MEMBERS: &str = concat!(
    "SELECT ",
    other_member_columns!("p"),
    " FROM members p",
    join_relation_with!("p", "$4"),
    "WHERE p.conversation_id = $1 AND p.user_id > $2 ORDER BY p.user_id LIMIT $3",
);

pub(crate) fn member(row: &mut Reader<'_>) -> Result<Member, Corrupt> {
    row.table("members");
    Ok(Member {
        user: row.id("user_id", UserId::new)?,
        role: row.parsed("role", Role::parse)?,
        joined_seq: row.seq("joined_seq")?,
        joined_at: row.time("joined_at")?,
        marks: marks(row)?,
    })
}

pub(crate) fn marks(row: &mut Reader<'_>) -> Result<Marks, Corrupt> {
    row.table("members");
    Ok(Marks { delivered: row.seq("delivered_seq")?, read: row.seq("read_seq")? })
}
