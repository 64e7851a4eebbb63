//! Sessions and tickets: shared statements and readers.

use chat_core::ids::{SessionId, UserId};
use chat_core::ports::Ticket;

use crate::codec::Reader;
use crate::error::Corrupt;
use crate::plan::rotation::SessionRow;

pub(crate) const INSERT: &str =
    "INSERT INTO sessions (user_id, nonce, created_at, expires_at) VALUES ($1, $2, $3, $4) RETURNING id";

pub(crate) const ROTATE: &str = "UPDATE sessions SET generation = $2, rotated_at = $3 WHERE id = $1";

/// Ends a session that has not been ended; tells whether it was live.
pub(crate) const END: &str =
    "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING expires_at > $2";

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

pub(crate) fn ticket(row: &mut Reader<'_>) -> Result<Ticket, Corrupt> {
    row.table("tickets");
    Ok(Ticket {
        hash: row.bytes("hash")?,
        user: row.id("user_id", UserId::new)?,
        session: row.id_if_any("session_id", SessionId::new)?,
        expires_at: row.time("expires_at")?,
    })
}
