//! Evidence through its pages: handed in, listed, shown, given back, disqualified.

use axum::http::StatusCode;
use theriac_demo::PASSWORD;

use crate::site::Site;

const EVIDENCE: &str = "/products/gateway/releases/2.3.0/evidence";
const RESULTS: &str = r#"<testsuite name="decode" tests="2" failures="1"><testcase classname="decode" name="large"/>
<testcase classname="decode" name="broken"><failure message="overflow"/></testcase></testsuite>"#;

fn sbom(component: &str) -> String {
    format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{{"timestamp":"2026-11-20T08:00:00Z"}},
"components":[{{"type":"library","name":"{component}","version":"1.0.0","purl":"pkg:npm/{component}@1.0.0"}}]}}"#
    )
}

#[tokio::test]
async fn files_are_taken_and_the_page_says_what_they_changed() {
    let site = Site::signed_in("mei").await;
    let form = site.get(&format!("{EVIDENCE}/new")).await.ok();
    assert_eq!(form.texts("h1"), ["Upload evidence for 2.3.0"]);
    let bom = sbom("left-pad");
    let files = [("bom.json", bom.as_bytes()), ("junit.xml", RESULTS.as_bytes())];
    let taken = site.send_files(EVIDENCE, &[], &files).await.ok();
    let notes = taken.texts(".note.warn");
    assert!(notes.iter().any(|text| text.contains("bom.json is stored. SBOM, CycloneDX 1.6")), "{notes:?}");
    assert!(notes.iter().any(|text| text.contains("junit.xml is stored. Test results")), "{notes:?}");
    assert!(taken.texts("dt").iter().any(|text| text.starts_with("Closes the gate: ")), "{}", taken.text);
    let again = site.send_files(EVIDENCE, &[], &files).await.ok();
    assert!(again.text.contains("bom.json is there already, nothing changed"), "{}", again.text);
}

