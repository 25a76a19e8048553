//! `serve`: pages and interface on a data folder.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use theriac_service::App;
use theriac_store::is_open_to_others;
use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::connect;
use crate::server::{self, Serving};

/// Options of `serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A proxy with TLS stands in front: cookies travel over TLS only, and addresses are taken from X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,
    /// Append the signed checkpoints of the audit log to this file; keep it on another machine or on write-once storage
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    /// How to write the server's own log to standard error; RUST_LOG says what (info)
    #[arg(long, value_enum, default_value_t)]
    log: Log,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Log {
    /// For people
    #[default]
    Text,
    /// For programs, one JSON object a line
    Json,
}

/// Serves until stopped.
pub fn run(config: &Config, args: Args) -> Result<ExitCode> {
    args.log.begin();
    let location = config.location()?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = server::listen(args.listen).await?;
        let folder = location.folder().to_owned();
        let store = connect::open_writing(location).await?;
        if let Some(anchor) = &args.anchor {
            let opened = store.try_anchor(anchor).await;
            opened.context("nothing was started, since checkpoints could not be anchored")?;
        }
        warn_of_others(&folder);
        let serving = Serving {
            behind_proxy: args.behind_proxy,
            anchor: args.anchor,
            ready: format!("Theriac is at http://{}", listener.local_addr()?),
            demo_accounts: Vec::new(),
        };
        server::serve(App::new(store, config.index(None)), listener, serving).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Says so when others than the owner may enter the data folder.
fn warn_of_others(folder: &Path) {
    if is_open_to_others(folder) {
        let folder = folder.display();
        tracing::warn!(
            "others may read {folder}, which holds password hashes, keys and evidence; shut them out: chmod -R go= {folder}"
        );
    }
}

impl Log {
    fn begin(self) {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal());
        match self {
            Self::Text => log.init(),
            Self::Json => log.json().init(),
        }
    }
}
