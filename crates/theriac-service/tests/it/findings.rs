//! From advisories to signed judgements: matching, triage, signatures, what later releases take over.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Value, json};
use theriac_auth::separation::Conflict;
use theriac_auth::{Access, Grant, Permission, PersonId, ProductId, Role, Scope, TokenId, TokenScope};
use theriac_conformity::facts::words::{Decision, PatientImpact, VexStatus};
use theriac_model::{Digest, Severity};
use theriac_service::evidence::{self, AddEvidence, Added, FileInput};
use theriac_service::findings::{
    self, AssessFindings, Assessed, Change, Components, Dispose, FeedImported, FindingRow, Ground, History,
    ListComponents, ListFindings, Order, PlacedComponent, SearchComponents, Since, Standing, Step, jobs,
};
use theriac_service::products::{self, NewBuild, NewRelease};
use theriac_service::{Paging, ServiceError, Who};
use theriac_store::on_both_engines;
use theriac_store::testing::TestStore;

use crate::evidence::things;
use crate::story::{approved, moved_on, sample};
use crate::world::{World, id_of};

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

pub async fn list(world: &World, change: impl FnOnce(&mut ListFindings)) -> findings::Findings {
    let mut input = ListFindings { product: Some("gateway".to_owned()), ..ListFindings::default() };
    change(&mut input);
    findings::list(&world.app, &world.who("otto"), &input).await.unwrap()
}

async fn of_release(world: &World, release: &str) -> Vec<FindingRow> {
    list(world, |input| input.release = Some(release.to_owned())).await.page.items
}

async fn row(world: &World, reference: &str) -> FindingRow {
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

on_both_engines!(an_sbom_makes_findings_worst_first_in_the_same_call, |store| {
    let world = World::new(&store).await;
    let scored = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL));
    let scored = with(scored, json!({ "aliases": ["CVE-2026-0001"] }));
    let unscored = advisory("GHSA-bbbb-bbbb-bbbb", "right-pad", None);
    let mild = advisory("GHSA-cccc-cccc-cccc", "left-pad", Some(MEDIUM));
    feed(&world, &[mild, scored, unscored]).await;
    let added = hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "right-pad@2.0.0", "sound@1.0.0"])).await;
    let told: Vec<_> = added
        .new
        .iter()
        .map(|line| (line.finding.as_str(), line.vulnerability.as_str(), line.severity))
        .collect();
    assert_eq!(
        told,
        [
            ("FIND-1", "CVE-2026-0001", Severity::Critical),
            ("FIND-2", "GHSA-bbbb-bbbb-bbbb", Severity::Unknown),
            ("FIND-3", "GHSA-cccc-cccc-cccc", Severity::Medium),
        ]
    );
    assert!(added.worse.is_empty() && added.resolved.is_empty() && added.unmatched.is_empty());
    assert_eq!((things(&added).len(), &added.not_matched), (3, &None));

    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = list(&world, |input| input.paging = Paging { after, limit: 1 }).await.page;
        seen.extend(page.items.into_iter().map(|row| row.reference));
        match page.next {
            None => break,
            next => after = next,
        }
    }
    assert_eq!(seen, ["FIND-1", "FIND-2", "FIND-3"]);
    let counts = list(&world, |_| {}).await.counts;
    assert_eq!(counts, [("new".to_owned(), 3)]);
    let narrow = list(&world, |input| input.query = "LEFT cve-2026".to_owned()).await.page.items;
    assert_eq!(narrow.iter().map(|row| row.reference.as_str()).collect::<Vec<_>>(), ["FIND-1"]);
    let unknown = list(&world, |input| input.severity = Some(Severity::Unknown)).await.page.items;
    assert_eq!(unknown[0].component, "pkg:npm/right-pad@2.0.0");
    assert!(list(&world, |input| input.awaits = Some("signature".to_owned())).await.page.items.is_empty());

    let page = findings::page(&world.app, &world.who("otto"), "FIND-1").await.unwrap();
    assert_eq!(page.row.aliases, ["GHSA-aaaa-aaaa-aaaa"]);
    assert_eq!((page.row.fixed, page.row.score_tenths), (vec!["9.0.0".to_owned()], Some(98)));
    assert_eq!(page.advisories[0].summary, "left-pad can be made to fall over");
    assert_eq!((page.evidence, page.set), (vec!["EVID-1".to_owned()], None));
    assert_eq!(page.matching.unwrap().components, 3);
});

