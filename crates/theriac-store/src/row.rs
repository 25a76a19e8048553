//! Values on their way out of a row.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::any::AnyRow;
use sqlx::{Column as _, Row as _};
use theriac_model::Digest;

use crate::StoreError;

/// One row of a result.
pub struct Row(pub(crate) AnyRow);

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.0.columns().iter().map(|column| column.name()).collect();
        f.debug_tuple("Row").field(&names).finish()
    }
}

impl Row {
    /// The value of a column; the wanted type decides what is allowed there: `let title: String = row.get("title")?`.
    ///
    /// # Errors
    /// [`StoreError::Column`] when there is no such column, or it holds something else.
    pub fn get<T: FromColumn>(&self, column: &str) -> Result<T, StoreError> {
        T::from_column(self, column)
    }

    /// A text column read by `FromStr`: severities, states and other words.
    ///
    /// # Errors
    /// [`StoreError::Column`] when the text is not one of the words.
    pub fn parse<T>(&self, column: &str) -> Result<T, StoreError>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        self.get::<String>(column)?.parse().map_err(|error: T::Err| wrong(column, error))
    }

    fn raw<'r, T>(&'r self, column: &str) -> Result<T, StoreError>
    where
        T: sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
    {
        self.0.try_get(column).map_err(|error| wrong(column, error))
    }
}

fn wrong(column: &str, reason: impl std::fmt::Display) -> StoreError {
    StoreError::Column { column: column.to_owned(), reason: reason.to_string() }
}

/// What can be read from a column.
pub trait FromColumn: Sized {
    /// The value of the column, `None` where it is NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] as for [`Row::get`].
    fn optional(row: &Row, column: &str) -> Result<Option<Self>, StoreError>;

    /// The value of the column, which is not NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] as for [`Row::get`].
    fn from_column(row: &Row, column: &str) -> Result<Self, StoreError> {
        Self::optional(row, column)?.ok_or_else(|| wrong(column, "a value is expected, it is NULL"))
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn optional(row: &Row, column: &str) -> Result<Option<Self>, StoreError> {
        T::optional(row, column).map(Some)
    }
    fn from_column(row: &Row, column: &str) -> Result<Self, StoreError> {
        T::optional(row, column)
    }
}

macro_rules! from_column {
    ($($kind:ty, $raw:ty, |$column:ident, $value:ident| $convert:expr;)+) => {$(
        impl FromColumn for $kind {
            fn optional(row: &Row, $column: &str) -> Result<Option<Self>, StoreError> {
                row.raw::<Option<$raw>>($column)?.map(|$value| $convert).transpose()
            }
        }
    )+};
}

from_column! {
    String, String, |column, text| Ok(text);
    Vec<u8>, Vec<u8>, |column, bytes| Ok(bytes);
    i64, i64, |column, number| Ok(number);
    u32, i64, |column, number| u32::try_from(number).map_err(|error| wrong(column, error));
    u64, i64, |column, number| u64::try_from(number).map_err(|error| wrong(column, error));
    Timestamp, i64, |column, ms| Timestamp::from_millisecond(ms).map_err(|error| wrong(column, error));
    Digest, String, |column, text| text.parse().map_err(|error| wrong(column, error));
    Date, String, |column, text| text.parse().map_err(|error| wrong(column, error));
    serde_json::Value, String, |column, text| serde_json::from_str(&text).map_err(|error| wrong(column, error));
}

/// Columns hold flags as 0 and 1; a comparison in a SELECT is BOOLEAN on PostgreSQL.
impl FromColumn for bool {
    fn optional(row: &Row, column: &str) -> Result<Option<Self>, StoreError> {
        if let Ok(flag) = row.raw::<Option<Self>>(column) {
            return Ok(flag);
        }
        match row.raw::<Option<i64>>(column)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(other) => Err(wrong(column, format!("0 or 1 is expected, it is {other}"))),
        }
    }
}
