//! The first contact with a server: is it there, is it good enough, is its schema up to date.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::time::timeout;

use super::life;
use crate::migrations::{self, AppliedMigration};
use crate::open_error::OpenError;

/// The oldest version whose random UUIDs need no extension.
const NEEDED_VERSION: u32 = 13;

/// How long the server may take to answer at all.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// Checks the server, migrates the database, and gives the options for every further connection.
pub(crate) async fn prepare(url: &str) -> Result<(PgConnectOptions, Vec<AppliedMigration>), OpenError> {
    let options: PgConnectOptions = url.parse().map_err(|error| bad_url(&error))?;
    let options = options.application_name("chat-store");
    let mut first = connect(&options).await?;
    check(&mut first).await?;
    let applied = migrations::run(&mut first, migrations::POSTGRES).await?;
    life::continue_or_renew(&mut first).await?;
    first.close().await?;
    Ok((options, applied))
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, OpenError> {
    match timeout(CONNECT_PATIENCE, PgConnection::connect_with(options)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(explain(error, options)),
        Err(_) => {
            let reason = format!("no answer within {} seconds", CONNECT_PATIENCE.as_secs());
            Err(OpenError::Unreachable { address: address(options), reason })
        }
    }
}

async fn check(connection: &mut PgConnection) -> Result<(), OpenError> {
    let found: String = sqlx::query_scalar("SHOW server_version").fetch_one(&mut *connection).await?;
    let number: String = sqlx::query_scalar("SHOW server_version_num").fetch_one(&mut *connection).await?;
    if number.parse::<u32>().is_ok_and(|number| number / 10_000 < NEEDED_VERSION) {
        return Err(OpenError::PostgresTooOld { found, needed: NEEDED_VERSION });
    }
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(connection).await?;
    if encoding != "UTF8" {
        return Err(OpenError::NotUtf8 { found: encoding });
    }
    Ok(())
}

fn address(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

fn bad_url(error: &sqlx::Error) -> OpenError {
    OpenError::BadUrl { reason: error.to_string() }
}

/// The errors that a person can mend, in words that say how.
fn explain(error: sqlx::Error, options: &PgConnectOptions) -> OpenError {
    let address = address(options);
    if let sqlx::Error::Io(reason) = &error {
        return OpenError::Unreachable { address, reason: reason.to_string() };
    }
    let Some(reason) = error.as_database_error() else { return OpenError::Database(error) };
    match reason.code().as_deref() {
        Some("28000" | "28P01") => OpenError::AccessDenied {
            address,
            user: options.get_username().to_owned(),
            reason: reason.message().to_owned(),
        },
        Some("3D000") => OpenError::NoSuchDatabase {
            address,
            database: options.get_database().unwrap_or(options.get_username()).to_owned(),
        },
        Some("57P03") => OpenError::Unreachable { address, reason: reason.message().to_owned() },
        Some(_) | None => OpenError::Database(error),
    }
}
