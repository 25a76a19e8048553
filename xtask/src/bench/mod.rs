//! `cargo xtask bench`: what is promised about time and memory, measured with the release build, in one table.
//!
//! A figure is one [`Row`]; the functions that make them are in [`scan`] (the program on real bills of materials and
//! advisories, where `THERIAC_DATA` names their folder), [`release`] (uploads and verdicts), [`server`], and
//! [`functions`] (what criterion measures). What can grow is measured once more at ten times the size.

mod data;
mod functions;
mod release;
mod scan;
mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{shell, tools};

/// Where the measured program and all that is made for it lie.
const FOLDER: &str = "target/bench";

/// A figure: what was measured, what is promised, and how it grew.
struct Row {
    what: String,
    unit: &'static str,
    target: Option<f64>,
    measured: f64,
    tenfold: Option<f64>,
}

impl Row {
    fn new(what: &str, unit: &'static str, target: Option<f64>, measured: f64) -> Self {
        Self { what: what.to_owned(), unit, target, measured, tenfold: None }
    }

    fn with_tenfold(mut self, measured: f64) -> Self {
        self.tenfold = Some(measured);
        self
    }
}

/// A group of figures: its name, and what measures it.
type Group = (&'static str, fn(&Bench) -> Result<Vec<Row>>);

const GROUPS: &[Group] = &[
    ("scan", scan::measure),
    ("upload", release::upload),
    ("clauses", release::clauses),
    ("serve", server::measure),
    ("functions", functions::measure),
];

/// What every group needs.
struct Bench {
    folder: PathBuf,
    theriac: PathBuf,
    time: PathBuf,
    data: Option<data::Data>,
}

/// `cargo xtask bench [GROUP]…`.
pub fn run(arguments: &[String]) -> Result<()> {
    if let Some(wrong) = arguments.iter().find(|name| GROUPS.iter().all(|(group, _)| group != name)) {
        let names: Vec<_> = GROUPS.iter().map(|(name, _)| *name).collect();
        bail!("there is no group '{wrong}'; the groups are {}", names.join(", "));
    }
    let bench = Bench::new()?;
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for (name, measure) in GROUPS {
        if !arguments.is_empty() && !arguments.iter().any(|wanted| wanted == name) {
            continue;
        }
        println!("── {name} ──");
        match measure(&bench) {
            Ok(more) => rows.extend(more),
            Err(error) => {
                eprintln!("{name}: {error:#}");
                failed.push(*name);
            }
        }
    }
    print_table(&rows);
    std::fs::remove_dir_all(&bench.folder).context("cannot remove target/bench")?;
    if !failed.is_empty() {
        bail!("not measured: {}", failed.join(", "));
    }
    Ok(())
}

impl Bench {
    fn new() -> Result<Self> {
        let folder = std::env::current_dir()?.join(FOLDER);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).context("cannot empty target/bench")?;
        }
        std::fs::create_dir_all(&folder)?;
        shell::run(&mut shell::cargo(&["build", "--release", "--locked", "--package", "theriac"]))?;
        // A copy, so that a build meanwhile does not change what is measured.
        let theriac = folder.join("theriac");
        std::fs::copy("target/release/theriac", &theriac).context("the release build made no program")?;
        let data = std::env::var_os("THERIAC_DATA").map(PathBuf::from).filter(|data| data.is_dir());
        let data = data.map(|data| data::Data::new(&data, &folder)).transpose()?;
        Ok(Self { folder, theriac, time: tools::time()?, data })
    }

    /// The public data; a line says what is left out where there is none.
    fn data(&self, what: &str) -> Option<&data::Data> {
        if self.data.is_none() {
            println!("left out: {what}, because THERIAC_DATA names no folder");
        }
        self.data.as_ref()
    }

    /// Runs the program once, from its start to its end.
    fn once(&self, arguments: &[&Path]) -> Result<Spent> {
        let file = self.folder.join("memory");
        let mut command = Command::new(&self.time);
        command.args(["-f", "%M", "-o"]).arg(&file).arg(&self.theriac).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let (output, wall) = shell::timed(|| command.output());
        let output = output.context("cannot start time")?;
        if !output.status.success() {
            bail!("{}{}", shell::words(&command), String::from_utf8_lossy(&output.stderr));
        }
        let kilobytes = std::fs::read_to_string(&file).context("time wrote no figure")?;
        Ok(Spent {
            wall,
            megabytes: kilobytes.trim().parse::<f64>().context("time wrote no number")? / 1024.0,
        })
    }
}

/// What a run of the program took.
struct Spent {
    wall: Duration,
    /// The most memory that was resident at once.
    megabytes: f64,
}

impl Spent {
    fn milliseconds(&self) -> f64 {
        self.wall.as_secs_f64() * 1000.0
    }
}

/// The middle one of several runs by time, with the most memory of any.
fn middle(mut runs: Vec<Spent>) -> Result<Spent> {
    runs.sort_by_key(|spent| spent.wall);
    let megabytes = runs.iter().map(|spent| spent.megabytes).fold(0.0, f64::max);
    let wall = runs.get(runs.len() / 2).context("nothing was run")?.wall;
    Ok(Spent { wall, megabytes })
}

fn print_table(rows: &[Row]) {
    let width = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    println!(
        "\n{:<width$}  {:>10}  {:>10}  {:<7}  {:>10}  {:>6}",
        "", "target", "measured", "", "at 10 ×", "growth"
    );
    for row in rows {
        let target = row.target.map_or_else(String::new, |target| format!("{target:.0} {}", row.unit));
        let met = row.target.map_or("", |target| if row.measured <= target { "met" } else { "NOT MET" });
        let tenfold = row.tenfold.map_or_else(String::new, |tenfold| number(tenfold, row.unit));
        let growth =
            row.tenfold.map_or_else(String::new, |tenfold| format!("{:.1} ×", tenfold / row.measured));
        println!(
            "{:<width$}  {target:>10}  {:>10}  {met:<7}  {tenfold:>10}  {growth:>6}",
            row.what,
            number(row.measured, row.unit)
        );
    }
}

/// A figure with as many digits as say something.
fn number(value: f64, unit: &str) -> String {
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}
