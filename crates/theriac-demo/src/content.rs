//! What the demonstration's people wrote: the records, in the order in which they were approved.
//!
//! A record names others by the labels of this file; the story turns them into numbers.

use serde_json::{Value, json};

use crate::days::Days;

/// A record of the story.
pub struct Entry {
    /// What other entries call it.
    pub label: &'static str,
    /// The kind's id.
    pub kind: &'static str,
    /// Who wrote it, by key.
    pub author: &'static str,
    /// The fields.
    pub content: Value,
    /// Links: type and label of the target.
    pub links: Vec<(&'static str, &'static str)>,
}

fn entry(
    label: &'static str,
    kind: &'static str,
    author: &'static str,
    content: Value,
    links: &[(&'static str, &'static str)],
) -> Entry {
    Entry { label, kind, author, content, links: links.to_vec() }
}

struct Document {
    label: &'static str,
    title: &'static str,
    form: &'static str,
    clauses: &'static [&'static str],
    body: &'static str,
}

fn document(days: Days, document: &Document) -> Entry {
    let content = json!({
        "title": document.title, "type": document.form, "clauses": document.clauses, "body": document.body,
        "owner": "ana", "effective_date": days.ago(320), "next_review": days.ago(-40),
    });
    entry(document.label, "document", "ana", content, &[])
}

/// Records of the organisation.
#[must_use]
pub fn of_organisation(days: Days) -> Vec<Entry> {
    let mut entries = vec![
        entry(
            "responsibility",
            "responsibility",
            "ana",
            json!({
                "title": "Product security", "clauses": ["4", "5", "6", "7", "8", "9"], "person": "ana",
                "from": days.ago(328), "note": "Deputy: Cleo Marchetti."
            }),
            &[],
        ),
        entry("limits", "limits", "ana", limits(), &[]),
    ];
    entries.extend(ORGANISATION_DOCUMENTS.iter().map(|row| document(days, row)));
    entries
}

fn limits() -> Value {
    json!({
        "title": "Limits and intervals",
        "assess_days_critical": 2, "assess_days_high": 14, "assess_days_medium": 30, "assess_days_low": 90,
        "fix_days_critical": 14, "fix_days_high": 60, "fix_days_medium": 120, "fix_days_low": 365,
        "max_age_carried_assessment": 365, "max_age_clause_assessment": 365, "max_age_feed": 30, "max_term_deviation": 365,
        "interval_document_review": 365, "interval_criteria_review": 365,
        "independence_requirements_tests": "department", "independence_threat_mitigation": "department",
        "independence_abuse_case": "person", "independence_attack_surface": "person",
        "independence_vulnerability_scan": "person", "independence_composition_analysis": "none",
        "independence_penetration": "department"
    })
}

static ORGANISATION_DOCUMENTS: &[Document] = &[
    Document {
        label: "policy",
        title: "Policy of product security",
        form: "policy",
        clauses: &["4.1.1", "4.1.3", "4.1.6"],
        body: "Every product that runs software is in scope. The quality system holds the procedures; the security \
               officer answers for them, and lessons from the field change them.",
    },
    Document {
        label: "training",
        title: "Training plan of product security",
        form: "plan",
        clauses: &["4.1.4"],
        body: "- Developers: secure coding, every year\n- Testers: attack patterns, every year\n- Reviewers: threat \
               modelling, before their first review",
    },
    Document {
        label: "handling",
        title: "Vulnerability handling",
        form: "procedure",
        clauses: &["4.1.7", "4.1.8", "6.1.1", "6.2.1", "9.2", "9.3"],
        body: "## Receiving\nReports come to the published address and are acknowledged in two working days.\n\n## \
               Judging\nThe feed is read every day; each finding is assessed within the limits.\n\n## Telling\nHospitals \
               hear of what concerns them together with what to do until the update is there.",
    },
    Document {
        label: "workplace",
        title: "Protection of the development environment",
        form: "procedure",
        clauses: &["5.1.2", "5.8.4"],
        body: "Builds run on machines of their own. Keys that sign releases stay in a hardware module; two people are \
               needed to use them.",
    },
    Document {
        label: "coding",
        title: "Rules of secure coding",
        form: "guideline",
        clauses: &["5.1.3", "5.4.1"],
        body: "Input is checked where it enters. No secret in the source. Warnings of the analysers are errors.",
    },
];

