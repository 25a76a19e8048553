//! Files that machines hand in: what is taken, what is refused, what comes of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};
use theriac_auth::{Access, Permission, ProductId, Scope, TokenId, TokenScope};
use theriac_conformity::ReasonKind;
use theriac_conformity::facts::words::EvidenceKind;
use theriac_model::{Digest, Severity};
use theriac_service::evidence::{self, AddEvidence, Added, BlockingReason, FileInput, ListEvidence};
use theriac_service::findings::{self, ListComponents, ListFindings};
use theriac_service::products::{self, NewBuild, NewRelease};
use theriac_service::{Paging, ServiceError, Who, gate, people};
use theriac_store::testing::TestStore;
use theriac_store::{Conn, args, on_both_engines, tables};

use crate::story::GATEWAY;
use crate::world::World;

const COMMIT: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const BEFORE: &str = "8f94139338f9404f26296befa88755fc2598c289";

/// A CycloneDX document of components, each a purl or a bare name.
fn sbom(serial: u32, components: &[&str]) -> Vec<u8> {
    let component = |(place, named): (usize, &&str)| match named.strip_prefix("pkg:") {
        None => json!({ "type": "library", "name": named, "version": "1" }),
        Some(rest) => {
            let (name, version) = rest.rsplit_once('@').unwrap();
            let name = name.rsplit('/').next().unwrap();
            json!({ "type": "library", "name": name, "version": version, "purl": named, "bom-ref": place.to_string() })
        }
    };
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:3e671687-395b-41f5-a30f-{serial:012}"),
        "version": 1,
        "metadata": {
            "timestamp": "2026-01-04T10:00:00Z",
            "tools": { "components": [{ "type": "application", "name": "bomber", "version": "2.1.0" }] }
        },
        "components": components.iter().enumerate().map(component).collect::<Vec<_>>()
    });
    document.to_string().into_bytes()
}

fn manifest(commit: &str) -> Vec<u8> {
    json!({
        "format": "theriac-build-manifest", "version": 1, "commit": commit, "predecessor": BEFORE,
        "authors": [{ "name": "Ben", "email": "ben@lumen.example" }],
        "changed": [{ "path": "src/dose.rs", "tree": COMMIT }, { "path": "src/gone.rs", "tree": null }],
        "artefacts": [{ "name": "gateway.bin", "sha256": Digest::of(b"gateway").to_string(), "size": 7,
            "signature": {
                "key": "SHA256:8a5f", "signed_at": "2026-01-04T09:30:00Z",
                "valid_from": "2025-01-01T00:00:00Z", "valid_to": "2027-01-01T00:00:00Z"
            } }],
        "built_at": "2026-01-04T09:00:00Z"
    })
    .to_string()
    .into_bytes()
}

const JUNIT: &[u8] = br#"<testsuite name="dose" tests="3">
  <testcase classname="dose" name="limits"/>
  <testcase classname="dose" name="rounds"><failure message="3 is not 4"/></testcase>
  <testcase classname="dose" name="slow"><skipped/></testcase>
</testsuite>"#;

pub fn file(name: &str, bytes: impl Into<Vec<u8>>) -> FileInput {
    FileInput { name: name.to_owned(), bytes: bytes.into() }
}

pub fn files(files: Vec<FileInput>) -> AddEvidence {
    AddEvidence {
        product: GATEWAY.0.to_owned(),
        release: GATEWAY.1.to_owned(),
        files,
        ..AddEvidence::default()
    }
}

pub async fn add(world: &World, input: AddEvidence) -> Result<Added, ServiceError> {
    evidence::add(&world.app, &world.who("ben"), input).await
}

/// The findings and components that close the gate by themselves.
pub fn things(added: &Added) -> Vec<&BlockingReason> {
    let is_thing = |kind: ReasonKind| {
        [ReasonKind::FindingNotAssessed, ReasonKind::FindingUnacceptable, ReasonKind::ComponentUnmatched]
            .contains(&kind)
    };
    added.blocking.reasons.iter().filter(|reason| is_thing(reason.kind)).collect()
}

async fn build(world: &World, release: &str, name: &str, commit: &str) {
    let new = NewBuild {
        product: GATEWAY.0.to_owned(),
        release: release.to_owned(),
        name: name.to_owned(),
        commit: commit.to_owned(),
    };
    products::add_build(&world.app, &world.who("ana"), new).await.unwrap();
}

/// Imports advisories on npm packages: id, package, first fixed version, CVSS vector.
async fn feed(world: &World, advisories: &[(&str, &str, &str, Option<&str>)]) {
    feed_of(world, "npm", advisories).await;
}

/// The same for the packages of another ecosystem.
pub async fn feed_of(world: &World, ecosystem: &str, advisories: &[(&str, &str, &str, Option<&str>)]) {
    let folder = tempfile::tempdir().unwrap();
    for (id, package, fixed, vector) in advisories {
        let severity: Vec<_> =
            vector.iter().map(|vector| json!({ "type": "CVSS_V3", "score": vector })).collect();
        let record = json!({
            "schema_version": "1.6.0", "id": id, "modified": "2026-01-02T00:00:00Z",
            "published": "2026-01-01T00:00:00Z", "summary": format!("{package} trips"), "severity": severity,
            "affected": [{
                "package": { "ecosystem": ecosystem, "name": package },
                "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": fixed }] }]
            }]
        });
        std::fs::write(folder.path().join(format!("{id}.json")), record.to_string()).unwrap();
    }
    let watch: findings::Watcher = std::sync::Arc::new(|_| {});
    let paths = vec![folder.path().to_owned()];
    findings::import_feed(&world.app, &world.who("ana"), paths, watch).await.unwrap();
    jobs(world).await;
}

async fn jobs(world: &World) {
    let handlers = findings::jobs::handlers(&world.app);
    world.app.store().run_due_jobs(&handlers).await.unwrap();
    let failed = world.app.store().read().await.unwrap().jobs(None, 100).await.unwrap();
    assert!(failed.iter().all(|job| job.state == "done"), "{failed:?}");
}

