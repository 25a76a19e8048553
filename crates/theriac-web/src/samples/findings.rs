//! Samples of findings: list with and without pane, page, many at once, signing a set.

use super::release::{filters, head, pager, sign_form};
use super::{
    CSRF, DIGEST, HOSTILE, LONG, PRODUCT, Sample, VERSION, day, due, release_shell, sample, shell, signature,
};
use crate::pages::assess::{AssessPage, AssessmentForm};
use crate::pages::finding::FindingView;
use crate::pages::finding_judged::Beside;
use crate::pages::findings::{FindingRow, FindingsPage, One};
use crate::pages::sign::SignPage;
use crate::parts::{
    Action, Area, Choice, Column, Crumb, DateFilter, Empty, Fact, Facts, Field, Filters, Input, Link, Note,
    NoteKind, Status, StatusKind, TableHead, Value,
};
use crate::urls;

pub(super) fn samples() -> Vec<Sample> {
    vec![
        sample("findings-full", full()),
        sample("findings-signer", signer()),
        sample("findings-empty", empty()),
        sample("findings-everywhere", everywhere()),
        sample("finding-full", finding_full()),
        sample("finding-empty", finding_empty()),
        sample("assess", assess()),
        sample("findings-sign", sign()),
    ]
}

fn address(number: &str) -> String {
    urls::finding(PRODUCT, VERSION, number)
}

fn row(
    number: &str,
    subject: &str,
    severity: &str,
    state: StatusKind,
    by: Option<jiff::civil::Date>,
) -> FindingRow {
    FindingRow {
        number: number.to_owned(),
        subject: Link::new(subject, address(number)),
        about: "CVE-2099-10432".to_owned(),
        severity: severity.to_owned(),
        state: state.into(),
        state_note: String::new(),
        due: by.and_then(due),
        owner: "Ana Duarte".to_owned(),
        current: false,
        release: None,
    }
}

fn rows() -> Vec<FindingRow> {
    let mut rows = vec![
        row("FIND-418", "jp2kit 2.5.0", "8.2 high", StatusKind::New, Some(day(11, 20))),
        row("FIND-421", "hl7lite 3.0.1", "7.5 high", StatusKind::UnderInvestigation, Some(day(11, 26))),
        row("FIND-405", "webtls 1.9.4", "5.9 medium", StatusKind::NotAffected, Some(day(11, 27))),
        row("FIND-380", "logship 0.9.8", "unknown, treated as high", StatusKind::RiskAccepted, None),
        row("FIND-399", "nettyd 4.2.7", "9.8 critical", StatusKind::Fixed, None),
        row("FIND-377", LONG, "7.8 high", StatusKind::Affected, Some(day(12, 18))),
        row("FIND-376", HOSTILE, "7.5 high", StatusKind::Resolved, None),
    ];
    rows[0].current = true;
    rows[2].state_note = "carried over, to be confirmed".to_owned();
    rows[4].about = "CVE-2099-08102, exploited".to_owned();
    rows[5].owner = String::new();
    rows
}

fn triage_head() -> TableHead {
    let mut head = head(&["Component", "Severity", "State, due", "Owner"], 2);
    head.columns[0].class = "grow";
    head.columns.insert(0, Column::new("Select").hidden());
    head
}

fn form() -> AssessmentForm {
    let radios = |pairs: &[(&str, &str)], now: &str| {
        Input::Radios(pairs.iter().map(|(value, label)| Choice::new(*value, *label, now)).collect())
    };
    let statuses = [
        ("affected", "Affected"),
        ("not_affected", "Not affected"),
        ("fixed", "Fixed"),
        ("under_investigation", "Under investigation"),
    ];
    let decisions = [
        ("fix", "Fix"),
        ("mitigate", "Mitigate"),
        ("defer", "Defer"),
        ("accept", "Accept"),
        ("change_of_use_environment", "Change of use environment"),
    ];
    let harms = [("none", "None"), ("possible", "Possible")];
    let rests = ["Component version", "Product paths", "Configuration", "Context", "Control measure MEAS-3"];
    AssessmentForm {
        heading: "Assessment for 2.4.0".to_owned(),
        action: address("FIND-418"),
        csrf: CSRF.to_owned(),
        expected: DIGEST.to_owned(),
        findings: vec!["FIND-418".to_owned()],
        judgement: vec![
            Field::new("status", "VEX status", radios(&statuses, "affected")).required(),
            Field::new(
                "justification",
                "Justification",
                Input::Select(Choice::plain(
                    &[
                        "",
                        "Component not present",
                        "Vulnerable code not present",
                        "Vulnerable code not in execute path",
                    ],
                    "",
                )),
            )
            .hint("Only if not affected"),
            Field::new(
                "rests_on",
                "What it rests on",
                Input::Checks(Choice::plain(&rests, "Component version")),
            )
            .hint("The judgement is asked again as soon as one of these changes"),
            Field::new("explanation", "Why", Input::Area(HOSTILE.to_owned(), 2)),
        ],
        impact: vec![
            Field::new(
                "exploitability",
                "Exploitability in context",
                Input::Select(Choice::plain(&["Not exploitable", "Hard", "Likely", "Exploited"], "Likely")),
            )
            .required(),
            Field::new(
                "exploitability_reason",
                "Exploitability, why",
                Input::Area("Any modality on the imaging network can send the image.".to_owned(), 3),
            )
            .hint("Modality network only: MAV:A gives 7.1 high")
            .required(),
            Field::new("patient_safety_impact", "Patient-safety impact", radios(&harms, "possible"))
                .hint("Possible needs a clinical signature as well")
                .required(),
        ],
        decision: vec![
            Field::new("decision", "Decision", radios(&decisions, "fix")).required(),
            Field::new("decision_reason", "Reason of the decision", Input::Area(String::new(), 2)),
            Field::new(
                "fixer",
                "Who fixes it",
                Input::Select(Choice::plain(&["Jonas Weber", "Mei Tanaka"], "Jonas Weber")),
            ),
            Field::new("due", "Due", Input::Date("2026-12-18".to_owned()))
                .required()
                .error("Must not be later than 2026-12-15, 21 days for high"),
        ],
        blocked: String::new(),
        refused: false,
    }
}