/// Records of the product up to its risks.
#[must_use]
pub fn of_product(days: Days) -> Vec<Entry> {
    let mut entries: Vec<Entry> = PRODUCT_DOCUMENTS.iter().map(|row| document(days, row)).collect();
    entries.extend(items(days));
    entries.push(entry("criteria", "risk-criteria", "ana", criteria(days), &[]));
    entries.extend(requirements());
    entries.extend(measures());
    entries.push(review(days));
    entries.extend(risks(days));
    entries.push(entry(
        "no-orders",
        "applicability",
        "ana",
        json!({
            "title": "Nothing is made to order", "clause": "4.1.5",
            "reason": "Every item is our own or taken as it is published.", "owner": "ana"
        }),
        &[],
    ));
    entries
}

static PRODUCT_DOCUMENTS: &[Document] = &[
    Document {
        label: "plan",
        title: "Development plan of the gateway",
        form: "plan",
        clauses: &["5.1.1"],
        body: "Threat model, implementation review and the security tests are activities of every release; each has an \
               owner and a day.",
    },
    Document {
        label: "risk-plan",
        title: "Plan of security risk management",
        form: "plan",
        clauses: &["4.2", "7.1.1"],
        body: "Risks start from the threat model. Criteria are those in force; what can hurt a patient goes to the safety \
               team as well.",
    },
    Document {
        label: "architecture",
        title: "Security architecture of the gateway",
        form: "report",
        clauses: &["5.3.1", "5.3.2", "5.4.2", "7.1.2", "7.2"],
        body: "The gateway stands between the hospital's archive and the reading room. Three layers: network zone, mutual \
               TLS, signed images. Threats are kept per data flow.",
    },
    Document {
        label: "verify",
        title: "How to verify the files of a release",
        form: "guideline",
        clauses: &["5.8.3"],
        body: "Compare the SHA-256 digest of the file with the one in the release notes before you install it.",
    },
    Document {
        label: "guide",
        title: "Security guide for hospitals",
        form: "guideline",
        clauses: &["4.1.9", "5.8.2", "5.8.7"],
        body: "Ports, accounts, hardening, updates, and how to erase all data when the gateway is taken out of use.",
    },
];

fn items(days: Days) -> Vec<Entry> {
    let item = |label, title: &str, origin: &str, class: &str, purls: &[&str], why: &str| {
        let content = json!({
            "title": title, "origin": origin, "class": class, "purls": purls, "rationale": why, "owner": "ben",
            "support_end": days.ago(-1500)
        });
        entry(label, "software-item", "ben", content, &[])
    };
    vec![
        item(
            "gateway",
            "Gateway service",
            "own",
            "maintained",
            &["pkg:generic/lumen-gateway*"],
            "We write it and mend it.",
        ),
        item(
            "go",
            "Go modules",
            "bought",
            "supported",
            &["pkg:golang/*"],
            "Updated with each release of the gateway.",
        ),
        item(
            "python",
            "Python packages",
            "bought",
            "supported",
            &["pkg:pypi/*"],
            "Used by the anonymiser; updated with each release.",
        ),
    ]
}

fn criteria(days: Days) -> Value {
    let cell = |likelihood: &str, impact: &str, level: &str| json!({ "likelihood": likelihood, "impact": impact, "level": level });
    json!({
        "title": "Criteria of security risk", "method": "Likelihood of attack and severity of harm, read from the matrix.",
        "criticality": ["low", "medium", "high"], "likelihood": ["rare", "possible", "likely"],
        "impact": ["minor", "serious", "critical"],
        "matrix": [
            cell("rare", "minor", "low"), cell("rare", "serious", "low"), cell("rare", "critical", "medium"),
            cell("possible", "minor", "low"), cell("possible", "serious", "medium"), cell("possible", "critical", "high"),
            cell("likely", "minor", "medium"), cell("likely", "serious", "high"), cell("likely", "critical", "high")
        ],
        "acceptable": ["low"], "safety_scales": "Severity scale of the risk management plan, revision 4", "owner": "ana",
        "effective_date": days.ago(320), "next_review": days.ago(-40)
    })
}

