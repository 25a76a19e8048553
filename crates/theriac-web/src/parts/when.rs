//! Points in time, always absolute in the text and relative only in the title.

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Icon, StatusKind};

/// A date or a moment as a `time` element.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<time datetime="{{ machine }}" title="{{ relative }}">{{ shown }}</time>"#,
    ext = "html"
)]
pub struct When {
    /// The `datetime` attribute: `2026-11-24` or `2026-11-24T08:41:07Z`.
    pub machine: String,
    /// What is read: `2026-11-24` or `2026-11-24 08:41` (UTC).
    pub shown: String,
    /// In words from now: "in 6 days", "4 days ago".
    pub relative: String,
}

impl askama::filters::HtmlSafe for When {}

impl When {
    /// A day, seen from `today`.
    #[must_use]
    pub fn date(date: Date, today: Date) -> Self {
        let days = i64::from((date - today).get_days());
        Self { machine: date.to_string(), shown: date.to_string(), relative: in_words(days) }
    }

    /// A moment, seen from `now`.
    #[must_use]
    pub fn moment(moment: Timestamp, now: Timestamp) -> Self {
        let seconds = moment.as_second() - now.as_second();
        let relative = match seconds.abs() {
            0..60 => "now".to_owned(),
            60..3600 => phrase(seconds / 60, "minute"),
            3600..86_400 => phrase(seconds / 3600, "hour"),
            _ => in_words(seconds / 86_400),
        };
        Self {
            machine: moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            shown: moment.strftime("%Y-%m-%d %H:%M").to_string(),
            relative,
        }
    }
}

/// Whole days from now in words, coarser with distance.
fn in_words(days: i64) -> String {
    match days.abs() {
        0 => "today".to_owned(),
        1..=60 => phrase(days, "day"),
        61..=730 => phrase(days / 30, "month"),
        _ => phrase(days / 365, "year"),
    }
}

fn phrase(amount: i64, unit: &str) -> String {
    let count = amount.abs();
    let plural = if count == 1 { "" } else { "s" };
    if amount < 0 { format!("{count} {unit}{plural} ago") } else { format!("in {count} {unit}{plural}") }
}

/// A date to keep: calendar when it is ahead, alarm clock and the word "Overdue" when it was missed.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<span class="st {{ self.kind().colour() }}">{{ self.icon() }}{% if overdue %}Overdue {% else %}<span class="vh">Due </span>{% endif %}{{ when }}</span>"#,
    ext = "html"
)]
pub struct Due {
    /// The date.
    pub when: When,
    /// Whether it was missed.
    pub overdue: bool,
}

impl askama::filters::HtmlSafe for Due {}

impl Due {
    /// Due on `date`, seen from `today`; overdue from the day after.
    #[must_use]
    pub fn on(date: Date, today: Date) -> Self {
        Self { when: When::date(date, today), overdue: date < today }
    }

    fn kind(&self) -> StatusKind {
        if self.overdue { StatusKind::Overdue } else { StatusKind::Due }
    }

    fn icon(&self) -> Icon {
        self.kind().shape().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_date_is_absolute_in_the_text_and_relative_in_the_title() {
        let today = date(2026, 11, 24);
        let of = |day| When::date(day, today).relative;
        assert_eq!(of(date(2026, 11, 24)), "today");
        assert_eq!(of(date(2026, 11, 25)), "in 1 day");
        assert_eq!(of(date(2026, 11, 18)), "6 days ago");
        assert_eq!(of(date(2027, 4, 24)), "in 5 months");
        assert_eq!(of(date(2031, 12, 31)), "in 5 years");
        assert_eq!(When::date(date(2026, 3, 2), today).shown, "2026-03-02");
    }

    #[test]
    fn a_moment_is_shown_to_the_minute_in_utc() {
        let now: Timestamp = "2026-11-24T08:41:07Z".parse().unwrap();
        let when = When::moment("2026-11-24T08:29:59Z".parse().unwrap(), now);
        assert_eq!((when.shown.as_str(), when.relative.as_str()), ("2026-11-24 08:29", "11 minutes ago"));
        assert_eq!(when.machine, "2026-11-24T08:29:59Z");
    }

    #[test]
    fn a_duty_is_overdue_from_the_day_after() {
        let today = date(2026, 11, 24);
        assert!(!Due::on(today, today).overdue);
        assert!(Due::on(date(2026, 11, 23), today).overdue);
    }
}
