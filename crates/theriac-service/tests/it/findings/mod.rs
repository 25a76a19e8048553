//! From advisories to signed judgements: matching, triage, signatures, what later releases take over.

mod carrying;
mod components;
mod grounds;
mod listing;
mod matching;
mod owed;
mod signing;
mod triage;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use theriac_conformity::facts::words::{Decision, PatientImpact, VexStatus};
use theriac_model::Digest;
use theriac_service::ServiceError;
use theriac_service::evidence::{self, AddEvidence, Added, FileInput};
use theriac_service::findings::{
    self, AssessFindings, Assessed, FeedImported, FindingRow, ListFindings, jobs,
};
use theriac_service::products::{self, NewBuild, NewRelease};

use crate::world::World;

pub const OLD: &str = "2.4.0";
pub const NEW: &str = "2.5.0";
pub const CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
pub const MEDIUM: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N";
const LEFT_PAD: &str = "pkg:npm/left-pad@1.3.0";

/// An OSV record: every version of the npm package below 9.0.0.
pub fn advisory(id: &str, package: &str, cvss: Option<&str>) -> Value {
    let severity: Vec<Value> =
        cvss.iter().map(|score| json!({ "type": "CVSS_V3", "score": score })).collect();
    json!({
        "schema_version": "1.6.0",
        "id": id,
        "modified": "2026-01-02T00:00:00Z",
        "published": "2026-01-01T00:00:00Z",
        "summary": format!("{package} can be made to fall over"),
        "references": [{ "type": "WEB", "url": "https://example.org/advisory" }],
        "severity": severity,
        "affected": [{
            "package": { "ecosystem": "npm", "name": package },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "9.0.0" }] }]
        }]
    })
}

fn with(mut advisory: Value, fields: Value) -> Value {
    for (field, value) in fields.as_object().unwrap() {
        advisory[field] = value.clone();
    }
    advisory
}

/// Ana imports advisories, and the jobs that this sets off are done.
pub async fn feed(world: &World, advisories: &[Value]) -> FeedImported {
    let folder = tempfile::tempdir().unwrap();
    for (number, advisory) in advisories.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.json")), advisory.to_string()).unwrap();
    }
    let (ana, paths) = (world.who("ana"), vec![PathBuf::from(folder.path())]);
    let imported = findings::import_feed(&world.app, &ana, paths, Arc::new(|_| {})).await.unwrap();
    run_jobs(world).await;
    imported
}

async fn run_jobs(world: &World) {
    world.app.store().run_due_jobs(&jobs::handlers(&world.app)).await.unwrap();
}