fn requirements() -> Vec<Entry> {
    let requirement = |label, title: &str, text: &str, tests: &[&str]| {
        let content =
            json!({ "title": title, "text": text, "stage": "software", "tests": tests, "owner": "ben" });
        entry(label, "requirement", "ben", content, &[])
    };
    vec![
        requirement(
            "peers",
            "Refuse unknown peers",
            "The gateway ends a connection whose certificate it cannot verify.",
            &["tls.PeerTest.unknown_ca", "tls.PeerTest.expired"],
        ),
        requirement(
            "seal",
            "Seal images",
            "Each image carries a signature that the reading room checks before it shows the image.",
            &["seal.SealTest.altered_pixel", "seal.SealTest.missing_seal"],
        ),
        requirement(
            "lock",
            "Lock accounts",
            "After five wrong passwords an account is locked for fifteen minutes.",
            &["login.LockTest.sixth_try"],
        ),
    ]
}

fn measures() -> Vec<Entry> {
    let measure = |label, title: &str, text: &str, effects: &str, requirement| {
        let content = json!({ "title": title, "description": text, "side_effects": effects, "owner": "ana" });
        entry(label, "measure", "ana", content, &[("implemented-by", requirement)])
    };
    vec![
        measure(
            "mutual-tls",
            "Mutual TLS to the archive",
            "Both ends show a certificate.",
            "An expired certificate stops the transfer; images stay on the device and nothing is lost.",
            "peers",
        ),
        measure(
            "sealed-images",
            "Signed images",
            "The device signs, the reading room verifies.",
            "An image without a valid signature is shown with a warning, so that reading is not blocked.",
            "seal",
        ),
        measure(
            "lockout",
            "Account lock",
            "Guessing a password is made slow.",
            "Emergency access is unaffected.",
            "lock",
        ),
    ]
}

fn review(days: Days) -> Entry {
    let who = |person: &str, discipline: &str, independent: bool| json!({ "person": person, "discipline": discipline, "independent": independent });
    let content = json!({
        "title": "Review of the security requirements", "subject_type": "requirements", "held_date": days.ago(320),
        "attendees": [
            who("ben", "architect-developer", false), who("mei", "tester", true),
            who("dan", "clinical-customer", true), who("ana", "security", true)
        ],
        "independence": "Mei, Dan and Ana wrote none of the requirements.",
        "points": [{ "point": "How long is an account locked?", "closed": true, "resolution": "Fifteen minutes; added." }],
        "conclusion": "accepted-with-points", "owner": "ana"
    });
    entry(
        "review",
        "review",
        "ana",
        content,
        &[("reviews", "peers"), ("reviews", "seal"), ("reviews", "lock")],
    )
}

fn risks(days: Days) -> Vec<Entry> {
    let links = |measure| [("affects", "gateway"), ("scored-under", "criteria"), ("mitigated-by", measure)];
    vec![
        entry(
            "altered",
            "risk",
            "ana",
            json!({
                "title": "Altered images",
                "scenario": "Someone on the ward network alters images on their way to the reading room.",
                "likelihood": "possible", "impact": "critical", "criticality": "high", "patient_harm": "possible",
                "cvss": "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", "treatment": "reduce",
                "residual_likelihood": "rare", "residual_impact": "serious", "owner": "eve", "next_review": days.ago(-40)
            }),
            &links("sealed-images"),
        ),
        entry(
            "sniffed",
            "risk",
            "ana",
            json!({
                "title": "Images read on the way", "scenario": "Someone on the network reads names and images.",
                "likelihood": "likely", "impact": "serious", "criticality": "high", "patient_harm": "none",
                "treatment": "reduce", "residual_likelihood": "rare", "residual_impact": "serious", "owner": "eve",
                "next_review": days.ago(-40)
            }),
            &links("mutual-tls"),
        ),
        entry(
            "guessed",
            "risk",
            "ana",
            json!({
                "title": "Guessed password", "scenario": "Someone in the building guesses a technician's password.",
                "likelihood": "possible", "impact": "serious", "criticality": "medium", "patient_harm": "none",
                "treatment": "reduce", "residual_likelihood": "rare", "residual_impact": "minor", "owner": "eve",
                "next_review": days.ago(-40)
            }),
            &links("lockout"),
        ),
    ]
}