/// How many rows there are of all that a file leaves behind.
async fn left_behind(conn: &mut Conn) -> i64 {
    let mut count = 0;
    for table in ["evidence", "component", "test_result", "manifest", "finding", "unmatched", "blob"] {
        let sql = format!("SELECT COUNT(*) AS n FROM {table}");
        count += conn.fetch_one(sql, args![]).await.unwrap().get::<i64>("n").unwrap();
    }
    count
}

async fn nothing_is_left(world: &World) {
    let mut read = world.app.store().read().await.unwrap();
    assert_eq!(left_behind(&mut read).await, 0);
}

/// The reasons of the refused attempts to hand in evidence, oldest first.
async fn refusals(world: &World) -> Vec<String> {
    let filter = tables::audit::Filter {
        action: Some("evidence add".to_owned()),
        limit: 200,
        ..tables::audit::Filter::default()
    };
    let mut read = world.app.store().read().await.unwrap();
    let entries = tables::audit::list(&mut read, &filter).await.unwrap();
    entries.into_iter().rev().filter_map(|(entry, _)| entry.refused).collect()
}

fn refused(result: Result<Added, ServiceError>, expected: &str) {
    let Err(ServiceError::File { file, place, reason }) = &result else { panic!("{result:?}") };
    let words = format!("{file}: {place}: {reason}");
    assert!(words.contains(expected), "{words}");
}

fn vulnerabilities(lines: &[findings::FindingLine]) -> Vec<(&str, &str)> {
    lines.iter().map(|line| (line.vulnerability.as_str(), line.component.as_str())).collect()
}

const HIGH: Option<&str> = Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N");
const CRITICAL: Option<&str> = Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
const LOW: Option<&str> = Some("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N");

on_both_engines!(an_sbom_makes_findings_in_the_same_call, |store| {
    let world = World::new(&store).await;
    let advisories = [
        ("CVE-2026-1", "left-pad", "1.4.0", LOW),
        ("CVE-2026-2", "left-pad", "1.4.0", CRITICAL),
        ("CVE-2026-3", "right-pad", "9.0.0", None),
        ("CVE-2026-4", "left-pad", "1.3.0", HIGH),
    ];
    feed(&world, &advisories).await;
    let bytes = sbom(
        1,
        &[
            "pkg:npm/left-pad@1.3.0?vcs_url=x",
            "pkg:npm/right-pad@1.0.0",
            "pkg:npm/safe@1.0.0",
            "own",
            "pkg:apk/musl@1.2",
        ],
    );
    let added = add(&world, files(vec![file("gateway.cdx.json", bytes.clone())])).await.unwrap();
    let [line] = &added.evidence[..] else { panic!("{added:?}") };
    assert_eq!((line.number.as_str(), line.kind, line.is_new), ("EVID-1", EvidenceKind::Sbom, true));
    assert_eq!(line.format, "CycloneDX 1.6 JSON");
    let left = "pkg:npm/left-pad@1.3.0";
    assert_eq!(
        vulnerabilities(&added.new),
        [("CVE-2026-2", left), ("CVE-2026-3", "pkg:npm/right-pad@1.0.0"), ("CVE-2026-1", left)],
        "worst first, and an unknown severity counts as high"
    );
    assert_eq!(added.new[1].severity, Severity::Unknown);
    let unmatched: Vec<_> = added.unmatched.iter().map(|line| line.component.as_str()).collect();
    assert_eq!(unmatched, ["own@1", "pkg:apk/musl@1.2"]);
    let blocking: Vec<_> = things(&added).into_iter().map(|reason| reason.what.as_str()).collect();
    assert_eq!(blocking.len(), 3, "{blocking:?}");
    assert_eq!(blocking[0], format!("CVE-2026-2 in {left} has not been assessed"));
    let no_candidate = |reason: &BlockingReason| reason.kind == ReasonKind::NoCandidate;
    assert!(added.blocking.reasons.iter().any(no_candidate), "its components count once it is a candidate's");
    assert_eq!(added.not_matched, None);

    let ben = world.who("ben");
    let row = evidence::page(&world.app, &ben, "EVID-1", &Paging::default()).await.unwrap();
    assert_eq!((row.components, row.row.tool.as_deref()), (5, Some("bomber")));
    assert_eq!(row.row.performed_at, Some("2026-01-04T10:00:00Z".parse().unwrap()));
    assert_eq!((row.row.delivered_by.as_str(), row.row.build), ("ben", None));
    let stored = evidence::bytes(&world.app, &ben, "EVID-1").await.unwrap();
    assert_eq!((stored.file.as_str(), stored.bytes), ("gateway.cdx.json", bytes));

    let input = ListComponents {
        product: GATEWAY.0.to_owned(),
        release: GATEWAY.1.to_owned(),
        paging: Paging { after: None, limit: 3 },
        ..ListComponents::default()
    };
    let list = findings::components(&world.app, &ben, &input).await.unwrap();
    assert_eq!((list.total, list.unmatched, list.awaiting), (5, 2, 2));
    let keys: Vec<_> = list.page.items.iter().map(|row| (row.key.as_str(), row.findings)).collect();
    assert_eq!(keys, [("own@1", 0), ("pkg:apk/musl@1.2", 0), (left, 2)], "unmatched ones come first");
    let next = ListComponents { paging: Paging { after: list.page.next, limit: 3 }, ..input.clone() };
    let rest = findings::components(&world.app, &ben, &next).await.unwrap();
    let keys: Vec<_> = rest.page.items.iter().map(|row| row.key.as_str()).collect();
    assert_eq!((keys, rest.page.next), (vec!["pkg:npm/right-pad@1.0.0", "pkg:npm/safe@1.0.0"], None));
    let found = ListComponents { query: "MUSL apk".to_owned(), ..input };
    assert_eq!(findings::components(&world.app, &ben, &found).await.unwrap().page.items.len(), 1);
});

