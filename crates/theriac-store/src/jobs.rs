//! Jobs: work that a transaction triggers, done later, at least once begun and exactly once completed.
//!
//! A job is claimed for a lease under an attempt number. Its handler gives back the [`Write`] that holds its effect;
//! completion joins that transaction and commits with it, or fails because another attempt has taken over.
//! The service registers handlers by name in [`Handlers`]; this crate knows none.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::watch;

use crate::{Args, Conn, Engine, Row, Store, StoreError, Write, args};

/// How long a claimed job is left alone; longer jobs renew it, by themselves or through [`Running::progress`].
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Attempts before a job is given up and shown as failed.
pub const ATTEMPTS: i64 = 8;
/// The longest time between two looks at the table: jobs queued by other processes are found then.
const LOOK: Duration = Duration::from_secs(30);

/// Why a handler failed; the text is shown with the job.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

type Outcome = Pin<Box<dyn Future<Output = Result<Effect, Failure>> + Send>>;
type Handler = Arc<dyn Fn(Running) -> Outcome + Send + Sync>;

/// What a handler leaves to be done.
#[derive(Debug)]
pub enum Effect {
    /// The transaction that holds what the job did; it is committed together with the job's completion.
    Commit(Box<Write>),
    /// Nothing that needs a transaction.
    Nothing,
}

impl From<Write> for Effect {
    fn from(write: Write) -> Self {
        Self::Commit(Box::new(write))
    }
}

/// The handlers by job name.
#[derive(Clone, Default)]
pub struct Handlers(BTreeMap<&'static str, Handler>);

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Handlers {
    /// No handlers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the handler of a job name.
    #[must_use]
    pub fn on<F, R>(mut self, name: &'static str, handler: F) -> Self
    where
        F: Fn(Running) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Effect, Failure>> + Send + 'static,
    {
        self.0.insert(name, Arc::new(move |running| Box::pin(handler(running))));
        self
    }
}

/// A claimed job in the hands of its handler.
#[derive(Debug, Clone)]
pub struct Running {
    /// The store.
    pub store: Store,
    /// The job's id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it was queued with.
    pub payload: Value,
    /// Which attempt this is, from 1.
    pub attempt: i64,
}

impl Running {
    /// Shows how far the job is and renews its lease. Not while a [`Write`] is open: both need the one writer.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another attempt has taken over: stop then.
    pub async fn progress(&self, done: u32, total: u32, words: &str) -> Result<(), StoreError> {
        let mut work = self.store.maintain().await?;
        let sql = "UPDATE job SET done = $3, total = $4, words = $5, lease_until = $6 \
                   WHERE id = $1 AND attempt = $2 AND state = 'running'";
        let until = self.store.now() + LEASE;
        self.ours(work.execute(sql, args![self.id, self.attempt, done, total, words, until]).await?)?;
        work.commit().await
    }

    /// Makes sure, inside a transaction of a long job, that no other attempt has taken over.
    ///
    /// # Errors
    /// [`StoreError::Fenced`]; drop the transaction then.
    pub async fn fence(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let sql = "UPDATE job SET lease_until = $3 WHERE id = $1 AND attempt = $2 AND state = 'running'";
        self.ours(conn.execute(sql, args![self.id, self.attempt, self.store.now() + LEASE]).await?)
    }

    async fn renew(&self) -> Result<(), StoreError> {
        let mut work = self.store.maintain().await?;
        self.fence(&mut work).await?;
        work.commit().await
    }

    async fn complete(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let sql = "UPDATE job SET state = 'done', ended_at = $3, lease_until = NULL, error = NULL \
                   WHERE id = $1 AND attempt = $2 AND state = 'running'";
        self.ours(conn.execute(sql, args![self.id, self.attempt, self.store.now()]).await?)
    }

    async fn finish(&self, effect: Effect) -> Result<(), StoreError> {
        match effect {
            Effect::Commit(mut write) => {
                self.complete(&mut write).await?;
                write.commit().await?;
                Ok(())
            }
            Effect::Nothing => {
                let mut work = self.store.maintain().await?;
                self.complete(&mut work).await?;
                work.commit().await
            }
        }
    }

    /// Queues the job again after a pause that doubles, or gives it up.
    async fn fail(&self, error: &str) -> Result<(), StoreError> {
        let pause = SignedDuration::from_secs(10 << self.attempt.clamp(0, 8));
        let now = self.store.now();
        let mut work = self.store.maintain().await?;
        work.execute(
            "UPDATE job SET state = CASE WHEN attempt >= $3 THEN 'failed' ELSE 'queued' END, due = $4, \
             ended_at = CASE WHEN attempt >= $3 THEN $5 ELSE ended_at END, lease_until = NULL, error = $6 \
             WHERE id = $1 AND attempt = $2 AND state = 'running'",
            args![self.id, self.attempt, ATTEMPTS, now + pause, now, error],
        )
        .await?;
        work.commit().await
    }

    fn ours(&self, rows: u64) -> Result<(), StoreError> {
        match rows {
            0 => Err(StoreError::Fenced { job: self.id, attempt: self.attempt }),
            _ => Ok(()),
        }
    }
}

/// A job as pages show it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobStatus {
    /// The job's id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it was queued with.
    pub payload: Value,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// When it is, or was, due.
    pub due: Timestamp,
    /// How often it was begun.
    pub attempt: i64,
    /// Steps done.
    pub done: u32,
    /// Steps in all; 0 when not known.
    pub total: u32,
    /// What it is doing.
    pub words: String,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub ended_at: Option<Timestamp>,
}

impl JobStatus {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            payload: row.get("payload")?,
            state: row.get("state")?,
            due: row.get("due")?,
            attempt: row.get("attempt")?,
            done: row.get("done")?,
            total: row.get("total")?,
            words: row.get("words")?,
            error: row.get("error")?,
            created_at: row.get("created_at")?,
            ended_at: row.get("ended_at")?,
        })
    }
}

