//! What can go wrong between a port and its database, and what of it a caller of the port gets to see.

use std::sync::Arc;

use chat_core::ports::StoreError;

/// A column holds a value that this program never writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{table}.{column} holds a value that cannot be")]
pub(crate) struct Corrupt {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
}

/// Why one attempt at a piece of work failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The driver says so.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// What was read makes no sense.
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
    /// It is written, but what the database said about it makes no sense.
    #[error("written, but: {0}")]
    Unreadable(Corrupt),
    /// No answer within the time that a caller is made to wait.
    #[error("the database did not answer in time")]
    TimedOut,
    /// So much is waiting already that waiting too would only make it worse.
    #[error("too many are waiting")]
    Overloaded,
    /// The store was closed, or the task that does the work is gone.
    #[error("the store is closed")]
    Closed,
}

/// The SQLite result code of every violated constraint; extended codes carry it in their lowest byte.
const SQLITE_CONSTRAINT: i64 = 19;

impl Fault {
    /// Whether the database gave up on this attempt because of others, so that the same attempt can succeed right away.
    #[cfg(feature = "postgres")]
    pub(crate) fn is_transient(&self) -> bool {
        self.code().is_some_and(|code| matches!(code.as_str(), "40001" | "40P01"))
    }

    /// Whether the connection (or the pool that it came from) ended under the attempt: its outcome is unknown, and other
    /// connections may have ended too.
    #[cfg(feature = "postgres")]
    pub(crate) fn is_lost_connection(&self) -> bool {
        // The server says goodbye with these codes where it still can: ended by a person, after a crash, while starting.
        let goodbye = |code: String| matches!(code.as_str(), "57P01" | "57P02" | "57P03");
        matches!(self, Self::Sql(sqlx::Error::Io(_) | sqlx::Error::PoolClosed)) || self.code().is_some_and(goodbye)
    }

    /// Whether the attempt was refused for what it holds: nothing was written, and nothing else was wrong.
    pub(crate) fn is_refusal(&self) -> bool {
        let about_data = |code: String| {
            // Postgres has five characters, of which the first two are the class; SQLite has a number of at most four
            // digits.
            if code.len() == 5 {
                return code.starts_with("22") || code.starts_with("23");
            }
            code.parse::<i64>().is_ok_and(|code| code & 0xff == SQLITE_CONSTRAINT)
        };
        matches!(self, Self::Corrupt(_)) || self.code().is_some_and(about_data)
    }

    fn code(&self) -> Option<String> {
        match self {
            Self::Sql(error) => error.as_database_error()?.code().map(|code| code.into_owned()),
            Self::Corrupt(_) | Self::Unreadable(_) | Self::TimedOut | Self::Overloaded | Self::Closed => None,
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Corrupt(Corrupt { table, column }) | Fault::Unreadable(Corrupt { table, column }) => {
                Self::Corrupt { table, column }
            }
            Fault::Sql(_) | Fault::TimedOut | Fault::Overloaded | Fault::Closed => Self::Unavailable(Box::new(fault)),
        }
    }
}

/// One fault that several callers get.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub(crate) struct SharedFault(Arc<Fault>);

impl From<Fault> for SharedFault {
    fn from(fault: Fault) -> Self {
        Self(Arc::new(fault))
    }
}

impl From<SharedFault> for StoreError {
    fn from(SharedFault(fault): SharedFault) -> Self {
        match *fault {
            Fault::Corrupt(Corrupt { table, column }) | Fault::Unreadable(Corrupt { table, column }) => {
                Self::Corrupt { table, column }
            }
            Fault::Sql(_) | Fault::TimedOut | Fault::Overloaded | Fault::Closed => {
                Self::Unavailable(Box::new(SharedFault(fault)))
            }
        }
    }
}