on_both_engines!(without_a_feed_it_says_so_and_a_later_feed_makes_up_for_it, |store| {
    let world = World::new(&store).await;
    let bytes = sbom(1, &["pkg:npm/left-pad@1.3.0", "pkg:npm/safe@1.0.0"]);
    let added = add(&world, files(vec![file("bom", bytes)])).await.unwrap();
    assert_eq!(added.not_matched.as_deref(), Some("no advisory feed was imported yet"));
    assert_eq!((added.new.len(), added.unmatched.len()), (0, 2), "what was not looked up is not clean");
    assert!(added.blocking.total.is_some_and(|total| total > 0));
    feed(&world, &[("CVE-2026-2", "left-pad", "1.4.0", HIGH)]).await;
    let listed = findings::list(&world.app, &world.who("ben"), &ListFindings::default()).await.unwrap();
    let found: Vec<_> = listed.page.items.iter().map(|row| row.vulnerability.as_str()).collect();
    assert_eq!(found, ["CVE-2026-2"]);
    let again =
        add(&world, files(vec![file("bom", sbom(1, &["pkg:npm/left-pad@1.3.0", "pkg:npm/safe@1.0.0"]))]));
    let again = again.await.unwrap();
    assert_eq!((again.unmatched.len(), things(&again).len(), again.evidence[0].is_new), (0, 1, false));
});

on_both_engines!(the_same_file_twice_is_one_evidence, |store| {
    let world = World::new(&store).await;
    let bytes = sbom(1, &["own"]);
    let twice = vec![file("a.json", bytes.clone()), file("b.xml", JUNIT), file("c.json", bytes.clone())];
    let added = add(&world, files(twice)).await.unwrap();
    let lines: Vec<_> = added.evidence.iter().map(|line| (line.number.as_str(), line.is_new)).collect();
    assert_eq!(lines, [("EVID-1", true), ("EVID-2", true), ("EVID-1", false)]);
    let again = add(&world, files(vec![file("d.json", bytes.clone())])).await.unwrap();
    assert_eq!((again.evidence[0].number.as_str(), again.evidence[0].is_new), ("EVID-1", false));

    let another = sbom(2, &["own"]);
    let one = |name: &str| add(&world, files(vec![file(name, another.clone())]));
    let all = tokio::join!(one("1"), one("2"), one("3"));
    let numbers: BTreeSet<String> =
        [all.0, all.1, all.2].into_iter().map(|added| added.unwrap().evidence[0].number.clone()).collect();
    assert_eq!(numbers.into_iter().collect::<Vec<_>>(), ["EVID-3"], "handed in at once, too");

    build(&world, GATEWAY.1, "rc.1", COMMIT).await;
    build(&world, GATEWAY.1, "rc.2", BEFORE).await;
    let of =
        |build: &str| AddEvidence { build: Some(build.to_owned()), ..files(vec![file("a", bytes.clone())]) };
    let first = add(&world, of("rc.1")).await.unwrap();
    let second = add(&world, of("rc.2")).await.unwrap();
    let third = add(&world, of("rc.1")).await.unwrap();
    let numbers =
        [first, second, third].map(|added| (added.evidence[0].number.clone(), added.evidence[0].is_new));
    let expected = [("EVID-4", true), ("EVID-5", true), ("EVID-4", false)];
    assert_eq!(
        numbers,
        expected.map(|(number, is_new)| (number.to_owned(), is_new)),
        "two builds may give one file"
    );
});

const SPDX: &str = include_str!("../../../theriac-formats/testdata/small.spdx");
const SPDX_JSON: &str = include_str!("../../../theriac-formats/testdata/small.spdx.json");

on_both_engines!(an_spdx_document_says_its_tool_in_one_word, |store| {
    let world = World::new(&store).await;
    store.clock.advance_days(40);
    build(&world, GATEWAY.1, "rc.1", COMMIT).await;
    for (number, text) in [SPDX, SPDX_JSON].into_iter().enumerate() {
        for (tool, version) in
            [(None, "2.0"), (Some(("maker", "2.0")), "2.0"), (Some(("maker-2.0-x", "1")), "")]
        {
            let tool = tool.map(|(name, version): (&str, &str)| (name.to_owned(), version.to_owned()));
            let text = text.replace("org/pump-1", &format!("org/pump-{number}"));
            let file = file(&format!("{number}.spdx"), text.into_bytes());
            let input = AddEvidence { build: Some("rc.1".to_owned()), tool, ..files(vec![file]) };
            match add(&world, input).await {
                Ok(added) => {
                    let [line] = &added.evidence[..] else { panic!("{added:?}") };
                    let said = (line.tool.as_deref(), line.tool_version.as_deref());
                    assert_eq!(said, (Some("maker"), Some(version)));
                    assert_eq!(line.missing, [""; 0], "it supports verdicts as it is");
                }
                Err(error) => {
                    assert!(version.is_empty() && error.to_string().contains("maker 2.0"), "{error}")
                }
            }
        }
    }
    // A name that says the version, too, is no other tool.
    let plain = SPDX.replace("maker-2.0", "maker_2").replace("org/pump-1", "org/pump-9");
    let tool = Some(("maker_2".to_owned(), "2.0".to_owned()));
    add(&world, AddEvidence { tool, ..files(vec![file("3.spdx", plain.into_bytes())]) }).await.unwrap();
});

