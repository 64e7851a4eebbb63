//! What a block hides of the marks in a conversation, as pieces of statements.
//!
//! The rule is [`Relation::shows`](chat_core::relation::Relation::shows); here it is said once more for the databases, and
//! the conformance cases of `silence` hold both to the same.

/// What is between the two of the direct conversation `c`; in a group there is no such row.
macro_rules! join_relation {
    () => {
        " LEFT JOIN relations r ON r.low_id = c.direct_low AND r.high_id = c.direct_high "
    };
}
pub(crate) use join_relation;

/// What is between the member `$member` and a viewer, whatever conversation they are in together; nothing for themselves.
macro_rules! join_relation_with {
    ($member:literal, $viewer:literal) => {
        concat!(
            " LEFT JOIN relations r ON r.low_id = CASE WHEN ",
            $member,
            ".user_id < ",
            $viewer,
            " THEN ",
            $member,
            ".user_id ELSE ",
            $viewer,
            " END AND r.high_id = CASE WHEN ",
            $member,
            ".user_id < ",
            $viewer,
            " THEN ",
            $viewer,
            " ELSE ",
            $member,
            ".user_id END ",
        )
    };
}
pub(crate) use join_relation_with;

/// The relations of a viewer in which silence reigns, as `r`, each with the other one.
macro_rules! silent_relations {
    ($viewer:literal) => {
        concat!(
            "(SELECT s.high_id AS other_id, s.low_blocks_since, s.high_blocks_since FROM relations s WHERE s.low_id = ",
            $viewer,
            " AND (s.low_blocks_since IS NOT NULL OR s.high_blocks_since IS NOT NULL) \
            UNION ALL SELECT s.low_id, s.low_blocks_since, s.high_blocks_since FROM relations s WHERE s.high_id = ",
            $viewer,
            " AND (s.low_blocks_since IS NOT NULL OR s.high_blocks_since IS NOT NULL)) AS r",
        )
    };
}
pub(crate) use silent_relations;

/// Since when the relation `r` is silent: since the first of the blocks that stand. Null without a block.
macro_rules! silent_since {
    () => {
        "COALESCE(CASE WHEN r.low_blocks_since < r.high_blocks_since THEN r.low_blocks_since END, \
        r.high_blocks_since, r.low_blocks_since)"
    };
}
pub(crate) use silent_since;

/// Whether the viewer sees the rise `w`: everything of their own, and of the other what was before the silence.
macro_rules! is_shown {
    ($since:expr, $viewer:literal) => {
        concat!("(", $since, " IS NULL OR w.created_at <= ", $since, " OR w.user_id = ", $viewer, ")")
    };
}
pub(crate) use is_shown;

/// A mark of the member `$member` as somebody else sees it. Whoever rose nowhere before the silence stands where they came in.
macro_rules! shown_mark {
    ($member:literal, $kind:literal) => {
        concat!(
            "CASE WHEN ",
            $crate::sql::silence::silent_since!(),
            " IS NULL THEN ",
            $member,
            ".",
            $kind,
            "_seq WHEN ",
            $member,
            ".user_id IS NOT NULL THEN COALESCE((SELECT w.seq FROM receipts w WHERE w.conversation_id = ",
            $member,
            ".conversation_id AND w.user_id = ",
            $member,
            ".user_id AND w.kind = '",
            $kind,
            "' AND w.created_at <= ",
            $crate::sql::silence::silent_since!(),
            " ORDER BY w.seq DESC LIMIT 1), ",
            $member,
            ".joined_seq) END",
        )
    };
}
pub(crate) use shown_mark;
