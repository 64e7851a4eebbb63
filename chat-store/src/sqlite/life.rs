//! The lives of a database file: a backup that was put back begins a new one, because places in the logs are given out
//! again that clients have seen already.

use sqlx::{Row, SqliteConnection};

use super::file::{HeldFile, Stamp};
use crate::open_error::OpenError;

const LIFE: &str = "SELECT epoch, last_message_id FROM database_life WHERE only_row = 1";

const RENEW: &str = "UPDATE database_life SET epoch = lower(hex(randomblob(16))) WHERE only_row = 1";

/// Compares the file with what was last seen of it here. A file that is behind that, or of another life, or that comes
/// from elsewhere, was restored or copied.
pub(crate) async fn continue_or_renew(
    connection: &mut SqliteConnection,
    file: &HeldFile,
    is_new: bool,
) -> Result<String, OpenError> {
    let now = read(connection).await?;
    let goes_on = |stamp: Stamp| stamp.epoch == now.epoch && stamp.last_message_id <= now.last_message_id;
    if is_new || file.stamp().is_some_and(goes_on) {
        file.set_stamp(&now);
        return Ok(now.epoch);
    }
    tracing::warn!("this database file was restored or copied: it gets a new epoch, and clients load everything anew");
    let now = renew(connection).await?;
    file.set_stamp(&now);
    Ok(now.epoch)
}

/// Begins a new life.
pub(crate) async fn renew(connection: &mut SqliteConnection) -> Result<Stamp, OpenError> {
    sqlx::query(RENEW).execute(&mut *connection).await?;
    read(connection).await
}

async fn read(connection: &mut SqliteConnection) -> Result<Stamp, OpenError> {
    let row = sqlx::query(LIFE).fetch_one(connection).await?;
    Ok(Stamp { epoch: row.try_get(0)?, last_message_id: row.try_get(1)? })
}
