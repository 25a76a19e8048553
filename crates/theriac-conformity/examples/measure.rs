//! How long facts and verdicts take, and how that grows: `cargo run --release -p theriac-conformity --example measure`.
//!
//! A release with 1,000 components, 2,000 records and 2,000 test results, then one ten times as large. Each figure is
//! the shortest of several runs.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures time and prints it")]
#![allow(clippy::unwrap_used, reason = "a failing helper ends the measurement")]

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/sample.rs"]
mod sample;

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::json;
use theriac_conformity::facts::words::{Outcome, VexStatus};
use theriac_conformity::{Facts, evaluate, gate};

use sample::{Sample, assessment, component, finding, link, test};

const RUNS: usize = 7;

/// A release with some components and twice as many records, in the proportions of a grown product.
fn release(components: usize) -> Sample {
    let mut sample = Sample::met();
    let records = 2 * components;
    for number in 0..components {
        sample.0.components.push(component(&format!("pkg:npm/part-{number}@1.0.0")));
    }
    for number in 0..components / 10 {
        let judged = (number % 5 != 0).then(|| assessment(VexStatus::NotAffected));
        let mut row = finding(&format!("FIND-1{number}"), judged);
        row.component = format!("pkg:npm/part-{number}@1.0.0");
        sample.0.findings.push(row);
    }
    // By kind, out of a hundred records.
    let shares = [
        ("RISK-1", 20),
        ("MEAS-1", 20),
        ("REQ-1", 30),
        ("DOC-1", 8),
        ("REV-1", 4),
        ("CAMP-1", 4),
        ("ACT-1", 6),
        ("ITEM-1", 6),
        ("RESP-1", 2),
    ];
    for (id, share) in shares {
        for number in 0..records * share / 100 {
            let copy = format!("{id}-{number}");
            sample = sample.copy(id, &copy);
            let record = sample.0.records.last_mut().unwrap();
            for old in &mut record.links {
                let target = format!("{}-{number}", old.target);
                let kept = ["CRIT-1", "DOC-1"].contains(&old.target.as_str());
                *old = if kept { link(&old.link, &old.target) } else { link(&old.link, &target) };
            }
            if id == "REQ-1" {
                let cases = [0, 1].map(|case| format!("suite.case_{number}_{case}"));
                sample.0.tests.extend(cases.iter().map(|case| test(case, Outcome::Passed)));
                sample = sample.set(&copy, "tests", json!(cases));
            }
        }
    }
    sample
}

/// The shortest time that something takes.
fn time<T>(mut run: impl FnMut() -> T) -> Duration {
    let once = || {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    };
    std::iter::repeat_with(once).take(RUNS).min().unwrap_or_default()
}

fn main() {
    let pack = sample::pack();
    println!("load the pack: {:.1?}", time(sample::pack));
    for size in [100, 1_000, 10_000] {
        let sample = release(size);
        let facts = Facts::build(sample.0.clone()).unwrap();
        let verdicts = evaluate(&facts, &pack).unwrap();
        let copy = time(|| sample.0.clone());
        let build = time(|| Facts::build(sample.0.clone()).unwrap()).saturating_sub(copy);
        let judge = time(|| evaluate(&facts, &pack).unwrap());
        let decide = time(|| gate(&facts, &verdicts));
        println!(
            "{} components, {} records, {} tests: facts {build:.1?}, verdicts {judge:.1?}, gate {decide:.1?}",
            sample.0.components.len(),
            sample.0.records.len(),
            sample.0.tests.len()
        );
    }
}
