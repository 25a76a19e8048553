//! Days of the story: so many days before or after the day on which the demonstration is made.

use jiff::civil::Date;
use jiff::{Span, Timestamp};

/// The day on which the demonstration is made.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    today: Timestamp,
}

impl Days {
    /// Days counted from this moment.
    #[must_use]
    pub const fn from(today: Timestamp) -> Self {
        Self { today }
    }

    /// The moment, at nine in the morning in UTC, so many days ago.
    #[must_use]
    pub fn moment(self, ago: i64) -> Timestamp {
        let midnight = self.today.as_second() - self.today.as_second().rem_euclid(86_400);
        Timestamp::from_second(midnight - ago * 86_400 + 9 * 3_600).unwrap_or(self.today)
    }

    /// The day so many days ago; in the future where negative.
    #[must_use]
    pub fn ago(self, days: i64) -> String {
        self.day(days).to_string()
    }

    fn day(self, ago: i64) -> Date {
        let today = self.today.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        today.checked_sub(Span::new().days(ago)).unwrap_or(today)
    }

    /// The day so many days ago, where one may be given.
    #[must_use]
    pub fn date(self, ago: i64) -> Option<Date> {
        Some(self.day(ago))
    }
}
