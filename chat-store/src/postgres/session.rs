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

impl Session for PgConnection {
    run_statements!(PgRow, Vec::from_iter);

    const PUT_ON: &'static str = put_on!("= ANY($1)");

    const LOCK_CONVERSATION: &'static str = concat!(found_conversation!(), " FOR NO KEY UPDATE OF c");

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