fn view() -> FindingView {
    FindingView {
        number: "FIND-418".to_owned(),
        href: address("FIND-418"),
        subject: "jp2kit 2.5.0".to_owned(),
        state: Status::from(StatusKind::New).boxed(),
        state_note: "what it rested on has changed, judge again".to_owned(),
        summary: "Heap overflow when decoding a tile header with a negative component count.".to_owned(),
        facts: Facts::from(vec![
            Fact {
                term: "Vulnerability".to_owned(),
                values: vec![
                    Value::Text("CVE-2099-10432".to_owned()),
                    Value::Muted("also OSV-2099-1187, JP2KIT-SA-2099-03".to_owned()),
                ],
            },
            Fact::code("Component", "pkg:conan/jp2kit@2.5.0"),
            Fact::code("CVSS 3.1", "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H"),
            Fact::text("Affected range", "2.4.0 to below 2.5.2; fixed in 2.5.2"),
            Fact::links("Evidence", vec![Link::new("EVID-2231", "/evidence/EVID-2231")]),
            Fact::none("Exploitation known"),
        ]),
        actions: vec![Action::open("Sign assessment", "findings/sign?finding=FIND-418").small().key("sign")],
        notes: vec![
            Note::new(
                NoteKind::Doubt,
                "Carried over from 2.3.0, no longer valid.",
                "On 2026-08-14 Ana Duarte signed not affected. Since then src/decode changed, so judge again.",
            )
            .link("Old assessment", "/products/lumen-gateway/releases/2.3.0/findings/FIND-418"),
        ],
        refusal: Vec::new(),
        beside: None,
        judgement: Facts::from(vec![
            Fact::text("VEX status", "Not affected"),
            Fact::text("Why", HOSTILE),
            Fact::code("What it rests on", LONG),
        ]),
        form: Some(form()),
        assessments: vec![signature("Ana Duarte", "judged not affected", "I judged this finding", "2026-08-14T09:00:00Z", false)],
    }
}

fn full() -> FindingsPage {
    FindingsPage {
        shell: release_shell("Findings", "findings"),
        heading: "Findings of 2.4.0".to_owned(),
        counts: vec![
            Status::saying(StatusKind::New, "2 new"),
            Status::saying(StatusKind::NotAffected, "28 not affected"),
            Status::saying(StatusKind::Fixed, "5 fixed"),
            Status::saying(StatusKind::RiskAccepted, "2 risk accepted"),
        ],
        waiting: "3 wait for a signature, 12 to be confirmed".to_owned(),
        actions: vec![
            Action::open("Confirm 12 carried over", "findings/confirm").main(),
            Action::open("OpenVEX for customers", "findings/vex?format=openvex"),
        ],
        notes: vec![Note::new(
            NoteKind::Warn,
            "The vulnerability feed is 9 days old.",
            "Findings may be missing.",
        )],
        filters: Filters {
            date: Some(DateFilter {
                name: "since".to_owned(),
                label: "New since".to_owned(),
                value: "2026-11-23".to_owned(),
                quick: Some(Link::new("Since yesterday", "?since=yesterday")),
            }),
            ..filters(
                "findings",
                &urls::release(PRODUCT, VERSION, "findings"),
                "Component, id, text",
                &[
                    ("state", "State", &["All states", "New", "Affected"]),
                    ("severity", "Severity", &["Any severity", "Critical", "High"]),
                ],
            )
        },
        head: triage_head(),
        rows: rows(),
        pager: pager("7 of 37, worst for patients first", "Next 25"),
        empty: Empty::new("", "", Vec::new()),
        assess_action: "findings/assess".to_owned(),
        sign_action: "findings/sign".to_owned(),
        blocked: String::new(),
        sign_blocked: String::new(),
        pane: Some(view()),
        one: None,
    }
}

