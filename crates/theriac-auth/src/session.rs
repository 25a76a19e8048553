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
