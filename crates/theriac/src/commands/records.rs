//! `records`: records out as one file, and in as drafts.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::config::Config;
use crate::connect::{self, Aim, with_query};
use crate::input;
use crate::output::{self, Format, count};
use crate::target::Target;

/// Most bytes of a file of records.
const BYTES: usize = 64 << 20;

/// Export and import records.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write records, with what is attached to them, as one JSON file: to standard output, or to --out
    ///
    /// At most 10,000 records and 32 MB of files at once.
    Export {
        /// Only this kind, by id
        #[arg(long)]
        kind: Option<String>,
        /// Only of this product, with its releases
        #[arg(long)]
        product: Option<String>,
        /// Only of this release of the product
        #[arg(long, requires = "product")]
        release: Option<String>,
        /// Only in this state: draft, "in review", approved, "sent back", retired, withdrawn
        #[arg(long)]
        state: Option<String>,
        /// The file to write; - is standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Read a file of records as drafts: all of it or nothing; never approvals or signatures
    ///
    /// A record of which you have a draft that says something else is left alone, and the answer says so. Drafts made by this
    /// command or with any token are drafts of one machine. Records of another installation become new ones: their numbers mean
    /// nothing here.
    Import {
        /// The file; - is standard input
        file: PathBuf,
        /// Only say what would happen
        #[arg(long)]
        dry_run: bool,
        /// Put what the file says in place of your own drafts
        #[arg(long)]
        replace_drafts: bool,
        /// Records of another installation are those with the same number here
        #[arg(long)]
        same_numbers: bool,
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Does what was asked for.
pub fn run(config: &Config, command: Command) -> Result<ExitCode> {
    match command {
        Command::Export { kind, product, release, state, out } => {
            let query = [("kind", kind), ("product", product), ("release", release), ("state", state)];
            let address = with_query("/records/export", &query);
            let busy = output::busy("exporting records");
            let file = connect::with(config, Aim::Read, async |client| client.get(&address).await)?;
            drop(busy);
            match out {
                None => output::json(&file)?,
                Some(path) if path == Path::new("-") => output::json(&file)?,
                Some(path) => {
                    let text =
                        serde_json::to_string_pretty(&file).context("the records cannot be written")?;
                    connect::run(async {
                        let mut target = Target::open(&path).await?;
                        target.write((text + "\n").as_bytes()).await?;
                        target.finish().await
                    })?;
                    let number = file["records"].as_array().map_or(0, Vec::len);
                    let records = count(number, "record", "records");
                    output::note(&format!("{records} written to {}", path.display()));
                }
            }
        }
        Command::Import { file, dry_run, replace_drafts, same_numbers, format } => {
            let records = input::read(&file, BYTES)?;
            if records.is_empty() {
                bail!("{} is empty; a file that `theriac records export` wrote is expected", file.display());
            }
            let query =
                [("dry_run", dry_run), ("replace_drafts", replace_drafts), ("same_numbers", same_numbers)];
            let query = query.map(|(name, said)| (name, Some(said.to_string())));
            let address = with_query("/records/import", &query);
            let busy = output::busy("importing records");
            // A dry run opens a transaction too, and rolls it back.
            let done = connect::with(config, Aim::Write, async |client| {
                let sent = client.post_file(&address, records).await;
                sent.with_context(|| format!("{} was not imported", file.display()))
            })?;
            drop(busy);
            let items = done.as_array().cloned().unwrap_or_default();
            output::items(
                &items,
                &[("in the file", "from"), ("here", "record"), ("what", "outcome")],
                format,
            )?;
            for item in &items {
                for left_out in item["left_out"].as_array().into_iter().flatten() {
                    let (from, what) = (output::cell(&item["from"]), output::cell(left_out));
                    output::note(&format!("{from}: left out: {what}"));
                }
            }
            if dry_run {
                output::note("a dry run: nothing was changed");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
