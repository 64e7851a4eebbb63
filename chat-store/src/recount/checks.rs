//! What is stored twice, and what each of it follows from: statements that compare, and statements that mend.

/// One kind of derived thing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    pub(crate) what: &'static str,
    /// How many there are.
    pub(crate) compared: &'static str,
    /// How many of them are not what they follow from.
    pub(crate) differing: &'static str,
    /// Makes them so.
    pub(crate) mend: &'static [&'static str],
}

/// A column of the table `$table` (whose rows are `c`) that has to be `$truth`.
macro_rules! column {
    ($what:literal, $table:literal, $column:literal, $truth:expr) => {
        $crate::recount::checks::Check {
            what: $what,
            compared: concat!("SELECT count(*) FROM ", $table),
            differing: concat!("SELECT count(*) FROM ", $table, " AS c WHERE c.", $column, " <> ", $truth),
            mend: &[concat!(
                "UPDATE ",
                $table,
                " AS c SET ",
                $column,
                " = ",
                $truth,
                " WHERE ",
                $column,
                " <> ",
                $truth
            )],
        }
    };
}
pub(crate) use column;

/// The last place of the log of the conversation `c`: messages and changes share its numbers.
macro_rules! last_place {
    () => {
        "(SELECT COALESCE(max(l.seq), 0) FROM (SELECT max(m.seq) AS seq FROM messages m WHERE m.conversation_id = c.id \
        UNION ALL SELECT max(x.seq) FROM conversation_changes x WHERE x.conversation_id = c.id) AS l)"
    };
}
pub(crate) use last_place;

/// The time of the last entry of the conversation `c` that counts as activity; without one, of its creation.
macro_rules! last_activity {
    () => {
        "COALESCE((SELECT e.moment FROM (SELECT * FROM (SELECT m.seq AS seq, m.created_at AS moment FROM messages m \
        WHERE m.conversation_id = c.id ORDER BY m.seq DESC LIMIT 1) AS said UNION ALL SELECT * FROM (SELECT x.seq AS seq, \
        x.created_at AS moment FROM conversation_changes x WHERE x.conversation_id = c.id AND x.kind IN ('joined', 'left', 'updated') \
        ORDER BY x.seq DESC LIMIT 1) AS changed) AS e ORDER BY e.seq DESC LIMIT 1), c.created_at)"
    };
}
pub(crate) use last_activity;

/// How far the kept rises of the member `c` went.
macro_rules! last_rise {
    ($kind:literal) => {
        concat!(
            "COALESCE((SELECT max(w.seq) FROM receipts w WHERE w.conversation_id = c.conversation_id AND w.user_id = c.user_id \
            AND w.kind = '",
            $kind,
            "'), 0)"
        )
    };
}
pub(crate) use last_rise;

/// The head of the conversation that the member `c` is in.
macro_rules! head {
    () => {
        "(SELECT v.head FROM conversations v WHERE v.id = c.conversation_id)"
    };
}
pub(crate) use head;

/// A table that follows from the log: the rows of `$rows` have to be those of `$truth`, column by column.
macro_rules! table {
    ($what:literal, $table:literal, $columns:literal, $truth:expr) => {
        $crate::recount::checks::Check {
            what: $what,
            compared: concat!("SELECT count(*) FROM ", $table),
            differing: concat!(
                "SELECT (SELECT count(*) FROM (SELECT ",
                $columns,
                " FROM ",
                $table,
                " EXCEPT ",
                $truth,
                ") AS much) + \
                (SELECT count(*) FROM (",
                $truth,
                " EXCEPT SELECT ",
                $columns,
                " FROM ",
                $table,
                ") AS few)"
            ),
            mend: &[
                concat!(
                    "DELETE FROM ",
                    $table,
                    " WHERE (",
                    $columns,
                    ") IN (SELECT ",
                    $columns,
                    " FROM ",
                    $table,
                    " EXCEPT ",
                    $truth,
                    ")"
                ),
                concat!(
                    "INSERT INTO ",
                    $table,
                    " (",
                    $columns,
                    ") SELECT * FROM (",
                    $truth,
                    " EXCEPT SELECT ",
                    $columns,
                    " FROM ",
                    $table,
                    ") AS few"
                ),
            ],
        }
    };
}
pub(crate) use table;

