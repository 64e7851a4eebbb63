//! How many statements Postgres has run, as `pg_stat_statements` counts them.

use sqlx::PgPool;

use crate::failure::{Doing, Outcome};

const CALLS: &str = "SELECT COALESCE(sum(calls), 0)::bigint FROM pg_stat_statements s \
                     JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = $1";

/// The counter, which has to be loaded since the start.
#[derive(Debug)]
pub(super) struct Statements(PgPool);

impl Statements {
    /// Opens it in a database that is not counted.
    pub(super) async fn open(url: &str) -> Outcome<Self> {
        let pool = PgPool::connect(url).await.doing("open the database")?;
        sqlx::query("CREATE EXTENSION pg_stat_statements").execute(&pool).await.doing("count statements")?;
        Ok(Self(pool))
    }

    /// The statements so far in a database.
    pub(super) async fn calls(&self, database: &str) -> Outcome<i64> {
        sqlx::query_scalar(CALLS).bind(database).fetch_one(&self.0).await.doing(CALLS)
    }
}
