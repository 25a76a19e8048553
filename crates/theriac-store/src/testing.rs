//! For tests of this crate and of those above it: stores that vanish, a clock that stands still, ids that repeat.
//!
//! ```ignore
//! theriac_store::on_both_engines!(a_risk_is_numbered, |store| {
//!     let mut write = store.write(Act::system("test")).await.unwrap();
//!     assert_eq!(write.next_number("RISK").await.unwrap(), 1);
//! });
//! ```
//! PostgreSQL is reached through `THERIAC_TEST_POSTGRES`, the URL of a server where databases may be created;
//! `cargo xtask test` starts one.

#![expect(clippy::expect_used, reason = "a test that cannot have its store must end here")]

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use theriac_model::{Clock, Digest, IdSource};

use crate::{Access, Location, Store, StoreError};

/// A clock that moves only when told. It starts at 2026-01-05T09:00:00Z, a Monday.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_767_603_600_000))
    }
}

impl TestClock {
    /// Moves on by so many seconds; a negative number sets the clock back.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Moves on by whole days.
    pub fn advance_days(&self, days: i64) {
        self.advance(days * 86_400);
    }

    /// Sets the clock to a moment.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Bytes that look random and are the same in every run: digests of a counter.
#[derive(Debug, Default)]
pub struct TestIds(AtomicU64);

impl TestIds {
    /// A sequence of its own per seed.
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed << 32))
    }
}

impl IdSource for TestIds {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::SeqCst);
            let digest = Digest::of(&count.to_be_bytes());
            chunk.copy_from_slice(&digest.as_bytes()[..chunk.len()]);
        }
    }
}

/// A store of its own for one test; folder and database are removed at the end.
#[derive(Debug)]
pub struct TestStore {
    store: Store,
    /// The clock of this store.
    pub clock: Arc<TestClock>,
    ids: Arc<TestIds>,
    location: Location,
    _folder: tempfile::TempDir,
    database: Option<Database>,
}

/// A PostgreSQL database that is dropped with its guard.
#[derive(Debug)]
struct Database {
    admin: String,
    name: String,
}

impl TestStore {
    /// A store on SQLite in a temporary folder.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = Location::Sqlite { folder: folder.path().to_owned() };
        Self::new(location, folder, None).await
    }

    /// A store on PostgreSQL in a database of its own.
    ///
    /// # Panics
    /// When `THERIAC_TEST_POSTGRES` is unset or the server cannot be reached.
    pub async fn postgres() -> Self {
        let admin = std::env::var("THERIAC_TEST_POSTGRES").expect(
            "set THERIAC_TEST_POSTGRES to the URL of a PostgreSQL server for tests, or run `cargo xtask test`",
        );
        let folder = tempfile::tempdir().expect("a temporary folder");
        let unique = Digest::of(folder.path().as_os_str().as_encoded_bytes()).short();
        let database = Database { name: format!("theriac_test_{}_{unique}", std::process::id()), admin };
        database.run("CREATE DATABASE").await;
        let location = Location::Postgres { url: database.url(), folder: folder.path().to_owned() };
        Self::new(location, folder, Some(database)).await
    }

    async fn new(location: Location, folder: tempfile::TempDir, database: Option<Database>) -> Self {
        let (clock, ids) = (Arc::new(TestClock::default()), Arc::new(TestIds::default()));
        let store = Store::open(location.clone(), Access::ReadWrite, clock.clone(), ids.clone());
        Self {
            store: store.await.expect("a fresh store opens"),
            clock,
            ids,
            location,
            _folder: folder,
            database,
        }
    }

    /// Where this store lies.
    #[must_use]
    pub const fn location(&self) -> &Location {
        &self.location
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.location.folder().to_owned()
    }

    /// Opens the same place once more, with the same clock.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_again(&self, access: Access) -> Result<Store, StoreError> {
        Store::open(self.location.clone(), access, self.clock.clone(), self.ids.clone()).await
    }

    /// Closes the store and gives what keeps its place alive, so that others may open it.
    pub async fn into_parts(self) -> impl Send + use<> {
        let Self { store, _folder, database, .. } = self;
        store.close().await;
        (database, _folder)
    }

    /// Closes the store and opens its place anew.
    pub async fn reopen(self) -> Self {
        let Self { store, clock, ids, location, _folder, database } = self;
        store.close().await;
        drop(store);
        let store = Store::open(location.clone(), Access::ReadWrite, clock.clone(), ids.clone());
        let store = store.await.expect("the store opens again");
        Self { store, clock, ids, location, _folder, database }
    }
}

impl Deref for TestStore {
    type Target = Store;
    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Database {
    /// The URL of this database: the admin's with another last part.
    fn url(&self) -> String {
        let (base, query) =
            self.admin.split_once('?').map_or((&*self.admin, ""), |(base, query)| (base, query));
        let server = base.rsplit_once('/').map_or(base, |(server, _)| server);
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        format!("{server}/{}{query}", self.name)
    }

    async fn run(&self, what: &str) {
        sqlx::any::install_default_drivers();
        let mut conn =
            AnyConnection::connect(&self.admin).await.expect("THERIAC_TEST_POSTGRES can be reached");
        let force = if what.starts_with("DROP") { " WITH (FORCE)" } else { "" };
        let sql = format!("{what} {}{force}", self.name);
        conn.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("the test database is made and dropped");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A drop cannot wait, and the test's runtime may be ending: a thread with a small runtime of its own does it.
        let this = &*self;
        std::thread::scope(|scope| {
            let work = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(this.run("DROP DATABASE"));
            });
            if work.join().is_err() {
                tracing::warn!("the test database {} was left behind", this.name);
            }
        });
    }
}

/// One test body on both engines: `on_both_engines!(name, |store| { … })` makes `name::sqlite` and `name::postgres`.
/// `store` is a [`TestStore`]; the body may `.await`.
#[macro_export]
macro_rules! on_both_engines {
    ($name:ident, |$store:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn body($store: $crate::testing::TestStore) {
                $body
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::testing::TestStore::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body($crate::testing::TestStore::postgres().await).await;
            }
        }
    };
}
