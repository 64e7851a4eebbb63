//! An SQLite connection as the code sees it that is written once for both databases.

use std::collections::HashMap;

use chat_core::ids::{Seq, UserId};
use chat_core::log::{UserEntry, UserNotice};
use chat_core::time::Timestamp;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::arrays::ids;
use super::own_logs;
use crate::error::Fault;
use crate::session::{Session, run_statements};
use crate::sql::annotations::put_on;
use crate::sql::changes::found_conversation;
use crate::sql::entrance::banned;
use crate::sql::search::{Syntax, found};
use crate::sql::standings::lock_standings;

impl Session for SqliteConnection {
    run_statements!(SqliteRow, ids);

    const PUT_ON: &'static str = put_on!("IN (SELECT value FROM json_each($1))");

    const BANNED: &'static str = banned!("IN (SELECT value FROM json_each($2))");

    const SET_TERMS: &'static str = "INSERT OR REPLACE INTO message_terms (rowid, terms) VALUES ($1, $2)";

    const FOUND: &'static str = found!(
        "WITH hits AS (SELECT rowid AS message_id FROM message_terms \
        WHERE message_terms MATCH $7 AND rowid < $2 ORDER BY rowid DESC)",
        "hits AS h CROSS JOIN messages m ON m.id = h.message_id"
    );

    const SYNTAX: Syntax = Syntax { and: " AND ", or: " OR ", quote: "\"", any_end: "*" };

    /// The one writer has locked everything already.
    const LOCK_CONVERSATION: &'static str = found_conversation!();

    /// The same.
    const LOCK_STANDINGS: &'static str = lock_standings!("");

    async fn own_heads(&mut self, users: &[UserId]) -> Result<HashMap<UserId, Seq>, Fault> {
        own_logs::heads(self, users.iter().copied()).await
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
