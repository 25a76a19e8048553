//! The server: pages, interface and jobs on one store, until it is told to stop.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use theriac_auth::{SessionCookie, Throttle};
use theriac_service::{App, findings, gate};
use theriac_web::http::Web;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How often what nobody kept is cleared away.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// How old unkept bytes become.
const SWEEP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How a server is reached.
#[derive(Debug, Clone)]
pub struct Serving {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether browsers reach it over TLS, by a proxy.
    pub secure: bool,
    /// The demonstration's accounts: address, role, password.
    pub demo_accounts: Vec<(String, String, String)>,
}

/// Listens, so that an address that is taken is told before anything else is done.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address}: another program has it, or you may not; choose another with --listen"
        )
    })
}

/// Serves until the process is told to stop; requests and the job in hand are finished first.
pub async fn serve(app: App, listener: TcpListener, serving: Serving) -> Result<()> {
    gate::ensure_built_in(&app).await?;
    let (stop, stopped) = watch::channel(false);
    let jobs = tokio::spawn(jobs(app.clone(), stopped.clone()));
    let sweeper = tokio::spawn(sweep(app.clone(), stopped));
    let router = router(app.clone(), serving);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(told_to_stop())
        .await
        .context("the server failed")?;
    stop.send_replace(true);
    jobs.await.context("the jobs failed")?;
    sweeper.await.context("the sweeper failed")?;
    app.store().close().await;
    Ok(())
}

/// Pages and interface, with one throttle and one cookie.
fn router(app: App, serving: Serving) -> axum::Router {
    let throttle = Arc::new(Mutex::new(Throttle::default()));
    let cookie = SessionCookie { secure: serving.secure };
    let api = theriac_api::Api::new(app.clone(), Arc::clone(&throttle), cookie);
    let web = Web::new(app, throttle, cookie).with_demo_accounts(serving.demo_accounts);
    axum::Router::new()
        .nest(theriac_api::PREFIX, theriac_api::router(api))
        .fallback_service(theriac_web::http::router(web))
}

async fn jobs(app: App, stopped: watch::Receiver<bool>) {
    let handlers = findings::jobs::handlers(&app);
    app.store().run_jobs(&handlers, stopped).await;
}

async fn sweep(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {
                let before = app.now() - SWEEP_AFTER;
                if let Err(error) = app.store().sweep_blobs(before).await {
                    tracing::warn!(%error, "unkept files could not be removed; tried again in an hour");
                }
            }
        }
    }
}

async fn told_to_stop() {
    let interrupted = async {
        // Without a handler the process ends at once, which the store survives.
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! {
                    () = interrupted => {}
                    _ = terminated.recv() => {}
                }
            }
            Err(_) => interrupted.await,
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
