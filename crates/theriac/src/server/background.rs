//! What the server does beside answering: jobs, and keeping house.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use theriac_service::{App, findings};
use theriac_store::{StoreError, tables};
use tokio::sync::watch;

/// How often the house is kept.
const EVERY: Duration = Duration::from_secs(3600);
/// How old bytes become that nothing refers to.
const UNKEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long ended sessions, and answers under idempotency keys, are remembered.
const SESSIONS: SignedDuration = SignedDuration::from_hours(48);
/// How long ended jobs are shown.
const JOBS: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Runs jobs as they fall due.
pub async fn jobs(app: App, stopped: watch::Receiver<bool>) {
    let handlers = findings::jobs::handlers(&app);
    app.store().run_jobs(&handlers, stopped).await;
}

/// Clears away what is over and signs the head of the audit log: at once, every hour, and at the end.
pub async fn keep_house(app: App, anchor: Option<PathBuf>, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = clear(&app).await {
            tracing::warn!(%error, "what is over could not be cleared away; tried again in an hour");
        }
        checkpoint(&app, anchor.as_deref()).await;
        tokio::select! {
            _ = stopped.changed() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    checkpoint(&app, anchor.as_deref()).await;
}

async fn clear(app: &App) -> Result<(), StoreError> {
    let (store, now) = (app.store(), app.now());
    store.sweep_blobs(now - UNKEPT).await?;
    let mut work = store.maintain().await?;
    tables::access::end_sessions_before(&mut work, now - SESSIONS).await?;
    work.forget_keys_before(now - SESSIONS).await?;
    work.forget_jobs_before(now - JOBS).await?;
    work.commit().await
}

async fn checkpoint(app: &App, anchor: Option<&Path>) {
    if let Err(error) = app.store().checkpoint(anchor).await {
        tracing::error!(%error, "the head of the audit log could not be signed or anchored; tried again in an hour");
    }
}
