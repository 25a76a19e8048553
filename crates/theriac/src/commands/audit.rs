//! `audit`: the log out to a file, and the check that it holds together.

use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use serde_json::json;
use theriac_store::audit::{Anchors, PublicKey, Verified, verify_export};

use crate::input;
use crate::output::{self, Format};

/// Most bytes of an anchor file.
const ANCHORS: usize = 64 << 20;

/// Export and verify the audit log.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Verify an exported log, without server or database; exit code 1 when it does not hold together
    Verify {
        /// The exported log
        file: PathBuf,
        /// Demand that this public key signed (64 hexadecimal characters)
        #[arg(long, value_name = "KEY")]
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
pub fn run(command: &Command) -> Result<ExitCode> {
    let Command::Verify { file, key, anchor, format } = command;
    let anchors = match anchor {
        None => Anchors::default(),
        Some(path) => {
            let text = String::from_utf8(input::read(path, ANCHORS)?);
            let text = text.map_err(|_| anyhow!("{} is not UTF-8 text", path.display()))?;
            Anchors::parse(&text)?
        }
    };
    let (log, _) = input::open(file)?;
    match verify_export(BufReader::with_capacity(1 << 20, log), key.as_ref(), &anchors) {
        Ok(verified) => {
            print(&verified, *format)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            match format {
                Format::Json => {
                    output::json(&json!({ "holds": false, "place": broken.place, "why": broken.why }))?
                }
                Format::Table => {
                    output::print(&format!("{} does not hold together: {broken}\n", file.display()))?
                }
            }
            Ok(ExitCode::from(1))
        }
    }
}

fn print(verified: &Verified, format: Format) -> Result<()> {
    let Verified { installation, entries, seq, head, at, key, signed_to, anchored_to } = verified;
    if format == Format::Json {
        return output::json(&json!({
            "holds": true, "installation": installation, "entries": entries, "seq": seq, "head": head, "at": at,
            "key": key, "signed_to": signed_to, "anchored_to": anchored_to,
        }));
    }
    let up_to = |entry: &Option<i64>| {
        entry.map_or_else(|| "nothing".to_owned(), |entry| format!("up to entry {entry}"))
    };
    let key = key.as_ref().map_or_else(String::new, |key| format!("signed by    {key}\n"));
    output::print(&format!(
        "The log holds together: {entries} entries, the last of {at}.\n\
         installation {installation}\nhead         {head}\n{key}checkpoints  {}\nanchored     {}\n",
        up_to(signed_to),
        up_to(anchored_to)
    ))
}
