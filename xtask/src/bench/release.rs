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

/// All clauses of a release with 1,000 components and 2,000 records, their queries included; on PostgreSQL as well where
/// `THERIAC_TEST_POSTGRES` names a server.
pub fn clauses(_: &Bench) -> Result<Vec<Row>> {
    let lines = example("measure_gate", &[])?;
    let row = |name: &str, limit: Option<f64>, column: usize| -> Result<Row> {
        Ok(Row::new(name, "ms", limit, figure(&lines, 0, column)?).with_tenfold(figure(&lines, 1, column)?))
    };
    let mut rows = vec![
        row("all clauses, 1,000 components, 2,000 records", Some(300.0), 2)?,
        row("  of which reading the facts", None, 3)?,
        row("  of which judging", None, 4)?,
        row("  shown again, unchanged", None, 6)?,
    ];
    if std::env::var_os("THERIAC_TEST_POSTGRES").is_some() {
        let lines = example("measure_gate", &[Path::new("postgres")])?;
        rows.push(
            Row::new("  the same on PostgreSQL", "ms", None, figure(&lines, 0, 2)?)
                .with_tenfold(figure(&lines, 1, 2)?),
        );
    }
    Ok(rows)
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