on_both_engines!(what_the_file_says_need_not_be_said_and_contradicting_it_is_an_error, |store| {
    let world = World::new(&store).await;
    build(&world, GATEWAY.1, "rc.1", COMMIT).await;
    build(&world, GATEWAY.1, "rc.0", BEFORE).await;
    let one = |bytes: Vec<u8>| files(vec![file("it", bytes)]);
    let bom = || one(sbom(1, &["own"]));
    let tool = |name: &str, version: &str| Some((name.to_owned(), version.to_owned()));
    let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());

    refused(
        add(&world, AddEvidence { tool: tool("other", "2.1.0"), ..bom() }).await,
        "made by bomber 2.1.0, not",
    );
    refused(add(&world, AddEvidence { tool: tool("bomber", "2.2.0"), ..bom() }).await, "not by bomber 2.2.0");
    let other_time = AddEvidence { performed_at: at("2026-01-04T10:00:01Z"), ..bom() };
    refused(add(&world, other_time).await, "2026-01-04T10:00:00Z, not at 2026-01-04T10:00:01Z");
    let other_build = AddEvidence { build: Some("rc.0".to_owned()), ..one(manifest(COMMIT)) };
    refused(add(&world, other_build).await, "name the right build");
    let unknown = "e83c5163316f89bfbde7d9ab23ca2e25604af290";
    refused(add(&world, one(manifest(unknown))).await, "add the build first");
    let nowhere = add(&world, AddEvidence { build: Some("rc.9".to_owned()), ..bom() }).await;
    assert!(matches!(nowhere, Err(ServiceError::NotFound { what: "build", .. })), "{nowhere:?}");
    let to_come =
        add(&world, AddEvidence { performed_at: at("2026-02-01T00:00:00Z"), ..one(JUNIT.to_vec()) }).await;
    assert!(matches!(to_come, Err(ServiceError::Invalid(_))), "{to_come:?}");
    let rules = add(&world, AddEvidence { rules: Some("abc".to_owned()), ..bom() }).await;
    assert!(rules.unwrap_err().to_string().contains("64 hexadecimal"));
    nothing_is_left(&world).await;
    assert_eq!(refusals(&world).await.len(), 8, "every attempt is written down");

    let agreeing =
        AddEvidence { tool: tool("Bomber", "2.1.0"), performed_at: at("2026-01-04T10:00:00Z"), ..bom() };
    add(&world, agreeing).await.unwrap();
    add(&world, one(manifest(COMMIT))).await.unwrap();
    let said = AddEvidence {
        build: Some("rc.1".to_owned()),
        tool: tool("runner", "5"),
        rules: Some(Digest::of(b"rules").to_string()),
        performed_at: at("2026-01-04T11:00:00Z"),
        ..one(JUNIT.to_vec())
    };
    add(&world, said.clone()).await.unwrap();
    let paging = Paging::default();
    let page = evidence::page(&world.app, &world.who("ben"), "EVID-2", &paging).await.unwrap();
    assert_eq!(page.row.build.as_deref(), Some("rc.1"), "a manifest speaks of the build of its commit");
    let manifest = page.manifest.unwrap();
    assert_eq!((manifest.paths.len(), manifest.artefacts.len(), manifest.authors.len()), (2, 1, 1));
    let signature = manifest.artefacts[0].signature.as_ref().unwrap();
    assert_eq!(signature.key, "SHA256:8a5f");
    assert_eq!(
        [Some(signature.signed_at), Some(signature.valid_from), signature.valid_to],
        ["2026-01-04T09:30:00Z", "2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z"].map(at)
    );
    assert_eq!(manifest.authors[0], people::address_digest("ben@lumen.example"));
    let page = evidence::page(&world.app, &world.who("ben"), "EVID-3", &paging).await.unwrap();
    assert_eq!(
        page.outcomes,
        [("failed".to_owned(), 1), ("passed".to_owned(), 1), ("skipped".to_owned(), 1)]
    );
    assert_eq!(page.results.items[1].message, "3 is not 4");
    assert_eq!(page.row.rules, Some(Digest::of(b"rules")));

    let later = AddEvidence { performed_at: at("2026-01-04T12:00:00Z"), ..said.clone() };
    refused(add(&world, later).await, "the same file is EVID-3, whose time is 2026-01-04T11:00:00Z");
    let less = AddEvidence { build: None, tool: None, rules: None, performed_at: None, ..said };
    assert_eq!(add(&world, less).await.unwrap().evidence[0].number, "EVID-3");
});

on_both_engines!(saying_more_of_a_file_makes_another_evidence, |store| {
    let world = World::new(&store).await;
    let input = || files(vec![file("tests.xml", JUNIT)]);
    add(&world, input()).await.unwrap();
    let more = AddEvidence { tool: Some(("runner".to_owned(), "5".to_owned())), ..input() };
    let added = add(&world, more.clone()).await.unwrap();
    assert_eq!((added.evidence[0].number.as_str(), added.evidence[0].is_new), ("EVID-2", true));
    assert_eq!(add(&world, more).await.unwrap().evidence[0].number, "EVID-2");
    let page = evidence::page(&world.app, &world.who("ben"), "EVID-1", &Paging::default()).await.unwrap();
    assert_eq!(page.row.tool, None, "evidence is never changed");
});