on_both_engines!(lists_begin_with_what_nobody_judged_then_by_severity_then_by_score, |store| {
    let world = World::new(&store).await;
    let high = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
    let higher = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N";
    let advisories = [
        advisory("CVE-2026-0001", "left-pad", Some(CRITICAL)),
        advisory("CVE-2026-0002", "left-pad", Some(high)),
        advisory("CVE-2026-0003", "left-pad", Some(higher)),
        advisory("CVE-2026-0004", "left-pad", Some(MEDIUM)),
        advisory("CVE-2026-0005", "left-pad", None),
    ];
    feed(&world, &advisories).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let order = async || -> Vec<String> {
        let mut seen = Vec::new();
        let mut after = None;
        for _ in 0..10 {
            let paging = Paging { after, limit: 2 };
            let page = list(&world, |input| input.paging = paging).await.page;
            seen.extend(page.items.into_iter().map(|row| row.vulnerability[9..].to_owned()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        seen
    };
    assert_eq!(order().await, ["0001", "0005", "0003", "0002", "0004"]);
    let first = list(&world, |_| {}).await.page.items[0].reference.clone();
    let input = judgement(&world, OLD, &[&first]).await;
    findings::assess(&world.app, &world.who("ana"), input).await.unwrap();
    assert_eq!(order().await, ["0005", "0003", "0002", "0004", "0001"], "what was judged comes last");
});

on_both_engines!(lists_and_pages_refuse_what_they_do_not_know, |store| {
    let world = World::new(&store).await;
    let otto = world.who("otto");
    let ask = async |change: fn(&mut ListFindings)| {
        let mut input = ListFindings::default();
        change(&mut input);
        findings::list(&world.app, &otto, &input).await.unwrap_err()
    };
    assert_eq!(wrong(&ask(|input| input.state = Some("open".to_owned())).await), ["state"]);
    assert_eq!(wrong(&ask(|input| input.awaits = Some("rain".to_owned())).await), ["awaits"]);
    assert_eq!(wrong(&ask(|input| input.paging.after = Some("x.y".to_owned())).await), ["after"]);
    assert_eq!(wrong(&ask(|input| input.release = Some(OLD.to_owned())).await), ["product"]);
    assert!(matches!(
        ask(|input| input.product = Some("no".to_owned())).await,
        ServiceError::NotFound { .. }
    ));
    assert!(matches!(ask(|input| input.person = Some("no".to_owned())).await, ServiceError::NotFound { .. }));
    for reference in ["FIND-1", "FIND-0", "FIND--1", "FIND-99999999999999999999", "RISK-1", ""] {
        let missing = findings::page(&world.app, &otto, reference).await.unwrap_err();
        assert!(matches!(missing, ServiceError::NotFound { .. }), "{reference}: {missing}");
    }
});

on_both_engines!(a_new_feed_makes_worse_closes_and_takes_up_again_but_never_deletes, |store| {
    let world = World::new(&store).await;
    let first = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM));
    feed(&world, &[first.clone(), advisory("GHSA-bbbb-bbbb-bbbb", "elsewhere", None)]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;

    let worse = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL));
    let worse = with(worse, json!({ "modified": "2026-02-01T00:00:00Z" }));
    assert_eq!(feed(&world, &[worse]).await.report.replaced, 1);
    assert_eq!(row(&world, "FIND-1").await.severity, Severity::Critical);

    let fields = json!({ "modified": "2026-03-01T00:00:00Z", "withdrawn": "2026-03-01T00:00:00Z" });
    feed(&world, &[with(first.clone(), fields)]).await;
    let closed = row(&world, "FIND-1").await;
    assert_eq!((closed.state.as_str(), closed.standing), ("resolved", Standing::Resolved));
    assert!(closed.resolved.unwrap().contains("withdrawn"));

    feed(&world, &[with(first, json!({ "modified": "2026-04-01T00:00:00Z" }))]).await;
    let rows = of_release(&world, OLD).await;
    assert_eq!((rows.len(), rows[0].reference.as_str(), rows[0].state.as_str()), (1, "FIND-1", "new"));

    // Gone with the component, and back with it.
    let candidate = async |name: &str, bytes: Vec<u8>| {
        build(&world, OLD, name, "1111111111111111111111111111111111111111").await;
        products::set_candidate(&world.app, &world.who("ana"), "gateway", OLD, name).await.unwrap();
        hand_in(&world, OLD, Some(name), bytes).await
    };
    let gone = candidate("rc.1", bom(&["left-pad@9.0.0"])).await;
    assert_eq!(gone.resolved.len(), 1);
    let because = gone.resolved[0].because.clone().unwrap();
    assert!(because.contains("no longer part") && because.contains("left-pad@9.0.0"), "{because}");
    let back = candidate("rc.2", bom(&["left-pad@1.3.0", "other@1.0.0"])).await;
    assert!(back.new.is_empty(), "{back:?}");
    assert!(back.worse[0].because.as_ref().unwrap().contains("open again"), "{back:?}");
});

on_both_engines!(what_was_withdrawn_is_closed_though_its_ecosystem_has_no_advisory_left, |store| {
    let world = World::new(&store).await;
    let only = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM));
    feed(&world, std::slice::from_ref(&only)).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    assert_eq!(row(&world, "FIND-1").await.state, "new");
    let fields = json!({ "modified": "2026-03-01T00:00:00Z", "withdrawn": "2026-03-01T00:00:00Z" });
    feed(&world, &[with(only.clone(), fields)]).await;
    let closed = row(&world, "FIND-1").await;
    assert_eq!(closed.state, "resolved");
    assert!(closed.resolved.unwrap().contains("withdrawn"));
    feed(&world, &[with(only, json!({ "modified": "2026-04-01T00:00:00Z" }))]).await;
    assert_eq!(row(&world, "FIND-1").await.state, "new");
});

on_both_engines!(another_candidate_brings_its_own_components_and_findings, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM))]).await;
    for (name, component) in [("rc.1", "left-pad@1.3.0"), ("rc.2", "sound@1.0.0")] {
        build(&world, OLD, name, "1111111111111111111111111111111111111111").await;
        hand_in(&world, OLD, Some(name), bom(&[component])).await;
    }
    let ana = world.who("ana");
    let state_after = async |candidate: &str| {
        products::set_candidate(&world.app, &ana, "gateway", OLD, candidate).await.unwrap();
        run_jobs(&world).await;
        row(&world, "FIND-1").await.state
    };
    assert_eq!(state_after("rc.2").await, "resolved");
    assert_eq!(state_after("rc.1").await, "new");
    let jobs = async || store.read().await.unwrap().jobs(None, 100).await.unwrap().len();
    let before = jobs().await;
    assert_eq!(state_after("rc.1").await, "new");
    assert_eq!(jobs().await, before, "it was the candidate already");
});

async fn build(world: &World, release: &str, name: &str, commit: &str) {
    let new = NewBuild {
        product: "gateway".to_owned(),
        release: release.to_owned(),
        name: name.to_owned(),
        commit: commit.to_owned(),
    };
    products::add_build(&world.app, &world.who("ana"), new).await.unwrap();
}

on_both_engines!(matching_runs_as_a_job_that_shows_how_far_it_is, |store| {
    let world = World::new(&store).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let folder = tempfile::tempdir().unwrap();
    let record = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM));
    std::fs::write(folder.path().join("one.json"), record.to_string()).unwrap();
    let (ana, paths) = (world.who("ana"), vec![folder.path().to_owned()]);
    findings::import_feed(&world.app, &ana, paths, Arc::new(|_| {})).await.unwrap();
    let waiting = store.read().await.unwrap().jobs(None, 10).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].state.as_str()), (1, "queued"));
    assert!(of_release(&world, OLD).await.is_empty());
    run_jobs(&world).await;
    let done = store.read().await.unwrap().job(waiting[0].id).await.unwrap().unwrap();
    assert_eq!((done.state.as_str(), done.error.as_deref()), ("done", None));
    assert!(done.total > 0 && !done.words.is_empty());
    assert_eq!(of_release(&world, OLD).await.len(), 1);

    let refused = findings::import_feed(&world.app, &world.who("ben"), vec![], Arc::new(|_| {})).await;
    assert!(matches!(refused, Err(ServiceError::Denied(_))));
    let bad = folder.path().join("bad.json");
    std::fs::write(&bad, "{\"id\": 3}").unwrap();
    let refused = findings::import_feed(&world.app, &ana, vec![bad], Arc::new(|_| {})).await.unwrap_err();
    assert!(!refused.to_string().is_empty());
    assert_eq!(of_release(&world, OLD).await.len(), 1, "the index is as it was");
});

