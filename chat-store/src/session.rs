//! One connection to either database: what code runs on that is written once for both.
//!
//! Statements have the same text on both (`$1` works on either); what really differs stands beside the implementation.

use std::collections::HashMap;

use chat_core::ids::{Seq, UserId};
use chat_core::log::{UserEntry, UserNotice};
use chat_core::time::Timestamp;

use crate::codec::Columns;
use crate::error::Fault;
use crate::sql::search::Syntax;

/// One value of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'v> {
    Number(i64),
    /// A list: an array, or JSON where there are no arrays.
    Numbers(&'v [i64]),
    NumberIfAny(Option<i64>),
    Text(&'v str),
    TextIfAny(Option<&'v str>),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::NumberIfAny(number)
    }
}

impl<'v> From<Option<&'v str>> for Value<'v> {
    fn from(text: Option<&'v str>) -> Self {
        Self::TextIfAny(text)
    }
}

/// A connection; to write, inside a transaction.
pub(crate) trait Session: Send {
    type Row: Columns + Send + Sync;

    /// [`put_on`](crate::sql::annotations::put_on) for a list of this database.
    const PUT_ON: &'static str;

    /// [`banned`](crate::sql::entrance::banned) for a list of this database.
    const BANNED: &'static str;

    /// Lets a message be found by other terms.
    const SET_TERMS: &'static str;

    /// The messages that an index of terms finds: [`found`](crate::sql::search::found).
    const FOUND: &'static str;

    /// How the index wants to be asked.
    const SYNTAX: Syntax;

    /// A conversation that nobody else can change until the transaction ends.
    const LOCK_CONVERSATION: &'static str;

    /// How two users stand, which nobody else can change until the transaction ends.
    const LOCK_STANDINGS: &'static str;

    /// Runs a statement that returns rows.
    fn rows(
        &mut self,
        statement: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<Vec<Self::Row>, Fault>> + Send;

    /// Runs a statement, and tells how many rows it changed.
    fn run(&mut self, statement: &'static str, values: &[Value<'_>])
    -> impl Future<Output = Result<u64, Fault>> + Send;

    /// The heads of the own logs of those of these users who exist; nobody else can move them until the transaction ends.
    fn own_heads(&mut self, users: &[UserId]) -> impl Future<Output = Result<HashMap<UserId, Seq>, Fault>> + Send;

    /// Writes the next entries of some own logs.
    fn push_own(
        &mut self,
        heads: HashMap<UserId, Seq>,
        notices: Vec<(UserId, UserNotice)>,
        at: Timestamp,
    ) -> impl Future<Output = Result<Vec<UserEntry>, Fault>> + Send;
}

/// The two methods of a session that are the same in every driver.
macro_rules! run_statements {
    ($row:ty, $list:path) => {
        type Row = $row;

        async fn rows(
            &mut self,
            statement: &'static str,
            values: &[$crate::session::Value<'_>],
        ) -> Result<Vec<$row>, $crate::error::Fault> {
            Ok($crate::session::bind!(statement, values, $list).fetch_all(&mut *self).await?)
        }

        async fn run(
            &mut self,
            statement: &'static str,
            values: &[$crate::session::Value<'_>],
        ) -> Result<u64, $crate::error::Fault> {
            Ok($crate::session::bind!(statement, values, $list).execute(&mut *self).await?.rows_affected())
        }
    };
}
pub(crate) use run_statements;

/// A statement with its values.
macro_rules! bind {
    ($statement:ident, $values:ident, $list:path) => {
        $values.iter().fold(sqlx::query($statement), |query, value| match *value {
            $crate::session::Value::Number(number) => query.bind(number),
            $crate::session::Value::Numbers(numbers) => query.bind($list(numbers.iter().copied())),
            $crate::session::Value::NumberIfAny(number) => query.bind(number),
            $crate::session::Value::Text(text) => query.bind(text.to_owned()),
            $crate::session::Value::TextIfAny(text) => query.bind(text.map(str::to_owned)),
        })
    };
}
pub(crate) use bind;