fn nested(depth: usize) -> Vec<u8> {
    let head = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":"#;
    format!("{head}{}{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
}

on_both_engines!(bad_files_are_refused_and_nothing_is_stored, |store| {
    let world = World::new(&store).await;
    let whole = sbom(1, &["pkg:npm/left-pad@1.3.0"]);
    let mut latin1 = whole.clone();
    latin1.splice(1..1, [0xe9]);
    let text = String::from_utf8(whole.clone()).unwrap();
    let built = String::from_utf8(manifest(COMMIT)).unwrap();
    let double = text.replacen("\"bomFormat\"", "\"version\":1,\"version\":1,\"bomFormat\"", 1);
    let absurd = text.replacen("\"version\":1", "\"version\":1e400", 1);
    let entities =
        br#"<!DOCTYPE t [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite name="&b;"/>"#.to_vec();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("blank", b" \n\n ".to_vec()),
        ("truncated", whole[..whole.len() - 20].to_vec()),
        ("latin-1", latin1),
        ("UTF-16 in half", vec![0xff, 0xfe, b'{']),
        ("a zip", b"PK\x03\x04aaaaaaaaaa".to_vec()),
        ("doubled keys", double.into_bytes()),
        ("an absurd number", absurd.into_bytes()),
        ("deep", nested(100_000)),
        ("entities", entities),
        ("too long", vec![b' '; (64 << 20) + 1]),
        ("other JSON", br#"{"hello":"world"}"#.to_vec()),
        ("other XML", b"<html/>".to_vec()),
        ("other version", text.replace("\"1.6\"", "\"9.9\"").into_bytes()),
        ("wrong structure", text.replace("\"library\"", "\"novel\"").into_bytes()),
        ("a key too long", sbom(1, &[&"n".repeat(2_000)])),
        ("signed in the future", built.replace("2026-01-04T09:30", "2026-03-04T09:30").into_bytes()),
        ("a key that ends first", built.replace("2027-01-01", "2024-01-01").into_bytes()),
        ("a day that there is not", built.replace("2027-01-01", "2027-02-29").into_bytes()),
        ("made in the future", text.replace("2026-01-04", "2036-01-04").into_bytes()),
    ];
    let count = cases.len();
    for (name, bytes) in cases {
        let together = vec![file("good.xml", JUNIT), file(name, bytes)];
        let result = add(&world, files(together)).await;
        let Err(ServiceError::File { file, reason, .. }) = &result else { panic!("{name}: {result:?}") };
        assert_eq!((file.as_str(), reason.is_empty()), (name, false));
    }
    for wrong in [files(Vec::new()), files(vec![file("a", JUNIT); 101])] {
        assert!(matches!(add(&world, wrong).await, Err(ServiceError::Invalid(_))));
    }
    nothing_is_left(&world).await;
    let reasons = refusals(&world).await;
    assert_eq!(reasons.len(), count + 2);
    assert!(reasons.iter().all(|reason| !reason.contains("good.xml")), "{reasons:?}");
});

on_both_engines!(an_organisation_may_take_documents_with_listed_defects, |store| {
    let world = World::new(&store).await;
    let text = String::from_utf8(sbom(1, &["own"])).unwrap().replace("\"library\"", "\"novel\"");
    let input = || files(vec![file("odd.json", text.clone())]);
    assert!(add(&world, input()).await.is_err());
    let lost = files(vec![file("lost.xml", "<testsuites tests='5' failures='3'/>")]);
    refused(add(&world, lost).await, "lists every case");
    people::set_accept_defects(&world.app, &world.who("adam"), true).await.unwrap();
    let added = add(&world, input()).await.unwrap();
    let [defect] = &added.evidence[0].defects[..] else { panic!("{added:?}") };
    assert!(defect.contains("/components/0/type"), "{defect}");
    let page = evidence::page(&world.app, &world.who("ben"), "EVID-1", &Paging::default()).await.unwrap();
    assert_eq!(&page.row.defects, &added.evidence[0].defects);
    let other = add(&world, files(vec![file("other.json", sbom(1, &["another"]))])).await.unwrap();
    assert!(other.evidence[0].defects[0].contains("as EVID-1 does"), "{other:?}");
    let lost = "<testsuites tests='5' failures='3'/>";
    let added = add(&world, files(vec![file("lost.xml", lost)])).await.unwrap();
    assert!(added.evidence[0].defects[0].contains("3 failed or broke"), "{added:?}");
    let truncated = text.as_bytes()[..text.len() - 9].to_vec();
    assert!(add(&world, files(vec![file("cut.json", truncated)])).await.is_err());
});

on_both_engines!(two_documents_do_not_share_a_serial, |store| {
    let world = World::new(&store).await;
    add(&world, files(vec![file("a", sbom(1, &["own"]))])).await.unwrap();
    refused(add(&world, files(vec![file("b", sbom(1, &["another"]))])).await, "as EVID-1 does");
    add(&world, files(vec![file("b", sbom(2, &["another"]))])).await.unwrap();
});

on_both_engines!(the_components_are_those_of_the_candidate, |store| {
    let world = World::new(&store).await;
    feed(&world, &[("CVE-2026-1", "left-pad", "2.0.0", HIGH)]).await;
    build(&world, GATEWAY.1, "rc.1", BEFORE).await;
    build(&world, GATEWAY.1, "rc.2", COMMIT).await;
    let of = |build: &str, serial, component: &str| AddEvidence {
        build: Some(build.to_owned()),
        ..files(vec![file(build, sbom(serial, &[component]))])
    };
    let first = add(&world, of("rc.1", 1, "pkg:npm/left-pad@1.0.0")).await.unwrap();
    assert_eq!(first.new.len(), 1);
    let second = add(&world, of("rc.2", 2, "pkg:npm/left-pad@2.0.0")).await.unwrap();
    assert_eq!((second.new.len(), second.resolved.len(), things(&second).len()), (0, 0, 1));
    products::set_candidate(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, "rc.2").await.unwrap();
    jobs(&world).await;
    let listed = findings::list(&world.app, &world.who("ben"), &ListFindings::default()).await.unwrap();
    let resolved = listed.page.items[0].resolved.clone().unwrap();
    assert!(resolved.contains("it now has pkg:npm/left-pad@2.0.0"), "{resolved}");
    let beside = add(&world, of("rc.1", 3, "pkg:npm/left-pad@1.5.0")).await.unwrap();
    assert!(beside.new.is_empty() && beside.not_matched.is_none() && second.beside.is_none());
    let beside = beside.beside.unwrap();
    let new: Vec<_> = beside.new.iter().map(|line| (&*line.component, &*line.vulnerability)).collect();
    assert_eq!((&*beside.candidate, new), ("rc.2", vec![("pkg:npm/left-pad@1.5.0", "CVE-2026-1")]));
    products::set_candidate(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, "rc.1").await.unwrap();
    jobs(&world).await;
    let listed = findings::list(&world.app, &world.who("ben"), &ListFindings::default()).await.unwrap();
    let row = &listed.page.items[0];
    assert_eq!((row.reference.as_str(), &row.resolved), ("FIND-1", &None), "the same finding is open again");
});

on_both_engines!(a_build_beside_the_candidate_is_told_what_it_would_change, |store| {
    let world = World::new(&store).await;
    let advisories = [("CVE-2026-1", "left-pad", "2.0.0", HIGH), ("CVE-2026-2", "right-pad", "3.0.0", HIGH)];
    feed(&world, &advisories).await;
    for (name, commit) in [("rc.1", BEFORE), ("rc.2", COMMIT)] {
        build(&world, GATEWAY.1, name, commit).await;
    }
    let of = |build: &str, serial, components: &[&str]| AddEvidence {
        build: Some(build.to_owned()),
        ..files(vec![file(build, sbom(serial, components))])
    };
    products::set_candidate(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, "rc.1").await.unwrap();
    add(&world, of("rc.1", 1, &["pkg:npm/left-pad@1.0.0", "pkg:npm/odd@1.0.0", "no-purl"])).await.unwrap();

    let next = of("rc.2", 2, &["pkg:npm/right-pad@1.0.0", "no-purl", "also-none"]);
    for is_new in [true, false] {
        let added = add(&world, next.clone()).await.unwrap();
        assert_eq!(added.evidence[0].is_new, is_new);
        let beside = added.beside.unwrap();
        let new: Vec<_> = beside.new.iter().map(|line| (&*line.component, &*line.vulnerability)).collect();
        assert_eq!(new, [("pkg:npm/right-pad@1.0.0", "CVE-2026-2")]);
        let resolved: Vec<_> = beside.resolved.iter().map(|line| &*line.finding).collect();
        assert_eq!(resolved, ["FIND-1"]);
        let unmatched: Vec<_> = beside.unmatched.iter().map(|line| line.component.as_str()).collect();
        assert_eq!(unmatched.len(), 1, "the release knows of the other: {unmatched:?}");
        assert!(unmatched[0].contains("also-none"));
    }
    let listed = findings::list(&world.app, &world.who("ben"), &ListFindings::default()).await.unwrap();
    assert_eq!(listed.page.items.len(), 1, "nothing was opened or closed");
    assert_eq!(listed.page.items[0].resolved, None);

    // As the candidate it is what it was said to be.
    products::set_candidate(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, "rc.2").await.unwrap();
    jobs(&world).await;
    let listed = findings::list(&world.app, &world.who("ben"), &ListFindings::default()).await.unwrap();
    let open: Vec<_> = listed.page.items.iter().filter(|row| row.resolved.is_none()).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].vulnerability, "CVE-2026-2");
});

