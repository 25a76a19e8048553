//! A release that meets every computed check, made through the interface, and what people then do to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use theriac_auth::{Access, Grant, PersonId, Role};
use theriac_conformity::facts::words::{Decision, PatientImpact, Scope, Verdict, VexStatus};
use theriac_conformity::pack::{Pack, iec_81001_5_1_2021};
use theriac_conformity::{CheckVerdict, Conformity};
use theriac_model::Digest;
use theriac_service::findings::jobs;
use theriac_service::people::{NewPerson, Place};
use theriac_service::records::{self, Giving};
use theriac_service::{App, Who, gate};
use theriac_store::tables;
use theriac_store::testing::TestStore;

use super::Driven;
use crate::client::{Answer, Client, PASSWORD, PEOPLE, Server, person};

/// The product's key and the release's name.
pub const GATEWAY: (&str, &str) = ("gateway", "2.4.0");
/// Where the release is.
pub const RELEASE: &str = "/products/gateway/releases/2.4.0";
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
    pub store: &'a TestStore,
    pub pack: Pack,
    server: Server,
    sessions: Mutex<BTreeMap<String, (Timestamp, Client)>>,
    seen: BTreeMap<String, BTreeSet<Verdict>>,
}

/// A judgement as it is sent.
#[derive(Serialize)]
pub struct Judgement {
    findings: Vec<String>,
    expected: String,
    pub status: VexStatus,
    pub justification: Option<&'static str>,
    explanation: &'static str,
    pub exploitability: Option<&'static str>,
    pub exploitability_reason: &'static str,
    pub patient_safety_impact: PatientImpact,
    pub decision: Option<Decision>,
    pub decision_reason: &'static str,
    pub fixer: Option<String>,
}

/// The people of the manufacturer, here since 2020. Mei, who tests, stands apart from all others and signs nothing.
fn people() -> Vec<NewPerson> {
    let placed = |(key, roles): &(&str, &[Role])| {
        let (department, manager) = match *key {
            "mei" => ("quality", Some("otto")),
            // Nobody manages who manages the others.
            "adam" => ("engineering", None),
            _ => ("engineering", Some("adam")),
        };
        NewPerson {
            place: Place {
                department: Some(department.to_owned()),
                manager: manager.map(str::to_owned),
                external: false,
            },
            from: Some(jiff::civil::date(2020, 1, 1)),
            password: (*key != "mei").then(|| PASSWORD.to_owned()),
            ..person(key, roles)
        }
    };
    PEOPLE.iter().filter(|(key, _)| *key != "nemo").map(placed).collect()
}

impl<'a> Site<'a> {
    /// The product, its release and the program's pack; nothing written yet.
    pub async fn bare(store: &'a TestStore) -> Self {
        let server = Server::of(store, people()).await;
        // As the server does when it starts.
        gate::ensure_built_in(&server.app).await.unwrap();
        let pack = iec_81001_5_1_2021().unwrap();
        let site = Self { store, pack, server, sessions: Mutex::default(), seen: BTreeMap::new() };
        let product = json!({ "key": GATEWAY.0, "name": "Lumen Gateway", "route": "full" });
        site.post("ana", "/products", product).await.ok();
        let release = json!({ "release": GATEWAY.1, "planned_ship_date": SHIPS, "manager": "ana" });
        site.post("ana", "/products/gateway/releases", release).await.ok();
        assert_eq!(digest(&site.get("ana", "/pack").await.ok()["digest"]), site.pack.digest);
        site
    }

