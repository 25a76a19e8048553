//! What can go wrong in the store, in words that say what to do.

use std::path::PathBuf;

use theriac_model::Digest;

/// An error of the store. The text is meant for the person who runs the command or reads the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database refused a statement.
    #[error("the database refused: {}", reason(source))]
    Sql {
        /// The beginning of the statement.
        sql: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The database cannot be reached or opened.
    #[error("cannot open the database {place}: {}", reason(source))]
    Connect {
        /// The file, or the URL without its password.
        place: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The database's server cannot be reached by TLS as the URL asks.
    #[error("cannot open the database {place}: {}; {}", reason(source), tls_advice(source))]
    Tls {
        /// The URL without its password.
        place: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The database's server is too old.
    #[error("the database {place} is PostgreSQL {found}; 15 or newer is needed")]
    OldServer {
        /// The URL without its password.
        place: String,
        /// Its major version.
        found: i64,
    },
    /// The data folder is not that of the installation whose rows the database holds.
    #[error(
        "{folder} is not the data folder of this database: {found}; name the folder with which the installation was set up \
         (--data), where its evidence and keys are"
    )]
    OtherInstallation {
        /// The data folder.
        folder: PathBuf,
        /// What it is instead.
        found: String,
    },
    /// The data folder lacks files that were stored last.
    #[error(
        "{folder} lacks the stored file {digest}, one of the newest: it is an older copy of the data folder of this database; \
         name the folder where the others write (--data), or restore the missing files from a backup"
    )]
    OtherCopy {
        /// The data folder.
        folder: PathBuf,
        /// The file's digest.
        digest: Digest,
    },
    /// A transaction could not begin or commit.
    #[error("the transaction could not {step}: {}", reason(source))]
    Transaction {
        /// `begin` or `commit`.
        step: &'static str,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// A column does not hold what the program expects.
    #[error("column {column}: {reason}")]
    Column {
        /// The column's name.
        column: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A row that must exist does not.
    #[error(
        "a row that must be there is missing in the database; theriac audit verify and theriac rebuild may say more"
    )]
    NoRow {
        /// The beginning of the statement.
        sql: String,
    },
    /// Another process writes to this data folder.
    #[error(
        "{folder} is in use by a running server or another command: stop it first; what a token may do, also works through \
         the server (THERIAC_SERVER, THERIAC_TOKEN)"
    )]
    Locked {
        /// The data folder.
        folder: PathBuf,
    },
    /// There is no database here and the caller may only read.
    #[error("{folder} holds no database yet; `theriac init` makes one")]
    NoDatabase {
        /// The data folder.
        folder: PathBuf,
    },
    /// The database was written by a newer program.
    #[error("the database has migration {found}, this program knows {known}; use a newer version of theriac")]
    NewerDatabase {
        /// Highest migration in the database.
        found: i64,
        /// Highest migration of this program.
        known: i64,
    },
    /// The database lacks migrations and the caller may only read.
    #[error(
        "the database stands at migration {found}, this program needs {known}; start the server once to bring it up to date"
    )]
    OlderDatabase {
        /// Highest migration in the database.
        found: i64,
        /// Highest migration of this program.
        known: i64,
    },
    /// A migration differs from the one that made the database.
    #[error(
        "migration {name} is not the one that made this database; migrations are never changed, add a new one"
    )]
    ChangedMigration {
        /// Its number and name.
        name: String,
    },
    /// A write was asked of a store opened for reading.
    #[error("the store was opened for reading only")]
    ReadOnly,
    /// A moment or day that has not come yet.
    #[error("{0} lies in the future; nothing is known for it yet")]
    Future(String),
    /// A file of the data folder could not be read or written.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// `read`, `write`, `create` …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The input is larger than what is taken.
    #[error("the file is larger than {limit} bytes, which is the limit; nothing was stored")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A text cannot be kept as it is.
    #[error(
        "a text holds the character NUL (U+0000), which nothing here may hold; take it out and try again"
    )]
    Nul,
    /// The input could not be read to its end.
    #[error("the file could not be read: {0}; nothing was stored")]
    Input(std::io::Error),
    /// A blob that is referred to is not there.
    #[error("the stored file {digest} is missing; restore it from a backup")]
    BlobMissing {
        /// Its SHA-256.
        digest: Digest,
    },
    /// A blob's bytes are not those that were stored.
    #[error("the stored file {digest} is damaged: {reason}; restore it from a backup")]
    BlobDamaged {
        /// Its SHA-256.
        digest: Digest,
        /// What is wrong with it.
        reason: String,
    },
    /// A revision is not the one that its digest names.
    #[error(
        "revision {number} of {record} was changed in the database after it was made: it is not what its digest names; \
         restore it from a backup (theriac audit verify names everything that was changed)"
    )]
    RevisionChanged {
        /// The record, such as `RISK-12`.
        record: String,
        /// The revision's number.
        number: i64,
    },
    /// A staged blob was swept away before its use case ended.
    #[error("the upload of {digest} took too long and was removed; send the file again")]
    BlobSwept {
        /// Its SHA-256.
        digest: Digest,
    },
    /// Another worker has taken over this job.
    #[error("job {job}: attempt {attempt} was overtaken by another; its effect was discarded")]
    Fenced {
        /// The job's id.
        job: i64,
        /// The attempt that came too late.
        attempt: i64,
    },
    /// A value has no canonical JSON form.
    #[error("the audit entry cannot be written: {0}")]
    Canonical(#[from] theriac_model::CanonicalError),
    /// The audit log does not hold together.
    #[error("the audit log is broken: {0}")]
    Audit(#[from] crate::audit::Broken),
    /// A signing key file is not usable.
    #[error("signing key {path}: {reason}")]
    Key {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A task of the runtime died; the transaction was rolled back.
    #[error("an internal task ended unexpectedly: {0}")]
    Task(String),
    /// A value on its way into or out of JSON.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl StoreError {
    /// Whether a row with the same unique key exists already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Sql { source, .. }
            if source.as_database_error().is_some_and(|e| e.is_unique_violation()))
    }

    /// Why a database could not be opened.
    pub(crate) fn connect(place: String, source: sqlx::Error) -> Self {
        let tls = match &source {
            sqlx::Error::Tls(_) => true,
            // A certificate that does not convince comes as data that cannot be read.
            sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
            _ => false,
        };
        if tls { Self::Tls { place, source } } else { Self::Connect { place, source } }
    }

    pub(crate) fn sql(sql: &str, source: sqlx::Error) -> Self {
        tracing::debug!(statement = short(sql), %source, "the database refused a statement");
        Self::Sql { sql: short(sql), source }
    }

    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}

/// What the driver says, without what it says around it, and what to do where that is known.
fn reason(error: &sqlx::Error) -> String {
    let words = match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::PoolTimedOut => {
            "all its connections are busy, or it stopped answering; try again".to_owned()
        }
        other => other.to_string(),
    };
    let writable = ["readonly database", "unable to open database file"];
    if writable.iter().any(|end| words.ends_with(end)) {
        return format!(
            "{words}; the data folder and its files must be writable for who runs this, even to read"
        );
    }
    words
}

/// What to do about a connection by TLS that does not come about.
fn tls_advice(error: &sqlx::Error) -> &'static str {
    match error.to_string() {
        text if text.contains("does not support TLS") => {
            "turn TLS on in the server (`ssl = on` in postgresql.conf), or, where nobody else is on the way to it, \
             write sslmode=disable into the URL"
        }
        text if text.contains("certificate") => {
            "name the file of the authority that signed the server's certificate with sslrootcert=FILE in the URL, and \
             the server as its certificate does; sslmode=require asks for neither and proves nothing about the server"
        }
        _ => "see whether a PostgreSQL server that speaks TLS answers there",
    }
}

/// The first words of a statement: enough to find it in the source.
pub(crate) fn short(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().take(24).collect();
    words.join(" ")
}
