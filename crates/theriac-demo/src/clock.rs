//! The clock of the story: it stands where the story is.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use theriac_model::Clock;

/// A clock that moves when the story does; a second passes with each look, so that no two acts happen at once.
#[derive(Debug)]
pub struct StoryClock(AtomicI64);

impl StoryClock {
    /// A clock that stands at a moment.
    #[must_use]
    pub fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.as_second()))
    }

    /// Moves on to a moment; never back.
    pub fn move_to(&self, moment: Timestamp) {
        self.0.fetch_max(moment.as_second(), Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.fetch_add(1, Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
