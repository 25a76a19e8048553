//! Reading the past: which versions of a row were known at an audit sequence.
//!
//! A versioned table has `tx_from` and `tx_to` (NULL while current): the transactions that wrote and that ended the
//! version. The audit table gives a transaction its sequence when it commits.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::{Conn, StoreError, args};

/// The condition under which a version of `alias` was known at the sequence in `placeholder` (`$2`).
/// Rows of the open transaction have no sequence yet and are not seen; use [`current`] for them.
#[must_use]
pub fn as_of(alias: &str, placeholder: &str) -> String {
    format!(
        "(EXISTS (SELECT 1 FROM audit began WHERE began.tx = {alias}.tx_from AND began.seq <= {placeholder}) \
         AND NOT EXISTS (SELECT 1 FROM audit ended WHERE ended.tx = {alias}.tx_to AND ended.seq <= {placeholder}))"
    )
}

/// The condition under which a version of `alias` is the latest, the open transaction's own included.
#[must_use]
pub fn current(alias: &str) -> String {
    format!("({alias}.tx_to IS NULL)")
}

impl Conn {
    /// The last sequence at or before a moment; `None` when the log began later.
    ///
    /// # Errors
    /// What the database says.
    pub async fn seq_at(&mut self, moment: Timestamp) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT seq FROM audit WHERE at <= $1 ORDER BY at DESC, seq DESC LIMIT 1";
        self.fetch_optional(sql, args![moment]).await?.map(|row| row.get("seq")).transpose()
    }

    /// The last sequence at or before the end of a day in the organisation's zone; `now` tells what today is.
    ///
    /// # Errors
    /// [`StoreError::Future`] when the day has not begun, or what the database says.
    pub async fn seq_at_end_of(
        &mut self,
        day: Date,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        if day > now.to_zoned_datetime(zone.clone()).date() {
            return Err(StoreError::Future(day.to_string()));
        }
        let next = day.tomorrow().and_then(|next| next.to_zoned_datetime(zone.clone()));
        let end = next.map_or(now, |next| next.timestamp());
        // Moments are kept in milliseconds: the last one of the day is one before the next day.
        let last = Timestamp::from_millisecond(end.as_millisecond() - 1).unwrap_or(end);
        self.seq_at(last).await
    }
}