impl Conn {
    /// One job.
    ///
    /// # Errors
    /// What the database says.
    pub async fn job(&mut self, id: i64) -> Result<Option<JobStatus>, StoreError> {
        let sql = "SELECT id, name, payload, state, due, attempt, done, total, words, error, created_at, ended_at \
                   FROM job WHERE id = $1";
        self.fetch_optional(sql, args![id]).await?.as_ref().map(JobStatus::from_row).transpose()
    }

    /// The youngest jobs, up to `limit`, older than the job `before` where given.
    ///
    /// # Errors
    /// What the database says.
    pub async fn jobs(&mut self, before: Option<i64>, limit: u32) -> Result<Vec<JobStatus>, StoreError> {
        let sql = "SELECT id, name, payload, state, due, attempt, done, total, words, error, created_at, ended_at \
                   FROM job WHERE id < $1 ORDER BY id DESC LIMIT $2";
        let rows = self.fetch_all(sql, args![before.unwrap_or(i64::MAX), limit]).await?;
        rows.iter().map(JobStatus::from_row).collect()
    }
}

impl crate::Maintain {
    /// Forgets the jobs that ended before a moment; a timer that has run is remembered for as long.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_jobs_before(&mut self, moment: Timestamp) -> Result<u64, StoreError> {
        self.execute("DELETE FROM job WHERE ended_at < $1", args![moment]).await
    }
}

impl Store {
    /// Claims the job that has been due longest among those with a handler.
    ///
    /// # Errors
    /// What the database says.
    pub async fn claim(&self, handlers: &Handlers) -> Result<Option<Running>, StoreError> {
        let now = self.now();
        let mut work = self.maintain().await?;
        // Jobs of processes that died go back into the queue; one that kills its process again and again does not.
        work.execute(
            "UPDATE job SET state = CASE WHEN attempt >= $2 THEN 'failed' ELSE 'queued' END, lease_until = NULL, \
             ended_at = CASE WHEN attempt >= $2 THEN $1 ELSE ended_at END, error = 'the process ended during the job' \
             WHERE state = 'running' AND lease_until <= $1",
            args![now, ATTEMPTS],
        )
        .await?;
        let mut args = args![now, now + LEASE];
        let names = args.push_all(handlers.0.keys().copied());
        let lock = match self.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        let row = work.fetch_optional(claim_sql(&names, lock), args).await?;
        work.commit().await?;
        row.map(|row| {
            Ok(Running {
                store: self.clone(),
                id: row.get("id")?,
                name: row.get("name")?,
                payload: row.get("payload")?,
                attempt: row.get("attempt")?,
            })
        })
        .transpose()
    }

