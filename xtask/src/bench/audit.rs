//! The check at the end of every run. A rate means nothing if a message is missing: everything that was acknowledged is in
//! the database once, densely numbered.

use std::collections::BTreeMap;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use crate::failure::{Doing, Failure, Outcome};

/// Rows, different keys and the last seq of each conversation. Both databases understand it.
const STORED: &str = "SELECT conversation_id, count(*), count(DISTINCT client_id), max(seq) FROM messages GROUP BY 1";

/// How many messages of each conversation were acknowledged.
pub(super) type Acknowledged = BTreeMap<i64, u64>;

/// Looks every acknowledged message up and answers how many there are.
pub(super) async fn check(url: &str, acknowledged: &Acknowledged) -> Outcome<u64> {
    let rows: Vec<(i64, i64, i64, i64)> = if url.starts_with("sqlite:") {
        let pool = SqlitePoolOptions::new().max_connections(1).connect(url).await.doing("open the database")?;
        let rows = sqlx::query_as(STORED).fetch_all(&pool).await.doing(STORED)?;
        pool.close().await;
        rows
    } else {
        let pool = PgPoolOptions::new().max_connections(1).connect(url).await.doing("open the database")?;
        let rows = sqlx::query_as(STORED).fetch_all(&pool).await.doing(STORED)?;
        pool.close().await;
        rows
    };
    compare(&rows, acknowledged)
}

fn compare(rows: &[(i64, i64, i64, i64)], acknowledged: &Acknowledged) -> Outcome<u64> {
    let counted = |(id, rows, keys, last): &(i64, i64, i64, i64)| {
        (*id, [*rows, *keys, *last].map(|count| u64::try_from(count).unwrap_or(0)))
    };
    let stored: BTreeMap<i64, [u64; 3]> = rows.iter().map(counted).collect();
    for (conversation, count) in acknowledged {
        let found = stored.get(conversation).copied().unwrap_or_default();
        if found != [*count; 3] {
            return Err(Failure::new(format!(
                "conversation {conversation}: {count} acknowledged, but rows, keys and last seq are {found:?}"
            )));
        }
    }
    Ok(acknowledged.values().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_missing_doubled_or_misplaced_is_found() {
        let acknowledged = Acknowledged::from([(1, 3)]);

        assert_eq!(compare(&[(1, 3, 3, 3), (2, 9, 9, 9)], &acknowledged).unwrap(), 3);
        for wrong in [(1, 2, 2, 3), (1, 3, 2, 3), (1, 3, 3, 4), (2, 3, 3, 3)] {
            assert!(compare(&[wrong], &acknowledged).is_err(), "{wrong:?}");
        }
    }
}
