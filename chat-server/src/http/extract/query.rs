//! The query of a path: unknown names are passed over, and what is known has to be exactly what it should be.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chat_core::ids::Seq;
use chat_core::page::PageSize;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::http::problem::Problem;

/// The parameters of a query.
#[derive(Debug, Clone)]
pub(crate) struct QueryOf<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let refused = Problem::bad_request("A parameter of the query is not what is documented for this call.");
        let Query(raw) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| refused)?;
        // Percent-encoded bytes that are no UTF-8 come out of the decoder as replacement characters.
        if raw.iter().any(|(name, value)| name.contains('\u{FFFD}') || value.contains('\u{FFFD}')) {
            return Err(refused);
        }
        Query::try_from_uri(&parts.uri).map(|Query(query)| Self(query)).map_err(|_| refused)
    }
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// The `next` of the page before; absent for the first page.
    #[param(minimum = 0, maximum = 9007199254740991_i64)]
    after: Option<i64>,
    /// How many; what is outside 1 to 100 is taken as the nearest of both.
    #[param(default = 50)]
    limit: Option<i64>,
}

impl After {
    /// For lists that have parameters of their own beside these.
    pub(crate) const fn new(after: Option<i64>, limit: Option<i64>) -> Self {
        Self { after, limit }
    }

    /// How many.
    pub(crate) fn size(self) -> PageSize {
        self.limit.map_or_else(PageSize::default, PageSize::clamped)
    }

    /// After which place in a log.
    pub(crate) fn seq(self) -> Result<Seq, Problem> {
        self.after.map_or(Ok(Seq::ZERO), seq)
    }

    /// After which id, in a list that is ordered by ids; zero is before all of them.
    pub(crate) fn id<T>(self, new: impl Fn(i64) -> Option<T>) -> Result<Option<T>, Problem> {
        match self.after {
            None | Some(0) => Ok(None),
            Some(id) => new(id).map(Some).ok_or(BAD_CURSOR),
        }
    }
}

/// A place in a log.
pub(crate) fn seq(value: i64) -> Result<Seq, Problem> {
    Seq::new(value).ok_or(BAD_CURSOR)
}

/// What no answer of ours ever gave as a cursor.
pub(crate) const BAD_CURSOR: Problem = Problem::bad_request("The cursor must be one that an answer gave as `next`.");
