//! The database as a whole: shared statements and readers.

use crate::codec::Reader;
use crate::error::Corrupt;

/// Reads a row, because a database can answer a constant and still have lost its files.
pub(crate) const EPOCH: &str = "SELECT epoch FROM database_life WHERE only_row = 1";

/// Goes the whole way to the disk, which a full one does not let pass.
pub(crate) const WRITE_NOTHING: &str = "UPDATE database_life SET epoch = epoch WHERE only_row = 1";

pub(crate) fn epoch(row: &mut Reader<'_>) -> Result<String, Corrupt> {
    row.table("database_life").text("epoch")
}
