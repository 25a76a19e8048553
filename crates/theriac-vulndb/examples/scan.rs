//! Measures by hand what a scan costs: `scan DB BOM` looks up every component of a `CycloneDX` JSON file and
//! prints the findings; `scan DB --import PATH…` makes the index. Time it from outside (`perf stat`, `time -v`).

use std::io::Write as _;
use std::path::{Path, PathBuf};

use theriac_vulndb::{ImportOptions, Index, Package, import};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    match arguments.as_slice() {
        [db, flag, paths @ ..] if flag == "--import" => {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            let report = import(&paths, Path::new(db), &ImportOptions::new(jiff::Timestamp::UNIX_EPOCH))?;
            writeln!(out, "{report:#?}")?;
        }
        [db, bom] => {
            let index = Index::open(Path::new(db))?;
            let bom: serde_json::Value = serde_json::from_slice(&std::fs::read(bom)?)?;
            for component in bom["components"].as_array().into_iter().flatten() {
                let purl = component["purl"].as_str().unwrap_or_default();
                match Package::from_purl(purl, component["version"].as_str()) {
                    Ok(package) => {
                        let lookup = index.find(&package)?;
                        for found in lookup.matches {
                            let records: Vec<_> =
                                found.records.iter().map(|record| record.id.as_str()).collect();
                            writeln!(
                                out,
                                "{purl} {} {} {:?} {records:?}",
                                found.vulnerability, found.severity, found.fixed
                            )?;
                        }
                        if let Some(reason) = lookup.unmatched {
                            writeln!(out, "{purl} unmatched: {reason}")?;
                        }
                    }
                    Err(reason) => writeln!(out, "{purl} unmatched: {reason}")?,
                }
            }
        }
        _ => writeln!(out, "scan DB BOM | scan DB --import PATH…")?,
    }
    Ok(())
}
