//! The unit of work: changes, their one audit entry and the jobs they trigger, committed together or not at all.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

use jiff::Timestamp;
use serde_json::Value;
use theriac_model::Digest;

use crate::audit::{self, Change};
use crate::store::commit;
use crate::{Args, Conn, Store, StoreError, args};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person, by row id; name and address live in the people table only.
    Person(i64),
    /// An access token, by row id.
    Token(i64),
    /// The program itself: jobs, timers, set-up from the command line.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Token(id) => write!(f, "token:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

impl FromStr for Actor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no actor: person:ID, token:ID or system is expected");
        match text.split_once(':') {
            None if text == "system" => Ok(Self::System),
            Some(("person", id)) => id.parse().map(Self::Person).map_err(|_| wrong()),
            Some(("token", id)) => id.parse().map(Self::Token).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

/// Who does what, from where: the head of an audit entry.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who acts.
    pub actor: Actor,
    /// From where: `web 192.0.2.7`, `api 192.0.2.7`, `cli`, `job`.
    pub via: String,
    /// What is done, in a few words that stay the same: `record submit`, `release decide`.
    pub action: String,
}

impl Act {
    /// Who does what, from where.
    pub fn new(actor: Actor, via: impl Into<String>, action: impl Into<String>) -> Self {
        Self { actor, via: via.into(), action: action.into() }
    }

    /// An act of the program itself.
    pub fn system(action: impl Into<String>) -> Self {
        Self::new(Actor::System, "system", action)
    }
}

/// Work to be done after the commit.
#[derive(Debug, Clone)]
pub struct JobSpec {
    /// The handler's name.
    pub name: String,
    /// What the handler needs to know.
    pub payload: Value,
    /// Whether the job gives way to one that is there already.
    pub unique: Option<Unique>,
    /// When it is due; `None` is at once.
    pub due: Option<Timestamp>,
}

impl JobSpec {
    /// A job that is due at once.
    pub fn new(name: impl Into<String>, payload: Value) -> Self {
        Self { name: name.into(), payload, unique: None, due: None }
    }

    /// The same job, giving way to one that is there already.
    #[must_use]
    pub fn unique(mut self, unique: Unique) -> Self {
        self.unique = Some(unique);
        self
    }

    /// The same job, due at a moment.
    #[must_use]
    pub const fn due(mut self, at: Timestamp) -> Self {
        self.due = Some(at);
        self
    }
}

/// Among which jobs of its name a job is alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unique {
    /// One may wait under this key; one that runs already does not count, since it may have read older rows.
    WhileQueued(String),
    /// One ever under this key and due time: timers.
    Ever(String),
}

/// What a commit gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The audit sequence of this transaction.
    pub seq: i64,
    /// The moment of its audit entry; never earlier than the entry before.
    pub at: Timestamp,
}

/// An open unit of work. Dropped without [`Write::commit`] it rolls back.
#[derive(Debug)]
pub struct Write {
    conn: Conn,
    store: Store,
    act: Act,
    tx: i64,
    now: Timestamp,
    changes: Vec<Change>,
    refused: Option<String>,
    queued: bool,
}

impl Write {
    pub(crate) fn new(store: Store, conn: Conn, act: Act) -> Self {
        let now = store.now();
        let tx = store.id();
        Self { conn, store, act, tx, now, changes: Vec::new(), refused: None, queued: false }
    }

    /// The id of this transaction, for `tx_from` and `tx_to` of versioned rows.
    #[must_use]
    pub const fn tx(&self) -> i64 {
        self.tx
    }

    /// A fresh row id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.store.id()
    }

    /// When this unit of work began.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Who does what here.
    #[must_use]
    pub const fn act(&self) -> &Act {
        &self.act
    }

    /// The store this belongs to.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// As [`Conn::execute`]; here as well so that the values may be taken from this very unit of work:
    /// `write.execute(sql, args![write.id(), write.tx()])`.
    ///
    /// # Errors
    /// When the database refuses the statement.
    pub async fn execute(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        args: Args,
    ) -> Result<u64, StoreError> {
        self.conn.execute(sql, args).await
    }

    /// The next number under a prefix (`RISK` gives 1, 2, 3 …). Never reused once committed.
    /// Take it before touching other rows: the lock order is counter, rows, chain head.
    ///
    /// # Errors
    /// What the database says.
    #[crate::boxed]
    pub async fn next_number(&mut self, prefix: &str) -> Result<i64, StoreError> {
        let row = self
            .fetch_one(
                "INSERT INTO counter (prefix, last) VALUES ($1, 1) \
                 ON CONFLICT (prefix) DO UPDATE SET last = counter.last + 1 RETURNING last",
                args![prefix],
            )
            .await?;
        row.get("last")
    }

    /// Says what changed: the subject (`RISK-12`, `person:7`), its digests before and after, and what else a reader
    /// of the log should see. No names or addresses: they must stay erasable. No floats.
    pub fn audit(
        &mut self,
        subject: impl Into<String>,
        before: Option<Digest>,
        after: Option<Digest>,
        detail: Value,
    ) {
        self.changes.push(Change { subject: subject.into(), before, after, detail });
    }

    pub(crate) fn refuse(&mut self, reason: &str) {
        self.refused = Some(reason.to_owned());
    }

    /// Queues a job that can be claimed once this commits, and gives its id: that of the job which is there already
    /// where it is unique.
    ///
    /// # Errors
    /// What the database says.
    #[crate::boxed]
    pub async fn enqueue(&mut self, job: JobSpec) -> Result<i64, StoreError> {
        let due = job.due.unwrap_or(self.now);
        let (key, ever) = match job.unique {
            None => (None, false),
            Some(Unique::WhileQueued(key)) => (Some(key), false),
            Some(Unique::Ever(key)) => (Some(format!("{key} {due}")), true),
        };
        self.queued = true;
        let row = self
            .conn
            .fetch_one(
                "INSERT INTO job (id, name, payload, unique_key, unique_ever, state, due, attempt, done, total, \
                 words, created_at) VALUES ($1, $2, $3, $4, $5, 'queued', $6, 0, 0, 0, '', $7) \
                 ON CONFLICT (name, unique_key) DO UPDATE SET due = CASE WHEN job.state = 'queued' \
                 AND job.due > excluded.due THEN excluded.due ELSE job.due END RETURNING id",
                args![self.store.id(), job.name, job.payload.to_string(), key, ever, due, self.now],
            )
            .await?;
        row.get("id")
    }

    /// Writes the one audit entry of this transaction and makes everything durable.
    ///
    /// # Errors
    /// What the database says; nothing has changed then.
    #[crate::boxed]
    pub async fn commit(mut self) -> Result<Committed, StoreError> {
        let entry = audit::Draft {
            act: &self.act,
            tx: self.tx,
            now: self.store.now(),
            changes: std::mem::take(&mut self.changes),
            refused: self.refused.take(),
        };
        let committed = audit::append(&mut self.conn, entry).await?;
        commit(self.conn).await?;
        if self.queued {
            self.store.jobs_queued().notify_waiters();
        }
        Ok(committed)
    }
}

impl Deref for Write {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
