//! J4: a product-security engineer judges what is new, others sign what is theirs, and the next release inherits it.

use serde_json::{Value, json};
use theriac_demo::PASSWORD;

use crate::session::{Browser, Server};

const COMPONENTS: &str = "/products/gateway/releases";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engineer_judges_what_is_new_and_the_next_release_inherits_it() {
    let server = Server::demo();
    let browser = Browser::start(&server).await;
    browser.sign_in("ana@lumen.example").await;
    add_release(&browser, "2.5.0").await;
    let answer = hand_in(&server, "2.5.0", &[("golang.org/x/net@", "v0.14.0"), ("pypi/requests@", "2.30.0")]);
    let blocking = answer["blocking"].as_array().unwrap().iter();
    let findings = blocking.filter(|reason| reason["kind"] == "finding-not-assessed").count();
    assert_eq!((length(&answer["new"]), findings), (6, 6), "{answer:#}");

    the_list_shows_what_waits(&browser).await;
    many_at_once(&browser).await;
    one_that_may_harm_a_patient(&browser).await;
    a_risk_to_accept(&browser).await;
    what_was_carried_over(&browser).await;
    assert_eq!(
        told(&browser).await.concat(),
        "not_affected".repeat(2),
        "only what is signed by all goes out"
    );
    browser.sign_out().await;
    the_clinical_assessor_signs_the_selected(&browser).await;
    let accepted = "I accept the risk that stays";
    somebody_else_signs(&browser, ("eve", "FIND-13"), "Sign assessment", accepted).await;

    // Nothing waits any more, and what is affected blocks until it is mended.
    browser.sign_in("ana@lumen.example").await;
    browser.open(&format!("{COMPONENTS}/2.5.0/findings")).await;
    browser.see(".sts", "1 affected").await;
    assert_eq!(told(&browser).await, [&["affected"; 2][..], &["not_affected"; 4]].concat());
    assert!(!browser.all(".head .sts").await.concat().contains("new"));
    browser.open(&format!("{COMPONENTS}/2.5.0/gate")).await;
    let about: Vec<_> =
        reasons(&browser).await.into_iter().filter(|reason| reason.starts_with("CVE-")).collect();
    assert!(about.len() == 1 && about[0].starts_with("CVE-2025-22869 "), "{about:#?}");

    the_next_release_asks_again_only_for_what_changed(&server, &browser).await;
    browser.quit().await;
    the_log_tells_it(&server);
}

async fn add_release(browser: &Browser, name: &str) {
    browser.open("/products/gateway").await;
    browser.fill("Version", name).await;
    browser.press("Add release").await;
    browser.see("h1", &format!("Conformity of Lumen Gateway {name}")).await;
    browser.see(".toast", "Release added").await;
}