on_both_engines!(disqualified_evidence_counts_for_nothing_and_stays, |store| {
    let world = World::new(&store).await;
    feed(&world, &[("CVE-2026-1", "left-pad", "2.0.0", HIGH)]).await;
    let bytes = sbom(1, &["pkg:npm/left-pad@1.0.0"]);
    add(&world, files(vec![file("bom", bytes.clone())])).await.unwrap();
    let content =
        crate::story::sample("clause-assessment", json!({ "evidence": ["EVID-1"], "title": "Cites it" }));
    let scope = theriac_service::records::ScopeInput::Organisation;
    crate::story::submitted_to(&world, scope, "clause-assessment", content, Vec::new()).await;
    let (ana, proof) = (world.who("ana"), world.proof("ana"));
    let disqualify = |reason: &'static str| evidence::disqualify(&world.app, &ana, &proof, "EVID-1", reason);
    assert!(matches!(disqualify(" ").await, Err(ServiceError::Invalid(_))));
    let ben = (world.who("ben"), world.proof("ben"));
    let denied = evidence::disqualify(&world.app, &ben.0, &ben.1, "EVID-1", "Wrong build").await;
    assert!(matches!(denied, Err(ServiceError::NotSigned(_))), "{denied:?}");
    let done = disqualify("Made from the wrong build").await.unwrap();
    let relying: Vec<_> = done.relied_on_by.iter().map(|row| row.reference.as_str()).collect();
    assert_eq!(relying, ["CLA-1"]);
    assert!(matches!(disqualify("Once more").await, Err(ServiceError::Rule(_))));
    jobs(&world).await;
    let listed = findings::list(&world.app, &ana, &ListFindings::default()).await.unwrap();
    assert!(listed.page.items[0].resolved.is_none(), "nothing says that the component has gone");
    let page = evidence::page(&world.app, &ana, "EVID-1", &Paging::default()).await.unwrap();
    let (reason, person, _) = page.disqualified.unwrap();
    assert_eq!((reason.as_str(), person.as_str()), ("Made from the wrong build", "ana"));
    assert_eq!(evidence::bytes(&world.app, &ana, "EVID-1").await.unwrap().bytes, bytes);
    refused(add(&world, files(vec![file("bom", bytes.clone())])).await, "which was disqualified");
    build(&world, GATEWAY.1, "rc.1", COMMIT).await;
    let right = AddEvidence { build: Some("rc.1".to_owned()), ..files(vec![file("bom", bytes)]) };
    assert_eq!(add(&world, right).await.unwrap().evidence[0].number, "EVID-2");
});

on_both_engines!(rebuilding_gives_equal_rows_and_tells_what_was_not, |store| {
    let world = World::new(&store).await;
    build(&world, GATEWAY.1, "rc.1", COMMIT).await;
    let all = vec![
        file("a", sbom(1, &["own", "pkg:npm/left-pad@1.0.0"])),
        file("b", JUNIT),
        file("c", manifest(COMMIT)),
    ];
    add(&world, files(all)).await.unwrap();
    let adam = world.who("adam");
    let watch = |_: u64| {};
    let rebuilt = evidence::rebuild(&world.app, &adam, &watch).await.unwrap();
    assert_eq!((rebuilt.evidence, rebuilt.components, rebuilt.results, rebuilt.manifests), (3, 2, 3, 1));
    assert_eq!(rebuilt.differences, []);

    let mut write = crate::story::write(&world).await;
    write.execute("DELETE FROM component WHERE position = 1", args![]).await.unwrap();
    write.execute("UPDATE test_result SET outcome = 'passed'", args![]).await.unwrap();
    write.execute("DELETE FROM manifest_path WHERE position = 0", args![]).await.unwrap();
    crate::story::done(write, "test").await;
    let rebuilt = evidence::rebuild(&world.app, &adam, &watch).await.unwrap();
    let told: Vec<_> = rebuilt.differences.iter().map(|row| (row.of.as_str(), row.what.as_str())).collect();
    assert_eq!(
        told,
        [
            ("EVID-1", "there were 1 components, the bytes give 2"),
            ("EVID-2", "2 of 3 test results differed"),
            ("EVID-3", "1 of 1 build manifests differed")
        ]
    );
    let rebuilt = evidence::rebuild(&world.app, &adam, &watch).await.unwrap();
    assert_eq!(rebuilt.differences, [], "they were put right");

    let stored = evidence::page(&world.app, &adam, "EVID-2", &Paging::default()).await.unwrap().row.digest;
    let name = stored.to_string();
    let path = store.folder().join("blobs").join(&name[..2]).join(format!("{name}.zst"));
    std::fs::write(&path, b"not what it was").unwrap();
    let rebuilt = evidence::rebuild(&world.app, &adam, &watch).await.unwrap();
    assert_eq!(rebuilt.differences.len(), 1);
    assert!(rebuilt.differences[0].what.contains("damaged"), "{rebuilt:?}");
    let denied = evidence::rebuild(&world.app, &world.who("ben"), &watch).await;
    assert!(matches!(denied, Err(ServiceError::Denied(_))));
});