/// The activities of the first release: label, title, clause.
pub static ACTIVITIES: &[(&str, &str, &str)] = &[
    ("threat-model", "Threat model of 2.3", "7.2"),
    ("code-review", "Review of the code of 2.3", "5.5.2"),
    ("security-tests", "Security tests of 2.3", "5.7.1"),
    ("penetration", "Penetration test of 2.3", "5.7.4"),
    ("guide-trial", "Trial of the hardening guide at a hospital", "5.8.2"),
];
/// The activities of the second release: label, title, clause.
pub static ACTIVITIES_NEXT: &[(&str, &str, &str)] = &[
    ("threat-model-next", "Threat model of 2.4", "7.2"),
    ("security-tests-next", "Security tests of 2.4", "5.7.1"),
    ("penetration-next", "Penetration test of 2.4", "5.7.4"),
];

/// A report that shows that an activity was done.
pub struct Report {
    /// The activity.
    pub activity: &'static str,
    /// What the story calls the report.
    pub label: &'static str,
    /// What it says.
    body: &'static str,
}

/// The reports of the first release.
pub static REPORTS: &[Report] = &[
    Report {
        activity: "threat-model",
        label: "threat-report",
        body: "Every data flow of 2.3 was walked with the developers. Two threats are new since 2.2: a stolen service \
               key, and images that exhaust the decoder. Both have a risk with measures.",
    },
    Report {
        activity: "code-review",
        label: "code-report",
        body: "All files changed since 2.2 were read against the coding guideline by somebody who wrote none of them. \
               Seven remarks, all mended and read again.",
    },
];

/// A report as a document of the release.
#[must_use]
pub fn report(report: &Report, title: &str, clause: &str, day: String, next_review: String) -> Entry {
    let content = json!({
        "title": format!("Report: {title}"), "type": "report", "clauses": [clause], "body": report.body,
        "owner": "ana", "effective_date": day, "next_review": next_review,
    });
    entry(report.label, "document", "ana", content, &[])
}

/// The permission to ship before a hospital has tried the hardening guide.
#[must_use]
pub fn deviation(missing: &str, expires: String) -> Entry {
    let content = json!({
        "title": "Trial of the hardening guide after shipping", "clause": "5.8.6", "missing": [missing],
        "reason": "The hospital had no date before summer; the trial of the guide of 2.2 found nothing wrong.",
        "compensating": "Our own technicians harden each installation by the guide until then.", "expires": expires,
        "owner": "ana"
    });
    entry("deviation", "deviation", "ana", content, &[("cites", "plan")])
}

/// An activity of a release; done where a day is given.
#[must_use]
pub fn activity(
    label: &'static str,
    title: &str,
    clause: &str,
    days: (String, String),
    done: Option<(String, &[&str], &str)>,
) -> Entry {
    let mut content = json!({
        "title": title, "clause": clause, "assignee": "ana", "start_date": days.0, "due_date": days.1,
    });
    if let Some((day, evidence, outcome)) = done {
        content["done_date"] = json!(day);
        content["evidence"] = json!(evidence);
        content["outcome"] = json!(outcome);
    }
    entry(label, "activity", "ana", content, &[("planned-in", "plan")])
}

/// A test campaign on a build.
pub struct Tested {
    /// What the story calls it.
    label: &'static str,
    /// The record's title, without the build.
    title: &'static str,
    /// The kind of test.
    kind: &'static str,
    /// What was tested.
    scope: &'static str,
    /// The labels of what it verifies.
    verifies: &'static [(&'static str, &'static str)],
}

const fn tested(
    label: &'static str,
    title: &'static str,
    kind: &'static str,
    scope: &'static str,
    verifies: &'static [(&'static str, &'static str)],
) -> Tested {
    Tested { label, title, kind, scope, verifies }
}

/// The campaign of requirements tests.
pub static REQUIREMENTS_TESTS: Tested = tested(
    "campaign",
    "Requirements tests",
    "requirements-tests",
    "All security requirements of the gateway.",
    &[("verifies", "peers"), ("verifies", "seal"), ("verifies", "lock")],
);

/// The other campaigns of the first release: every kind of test that asks for independence.
pub static FURTHER_TESTS: &[Tested] = &[
    tested(
        "campaign-threats",
        "Attempts to defeat the measures",
        "threat-mitigation",
        "Each measure, attacked with what the threat model names.",
        &[("verifies", "mutual-tls"), ("verifies", "lockout")],
    ),
    tested(
        "campaign-abuse",
        "Malformed images and messages",
        "abuse-case",
        "DICOM associations and the web interface of the service technicians.",
        &[],
    ),
    tested("campaign-surface", "Attack surface", "attack-surface", "All ports of an installed gateway.", &[]),
    tested(
        "campaign-scan",
        "Known vulnerabilities",
        "vulnerability-scan",
        "The image of the gateway with all its packages.",
        &[],
    ),
    tested(
        "penetration-test",
        "Penetration test",
        "penetration",
        "The gateway in a network as hospitals have it, for ten days, from outside and from within.",
        &[],
    ),
];

