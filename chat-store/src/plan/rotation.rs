//! What presenting a refresh token does to its session.

use chat_core::ids::UserId;
use chat_core::ports::{Rotated, Rotation};
use chat_core::time::Timestamp;

/// A session as it is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionRow {
    pub(crate) user: UserId,
    pub(crate) nonce: i64,
    pub(crate) generation: i64,
    pub(crate) rotated_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
}

/// What has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RotationWrite {
    /// Nothing.
    Nothing,
    /// The next generation.
    Rotate {
        /// Its number.
        generation: i64,
    },
    /// The end of the session.
    End,
}

/// Judges a token whose signature is good against the session that it names.
pub(crate) fn judge(session: Option<&SessionRow>, token: &Rotation) -> (Rotated, RotationWrite) {
    let live = session.filter(|row| row.ended_at.is_none() && token.at < row.expires_at && row.nonce == token.nonce);
    // A generation that was never issued belongs to no token of this life of the database.
    let Some(row) = live.filter(|row| (1..=row.generation).contains(&token.generation)) else {
        return (Rotated::Gone, RotationWrite::Nothing);
    };
    let user = row.user;
    if token.generation == row.generation {
        let generation = row.generation + 1;
        return (Rotated::Current { user, generation }, RotationWrite::Rotate { generation });
    }
    let in_grace = row.rotated_at.is_some_and(|at| token.at < at.plus_seconds(token.grace_seconds));
    if token.generation + 1 == row.generation && in_grace {
        (Rotated::Current { user, generation: row.generation }, RotationWrite::Nothing)
    } else {
        (Rotated::Reused { user }, RotationWrite::End)
    }
}
