//! The server: pages, interface and background work on one store, until it is told to stop.

mod background;
mod connections;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use theriac_auth::{SessionCookie, Throttle};
use theriac_service::{App, findings, gate};
use theriac_web::http::Web;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;

use crate::output;
use connections::Peers;

/// How a server is reached and what it does beside.
#[derive(Debug, Clone, Default)]
pub struct Serving {
    /// Whether a proxy with TLS stands in front: cookies are then sent over TLS only, and who asks is taken from the
    /// proxy's `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// The file to which signed checkpoints of the audit log are appended.
    pub anchor: Option<PathBuf>,
    /// What to say on standard error when everything is ready.
    pub ready: String,
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
    // From here on a signal is a request to stop, not the end of the process.
    let stop_asked = Stop::new()?;
    gate::ensure_built_in(&app).await?;
    findings::catch_up_with_feed(&app).await?;
    let (stop, stopped) = watch::channel(false);
    let jobs = tokio::spawn(background::jobs(app.clone(), stopped.clone()));
    let house = tokio::spawn(background::keep_house(app.clone(), serving.anchor.clone(), stopped.clone()));
    let peers = if serving.behind_proxy { Peers::OfProxy } else { Peers::OfConnection };
    let ready = serving.ready.clone();
    let router = router(app.clone(), serving);
    let connections = tokio::spawn(connections::accept(listener, router, peers, stopped));
    output::note(&ready);
    stop_asked.wait().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    connections.await.context("the connections failed")?;
    jobs.await.context("the jobs failed")?;
    house.await.context("the housekeeping failed")?;
    app.store().close().await;
    Ok(())
}

/// Pages and interface, with one throttle and one cookie.
fn router(app: App, serving: Serving) -> axum::Router {
    let throttle = Arc::new(Mutex::new(Throttle::default()));
    let cookie = SessionCookie { secure: serving.behind_proxy };
    let api = theriac_api::Api::new(app.clone(), Arc::clone(&throttle), cookie);
    let web = Web::new(app, throttle, cookie).with_demo_accounts(serving.demo_accounts);
    theriac_api::router(api).fallback_service(theriac_web::http::router(web)).layer(CatchPanicLayer::new())
}

/// The signals that ask a server to stop.
struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let watch = |kind| signal(kind).context("signals cannot be watched");
        Ok(Self { interrupt: watch(SignalKind::interrupt())?, terminate: watch(SignalKind::terminate())? })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Stop {
    fn new() -> Result<Self> {
        Ok(Self {})
    }

    async fn wait(self) {
        // Without a handler the process ends at once, which the store survives.
        let _ = tokio::signal::ctrl_c().await;
    }
}
