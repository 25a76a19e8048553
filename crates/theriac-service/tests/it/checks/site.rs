//! A release that meets every computed check, made through use cases, and what people then do to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use theriac_conformity::facts::words::{Decision, PatientImpact, Verdict, VexStatus};
use theriac_conformity::pack::Pack;
use theriac_conformity::{CheckVerdict, Conformity};
use theriac_model::Digest;
use theriac_service::evidence::{self, AddEvidence, FileInput};
use theriac_service::findings::{self, AssessFindings, jobs};
use theriac_service::products::{self, NewBuild, ProductChange, ReleaseChange};
use theriac_service::records::{self, Approval, Begin, DraftInput, DraftLink, Giving, ScopeInput};
use theriac_service::{ServiceError, gate, people};
use theriac_store::testing::TestStore;

use super::Driven;
use crate::story::{GATEWAY, sample};
use crate::world::World;

/// When the release is planned to ship: by when everything is due that has no date of its own.
pub const SHIPS: Option<&str> = Some("2026-06-30");
pub const ANA: Option<&str> = Some("ana");
pub const BEN: Option<&str> = Some("ben");

pub const COMMIT: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
pub const CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
/// The test cases of the requirement.
pub const CASES: [&str; 2] = ["tls.PeerTest.unknown_ca", "tls.PeerTest.expired"];

/// A `ref` without its digest, who owes it, by when.
pub type Miss<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// The release 2.4.0 of the gateway with what it rests on.
pub struct Site<'a> {
    pub world: World,
    pub store: &'a TestStore,
    pack: Arc<Pack>,
    seen: BTreeMap<String, BTreeSet<Verdict>>,
}

impl<'a> Site<'a> {
    /// The product, its release and the program's pack; nothing written yet.
    pub async fn bare(store: &'a TestStore) -> Self {
        let world = World::new(store).await;
        gate::ensure_built_in(&world.app).await.unwrap();
        let pack = gate::pack(&world.app).await.unwrap();
        let change = ReleaseChange {
            expected: None,
            planned_ship_date: SHIPS.map(|day| day.parse().unwrap()),
            manager: Some("ana".to_owned()),
        };
        let ana = world.who("ana");
        products::change_release(&world.app, &ana, GATEWAY.0, GATEWAY.1, change).await.unwrap();
        Self { world, store, pack, seen: BTreeMap::new() }
    }

    /// A release whose computed checks are all met. Everything is called as its number says: RESP-1, LIM-1, DOC-1 (plan),
    /// DOC-2 (plan of risk management), DOC-3 (guideline), ITEM-1, CRIT-1, REQ-1, MEAS-1, RISK-1, REV-1, ACT-1, CAMP-1,
    /// EVID-1 (SBOM), EVID-2 (tests), EVID-3 (manifest), FIND-1. The activity was done on 2026-01-06; today is 2026-01-07.
    pub async fn met(store: &'a TestStore) -> Self {
        let site = Self::bare(store).await;
        let adam = site.world.who("adam");
        people::add_address(&site.world.app, &adam, "ben", "ben@lumen.example").await.unwrap();
        site.supported_until("2029-12-31").await;
        site.write_records().await;
        site.feed(&["CVE-2026-0001"]).await;
        site.build("rc.1", COMMIT).await;
        site.candidate("rc.1").await;
        site.hand_in("sbom.json", bom(1, &["left-pad@1.3.0"])).await;
        site.hand_in("tests.xml", tests(&CASES, &[])).await;
        site.hand_in("manifest.json", manifest(&["ben@lumen.example"], &[("gateway.bin", "one")])).await;
        let set = site.assess("FIND-1", |_| {}).await;
        site.sign("ana", set).await;
        site.approved("activity", activity(json!({})), &[("planned-in", "DOC-1")]).await;
        site.approved("test-campaign", campaign(json!({})), &[("verifies", "REQ-1")]).await;
        store.clock.advance_days(1);
        site.change("ACT-1", done("2026-01-06", &["EVID-2"])).await;
        store.clock.advance_days(1);
        site
    }