/// A bill of materials with these npm packages (`name@version`); no version makes one that cannot be matched.
pub fn bom(packages: &[&str]) -> Vec<u8> {
    let component = |package: &&str| match package.split_once('@') {
        Some((name, version)) => json!({
            "type": "library", "name": name, "version": version, "purl": format!("pkg:npm/{name}@{version}")
        }),
        None => json!({ "type": "library", "name": package }),
    };
    let components: Vec<Value> = packages.iter().map(component).collect();
    let bom =
        json!({ "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components });
    bom.to_string().into_bytes()
}

pub async fn hand_in(world: &World, release: &str, build: Option<&str>, bytes: Vec<u8>) -> Added {
    let input = AddEvidence {
        product: "gateway".to_owned(),
        release: release.to_owned(),
        build: build.map(str::to_owned),
        files: vec![FileInput { name: "file.json".to_owned(), bytes }],
        ..AddEvidence::default()
    };
    evidence::add(&world.app, &world.who("ben"), input).await.unwrap()
}

pub async fn new_release(world: &World) {
    let new = NewRelease { product: "gateway".to_owned(), name: NEW.to_owned(), ..NewRelease::default() };
    products::add_release(&world.app, &world.who("ana"), new).await.unwrap();
}

async fn build(world: &World, release: &str, name: &str, commit: &str) {
    let new = NewBuild {
        product: "gateway".to_owned(),
        release: release.to_owned(),
        name: name.to_owned(),
        commit: commit.to_owned(),
    };
    products::add_build(&world.app, &world.who("ana"), new).await.unwrap();
}

pub async fn list(world: &World, change: impl FnOnce(&mut ListFindings)) -> findings::Findings {
    let mut input = ListFindings { product: Some("gateway".to_owned()), ..ListFindings::default() };
    change(&mut input);
    findings::list(&world.app, &world.who("otto"), &input).await.unwrap()
}

async fn of_release(world: &World, release: &str) -> Vec<FindingRow> {
    list(world, |input| input.release = Some(release.to_owned())).await.page.items
}

pub async fn row(world: &World, reference: &str) -> FindingRow {
    findings::page(&world.app, &world.who("otto"), reference).await.unwrap().row
}

/// Not affected, since the code is not called; resting on the component in its version.
pub async fn judgement(world: &World, release: &str, references: &[&str]) -> AssessFindings {
    let references: Vec<String> = references.iter().map(|text| (*text).to_owned()).collect();
    let selection = findings::selection(&world.app, &world.who("ana"), "gateway", release, &references).await;
    AssessFindings {
        product: "gateway".to_owned(),
        release: release.to_owned(),
        findings: references,
        expected: selection.unwrap().expected,
        status: VexStatus::NotAffected,
        justification: Some("vulnerable code not in execute path".to_owned()),
        rests_on: vec![],
        explanation: "The padding is never called with text from outside".to_owned(),
        exploitability: None,
        exploitability_reason: String::new(),
        patient_safety_impact: PatientImpact::None,
        decision: None,
        decision_reason: String::new(),
        fixer: None,
        due: None,
    }
}

pub fn affected(input: &mut AssessFindings, decision: Decision) {
    input.status = VexStatus::Affected;
    input.justification = None;
    input.exploitability = Some("likely".to_owned());
    input.exploitability_reason = "Anybody on the ward network reaches it".to_owned();
    input.decision = Some(decision);
    input.decision_reason = "The next maintenance window is near".to_owned();
    input.fixer = Some("ben".to_owned());
}

pub async fn assess(
    world: &World,
    release: &str,
    references: &[&str],
    change: impl FnOnce(&mut AssessFindings),
) -> Assessed {
    let mut input = judgement(world, release, references).await;
    change(&mut input);
    findings::assess(&world.app, &world.who("ana"), input).await.unwrap()
}

pub async fn sign(world: &World, key: &str, set: Digest) -> Result<findings::Signed, ServiceError> {
    findings::sign(&world.app, &world.who(key), &world.proof(key), &[set]).await
}

pub async fn sign_clinical(world: &World, key: &str, set: Digest) -> Result<findings::Signed, ServiceError> {
    findings::sign_clinical(&world.app, &world.who(key), &world.proof(key), &[set]).await
}

pub async fn confirm(world: &World, key: &str, release: &str) -> Result<usize, ServiceError> {
    let who = world.who(key);
    let carried = findings::carried(&world.app, &who, "gateway", release).await.unwrap();
    findings::confirm_carried(&world.app, &who, &world.proof(key), "gateway", release, carried.set).await
}

/// Fields that were found wrong.
fn wrong(error: &ServiceError) -> Vec<String> {
    let ServiceError::Invalid(fields) = error else { panic!("{error}") };
    let mut names: Vec<_> = fields.iter().map(|field| field.field.clone()).collect();
    names.dedup();
    names
}

pub fn commit(letter: char) -> String {
    letter.to_string().repeat(40)
}

/// What a build was made from: its commit, the one before, and the paths that changed with the id of their content.
pub fn manifest(made: char, before: Option<char>, changed: &[(&str, char)]) -> Vec<u8> {
    let changed: Vec<Value> =
        changed.iter().map(|(path, tree)| json!({ "path": path, "tree": commit(*tree) })).collect();
    let manifest = json!({
        "format": "theriac-build-manifest", "version": 1, "commit": commit(made),
        "predecessor": before.map(commit), "authors": [], "changed": changed, "artefacts": [],
    });
    manifest.to_string().into_bytes()
}

/// A build of the old release with the manifest of what Ben changed in it; the commit is named by a digit or letter.
pub async fn built(world: &World, made: char, before: Option<char>, changed: &[(&str, char)]) {
    let name = made.to_string();
    build(world, OLD, &name, &commit(made)).await;
    let mut file: Value = serde_json::from_slice(&manifest(made, before, changed)).unwrap();
    file["authors"] = json!([{ "name": "Ben", "email": "ben@lumen.example" }]);
    hand_in(world, OLD, Some(&name), file.to_string().into_bytes()).await;
}
