//! `theriac serve`: pages and interface on a data folder.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use theriac_service::App;
use theriac_store::{Access, Store};

use crate::clock::{SystemClock, SystemIds};
use crate::config::Config;
use crate::output;
use crate::server::{self, Serving};

/// Options of `serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Browsers reach this server over TLS, by a proxy in front of it
    #[arg(long)]
    behind_tls: bool,
}

/// Serves until stopped.
pub fn run(config: &Config, args: &Args) -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = server::listen(args.listen).await?;
        let store =
            Store::open(config.location()?, Access::ReadWrite, Arc::new(SystemClock), Arc::new(SystemIds))
                .await?;
        output::note(&format!("Theriac is at http://{}", listener.local_addr()?));
        let serving = Serving { listen: args.listen, secure: args.behind_tls, demo_accounts: Vec::new() };
        server::serve(App::new(store, config.index(None)), listener, serving).await?;
        Ok(ExitCode::SUCCESS)
    })
}
