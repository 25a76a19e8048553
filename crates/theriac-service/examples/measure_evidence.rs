//! How long it takes from a bill of materials to its findings, durable, and how that grows:
//! `cargo run --release -p theriac-service --example measure_evidence`.
//!
//! One component in ten has a finding. On SQLite; on PostgreSQL too where `THERIAC_TEST_POSTGRES` is set. Where
//! `THERIAC_DATA` is set, the real advisories and the real bills of materials of one product's releases are measured as
//! well.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures time and prints it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing helper ends the measurement")]

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/world.rs"]
mod world;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use theriac_conformity::facts::words::{PatientImpact, VexStatus};
use theriac_service::evidence::{self, AddEvidence, FileInput};
use theriac_service::findings::{self, AssessFindings, ListComponents, ListFindings};
use theriac_service::products::{self, NewRelease};
use theriac_store::testing::TestStore;

use world::World;

#[tokio::main]
async fn main() {
    println!(
        "what                                components  findings    upload  the next one  match again      list"
    );
    for components in [1_000, 10_000] {
        made_up(TestStore::sqlite().await, "made up, SQLite", components).await;
    }
    if std::env::var_os("THERIAC_TEST_POSTGRES").is_some() {
        for components in [1_000, 10_000] {
            made_up(TestStore::postgres().await, "made up, PostgreSQL", components).await;
        }
    }
    if let Some(data) = std::env::var_os("THERIAC_DATA") {
        real(&PathBuf::from(data)).await;
    }
}

/// One release, judged whole; then the next one with the same components.
async fn made_up(store: TestStore, what: &str, components: usize) {
    let world = World::new(&store).await;
    let folder = tempfile::tempdir().unwrap();
    for number in (0..components).step_by(10) {
        let id = format!("CVE-2026-{number}");
        let record = json!({
            "schema_version": "1.6.0", "id": id, "modified": "2026-01-02T00:00:00Z",
            "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
            "affected": [{
                "package": { "ecosystem": "npm", "name": format!("package-{number}") },
                "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }] }]
            }]
        });
        std::fs::write(folder.path().join(format!("{id}.json")), record.to_string()).unwrap();
    }
    import(&world, vec![folder.path().to_owned()]).await;
    let first = upload(&world, "2.4.0", sbom(components)).await;
    judge(&world).await;
    release(&world, "2.5.0").await;
    let second = upload(&world, "2.5.0", sbom(components)).await;
    row(&world, what, components, first, second).await;
}

async fn real(data: &Path) {
    let store = TestStore::sqlite().await;
    // No file may come from a time that has not come yet.
    store.clock.advance_days(3_650);
    let world = World::new(&store).await;
    let before = Instant::now();
    import(&world, vec![data.join("osv")]).await;
    println!("import of the real advisories: {} ms", before.elapsed().as_millis());
    for (place, name) in [
        "nightscout-13.0.1",
        "nightscout-14.2.6",
        "nightscout-15.0.7",
        "tidepool-platform",
        "monai",
        "dicom-rs",
    ]
    .iter()
    .enumerate()
    {
        let bytes = std::fs::read(data.join("products").join(format!("{name}.cdx.json"))).unwrap();
        let (one, next) = (format!("{place}.0"), format!("{place}.1"));
        release(&world, &one).await;
        let first = upload(&world, &one, bytes.clone()).await;
        release(&world, &next).await;
        let second = upload(&world, &next, bytes).await;
        let input =
            ListComponents { product: "gateway".to_owned(), release: one, ..ListComponents::default() };
        let list = findings::components(&world.app, &world.who("ana"), &input).await.unwrap();
        row(&world, name, usize::try_from(list.total).unwrap(), first, second).await;
    }
}

async fn import(world: &World, paths: Vec<PathBuf>) {
    let watch: findings::Watcher = Arc::new(|_| {});
    findings::import_feed(&world.app, &world.who("ana"), paths, watch).await.unwrap();
}

fn sbom(components: usize) -> Vec<u8> {
    let component = |number: usize| {
        let (name, version) = (format!("package-{number}"), format!("1.0.{number}"));
        let hash = json!({ "alg": "SHA-256", "content": "ab".repeat(32) });
        json!({
            "type": "library", "name": name, "version": version, "purl": format!("pkg:npm/{name}@{version}"),
            "bom-ref": name, "hashes": [hash], "licenses": [{ "license": { "id": "MIT" } }]
        })
    };
    let all: Vec<_> = (0..components).map(component).collect();
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": all })
        .to_string()
        .into_bytes()
}

async fn release(world: &World, name: &str) {
    let new = NewRelease { product: "gateway".to_owned(), name: name.to_owned(), ..NewRelease::default() };
    products::add_release(&world.app, &world.who("ana"), new).await.unwrap();
}

/// Milliseconds, and findings.
async fn upload(world: &World, release: &str, bytes: Vec<u8>) -> (u128, usize) {
    let input = AddEvidence {
        product: "gateway".to_owned(),
        release: release.to_owned(),
        files: vec![FileInput { name: "bom".to_owned(), bytes }],
        ..AddEvidence::default()
    };
    let before = Instant::now();
    let added = evidence::add(&world.app, &world.who("ben"), input).await.unwrap();
    (before.elapsed().as_millis(), added.new.len())
}

/// Every finding of 2.4.0 is said not to affect it.
async fn judge(world: &World) {
    let ana = world.who("ana");
    let mut input = ListFindings {
        product: Some("gateway".to_owned()),
        state: Some("new".to_owned()),
        ..ListFindings::default()
    };
    input.paging.limit = 200;
    loop {
        let page = findings::list(&world.app, &ana, &input).await.unwrap().page;
        let names: Vec<String> = page.items.into_iter().map(|row| row.reference).collect();
        if names.is_empty() {
            return;
        }
        let shown = findings::selection(&world.app, &ana, "gateway", "2.4.0", &names).await.unwrap();
        let judgement = AssessFindings {
            product: "gateway".to_owned(),
            release: "2.4.0".to_owned(),
            findings: names,
            expected: shown.expected,
            status: VexStatus::NotAffected,
            justification: Some("vulnerable code not present".to_owned()),
            rests_on: Vec::new(),
            explanation: "It is compiled out".to_owned(),
            exploitability: None,
            exploitability_reason: String::new(),
            patient_safety_impact: PatientImpact::None,
            decision: None,
            decision_reason: String::new(),
            fixer: None,
            due: None,
        };
        let judged = findings::assess(&world.app, &ana, judgement).await.unwrap();
        findings::sign(&world.app, &ana, &world.proof("ana"), &[judged.set]).await.unwrap();
    }
}

async fn row(world: &World, what: &str, components: usize, first: (u128, usize), second: (u128, usize)) {
    let before = Instant::now();
    findings::rematch(&world.app, world.release).await.unwrap();
    let again = before.elapsed().as_millis();
    let before = Instant::now();
    findings::list(&world.app, &world.who("ana"), &ListFindings::default()).await.unwrap();
    let list = before.elapsed().as_millis();
    println!(
        "{what:<35} {components:>10} {:>9} {:>6} ms {:>10} ms {again:>9} ms {list:>6} ms",
        first.1, first.0, second.0
    );
}
