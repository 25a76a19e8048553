//! Findings through their pages: listed, filtered, shown beside the list, judged, signed, carried over and confirmed.

use axum::http::StatusCode;
use theriac_demo::PASSWORD;

use crate::site::{Page, Site};

const OLD: &str = "/products/gateway/releases/2.3.0/findings";
const HERE: &str = "/products/gateway/releases/2.4.0/findings";

/// The numbers of the findings listed.
fn listed(page: &Page) -> Vec<String> {
    let rows = page.texts("#list tbody th .sub");
    rows.iter().map(|row| row.split(',').next().unwrap().to_owned()).collect()
}

/// A judgement that lacks nothing, without the findings and what was shown.
const NOT_AFFECTED: [(&str, &str); 6] = [
    ("status", "not affected"),
    ("justification", "vulnerable code not in execute path"),
    ("rests_on", "component"),
    ("explanation", "The server never offers that cipher."),
    ("patient_safety_impact", "none"),
    ("then", "sign"),
];

/// The form for these findings with what it shows.
async fn judgement<'a>(
    site: &Site,
    list: &str,
    findings: &[&'a str],
    shown: &'a mut String,
) -> Vec<(&'a str, &'a str)> {
    let asked: Vec<String> = findings.iter().map(|finding| format!("finding={finding}")).collect();
    *shown = site.get(&format!("{list}/assess?{}", asked.join("&"))).await.ok().value("expected");
    let mut pairs: Vec<(&str, &str)> = findings.iter().map(|finding| ("finding", *finding)).collect();
    pairs.push(("expected", shown));
    pairs
}