on_both_engines!(without_a_feed_nothing_passes_for_matched, |store| {
    let world = World::new(&store).await;
    let added = hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "nameless"])).await;
    assert!(added.not_matched.is_some());
    assert_eq!(added.unmatched.len(), 2);
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM))]).await;
    let left = findings::unmatched(&world.app, &world.who("otto"), "gateway", OLD).await.unwrap();
    assert_eq!((left.total, left.open), (1, 1), "only the one without a purl");
    assert_eq!(of_release(&world, OLD).await.len(), 1);

    // An index that cannot be read hides nothing that was known.
    std::fs::write(world.app.index(), "no index").unwrap();
    let added = hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "newcomer@1.0.0"])).await;
    assert!(added.not_matched.is_some());
    assert_eq!(added.unmatched.len(), 2, "the new one joins the one without a purl: {added:?}");
    assert_eq!(row(&world, "FIND-1").await.state, "new");
});

on_both_engines!(ids_that_turn_out_to_be_one_vulnerability_become_one_finding, |store| {
    let world = World::new(&store).await;
    let (first, second) = ("GHSA-aaaa-aaaa-aaaa", "CVE-2026-0002");
    feed(&world, &[advisory(first, "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    feed(&world, &[advisory(second, "left-pad", Some(CRITICAL))]).await;
    assert_eq!(of_release(&world, OLD).await.len(), 2);
    let mild = assess(&world, OLD, &["FIND-1"], |_| {}).await;
    sign(&world, "ana", mild.set).await.unwrap();
    let strict = assess(&world, OLD, &["FIND-2"], |input| affected(input, Decision::Fix)).await;
    sign(&world, "ana", strict.set).await.unwrap();

    let fields = json!({ "aliases": [second], "modified": "2026-02-01T00:00:00Z" });
    feed(&world, &[with(advisory(first, "left-pad", Some(CRITICAL)), fields)]).await;
    let (older, younger) = (row(&world, "FIND-1").await, row(&world, "FIND-2").await);
    assert!(younger.resolved.unwrap().contains("merged into FIND-1"));
    assert_eq!((older.vulnerability.as_str(), older.aliases), (second, vec![first.to_owned()]));
    assert_eq!((older.state.as_str(), older.standing), ("affected", Standing::Unconfirmed));
    assert_eq!(confirm(&world, "ana", OLD).await.unwrap(), 1);
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::ToBeFixed);
    feed(&world, &[advisory("GHSA-dddd-dddd-dddd", "other", None)]).await;
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::ToBeFixed, "matching again changes nothing");
});

on_both_engines!(a_judgement_says_what_it_must_or_every_field_that_lacks, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", None)]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    approved(&world, "limits", sample("limits", json!({ "fix_days_high": 30 })), vec![]).await;
    let limit: Date = "2026-02-04".parse().unwrap();
    let refuse = async |change: fn(&mut AssessFindings)| {
        let mut input = judgement(&world, OLD, &["FIND-1"]).await;
        change(&mut input);
        wrong(&findings::assess(&world.app, &world.who("ana"), input).await.unwrap_err())
    };
    assert_eq!(refuse(|input| input.justification = None).await, ["justification"]);
    assert_eq!(refuse(|input| input.justification = Some("a hunch".to_owned())).await, ["justification"]);
    assert_eq!(refuse(|input| input.status = VexStatus::Fixed).await, ["justification", "rests_on"]);
    assert_eq!(refuse(|input| input.explanation = " ".to_owned()).await, ["explanation"]);
    assert_eq!(refuse(|input| input.explanation = "x".repeat(20_000)).await, ["explanation"]);
    assert_eq!(refuse(|input| input.explanation = "a\0b".to_owned()).await, ["explanation"]);
    assert_eq!(refuse(|input| input.decision = Some(Decision::Fix)).await, ["decision", "fixer"]);
    assert_eq!(refuse(|input| input.due = Some("2026-02-01".parse().unwrap())).await, ["due"]);
    assert_eq!(refuse(|input| input.fixer = Some("nobody".to_owned())).await, ["fixer"]);
    assert_eq!(refuse(|input| input.rests_on = vec![Ground::Path("src".to_owned())]).await, ["rests_on"]);
    assert_eq!(
        refuse(|input| input.rests_on = vec![Ground::Measure("MEAS-9".to_owned())]).await,
        ["rests_on"]
    );
    let missing = refuse(|input| {
        input.status = VexStatus::Affected;
        input.justification = None;
    });
    assert_eq!(missing.await, ["exploitability", "decision"]);
    let no_words = refuse(|input| {
        affected(input, Decision::Defer);
        input.decision_reason = String::new();
        input.exploitability_reason = String::new();
    });
    assert_eq!(no_words.await, ["exploitability_reason", "decision_reason", "due"]);
    let late = refuse(|input| {
        affected(input, Decision::Fix);
        input.due = Some("2026-02-05".parse().unwrap());
    });
    assert_eq!(late.await, ["due"], "unknown severity takes high's limit");

    // The limit counts from the day it was opened, in the organisation's zone; to defer is to extend.
    assess(&world, OLD, &["FIND-1"], |input| affected(input, Decision::Fix)).await;
    assert_eq!(
        row(&world, "FIND-1").await.due,
        Some("2026-01-12".parse().unwrap()),
        "unsigned: assess by then"
    );
    let fix = assess(&world, OLD, &["FIND-1"], |input| affected(input, Decision::Fix)).await;
    sign(&world, "ana", fix.set).await.unwrap();
    let fixed = row(&world, "FIND-1").await;
    assert_eq!((fixed.due, fixed.owner.as_deref()), (Some(limit), Some("ben")));
    let later = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Defer);
        input.due = Some("2026-06-01".parse().unwrap());
    });
    assert!(later.await.accepts_risk);
});