    /// A release whose computed checks are all met. Everything is called as its number says: RESP-1, LIM-1, DOC-1 (plan),
    /// DOC-2 (plan of risk management), DOC-3 (guideline), ITEM-1, CRIT-1, REQ-1, MEAS-1, RISK-1, REV-1, ACT-1, CAMP-1,
    /// EVID-1 (SBOM), EVID-2 (tests), EVID-3 (manifest), FIND-1. The activity was done on 2026-01-06; today is 2026-01-07.
    pub async fn met(store: &'a TestStore) -> Self {
        let site = Self::bare(store).await;
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

    /// Somebody, signed in; anew once time has gone on, for sessions end.
    async fn client(&self, key: &str) -> Client {
        let now = self.store.now();
        let kept = self.sessions.lock().unwrap().get(key).cloned();
        match kept {
            Some((then, client)) if then == now => client,
            _ => {
                let client = self.server.client(key).await;
                self.sessions.lock().unwrap().insert(key.to_owned(), (now, client.clone()));
                client
            }
        }
    }

    pub const fn app(&self) -> &App {
        &self.server.app
    }

    pub async fn get(&self, key: &str, path: &str) -> Answer {
        self.client(key).await.get(&self.server, path).await
    }

    pub async fn post(&self, key: &str, path: &str, body: Value) -> Answer {
        self.client(key).await.post(&self.server, path, &body).await
    }

    pub async fn put(&self, key: &str, path: &str, body: Value) -> Answer {
        self.client(key).await.put(&self.server, path, &body).await
    }

    /// Sends a file as the body.
    async fn send(&self, key: &str, path: &str, bytes: Vec<u8>) -> Answer {
        let client = self.client(key).await;
        client.raw(&self.server, Method::POST, path, "application/octet-stream", bytes).await
    }

    /// What Otto, who may read everything, is told of the release: `facts`, `conformity`, `gate`, each perhaps of a day.
    pub async fn read<T: DeserializeOwned>(&self, what: &str) -> T {
        serde_json::from_value(self.get("otto", &format!("{RELEASE}/{what}")).await.ok()).unwrap()
    }

    /// Somebody as pages know them, for the few readings that only pages have.
    pub async fn who(&self, key: &str) -> Who {
        let mut read = self.store.read().await.unwrap();
        let person = PersonId(tables::people::by_key(&mut read, key).await.unwrap().unwrap().id);
        let (_, roles) = PEOPLE.iter().find(|(other, _)| *other == key).unwrap();
        let grant = |role: &Role| Grant { role: *role, scope: theriac_auth::Scope::Organisation };
        Who::new(Access::of_person(person, roles.iter().map(grant)), "test")
    }

    /// Ana writes and submits a record.
    pub async fn submitted(&self, kind: &str, content: Value, links: &[(&str, &str)]) -> (String, Digest) {
        self.submitted_to(scope(kind), kind, content, links).await
    }

    /// The same, in another scope than the kind's usual one.
    pub async fn submitted_to(
        &self,
        scope: Scope,
        kind: &str,
        content: Value,
        links: &[(&str, &str)],
    ) -> (String, Digest) {
        let (reference, answer) = self.tried(scope, kind, content, links).await;
        (reference, digest(&answer.ok()["digest"]))
    }

    /// Ana begins a record; its number, and what came of submitting it.
    async fn tried(
        &self,
        scope: Scope,
        kind: &str,
        content: Value,
        links: &[(&str, &str)],
    ) -> (String, Answer) {
        let links: Vec<_> =
            links.iter().map(|(link, target)| json!({ "type": link, "target": target })).collect();
        let mut begin = json!({ "kind": kind, "content": content, "links": links });
        if scope != Scope::Organisation {
            begin["product"] = json!(GATEWAY.0);
        }
        if scope == Scope::Release {
            begin["release"] = json!(GATEWAY.1);
        }
        let begun = self.post("ana", "/records", begin).await.ok();
        let reference = text(&begun["record"]);
        let answer = self.submit(&reference, &begun["expected"]).await;
        (reference, answer)
    }

    async fn submit(&self, reference: &str, expected: &Value) -> Answer {
        self.post("ana", &format!("/records/{reference}/submit"), json!({ "expected": expected })).await
    }

    /// What is wrong with a record that Ana submits: fields and messages.
    pub async fn refused(&self, kind: &str, content: Value) -> Vec<(String, String)> {
        let (_, answer) = self.tried(scope(kind), kind, content, &[]).await;
        let errors = answer.problem(422, "invalid")["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| (text(&error["field"]), text(&error["message"]))).collect()
    }

    /// Ana writes and submits a record, and whoever has to approves it.
    pub async fn approved(&self, kind: &str, content: Value, links: &[(&str, &str)]) {
        let (reference, digest) = self.submitted(kind, content, links).await;
        self.approve(&reference, digest).await;
    }

    pub async fn approve(&self, reference: &str, digest: Digest) {
        let done = self.approval(reference, digest).await.ok();
        if done["approved"] == false {
            self.sign_revision("dan", reference, "sign-clinical", digest).await.ok();
        }
    }

    /// What comes of it when whoever has to approves a revision.
    pub async fn approval(&self, reference: &str, digest: Digest) -> Answer {
        self.sign_revision(approver(reference), reference, "approve", digest).await
    }

    async fn sign_revision(&self, key: &str, reference: &str, act: &str, digest: Digest) -> Answer {
        let signature = json!({ "digest": digest.to_string(), "password": PASSWORD });
        self.post(key, &format!("/records/{reference}/{act}"), signature).await
    }

    /// Ana writes the next revision with these fields, and it is approved. A field that is null is left out.
    pub async fn change(&self, reference: &str, fields: Value) -> Digest {
        let path = format!("/records/{reference}/draft");
        let draft = self.get("ana", &path).await.ok();
        let link = |link: &Value| json!({ "type": link["type"], "target": link["target"] });
        let links: Vec<_> = draft["links"].as_array().unwrap().iter().map(link).collect();
        let content = with(draft["content"].clone(), &fields);
        let save = json!({ "expected": draft["expected"], "content": content, "links": links });
        let saved = self.put("ana", &path, save).await.ok();
        let submitted = self.submit(reference, &saved["expected"]).await.ok();
        let digest = digest(&submitted["digest"]);
        self.approve(reference, digest).await;
        digest
    }

    /// Ana takes back what she submitted.
    pub async fn withdraw(&self, reference: &str, digest: Digest) {
        let withdraw = json!({ "digest": digest.to_string(), "reason": "By mistake" });
        self.post("ana", &format!("/records/{reference}/withdraw"), withdraw).await.ok();
    }

    /// Takes an approved record out of use; a risk once it has been signed that it harms nobody.
    pub async fn retire(&self, reference: &str) {
        if reference.starts_with("RISK-") {
            self.change(reference, json!({ "patient_harm": "none" })).await;
        }
        self.retirement(reference).await.ok();
    }

    async fn retirement(&self, reference: &str) -> Answer {
        let (key, path) = (approver(reference), format!("/records/{reference}"));
        let shown = &self.get(key, &path).await.ok()["revision"]["digest"];
        let retire = json!({ "digest": shown, "reason": "No longer needed", "password": PASSWORD });
        self.post(key, &format!("{path}/retire"), retire).await
    }

    /// Why an approved record is not taken out of use, as a page says it beforehand and as the act itself does.
    pub async fn retire_refused(&self, reference: &str) -> String {
        let refused = text(&self.retirement(reference).await.problem(409, "rule")["detail"]);
        // Only pages say it beforehand.
        let who = self.who(approver(reference)).await;
        let said = records::hindrance(self.app(), &who, reference, Giving::Retire).await.unwrap();
        assert_eq!(said.as_ref(), Some(&refused));
        refused
    }

    pub async fn build(&self, name: &str, commit: &str) {
        let build = json!({ "build": name, "commit": commit });
        self.post("ana", &format!("{RELEASE}/builds"), build).await.ok();
    }

    pub async fn candidate(&self, build: &str) {
        self.put("ana", &format!("{RELEASE}/candidate"), json!({ "build": build })).await.ok();
        self.jobs().await;
    }

    /// Ben hands in a file of the build rc.1, made today by a tool of a version.
    pub async fn hand_in(&self, name: &str, bytes: Vec<u8>) -> String {
        self.hand_in_of("rc.1", name, bytes, true).await
    }

    /// The same, of another build, and perhaps without saying by what and when it was made.
    pub async fn hand_in_of(&self, build: &str, name: &str, bytes: Vec<u8>, bound: bool) -> String {
        let now = self.store.now();
        let said = if bound { format!("&tool=maker@1.0&performed_at={now}") } else { String::new() };
        self.hand_in_as(&format!("name={name}&build={build}{said}"), bytes).await
    }

    /// The same, and this is said of it.
    pub async fn hand_in_as(&self, said: &str, bytes: Vec<u8>) -> String {
        let added = self.send("ben", &format!("{RELEASE}/evidence?{said}"), bytes).await.ok();
        text(&added["evidence"][0]["number"])
    }

    pub async fn disqualify(&self, reference: &str) {
        let wrong = json!({ "reason": "Of another branch", "password": PASSWORD });
        self.post("ana", &format!("/evidence/{reference}/disqualify"), wrong).await.ok();
        self.jobs().await;
    }

    /// Imports advisories on every version of left-pad, and matches again.
    pub async fn feed(&self, ids: &[&str]) {
        let rated: Vec<_> = ids.iter().map(|id| (*id, CRITICAL)).collect();
        self.feed_rated(&rated).await;
    }

    /// The same, each with its vector.
    pub async fn feed_rated(&self, rated: &[(&str, &str)]) {
        for (id, vector) in rated {
            let text = advisory(id, vector).to_string();
            self.send("ana", &format!("/feed?name={id}.json"), text.into_bytes()).await.ok();
        }
        self.jobs().await;
    }

    /// Customers have the release from now on.
    pub async fn fielded(&self) {
        self.put("ana", &format!("{RELEASE}/fielded"), json!({ "fielded": true })).await.ok();
        self.jobs().await;
    }

    /// What waits in the background is done, as by the running server.
    pub async fn jobs(&self) {
        self.store.run_due_jobs(&jobs::handlers(self.app())).await.unwrap();
    }

    /// Ana judges a finding: not affected, unless changed.
    pub async fn assess(&self, finding: &str, change: impl FnOnce(&mut Judgement)) -> Digest {
        let selection = format!("{RELEASE}/findings/selection?findings={finding}");
        let shown = self.get("ana", &selection).await.ok();
        let mut input = Judgement {
            findings: vec![finding.to_owned()],
            expected: text(&shown["expected"]),
            status: VexStatus::NotAffected,
            justification: Some("vulnerable code not in execute path"),
            explanation: "The code is never called",
            exploitability: None,
            exploitability_reason: "",
            patient_safety_impact: PatientImpact::None,
            decision: None,
            decision_reason: "",
            fixer: None,
        };
        change(&mut input);
        let input = serde_json::to_value(input).unwrap();
        digest(&self.post("ana", &format!("{RELEASE}/assessments"), input).await.ok()["set"])
    }

    pub async fn sign(&self, key: &str, set: Digest) {
        self.sign_set(key, set, "sign").await;
    }

    pub async fn sign_clinical(&self, key: &str, set: Digest) {
        self.sign_set(key, set, "sign-clinical").await;
    }

    async fn sign_set(&self, key: &str, set: Digest, act: &str) {
        self.post(key, &format!("/assessments/{set}/{act}"), json!({ "password": PASSWORD })).await.ok();
    }

    /// Until when the product is supported.
    pub async fn supported_until(&self, day: &str) {
        let product = json!({ "name": "Lumen Gateway", "route": "full", "support_end": day });
        self.put("ana", "/products/gateway", product).await.ok();
    }

    /// Where a person stands from a day on.
    pub async fn place(&self, key: &str, place: Value) {
        self.put("adam", &format!("/people/{key}/place"), place).await.ok();
    }

    pub async fn adopt_pack(&self, key: &str) {
        let adopt =
            json!({ "digest": self.pack.digest.to_string(), "copy_of": "Copy 17", "password": PASSWORD });
        self.post(key, "/pack/adopt", adopt).await.ok();
    }

    pub async fn conformity(&self) -> Conformity {
        self.read("conformity").await
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

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn digest(value: &Value) -> Digest {
    value.as_str().unwrap().parse().unwrap()
}

/// Who approves a record and takes it out of use.
fn approver(reference: &str) -> &'static str {
    if reference.starts_with("RISK-") { "eve" } else { "cleo" }
}

/// What the kind usually belongs to.
fn scope(kind: &str) -> Scope {
    match kind {
        "limits" | "risk-criteria" | "responsibility" => Scope::Organisation,
        "test-campaign" | "activity" | "deviation" => Scope::Release,
        _ => Scope::Product,
    }
}

/// The first sample of a kind, with these fields instead.
pub fn sample(kind: &str, fields: Value) -> Value {
    let kind = theriac_model::kinds::ALL.iter().find(|known| known.id == kind).unwrap();
    with((kind.samples)()[0].clone(), &fields)
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
pub fn affected(input: &mut Judgement, decision: Decision, fixer: &str) {
    input.status = VexStatus::Affected;
    input.justification = None;
    input.exploitability = Some("likely");
    input.exploitability_reason = "Anybody on the ward network reaches it";
    input.decision = Some(decision);
    input.decision_reason = "The next maintenance window is near";
    input.fixer = Some(fixer.to_owned());
}