#[tokio::test]
async fn a_refused_file_is_named_with_its_place_and_what_was_typed_stays() {
    let site = Site::signed_in("mei").await;
    let typed = [("tool", "syft@1.18.0"), ("rules", ""), ("performed_at", "2026-11-20T08:00:00Z")];
    let broken =
        [("broken.json", br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":7}"#.as_slice())];
    let refused = site.send_files(EVIDENCE, &typed, &broken).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let note = refused.texts("[role=alert]").join(" ");
    assert!(note.contains("broken.json was refused, and nothing was stored."), "{note}");
    assert!(note.contains("components"), "{note}");
    assert_eq!(refused.value("tool"), "syft@1.18.0");
    assert_eq!(refused.value("performed_at"), "2026-11-20T08:00:00Z");

    let wrong = [("tool", "syft"), ("performed_at", "2026-11-20T08:00:00Z")];
    let bom = sbom("left-pad");
    let refused = site.send_files(EVIDENCE, &wrong, &[("bom.json", bom.as_bytes())]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.texts(".err").join(" ").contains("syft@1.18.0"), "{}", refused.text);
    assert_eq!(refused.value("tool"), "syft");
    let none = site.send_files(EVIDENCE, &[("build", "rc.9")], &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("hand in at least one file"), "{}", none.text);
}

#[tokio::test]
async fn a_large_file_is_taken() {
    let site = Site::signed_in("mei").await;
    let padding = " ".repeat(3_000_000);
    let bom = format!("{}{padding}", sbom("left-pad"));
    let taken = site.send_files(EVIDENCE, &[], &[("large.json", bom.as_bytes())]).await.ok();
    assert!(taken.text.contains("large.json is stored"), "{}", taken.text);
}

#[tokio::test]
async fn who_may_not_upload_sees_why() {
    let site = Site::signed_in("otto").await;
    let form = site.get(&format!("{EVIDENCE}/new")).await.ok();
    assert!(form.text.contains("disabled>Upload"), "{}", form.text);
    let refused = site.send_files(EVIDENCE, &[], &[("junit.xml", RESULTS.as_bytes())]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let nowhere = site.get("/products/gateway/releases/9.9.9/evidence/new").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

/// Hands in a bill of materials and test results as Mei and gives the number of each.
async fn delivered(site: &Site) -> (String, String) {
    site.sign_in("mei").await;
    let bom = sbom("left-pad");
    let files = [("bom \"1\".json", bom.as_bytes()), ("junit.xml", RESULTS.as_bytes())];
    let page = site.send_files(EVIDENCE, &[("tool", "")], &files).await.ok();
    let numbers = page.texts(".note.warn li a");
    (numbers[0].clone(), numbers[1].clone())
}

#[tokio::test]
async fn evidence_is_listed_filtered_shown_and_given_back_byte_for_byte() {
    let site = Site::new().await;
    let (bom, results) = delivered(&site).await;
    let all = site.get(EVIDENCE).await.ok();
    let rows = all.texts("tbody th");
    assert!(rows[0].starts_with(&results), "newest first: {rows:?}");
    let tests = site.get(&format!("{EVIDENCE}?kind=test-results&q=JUNIT")).await.ok();
    assert_eq!(tests.texts("tbody th"), [format!("{results} junit.xml")]);
    assert!(tests.text.contains("id=\"filter-q\" name=\"q\" value=\"JUNIT\""), "{}", tests.text);
    let none = site.get(&format!("{EVIDENCE}?q=nothing-of-this-name")).await.ok();
    assert!(none.text.contains("No evidence fits"), "{}", none.text);
    let wrong = site.get(&format!("{EVIDENCE}?kind=rumour")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

    let page = site.get(&format!("/evidence/{results}")).await.ok();
    assert_eq!(page.texts("tbody tr"), ["decode.largePassed", "decode.brokenFailedoverflow"]);
    assert!(page.texts("dd").contains(&"Mei Tanaka".to_owned()), "by name, not by key: {}", page.text);
    let page = site.get(&format!("/evidence/{bom}")).await.ok();
    assert!(page.text.contains(">1 component<"), "{}", page.text);
    let file = site.get(&format!("/evidence/{bom}/file")).await.ok();
    assert_eq!(file.text, sbom("left-pad"));
    assert_eq!(site.get("/evidence/EVID-9999").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn evidence_is_disqualified_by_signature_with_a_reason_and_once() {
    let site = Site::new().await;
    let (number, _) = delivered(&site).await;
    let (page, sign) = (format!("/evidence/{number}"), format!("/evidence/{number}/disqualify"));
    assert!(site.get(&page).await.ok().text.contains("disabled>Disqualify"), "a tester sees why not");
    let pair = |reason, password| [("reason", reason), ("password", password)];
    let denied = site.send(&sign, &pair("From another build", PASSWORD)).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);

    site.sign_out().await;
    site.sign_in("ana").await;
    assert_eq!(site.get(&sign).await.ok().texts("h1"), [format!("Disqualify {number}")]);
    let wrong = site.send(&sign, &pair("From another build", "guess")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("not your password") && wrong.text.contains("From another build</textarea>"));
    let silent = site.send(&sign, &pair("", PASSWORD)).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!silent.texts(".err").is_empty(), "{}", silent.text);
    let done = site.send(&sign, &pair("From another build", PASSWORD)).await;
    assert_eq!(
        (done.status, done.location.as_str()),
        (StatusCode::SEE_OTHER, page.as_str()),
        "{}",
        done.text
    );
    let shown = site.get(&page).await.ok();
    assert!(
        shown.text.contains("From another build") && shown.text.contains("Disqualified by Ana Okafor on"),
        "{}",
        shown.text
    );
    let twice = site.send(&sign, &pair("Once more", PASSWORD)).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_was_decided_on_disqualified_evidence_says_so_and_somebody_owes_a_look() {
    let site = Site::signed_in("ana").await;
    let (gate, conformity) =
        ("/products/gateway/releases/2.3.0/gate", "/products/gateway/releases/2.3.0/conformity");
    assert!(!site.get(gate).await.ok().text.contains("disqualified"));
    let form = [("reason", "From another build"), ("password", PASSWORD)];
    let done = site.send("/evidence/EVID-1/disqualify", &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

    for address in [gate, conformity, &format!("{conformity}/5.8.1")] {
        let page = site.get(address).await.ok();
        let notes = page.texts(".note").join(" ");
        assert!(notes.contains("EVID-1 was disqualified after the decision."), "{address}: {notes}");
        assert!(
            notes.contains("Ana Okafor signed that on") && notes.contains("From another build"),
            "{notes}"
        );
        assert_eq!(page.links("EVID-1").first().map(String::as_str), Some("/evidence/EVID-1"));
    }
    let page = site.get(gate).await.ok();
    assert!(!page.text.contains("nothing else stands against it"), "{}", page.text);
    assert!(page.text.contains("No reason stood against it when it was decided"), "{}", page.text);
    let rows = site.get(conformity).await.ok().texts("li.crow");
    let row = rows.iter().find(|row| row.starts_with("5.8.1")).unwrap();
    assert!(row.contains("rests on EVID-1, disqualified since") && row.contains("Not met"), "{row}");
    let findings = site.get("/products/gateway/releases/2.3.0/findings").await.ok();
    assert!(!findings.text.contains("no longer part of the release"), "{}", findings.text);
    let tasks = site.get("/").await.ok().texts("tbody tr").join("; ");
    assert!(tasks.contains("Hand in sound evidence in place of EVID-1"), "{tasks}");
}

#[tokio::test]
async fn a_build_manifest_shows_its_files_and_the_keys_that_signed_them() {
    let site = Site::signed_in("mei").await;
    let signature =
        r#"{"key": "SHA256:8a5f", "signed_at": "2026-01-02T12:00:00Z", "valid_from": "2025-01-01T00:00:00Z""#;
    let manifest = format!(
        r#"{{"format": "theriac-build-manifest", "version": 1, "commit": "3f1c0a7d5be94a2c8d6f10e7b2a94c5d8e3f6071",
        "predecessor": null, "authors": [], "changed": [], "artefacts": [
        {{"name": "ends.bin", "sha256": "{0}", "signature": {signature}, "valid_to": "2027-01-01T00:00:00Z"}}}},
        {{"name": "on.bin", "sha256": "{0}", "signature": {signature}}}}},
        {{"name": "plain.bin", "sha256": "{0}"}}]}}"#,
        "0".repeat(64)
    );
    let typed = [("tool", "make@4.4"), ("performed_at", "2026-01-02T11:00:00Z")];
    let taken = site.send_files(EVIDENCE, &typed, &[("build.json", manifest.as_bytes())]).await.ok();
    let number = taken.texts(".note.good a").remove(0);
    let shown = site.get(&format!("/evidence/{number}")).await.ok().texts("dd").join("\n");
    for expected in [
        "ends.bin: 2026-01-02 12:00 with SHA256:8a5f, valid from 2025-01-01 00:00 to 2027-01-01 00:00",
        "on.bin: 2026-01-02 12:00 with SHA256:8a5f, valid from 2025-01-01 00:00 on",
        "plain.bin sha256:000",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert!(!shown.contains("plain.bin: "), "{shown}");
}

#[tokio::test]
async fn evidence_that_counts_for_nothing_says_so_until_it_is_handed_in_again() {
    const CANDIDATE: &str = "/products/gateway/releases/2.4.0/evidence";
    let site = Site::signed_in("mei").await;
    let bom = sbom("left-pad");
    let files = [("unsaid.json", bom.as_bytes())];
    let taken = site.send_files(CANDIDATE, &[], &files).await.ok();
    assert!(taken.texts(".note.good").is_empty(), "{}", taken.text);
    let note = taken.texts(".note.warn").join(" ");
    assert!(
        note.contains("it does not say which build it speaks of and the tool with its version"),
        "{note}"
    );
    let number = taken.texts(".note.warn li a")[0].clone();
    let owes = taken.texts("td[data-l=Owes]");
    assert!(owes.iter().any(|who| who == "Ana Okafor"), "by name, not by key: {owes:?}");

    let list = site.get(&format!("{CANDIDATE}?q=unsaid")).await.ok();
    assert!(list.texts("tbody tr").join(" ").contains("Counts for nothing yet"), "{}", list.text);
    let page = site.get(&format!("/evidence/{number}")).await.ok();
    assert!(page.texts(".meta").join(" ").contains("Counts for nothing yet"), "{}", page.text);
    assert!(page.texts(".note.warn").join(" ").contains("Hand the same file in again"), "{}", page.text);
    assert!(page.text.contains("No verdict, record or decision rests on it."), "{}", page.text);

    let build = site.get(&format!("{CANDIDATE}/new")).await.ok().texts("option")[1].clone();
    let said = [("build", build.as_str()), ("tool", "syft@1.18.0")];
    let taken = site.send_files(CANDIDATE, &said, &files).await.ok();
    assert!(taken.texts("dd .bullets li").iter().any(|line| line.contains("left-pad")), "{}", taken.text);
    let again = taken.texts(".note.good li a");
    assert!(again.len() == 1 && again[0] != number, "{}", taken.text);
    let page = site.get(&format!("/evidence/{}", again[0])).await.ok();
    assert!(page.texts(".meta").join(" ").contains("Accepted"), "{}", page.text);
    assert!(page.texts(".note.warn").is_empty(), "{}", page.text);
}