on_both_engines!(two_windows_do_not_judge_over_each_other, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", None)]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let first = judgement(&world, OLD, &["FIND-1"]).await;
    let second = first.clone();
    let ana = world.who("ana");
    let set = findings::assess(&world.app, &ana, first).await.unwrap().set;
    let late = findings::assess(&world.app, &ana, second).await.unwrap_err();
    assert!(matches!(late, ServiceError::Changed { .. }), "{late}");
    for key in ["ben", "eve", "dan", "otto", "adam"] {
        let input = judgement(&world, OLD, &["FIND-1"]).await;
        let refused = findings::assess(&world.app, &world.who(key), input).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Denied(_)), "{key}: {refused}");
    }
    // Judged anew, the old set cannot be signed any more.
    let again = assess(&world, OLD, &["FIND-1"], |_| {}).await;
    let stale = sign(&world, "ana", set).await.unwrap_err();
    assert!(matches!(stale, ServiceError::Changed { .. }), "{stale}");
    sign(&world, "ana", again.set).await.unwrap();
    let twice = sign(&world, "ana", again.set).await.unwrap_err();
    assert!(matches!(twice, ServiceError::Rule(_)), "{twice}");
    let unknown = sign(&world, "ana", Digest::of(b"nothing")).await.unwrap_err();
    assert!(matches!(unknown, ServiceError::NotFound { .. }), "{unknown}");
    let for_nothing = sign_clinical(&world, "dan", again.set).await.unwrap_err();
    assert!(matches!(for_nothing, ServiceError::Rule(_)), "{for_nothing}");
    let page = findings::page(&world.app, &ana, "FIND-1").await.unwrap();
    assert_eq!((page.assessments.len(), page.row.standing), (2, Standing::Acceptable));
    assert_eq!(page.assessments[0].signatures[0].person, "ana");
    assert!(page.assessments[1].signatures.is_empty());
});

on_both_engines!(who_mends_does_not_accept_and_harm_takes_a_second_person, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let by_eve = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Accept);
        input.fixer = Some("eve".to_owned());
    });
    let refused = sign(&world, "eve", by_eve.await.set).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::FixerAccepts)), "{refused}");

    let mut own = judgement(&world, OLD, &["FIND-1"]).await;
    affected(&mut own, Decision::Accept);
    let roles = [Role::SecurityOfficer, Role::RiskAcceptor];
    let both = roles.map(|role| Grant { role, scope: Scope::Organisation });
    let eve = Who::new(Access::of_person(PersonId(id_of("eve")), both), "test");
    let own = findings::assess(&world.app, &eve, own).await.unwrap().set;
    let refused = findings::sign(&world.app, &eve, &world.proof("eve"), &[own]).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::AssessorAccepts)), "{refused}");

    let accepted = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Accept);
        input.patient_safety_impact = PatientImpact::Minor;
    });
    let accepted = accepted.await;
    assert!(accepted.accepts_risk && accepted.needs_clinical);
    for key in ["ana", "cleo", "adam"] {
        let refused = sign(&world, key, accepted.set).await.unwrap_err();
        assert!(matches!(refused, ServiceError::NotSigned(_)), "{key}: {refused}");
    }
    let refused = sign_clinical(&world, "eve", accepted.set).await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotSigned(_)), "{refused}");
    let waiting = sign_clinical(&world, "dan", accepted.set).await.unwrap();
    assert_eq!(waiting.await_signature, ["FIND-1"]);
    let done = sign(&world, "eve", accepted.set).await.unwrap();
    assert!(done.await_clinical.is_empty() && done.await_signature.is_empty());
    let row = row(&world, "FIND-1").await;
    assert_eq!((row.state.as_str(), row.standing, row.harm), ("risk accepted", Standing::Acceptable, true));
    let set = findings::set(&world.app, &world.who("otto"), accepted.set).await.unwrap();
    assert_eq!((set.rows.len(), set.signatures.len(), set.replaced), (1, 2, None));
    let again = hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "sound@1.0.0"])).await;
    assert!(things(&again).is_empty(), "{:?}", again.blocking);

    // Whom a signed judgement names to mend it accepts nothing later, when nobody is named any more.
    let fix = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Fix);
        input.fixer = Some("eve".to_owned());
    });
    sign(&world, "ana", fix.await.set).await.unwrap();
    let accepted = assess(&world, OLD, &["FIND-1"], |input| affected(input, Decision::Accept)).await;
    let refused = sign(&world, "eve", accepted.set).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::FixerAccepts)), "{refused}");
});

on_both_engines!(a_judgement_reaches_later_releases_when_it_is_signed, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&["left-pad@1.3.0"])).await;
    assert_eq!(of_release(&world, NEW).await[0].standing, Standing::New);
    let judged = assess(&world, OLD, &["FIND-1"], |_| {}).await;
    assert_eq!(of_release(&world, NEW).await[0].standing, Standing::New, "nobody has signed it yet");
    sign(&world, "ana", judged.set).await.unwrap();
    let rows = of_release(&world, NEW).await;
    assert_eq!((rows[0].standing, rows[0].carried), (Standing::Unconfirmed, true));
});

on_both_engines!(several_sets_are_signed_in_one_act_or_none_of_them, |store| {
    let world = World::new(&store).await;
    let records = ["left-pad", "right-pad", "top-pad"]
        .map(|name| advisory(&format!("GHSA-{name}"), name, Some(CRITICAL)));
    feed(&world, &records).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "right-pad@2.0.0", "top-pad@3.0.0"])).await;
    let harmful = |input: &mut AssessFindings| input.patient_safety_impact = PatientImpact::Minor;
    let one = assess(&world, OLD, &["FIND-1"], harmful).await.set;
    let two = assess(&world, OLD, &["FIND-2"], harmful).await.set;
    let accepted = assess(&world, OLD, &["FIND-3"], |input| affected(input, Decision::Accept)).await.set;
    let (ana, dan) = (world.who("ana"), world.who("dan"));

    let signable = findings::signable(&world.app, &dan, &[accepted, two, one]).await.unwrap();
    let of: Vec<_> = signable.iter().map(|one| (one.set.set, one.clinical.is_none())).collect();
    assert_eq!(of, [(one, true), (two, true), (accepted, false)], "by finding");
    let refused = findings::sign(&world.app, &ana, &world.proof("ana"), &[one, two, accepted]).await;
    assert!(matches!(refused, Err(ServiceError::NotSigned(_))), "one takes a risk acceptor");
    let row_of = async |reference: &'static str| row(&world, reference).await.standing;
    assert_eq!(row_of("FIND-1").await, Standing::Unsigned);
    let signed = findings::sign(&world.app, &ana, &world.proof("ana"), &[one, two]).await.unwrap();
    assert_eq!(signed.findings, ["FIND-1", "FIND-2"]);
    assert_eq!(signed.await_clinical, ["FIND-1", "FIND-2"]);
    let proof = world.proof("dan");
    let refused = findings::sign_clinical(&world.app, &dan, &proof, &[one, accepted]).await.unwrap_err();
    assert!(
        matches!(&refused, ServiceError::Rule(words) if words.contains("FIND-3 cannot harm")),
        "{refused}"
    );
    assert_eq!(row_of("FIND-1").await, Standing::NoClinical, "nothing was signed");
    findings::sign_clinical(&world.app, &dan, &proof, &[one, two]).await.unwrap();
    for (reference, set) in [("FIND-1", one), ("FIND-2", two)] {
        assert_eq!(row_of(reference).await, Standing::Acceptable);
        let set = findings::set(&world.app, &ana, set).await.unwrap();
        assert_eq!(set.signatures.len(), 2, "each set has its own");
    }
    let again = findings::signable(&world.app, &ana, &[one]).await.unwrap();
    assert!(again[0].judge.as_ref().unwrap().contains("signed already"), "{again:?}");
    let missing = findings::sign(&world.app, &ana, &world.proof("ana"), &[one, Digest::of(b"none")]).await;
    assert!(matches!(missing, Err(ServiceError::NotFound { .. })));
});

