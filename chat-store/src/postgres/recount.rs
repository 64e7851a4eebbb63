//! Counting again in Postgres: in one transaction that sees one moment, while nodes go on. What changes under a mend is begun anew.

use sqlx::{PgConnection, Row};

use super::PostgresStore;
use crate::error::Fault;
use crate::recount::checks::{Check, checks};
use crate::recount::terms::Terms;
use crate::recount::{Recounted, recount};

/// How often a mend is repeated that lost against others.
const REPEATS: usize = 5;

const CHECKS: &[Check] = checks!("COLLATE \"C\"");

const ONE_MOMENT: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";

/// It takes as long as the database is large.
const NO_HURRY: &str = "SET LOCAL statement_timeout = 0";

const INDEXED: &str =
    "SELECT message_id, unnest(tsvector_to_array(terms)) FROM message_terms WHERE message_id > $1 AND message_id <= $2";

const NEWEST: &str = "SELECT COALESCE(max(message_id), 0) FROM message_terms";

/// How many messages are read at once.
const PART: i64 = 10_000;

impl PostgresStore {
    /// Compares all that is stored twice, and mends it if that is wished.
    pub(crate) async fn recount(&self, mend: bool) -> Result<Vec<Recounted>, Fault> {
        for _ in 0..REPEATS {
            match self.recount_once(mend).await {
                Err(fault) if fault.is_transient() => {}
                done => return done,
            }
        }
        self.recount_once(mend).await
    }

    async fn recount_once(&self, mend: bool) -> Result<Vec<Recounted>, Fault> {
        let mut tx = self.db.begin().await?;
        sqlx::query(ONE_MOMENT).execute(&mut *tx).await?;
        sqlx::query(NO_HURRY).execute(&mut *tx).await?;
        let indexed = indexed(&mut tx).await?;
        let report = recount(&mut *tx, CHECKS, indexed, mend).await?;
        tx.commit().await?;
        Ok(report)
    }
}

async fn indexed(tx: &mut PgConnection) -> Result<Terms, Fault> {
    let newest: i64 = sqlx::query_scalar(NEWEST).fetch_one(&mut *tx).await?;
    let mut terms = Terms::new();
    let mut after = 0;
    while after < newest {
        for row in sqlx::query(INDEXED).bind(after).bind(after + PART).fetch_all(&mut *tx).await? {
            let (message, term): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
            terms.entry(message).or_default().add(&term);
        }
        after += PART;
    }
    Ok(terms)
}
