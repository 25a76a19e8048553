//! How long a sign-in lasts.

use jiff::{SignedDuration, Timestamp};

/// The life of a session: it ends when unused for a while, and in any case after a working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLife {
    /// Longest time between two requests.
    pub idle: SignedDuration,
    /// Longest time since signing in.
    pub total: SignedDuration,
}

impl SessionLife {
    /// One hour unused, twelve hours in all.
    pub const STANDARD: Self =
        Self { idle: SignedDuration::from_hours(1), total: SignedDuration::from_hours(12) };

    /// Whether a session is still good.
    #[must_use]
    pub fn is_live(&self, signed_in_at: Timestamp, last_seen_at: Timestamp, now: Timestamp) -> bool {
        now.duration_since(last_seen_at) <= self.idle && now.duration_since(signed_in_at) <= self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_unused_or_after_the_day() {
        let start: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let after = |minutes| start + SignedDuration::from_mins(minutes);
        let live = |seen, now| SessionLife::STANDARD.is_live(start, after(seen), after(now));
        assert!(live(0, 60));
        assert!(!live(0, 61), "unused for more than an hour");
        assert!(live(700, 720));
        assert!(!live(700, 721), "older than twelve hours");
    }
}