on_both_engines!(what_appeared_since_a_day_or_moment_is_listed, |store| {
    let world = World::new(&store).await;
    store.clock.set("2026-03-02T22:30:00Z".parse().unwrap());
    feed(&world, &[advisory("GHSA-left-pad", "left-pad", Some(MEDIUM))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "left-pad@1.2.0", "left-pad@1.1.0"])).await;
    // Half an hour later it is the third of March in Berlin.
    store.clock.set("2026-03-02T23:10:00Z".parse().unwrap());
    let records = [
        advisory("GHSA-left-pad", "left-pad", Some(MEDIUM)),
        advisory("GHSA-more", "left-pad", Some(CRITICAL)),
    ];
    feed(&world, &records).await;
    let since = async |since: &str| -> Vec<String> {
        let (mut seen, mut after) = (Vec::new(), None);
        for _ in 0..10 {
            let paging = Paging { after, limit: 2 };
            let found = list(&world, |input| {
                input.paging = paging;
                input.since = Some(since.to_owned());
            });
            let found = found.await;
            let counted: i64 = found.counts.iter().map(|(_, count)| count).sum();
            seen.extend(found.page.items.into_iter().map(|row| row.vulnerability));
            after = found.page.next;
            if after.is_none() {
                assert_eq!(counted, i64::try_from(seen.len()).unwrap());
                break;
            }
        }
        seen
    };
    assert_eq!(since("2026-03-02").await.len(), 6);
    assert_eq!(since("2026-03-03").await, ["GHSA-more"; 3], "the day begins in the organisation's zone");
    assert_eq!(since("2026-03-02T23:00:00Z").await, ["GHSA-more"; 3]);
    assert_eq!(since("2026-03-03T01:00:00+01:00").await.len(), 0);
    store.clock.set("2026-03-04T08:00:00Z".parse().unwrap());
    assert_eq!(since("yesterday").await, ["GHSA-more"; 3]);
    store.clock.set("2026-03-05T08:00:00Z".parse().unwrap());
    assert_eq!(since("yesterday").await.len(), 0);
    for odd in ["tomorrow", "2026-13-01", "2026-03-03T99:00Z", "0"] {
        let mut input = ListFindings { since: Some(odd.to_owned()), ..ListFindings::default() };
        input.open = true;
        let refused = findings::list(&world.app, &world.who("otto"), &input).await.unwrap_err();
        assert_eq!(wrong(&refused), ["since"], "{odd}");
    }
});

on_both_engines!(a_new_release_takes_judgements_over_and_confirms_them_as_a_set, |store| {
    let world = World::new(&store).await;
    let records = ["left-pad", "right-pad", "top-pad"]
        .map(|name| advisory(&format!("GHSA-{name}"), name, Some(CRITICAL)));
    feed(&world, &records).await;
    let packages = ["left-pad@1.3.0", "right-pad@2.0.0", "top-pad@3.0.0"];
    hand_in(&world, OLD, None, bom(&packages)).await;
    let judged = assess(&world, OLD, &["FIND-1", "FIND-2"], |_| {}).await;
    sign(&world, "ana", judged.set).await.unwrap();
    // Not signed, so there is nothing to take over.
    assess(&world, OLD, &["FIND-3"], |_| {}).await;

    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&["left-pad@1.3.0", "right-pad@2.0.1", "top-pad@3.0.0"])).await;
    let rows = of_release(&world, NEW).await;
    let seen: Vec<_> = rows.iter().map(|row| (row.component.as_str(), row.standing, row.carried)).collect();
    assert_eq!(
        seen,
        [
            ("pkg:npm/top-pad@3.0.0", Standing::New, false),
            ("pkg:npm/right-pad@2.0.1", Standing::Lapsed, true),
            (LEFT_PAD, Standing::Unconfirmed, true),
        ]
    );
    assert!(rows[1].changed[0].contains("right-pad@2.0.0"), "{:?}", rows[1].changed);
    assert_eq!(rows[1].state, "new");
    let page = findings::page(&world.app, &world.who("ana"), &rows[2].reference).await.unwrap();
    assert_eq!(page.assessments[0].carried_from, Some(("FIND-1".to_owned(), OLD.to_owned())));
    assert_eq!(page.set, None, "it is confirmed with the others, not signed");

    let wrong_set = Digest::of(b"another");
    let (ana, proof) = (world.who("ana"), world.proof("ana"));
    let stale = findings::confirm_carried(&world.app, &ana, &proof, "gateway", NEW, wrong_set).await;
    assert!(matches!(stale, Err(ServiceError::Changed { .. })));
    let refused = confirm(&world, "cleo", NEW).await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotSigned(_)), "{refused}");
    assert_eq!(confirm(&world, "ana", NEW).await.unwrap(), 1);
    assert_eq!(of_release(&world, NEW).await[2].standing, Standing::Acceptable);
    let none = confirm(&world, "ana", NEW).await.unwrap_err();
    assert!(matches!(none, ServiceError::Rule(_)), "{none}");
    let old = row(&world, "FIND-1").await;
    assert_eq!((old.standing, old.carried), (Standing::Acceptable, false), "the old release keeps its own");
});