/// The emoji that are on messages: those whose last entry in the log says so. Texts are compared byte by byte.
macro_rules! reactions {
    ($bytewise:literal) => {
        concat!(
            "SELECT x.message_id, x.detail ", $bytewise, " AS emoji, x.by_id AS user_id, x.seq FROM conversation_changes x \
            JOIN messages t ON t.id = x.message_id WHERE x.kind = 'reacted' AND t.deleted_at IS NULL AND NOT EXISTS (\
            SELECT 1 FROM conversation_changes n WHERE n.conversation_id = x.conversation_id AND n.seq > x.seq \
            AND n.kind IN ('reacted', 'unreacted') AND n.message_id = x.message_id AND n.by_id = x.by_id \
            AND n.detail ", $bytewise, " = x.detail ", $bytewise, ")"
        )
    };
}
pub(crate) use reactions;

/// The pins that are on messages.
macro_rules! pins {
    () => {
        "SELECT x.message_id, x.conversation_id, x.seq FROM conversation_changes x JOIN messages t ON t.id = x.message_id \
        WHERE x.kind = 'pinned' AND t.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM conversation_changes n \
        WHERE n.conversation_id = x.conversation_id AND n.seq > x.seq AND n.kind IN ('pinned', 'unpinned') \
        AND n.message_id = x.message_id)"
    };
}
pub(crate) use pins;

/// Everything that both databases store twice. Later ones follow from earlier ones.
macro_rules! checks {
    ($bytewise:literal) => {
        &[
            $crate::recount::checks::column!(
                "heads of conversations", "conversations", "head", $crate::recount::checks::last_place!()
            ),
            $crate::recount::checks::column!(
                "times of the last activity", "conversations", "active_at", $crate::recount::checks::last_activity!()
            ),
            $crate::recount::checks::column!(
                "numbers of members", "conversations", "member_count",
                "(SELECT count(*) FROM members o WHERE o.conversation_id = c.id)"
            ),
            $crate::recount::checks::column!(
                "heads of users' own logs", "users", "log_head",
                "COALESCE((SELECT max(x.seq) FROM user_changes x WHERE x.user_id = c.id), 0)"
            ),
            $crate::recount::checks::Check {
                what: "marks of members",
                compared: "SELECT count(*) FROM members",
                differing: concat!(
                    "SELECT count(*) FROM members AS c WHERE c.delivered_seq > ", $crate::recount::checks::head!(),
                    " OR c.delivered_seq < ", $crate::recount::checks::last_rise!("delivered"),
                    " OR c.read_seq < ", $crate::recount::checks::last_rise!("read")
                ),
                mend: &[
                    concat!(
                        "UPDATE members AS c SET delivered_seq = ", $crate::recount::checks::last_rise!("delivered"),
                        " WHERE delivered_seq < ", $crate::recount::checks::last_rise!("delivered")
                    ),
                    concat!(
                        "UPDATE members AS c SET read_seq = ", $crate::recount::checks::last_rise!("read"),
                        " WHERE read_seq < ", $crate::recount::checks::last_rise!("read"),
                        " AND delivered_seq >= ", $crate::recount::checks::last_rise!("read")
                    ),
                    concat!(
                        "UPDATE members AS c SET delivered_seq = ", $crate::recount::checks::head!(),
                        ", read_seq = CASE WHEN read_seq > ", $crate::recount::checks::head!(), " THEN ",
                        $crate::recount::checks::head!(), " ELSE read_seq END WHERE delivered_seq > ",
                        $crate::recount::checks::head!()
                    ),
                ],
            },
            $crate::recount::checks::table!(
                "reactions", "reactions", "message_id, emoji, user_id, seq", $crate::recount::checks::reactions!($bytewise)
            ),
            $crate::recount::checks::table!(
                "pins", "pins", "message_id, conversation_id, seq", $crate::recount::checks::pins!()
            ),
            $crate::recount::checks::Check {
                what: "former texts",
                compared: "SELECT count(*) FROM former_bodies",
                differing: "SELECT count(*) FROM former_bodies f JOIN messages t ON t.id = f.message_id \
                    WHERE t.deleted_at IS NOT NULL",
                mend: &["DELETE FROM former_bodies WHERE message_id IN (SELECT id FROM messages WHERE deleted_at IS NOT NULL)"],
            },
        ]
    };
}
pub(crate) use checks;
