//! Advisories in, and scans without a server: the program from its start to its end.

use std::path::Path;

use anyhow::Result;

use super::data::{NIGHTSCOUT, TIDEPOOL};
use super::{Bench, Row};

/// How often a scan is measured.
const SCANS: usize = 15;
const IMPORTS: usize = 3;

/// The import of all advisories, and the scans of two products.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let Some(data) = bench.data("the import of advisories and scans of real products") else {
        return Ok(Vec::new());
    };
    let (small, large) = (bench.folder.join("small.db"), bench.folder.join("large.db"));
    let import = import(bench, &data.advisories, &small, IMPORTS)?;
    let large_import = self::import(bench, &data.large_advisories()?, &large, 1)?;
    let mut rows = vec![
        Row::new("import all OSV records", "ms", Some(5000.0), import.milliseconds())
            .with_tenfold(large_import.milliseconds()),
        Row::new("  memory", "MB", None, import.megabytes).with_tenfold(large_import.megabytes),
    ];
    for name in [NIGHTSCOUT, TIDEPOOL] {
        let spent = scan(bench, &data.bom(name), &small)?;
        let tenfold = scan(bench, &data.large_bom(name)?, &large)?;
        rows.push(
            Row::new(&format!("scan {name}"), "ms", Some(50.0), spent.milliseconds())
                .with_tenfold(tenfold.milliseconds()),
        );
        rows.push(Row::new("  memory", "MB", Some(60.0), spent.megabytes).with_tenfold(tenfold.megabytes));
    }
    Ok(rows)
}

/// Imports into a new index.
pub fn import(bench: &Bench, from: &Path, db: &Path, runs: usize) -> Result<super::Spent> {
    let arguments = ["feed", "import"].map(Path::new);
    let mut spent = Vec::new();
    for _ in 0..runs {
        if db.exists() {
            std::fs::remove_file(db)?;
        }
        spent.push(bench.once(&[&arguments[..], &[from, Path::new("--db"), db]].concat())?);
    }
    super::middle(spent)
}

fn scan(bench: &Bench, bom: &Path, db: &Path) -> Result<super::Spent> {
    let arguments = [Path::new("scan"), bom, Path::new("--db"), db, Path::new("--format"), Path::new("json")];
    super::middle((0..SCANS).map(|_| bench.once(&arguments)).collect::<Result<_>>()?)
}