fn commit(letter: char) -> String {
    letter.to_string().repeat(40)
}

/// What a build was made from: its commit, the one before, and the paths that changed with the id of their content.
fn manifest(made: char, before: Option<char>, changed: &[(&str, char)]) -> Vec<u8> {
    let changed: Vec<Value> =
        changed.iter().map(|(path, tree)| json!({ "path": path, "tree": commit(*tree) })).collect();
    let manifest = json!({
        "format": "theriac-build-manifest", "version": 1, "commit": commit(made),
        "predecessor": before.map(commit), "authors": [], "changed": changed, "artefacts": [],
    });
    manifest.to_string().into_bytes()
}

on_both_engines!(a_judgement_lapses_when_the_path_it_rests_on_moves, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    build(&world, OLD, "one", &commit('a')).await;
    hand_in(&world, OLD, Some("one"), manifest('a', None, &[("src/pad.rs", '1')])).await;
    hand_in(&world, OLD, Some("one"), bom(&["left-pad@1.3.0"])).await;
    let judged = assess(&world, OLD, &["FIND-1"], |input| {
        input.rests_on = vec![Ground::Path("src".to_owned())];
    });
    sign(&world, "ana", judged.await.set).await.unwrap();
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable);

    // Another file moves: it still holds. Another version of the component does not matter to it either.
    new_release(&world).await;
    build(&world, NEW, "two", &commit('b')).await;
    hand_in(&world, NEW, Some("two"), manifest('b', Some('a'), &[("docs/a.md", '2')])).await;
    hand_in(&world, NEW, Some("two"), bom(&["left-pad@1.3.1"])).await;
    assert_eq!(row(&world, "FIND-2").await.standing, Standing::Unconfirmed);
    confirm(&world, "ana", NEW).await.unwrap();

    // A file in it moves: it is asked again, and the reason said.
    build(&world, NEW, "three", &commit('c')).await;
    let told = hand_in(&world, NEW, Some("three"), manifest('c', Some('b'), &[("src/pad.rs", '3')])).await;
    let worse: Vec<_> =
        told.worse.iter().map(|line| (&*line.finding, line.because.clone().unwrap())).collect();
    let why = format!("its assessment no longer holds: path src: changed in commit {}", "c".repeat(12));
    assert_eq!(worse, [("FIND-2", why)]);
    assert!(things(&told).iter().any(|reason| reason.reference == "FIND-2"), "{:?}", told.blocking);
    let lapsed = row(&world, "FIND-2").await;
    assert_eq!(lapsed.standing, Standing::Lapsed);
    assert_eq!(lapsed.changed, [format!("path src: changed in commit {}", "c".repeat(12))]);
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable, "the old release is as it was");

    // A build of which nobody knows what changed: unknown means changed.
    build(&world, NEW, "four", &commit('d')).await;
    products::set_candidate(&world.app, &world.who("ana"), "gateway", NEW, "four").await.unwrap();
    run_jobs(&world).await;
    hand_in(&world, NEW, Some("four"), bom(&["left-pad@1.3.1", "sound@1.0.0"])).await;
    assert!(row(&world, "FIND-2").await.changed[0].contains("nothing says"));
});

on_both_engines!(a_judgement_lapses_when_a_record_moves_exploitation_is_known_or_it_grows_old, |store| {
    let world = World::new(&store).await;
    let names = ["left-pad", "right-pad", "top-pad"];
    feed(&world, &names.map(|name| advisory(&format!("GHSA-{name}"), name, Some(CRITICAL)))).await;
    let packages = ["left-pad@1.3.0", "right-pad@2.0.0", "top-pad@3.0.0"];
    hand_in(&world, OLD, None, bom(&packages)).await;
    approved(&world, "limits", sample("limits", json!({ "max_age_carried_assessment": 100 })), vec![]).await;
    let (measure, _) = approved(&world, "measure", sample("measure", json!({})), vec![]).await;
    let (requirement, _) = approved(&world, "requirement", sample("requirement", json!({})), vec![]).await;
    let mut no_measure = judgement(&world, OLD, &["FIND-1"]).await;
    no_measure.rests_on = vec![Ground::Measure(requirement)];
    let refused = findings::assess(&world.app, &world.who("ana"), no_measure).await.unwrap_err();
    assert_eq!(wrong(&refused), ["rests_on"]);
    let on_measure = assess(&world, OLD, &["FIND-1"], |input| {
        input.rests_on = vec![Ground::Measure(measure.clone())];
    });
    sign(&world, "ana", on_measure.await.set).await.unwrap();
    let plain = assess(&world, OLD, &["FIND-2", "FIND-3"], |_| {}).await;
    sign(&world, "ana", plain.set).await.unwrap();

    store.clock.advance_days(10);
    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&packages)).await;
    assert_eq!(confirm(&world, "ana", NEW).await.unwrap(), 3);

    // The measure moves on: both releases are asked again once they are matched again.
    moved_on(&world, &measure, sample("measure", json!({ "title": "Another" }))).await;
    for release in [600, new_id(&world).await] {
        findings::rematch(&world.app, release).await.unwrap();
    }
    for reference in ["FIND-1", "FIND-4"] {
        let lapsed = row(&world, reference).await;
        assert!(lapsed.changed[0].contains(&measure), "{reference}: {lapsed:?}");
    }

    // Somebody sees it exploited: that judgement stands, the other releases are asked again.
    let exploited = assess(&world, OLD, &["FIND-2"], |input| {
        affected(input, Decision::Fix);
        input.exploitability = Some(findings::EXPLOITED.to_owned());
    });
    sign(&world, "ana", exploited.await.set).await.unwrap();
    run_jobs(&world).await;
    assert_eq!(row(&world, "FIND-2").await.standing, Standing::ToBeFixed);
    let lapsed = row(&world, "FIND-5").await;
    assert!(lapsed.changed[0].contains("exploitation"), "{lapsed:?}");

    // The third is too old for a release that comes later.
    store.clock.advance_days(100);
    let new = NewRelease { product: "gateway".to_owned(), name: "2.6.0".to_owned(), ..NewRelease::default() };
    products::add_release(&world.app, &world.who("ana"), new).await.unwrap();
    hand_in(&world, "2.6.0", None, bom(&["top-pad@3.0.0"])).await;
    let old = of_release(&world, "2.6.0").await;
    assert!(old[0].changed.iter().any(|change| change.contains("older than 100 days")), "{old:?}");
});

