//! A release in the program: a bill of materials that comes in, and the verdicts of all clauses. The examples of
//! theriac-service measure inside of the process and print a table of numbers, small size first.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Bench, Row, scan};
use crate::shell;

/// From the bytes of a bill of materials to its findings, all of it durable.
pub fn upload(bench: &Bench) -> Result<Vec<Row>> {
    let Some(data) = bench.data("the upload of a bill of materials") else { return Ok(Vec::new()) };
    let index = bench.folder.join("upload.db");
    scan::import(bench, &data.advisories, &index, 1)?;
    let (small, large) = (data.thousand(1)?, data.thousand(super::data::TIMES)?);
    let lines = example("measure_upload", &[&index, &small, &large])?;
    Ok(vec![
        Row::new("SBOM upload to findings, 1,000 components", "ms", Some(1000.0), figure(&lines, 0, 2)?)
            .with_tenfold(figure(&lines, 1, 2)?),
    ])
}

/// All clauses of a release with 1,000 components and 2,000 records, their queries included.
pub fn clauses(_: &Bench) -> Result<Vec<Row>> {
    let lines = example("measure_gate", &[])?;
    Ok(vec![
        Row::new("all clauses, 1,000 components, 2,000 records", "ms", Some(300.0), figure(&lines, 0, 2)?)
            .with_tenfold(figure(&lines, 1, 2)?),
        Row::new("  of which queries", "ms", None, figure(&lines, 0, 3)?).with_tenfold(figure(&lines, 1, 3)?),
        Row::new("  shown again, unchanged", "ms", None, figure(&lines, 0, 6)?)
            .with_tenfold(figure(&lines, 1, 6)?),
    ])
}

/// Runs an example and gives the lines under its heading, cut into words.
fn example(name: &str, arguments: &[&Path]) -> Result<Vec<Vec<String>>> {
    let mut command: Command = shell::cargo(&["run", "--release", "--locked", "--quiet"]);
    command.args(["--package", "theriac-service", "--example", name, "--"]).args(arguments);
    command.stderr(std::process::Stdio::inherit());
    let output = command.output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!("the example {name} ended with {}", output.status);
    }
    let text = String::from_utf8(output.stdout).context("the example printed no text")?;
    print!("{text}");
    Ok(text.lines().skip(1).map(|line| line.split_whitespace().map(str::to_owned).collect()).collect())
}

fn figure(lines: &[Vec<String>], line: usize, column: usize) -> Result<f64> {
    let word = lines.get(line).and_then(|line| line.get(column)).context("the example printed too little")?;
    word.parse().with_context(|| format!("the example printed '{word}' where a number belongs"))
}
