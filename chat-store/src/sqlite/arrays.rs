//! Lists as parameters: SQLite has no arrays, but reads JSON as a table, so one statement of constant text serves any
//! number.

use serde_json::Value;

/// A list of integers, for `json_each`.
pub(crate) fn ids(ids: impl IntoIterator<Item = i64>) -> String {
    Value::from_iter(ids).to_string()
}

/// A list of texts, for `json_each`.
pub(crate) fn texts(texts: &[String]) -> String {
    texts.iter().map(|text| Value::from(text.as_str())).collect::<Value>().to_string()
}

/// A list of rows, each a list of values, for `json_each` and `->>`.
pub(crate) fn table<const WIDTH: usize>(rows: impl IntoIterator<Item = [Value; WIDTH]>) -> String {
    rows.into_iter().map(|row| Value::Array(row.into())).collect::<Value>().to_string()
}