async fn new_id(world: &World) -> i64 {
    products::release(&world.app, &world.who("ana"), "gateway", NEW).await.unwrap().id
}

on_both_engines!(what_cannot_be_matched_is_disposed_of_and_later_releases_take_it_over, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["own", "driver", "firmware", "sound@1.0.0"])).await;
    let (ben, otto) = (world.who("ben"), world.who("otto"));
    let shown = findings::unmatched(&world.app, &otto, "gateway", OLD).await.unwrap();
    assert_eq!((shown.total, shown.open), (3, 3));
    let dispose = |components: Components, expected: Digest| Dispose {
        product: "gateway".to_owned(),
        release: OLD.to_owned(),
        components,
        expected: Some(expected),
        disposition: "own".to_owned(),
        reason: "Written here".to_owned(),
    };
    let some = |keys: &[&str]| Components::Some(keys.iter().map(|key| (*key).to_owned()).collect());
    let refused = findings::dispose(&world.app, &otto, dispose(some(&["own"]), shown.expected)).await;
    assert!(matches!(refused, Err(ServiceError::Denied(_))));
    let mut words = dispose(some(&["own"]), shown.expected);
    words.disposition = "fine".to_owned();
    words.reason = String::new();
    let refused = findings::dispose(&world.app, &ben, words).await.unwrap_err();
    assert_eq!(wrong(&refused), ["disposition", "reason"]);
    let unknown = findings::dispose(&world.app, &ben, dispose(some(&["no"]), shown.expected)).await;
    assert!(matches!(unknown, Err(ServiceError::NotFound { .. })));
    assert_eq!(
        findings::dispose(&world.app, &ben, dispose(some(&["own"]), shown.expected)).await.unwrap(),
        1
    );
    let stale = findings::dispose(&world.app, &ben, dispose(Components::All, shown.expected)).await;
    assert!(matches!(stale, Err(ServiceError::Changed { .. })));
    let now = findings::unmatched(&world.app, &otto, "gateway", OLD).await.unwrap();
    assert_eq!(findings::dispose(&world.app, &ben, dispose(Components::All, now.expected)).await.unwrap(), 2);
    let now = findings::unmatched(&world.app, &otto, "gateway", OLD).await.unwrap();
    assert_eq!((now.total, now.open), (3, 0));
    let nothing = findings::dispose(&world.app, &ben, dispose(Components::All, now.expected)).await;
    assert!(matches!(nothing, Err(ServiceError::Rule(_))));

    new_release(&world).await;
    let added = hand_in(&world, NEW, None, bom(&["own", "driver", "radio"])).await;
    let left: Vec<_> = added.unmatched.iter().map(|line| line.component.as_str()).collect();
    assert_eq!(left, ["radio"]);
});

on_both_engines!(components_are_ordered_compared_and_found_in_every_release, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "right-pad", Some(CRITICAL))]).await;
    let item = sample(
        "software-item",
        json!({ "title": "Pads", "purls": ["pkg:npm/*-pad@*"], "class": "supported" }),
    );
    let (item, _) = approved(&world, "software-item", item, vec![]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "right-pad@2.0.0", "gone@1.0.0", "own"])).await;
    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&["left-pad@1.4.0", "right-pad@2.0.0", "radio", "own"])).await;
    let otto = world.who("otto");
    let input = |release: &str| ListComponents {
        product: "gateway".to_owned(),
        release: release.to_owned(),
        order: Order::Key,
        ..ListComponents::default()
    };
    let keys = |list: &findings::ComponentList| -> Vec<String> {
        list.page.items.iter().map(|row| row.key.clone()).collect()
    };
    let of = |input: ListComponents| {
        let (app, otto) = (world.app.clone(), otto.clone());
        async move { findings::components(&app, &otto, &input).await.unwrap() }
    };
    let all = ["own", "pkg:npm/left-pad@1.4.0", "pkg:npm/right-pad@2.0.0", "radio"];
    let up = of(input(NEW)).await;
    assert_eq!((keys(&up), up.sources), (all.map(str::to_owned).to_vec(), vec!["EVID-2".to_owned()]));
    for (order, first) in [(Order::KeyDown, "radio"), (Order::Findings, "pkg:npm/right-pad@2.0.0")] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let paging = Paging { after, limit: 1 };
            let list = of(ListComponents { order, paging, ..input(NEW) }).await;
            seen.extend(keys(&list));
            after = list.page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((seen.len(), seen[0].as_str()), (4, first), "{order:?}: {seen:?}");
    }
    let covered = up.page.items[1].item.clone().unwrap();
    assert_eq!(
        (covered.reference, covered.class, covered.state),
        (item, "supported".to_owned(), "approved".to_owned())
    );
    assert_eq!(up.page.items[0].item, None, "what has no purl belongs to no item");

    let against = findings::predecessor(&world.app, &otto, "gateway", NEW).await.unwrap();
    assert_eq!(against.as_deref(), Some(OLD));
    assert_eq!(findings::predecessor(&world.app, &otto, "gateway", OLD).await.unwrap(), None);
    let since = |since| ListComponents { against: against.clone(), since: Some(since), ..input(NEW) };
    let new = of(since(Since::New)).await;
    let changed: Vec<_> =
        new.page.items.iter().map(|row| (row.key.as_str(), row.change, row.was.clone())).collect();
    let was = vec![LEFT_PAD.to_owned()];
    assert_eq!(
        changed,
        [("pkg:npm/left-pad@1.4.0", Some(Change::Changed), was), ("radio", Some(Change::Added), vec![])]
    );
    let found = new.difference.unwrap();
    assert_eq!((found.before, found.same, found.added, found.changed, found.removed), (4, 2, 1, 1, 1));
    let gone = of(since(Since::Gone)).await;
    assert_eq!(keys(&gone), ["pkg:npm/gone@1.0.0", LEFT_PAD]);
    assert_eq!(gone.page.items[0].change, Some(Change::Removed));
    assert_eq!(keys(&of(since(Since::Same)).await), ["own", "pkg:npm/right-pad@2.0.0"]);

    let search = |query: &str| SearchComponents { query: query.to_owned(), ..SearchComponents::default() };
    let places = |page: theriac_service::Page<PlacedComponent>| -> Vec<(String, String)> {
        page.items.into_iter().map(|placed| (placed.release, placed.component.key)).collect()
    };
    let pair = |release: &str, key: &str| (release.to_owned(), key.to_owned());
    let right = "pkg:npm/right-pad@2.0.0";
    let page = findings::search_components(&world.app, &otto, &search("pad 2.0")).await.unwrap();
    assert_eq!(places(page), [pair(OLD, right), pair(NEW, right)]);
    products::set_fielded(&world.app, &world.who("ana"), "gateway", OLD, true).await.unwrap();
    let fielded = SearchComponents { fielded: true, with_findings: true, ..search("pad") };
    let page = findings::search_components(&world.app, &otto, &fielded).await.unwrap();
    assert_eq!((page.items[0].fielded, places(page)), (true, vec![pair(OLD, right)]));
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let input = SearchComponents { paging: Paging { after, limit: 1 }, ..search("") };
        let page = findings::search_components(&world.app, &otto, &input).await.unwrap();
        after = page.next.clone();
        seen.extend(places(page));
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
    assert!(seen.is_sorted_by_key(|(_, key)| key.clone()), "{seen:?}");
    let soon = world.app.now() + jiff::SignedDuration::from_hours(1);
    let elsewhere = Scope::Product(ProductId(1));
    let elsewhere = TokenScope::new([Permission::Read], elsewhere, soon).unwrap();
    let elsewhere = Who::new(Access::of_token(TokenId(7), elsewhere), "test");
    let page = findings::search_components(&world.app, &elsewhere, &search("")).await.unwrap();
    assert!(page.items.is_empty(), "what may not be read is not found: {page:?}");
});