on_both_engines!(the_list_is_newest_first_and_filtered, |store| {
    let world = World::new(&store).await;
    build(&world, GATEWAY.1, "rc.1", COMMIT).await;
    add(&world, files(vec![file("a.json", sbom(1, &["own"])), file("b.xml", JUNIT)])).await.unwrap();
    add(&world, files(vec![file("c.json", manifest(COMMIT))])).await.unwrap();
    let input = ListEvidence {
        product: GATEWAY.0.to_owned(),
        release: GATEWAY.1.to_owned(),
        paging: Paging { after: None, limit: 2 },
        ..ListEvidence::default()
    };
    let list = async |input: &ListEvidence| {
        let page = evidence::list(&world.app, &world.who("otto"), input).await.unwrap();
        (page.items.iter().map(|row| row.reference.clone()).collect::<Vec<_>>(), page.next)
    };
    let (first, next) = list(&input).await;
    assert_eq!(first, ["EVID-3", "EVID-2"]);
    let second = ListEvidence { paging: Paging { after: next, limit: 2 }, ..input.clone() };
    assert_eq!(list(&second).await, (vec!["EVID-1".to_owned()], None));
    let tests = ListEvidence { kind: Some(EvidenceKind::TestResults), ..input.clone() };
    assert_eq!(list(&tests).await.0, ["EVID-2"]);
    assert_eq!(list(&ListEvidence { build: Some("rc.1".to_owned()), ..input.clone() }).await.0, ["EVID-3"]);
    assert_eq!(list(&ListEvidence { query: "a.js".to_owned(), ..input }).await.0, ["EVID-1"]);
});

on_both_engines!(a_token_hands_in_for_its_product_alone, |store| {
    let world = World::new(&store).await;
    let soon = store.now() + jiff::SignedDuration::from_hours(1);
    let token = |permissions: &[Permission], scope: Scope| {
        let scope = TokenScope::new(permissions.iter().copied(), scope, soon).unwrap();
        Who::new(Access::of_token(TokenId(7), scope), "api test")
    };
    let here = token(&[Permission::UploadEvidence], Scope::Product(ProductId(world.product)));
    let input = || files(vec![file("tests.xml", JUNIT)]);
    let added = evidence::add(&world.app, &here, input()).await.unwrap();
    assert_eq!((added.blocking.total, &added.blocking.reasons[..]), (None, &[][..]));
    assert!(added.blocking.unknown.unwrap().contains("read-gate"), "handing in is not reading");
    let page = evidence::page(&world.app, &world.who("ben"), "EVID-1", &Paging::default()).await.unwrap();
    assert_eq!(page.row.delivered_by, "token:7");
    let elsewhere = token(&[Permission::UploadEvidence], Scope::Product(ProductId(1)));
    let result = evidence::add(&world.app, &elsewhere, input()).await;
    assert!(matches!(result, Err(ServiceError::NotFound { .. })), "{result:?}");
    let unread = evidence::page(&world.app, &elsewhere, "EVID-1", &Paging::default()).await;
    assert!(matches!(unread, Err(ServiceError::NotFound { .. })), "{unread:?}");
    let reading = token(&[Permission::Read], Scope::Product(ProductId(world.product)));
    let result = evidence::add(&world.app, &reading, input()).await;
    assert!(matches!(result, Err(ServiceError::Denied(_))), "{result:?}");
    let otto = evidence::add(&world.app, &world.who("otto"), input()).await;
    assert!(matches!(otto, Err(ServiceError::Denied(_))), "an auditor only reads");
});

on_both_engines!(what_blocks_is_what_the_gate_says, |store| {
    let world = World::new(&store).await;
    feed(&world, &[("CVE-2026-1", "left-pad", "2.0.0", HIGH)]).await;
    let bytes = sbom(1, &["pkg:npm/left-pad@1.0.0", "own"]);
    let added = add(&world, files(vec![file("bom", bytes)])).await.unwrap();
    let gate = gate::gate(&world.app, &world.who("ben"), GATEWAY.0, GATEWAY.1, None).await.unwrap();
    assert!(gate.reasons.iter().any(|reason| reason.kind == ReasonKind::Clause), "not findings alone");
    assert_eq!(added.blocking.total, Some(gate.reasons.len()));
    let told = added.blocking.reasons.iter();
    for (told, reason) in told.zip(&gate.reasons) {
        let first = reason.missing.first().map_or(&reason.todo, |item| &item.todo);
        assert_eq!((&told.owner, &told.due, &told.todo), (&reason.owner, &reason.due, first));
    }
});

