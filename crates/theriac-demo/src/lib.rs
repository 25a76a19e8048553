//! The demonstration: a manufacturer with one product and two releases, told through the service's own use cases.
//!
//! [`tell`] writes it into an empty store whose clock is a [`StoryClock`], which stands in the past and moves on with the
//! story. What people wrote is in [`content`], what machines delivered in `data/`; [`story`] says what happened when.
//! To add a scene: a function in `story.rs` and its call in [`tell`].

mod cast;
mod clock;
pub mod content;
mod days;
mod files;
mod story;
mod teller;

use std::path::PathBuf;

use theriac_service::{App, ServiceError};

pub use cast::{CAST, Member, PASSWORD};
pub use clock::StoryClock;
pub use days::Days;
pub use files::advisories;
pub use story::Told;

/// Why the demonstration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A use case refused.
    #[error("{scene}: {error}")]
    Service {
        /// What was being told.
        scene: String,
        /// Why it was refused.
        error: ServiceError,
    },
    /// The advisories could not be imported.
    #[error(transparent)]
    Feed(#[from] theriac_vulndb::ImportError),
    /// A file could not be written.
    #[error("cannot write {path}: {error}")]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// Tells the whole story.
///
/// # Errors
/// When a use case refuses: the story and the rules have gone apart.
pub async fn tell(app: &App, clock: &StoryClock, days: Days) -> Result<Told, DemoError> {
    story::tell(app, clock, days).await
}
