//! The whole story in an empty store: what the journeys begin with.

use std::sync::Arc;

use serde_json::Value;

use theriac_conformity::ReasonKind;
use theriac_conformity::facts::words::Verdict;
use theriac_demo::{Days, StoryClock, tell};
use theriac_service::gate::{self, Judged};
use theriac_service::{App, Who, audit, evidence};
use theriac_store::audit::Anchors;
use theriac_store::testing::TestIds;
use theriac_store::{Access, Location, Store};

async fn told() -> (App, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let days = Days::from("2026-11-25T08:00:00Z".parse().unwrap());
    let clock = Arc::new(StoryClock::at(days.moment(340)));
    let location = Location::Sqlite { folder: folder.path().to_owned() };
    let ids = Arc::new(TestIds::default());
    let store = Store::open(location, Access::ReadWrite, clock.clone(), ids).await.unwrap();
    let app = App::new(store, folder.path().join("advisories.db"));
    let told = tell(&app, &clock, days).await.unwrap();
    assert!(told.token.starts_with("thr_"), "{}", told.token);
    (app, folder)
}

async fn judged(app: &App, release: &str) -> Judged {
    gate::judged(app, &Who::system("test"), "gateway", release, None).await.unwrap()
}

fn verdict(judged: &Judged, clause: &str) -> Verdict {
    judged.conformity.clauses.iter().find(|row| row.clause == clause).unwrap().verdict
}

#[tokio::test]
async fn the_older_release_was_decided_with_one_deviation() {
    let (app, _folder) = told().await;
    let judged = judged(&app, "2.3.0").await;
    assert!(judged.decided.is_some());
    assert!(!judged.conformity.provisional);
    let covered: Vec<_> = judged.gate.deviations.iter().map(|row| row.clause.as_str()).collect();
    assert_eq!(covered, ["5.8.6"]);
    let open: Vec<_> = judged
        .conformity
        .clauses
        .iter()
        .filter(|clause| !matches!(clause.verdict, Verdict::Met | Verdict::NotApplicable))
        .map(|clause| clause.clause.as_str())
        .collect();
    assert_eq!(open, ["5.8.6"], "a deviation does not turn the clause");
}

#[tokio::test]
async fn what_was_published_after_the_decision_is_somebody_s_to_see_to() {
    let (app, _folder) = told().await;
    let ana = theriac_service::Who::system("test");
    let paging = theriac_service::Paging { after: None, limit: 200 };
    let duties = gate::duties(&app, &ana, "ana", &paging).await.unwrap().page.items;
    let fielded: Vec<_> =
        duties.iter().filter(|duty| duty.release == "2.3.0" && duty.reference.starts_with("FIND-")).collect();
    assert!(!fielded.is_empty(), "{duties:?}");
    assert!(
        fielded.iter().all(|duty| duty.due.is_some() && duty.todo.contains("what customers have")),
        "{fielded:?}"
    );
}

#[tokio::test]
async fn the_newer_release_waits_for_one_finding_among_other_things() {
    let (app, _folder) = told().await;
    let judged = judged(&app, "2.4.0").await;
    assert!(judged.decided.is_none() && !judged.gate.open);
    let of = |kind| judged.gate.reasons.iter().filter(|reason| reason.kind == kind).collect::<Vec<_>>();
    let reasons: Vec<_> = judged.gate.reasons.iter().map(|reason| reason.text.as_str()).collect();
    assert_eq!(of(ReasonKind::FindingNotAssessed).len(), 1, "{reasons:#?}");
    assert!(of(ReasonKind::FindingNotAssessed)[0].text.contains("CVE-2025-22869"));
    assert!(!of(ReasonKind::SuspectLink).is_empty(), "{reasons:#?}");
    assert_eq!(verdict(&judged, "5.8.1"), Verdict::PartlyMet);
    assert_eq!(verdict(&judged, "7.3"), Verdict::Met);

    let clause = judged.conformity.clauses.iter().find(|row| row.clause == "5.8.1").unwrap();
    let failing: Vec<_> = clause.checks.iter().flat_map(|check| &check.failing).collect();
    assert_eq!(failing.len(), 1, "judging that one finding turns the clause: {failing:?}");
}