    async fn write_records(&self) {
        self.approved("responsibility", responsibility(json!({})), &[]).await;
        // One campaign is enough where only one kind of test asks for independence.
        let one_kind = json!({
            "independence_threat_mitigation": "none", "independence_abuse_case": "none",
            "independence_attack_surface": "none", "independence_vulnerability_scan": "none",
            "independence_penetration": "none"
        });
        self.approved("limits", sample("limits", one_kind), &[]).await;
        self.approved("document", document("plan", "5.1.1"), &[]).await;
        self.approved("document", document("plan", "7.1.1"), &[]).await;
        self.approved("document", document("guideline", "5.8.3"), &[]).await;
        self.approved("software-item", sample("software-item", json!({})), &[]).await;
        self.approved("risk-criteria", sample("risk-criteria", json!({})), &[]).await;
        self.approved("requirement", sample("requirement", json!({})), &[]).await;
        self.approved("measure", sample("measure", json!({})), &[("implemented-by", "REQ-1")]).await;
        self.approved("risk", risk(json!({})), RISK_LINKS).await;
        self.approved("review", review(json!({})), &[("reviews", "REQ-1")]).await;
    }

    /// Ana writes and submits a record.
    pub async fn submitted(&self, kind: &str, content: Value, links: &[(&str, &str)]) -> (String, Digest) {
        self.submitted_to(scope(kind), kind, content, links).await
    }

    /// The same, in another scope than the kind's usual one.
    pub async fn submitted_to(
        &self,
        scope: ScopeInput,
        kind: &str,
        content: Value,
        links: &[(&str, &str)],
    ) -> (String, Digest) {
        let (app, ana) = (&self.world.app, self.world.who("ana"));
        let links = links.iter().map(|(link, target)| DraftLink::new(*link, *target)).collect();
        let begin = Begin { kind: kind.to_owned(), scope, content, links };
        let begun = records::begin(app, &ana, begin).await.unwrap();
        let revision = records::submit(app, &ana, &begun.reference, begun.expected).await.unwrap();
        (begun.reference, revision.digest)
    }

