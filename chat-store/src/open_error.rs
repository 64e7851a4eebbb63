//! Why a store could not be opened, in words for the person who has to mend it.

use std::path::PathBuf;

/// Why a store could not be opened. The text is for the person who runs the program; no password is ever part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Neither of the known kinds of URL.
    #[error("the database URL is not understood: write sqlite://PATH or postgres://user:password@host:port/database")]
    UnknownScheme,
    /// This program was built without that database.
    #[error("this program was built without {database}: build it with the feature `{feature}` of chat-store")]
    LeftOut {
        /// Its name.
        database: &'static str,
        /// What would bring it in.
        feature: &'static str,
    },
    /// SQLite without a file.
    #[error("SQLite needs a file, because a database in memory would lose every message: write sqlite://PATH")]
    NotAFile,
    /// A query after the path of a file.
    #[error("options after the path of an SQLite file are not supported: write sqlite://PATH without `?`")]
    FileOptions,
    /// The file, or the directory that it belongs into, cannot be made or written.
    #[error("cannot write the database file {}: {source}", path.display())]
    FileNotWritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has the file open.
    #[error(
        "the database file {} is in use by another process: one file serves one process at a time (several nodes share a \
         Postgres)",
        path.display()
    )]
    FileInUse {
        /// The file.
        path: PathBuf,
    },
    /// Something else than an SQLite database, or a damaged one.
    #[error("{} is not an SQLite database, or is damaged: {source}", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: sqlx::Error,
    },
    /// The SQLite library is one that can damage a database.
    #[error(
        "the SQLite library is {found}; versions before {needed} can damage a database that is written and read at once"
    )]
    SqliteTooOld {
        /// Its version.
        found: String,
        /// The oldest good one.
        needed: &'static str,
    },
    /// The URL has the right scheme and is still not a Postgres URL.
    #[error("the Postgres URL is not understood: {reason}")]
    BadUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody answers.
    #[error("cannot reach Postgres at {address}: {reason}")]
    Unreachable {
        /// Host and port, or the socket.
        address: String,
        /// Why.
        reason: String,
    },
    /// Postgres does not know the user, or the password is wrong.
    #[error("Postgres at {address} does not let {user:?} in: check user name and password ({reason})")]
    AccessDenied {
        /// Host and port.
        address: String,
        /// The user name.
        user: String,
        /// What Postgres says.
        reason: String,
    },
    /// There is no such database on the server.
    #[error("Postgres at {address} has no database {database:?}: create it with `createdb`")]
    NoSuchDatabase {
        /// Host and port.
        address: String,
        /// The database's name.
        database: String,
    },
    /// Too old a server.
    #[error("Postgres {found} is too old: version {needed} or newer is needed")]
    PostgresTooOld {
        /// Its version.
        found: String,
        /// The oldest good one.
        needed: u32,
    },
    /// A database in another encoding cannot hold what people write.
    #[error("the database has the encoding {found}: create it with UTF8")]
    NotUtf8 {
        /// Its encoding.
        found: String,
    },
    /// The schema is of a later version of this program.
    #[error(
        "the database is newer than this program: it has migration {found}, this program knows {known}. Run the newer program"
    )]
    NewerDatabase {
        /// The migration that the database has.
        found: i64,
        /// The newest one that this program knows.
        known: i64,
    },
    /// A migration that ran is not the one that this program has.
    #[error("migration {version} of the database is not the one of this program: they do not belong together")]
    ForeignDatabase {
        /// Which one.
        version: i64,
    },
    /// Anything else that the database says.
    #[error("the database cannot be opened: {0}")]
    Database(#[source] sqlx::Error),
    /// A migration failed; it left nothing behind.
    #[error("the database cannot be brought up to date: {0}")]
    Migration(#[source] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}
