//! How long the verdicts of a release take, its queries included, and how that grows:
//! `cargo run --release -p theriac-service --example measure_gate`, on SQLite; with `-- postgres` on the PostgreSQL server
//! that `THERIAC_TEST_POSTGRES` names.
//!
//! A release with 1,000 components, 2,000 records and 2,000 test results, each record begun, submitted and
//! approved on its own; then one ten times as large. Each figure is the shortest of several runs.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures time and prints it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing helper ends the measurement")]

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/story.rs"]
mod story;
#[allow(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/world.rs"]
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use theriac_auth::Reauthenticated;
use theriac_model::Digest;
use theriac_service::gate;
use theriac_service::records::{self, Begin, DraftLink, ScopeInput};
use theriac_store::tables;
use theriac_store::tables::evidence::TestResult;
use theriac_store::testing::TestStore;

use story::{GATEWAY, candidate, done, evidence, finding, manifest, matched, sample, sbom, write};
use world::World;

const RUNS: usize = 7;

#[tokio::main]
async fn main() {
    println!("components  records  all  of which facts  judging   shown anew  again   (ms)");
    for components in [1_000, 10_000] {
        measure(components).await;
    }
}

async fn measure(components: usize) {
    let store = match std::env::args().any(|word| word == "postgres") {
        true => TestStore::postgres().await,
        false => TestStore::sqlite().await,
    };
    let world = World::new(&store).await;
    gate::ensure_built_in(&world.app).await.unwrap();
    let records = fill(&world, components).await;
    let ana = world.who("ana");
    let all =
        fastest(async || drop(gate::judged(&world.app, &ana, GATEWAY.0, GATEWAY.1, None).await.unwrap()))
            .await;
    let start = Instant::now();
    gate::shown(&world.app, &ana, GATEWAY.0, GATEWAY.1).await.unwrap();
    let anew = start.elapsed().as_millis();
    let again =
        fastest(async || drop(gate::shown(&world.app, &ana, GATEWAY.0, GATEWAY.1).await.unwrap())).await;
    let read = async || gate::facts(&world.app, &ana, GATEWAY.0, GATEWAY.1, None).await.unwrap();
    let reading = fastest(async || drop(read().await)).await;
    let (facts, pack) = (read().await, gate::pack(&world.app).await.unwrap());
    let judging = fastest(async || {
        let conformity = theriac_conformity::evaluate(&facts, &pack).unwrap();
        drop(theriac_conformity::gate(&facts, &conformity));
    })
    .await;
    println!("{components:>10} {records:>8} {all:>4} {reading:>15} {judging:>8} {anew:>12} {again:>6}");
}

/// The shortest of several runs, in milliseconds.
async fn fastest(run: impl AsyncFn()) -> u128 {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        run().await;
        times.push(start.elapsed());
    }
    times.iter().min().map_or(0, Duration::as_millis)
}

/// Fills the release in the proportions of a grown product; gives the number of records.
async fn fill(world: &World, components: usize) -> usize {
    let mut writer = Writer { world, cleo: world.proof("cleo"), eve: world.proof("eve"), count: 0 };
    let build = candidate(world, "rc.1").await;
    manifest(world, build, &["ben@lumen.example"], &["gateway.bin"]).await;
    let purls: Vec<String> = (0..components).map(|number| format!("pkg:npm/part-{number}@1.0.0")).collect();
    let purls: Vec<&str> = purls.iter().map(String::as_str).collect();
    sbom(world, Some(build), &purls).await;
    matched(world).await;
    for purl in purls.iter().take(components / 10) {
        finding(world, purl, &format!("CVE-2026-{}", purl.len())).await;
    }
    let results = evidence(world, world.release, Some(build), "test-results").await;
    let cases: Vec<_> = (0..2 * components)
        .map(|number| TestResult {
            case: format!("suite.case_{}_{}", number / 2, number % 2),
            outcome: "passed".to_owned(),
            message: String::new(),
        })
        .collect();
    let mut open = write(world).await;
    tables::evidence::add_results(&mut open, results.id, &cases).await.unwrap();
    done(open, &results.reference()).await;

    writer.add("limits", json!({}), vec![]).await;
    let criteria = writer.add("risk-criteria", json!({}), vec![]).await;
    let plan = writer.add("document", document(), vec![]).await;
    let each = 2 * components / 100;
    for number in 0..each {
        writer.hundred(number, &criteria, &plan, &results.reference()).await;
    }
    writer.count
}

/// A document whose review is within the interval of the limits.
fn document() -> Value {
    json!({ "next_review": "2027-01-01" })
}

struct Writer<'a> {
    world: &'a World,
    cleo: Arc<Reauthenticated>,
    eve: Arc<Reauthenticated>,
    count: usize,
}

impl Writer<'_> {
    /// A hundred records as they hang together.
    async fn hundred(&mut self, number: usize, criteria: &str, plan: &str, results: &str) {
        let mut items = Vec::new();
        for part in 0..6 {
            let purl = format!("pkg:npm/part-{}", number * 6 + part);
            items.push(self.add("software-item", json!({ "purls": [purl] }), vec![]).await);
        }
        for part in 0..20 {
            let cases = [0, 1].map(|case| format!("suite.case_{}_{case}", number * 20 + part));
            let requirement = self.add("requirement", json!({ "tests": cases }), vec![]).await;
            let measure = DraftLink::new("implemented-by", &requirement);
            let measure = self.add("measure", json!({}), vec![measure]).await;
            let links = vec![
                DraftLink::new("mitigated-by", &measure),
                DraftLink::new("affects", &items[part % 6]),
                DraftLink::new("scored-under", criteria),
            ];
            self.add("risk", json!({ "patient_harm": "none" }), links).await;
        }
        for _ in 0..20 {
            self.add("requirement", json!({ "tests": [] }), vec![]).await;
        }
        for _ in 0..6 {
            self.add("document", document(), vec![]).await;
            let links = vec![DraftLink::new("planned-in", plan)];
            self.add("activity", json!({ "evidence": [results] }), links).await;
        }
        for _ in 0..2 {
            let fields = json!({ "build": "rc.1", "independence": "none", "evidence": [results] });
            self.add("test-campaign", fields, vec![]).await;
        }
    }

    async fn add(&mut self, kind: &str, fields: Value, links: Vec<DraftLink>) -> String {
        let (app, ana) = (&self.world.app, self.world.who("ana"));
        let (product, release) = (GATEWAY.0.to_owned(), GATEWAY.1.to_owned());
        let scope = match kind {
            "limits" | "risk-criteria" => ScopeInput::Organisation,
            "test-campaign" | "activity" => ScopeInput::Release(product, release),
            _ => ScopeInput::Product(product),
        };
        let begin = Begin { kind: kind.to_owned(), scope, content: sample(kind, fields), links };
        let begun = records::begin(app, &ana, begin).await.unwrap();
        let digest: Digest =
            records::submit(app, &ana, &begun.reference, begun.expected).await.unwrap().digest;
        let (key, proof) = if kind == "risk" { ("eve", &self.eve) } else { ("cleo", &self.cleo) };
        records::approve(app, &self.world.who(key), proof, &begun.reference, digest).await.unwrap();
        self.count += 1;
        begun.reference
    }
}
