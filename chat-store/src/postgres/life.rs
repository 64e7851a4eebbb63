//! The lives of a database: one that was restored elsewhere begins a new one, because places in the logs are given out
//! again that clients have seen already.

use sqlx::PgConnection;

use crate::open_error::OpenError;

/// Another server, another history of the same server, or another database on it is another home.
const HOME: &str = "SELECT system.system_identifier || '/' || past.timeline_id || '/' || here.oid \
    FROM pg_control_system() AS system, pg_control_checkpoint() AS past, pg_database AS here \
    WHERE here.datname = current_database()";

/// Of several programs that start at once, the first moves in and the others find it done.
const MOVE_IN: &str = "UPDATE database_life SET home = $1, \
    epoch = CASE WHEN home IS NULL THEN epoch ELSE replace(gen_random_uuid()::TEXT, '-', '') END \
    WHERE only_row = 1 AND home IS DISTINCT FROM $1";

const RENEW: &str =
    "UPDATE database_life SET epoch = replace(gen_random_uuid()::TEXT, '-', '') WHERE only_row = 1 RETURNING epoch";

/// Compares the place of the database with where it was last.
pub(crate) async fn continue_or_renew(connection: &mut PgConnection) -> Result<(), OpenError> {
    let home: Option<String> = match sqlx::query_scalar(HOME).fetch_optional(&mut *connection).await {
        Ok(home) => home,
        // Some providers keep this to themselves; then only `renew_epoch` begins a new life.
        Err(error) if error.as_database_error().is_some() => {
            tracing::debug!(%error, "the server does not say which one it is");
            None
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(home) = home {
        sqlx::query(MOVE_IN).bind(home).execute(connection).await?;
    }
    Ok(())
}

/// Begins a new life of the database and gives its name.
pub(crate) async fn renew(connection: &mut PgConnection) -> Result<String, OpenError> {
    Ok(sqlx::query_scalar(RENEW).fetch_one(connection).await?)
}
