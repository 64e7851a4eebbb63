//! Sessions and tickets: shared statements and readers.

use chat_core::ids::{SessionId, UserId};
use chat_core::ports::{LiveSession, Ticket, WhichSessions};

use crate::codec::{Columns, Reader, all};
use crate::error::Corrupt;
use crate::plan::rotation::SessionRow;

/// Opens a session for a user who still has the password that was judged on, and whom nothing keeps out.
macro_rules! insert_session {
    ($lock:literal) => {
        concat!(
            "INSERT INTO sessions (user_id, nonce, created_at, expires_at) ",
            "SELECT id, $2, $3, $4 FROM users WHERE id = $1 AND deleted_at IS NULL AND password_hash IS NOT DISTINCT FROM $5 ",
            "AND (sanction IS NULL OR sanction_until <= $3) ",
            $lock,
            "RETURNING id",
        )
    };
}
pub(crate) use insert_session;

pub(crate) const ROTATE: &str = "UPDATE sessions SET generation = $2, rotated_at = $3 WHERE id = $1";

/// Ends a session that has not been ended; tells whether it was live.
pub(crate) const END: &str =
    "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING expires_at > $2";

pub(crate) const END_ONLY: &str = "UPDATE sessions SET ended_at = $2 \
    WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 AND id = $3 RETURNING id";
pub(crate) const END_ALL_BUT: &str = "UPDATE sessions SET ended_at = $2 \
    WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 AND id <> $3 RETURNING id";

pub(crate) const LIST: &str = "SELECT id, created_at, rotated_at, expires_at FROM sessions \
    WHERE user_id = $1 AND id > $2 AND ended_at IS NULL AND expires_at > $3 ORDER BY id LIMIT $4";

pub(crate) const PUT_TICKET: &str = "INSERT INTO tickets (hash, user_id, session_id, expires_at) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (hash) DO UPDATE SET user_id = excluded.user_id, session_id = excluded.session_id, \
    expires_at = excluded.expires_at";

pub(crate) const TAKE_TICKET: &str =
    "DELETE FROM tickets WHERE hash = $1 RETURNING hash, user_id, session_id, expires_at";

pub(crate) const PURGE_TICKETS: &str = "DELETE FROM tickets WHERE expires_at < $1";
pub(crate) const PURGE_SESSIONS: &str = "DELETE FROM sessions WHERE expires_at < $1";

macro_rules! session_columns {
    () => {
        "user_id, nonce, generation, rotated_at, expires_at, ended_at"
    };
}
pub(crate) use session_columns;

pub(crate) fn session(row: &mut Reader<'_>) -> Result<SessionRow, Corrupt> {
    row.table("sessions");
    Ok(SessionRow {
        user: row.id("user_id", UserId::new)?,
        nonce: row.number("nonce")?,
        generation: row.number("generation")?,
        rotated_at: row.time_if_any("rotated_at")?,
        expires_at: row.time("expires_at")?,
        ended_at: row.time_if_any("ended_at")?,
    })
}

pub(crate) fn session_id(row: &mut Reader<'_>) -> Result<SessionId, Corrupt> {
    row.table("sessions").id("id", SessionId::new)
}

/// The ids of sessions, in their order: what a statement returns has none.
pub(crate) fn in_order<R: Columns>(rows: &[R]) -> Result<Vec<SessionId>, Corrupt> {
    let mut sessions = all(rows, session_id)?;
    sessions.sort_unstable();
    Ok(sessions)
}

pub(crate) fn live_session(row: &mut Reader<'_>) -> Result<LiveSession, Corrupt> {
    Ok(LiveSession {
        id: session_id(row)?,
        created_at: row.time("created_at")?,
        refreshed_at: row.time_if_any("rotated_at")?,
        expires_at: row.time("expires_at")?,
    })
}

/// The statement that ends some of a user's sessions, and the session that it is told.
pub(crate) fn ending(which: WhichSessions) -> (&'static str, i64) {
    match which {
        WhichSessions::Only(session) => (END_ONLY, session.get()),
        // No session has the id 0.
        WhichSessions::AllBut(kept) => (END_ALL_BUT, kept.map_or(0, SessionId::get)),
    }
}

pub(crate) fn ticket(row: &mut Reader<'_>) -> Result<Ticket, Corrupt> {
    row.table("tickets");
    Ok(Ticket {
        hash: row.bytes("hash")?,
        user: row.id("user_id", UserId::new)?,
        session: row.id_if_any("session_id", SessionId::new)?,
        expires_at: row.time("expires_at")?,
    })
}