/// As a clinical assessor sees it, who signs and does not judge.
fn signer() -> FindingsPage {
    FindingsPage { blocked: "You may not assess findings; a security officer may.".to_owned(), ..full() }
}

fn empty() -> FindingsPage {
    let mut page = full();
    page.counts = Vec::new();
    page.waiting = String::new();
    page.actions = Vec::new();
    page.notes = Vec::new();
    page.rows = Vec::new();
    page.pane = None;
    page.empty = Empty::new(
        "No finding for 2.4.0 yet",
        "Clause 5.8.1 asks that every finding is resolved before release. Findings appear when an SBOM is handed in.",
        vec![Action::open("Upload SBOM", "evidence/new").main()],
    );
    page
}

fn everywhere() -> FindingsPage {
    let mut page = full();
    page.shell = shell("Findings", Area::Findings);
    page.heading = "Findings of all releases".to_owned();
    page.notes = Vec::new();
    page.actions = Vec::new();
    page.pane = None;
    page.assess_action = String::new();
    page.head.columns.remove(0);
    page.head.columns.insert(1, Column::new("Release"));
    for row in &mut page.rows {
        row.current = false;
        row.release = Some(Link::new("Lumen Gateway 2.4.0", urls::release(PRODUCT, VERSION, "conformity")));
    }
    page
}

fn finding_full() -> FindingsPage {
    let mut page = full();
    page.shell = release_shell("FIND-418", "findings");
    page.shell.crumbs.insert(3, Crumb::to("Findings", urls::release(PRODUCT, VERSION, "findings")));
    page.one = Some(One {
        actions: vec![Action::open("Sign assessment", "findings/sign?finding=FIND-418").main().key("sign")],
        previous: Some(Link::new("FIND-417", address("FIND-417"))),
        next: Some(Link::new("FIND-419", address("FIND-419"))),
    });
    page
}

fn finding_empty() -> FindingsPage {
    let mut page = finding_full();
    let actions = vec![Action::blocked("Sign assessment", "There is no assessment to sign yet.")];
    page.one = Some(One { actions, previous: None, next: None });
    let mut finding = view();
    finding.facts = Facts::from(vec![Fact::none("Vulnerability"), Fact::none("CVSS")]);
    finding.summary = String::new();
    finding.notes = Vec::new();
    finding.judgement = Facts::default();
    finding.assessments = Vec::new();
    finding.refusal = vec![Note::new(NoteKind::Bad, "It changed meanwhile.", HOSTILE).alert()];
    finding.beside = Some(beside());
    if let Some(form) = &mut finding.form {
        form.blocked = "An auditor reads and does not assess.".to_owned();
    }
    page.pane = Some(finding);
    page
}

fn assess() -> AssessPage {
    let mut form = form();
    form.heading = "One judgement for 7 findings".to_owned();
    form.findings = rows().into_iter().map(|row| row.number).collect();
    AssessPage {
        shell: release_shell("Assess", "findings"),
        heading: "Assess 7 findings of 2.4.0".to_owned(),
        notes: vec![Note::new(NoteKind::Bad, "It changed meanwhile.", HOSTILE).alert()],
        beside: vec![beside()],
        rows: rows(),
        form,
    }
}

fn beside() -> Beside {
    Beside {
        heading: "Ana Duarte judged FIND-418, FIND-421 on 2026-11-24 08:41".to_owned(),
        rows: vec![
            ("VEX status", "Not affected".to_owned(), Some("Affected".to_owned())),
            ("Why", HOSTILE.to_owned(), Some(LONG.to_owned())),
            ("Patient-safety impact", "None".to_owned(), None),
            ("Due", String::new(), Some("2026-12-18".to_owned())),
        ],
    }
}

fn sign() -> SignPage {
    let mut form = sign_form(
        "findings/sign",
        "Sign 3 assessments",
        &[("assessed", "I judged these findings"), ("clinical", "I judged what they can do to a patient")],
    );
    form.subject = Facts::from(vec![Fact::text("Set", "3 assessments of 2.4.0")]);
    form.warnings = vec![Note::new(
        NoteKind::Warn,
        "",
        "FIND-418 can harm a patient; a clinical assessor must sign it too.",
    )];
    SignPage {
        shell: release_shell("Sign", "findings"),
        heading: "Sign 3 assessments of 2.4.0".to_owned(),
        form,
        content: vec![
            (
                "FIND-418 jp2kit 2.5.0".to_owned(),
                "Affected, harm to a patient possible, fix by 2026-12-15".to_owned(),
            ),
            (
                "FIND-405 webtls 1.9.4".to_owned(),
                "Not affected: vulnerable code not in execute path".to_owned(),
            ),
            (HOSTILE.to_owned(), LONG.to_owned()),
        ],
        changed: None,
    }
}