    /// What is wrong with a record that Ana submits: fields and messages.
    pub async fn refused(&self, kind: &str, content: Value) -> Vec<(String, String)> {
        let (app, ana) = (&self.world.app, self.world.who("ana"));
        let begin = Begin { kind: kind.to_owned(), scope: scope(kind), content, links: Vec::new() };
        let begun = records::begin(app, &ana, begin).await.unwrap();
        match records::submit(app, &ana, &begun.reference, begun.expected).await {
            Err(ServiceError::Invalid(errors)) => {
                errors.into_iter().map(|error| (error.field, error.message)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    /// The same, and whoever has to approves it.
    pub async fn approved(&self, kind: &str, content: Value, links: &[(&str, &str)]) {
        let (reference, digest) = self.submitted(kind, content, links).await;
        self.approve(&reference, digest).await;
    }

    pub async fn approve(&self, reference: &str, digest: Digest) {
        let app = &self.world.app;
        let key = if reference.starts_with("RISK-") { "eve" } else { "cleo" };
        let (who, proof) = (self.world.who(key), self.world.proof(key));
        let done = records::approve(app, &who, &proof, reference, digest).await.unwrap();
        if let Approval::Waiting(_) = done {
            let (dan, proof) = (self.world.who("dan"), self.world.proof("dan"));
            records::sign_clinical(app, &dan, &proof, reference, digest).await.unwrap();
        }
    }

    /// Ana writes the next revision with these fields, and it is approved. A field that is null is left out.
    pub async fn change(&self, reference: &str, fields: Value) -> Digest {
        let (app, ana) = (&self.world.app, self.world.who("ana"));
        let view = records::edit(app, &ana, reference).await.unwrap();
        let mut content = Value::Object(view.content.into_map());
        for (field, value) in fields.as_object().unwrap() {
            content[field] = value.clone();
        }
        let links = view.links.into_iter().map(|(link, _)| link).collect();
        let saved = records::save_draft(app, &ana, reference, view.expected, DraftInput { content, links });
        let expected = saved.await.unwrap().expected;
        let digest = records::submit(app, &ana, reference, expected).await.unwrap().digest;
        self.approve(reference, digest).await;
        digest
    }

    /// Ana takes back what she submitted.
    pub async fn withdraw(&self, reference: &str, digest: Digest) {
        let ana = self.world.who("ana");
        records::withdraw(&self.world.app, &ana, reference, digest, "By mistake").await.unwrap();
    }

    /// Takes an approved record out of use.
    pub async fn retire(&self, reference: &str) {
        let app = &self.world.app;
        let key = if reference.starts_with("RISK-") { "eve" } else { "cleo" };
        let (who, proof) = (self.world.who(key), self.world.proof(key));
        let shown = records::record(app, &who, reference, None).await.unwrap().head.latest.unwrap();
        records::retire(app, &who, &proof, reference, shown, "No longer needed").await.unwrap();
    }

    /// Why an approved record is not taken out of use, as a page says it beforehand and as the act itself does.
    pub async fn retire_refused(&self, reference: &str) -> String {
        let (app, who, proof) = (&self.world.app, self.world.who("cleo"), self.world.proof("cleo"));
        let shown = records::record(app, &who, reference, None).await.unwrap().head.latest.unwrap();
        let refused =
            records::retire(app, &who, &proof, reference, shown, "No longer needed").await.unwrap_err();
        let said = records::hindrance(app, &who, reference, Giving::Retire).await.unwrap();
        assert_eq!(said, Some(refused.to_string()));
        refused.to_string()
    }

    pub async fn build(&self, name: &str, commit: &str) {
        let new = NewBuild {
            product: GATEWAY.0.to_owned(),
            release: GATEWAY.1.to_owned(),
            name: name.to_owned(),
            commit: commit.to_owned(),
        };
        products::add_build(&self.world.app, &self.world.who("ana"), new).await.unwrap();
    }

    pub async fn candidate(&self, build: &str) {
        let ana = self.world.who("ana");
        products::set_candidate(&self.world.app, &ana, GATEWAY.0, GATEWAY.1, build).await.unwrap();
        self.jobs().await;
    }

    /// Ben hands in a file of the build rc.1, made today by a tool of a version.
    pub async fn hand_in(&self, name: &str, bytes: Vec<u8>) -> String {
        self.hand_in_of("rc.1", name, bytes, true).await
    }

    /// The same, of another build, and perhaps without saying by what and when it was made.
    pub async fn hand_in_of(&self, build: &str, name: &str, bytes: Vec<u8>, bound: bool) -> String {
        let input = AddEvidence {
            product: GATEWAY.0.to_owned(),
            release: GATEWAY.1.to_owned(),
            build: Some(build.to_owned()),
            tool: bound.then(|| ("maker".to_owned(), "1.0".to_owned())),
            performed_at: bound.then(|| self.world.app.now()),
            files: vec![FileInput { name: name.to_owned(), bytes }],
            ..AddEvidence::default()
        };
        let added = evidence::add(&self.world.app, &self.world.who("ben"), input).await.unwrap();
        added.evidence[0].number.clone()
    }

    pub async fn disqualify(&self, reference: &str) {
        let (who, proof) = (self.world.who("ana"), self.world.proof("ana"));
        evidence::disqualify(&self.world.app, &who, &proof, reference, "Of another branch").await.unwrap();
        self.jobs().await;
    }

    /// Imports advisories on every version of left-pad, and matches again.
    pub async fn feed(&self, ids: &[&str]) {
        let rated: Vec<_> = ids.iter().map(|id| (*id, CRITICAL)).collect();
        self.feed_rated(&rated).await;
    }

    /// The same, each with its vector.
    pub async fn feed_rated(&self, rated: &[(&str, &str)]) {
        let folder = tempfile::tempdir().unwrap();
        for (id, vector) in rated {
            let text = advisory(id, vector).to_string();
            std::fs::write(folder.path().join(format!("{id}.json")), text).unwrap();
        }
        let (ana, paths) = (self.world.who("ana"), vec![folder.path().to_owned()]);
        findings::import_feed(&self.world.app, &ana, paths, Arc::new(|_| {})).await.unwrap();
        self.jobs().await;
    }

    /// Customers have the release from now on.
    pub async fn fielded(&self) {
        let ana = self.world.who("ana");
        products::set_fielded(&self.world.app, &ana, GATEWAY.0, GATEWAY.1, true).await.unwrap();
        self.jobs().await;
    }

    /// What waits in the background is done.
    pub async fn jobs(&self) {
        self.store.run_due_jobs(&jobs::handlers(&self.world.app)).await.unwrap();
    }

    /// Ana judges a finding: not affected, unless changed.
    pub async fn assess(&self, finding: &str, change: impl FnOnce(&mut AssessFindings)) -> Digest {
        let (app, ana) = (&self.world.app, self.world.who("ana"));
        let names = vec![finding.to_owned()];
        let shown = findings::selection(app, &ana, GATEWAY.0, GATEWAY.1, &names).await.unwrap();
        let mut input = AssessFindings {
            product: GATEWAY.0.to_owned(),
            release: GATEWAY.1.to_owned(),
            findings: names,
            expected: shown.expected,
            status: VexStatus::NotAffected,
            justification: Some("vulnerable code not in execute path".to_owned()),
            rests_on: vec![],
            explanation: "The code is never called".to_owned(),
            exploitability: None,
            exploitability_reason: String::new(),
            patient_safety_impact: PatientImpact::None,
            decision: None,
            decision_reason: String::new(),
            fixer: None,
            due: None,
        };
        change(&mut input);
        findings::assess(app, &ana, input).await.unwrap().set
    }

    pub async fn sign(&self, key: &str, set: Digest) {
        let (who, proof) = (self.world.who(key), self.world.proof(key));
        findings::sign(&self.world.app, &who, &proof, &[set]).await.unwrap();
    }

    pub async fn sign_clinical(&self, key: &str, set: Digest) {
        let (who, proof) = (self.world.who(key), self.world.proof(key));
        findings::sign_clinical(&self.world.app, &who, &proof, &[set]).await.unwrap();
    }

    /// Until when the product is supported.
    pub async fn supported_until(&self, day: &str) {
        let change = ProductChange {
            expected: None,
            name: "Lumen Gateway".to_owned(),
            route: "full".parse().unwrap(),
            support_end: Some(day.parse().unwrap()),
        };
        products::change_product(&self.world.app, &self.world.who("ana"), GATEWAY.0, change).await.unwrap();
    }

    pub async fn conformity(&self) -> Conformity {
        let otto = self.world.who("otto");
        gate::judged(&self.world.app, &otto, GATEWAY.0, GATEWAY.1, None).await.unwrap().conformity
    }

    /// A check has this verdict, and this is what is missing.
    pub async fn finds(&mut self, check: &str, verdict: Verdict, missing: &[Miss<'_>]) {
        let conformity = self.conformity().await;
        self.found(&conformity, check, verdict, missing);
    }

    /// The same of verdicts that are there already.
    pub fn found(&mut self, conformity: &Conformity, check: &str, verdict: Verdict, missing: &[Miss<'_>]) {
        let found = check_in(conformity, check);
        assert_eq!(found.error, None, "{check}");
        let clause = conformity.clauses.iter().find(|clause| clause.checks.contains(found)).unwrap();
        let row =
            self.pack.clause(&clause.clause).unwrap().checks.iter().find(|row| row.id == check).unwrap();
        let items: Vec<_> = clause.missing.iter().filter(|item| item.check == check).collect();
        let rows: Vec<Miss<'_>> = items
            .iter()
            .map(|item| (without_digest(&item.reference), item.owner.as_deref(), item.due.as_deref()))
            .collect();
        assert_eq!((found.verdict, rows.as_slice()), (verdict, missing), "{check}: {found:#?}");
        for item in items {
            let none = row.todo_none.as_deref().filter(|_| item.reference == check);
            let said = |todo: &str| item.todo.starts_with(todo.split('{').next().unwrap());
            let known = none.map_or_else(|| row.todo_texts().any(said), said);
            assert!(known, "{check}: {}", item.todo);
        }
        self.seen.entry(check.to_owned()).or_default().insert(verdict);
    }

    /// Checks are met, and nothing of theirs is missing.
    pub async fn all_met(&mut self, checks: &[&str]) {
        let conformity = self.conformity().await;
        checks.iter().for_each(|check| self.found(&conformity, check, Verdict::Met, &[]));
    }

    /// What was seen is what the file says that it drives.
    pub fn drove(&self, driven: Driven) {
        let said: BTreeMap<String, BTreeSet<Verdict>> = driven
            .iter()
            .map(|(check, verdicts)| ((*check).to_owned(), verdicts.iter().copied().collect()))
            .collect();
        assert_eq!(self.seen, said);
    }
}

/// A check among verdicts.
pub fn check_in<'a>(conformity: &'a Conformity, check: &str) -> &'a CheckVerdict {
    let mut all = conformity.clauses.iter().flat_map(|clause| &clause.checks);
    all.find(|row| row.check == check).unwrap_or_else(|| panic!("no {check}"))
}

fn without_digest(reference: &str) -> &str {
    match reference.rsplit_once('@') {
        Some((id, digest)) if digest.parse::<Digest>().is_ok() => id,
        _ => reference,
    }
}

fn scope(kind: &str) -> ScopeInput {
    match kind {
        "limits" | "risk-criteria" | "responsibility" => ScopeInput::Organisation,
        "test-campaign" | "activity" | "deviation" => {
            ScopeInput::Release(GATEWAY.0.to_owned(), GATEWAY.1.to_owned())
        }
        _ => ScopeInput::Product(GATEWAY.0.to_owned()),
    }
}

fn with(mut content: Value, fields: &Value) -> Value {
    for (field, value) in fields.as_object().unwrap() {
        content[field] = value.clone();
    }
    content
}

/// Ana answers for everything.
pub fn responsibility(fields: Value) -> Value {
    let content = json!({
        "title": "Product security", "clauses": ["4", "5", "6", "7", "8", "9"], "person": "ana",
        "from": "2026-01-01"
    });
    with(content, &fields)
}

/// A document that serves one clause, in force until 2027.
pub fn document(form: &str, clause: &str) -> Value {
    let fields = json!({
        "type": form, "clauses": [clause], "effective_date": "2026-01-05", "next_review": "2027-01-05"
    });
    sample("document", fields)
}

pub const RISK_LINKS: &[(&str, &str)] =
    &[("mitigated-by", "MEAS-1"), ("affects", "ITEM-1"), ("scored-under", "CRIT-1")];

/// A risk that can harm a patient, reduced to an acceptable level.
pub fn risk(fields: Value) -> Value {
    with(sample("risk", json!({ "residual_impact": "minor" })), &fields)
}

/// A review by all four disciplines; nothing stays open.
pub fn review(fields: Value) -> Value {
    let who = |person: &str, discipline: &str, independent: bool| json!({ "person": person, "discipline": discipline, "independent": independent });
    let content = sample(
        "review",
        json!({
            "held_date": "2026-01-05", "conclusion": "accepted",
            "points": [{ "point": "Which limit?", "closed": true, "resolution": "Three; added." }],
            "attendees": [
                who("ben", "architect-developer", true), who("mei", "tester", true),
                who("dan", "clinical-customer", true), who("ana", "security", false)
            ]
        }),
    );
    with(content, &fields)
}

/// An activity that is planned.
pub fn activity(fields: Value) -> Value {
    let content = json!({
        "title": "Threat model of 2.4", "clause": "7.2", "assignee": "ben", "start_date": "2026-01-05",
        "due_date": "2026-01-20"
    });
    with(content, &fields)
}

/// What is added to an activity once it is done.
pub fn done(day: &str, evidence: &[&str]) -> Value {
    json!({ "done_date": day, "evidence": evidence, "outcome": "Two threats were added." })
}

/// A campaign on rc.1 by Mei, who stands apart from the developers.
pub fn campaign(fields: Value) -> Value {
    let content = sample(
        "test-campaign",
        json!({
            "build": "rc.1", "from_date": "2026-01-05", "to_date": "2026-01-05", "evidence": ["EVID-2"]
        }),
    );
    with(content, &fields)
}

/// A CycloneDX document of npm packages (`name@version`); one without version cannot be matched.
pub fn bom(number: u32, packages: &[&str]) -> Vec<u8> {
    let component = |package: &&str| match package.split_once('@') {
        Some((name, version)) => json!({
            "type": "library", "name": name, "version": version, "purl": format!("pkg:npm/{name}@{version}")
        }),
        None => json!({ "type": "library", "name": package }),
    };
    let components: Vec<Value> = packages.iter().map(component).collect();
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.5", "version": number, "components": components })
        .to_string()
        .into_bytes()
}

/// A JUnit report of cases (`class.name`) that passed and that failed.
pub fn tests(passed: &[&str], failed: &[&str]) -> Vec<u8> {
    let case = |name: &str, inside: &str| {
        let (class, name) = name.rsplit_once('.').unwrap();
        format!("<testcase classname=\"{class}\" name=\"{name}\">{inside}</testcase>")
    };
    let passed = passed.iter().map(|name| case(name, ""));
    let failed = failed.iter().map(|name| case(name, "<failure message=\"no\"/>"));
    let cases: String = passed.chain(failed).collect();
    format!("<testsuite name=\"all\">{cases}</testsuite>").into_bytes()
}

/// A build manifest of the commit of rc.1: addresses of authors; artefacts with the text that their digest is of.
pub fn manifest(authors: &[&str], artefacts: &[(&str, &str)]) -> Vec<u8> {
    manifest_of(COMMIT, authors, artefacts)
}

pub fn manifest_of(commit: &str, authors: &[&str], artefacts: &[(&str, &str)]) -> Vec<u8> {
    let authors: Vec<_> =
        authors.iter().map(|address| json!({ "name": "Somebody", "email": address })).collect();
    let artefacts: Vec<_> = artefacts
        .iter()
        .map(|(name, text)| json!({ "name": name, "sha256": Digest::of(text.as_bytes()).to_string(), "size": 7 }))
        .collect();
    json!({
        "format": "theriac-build-manifest", "version": 1, "commit": commit, "predecessor": null,
        "authors": authors, "changed": [], "artefacts": artefacts
    })
    .to_string()
    .into_bytes()
}

fn advisory(id: &str, vector: &str) -> Value {
    json!({
        "schema_version": "1.6.0", "id": id, "modified": "2026-01-02T00:00:00Z",
        "published": "2026-01-01T00:00:00Z", "summary": "It trips",
        "severity": [{ "type": "CVSS_V3", "score": vector }],
        "affected": [{
            "package": { "ecosystem": "npm", "name": "left-pad" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "9.0.0" }] }]
        }]
    })
}

/// The product stays vulnerable, or is mended.
pub fn affected(input: &mut AssessFindings, decision: Decision, fixer: &str) {
    input.status = VexStatus::Affected;
    input.justification = None;
    input.exploitability = Some("likely".to_owned());
    input.exploitability_reason = "Anybody on the ward network reaches it".to_owned();
    input.decision = Some(decision);
    input.decision_reason = "The next maintenance window is near".to_owned();
    input.fixer = Some(fixer.to_owned());
}
