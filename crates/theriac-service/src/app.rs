//! What every use case needs: the store, the packs and the place of the vulnerability index.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use theriac_model::kinds;
use theriac_model::record::Kind;
use theriac_store::blobs::Staged;
use theriac_store::{Store, to_the_end};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::gate::Shelf;
use crate::{Result, ServiceError};

/// How many requests hold files in memory at a time; the others wait.
const ROOMS: usize = 4;
/// Longest time that a request may take to bring its files; it holds a room meanwhile.
pub const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Most files that one request may hand in.
pub const FILES_AT_ONCE: usize = 100;
/// Most bytes of all files of one request: 128 MB.
pub const BYTES_AT_ONCE: usize = 128 << 20;

/// The running program. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    index: PathBuf,
    kinds: &'static [&'static Kind],
    shelf: Arc<Shelf>,
    rooms: Arc<Semaphore>,
}

impl App {
    /// An app on a store and a vulnerability index, which need not exist yet.
    #[must_use]
    pub fn new(store: Store, index: PathBuf) -> Self {
        let rooms = Arc::new(Semaphore::new(ROOMS));
        Self { store, index, kinds: kinds::ALL, shelf: Arc::default(), rooms }
    }

    /// The same app with other kinds of record: for the test of a kind that comes as one file.
    #[must_use]
    pub fn with_kinds(mut self, kinds: &'static [&'static Kind]) -> Self {
        self.kinds = kinds;
        self
    }

    /// The kinds of record, in the order of the book.
    #[must_use]
    pub const fn kinds(&self) -> &'static [&'static Kind] {
        self.kinds
    }

    /// The kind of this id.
    #[must_use]
    pub fn kind(&self, id: &str) -> Option<&'static Kind> {
        self.kinds.iter().copied().find(|kind| kind.id == id)
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

    /// The packs that have been read.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Bytes that nobody can predict.
    #[must_use]
    pub fn random<const BYTES: usize>(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        self.store.ids().fill(&mut bytes);
        bytes
    }

    /// Brings bytes to the disk, to be kept by the use case that takes them.
    ///
    /// # Errors
    /// What the store says.
    pub async fn stage(&self, bytes: impl AsRef<[u8]> + Send + 'static) -> Result<Staged> {
        Ok(self.store.stage_bytes(bytes).await?)
    }

    /// Takes bytes away again that no use case has kept.
    #[crate::boxed]
    pub async fn unstage(&self, staged: Staged) {
        self.store.unstage(staged).await;
    }

    /// Room for the files of a request, by whatever door it came; they are given back with it.
    ///
    /// # Errors
    /// When the program is ending.
    pub async fn room(&self) -> Result<Room> {
        let room = Arc::clone(&self.rooms).acquire_owned().await;
        room.map(|permit| Room(Arc::new(permit))).map_err(|error| ServiceError::Internal(error.to_string()))
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

/// Leave to hold files in memory, until the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Room(#[expect(dead_code, reason = "held, not read")] Arc<OwnedSemaphorePermit>);

/// Runs heavy computing off the async runtime.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ServiceError::Internal(error.to_string()))
}
