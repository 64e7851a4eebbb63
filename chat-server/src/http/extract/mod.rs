//! What handlers take from a request. Everything that does not fit is answered with a problem, never with axum's plain texts.

mod body;
mod caller;
mod path;
mod query;

pub(crate) use body::JsonBody;
pub(crate) use caller::{Answer, Caller};
pub(crate) use path::Id;
pub(crate) use query::{After, BAD_CURSOR, QueryOf, seq};
