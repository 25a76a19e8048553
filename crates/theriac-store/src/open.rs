//! Opening the database: where it is, how its connections are set, who may write.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Executor as _};

use crate::{StoreError, folder};

/// Most connections that read at once.
const READERS: u32 = 8;
/// Most connections that write at once on PostgreSQL; all but job claims wait for one another there too.
const WRITERS: u32 = 4;
/// How long a use case waits for its turn to write.
const TURN: Duration = Duration::from_secs(60);

/// How long the server of a database may take to answer when it is first asked.
const REACH: Duration = Duration::from_secs(5);
/// The oldest PostgreSQL that is supported, as it numbers itself.
const OLDEST_SERVER: i64 = 150_000;

/// The two database engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, embedded.
    Sqlite,
    /// PostgreSQL 15 or newer.
    Postgres,
}

/// Where a store keeps its rows, files and keys.
#[derive(Debug, Clone)]
pub enum Location {
    /// Everything in one folder; the database is its file `theriac.db`.
    Sqlite {
        /// The data folder; created when missing.
        folder: PathBuf,
    },
    /// Rows on a server; blobs and keys in a folder.
    Postgres {
        /// `postgres://user:password@host:port/database`.
        url: String,
        /// The data folder; created when missing.
        folder: PathBuf,
    },
}

/// What the caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The one writing process of the data folder; migrations run on opening.
    ReadWrite,
    /// Reading beside a running server.
    ReadOnly,
}

impl Location {
    /// The folder of blobs, keys and, on SQLite, the database.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self {
            Self::Sqlite { folder } | Self::Postgres { folder, .. } => folder,
        }
    }

    /// The engine that this location needs.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder().join("theriac.db")
    }

    /// What an error may name: never the password.
    fn shown(&self) -> String {
        match self {
            Self::Sqlite { .. } => self.database().display().to_string(),
            Self::Postgres { url, .. } => match (url.split_once("://"), url.rsplit_once('@')) {
                (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
                _ => url.clone(),
            },
        }
    }

    fn url(&self, create: bool) -> String {
        match self {
            Self::Sqlite { .. } => {
                let mode = if create { "rwc" } else { "rw" };
                format!("sqlite://{}?mode={mode}", percent_encoded(&self.database()))
            }
            Self::Postgres { url, .. } => url.clone(),
        }
    }

    /// Says at once, and with the reason, when the database's server cannot be used.
    pub(crate) async fn probe(&self) -> Result<(), StoreError> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        sqlx::any::install_default_drivers();
        let url = self.url(false);
        let silent =
            || std::io::Error::new(ErrorKind::TimedOut, format!("no answer within {} s", REACH.as_secs()));
        let connected = tokio::time::timeout(REACH, AnyConnection::connect(&url)).await;
        let connected = connected.unwrap_or_else(|_| Err(sqlx::Error::Io(silent())));
        let mut conn = connected.map_err(|source| StoreError::connect(self.shown(), source))?;
        let version = sqlx::query_scalar::<_, String>("SHOW server_version_num").fetch_one(&mut conn).await;
        let version = version.map_err(|source| StoreError::connect(self.shown(), source))?;
        let version: i64 = version.parse().unwrap_or(0);
        if version < OLDEST_SERVER {
            return Err(StoreError::OldServer { place: self.shown(), found: version / 10_000 });
        }
        conn.close().await.map_err(|source| StoreError::connect(self.shown(), source))
    }

    pub(crate) async fn readers(&self) -> Result<AnyPool, StoreError> {
        let setup = match self.engine() {
            Engine::Sqlite => "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; PRAGMA query_only = ON",
            Engine::Postgres => "SET default_transaction_read_only = on",
        };
        self.pool(READERS, setup, false).await
    }

    pub(crate) async fn writers(&self) -> Result<AnyPool, StoreError> {
        // SQLite has one writer: a pool of one connection hands it out in the order of asking.
        let (connections, setup) = match self.engine() {
            Engine::Sqlite => (
                1,
                "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON",
            ),
            Engine::Postgres => (WRITERS, "SET synchronous_commit = on"),
        };
        self.pool(connections, setup, true).await
    }

    /// Makes the file of the database for its owner alone; what SQLite lays beside it is as the file is.
    pub(crate) fn make_file(&self) -> Result<(), StoreError> {
        if self.engine() == Engine::Sqlite {
            let path = self.database();
            let file = folder::file_options().create(true).append(true).open(&path);
            file.map_err(StoreError::io("open", &path))?;
        }
        Ok(())
    }

    async fn pool(&self, most: u32, setup: &'static str, create: bool) -> Result<AnyPool, StoreError> {
        sqlx::any::install_default_drivers();
        let local = self.engine() == Engine::Sqlite;
        AnyPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(TURN)
            .max_lifetime(None)
            .idle_timeout(if local { None } else { Some(Duration::from_secs(600)) })
            .test_before_acquire(!local)
            .after_connect(move |conn, _| {
                Box::pin(async move {
                    conn.execute(sqlx::raw_sql(AssertSqlSafe(setup))).await?;
                    Ok(())
                })
            })
            .connect(&self.url(create))
            .await
            .map_err(|source| StoreError::connect(self.shown(), source))
    }
}

/// A path as it stands in a URL.
fn percent_encoded(path: &Path) -> String {
    let text = path.to_string_lossy();
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// Takes the folder for writing until the file is closed; the system frees it when the process dies.
pub(crate) fn lock(folder: &Path) -> Result<File, StoreError> {
    folder::make(folder)?;
    let path = folder.join("theriac.lock");
    let file = folder::file_options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(StoreError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StoreError::Io { doing: "lock", path, source }),
    }
}
