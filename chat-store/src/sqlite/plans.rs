//! What is done all the time must find its rows by an index. SQLite decides that from the text of a statement alone, so
//! each text can be asked.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, Row};

use super::SqliteStore;
use crate::session::Session;
use crate::sql::{
    accounts, annotations, changes, conversations, entrance, members, mentions, messages, personal, receipts,
    relations, rooms, search, sessions, user_changes,
};

/// Every statement that a busy server runs all the time.
const BUSY: &[&str] = &[
    accounts::NAME_EXISTS,
    accounts::EMAIL_EXISTS,
    accounts::LOGIN_BY_NAME,
    accounts::LOGIN_BY_EMAIL,
    accounts::LOGIN_BY_ID,
    accounts::REPLACE_PASSWORD,
    accounts::SEARCH,
    accounts::EVERYBODY,
    accounts::UPDATE_PROFILE,
    accounts::SET_STATUS,
    accounts::SET_LAST_SEEN,
    super::accounts::GET,
    super::accounts::ACCOUNT,
    super::sessions::IS_LIVE,
    sessions::LIST,
    sessions::END_ONLY,
    sessions::END_ALL_BUT,
    sessions::ROTATE,
    sessions::END,
    sessions::TAKE_TICKET,
    relations::BETWEEN,
    relations::UPDATE,
    relations::BUMP_DIRECT,
    relations::REQUEST,
    relations::REQUESTS,
    relations::FRIENDS,
    relations::BLOCKS,
    relations::SILENCED,
    super::relations::PRESENCE_CIRCLE,
    super::relations::SILENT,
    super::relations::MENTIONABLE,
    mentions::NOTE,
    mentions::FORGET,
    super::messages::SET_MORE,
    conversations::BY_PAIR,
    super::conversations::FACTS,
    conversations::VIEW,
    conversations::LIST,
    conversations::ARCHIVED,
    personal::HOLD,
    personal::HELD,
    personal::SET,
    personal::SET_DRAFT,
    personal::FORGET_DRAFT,
    super::personal::KEPT,
    members::MEMBERS,
    super::conversations::IDS_OF,
    super::conversations::POSITIONS,
    changes::STANDING,
    changes::MOVE_ON,
    changes::ADD_MEMBER,
    changes::REMOVE_MEMBER,
    changes::ROLE_OF,
    changes::SET_ROLE,
    changes::UPDATE_GROUP,
    changes::LIVING,
    changes::SET_BODY,
    changes::FORGET_BODIES,
    changes::FORGET_REACTIONS,
    changes::FORGET_PIN,
    changes::DELETE,
    changes::REACT,
    changes::UNREACT,
    changes::PIN,
    entrance::UNBAN,
    entrance::BANS,
    entrance::IS_BANNED,
    entrance::CREATE_INVITE,
    entrance::INVITE,
    entrance::INVITES,
    entrance::USE_UP,
    entrance::REVOKE,
    <sqlx::SqliteConnection as Session>::BANNED,
    rooms::FIND,
    rooms::BY_SLUG,
    annotations::FORMER_BODIES,
    annotations::REACTORS,
    annotations::PINS,
    annotations::REPLIES,
    <sqlx::SqliteConnection as Session>::PUT_ON,
    <sqlx::SqliteConnection as Session>::LOCK_CONVERSATION,
    super::conversations::HEADS,
    messages::GET,
    messages::BY_CLIENT_ID,
    messages::PAGE_BEFORE,
    messages::PAGE_AFTER,
    messages::CHANGES,
    super::messages::HEADS,
    super::messages::KNOWN,
    super::messages::SPOKE,
    super::messages::MOVE_HEADS,
    super::receipts::STANDINGS,
    super::receipts::SET_MARKS,
    super::receipts::AUTHORS,
    receipts::LISTENERS,
    receipts::RECEIPTS,
    search::FRESH,
    search::CONVERSATIONS,
    search::LAST_BEFORE,
    <sqlx::SqliteConnection as Session>::FOUND,
    <sqlx::SqliteConnection as Session>::SET_TERMS,
    super::search::IS_BEHIND,
    super::search::UNFOLDED,
    user_changes::CHANGES,
    super::own_logs::HEADS,
    super::own_logs::SET_HEADS,
];

/// Whether a statement walks a table or an index from one of its ends. The program that SQLite makes of it says so
/// without a doubt: it opens a cursor on stored pages and then goes to their first or last entry, where it could have
/// sought a key.
async fn reads_a_whole_table(store: &SqliteStore, statement: &'static str) -> bool {
    let explain = AssertSqlSafe(format!("EXPLAIN {statement}"));
    let mut stored = HashSet::new();
    for step in sqlx::query(explain).fetch_all(store.db.reader()).await.expect("a program") {
        let (operation, cursor): (String, i64) = (step.get("opcode"), step.get("p1"));
        match operation.as_str() {
            "OpenRead" | "OpenWrite" => drop(stored.insert(cursor)),
            "Rewind" | "Last" if stored.contains(&cursor) => return true,
            _ => {}
        }
    }
    false
}

async fn store() -> (SqliteStore, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let (store, _) = SqliteStore::open(&directory.path().join("chat.db"), 1).await.expect("open");
    (store, directory)
}

#[tokio::test]
async fn no_statement_that_runs_all_the_time_reads_a_whole_table() {
    let (store, _directory) = store().await;
    for statement in BUSY {
        assert!(!reads_a_whole_table(&store, statement).await, "{statement}");
    }
}

#[tokio::test]
async fn a_statement_that_reads_a_whole_table_is_found_out() {
    let (store, _directory) = store().await;
    for statement in [
        "SELECT * FROM users WHERE created_at = $1",
        "SELECT max(created_at) FROM messages",
        "DELETE FROM tickets WHERE user_id = $1",
    ] {
        assert!(reads_a_whole_table(&store, statement).await, "{statement}");
    }
}
