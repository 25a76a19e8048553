//! `audit`: the log out to a file, and the check that it holds together.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};
use theriac_service::audit::{self, Verification};
use theriac_service::{App, ServiceError, Who};
use theriac_store::audit::{Anchors, Broken, NotVerified, PublicKey, Verified, verify_export};
use theriac_store::{Access, StoreError};

use crate::config::{Config, Place};
use crate::connect::{self, Aim};
use crate::input;
use crate::output::{self, Format};

/// Most bytes of an anchor file.
const ANCHORS: usize = 64 << 20;

/// Export and verify the audit log.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write the whole log to a file that verifies anywhere; its last line is signed
    Export {
        /// The file to write; - is standard output
        file: PathBuf,
    },
    /// Make a new key that signs checkpoints and exports from now on: when the old one was lost, or others may have it. What
    /// the old one signed still verifies
    RotateKey,
    /// Verify an exported log, without server or database; without a file, the log of the data folder.
    /// Exit code 0 when it holds together, 1 when it does not, 2 when that could not be found out
    Verify {
        /// The exported log; - is standard input
        file: Option<PathBuf>,
        /// Demand that this public key signed the exported log (64 hexadecimal characters)
        #[arg(long, value_name = "KEY", requires = "file")]
        key: Option<PublicKey>,
        /// Compare with this anchor file: it exposes an older, complete export
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Does what was asked for.
pub fn run(config: &Config, command: Command) -> Result<ExitCode> {
    match command {
        Command::Export { file } => {
            // What goes to a terminal itself is seen to come.
            let busy = (file != Path::new("-")).then(|| output::busy("exporting the audit log"));
            connect::with(config, Aim::WriteIfFree, async |client| {
                client.save("/audit/export", &file).await
            })?;
            drop(busy);
            if file != Path::new("-") {
                output::note(&format!(
                    "the audit log is in {0}; verify it with theriac audit verify {0}",
                    file.display()
                ));
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::RotateKey => {
            let Place::Folder(location) = config.place()? else {
                bail!(
                    "keys are files of the data folder: stop the server, and make a new one there with --data"
                );
            };
            let key = connect::run(async {
                let store = connect::open_writing(location).await?;
                let app = App::new(store.clone(), config.index(None));
                let key = audit::rotate_key(&app, &Who::system(connect::VIA)).await;
                store.close().await;
                Ok(key?)
            })?;
            output::print(&format!("The audit log is signed by a new key from now on:\n{key}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify { file, key, anchor, format } => {
            let anchors = anchor.as_deref().map_or_else(|| Ok(Anchors::default()), read_anchors)?;
            let result = match &file {
                Some(file) => verify_file(file, key.as_ref(), &anchors)?,
                None => verify_folder(config, &anchors)?,
            };
            match result {
                Ok(found) if anchor.is_some() && found.chain.anchored_to.is_none() => bail!(
                    "the anchor file holds no checkpoint of this log, so it vouches for nothing: give the file that the server writes"
                ),
                Ok(found) => print(&found, format),
                Err(broken) => print_broken(&broken, format),
            }
        }
    }
}

fn read_anchors(path: &Path) -> Result<Anchors> {
    let text = String::from_utf8(input::read(path, ANCHORS)?);
    let text = text.map_err(|_| anyhow!("{} is not UTF-8 text", path.display()))?;
    let anchors = Anchors::parse(&text)?;
    for line in anchors.torn() {
        output::note(&format!(
            "line {line} of the anchor file breaks off: a write did not come to its end, and vouches for nothing"
        ));
    }
    Ok(anchors)
}

fn verify_file(
    path: &Path,
    key: Option<&PublicKey>,
    anchors: &Anchors,
) -> Result<Result<Verification, Broken>> {
    let (log, length) = input::stream(path)?;
    let bar = match length {
        0 => output::progress(0, "{spinner} {bytes} verified"),
        _ => output::progress(length, "{bar:30} {bytes} of {total_bytes} verified"),
    };
    let log = BufReader::with_capacity(1 << 20, bar.wrap_read(log));
    let verified = verify_export(log, key, anchors);
    bar.finish_and_clear();
    match verified {
        Ok(chain) => Ok(Ok(Verification { chain, changed: Vec::new() })),
        Err(NotVerified::Broken(broken)) => Ok(Err(broken)),
        Err(NotVerified::Unread(error)) => {
            Err(error).with_context(|| format!("cannot read {}", path.display()))
        }
    }
}

fn verify_folder(config: &Config, anchors: &Anchors) -> Result<Result<Verification, Broken>> {
    let Place::Folder(location) = config.place()? else {
        bail!(
            "a server's log is verified on a copy: theriac audit export FILE, then theriac audit verify FILE"
        );
    };
    let _busy = output::busy("verifying the audit log, and the rows that it tells of");
    connect::run(async {
        let store = connect::open(location, Access::ReadOnly).await?;
        let verified = audit::verify(&store, anchors).await;
        store.close().await;
        match verified {
            Ok(verified) => Ok(Ok(verified)),
            Err(ServiceError::Store(StoreError::Audit(broken))) => Ok(Err(broken)),
            Err(error) => Err(error.into()),
        }
    })
}

fn print_broken(broken: &Broken, format: Format) -> Result<ExitCode> {
    match format {
        Format::Json => output::json(&json!({ "holds": false, "place": broken.place, "why": broken.why }))?,
        Format::Table => output::print(&format!("The log does not hold together: {broken}\n"))?,
    }
    Ok(ExitCode::from(1))
}

fn print(found: &Verification, format: Format) -> Result<ExitCode> {
    let holds = found.changed.is_empty();
    let exit = if holds { ExitCode::SUCCESS } else { ExitCode::from(1) };
    let Verified { installation, entries, seq, head, at, key, signed_to, anchored_to } = &found.chain;
    if format == Format::Json {
        output::json(&json!({
            "holds": holds, "installation": installation, "entries": entries, "seq": seq, "head": head, "at": at,
            "key": key, "signed_to": signed_to, "anchored_to": anchored_to,
            "changed": changed_json(&found.changed),
        }))?;
        return Ok(exit);
    }
    let up_to = |entry: &Option<i64>| {
        entry.map_or_else(|| "nothing".to_owned(), |entry| format!("up to entry {entry}"))
    };
    let entries = output::count(*entries, "entry", "entries");
    let key = key.as_ref().map_or_else(String::new, |key| format!("signed by    {key}\n"));
    let changed: String = found.changed.iter().map(|row| format!("  {row}\n")).collect();
    let changed = if holds {
        changed
    } else {
        format!("What it tells of was changed in the database; restore it from a backup:\n{changed}")
    };
    output::print(&output::lines(&format!(
        "The log holds together: {entries}, the last of {at}.\n\
         installation {installation}\nhead         {head}\n{key}checkpoints  {}\nanchored     {}\n{changed}",
        up_to(signed_to),
        up_to(anchored_to)
    )))?;
    Ok(exit)
}

/// Rows that were changed, as JSON.
pub fn changed_json(changed: &[Broken]) -> Value {
    changed.iter().map(|row| json!({ "place": row.place, "why": row.why })).collect()
}
