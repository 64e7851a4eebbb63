//! The schema: numbered steps that are built into the program, the same numbers for both databases.

use std::collections::HashSet;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};

use crate::open_error::OpenError;

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedMigration {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: String,
}

/// The table in which the database remembers its steps.
const TABLE: &str = "_sqlx_migrations";

#[cfg(feature = "sqlite")]
pub(crate) const SQLITE: &[(i64, &str, &str)] = &[
    (1, "initial", include_str!("../migrations/sqlite/0001_initial.sql")),
    (2, "groups_and_changes", include_str!("../migrations/sqlite/0002_groups_and_changes.sql")),
    (3, "search", include_str!("../migrations/sqlite/0003_search.sql")),
    (4, "profiles", include_str!("../migrations/sqlite/0004_profiles.sql")),
    (5, "rooms", include_str!("../migrations/sqlite/0005_rooms.sql")),
    (6, "group_receipts", include_str!("../migrations/sqlite/0006_group_receipts.sql")),
    (7, "moderation", include_str!("../migrations/sqlite/0007_moderation.sql")),
    (8, "accounts", include_str!("../migrations/sqlite/0008_accounts.sql")),
    (9, "personal", include_str!("../migrations/sqlite/0009_personal.sql")),
];

#[cfg(feature = "postgres")]
pub(crate) const POSTGRES: &[(i64, &str, &str)] = &[
    (1, "initial", include_str!("../migrations/postgres/0001_initial.sql")),
    (2, "groups_and_changes", include_str!("../migrations/postgres/0002_groups_and_changes.sql")),
    (3, "search", include_str!("../migrations/postgres/0003_search.sql")),
    (4, "profiles", include_str!("../migrations/postgres/0004_profiles.sql")),
    (5, "rooms", include_str!("../migrations/postgres/0005_rooms.sql")),
    (6, "group_receipts", include_str!("../migrations/postgres/0006_group_receipts.sql")),
    (7, "moderation", include_str!("../migrations/postgres/0007_moderation.sql")),
    (8, "accounts", include_str!("../migrations/postgres/0008_accounts.sql")),
    (9, "personal", include_str!("../migrations/postgres/0009_personal.sql")),
];

/// Takes the steps that the database has not taken yet, each in its own transaction, and tells which. Of several
/// programs that start at once on one Postgres, one does it and the others wait.
pub(crate) async fn run<C: Migrate>(
    connection: &mut C,
    steps: &'static [(i64, &'static str, &'static str)],
) -> Result<Vec<AppliedMigration>, OpenError> {
    let known = steps.iter().map(|(version, ..)| *version).max().unwrap_or_default();
    let step = |(version, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, (*sql).into_sql_str(), false)
    };
    let migrator = Migrator::with_migrations(steps.iter().map(step).collect());
    let failed = |error| explain(error, known);

    // The lock counts: taking it here too makes the whole of this one step. It ends with the connection at the latest.
    connection.lock().await.map_err(failed)?;
    connection.ensure_migrations_table(TABLE).await.map_err(failed)?;
    let before = versions(connection).await.map_err(failed)?;
    migrator.run_direct(None, connection, false).await.map_err(failed)?;
    let after = versions(connection).await.map_err(failed)?;
    connection.unlock().await.map_err(failed)?;
    let new = steps.iter().filter(|(version, ..)| after.contains(version) && !before.contains(version));
    Ok(new.map(|(version, name, _)| AppliedMigration { version: *version, name: (*name).to_owned() }).collect())
}

async fn versions<C: Migrate>(connection: &mut C) -> Result<HashSet<i64>, MigrateError> {
    let applied = connection.list_applied_migrations(TABLE).await?;
    Ok(applied.into_iter().map(|migration| migration.version).collect())
}

fn explain(error: MigrateError, known: i64) -> OpenError {
    if let MigrateError::VersionMissing(found) = error {
        return OpenError::NewerDatabase { found, known };
    }
    if let MigrateError::VersionMismatch(version) = error {
        return OpenError::ForeignDatabase { version };
    }
    OpenError::Migration(error)
}

#[cfg(all(test, feature = "sqlite", feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn both_databases_take_the_same_steps() {
        let names = |steps: &[(i64, &'static str, &'static str)]| -> Vec<_> {
            steps.iter().map(|(version, name, _)| (*version, *name)).collect()
        };
        assert_eq!(names(SQLITE), names(POSTGRES));
    }

    #[test]
    fn the_steps_are_numbered_from_one_without_a_gap() {
        let numbers: Vec<_> = SQLITE.iter().map(|(version, ..)| *version).collect();
        assert_eq!(numbers, (1..=i64::try_from(SQLITE.len()).expect("a number")).collect::<Vec<_>>());
    }
}
