//! The hot functions by themselves: criterion measures them in the crates' `benches` folders, and what it found is read
//! from the folder that it writes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Bench, Row};
use crate::shell;

/// Crates and their benches; a new one is a line here.
const BENCHES: &[(&str, &str)] =
    &[("theriac-vulndb", "matching"), ("theriac-formats", "reading"), ("theriac-conformity", "evaluate")];
/// Where criterion keeps what it measured.
const RESULTS: &str = "target/criterion";

/// Every function that is measured, by name.
pub fn measure(_: &Bench) -> Result<Vec<Row>> {
    if Path::new(RESULTS).exists() {
        fs::remove_dir_all(RESULTS).context("cannot remove what was measured before")?;
    }
    for (krate, bench) in BENCHES {
        let mut command =
            shell::cargo(&["bench", "--locked", "--quiet", "--package", krate, "--bench", bench]);
        command.args(["--", "--warm-up-time", "1", "--measurement-time", "3", "--quiet"]);
        shell::run(&mut command)?;
    }
    let mut rows = Vec::new();
    for folder in fs::read_dir(RESULTS).context("criterion wrote nothing")? {
        let folder = folder?.path().join("new");
        if folder.is_dir() {
            rows.push(row(&folder)?);
        }
    }
    rows.sort_by(|one, other| one.what.cmp(&other.what));
    Ok(rows)
}

fn row(folder: &Path) -> Result<Row> {
    let name = read(&folder.join("benchmark.json"))?;
    let name = name["title"].as_str().context("criterion's benchmark has no title")?.to_owned();
    let estimates = read(&folder.join("estimates.json"))?;
    let nanoseconds =
        estimates["median"]["point_estimate"].as_f64().context("criterion's estimates have no median")?;
    Ok(match nanoseconds {
        few if few < 1e3 => Row::new(&name, "ns", None, few),
        some if some < 1e6 => Row::new(&name, "µs", None, some / 1e3),
        many => Row::new(&name, "ms", None, many / 1e6),
    })
}

fn read(path: &Path) -> Result<Value> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is no JSON", path.display()))
}
