//! From columns to the domain. What a column may not hold becomes [`Corrupt`], never a panic.

use chat_core::ids::{Seq, Version};
use chat_core::time::Timestamp;

use crate::error::Corrupt;

/// A row of either database. Columns are read by place; a value of another type is an error.
pub(crate) trait Columns {
    fn integer(&self, place: usize) -> Result<Option<i64>, sqlx::Error>;
    fn text(&self, place: usize) -> Result<Option<String>, sqlx::Error>;
    fn flag(&self, place: usize) -> Result<Option<bool>, sqlx::Error>;
    fn bytes(&self, place: usize) -> Result<Option<Vec<u8>>, sqlx::Error>;
}

macro_rules! columns_of {
    ($row:ty) => {
        impl Columns for $row {
            fn integer(&self, place: usize) -> Result<Option<i64>, sqlx::Error> {
                sqlx::Row::try_get(self, place)
            }

            fn text(&self, place: usize) -> Result<Option<String>, sqlx::Error> {
                sqlx::Row::try_get(self, place)
            }

            fn flag(&self, place: usize) -> Result<Option<bool>, sqlx::Error> {
                sqlx::Row::try_get(self, place)
            }

            fn bytes(&self, place: usize) -> Result<Option<Vec<u8>>, sqlx::Error> {
                sqlx::Row::try_get(self, place)
            }
        }
    };
}

#[cfg(feature = "sqlite")]
columns_of!(sqlx::sqlite::SqliteRow);
#[cfg(feature = "postgres")]
columns_of!(sqlx::postgres::PgRow);

/// Reads the columns of one row from left to right.
pub(crate) struct Reader<'r> {
    row: &'r dyn Columns,
    table: &'static str,
    place: usize,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(row: &'r dyn Columns) -> Self {
        Self { row, table: "", place: 0 }
    }

    /// Says which table the next columns come from, for the error.
    pub(crate) const fn table(&mut self, table: &'static str) -> &mut Self {
        self.table = table;
        self
    }

    /// An identity.
    pub(crate) fn id<T>(&mut self, column: &'static str, make: fn(i64) -> Option<T>) -> Result<T, Corrupt> {
        self.integer(column)?.and_then(make).ok_or_else(|| self.corrupt(column))
    }

    /// An identity that may be absent.
    pub(crate) fn id_if_any<T>(
        &mut self,
        column: &'static str,
        make: fn(i64) -> Option<T>,
    ) -> Result<Option<T>, Corrupt> {
        let Some(value) = self.integer(column)? else { return Ok(None) };
        make(value).map(Some).ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn seq(&mut self, column: &'static str) -> Result<Seq, Corrupt> {
        self.id(column, Seq::new)
    }

    pub(crate) fn seq_if_any(&mut self, column: &'static str) -> Result<Option<Seq>, Corrupt> {
        self.id_if_any(column, Seq::new)
    }

    pub(crate) fn version(&mut self, column: &'static str) -> Result<Version, Corrupt> {
        self.number(column).map(Version)
    }

    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, Corrupt> {
        self.number(column).map(Timestamp::from_micros)
    }

    pub(crate) fn time_if_any(&mut self, column: &'static str) -> Result<Option<Timestamp>, Corrupt> {
        Ok(self.integer(column)?.map(Timestamp::from_micros))
    }

    /// A number of things; more than the domain counts is shown as the most it counts.
    pub(crate) fn count(&mut self, column: &'static str) -> Result<u32, Corrupt> {
        let number = self.number(column)?;
        if number < 0 {
            return Err(self.corrupt(column));
        }
        Ok(u32::try_from(number).unwrap_or(u32::MAX))
    }

    pub(crate) fn count_if_any(&mut self, column: &'static str) -> Result<Option<u32>, Corrupt> {
        let Some(number) = self.integer(column)? else { return Ok(None) };
        u32::try_from(number).map(Some).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn number(&mut self, column: &'static str) -> Result<i64, Corrupt> {
        self.integer(column)?.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, Corrupt> {
        self.text_if_any(column)?.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn text_if_any(&mut self, column: &'static str) -> Result<Option<String>, Corrupt> {
        let place = self.advance();
        self.row.text(place).map_err(|_| self.corrupt(column))
    }

    /// A text of which only some are good.
    pub(crate) fn parsed<T>(&mut self, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Corrupt> {
        let text = self.text(column)?;
        parse(&text).ok_or_else(|| self.corrupt(column))
    }

    /// A text of which only some are good, and which may be absent.
    pub(crate) fn parsed_if_any<T>(
        &mut self,
        column: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Corrupt> {
        let Some(text) = self.text_if_any(column)? else { return Ok(None) };
        parse(&text).map(Some).ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn flag(&mut self, column: &'static str) -> Result<bool, Corrupt> {
        let place = self.advance();
        self.row.flag(place).ok().flatten().ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>, Corrupt> {
        let place = self.advance();
        self.row.bytes(place).ok().flatten().ok_or_else(|| self.corrupt(column))
    }

    /// The thing that the next `width` columns hold, or none if the first of them, which is its identity, is null.
    pub(crate) fn group<T>(
        &mut self,
        width: usize,
        read: impl Fn(&mut Self) -> Result<T, Corrupt>,
    ) -> Result<Option<T>, Corrupt> {
        let first = self.place;
        self.place += width;
        if self.row.integer(first).is_ok_and(|value| value.is_none()) {
            return Ok(None);
        }
        self.place = first;
        let thing = read(self)?;
        debug_assert_eq!(self.place, first + width, "the width of a group of columns");
        Ok(Some(thing))
    }

    /// Passes over columns that this kind of row does not use.
    pub(crate) const fn skip(&mut self, width: usize) {
        self.place += width;
    }

    /// What the code that reads has to say about a column that it just read.
    pub(crate) const fn corrupt(&self, column: &'static str) -> Corrupt {
        Corrupt { table: self.table, column }
    }

    fn integer(&mut self, column: &'static str) -> Result<Option<i64>, Corrupt> {
        let place = self.advance();
        self.row.integer(place).map_err(|_| self.corrupt(column))
    }

    const fn advance(&mut self) -> usize {
        let place = self.place;
        self.place += 1;
        place
    }
}

/// Reads one row.
pub(crate) fn one<R: Columns, T>(row: &R, read: impl Fn(&mut Reader<'_>) -> Result<T, Corrupt>) -> Result<T, Corrupt> {
    read(&mut Reader::new(row))
}

/// Reads a row that may be missing.
pub(crate) fn at_most_one<R: Columns, T>(
    row: Option<R>,
    read: impl Fn(&mut Reader<'_>) -> Result<T, Corrupt>,
) -> Result<Option<T>, Corrupt> {
    row.map(|row| one(&row, read)).transpose()
}

/// Reads every row.
pub(crate) fn all<R: Columns, T>(
    rows: &[R],
    read: impl Fn(&mut Reader<'_>) -> Result<T, Corrupt>,
) -> Result<Vec<T>, Corrupt> {
    rows.iter().map(|row| one(row, &read)).collect()
}

/// A number for a parameter or a limit.
pub(crate) fn big(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
