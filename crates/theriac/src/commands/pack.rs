//! `pack check`: reads a standard written as data and names everything that is wrong with it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use theriac_conformity::Pack;
use theriac_conformity::pack::{ClauseKind, IEC_81001_5_1_2021, PackError};

use crate::output::count;
use crate::{input, output};

/// Most files of a pack, and most bytes of each: what the reader itself refuses is refused before it is read.
const FILES: usize = 1000;
const BYTES: usize = 4 << 20;

/// Work on a standard written as data.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check a pack: every mistake is named with file and line
    Check {
        /// The pack's folder
        dir: PathBuf,
    },
}

/// Does what was asked for.
pub fn run(command: Command) -> Result<ExitCode> {
    let Command::Check { dir } = command;
    let files = input::folder(&dir, "toml", FILES, BYTES)?;
    let pack = parse(&dir.display().to_string(), Pack::check(&files))?;
    let computed = pack.clauses.iter().filter(|clause| clause.kind == ClauseKind::Computed).count();
    let checks: usize = pack.clauses.iter().map(|clause| clause.checks.len()).sum();
    output::print(&format!(
        "{}: {}\n{} ({computed} computed, {} attested), {}\ndigest {}\n",
        pack.id,
        pack.title,
        count(pack.clauses.len(), "clause", "clauses"),
        pack.clauses.len() - computed,
        count(checks, "check", "checks"),
        pack.digest
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Reads the pack of a folder.
pub fn load(dir: &Path) -> Result<Pack> {
    let files = input::folder(dir, "toml", FILES, BYTES)?;
    parse(&dir.display().to_string(), Pack::load(&files))
}

/// The pack that comes with the program.
pub fn included() -> Result<Pack> {
    parse("the included pack", Pack::load(IEC_81001_5_1_2021))
}

fn parse(place: &str, pack: std::result::Result<Pack, Vec<PackError>>) -> Result<Pack> {
    pack.map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(|error| format!("\n  {error}")).collect();
        anyhow!("{place} is no sound pack:{}", lines.concat())
    })
}
