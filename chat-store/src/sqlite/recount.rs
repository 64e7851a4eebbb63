//! Counting again in SQLite: in the one transaction that writes, so that it sees one moment.

use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection};

use super::SqliteStore;
use crate::error::Fault;
use crate::recount::checks::{Check, checks};
use crate::recount::terms::Terms;
use crate::recount::{Recounted, recount};

const CHECKS: &[Check] = checks!("COLLATE BINARY");

/// The index keeps no copy of what went into it; its list of terms can be read whole.
const OPEN_LIST: &str = "CREATE VIRTUAL TABLE temp.indexed_terms USING fts5vocab(main, message_terms, instance)";

const INDEXED: &str = "SELECT doc, term FROM temp.indexed_terms";

const CLOSE_LIST: &str = "DROP TABLE temp.indexed_terms";

impl SqliteStore {
    /// Compares all that is stored twice, and mends it if that is wished.
    pub(crate) async fn recount(&self, mend: bool) -> Result<Vec<Recounted>, Fault> {
        let mut tx = self.db.write().await?;
        let indexed = indexed(&mut tx).await?;
        let report = recount(&mut *tx, CHECKS, indexed, mend).await?;
        tx.commit().await?;
        Ok(report)
    }
}

async fn indexed(tx: &mut SqliteConnection) -> Result<Terms, Fault> {
    sqlx::query(OPEN_LIST).execute(&mut *tx).await?;
    let mut terms = Terms::new();
    {
        let mut rows = sqlx::query(INDEXED).fetch(&mut *tx);
        while let Some(row) = rows.try_next().await? {
            let (message, term): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
            terms.entry(message).or_default().add(&term);
        }
    }
    sqlx::query(CLOSE_LIST).execute(tx).await?;
    Ok(terms)
}