#[tokio::test]
async fn findings_are_listed_worst_first_and_filtered() {
    let site = Site::signed_in("otto").await;
    let page = site.get(OLD).await.ok();
    assert_eq!(page.texts("h1"), ["Findings of 2.3.0"]);
    assert_eq!(page.texts(".sts .st"), ["3 new", "2 not affected"]);
    assert_eq!(listed(&page), ["FIND-5", "FIND-6", "FIND-7", "FIND-1", "FIND-2"], "new ones first");
    let severities = page.texts("#list td[data-l=Severity]");
    assert!(severities[0].ends_with("high") && severities[4].ends_with("medium"), "{severities:?}");
    for (asked, expected) in [
        ("state=new", vec!["FIND-5", "FIND-6", "FIND-7"]),
        ("awaits=judgement", vec!["FIND-5", "FIND-6", "FIND-7"]),
        ("severity=medium", vec!["FIND-7", "FIND-2"]),
        ("q=cve-2023-48795+CRYPTO", vec!["FIND-7"]),
        ("component=pkg%3Apypi%2Furllib3%401.26.16", vec!["FIND-1", "FIND-2"]),
        ("state=new&severity=high&q=cryptography", vec!["FIND-6"]),
    ] {
        let page = site.get(&format!("{OLD}?{asked}")).await.ok();
        assert_eq!(listed(&page), expected, "{asked}");
        assert_eq!(page.links("Clear the filters"), [OLD], "{asked}");
    }
    let none = site.get(&format!("{OLD}?state=fixed")).await.ok();
    assert!(none.text.contains("No finding matches"), "{}", none.text);
    assert_eq!(none.texts("#pane h2"), ["No finding to show"], "the pane has nothing that is not listed");
    for wrong in ["state=odd", "awaits=odd", "severity=odd", "after=odd", "since=odd"] {
        assert_eq!(
            site.get(&format!("{OLD}?{wrong}")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{wrong}"
        );
    }
    let all = site.get("/findings?q=urllib3").await.ok();
    assert_eq!(all.texts("#list tbody tr").len(), 4);
    assert_eq!(all.links("Lumen Gateway 2.3.0"), vec![format!("{OLD}?q=urllib3"); 2], "the filter is kept");
    assert_eq!(all.texts("input[name=finding]").len(), 0, "many releases are not judged at once");
    assert!(all.links("Select findings of Lumen Gateway 2.3.0").is_empty(), "an auditor judges nothing");
    let owners = |page: &Page| {
        let rows = listed(page).into_iter().zip(page.texts("#list td[data-l=Owner]"));
        rows.collect::<std::collections::BTreeMap<_, _>>()
    };
    let everywhere = owners(&site.get("/findings").await.ok());
    let mut by_release = owners(&site.get(OLD).await.ok());
    by_release.extend(owners(&site.get(HERE).await.ok()));
    assert_eq!(everywhere, by_release, "the same owner on every list");
    assert!(by_release.values().all(|owner| owner != "nobody"), "{by_release:?}");
    let ana = Site::signed_in("ana").await;
    let all = ana.get("/findings?q=urllib3").await.ok();
    assert_eq!(all.links("Select findings of Lumen Gateway 2.3.0"), [format!("{OLD}?q=urllib3")]);
    assert_eq!(all.links("Select findings of Lumen Gateway 2.4.0"), [format!("{HERE}?q=urllib3")]);
}

#[tokio::test]
async fn the_first_finding_stands_beside_the_list_and_each_has_a_page() {
    let site = Site::signed_in("ana").await;
    let page = site.get(&format!("{OLD}?state=new")).await.ok();
    assert_eq!(page.texts("tr[aria-current=true] .rowlink"), ["pkg:golang/golang.org/x/crypto@v0.16.0"]);
    assert!(page.texts("#pane-title")[0].ends_with("FIND-5"), "{:?}", page.texts("#pane-title"));
    assert!(page.texts("#pane dd").iter().any(|text| text.starts_with("CVE-2025-22869")));

    let href = format!("{OLD}/FIND-6?state=new");
    assert!(page.text.contains(&format!("href=\"{href}\"")), "a finding keeps the list that led to it");
    let one = site.get(&href).await.ok();
    assert!(one.texts("h1 .of-one")[0].ends_with("FIND-6"));
    assert_eq!(listed(&one), ["FIND-5", "FIND-6", "FIND-7"], "the same list stands beside it");
    assert!(one.texts("tr[aria-current=true] .sub")[0].starts_with("FIND-6"));
    assert_eq!(one.links("Previous: FIND-5"), [format!("{OLD}/FIND-5?state=new")]);
    assert_eq!(one.links("Next: FIND-7"), [format!("{OLD}/FIND-7?state=new")]);
    assert!(one.texts("dd").iter().any(|text| text == "7.5 high"), "{:?}", one.texts("dd"));
    let old = site.get(&format!("{OLD}/FIND-1")).await.ok();
    let signed = old.texts("#pane .rows li");
    assert!(signed[0].starts_with("Ana Okafor, not affected"), "by name: {signed:?}");
    assert!(signed[0].contains("Covers this content"), "{signed:?}");
    assert_eq!(site.get(&format!("{HERE}/FIND-1")).await.status, StatusCode::NOT_FOUND, "of another release");
    assert_eq!(site.get(&format!("{HERE}/FIND-99")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_finding_is_judged_and_signed_and_counts_from_then_on() {
    let site = Site::signed_in("ana").await;
    let (assess, sign) = (format!("{HERE}/assess"), format!("{HERE}/sign"));
    let mut shown = String::new();
    let pairs = judgement(&site, HERE, &["FIND-8"], &mut shown).await;
    let mut wrong = pairs.clone();
    wrong.extend([("explanation", "Because it <is>"), ("rests_on", "path"), ("due", "soon")]);
    let refused = site.send(&assess, &wrong).await;
    assert_eq!((refused.status, refused.texts(".err").len()), (StatusCode::UNPROCESSABLE_ENTITY, 4));
    assert!(refused.texts("h1 .of-one")[0].ends_with("FIND-8"), "it stays on the page of the finding");
    assert!(
        refused.text.contains("Because it &#60;is&#62;</textarea>"),
        "what was typed stays: {}",
        refused.text
    );
    let mut bare = pairs.clone();
    bare.extend([("status", "not affected"), ("patient_safety_impact", "none")]);
    let refused = site.send(&assess, &bare).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.texts(".err").is_empty(), "a reason is asked for: {}", refused.text);

    let mut right = pairs.clone();
    right.extend(NOT_AFFECTED);
    let judged = site.send(&assess, &right).await;
    assert!(judged.location.starts_with(&format!("{sign}?set=")), "{} {}", judged.status, judged.text);
    let stale = site.send(&assess, &right).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.texts("[role=alert]").join(" ").contains("It changed meanwhile"), "{}", stale.text);
    assert!(stale.texts("h1 .of-one")[0].ends_with("FIND-8"));
    let one = site.get(&format!("{HERE}/FIND-8")).await.ok();
    assert_eq!(one.texts(".head .meta"), ["Not affected waits for a signature"]);
    assert_eq!(site.get(HERE).await.ok().texts("#counts > span:last-child"), ["1 waits for a signature"]);
    let list = site.get(HERE).await.ok();
    assert!(list.text.contains("waits for a signature"), "{}", list.text);
    let about = site.get("/search?q=crypto").await.ok().texts("ul.rows .small");
    assert!(about.iter().any(|text| text.ends_with(", waits for a signature")), "{about:?}");

    let page = site.get(&judged.location).await.ok();
    assert_eq!(page.texts("h1"), ["Sign 1 assessment of 2.4.0"]);
    assert!(page.text.contains("The server never offers that cipher."), "what is signed is shown");
    let digest = page.value("digest");
    let send = |password| [("set", digest.as_str()), ("act", "judge"), ("password", password)];
    let wrong = site.send(&sign, &send("guess")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("not your password"), "{}", wrong.text);
    let signed = site.send(&sign, &send(PASSWORD)).await;
    assert_eq!((signed.status, signed.location.as_str()), (StatusCode::SEE_OTHER, HERE), "{}", signed.text);
    let list = site.get(HERE).await.ok();
    assert!(list.text.contains("1 assessment signed"), "{}", list.text);
    assert_eq!(list.texts(".sts .st"), ["3 not affected"]);
    let row = list.texts("#list tbody tr").into_iter().find(|row| row.contains("FIND-8")).unwrap();
    assert!(row.contains("Ana Okafor"), "who owes it is called by name: {row}");
    let again = site.send(&sign, &send(PASSWORD)).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "once is enough");
}

#[tokio::test]
async fn what_can_harm_a_patient_waits_for_a_clinical_signature() {
    let site = Site::signed_in("ana").await;
    let mut shown = String::new();
    let mut pairs = judgement(&site, OLD, &["FIND-5", "FIND-7"], &mut shown).await;
    pairs.extend(NOT_AFFECTED.into_iter().filter(|(name, _)| *name != "patient_safety_impact"));
    pairs.push(("patient_safety_impact", "serious"));
    let judged = site.send(&format!("{OLD}/assess"), &pairs).await;
    let page = site.get(&judged.location).await.ok();
    assert_eq!(page.texts("h1"), ["Sign 2 assessments of 2.3.0"]);
    assert!(page.text.contains("a clinical assessor must sign it too"), "{}", page.text);
    let finding = site.get(&format!("{OLD}/FIND-5")).await.ok();
    let says = "Sign 2 assessments";
    assert!(!finding.links(says).is_empty(), "what is signed together is said: {}", finding.text);
    let digest = page.value("digest");
    let sign = format!("{OLD}/sign");
    let send = |act| [("set", digest.as_str()), ("act", act), ("password", PASSWORD)];
    assert_eq!(site.send(&sign, &send("clinical")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.send(&sign, &send("judge")).await.status, StatusCode::SEE_OTHER);
    let list = site.get(&format!("{OLD}?awaits=clinical")).await.ok();
    assert_eq!(listed(&list), ["FIND-5", "FIND-7"]);
    assert!(list.text.contains("2 wait for a clinical assessor"), "{}", list.text);
    assert!(list.text.contains("waits for a clinical signature"), "{}", list.text);
    assert_eq!(list.texts("#counts > span:last-child"), ["2 wait for a clinical signature"]);
    site.sign_out().await;

    site.sign_in("dan").await;
    let finding = site.get(&format!("{OLD}/FIND-5")).await.ok();
    assert!(!finding.links("Sign 2 for the patient").is_empty(), "{}", finding.text);
    let page = site.get(&judged.location).await.ok();
    assert_eq!(page.value("act"), "clinical");
    let signed = site.send(&sign, &send("clinical")).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
    let list = site.get(&format!("{OLD}?awaits=clinical")).await.ok();
    assert!(listed(&list).is_empty());
}

#[tokio::test]
async fn who_may_not_judge_sees_why_and_nothing_chosen_is_said() {
    let site = Site::signed_in("mei").await;
    let list = site.get(HERE).await.ok();
    assert!(list.text.contains("disabled>Assess the selected"), "{}", list.text);
    assert!(list.text.contains("disabled>Sign the selected"), "{}", list.text);
    assert!(list.texts("input[type=checkbox][name=finding]:not([disabled])").is_empty());
    let finding = site.get(&format!("{HERE}/FIND-8")).await.ok();
    assert!(finding.text.contains("disabled>Assess</button>"), "{}", finding.text);
    assert!(!finding.text.contains("Sign assessment"), "{}", finding.text);
    let mut shown = String::new();
    let mut pairs = judgement(&site, HERE, &["FIND-8"], &mut shown).await;
    pairs.extend(NOT_AFFECTED);
    assert_eq!(site.send(&format!("{HERE}/assess"), &pairs).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.get(HERE).await.ok().texts(".sts .st"), ["1 new", "2 not affected"]);
    for page in ["assess", "sign"] {
        let page = site.get(&format!("{HERE}/{page}")).await;
        assert_eq!(page.location, HERE);
        assert!(site.get(HERE).await.ok().text.contains("Choose findings first"));
    }
    assert_eq!(site.get(&format!("{HERE}/assess?finding=FIND-99")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get(&format!("{HERE}/sign?set=abc")).await.status, StatusCode::NOT_FOUND);
    let unjudged = site.get(&format!("{HERE}/sign?finding=FIND-8")).await;
    assert_eq!(unjudged.status, StatusCode::CONFLICT);
    assert!(unjudged.text.contains("FIND-8: nobody has judged it"), "{}", unjudged.text);
}

#[tokio::test]
async fn judgements_are_carried_over_and_confirmed_as_a_set() {
    let site = Site::signed_in("ana").await;
    let added = site.send("/products/gateway/releases", &[("release", "2.5.0"), ("based_on", "2.3.0")]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let bom = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"timestamp":"2026-11-20T08:00:00Z"},
"components":[{"type":"library","name":"urllib3","version":"1.26.16","purl":"pkg:pypi/urllib3@1.26.16"}]}"#;
    let new = "/products/gateway/releases/2.5.0";
    let taken = site.send_files(&format!("{new}/evidence"), &[], &[("bom.json", bom.as_bytes())]).await.ok();
    assert!(taken.text.contains("bom.json is stored"), "{}", taken.text);

    let list = site.get(&format!("{new}/findings")).await.ok();
    let confirm = format!("{new}/findings/confirm");
    assert_eq!(list.links("Confirm 2 carried over"), [confirm.as_str()]);
    assert!(list.text.contains("carried over, to be confirmed"), "{}", list.text);
    assert_eq!(list.texts("#counts > span"), ["2 not affected", "2 to be confirmed"]);
    assert!(list.texts("#pane .note").join(" ").contains("Ana Okafor judged on"), "{}", list.text);
    let page = site.get(&confirm).await.ok();
    assert_eq!(page.texts("h1"), ["Confirm 2 carried assessments for 2.5.0"]);
    assert!(page.text.contains("CVE-2023-43804"), "what is signed is shown: {}", page.text);
    let digest = page.value("digest");
    let other = "0".repeat(64);
    let stale = site.send(&confirm, &[("digest", other.as_str()), ("password", PASSWORD)]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
    let wrong = site.send(&confirm, &[("digest", digest.as_str()), ("password", "guess")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = site.send(&confirm, &[("digest", digest.as_str()), ("password", PASSWORD)]).await;
    assert_eq!(done.location, format!("{new}/findings"), "{}", done.text);
    let list = site.get(&format!("{new}/findings")).await.ok();
    assert!(list.text.contains("2 carried assessments confirmed"), "{}", list.text);
    assert!(list.links("Confirm 2 carried over").is_empty());
    let empty = site.get(&confirm).await.ok();
    assert!(empty.text.contains("No judgement of an earlier release waits to be confirmed."));

    let tester = Site::signed_in("mei").await;
    let form = [("digest", digest.as_str()), ("password", PASSWORD)];
    let denied = tester.send(&format!("{HERE}/confirm"), &form).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_customers_are_told_is_kept_as_a_file() {
    let site = Site::signed_in("otto").await;
    let page = site.get(OLD).await.ok();
    for (words, name, state) in [
        ("OpenVEX for customers", "gateway-2.3.0.openvex.json", "\"status\": \"under_investigation\""),
        ("CycloneDX VEX for customers", "gateway-2.3.0.vex.cdx.json", "\"state\": \"in_triage\""),
    ] {
        let links = page.links(words);
        let file = site.get(&links[0]).await.ok();
        assert!(file.headers["content-disposition"].to_str().unwrap().contains(name), "{:?}", file.headers);
        assert!(file.text.contains(state), "{}", file.text);
    }
    assert_eq!(site.get(&format!("{OLD}/vex?format=odd")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    site.sign_out().await;
    site.sign_in("ana").await;
    let mut shown = String::new();
    let mut pairs = judgement(&site, OLD, &["FIND-5"], &mut shown).await;
    pairs.extend(NOT_AFFECTED);
    let judged = site.send(&format!("{OLD}/assess"), &pairs).await;
    let digest = site.get(&judged.location).await.ok().value("digest");
    let form = [("set", digest.as_str()), ("act", "judge"), ("password", PASSWORD)];
    assert_eq!(site.send(&format!("{OLD}/sign"), &form).await.status, StatusCode::SEE_OTHER);
    let told = site.get(&format!("{OLD}/vex?format=openvex")).await.ok();
    assert!(told.text.contains("The server never offers that cipher."), "{}", told.text);
}

#[tokio::test]
async fn what_appeared_since_a_day_is_listed_page_by_page() {
    let site = Site::signed_in("otto").await;
    let all = listed(&site.get(OLD).await.ok());
    for (since, some) in [("2020-01-01", true), ("2026-11-25", false), ("yesterday", false)] {
        let page = site.get(&format!("{OLD}?since={since}")).await.ok();
        assert_eq!(listed(&page), if some { all.clone() } else { vec![] }, "{since}");
        assert_eq!(page.links("Clear the filters"), [OLD], "{since}");
    }
    let yesterday = site.get(&format!("{OLD}?since=yesterday&state=new")).await.ok();
    assert_eq!(yesterday.value("since"), "2026-11-24", "the day in the organisation's zone");
    assert!(yesterday.links("Since yesterday").is_empty());
    let page = site.get(&format!("{OLD}?state=new&since=2020-01-01")).await.ok();
    assert_eq!(page.links("Since yesterday"), [format!("{OLD}?state=new&since=yesterday")]);
    let href = format!("{OLD}/FIND-6?state=new&since=2020-01-01");
    assert!(page.text.contains(&format!("href=\"{}\"", href.replace('&', "&#38;"))), "{}", page.text);
    assert_eq!(site.get("/findings?since=2026-11-25").await.ok().texts("#list tbody tr").len(), 0);
}

/// Judges one finding and gives the set.
async fn judged(site: &Site, finding: &str, more: &[(&str, &str)]) -> String {
    let mut shown = String::new();
    let findings = [finding];
    let mut pairs = judgement(site, OLD, &findings, &mut shown).await;
    pairs.extend(more);
    let judged = site.send(&format!("{OLD}/assess"), &pairs).await;
    let (_, set) = judged.location.split_once("set=").unwrap_or_else(|| panic!("{}", judged.text));
    set.to_owned()
}

#[tokio::test]
async fn everybody_reads_the_whole_judgement() {
    let site = Site::signed_in("otto").await;
    let new = site.get(&format!("{OLD}/FIND-7")).await.ok();
    assert_eq!(new.texts(".judged p"), ["Nobody has judged it yet."]);
    site.sign_out().await;
    site.sign_in("ana").await;
    let fix = [
        ("status", "affected"),
        ("rests_on", "component"),
        ("explanation", "It is reached"),
        ("exploitability", "hard"),
        ("exploitability_reason", "Only from inside"),
        ("patient_safety_impact", "serious"),
        ("decision", "defer"),
        ("decision_reason", "It waits for the supplier"),
        ("fixer", "ben"),
        ("due", "2027-01-31"),
        ("then", "sign"),
    ];
    judged(&site, "FIND-7", &fix).await;
    site.sign_out().await;
    site.sign_in("otto").await;
    for page in [format!("{OLD}/FIND-7"), format!("{OLD}?awaits=clinical")] {
        let page = site.get(&page).await.ok();
        assert!(page.texts("#assessment textarea").is_empty(), "an auditor has no form to read it from");
        let (terms, values) = (page.texts(".judged dt"), page.texts(".judged dd"));
        for (term, value) in [
            ("VEX status", "Affected"),
            ("What it rests on", "the component in its version"),
            ("Why", "It is reached"),
            ("Exploitability in context", "Hard"),
            ("Exploitability, why", "Only from inside"),
            ("Patient-safety impact", "Serious"),
            ("Decision", "Defer"),
            ("Reason of the decision", "It waits for the supplier"),
            ("Who mends it", "Ben Lindqvist"),
            ("Due", "2027-01-31"),
            ("Judged by", "Ana Okafor 2026-11-25"),
            ("Signed by", "nobody yet"),
        ] {
            let place = terms
                .iter()
                .position(|known| known == term)
                .unwrap_or_else(|| panic!("no {term}: {terms:?}"));
            assert!(values[place].starts_with(value), "{term}: {}", values[place]);
        }
    }
    let signed = site.get(&format!("{OLD}/FIND-1")).await.ok();
    let by = signed.texts(".judged dd").pop().unwrap();
    assert!(by.starts_with("Ana Okafor \"Assessment signed\" 20"), "{by}");
}

#[tokio::test]
async fn what_another_saved_meanwhile_stands_beside_what_was_typed() {
    let site = Site::signed_in("ana").await;
    let mut shown = String::new();
    let many = judgement(&site, OLD, &["FIND-5", "FIND-6"], &mut shown).await;
    let first = site.get(&format!("{OLD}/FIND-5?state=new")).await.ok().value("expected");
    judged(&site, "FIND-5", &NOT_AFFECTED).await;
    let mine = [
        ("status", "not affected"),
        ("justification", "component not present"),
        ("rests_on", "component"),
        ("explanation", "We build it without that.\r\nReally."),
        ("patient_safety_impact", "none"),
    ];
    let beside = [
        ["VEX status", "Not affected", "the same"],
        ["Justification", "Vulnerable code not in execute path", "Component not present"],
        ["What it rests on", "component", "the same"],
        ["Why", "The server never offers that cipher.", "We build it without that. Really."],
        ["Patient-safety impact", "None", "the same"],
    ];
    let cells = ".beside tbody th, .beside tbody td";
    let mut one = vec![("finding", "FIND-5"), ("expected", first.as_str())];
    one.extend(mine);
    let refused = site.send(&format!("{OLD}/assess?state=new"), &one).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.texts("h1 .of-one")[0].ends_with("FIND-5"), "{:?}", refused.texts("h1 .of-one"));
    assert!(refused.texts(".beside h3")[0].starts_with("Ana Okafor judged FIND-5 on 2026-11-25"));
    assert_eq!(refused.texts(cells), beside.concat());
    assert!(refused.text.contains("We build it without that."), "what was typed stays in the form");
    assert_eq!(refused.links("Findings").last().unwrap(), &format!("{OLD}?state=new"), "so does the filter");
    let mut many = many;
    many.extend(mine);
    let refused = site.send(&format!("{OLD}/assess"), &many).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.texts("h1"), ["Assess 2 findings of 2.3.0"]);
    assert!(refused.texts(".beside h3")[0].starts_with("Ana Okafor judged FIND-5 on 2026-11-25"));
    assert_eq!(refused.texts(cells), beside.concat());
}

#[tokio::test]
async fn everybody_signs_of_the_chosen_what_is_theirs_with_one_password() {
    let site = Site::signed_in("ana").await;
    let harm: Vec<(&str, &str)> = NOT_AFFECTED
        .into_iter()
        .map(|(name, value)| (name, if name == "patient_safety_impact" { "serious" } else { value }))
        .collect();
    let accept = [
        ("status", "affected"),
        ("explanation", "It is reached"),
        ("exploitability", "hard"),
        ("exploitability_reason", "Only from inside"),
        ("patient_safety_impact", "none"),
        ("decision", "accept"),
        ("decision_reason", "It holds no secret"),
        ("fixer", "ben"),
        ("then", "sign"),
    ];
    let sets = [
        judged(&site, "FIND-5", &harm).await,
        judged(&site, "FIND-6", &harm).await,
        judged(&site, "FIND-7", &accept).await,
    ];
    let (chosen, sign) = (
        format!("{OLD}/sign?finding=FIND-5&finding=FIND-6&finding=FIND-7&finding=FIND-1"),
        format!("{OLD}/sign"),
    );

    let ana = site.get(&chosen).await.ok();
    assert_eq!(ana.texts("h1"), ["Sign 2 assessments of 2.3.0"]);
    let what = ana.texts("#what li");
    assert!(what[0].starts_with("FIND-5 ") && what[1].starts_with("FIND-6 ") && what.len() == 2, "{what:?}");
    let left = ana.texts(".note li").join(" ");
    assert!(
        left.contains("FIND-7: ")
            && left.contains("FIND-1, FIND-2: The judgement of FIND-1 has been signed already"),
        "{left}"
    );
    assert!(ana.text.contains(&sets[0]) && ana.text.contains(&sets[1]), "the digests are shown");
    let both =
        [("set", sets[0].as_str()), ("set", sets[1].as_str()), ("act", "judge"), ("password", PASSWORD)];
    assert_eq!(site.send(&sign, &both).await.status, StatusCode::SEE_OTHER);
    assert!(site.get(OLD).await.ok().text.contains("2 assessments signed; 2 wait for a clinical assessor"));
    site.sign_out().await;

    site.sign_in("dan").await;
    let work = site.get("/").await.ok();
    assert!(work.text.contains("2 findings wait for a clinical signature."), "{}", work.text);
    let everywhere = site.get(&work.links("Show them")[0]).await.ok();
    assert_eq!(everywhere.links("Lumen Gateway 2.3.0"), vec![format!("{OLD}?awaits=clinical"); 2]);
    let list = site.get(&format!("{OLD}?awaits=clinical")).await.ok();
    assert_eq!(list.texts("input[type=checkbox][name=finding]:not([disabled])").len(), 2);
    assert!(list.text.contains("disabled>Assess the selected"), "{}", list.text);
    assert!(!list.text.contains("disabled>Sign the selected"), "{}", list.text);
    let dan = site.get(&chosen).await.ok();
    assert_eq!(
        (dan.texts("h1"), dan.value("act")),
        (vec!["Sign 2 assessments of 2.3.0".to_owned()], "clinical".to_owned())
    );
    let mut both = both;
    both[2].1 = "clinical";
    let mut mixed = both.to_vec();
    mixed.push(("set", sets[2].as_str()));
    let refused = site.send(&sign, &mixed).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "one that needs no such signature: none is given");
    assert_eq!(site.send(&sign, &both).await.status, StatusCode::SEE_OTHER);
    assert!(listed(&site.get(&format!("{OLD}?awaits=clinical")).await.ok()).is_empty());
    site.sign_out().await;

    site.sign_in("eve").await;
    let work = site.get("/").await.ok();
    assert!(work.text.contains("1 finding waits for a risk acceptor&#39;s signature."), "{}", work.text);
    assert_eq!(listed(&site.get(&format!("{OLD}?awaits=acceptance")).await.ok()), ["FIND-7"]);
    assert!(listed(&site.get(&format!("{OLD}?awaits=signature")).await.ok()).is_empty());
    let eve = site.get(&chosen).await.ok();
    assert!(eve.text.contains("I accept the risk that stays"), "{}", eve.text);
    assert_eq!((eve.texts("#what li").len(), eve.value("set")), (1, sets[2].clone()));
    let form = [("set", sets[2].as_str()), ("act", "judge"), ("password", PASSWORD)];
    assert_eq!(site.send(&sign, &form).await.status, StatusCode::SEE_OTHER);
    let none = site.get(&chosen).await.ok();
    assert!(none.texts("input[type=password]").is_empty(), "nothing is left to sign: {}", none.text);
}