    /// Ends the leases of jobs that a dead process was at. The caller holds the folder's lock, so nobody else is at them.
    pub(crate) async fn free_leases(&self) -> Result<(), StoreError> {
        let mut work = self.maintain().await?;
        work.execute("UPDATE job SET lease_until = $1 WHERE state = 'running'", args![self.now()]).await?;
        work.commit().await
    }

    /// Runs jobs until none is due, and gives how many were run. Failures are kept with the jobs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn run_due_jobs(&self, handlers: &Handlers) -> Result<u64, StoreError> {
        let mut count = 0;
        while run_one(self, handlers).await? {
            count += 1;
        }
        Ok(count)
    }

    /// Runs jobs as they fall due until `stop` becomes true; the job in hand is finished first.
    /// Several loops may run at once, in one process or many.
    pub async fn run_jobs(&self, handlers: &Handlers, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow_and_update() {
            // Made before looking, so that nothing queued in between is slept over.
            let queued = self.jobs_queued().notified();
            match run_one(self, handlers).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the job loop goes on after an error"),
            }
            let pause = self.until_next_job(handlers).await.unwrap_or(LOOK);
            tokio::select! {
                () = queued => {}
                () = tokio::time::sleep(pause) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Lets waiting job loops look at the table at once.
    pub fn wake_jobs(&self) {
        self.jobs_queued().notify_waiters();
    }

    async fn until_next_job(&self, handlers: &Handlers) -> Result<Duration, StoreError> {
        let mut args = Args::new();
        let names = args.push_all(handlers.0.keys().copied());
        let sql = format!("SELECT MIN(due) AS due FROM job WHERE state = 'queued' AND name IN ({names})");
        let due: Option<Timestamp> = self.read().await?.fetch_one(sql, args).await?.get("due")?;
        let wait = due.map(|due| Duration::try_from(due.duration_since(self.now())).unwrap_or_default());
        Ok(wait.map_or(LOOK, |wait| wait.min(LOOK)))
    }
}

/// A job unique while queued gives its key free when it is claimed.
fn claim_sql(names: &str, lock: &str) -> String {
    format!(
        "UPDATE job SET state = 'running', attempt = attempt + 1, lease_until = $2, \
         unique_key = CASE WHEN unique_ever = 1 THEN unique_key ELSE NULL END \
         WHERE id = (SELECT id FROM job WHERE state = 'queued' AND due <= $1 AND name IN ({names}) \
         ORDER BY due, id LIMIT 1 {lock}) RETURNING id, name, payload, attempt"
    )
}

/// Claims and runs one job; false when none is due.
async fn run_one(store: &Store, handlers: &Handlers) -> Result<bool, StoreError> {
    let Some(running) = store.claim(handlers).await? else { return Ok(false) };
    let Some(handler) = handlers.0.get(running.name.as_str()) else { return Ok(false) };
    let heartbeat = tokio::spawn(heartbeat(running.clone()));
    // A task of its own, so that a handler that panics fails its job and not the loop.
    let result = tokio::spawn(handler(running.clone())).await;
    heartbeat.abort();
    let failure = match result {
        Ok(Ok(effect)) => running.finish(effect).await.err().map(|error| error.to_string()),
        Ok(Err(failure)) => Some(failure.to_string()),
        Err(panic) => Some(panic.to_string()),
    };
    if let Some(failure) = failure {
        tracing::warn!(
            job = running.id,
            name = running.name,
            attempt = running.attempt,
            failure,
            "job failed"
        );
        running.fail(&failure).await?;
    }
    Ok(true)
}

async fn heartbeat(running: Running) {
    let pause = Duration::from_secs(u64::try_from(LEASE.as_secs() / 3).unwrap_or(20));
    loop {
        tokio::time::sleep(pause).await;
        if let Err(error) = running.renew().await {
            tracing::warn!(job = running.id, %error, "the lease of a job was not renewed");
        }
    }
}
