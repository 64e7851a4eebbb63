//! A Postgres connection as the code sees it that is written once for both databases.

use std::collections::HashMap;

use chat_core::ids::{Seq, UserId};
use chat_core::log::{UserEntry, UserNotice};
use chat_core::time::Timestamp;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use super::own_logs;
use crate::error::Fault;
use crate::session::{Session, run_statements};
use crate::sql::annotations::put_on;
use crate::sql::changes::found_conversation;
use crate::sql::entrance::banned;
use crate::sql::search::{Syntax, found};
use crate::sql::standings::lock_standings;

impl Session for PgConnection {
    run_statements!(PgRow, Vec::from_iter);

    const PUT_ON: &'static str = put_on!("= ANY($1)");

    const BANNED: &'static str = banned!("= ANY($2)");

    const SET_TERMS: &'static str = "INSERT INTO message_terms (message_id, terms) \
        VALUES ($1, array_to_tsvector(string_to_array($2, ' '))) ON CONFLICT (message_id) DO UPDATE SET terms = EXCLUDED.terms";

    /// All that the index finds, then message by message from the newest, until there are enough.
    const FOUND: &'static str = found!(
        "WITH hits AS MATERIALIZED (SELECT message_id FROM message_terms \
        WHERE terms @@ CAST(CAST($7 AS TEXT) AS TSQUERY) AND message_id < $2)",
        "(SELECT message_id FROM hits ORDER BY message_id DESC) AS h \
        JOIN LATERAL (SELECT * FROM messages s WHERE s.id = h.message_id LIMIT 1) AS m ON TRUE"
    );

    const SYNTAX: Syntax = Syntax { and: " & ", or: " | ", quote: "'", any_end: ":*" };

    const LOCK_CONVERSATION: &'static str = concat!(found_conversation!(), " FOR NO KEY UPDATE OF c");

    const LOCK_STANDINGS: &'static str = lock_standings!(" FOR NO KEY UPDATE");

    async fn own_heads(&mut self, users: &[UserId]) -> Result<HashMap<UserId, Seq>, Fault> {
        own_logs::lock_heads(self, users.iter().copied()).await
    }

    async fn push_own(
        &mut self,
        heads: HashMap<UserId, Seq>,
        notices: Vec<(UserId, UserNotice)>,
        at: Timestamp,
    ) -> Result<Vec<UserEntry>, Fault> {
        own_logs::push(self, heads, notices, at).await
    }
}