/// A campaign on a build, with its results.
#[must_use]
pub fn campaign(tested: &Tested, build: &str, evidence: &str, from: String, to: String) -> Entry {
    let content = json!({
        "title": format!("{} of {build}", tested.title), "test_kind": tested.kind, "build": build,
        "tester": "mei", "independence": "department", "scope": tested.scope,
        "from_date": from, "to_date": to, "evidence": [evidence]
    });
    entry(tested.label, "test-campaign", "mei", content, tested.verifies)
}

/// An assessment of a clause as met.
#[must_use]
pub fn assessed(clause: &Assessed, day: String) -> Entry {
    let content = json!({
        "title": clause.title, "clause": clause.clause, "verdict": "met", "rationale": clause.why,
        "samples": clause.read, "assessed_date": day, "owner": "ana"
    });
    entry(clause.clause, "clause-assessment", "ana", content, &[("cites", clause.cites)])
}

/// How an attested clause was judged.
pub struct Assessed {
    /// Its number.
    pub clause: &'static str,
    /// The record's title.
    pub title: &'static str,
    /// Why it is met.
    pub why: &'static str,
    /// What was read.
    pub read: &'static str,
    /// The label of the record cited.
    pub cites: &'static str,
}

const fn row(
    clause: &'static str,
    title: &'static str,
    why: &'static str,
    read: &'static str,
    cites: &'static str,
) -> Assessed {
    Assessed { clause, title, why, read, cites }
}

/// Attested clauses of the organisation.
pub static ORGANISATION_CLAUSES: &[Assessed] = &[
    row(
        "4.1.1",
        "Quality system",
        "All procedures of product security are controlled documents.",
        "Three of five procedures, drawn by lot.",
        "policy",
    ),
    row(
        "4.1.3",
        "Scope",
        "The policy names every product that runs software.",
        "The policy and the list of products.",
        "policy",
    ),
    row(
        "4.1.4",
        "Expertise",
        "Training is planned by role and its records are complete.",
        "Records of four people.",
        "training",
    ),
    row(
        "4.1.6",
        "Improvement",
        "Two lessons from the field changed procedures last year.",
        "Both changes.",
        "policy",
    ),
    row(
        "4.1.7",
        "Disclosure",
        "Who is told what, and when, is laid down and was followed.",
        "The two latest messages to hospitals.",
        "handling",
    ),
    row(
        "4.1.8",
        "Yearly review of defects",
        "The review was held and its actions are closed.",
        "Minutes of the review.",
        "handling",
    ),
    row(
        "5.1.2",
        "Development environment",
        "Build machines are separate and their access is logged.",
        "Access list and one week of logs.",
        "workplace",
    ),
    row(
        "5.1.3",
        "Coding rules",
        "The rules are current and the analysers enforce them.",
        "Set-up of two analysers.",
        "coding",
    ),
    row(
        "5.8.4",
        "Signing keys",
        "Keys stay in the module; two people are needed.",
        "The last three signings.",
        "workplace",
    ),
    row(
        "6.1.1",
        "Timely updates",
        "The limits are set and the last updates kept them.",
        "The last four updates.",
        "handling",
    ),
    row("6.2.1", "Watching reports", "The feed is read every day.", "The log of March.", "handling"),
    row(
        "9.2",
        "Receiving reports",
        "The address is published and answered in time.",
        "All six reports of the year.",
        "handling",
    ),
    row(
        "9.3",
        "Reviewing reports",
        "Each report was looked at by someone able to judge it.",
        "All six reports of the year.",
        "handling",
    ),
];

