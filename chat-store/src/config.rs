//! Where the database is and how much of it may be used.

use std::fmt;
use std::path::PathBuf;

use crate::open_error::OpenError;

/// What [`open`](crate::open) and [`migrate`](crate::migrate) need to know.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreConfig {
    /// `sqlite://PATH`, the path relative to the working directory or absolute and taken to the letter, or
    /// `postgres://user:password@host:port/database`.
    pub url: String,
    /// How many connections callers share. One more writes on SQLite, and three more write batches on Postgres.
    pub max_connections: u32,
}

impl StoreConfig {
    /// Few connections keep two cores busy, and leave room for other nodes on the same Postgres.
    pub const DEFAULT_MAX_CONNECTIONS: u32 = 8;

    /// The defaults for a URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), max_connections: Self::DEFAULT_MAX_CONNECTIONS }
    }

    /// The same with another number of connections; at least one.
    #[must_use]
    pub fn with_max_connections(mut self, max_connections: u32) -> Self {
        self.max_connections = max_connections.max(1);
        self
    }

    /// Which database it is.
    pub(crate) fn target(&self) -> Result<Target, OpenError> {
        let url = self.url.trim();
        let Some((scheme, rest)) = url.split_once(':') else { return Err(OpenError::UnknownScheme) };
        match scheme {
            "sqlite" => file(rest.strip_prefix("//").unwrap_or(rest)).map(Target::Sqlite),
            "postgres" | "postgresql" => Ok(Target::Postgres(url.to_owned())),
            _ => Err(OpenError::UnknownScheme),
        }
    }
}

/// The URL may hold a password, so only its scheme is shown.
impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.url.split_once(':').map_or("", |(scheme, _)| scheme);
        f.debug_struct("StoreConfig")
            .field("scheme", &scheme)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// A database, by its kind.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A URL with credentials.
    Postgres(String),
}

fn file(path: &str) -> Result<PathBuf, OpenError> {
    if path.is_empty() || path.contains(":memory:") {
        return Err(OpenError::NotAFile);
    }
    if path.contains('?') {
        return Err(OpenError::FileOptions);
    }
    Ok(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqlite_file(url: &str) -> Option<String> {
        match StoreConfig::new(url).target() {
            Ok(Target::Sqlite(path)) => Some(path.display().to_string()),
            Ok(Target::Postgres(_)) | Err(_) => None,
        }
    }

    #[test]
    fn a_path_is_relative_or_absolute_and_taken_to_the_letter() {
        assert_eq!(sqlite_file("sqlite://chat.db").as_deref(), Some("chat.db"));
        assert_eq!(sqlite_file("sqlite://./data/chat.db").as_deref(), Some("./data/chat.db"));
        assert_eq!(sqlite_file("sqlite:///var/lib/my%20chat.db").as_deref(), Some("/var/lib/my%20chat.db"));
    }

    #[test]
    fn a_database_in_memory_is_refused_because_nothing_there_survives() {
        for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite://", "sqlite:"] {
            assert!(matches!(StoreConfig::new(url).target(), Err(OpenError::NotAFile)), "{url}");
        }
    }

    #[test]
    fn a_scheme_that_nobody_knows_is_refused() {
        for url in ["", "chat.db", "mysql://localhost/chat"] {
            assert!(matches!(StoreConfig::new(url).target(), Err(OpenError::UnknownScheme)), "{url}");
        }
    }

    #[test]
    fn a_password_is_not_printed() {
        let config = StoreConfig::new("postgres://ann:secret@localhost/chat");
        assert!(!format!("{config:?}").contains("secret"));
    }
}
