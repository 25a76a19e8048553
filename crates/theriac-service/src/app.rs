//! What every use case needs: the store, the packs and the place of the vulnerability index.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use theriac_store::{Store, to_the_end};

use crate::{Result, ServiceError};

/// The running program. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    index: PathBuf,
}

impl App {
    /// An app on a store and a vulnerability index, which need not exist yet.
    #[must_use]
    pub const fn new(store: Store, index: PathBuf) -> Self {
        Self { store, index }
    }

    /// The main database.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Where the vulnerability index is.
    #[must_use]
    pub fn index(&self) -> &Path {
        &self.index
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.store.now()
    }

    /// The present day in a zone.
    #[must_use]
    pub fn today(&self, zone: &TimeZone) -> Date {
        self.now().to_zoned_datetime(zone.clone()).date()
    }

    /// Runs a use case to its end even when whoever asked has gone.
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn to_the_end<T, F>(&self, use_case: F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        to_the_end(use_case).await
    }
}

/// Runs heavy computing off the async runtime.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ServiceError::Internal(error.to_string()))
}