/// A year's work of a manufacturer, with a clock that moves under each act.
#[tokio::test]
async fn what_was_told_is_what_the_log_says() {
    let (app, _folder) = told().await;
    let verified = audit::verify(app.store(), &Anchors::default()).await.unwrap();
    assert!(verified.changed.is_empty(), "{:#?}", verified.changed);
    let rebuilt = evidence::rebuild(&app, &Who::system("test"), &|_| {}).await.unwrap();
    assert!(rebuilt.differences.is_empty() && rebuilt.changed.is_empty(), "{rebuilt:#?}");
    assert!(rebuilt.evidence > 0 && rebuilt.records > 0);
}

/// Advisories whose record in OSV has no vector: theirs is the one that was published with the vulnerability.
const NO_VECTOR_IN_OSV: [&str; 7] = [
    "GO-2023-2102",
    "GO-2023-2153",
    "GO-2023-2402",
    "GO-2024-2687",
    "GO-2025-3487",
    "PYSEC-2023-135",
    "PYSEC-2023-74",
];

#[test]
fn advisories_are_facts_of_the_real_records() {
    let Some(folder) = std::env::var_os("THERIAC_DATA").map(std::path::PathBuf::from) else {
        println!("left out: THERIAC_DATA is not set");
        return;
    };
    let real = real_records::read(&folder);
    let mut without = Vec::new();
    for (id, text) in theriac_demo::advisories() {
        let ours: Value = serde_json::from_str(text).unwrap();
        let theirs = real.get(id).unwrap_or_else(|| panic!("no {id}"));
        for affected in list(&ours["affected"]) {
            let same = list(&theirs["affected"]);
            let mut same = same.iter().filter(|other| {
                ["ecosystem", "name"].iter().all(|part| other["package"][part] == affected["package"][part])
            });
            let ranges = list(&affected["ranges"]);
            let holds = same.any(|other| ranges.iter().all(|range| list(&other["ranges"]).contains(range)));
            assert!(holds, "{id}: {affected} of {}", theirs["affected"]);
        }
        for alias in list(&ours["aliases"]) {
            assert!(list(&theirs["aliases"]).contains(&alias), "{id} {alias}");
        }
        match list(&theirs["severity"]) {
            none if none.is_empty() && ours["severity"].is_array() => without.push(id),
            severity => assert_eq!(list(&ours["severity"]), severity, "{id}"),
        }
    }
    without.sort_unstable();
    assert_eq!(without, NO_VECTOR_IN_OSV);
}

/// The entries of a list; none where there is no list.
fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The real records by id.
mod real_records {
    use std::collections::BTreeMap;
    use std::io::Read as _;
    use std::path::Path;

    use serde_json::Value;

    pub fn read(folder: &Path) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        for name in ["go", "pypi"] {
            let file = std::fs::File::open(folder.join(format!("osv/{name}.tar.xz"))).unwrap();
            let mut archive = tar::Archive::new(liblzma::read::XzDecoder::new(file));
            for entry in archive.entries().unwrap() {
                let mut entry = entry.unwrap();
                let path = entry.path().unwrap().into_owned();
                let Some(id) = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned) else {
                    continue;
                };
                if theriac_demo::advisories().any(|(known, _)| known == id) {
                    let mut text = String::new();
                    entry.read_to_string(&mut text).unwrap();
                    // JSON, or YAML as the Python packaging advisories are written.
                    let record = match text.trim_start().starts_with('{') {
                        true => serde_json::from_str(&text).unwrap(),
                        false => serde_saphyr::from_str(&text).unwrap(),
                    };
                    found.insert(id, record);
                }
            }
        }
        found
    }
}
