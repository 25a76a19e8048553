//! `check`: judges a facts file by a pack, without a database.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use theriac_conformity::facts::FACTS_VERSION;
use theriac_conformity::{Facts, evaluate};

use super::pack;
use crate::output::Format;
use crate::{input, output};

/// Most bytes of a facts file.
const BYTES: usize = 256 << 20;

/// Options of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The facts file, as `theriac facts` prints it; - is standard input
    facts: PathBuf,
    /// The pack's folder [default: the pack that comes with the program]
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What every version of facts says.
#[derive(serde::Deserialize)]
struct Versioned {
    version: u32,
}

/// Prints the verdicts.
pub fn run(args: &Args) -> Result<ExitCode> {
    let pack = match &args.pack {
        Some(dir) => pack::load(dir)?,
        None => pack::included()?,
    };
    let bytes = input::read(&args.facts, BYTES)?;
    // What another version says this one need not be able to read.
    let version = serde_json::from_slice::<Versioned>(&bytes).ok().map(|facts| facts.version);
    if let Some(version) = version.filter(|version| *version != FACTS_VERSION) {
        bail!(
            "{} has facts of version {version}, this program reads version {FACTS_VERSION}; print them again with it",
            args.facts.display()
        );
    }
    let facts: Facts = input::parse(&args.facts, &bytes).context("this is no facts file")?;
    if let Err(errors) = facts.sound() {
        let lines: Vec<_> = errors.iter().map(|error| format!("\n  {error}")).collect();
        bail!("{} holds no sound facts:{}", args.facts.display(), lines.concat());
    }
    let conformity = evaluate(&facts, &pack).context("the facts cannot be judged")?;
    match args.format {
        Format::Json => output::json(&conformity)?,
        Format::Table => output::print(&output::verdicts(&conformity))?,
    }
    output::note(&since_decided(&facts).unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

/// What is said of facts that are younger than the decision; `None` where they are not, or nobody has decided.
fn since_decided(facts: &Facts) -> Option<String> {
    let release = &facts.release;
    let decided: Date = release.decided_on.as_ref().filter(|_| release.decided)?.parse().ok()?;
    let at: Date = facts.at.parse().ok()?;
    (at > decided).then(|| {
        format!(
            "note: the release was decided on {decided}, and these facts are of {at}, so 'at release' is judged anew here: \
             theriac conformity shows what was decided, and facts of that day (theriac facts --at {decided}) give it again"
        )
    })
}
