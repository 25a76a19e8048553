//! The real clock and the real source of chance: the only place where the program meets either.

use jiff::Timestamp;
use theriac_model::{Clock, IdSource};

/// The system's clock, in whole milliseconds as everything is kept.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// The system's random numbers.
#[derive(Debug, Clone, Copy)]

pub struct SystemIds;

impl IdSource for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the source that everything else is handed")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Going on would make guessable keys and tokens.
            crate::output::note(&format!("error: the system gives no random numbers: {error}"));
            std::process::abort();
        }
    }
}
