//! `theriac demo`: a manufacturer with one product and two releases, ready to look at.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use theriac_demo::{CAST, Days, PASSWORD, StoryClock};
use theriac_model::Clock as _;
use theriac_service::{App, Who, gate};
use theriac_store::{Access, Location, Store, make_private};

use crate::clock::{SystemClock, SystemIds};
use crate::output;
use crate::server::{self, Serving};

/// The vulnerability index inside of the folder.
const INDEX: &str = "advisories.db";
/// What the terminal says about the folder; its presence says that the story was told to its end.
const TOKEN: &str = "demo-token";

/// Options of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the demonstration; started again, it goes on where it was
    #[arg(long, value_name = "DIR", default_value = "theriac-demo")]
    dir: PathBuf,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Make the demonstration and stop
    #[arg(long)]
    no_serve: bool,
}

/// Makes the demonstration where it is not there yet, and serves it.
pub fn run(args: &Args) -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = if args.no_serve { None } else { Some(server::listen(args.listen).await?) };
        let token = match fs::read_to_string(args.dir.join(TOKEN)) {
            Ok(token) => token,
            Err(_) => make(&args.dir).await?,
        };
        let store = open(&args.dir, Arc::new(SystemClock)).await?;
        let app = App::new(store, args.dir.join(INDEX));
        look(&app).await?;
        let Some(listener) = listener else {
            app.store().close().await;
            output::note(&words(args, token.trim(), None));
            return Ok(ExitCode::SUCCESS);
        };
        let ready = words(args, token.trim(), Some(listener.local_addr()?));
        let serving = Serving { ready, demo_accounts: accounts(), ..Serving::default() };
        server::serve(app, listener, serving).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Evaluates the releases as they stand today, so that lists agree with the gate from the first minute.
async fn look(app: &App) -> Result<()> {
    let who = Who::system("demo");
    for release in gate::releases(app, &who).await? {
        gate::shown(app, &who, &release.product, &release.release).await?;
    }
    Ok(())
}

async fn open(folder: &Path, clock: Arc<dyn theriac_model::Clock>) -> Result<Store> {
    let location = Location::Sqlite { folder: folder.to_owned() };
    Ok(Store::open(location, Access::ReadWrite, clock, Arc::new(SystemIds)).await?)
}

/// Tells the story in a folder beside, which gets its name once the story is told: a run that was cut off leaves nothing
/// half-told behind.
async fn make(folder: &Path) -> Result<String> {
    let empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !empty {
        bail!("{} holds something else; name another folder with --dir", folder.display());
    }
    output::note("Making the demonstration …");
    let unfinished = folder.with_extension("unfinished");
    let clear = |path: &Path| match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    clear(&unfinished).with_context(|| format!("cannot clear {}", unfinished.display()))?;
    make_private(&unfinished).with_context(|| format!("cannot make {}", unfinished.display()))?;
    let days = Days::from(SystemClock.now());
    let clock = Arc::new(StoryClock::at(days.moment(340)));
    let store = open(&unfinished, clock.clone()).await?;
    let app = App::new(store, unfinished.join(INDEX));
    let told = theriac_demo::tell(&app, &clock, days).await?;
    app.store().close().await;
    drop(app);
    fs::write(unfinished.join(TOKEN), &told.token).context("cannot keep the token")?;
    clear(folder).with_context(|| format!("cannot replace {}", folder.display()))?;
    fs::rename(&unfinished, folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(told.token)
}

fn accounts() -> Vec<(String, String, String)> {
    let members = CAST.iter().filter(|member| !member.roles.is_empty());
    members
        .map(|member| {
            let roles: Vec<_> = member.roles.iter().map(ToString::to_string).collect();
            (member.email(), roles.join(", "), PASSWORD.to_owned())
        })
        .collect()
}

/// What the terminal says: where to sign in, if it is served, and what to look at.
fn words(args: &Args, token: &str, address: Option<SocketAddr>) -> String {
    let data = args.dir.display();
    // As it was started: a program under `target` is on nobody's path.
    let program = std::env::args().next().unwrap_or_else(|| "theriac".to_owned());
    let mut lines = vec![
        String::new(),
        "This is a demonstration: people, product and history are made up; components and advisories are real.".to_owned(),
        String::new(),
    ];
    if let Some(address) = address {
        lines.push(format!("  Open      http://{address}"));
    }
    lines.push(format!("  Password  {PASSWORD}   (of every account)"));
    lines.extend(accounts().into_iter().map(|(email, role, _)| format!("            {email:<22} {role}")));
    lines.extend([
        format!("  Token     {token}"),
        String::new(),
        "Look at release 2.4.0: its gate is closed. Assess the finding that is new, and see clause 5.8.1 turn.".to_owned(),
        "Try from another terminal:".to_owned(),
        format!("  {program} conformity --product gateway --release 2.4.0 --data {data}"),
        format!("  {program} gate --product gateway --release 2.4.0 --data {data}"),
        format!("  {program} releases --data {data}"),
        String::new(),
    ]);
    lines.join("\n")
}