/// The contents of a few files at one commit.
type Tree = BTreeMap<&'static str, u8>;

const FILES: [&str; 4] = ["a", "b/x", "b/y", "c/d/z"];
const PATHS: [&str; 8] = ["a", "b", "b/x", "b/y", "c", "c/d", "c/d/z", "never"];
/// What a manifest lists: files, files and folders, or no deeper than the first folder.
const DETAIL: [&[&str]; 3] = [&FILES, &PATHS, &["a", "b", "c"]];

fn content(tree: &Tree, path: &str) -> Vec<(&'static str, u8)> {
    let lies_in =
        |file: &str| file == path || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    tree.iter().filter(|(file, _)| lies_in(file)).map(|(file, byte)| (*file, *byte)).collect()
}

/// What a manifest says that leads from one tree to another.
fn changed(before: &Tree, after: &Tree, paths: &[&str]) -> Vec<(String, Option<String>)> {
    let differ = paths.iter().filter(|path| content(before, path) != content(after, path));
    let id = |path: &str| Some(format!("{:?}", content(after, path)));
    differ.map(|path| ((*path).to_owned(), id(path))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_path_is_the_same_only_where_it_is_and_unknown_means_changed(
        trees in prop::collection::vec(prop::collection::vec(0_u8..3, FILES.len()), 2..8),
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..3, 0_u8..5), 8),
    ) {
        let trees: Vec<Tree> =
            trees.into_iter().map(|bytes| FILES.into_iter().zip(bytes).collect()).collect();
        let name = |place: usize| format!("commit-{place}");
        let mut history = History::default();
        let mut before: BTreeMap<usize, usize> = BTreeMap::new();
        for (place, tree) in trees.iter().enumerate().skip(1) {
            let (index, detail, luck) = &steps[place];
            // One manifest in five was never handed in.
            if *luck == 0 {
                continue;
            }
            let predecessor = index.index(place);
            before.insert(place, predecessor);
            let changed = changed(&trees[predecessor], tree, DETAIL[*detail]);
            history.add(&name(place), Step { predecessor: Some(name(predecessor)), changed });
        }
        for from in 0..trees.len() {
            for to in from..trees.len() {
                // The trees that the manifests lead through, from the newer commit back to the older one.
                let mut way = vec![to];
                while let Some(older) = before.get(&way[way.len() - 1]).filter(|_| way[way.len() - 1] > from) {
                    way.push(*older);
                }
                let is_detailed = way.iter().all(|place| *place == from || steps[*place].1 < 2);
                let is_known = way[way.len() - 1] == from && is_detailed;
                for path in PATHS {
                    let same = history.is_same(path, Some(&name(from)), Some(&name(to)));
                    let untouched = way.iter().all(|place| content(&trees[*place], path) == content(&trees[to], path));
                    if same.is_ok() {
                        prop_assert_eq!(content(&trees[from], path), content(&trees[to], path), "{} {}..{}", path, from, to);
                    }
                    prop_assert!(!(is_known && untouched) || same.is_ok(), "{} {}..{}: {:?}", path, from, to, same);
                }
            }
        }
        prop_assert!(history.is_same("a", None, Some("x")).is_err());
        prop_assert!(history.is_same("a", Some("y"), Some("x")).is_err());
    }

    #[test]
    fn grounds_are_read_as_they_are_written(text in "\\PC{0,40}") {
        if let Ok(ground) = text.parse::<Ground>() {
            prop_assert_eq!(ground.to_string().parse::<Ground>(), Ok(ground));
        }
    }
}

/// Left out where `THERIAC_DATA` is not set.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_components_meet_real_advisories() {
    let Some(data) = std::env::var_os("THERIAC_DATA").map(PathBuf::from) else {
        println!("left out: THERIAC_DATA is not set, so there are no real advisories");
        return;
    };
    let store = TestStore::sqlite().await;
    let world = World::new(&store).await;
    let feeds = vec![data.join("osv/npm.tar.xz")];
    findings::import_feed(&world.app, &world.who("ana"), feeds, Arc::new(|_| {})).await.unwrap();
    let file =
        |version: &str| std::fs::read(data.join(format!("products/nightscout-{version}.cdx.json"))).unwrap();
    store.clock.set("2026-11-25T12:00:00Z".parse().unwrap());
    let added = hand_in(&world, OLD, None, file("13.0.1")).await;
    assert_eq!(added.new.len(), 2, "{:?}", added.new);
    new_release(&world).await;
    let added = hand_in(&world, NEW, None, file("15.0.7")).await;
    assert!(added.new.is_empty() && added.not_matched.is_none(), "{:?}", added.new);
}
