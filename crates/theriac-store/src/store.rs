//! The store itself, and its three sorts of transaction: [`Read`], [`Write`], [`Maintain`].

use std::collections::HashMap;
use std::fs::File;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use sqlx::{Any, AnyPool, Transaction};
use theriac_model::{Clock, Digest, IdSource};
use tokio::sync::Notify;

use crate::migrations::{self, LIST};
use crate::open::{Access, Engine, Location, lock};
use crate::write::{Act, Committed, Write};
use crate::{Conn, StoreError, args, audit, folder};

/// How a snapshot begins on PostgreSQL.
const READ_POSTGRES: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The main database with its blobs and keys. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    engine: Engine,
    folder: PathBuf,
    readers: AnyPool,
    writers: Option<AnyPool>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    last_id: AtomicI64,
    jobs_queued: Notify,
    staged: Mutex<HashMap<Digest, u32>>,
    _lock: Option<File>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("engine", &self.0.engine).field("folder", &self.0.folder).finish()
    }
}

impl Store {
    /// Opens the store. With [`Access::ReadWrite`] it is created when missing, brought up to this program's
    /// migrations, and held against other writing processes.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process writes, [`StoreError::NoDatabase`],
    /// [`StoreError::NewerDatabase`], [`StoreError::OlderDatabase`], [`StoreError::ChangedMigration`], or what the
    /// database says.
    #[crate::boxed]
    pub async fn open(
        location: Location,
        access: Access,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, StoreError> {
        match access {
            Access::ReadWrite => Self::open_writing(location, clock, ids).await,
            Access::ReadOnly => Self::open_reading(location, clock, ids).await,
        }
    }

    async fn open_writing(
        location: Location,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, StoreError> {
        location.probe().await?;
        let folder = location.folder().to_owned();
        if location.engine() == Engine::Postgres {
            // Before the folder is made or locked: one that was only mistyped is not touched.
            let readers = location.readers().await?;
            folder::check(&mut Conn::new(begin(&readers, READ_POSTGRES).await?, Engine::Postgres), &folder)
                .await?;
            readers.close().await;
        }
        let lock = lock(&folder)?;
        location.make_file()?;
        let writers = location.writers().await?;
        let mut conn = Conn::new(begin_write(&writers, location.engine()).await?, location.engine());
        folder::check(&mut conn, &folder).await?;
        migrations::migrate(&mut conn, LIST, clock.now()).await?;
        commit(conn).await?;
        let store = Self(Arc::new(Inner {
            engine: location.engine(),
            folder,
            readers: location.readers().await?,
            writers: Some(writers),
            clock,
            ids,
            last_id: AtomicI64::new(0),
            jobs_queued: Notify::new(),
            staged: Mutex::default(),
            _lock: Some(lock),
        }));
        store.clear_unfinished().await?;
        store.free_leases().await?;
        audit::begin_chain(&store).await?;
        folder::name(&mut *store.read().await?, store.folder()).await?;
        Ok(store)
    }

    async fn open_reading(
        location: Location,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, StoreError> {
        location.probe().await?;
        let folder = location.folder().to_owned();
        if location.engine() == Engine::Sqlite && !location.database().exists() {
            return Err(StoreError::NoDatabase { folder });
        }
        let store = Self(Arc::new(Inner {
            engine: location.engine(),
            folder: folder.clone(),
            readers: location.readers().await?,
            writers: None,
            clock,
            ids,
            last_id: AtomicI64::new(0),
            jobs_queued: Notify::new(),
            staged: Mutex::default(),
            _lock: None,
        }));
        let mut conn = Conn::new(store.begin_read().await?, location.engine());
        if !migrations::exists(&mut conn).await? {
            return Err(StoreError::NoDatabase { folder });
        }
        migrations::check(&mut conn, LIST).await?;
        folder::check(&mut conn, &folder).await?;
        Ok(store)
    }

    /// One snapshot of the database for reading.
    ///
    /// # Errors
    /// What the database says.
    #[crate::boxed]
    pub async fn read(&self) -> Result<Read, StoreError> {
        let mut conn = Conn::new(self.begin_read().await?, self.engine());
        // The first statement is what fixes the snapshot.
        let head = conn.fetch_one("SELECT seq FROM chain_head WHERE id = 1", args![]).await?;
        Ok(Read { seq: head.get("seq")?, conn })
    }

    /// A unit of work. It waits until no other one is open: rules checked in it still hold when it commits.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], or what the database says.
    #[crate::boxed]
    pub async fn write(&self, act: Act) -> Result<Write, StoreError> {
        let conn = Conn::new(begin_write(self.writers()?, self.engine()).await?, self.engine());
        Ok(Write::new(self.clone(), conn, act))
    }

    /// A transaction without an audit entry, only for what no check reads and nobody answers for: sessions,
    /// autosaved drafts, job leases, pending blobs.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], or what the database says.
    #[crate::boxed]
    pub async fn maintain(&self) -> Result<Maintain, StoreError> {
        let begin = match self.engine() {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        Ok(Maintain(Conn::new(self.begin(self.writers()?, begin).await?, self.engine())))
    }

    /// Writes down, in a transaction of its own, that an act was refused.
    ///
    /// # Errors
    /// As [`Store::write`] and [`Write::commit`].
    #[crate::boxed]
    pub async fn refused(&self, act: Act, reason: &str) -> Result<Committed, StoreError> {
        let mut write = self.write(act).await?;
        write.refuse(reason);
        write.commit().await
    }

    /// The present, cut to milliseconds as the database keeps it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = self.0.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// A fresh row id, larger than all that this store gave before: chance alone would repeat itself when thousands
    /// of rows are made in one millisecond.
    #[must_use]
    pub fn id(&self) -> i64 {
        let fresh = self.0.ids.row_id(self.0.clock.now());
        let after = |last: i64| fresh.max(last.saturating_add(1));
        let last = self.0.last_id.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(after(last)));
        last.map_or(fresh, after)
    }

    /// Where unpredictable bytes come from.
    #[must_use]
    pub fn ids(&self) -> &dyn IdSource {
        &*self.0.ids
    }

    /// How many use cases wait with which bytes staged; only this process writes to the folder.
    pub(crate) fn staged(&self) -> &Mutex<HashMap<Digest, u32>> {
        &self.0.staged
    }

    /// The engine behind.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Whether it was opened for writing.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.0.writers.is_some()
    }

    /// Closes all connections; what is still open is waited for.
    #[crate::boxed]
    pub async fn close(&self) {
        self.0.readers.close().await;
        if let Some(writers) = &self.0.writers {
            writers.close().await;
        }
    }

    pub(crate) fn jobs_queued(&self) -> &Notify {
        &self.0.jobs_queued
    }

    fn writers(&self) -> Result<&AnyPool, StoreError> {
        self.0.writers.as_ref().ok_or(StoreError::ReadOnly)
    }

    async fn begin_read(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let begin = match self.engine() {
            Engine::Sqlite => "BEGIN DEFERRED",
            Engine::Postgres => READ_POSTGRES,
        };
        self.begin(&self.0.readers, begin).await
    }

    async fn begin(
        &self,
        pool: &AnyPool,
        how: &'static str,
    ) -> Result<Transaction<'static, Any>, StoreError> {
        begin(pool, how).await
    }
}

#[crate::boxed]
async fn begin(pool: &AnyPool, how: &'static str) -> Result<Transaction<'static, Any>, StoreError> {
    pool.begin_with(how).await.map_err(|source| StoreError::Transaction { step: "begin", source })
}

/// One unit of work at a time on both engines: SQLite by its single writer, PostgreSQL by a lock held to the end.
#[crate::boxed]
async fn begin_write(pool: &AnyPool, engine: Engine) -> Result<Transaction<'static, Any>, StoreError> {
    match engine {
        Engine::Sqlite => begin(pool, "BEGIN IMMEDIATE").await,
        Engine::Postgres => {
            let mut conn = Conn::new(begin(pool, "BEGIN ISOLATION LEVEL READ COMMITTED").await?, engine);
            conn.execute("SELECT pg_advisory_xact_lock(8100105)", args![]).await?;
            Ok(conn.tx)
        }
    }
}

#[crate::boxed]
pub(crate) async fn commit(conn: Conn) -> Result<(), StoreError> {
    conn.tx.commit().await.map_err(|source| StoreError::Transaction { step: "commit", source })
}

/// A snapshot of the database; dropping it ends it.
#[derive(Debug)]
pub struct Read {
    conn: Conn,
    seq: i64,
}

impl Read {
    /// The last audit sequence of this snapshot: what an answer names as its state of knowledge.
    #[must_use]
    pub const fn seq(&self) -> i64 {
        self.seq
    }
}

/// A transaction without an audit entry; see [`Store::maintain`].
#[derive(Debug)]
pub struct Maintain(Conn);

impl Maintain {
    /// Makes the changes durable.
    ///
    /// # Errors
    /// What the database says; nothing has changed then.
    pub async fn commit(self) -> Result<(), StoreError> {
        commit(self.0).await
    }
}

impl Deref for Read {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Read {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Deref for Maintain {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Maintain {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

/// Runs a use case to its end even if whoever waits for it has gone.
///
/// # Errors
/// The use case's own, or [`StoreError::Task`] when it panicked (its transaction was rolled back).
pub async fn to_the_end<T, E, F>(use_case: F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    match tokio::spawn(use_case).await {
        Ok(result) => result,
        Err(error) => Err(E::from(StoreError::Task(error.to_string()))),
    }
}