/// A build of the product with other versions of some components, handed in by the pipeline.
fn hand_in(server: &Server, release: &str, changed: &[(&str, &str)]) -> Value {
    let mut bom: Value = serde_json::from_slice(include_bytes!(
        "../../../theriac-demo/data/release-2.4.0/gateway-2.4.0.cdx.json"
    ))
    .unwrap();
    bom["serialNumber"] = Value::Null;
    bom.as_object_mut().unwrap().remove("serialNumber");
    bom["metadata"]["component"]["version"] = json!(release);
    for component in bom["components"].as_array_mut().unwrap() {
        let purl = component["purl"].as_str().unwrap_or_default().to_owned();
        for (package, version) in changed.iter().filter(|(package, _)| purl.contains(package)) {
            let (before, _) = purl.split_once(package).unwrap();
            component["purl"] = json!(format!("{before}{package}{version}"));
            component["version"] = json!(version);
            component.as_object_mut().unwrap().remove("hashes");
        }
    }
    std::fs::write(server.folder().join("sbom.cdx.json"), bom.to_string()).unwrap();
    let of = ["--product", "gateway", "--release", release];
    let token = server.demo_token();
    let commit = format!("{:0<40}", release.replace('.', ""));
    server
        .client(&token, &[&["build", "add", "rc.1", "--commit", &commit], &of[..]].concat())
        .assert()
        .success();
    let more =
        ["--build", "rc.1", "--performed-at", "2026-11-01T08:00:00Z", "--format", "json", "sbom.cdx.json"];
    let assert = server.client(&token, &[&["evidence", "add"], &of[..], &more].concat()).assert().success();
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

fn length(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

async fn reasons(browser: &Browser) -> Vec<String> {
    browser.see("section[aria-labelledby=reasons]", "Reason").await;
    browser.all("section[aria-labelledby=reasons] tbody a").await
}

/// What is new waits for judgement; what was judged on the release before waits for confirmation.
async fn the_list_shows_what_waits(browser: &Browser) {
    browser.follow_in("Product and release", "Findings").await;
    browser.see("h1", "Findings of 2.5.0").await;
    browser.see(".sts", "4 new").await;
    browser.see(".sts", "2 not affected").await;
    // It appeared today; in the year 2900 nothing has. The pane follows the list.
    browser.follow("Since yesterday").await;
    browser.see(".pager", "6 shown").await;
    browser.select("State", "fixed").await;
    browser.see("#list", "No finding matches").await;
    browser.see("#pane", "No finding to show").await;
    assert!(browser.path().await.contains("since="));
    browser.open(&format!("{COMPONENTS}/2.5.0/findings?since=2900-01-01")).await;
    browser.see("#list", "No finding matches").await;
    browser.follow("Clear").await;
    browser.select("Awaits", "judgement").await;
    browser.see(".pager", "4 shown").await;
    browser.see("#pane", "FIND-9").await;
    assert!(browser.path().await.contains("awaits=judgement"));
}

async fn many_at_once(browser: &Browser) {
    for finding in ["FIND-10", "FIND-11"] {
        browser.tick(&format!("Select {finding}")).await;
    }
    browser.press("Assess the selected").await;
    browser.see("h1", "Assess 2 findings of 2.5.0").await;
    browser.choose("VEX status", "Not affected").await;
    browser.select("Justification", "Vulnerable code not in execute path").await;
    browser.fill("Why", "Nothing of the gateway listens for HTTP/2.").await;
    browser.choose("Patient-safety impact", "Minor").await;
    browser.press("Save and sign").await;
    sign(browser, "Sign 2 assessments").await;
    for finding in ["FIND-10", "FIND-11"] {
        browser.see("tr", &format!("{finding}, CVE-2023-")).await;
    }
    browser.see(".sts", "4 not affected").await;
    browser.see(".sts", "2 new").await;
}

/// Gives the password on the page that signs.
async fn sign(browser: &Browser, submit: &str) {
    browser.see("h1", submit).await;
    browser.fill("Password", PASSWORD).await;
    browser.press(submit).await;
    browser.see("h1", "Findings of").await;
}

async fn one_that_may_harm_a_patient(browser: &Browser) {
    browser.open(&format!("{COMPONENTS}/2.5.0/findings/FIND-9")).await;
    browser.choose("VEX status", "Affected").await;
    browser.fill("Why", "The handshake runs before anybody is authenticated.").await;
    browser.select("Exploitability in context", "Hard").await;
    browser.fill("Exploitability, why", "Only from inside of the hospital's network.").await;
    browser.choose("Patient-safety impact", "Serious").await;
    browser.select("Decision", "Fix").await;
    browser.fill("Reason of the decision", "The fixed version is taken.").await;
    browser.select("Who mends it", "Ben Lindqvist").await;
    browser.press("Save and sign").await;
    browser.see("form", "a clinical assessor must sign it too").await;
    sign(browser, "Sign 1 assessment").await;
    browser.open(&format!("{COMPONENTS}/2.5.0/findings/FIND-9")).await;
    browser.see("#pane", "Affected").await;
}

/// Who judges does not accept the risk: the page says so in place of the button.
async fn a_risk_to_accept(browser: &Browser) {
    browser.open(&format!("{COMPONENTS}/2.5.0/findings/FIND-13")).await;
    browser.choose("VEX status", "Affected").await;
    browser.fill("Why", "Requests go through a proxy.").await;
    browser.select("Exploitability in context", "Hard").await;
    browser.fill("Exploitability, why", "The proxy is set by the hospital.").await;
    browser.choose("Patient-safety impact", "None").await;
    browser.select("Decision", "Accept").await;
    browser.fill("Reason of the decision", "The header holds no secret here.").await;
    browser.select("Who mends it", "Ben Lindqvist").await;
    browser.press("Save and sign").await;
    browser.see("h1", "Sign 1 assessment").await;
    browser.see("section[aria-labelledby=sign]", "risk acceptor").await;
    assert_eq!(browser.all("section[aria-labelledby=sign] input[type=password]").await.len(), 0);
}

async fn what_was_carried_over(browser: &Browser) {
    browser.open(&format!("{COMPONENTS}/2.5.0/findings")).await;
    browser.see("tr", "carried over, to be confirmed").await;
    browser.follow("Confirm 2 carried over").await;
    browser.see("section[aria-labelledby=content]", "FIND-12 CVE-2023-43804").await;
    sign(browser, "Confirm 2 carried assessments").await;
    assert!(!browser.text().await.contains("to be confirmed"));
}

/// The statuses that customers are told, sorted, without what is under investigation.
async fn told(browser: &Browser) -> Vec<String> {
    browser.open(&format!("{COMPONENTS}/2.5.0/findings")).await;
    let vex: Value = serde_json::from_str(&browser.download("OpenVEX").await).unwrap();
    let statements = vex["statements"].as_array().unwrap();
    let mut told: Vec<_> =
        statements.iter().map(|said| said["status"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told.len(), 6, "{vex:#}");
    told.retain(|status| status != "under_investigation");
    told.sort_unstable();
    told
}

/// From the page of what waits for them to one signature on several judgements.
async fn the_clinical_assessor_signs_the_selected(browser: &Browser) {
    browser.sign_in("dan@lumen.example").await;
    browser.see(".banner", "3 findings wait for a clinical signature.").await;
    browser.follow("Show them").await;
    browser.follow("Lumen Gateway 2.5.0").await;
    browser.see(".pager", "3 shown").await;
    for finding in ["FIND-9", "FIND-10"] {
        browser.tick(&format!("Select {finding}")).await;
    }
    browser.press("Sign the selected").await;
    browser.see("h1", "Sign 3 assessments of 2.5.0").await;
    browser.see("#what", "FIND-11 CVE-2023-").await;
    browser.see("form", "1 finding judged together with what you chose is signed with it.").await;
    browser.see("form", "I judged what they can do to a patient").await;
    sign(browser, "Sign 3 assessments").await;
    browser.open(&format!("{COMPONENTS}/2.5.0/findings?awaits=clinical")).await;
    browser.see("#list", "No finding matches").await;
    browser.sign_out().await;
}

/// Opens the finding's page and signs in the dialog that opens over it.
async fn somebody_else_signs(browser: &Browser, (key, finding): (&str, &str), action: &str, meaning: &str) {
    browser.sign_in(&format!("{key}@lumen.example")).await;
    browser.open(&format!("{COMPONENTS}/2.5.0/findings/{finding}")).await;
    browser.follow(action).await;
    browser.see("dialog[open] h2", "Sign 1 assessment of 2.5.0").await;
    browser.see("dialog[open] section", finding).await;
    browser.see("dialog[open]", meaning).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Sign 1 assessment").await;
    browser.see("h1", "Findings of 2.5.0").await;
    browser.sign_out().await;
}

/// 2.6.0 takes the fixed version of one component and another version of a second; the rest is as it was.
async fn the_next_release_asks_again_only_for_what_changed(server: &Server, browser: &Browser) {
    add_release(browser, "2.6.0").await;
    let changed = [("golang.org/x/net@", "v0.14.0"), ("x/crypto@", "v0.35.0"), ("pypi/urllib3@", "1.26.15")];
    let answer = hand_in(server, "2.6.0", &changed);
    let new: Vec<_> = answer["new"].as_array().unwrap().iter().map(|new| new["component"].clone()).collect();
    assert_eq!(new.len(), 4, "{answer:#}");
    browser.open(&format!("{COMPONENTS}/2.6.0/findings?awaits=confirmation")).await;
    browser.see("tr", "pkg:golang/golang.org/x/net@v0.14.0").await;
    browser.see(".pager", "2 shown").await;
    browser.open(&format!("{COMPONENTS}/2.6.0/findings?awaits=judgement")).await;
    browser.see("tr", "pkg:pypi/urllib3@1.26.15").await;
    browser.see(".pager", "2 shown").await;
    browser.follow("pkg:pypi/urllib3@1.26.15").await;
    browser.see("#pane", "has changed").await;
}

fn the_log_tells_it(server: &Server) {
    let log = server.audit();
    let of_web = log.iter().filter(|entry| entry["via"].as_str().unwrap().starts_with("web"));
    let acts = of_web.filter_map(|entry| entry["action"].as_str()).filter(|act| act.starts_with("finding "));
    let judged = ["finding assess", "finding sign"];
    let by_others = ["finding sign clinical", "finding sign"];
    let wanted = [&judged[..], &judged, &judged[..1], &["finding confirm carried"], &by_others].concat();
    assert_eq!(acts.collect::<Vec<_>>(), wanted);
}