/// Attested clauses of the product.
pub static PRODUCT_CLAUSES: &[Assessed] = &[
    row(
        "4.1.9",
        "Documentation for users",
        "Errors found in the guide were mended.",
        "Both open remarks of last year.",
        "guide",
    ),
    row(
        "4.2",
        "Risk management",
        "The process starts from threats and meets the safety process.",
        "Two of three risks.",
        "risk-plan",
    ),
    row(
        "5.2.3",
        "Risks of bought software",
        "Each bought item is classed and watched.",
        "Both bought items.",
        "go",
    ),
    row(
        "5.3.1",
        "Defence in depth",
        "Three layers stand on their own.",
        "The architecture, section by section.",
        "architecture",
    ),
    row(
        "5.3.2",
        "Design practices",
        "Least privilege and safe defaults are shown.",
        "Four design decisions.",
        "architecture",
    ),
    row(
        "5.3.3",
        "Review of the architecture",
        "The review was held and its points are closed.",
        "Minutes and three points.",
        "architecture",
    ),
    row(
        "5.4.1",
        "Practices of detailed design",
        "The rules are followed in new modules.",
        "Two modules.",
        "coding",
    ),
    row(
        "5.4.2",
        "Secure design",
        "Each threat has a place in the design that meets it.",
        "Four of eleven threats.",
        "architecture",
    ),
    row(
        "5.4.3",
        "Interfaces",
        "Every interface says what it trusts and checks.",
        "Both outer interfaces.",
        "architecture",
    ),
    row(
        "5.4.4",
        "Verification of the design",
        "The design was checked against requirements and threats.",
        "The table of tracing.",
        "architecture",
    ),
    row(
        "5.8.7",
        "Taking out of use",
        "The guide tells how all data and keys are erased; it was tried.",
        "The record of the trial.",
        "guide",
    ),
    row(
        "6.2.2",
        "Verifying updates",
        "Updates pass the same tests as releases.",
        "The last two updates.",
        "plan",
    ),
    row(
        "6.3.1",
        "Documents of updates",
        "Notes say what changed and what to do.",
        "Notes of the last two updates.",
        "guide",
    ),
    row(
        "6.3.2",
        "Delivery of updates",
        "Updates reach all hospitals by the same way.",
        "The last delivery.",
        "guide",
    ),
    row(
        "6.3.3",
        "Integrity of updates",
        "Updates are signed and checked on installing.",
        "One update, altered by hand, was refused.",
        "verify",
    ),
    row(
        "7.1.2",
        "Context of security",
        "Network, neighbours and assumptions are described.",
        "The context, read with two hospitals.",
        "architecture",
    ),
    row("7.2", "Threats", "The threat model covers every data flow.", "All five data flows.", "architecture"),
    row(
        "8",
        "Configuration",
        "Every part of a release is under version control.",
        "The build of the candidate.",
        "plan",
    ),
];

/// Attested clauses of a release.
pub static RELEASE_CLAUSES: &[Assessed] = &[
    row(
        "5.5.1",
        "Coding rules followed",
        "The analysers found nothing that is not judged.",
        "Reports of both analysers.",
        "coding",
    ),
    row(
        "5.5.2",
        "Review of the code",
        "Each change was read by another developer.",
        "Twelve of sixty changes, drawn by lot.",
        "coding",
    ),
    row(
        "5.6",
        "Integration tests",
        "Interfaces were tested with wrong and hostile input.",
        "The results of the candidate.",
        "plan",
    ),
    row(
        "5.7.1",
        "Requirements tests",
        "All security requirements passed on the candidate.",
        "The campaign's results.",
        "plan",
    ),
    row(
        "5.7.2",
        "Threat mitigation tests",
        "Each measure was attacked and held.",
        "The results of three measures.",
        "plan",
    ),
    row(
        "5.7.3",
        "Vulnerability tests",
        "Fuzzing, ports and composition were looked at.",
        "All three reports.",
        "plan",
    ),
    row(
        "5.7.4",
        "Penetration test",
        "People from another department attacked it for ten days; nothing is open.",
        "The campaign with its results.",
        "plan",
    ),
    row(
        "5.8.2",
        "Release documents",
        "Guide, notes and remaining risks are ready.",
        "All three documents.",
        "guide",
    ),
    row(
        "9.5",
        "Issues addressed",
        "Everything that was reported has an end.",
        "All issues of the release.",
        "handling",
    ),
];

/// Attested clauses of a release that customers have.
pub static FIELDED_CLAUSES: &[Assessed] = &[
    row(
        "7.5",
        "Measures still work",
        "Logs of two hospitals show that the measures hold.",
        "One month of two hospitals.",
        "handling",
    ),
    row(
        "9.4",
        "Analysis of issues",
        "Each finding of the fielded release has been judged.",
        "All findings since shipping.",
        "handling",
    ),
];