on_both_engines!(a_file_that_supports_no_verdict_says_what_is_missing, |store| {
    let world = World::new(&store).await;
    build(&world, GATEWAY.1, "rc.1", COMMIT).await;
    let bare =
        add(&world, files(vec![file("tests.xml", JUNIT), file("bom", sbom(1, &["own"]))])).await.unwrap();
    let [tests, bom] = &bare.evidence[..] else { panic!("{bare:?}") };
    assert_eq!(tests.missing, ["build", "tool", "performed_at"]);
    assert_eq!((&tests.build, &tests.tool, tests.performed_at), (&None, &None, None));
    assert_eq!(bom.missing, ["build"], "the file says the rest itself");
    assert_eq!((bom.tool.as_deref(), bom.tool_version.as_deref()), (Some("bomber"), Some("2.1.0")));
    let at: Timestamp = "2026-01-04T10:00:00Z".parse().unwrap();
    let said = AddEvidence {
        build: Some("rc.1".to_owned()),
        tool: Some(("nextest".to_owned(), "0.9".to_owned())),
        performed_at: Some(at),
        ..files(vec![file("tests.xml", JUNIT)])
    };
    let whole = add(&world, said.clone()).await.unwrap();
    for whole in [&whole, &add(&world, said).await.unwrap()] {
        let [tests] = &whole.evidence[..] else { panic!("{whole:?}") };
        assert_eq!((tests.build.as_deref(), tests.missing.len()), (Some("rc.1"), 0));
        assert_eq!((tests.tool.as_deref(), tests.performed_at), (Some("nextest"), Some(at)));
    }
    // A manifest names its commit, which names its build, and may say which tool wrote it.
    let told = String::from_utf8(manifest(COMMIT)).unwrap();
    let told = told.replacen('{', r#"{"tool": {"name": "theriac", "version": "0.1.0"}, "#, 1);
    for (bytes, tool, missing) in
        [(manifest(COMMIT), None, &["tool"][..]), (told.into_bytes(), Some("theriac"), &[])]
    {
        let added = add(&world, files(vec![file("build.json", bytes)])).await.unwrap();
        let [added] = &added.evidence[..] else { panic!("{added:?}") };
        assert_eq!((added.build.as_deref(), added.tool.as_deref()), (Some("rc.1"), tool));
        assert_eq!(added.missing, missing);
    }
});

on_both_engines!(test_results_say_when_they_were_made, |store| {
    let world = World::new(&store).await;
    let junit = |number: u32, said: &str| {
        format!("<testsuite timestamp=\"{said}\"><testcase name=\"{number}\"/></testsuite>").into_bytes()
    };
    let given = |at: &str| AddEvidence { performed_at: Some(at.parse().unwrap()), ..AddEvidence::default() };
    let add = async |bytes: Vec<u8>, said: AddEvidence| {
        add(&world, AddEvidence { performed_at: said.performed_at, ..files(vec![file("t.xml", bytes)]) })
            .await
    };
    let at = |added: &Added| added.evidence[0].performed_at.map(|at| at.to_string());
    let none = AddEvidence::default;
    let exact = add(junit(1, "2026-01-04T10:00:00+02:00"), none()).await.unwrap();
    assert_eq!(at(&exact).as_deref(), Some("2026-01-04T08:00:00Z"));
    let local = add(junit(2, "2026-01-04T10:00:00"), none()).await.unwrap();
    assert_eq!(at(&local).as_deref(), Some("2026-01-04T10:00:00Z"), "without a zone it is read as UTC");
    let placed = add(junit(3, "2026-01-04T10:00:00"), given("2026-01-04T08:00:00Z")).await.unwrap();
    assert_eq!(at(&placed).as_deref(), Some("2026-01-04T08:00:00Z"), "who knows the zone says so");
    for (said, told) in
        [("2026-01-04T10:00:00Z", "2026-01-04T10:00:01Z"), ("2026-01-04T10:00:00", "2026-01-02T10:00:00Z")]
    {
        let refused = add(junit(4, said), given(told)).await.unwrap_err().to_string();
        assert!(refused.contains("the file says that it was made at"), "{refused}");
    }
    for impossible in ["2026-13-45T99:00:00", "yesterday"] {
        let refused = add(junit(5, impossible), given("2026-01-04T08:00:00Z")).await.unwrap_err();
        let named = matches!(&refused, ServiceError::File { place, .. } if place == "timestamp");
        assert!(named && refused.to_string().contains("is no time"), "{refused}");
    }
    let rebuilt = evidence::rebuild(&world.app, &world.who("adam"), &|_| {}).await.unwrap();
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
});

on_both_engines!(a_thousand_components_in_one_call, |store| {
    let world = World::new(&store).await;
    let advisories: Vec<(String, String)> =
        (0..50).map(|n| (format!("CVE-2026-{n}"), format!("package-{}", n * 20))).collect();
    let advisories: Vec<_> =
        advisories.iter().map(|(id, package)| (id.as_str(), package.as_str(), "9.0.0", HIGH)).collect();
    feed(&world, &advisories).await;
    let purls: Vec<String> = (0..1_000).map(|n| format!("pkg:npm/package-{n}@1.0.{n}")).collect();
    let purls: Vec<&str> = purls.iter().map(String::as_str).collect();
    let added = add(&world, files(vec![file("big", sbom(1, &purls))])).await.unwrap();
    assert_eq!((added.new.len(), added.unmatched.len()), (50, 0));
    let gate = gate::gate(&world.app, &world.who("ben"), GATEWAY.0, GATEWAY.1, None).await.unwrap();
    assert!(gate.reasons.len() > 100);
    assert_eq!((added.blocking.total, added.blocking.reasons.len()), (Some(gate.reasons.len()), 100));
    let numbers: BTreeSet<&str> = added.new.iter().map(|line| line.finding.as_str()).collect();
    assert_eq!(numbers.len(), 50);
    assert_eq!(added.new[0].finding, "FIND-1");

    // The next release has them all, and ten more.
    let next =
        NewRelease { product: GATEWAY.0.to_owned(), name: "2.5.0".to_owned(), ..NewRelease::default() };
    products::add_release(&world.app, &world.who("ana"), next).await.unwrap();
    let more: Vec<&str> = purls.iter().copied().chain(["pkg:npm/package-0@2.0.0"; 10]).collect();
    let input = AddEvidence { release: "2.5.0".to_owned(), ..files(vec![file("big", sbom(2, &more))]) };
    let added = add(&world, input).await.unwrap();
    assert_eq!(added.new.len(), 51, "a component that is named ten times is one");
});

#[tokio::test]
async fn use_cases_can_be_spawned() {
    fn send<T: Send>(_: &T) {}
    let store = TestStore::sqlite().await;
    let world = World::new(&store).await;
    let (who, proof) = (world.who("ana"), world.proof("ana"));
    send(&evidence::add(&world.app, &who, AddEvidence::default()));
    send(&evidence::disqualify(&world.app, &who, &proof, "EVID-1", ""));
    send(&evidence::rebuild(&world.app, &who, &|_| {}));
    send(&findings::list(&world.app, &who, &ListFindings::default()));
    send(&findings::sign(&world.app, &who, &proof, &[]));
    send(&findings::confirm_carried(&world.app, &who, &proof, "", "", Digest::of(b"")));
    let _: Value = Value::Null;
}
